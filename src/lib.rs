//! obmen carries data between 1C and OpenCart shops through folders.
pub mod domain;
pub mod formats;
