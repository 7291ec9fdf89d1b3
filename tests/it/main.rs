//! The whole program, tried from outside: one binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![expect(clippy::print_stderr, reason = "a test that was left out says so")]

mod corpus;
mod facts;
mod order_rules;
mod orders_for_1c;
mod replay;
mod schema;
mod transcripts;
