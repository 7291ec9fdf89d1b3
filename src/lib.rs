//! obmen carries data between 1C and OpenCart shops through folders.
pub mod cli;
pub mod demo_shop;
pub mod domain;
pub mod folders;
pub mod formats;
pub mod journal;
pub mod pipeline;
pub mod plan;
pub mod shop;
