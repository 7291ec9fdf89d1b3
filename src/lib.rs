#![doc = include_str!("ARCHITECTURE.md")]

pub mod cli;
pub mod dashboard;
pub mod demo_shop;
pub mod domain;
pub mod folders;
pub mod formats;
pub mod journal;
pub mod notices;
pub mod pipeline;
pub mod plan;
pub mod shop;
pub mod wording;
