//! The whole program, tried from outside: one binary, so that it links once.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and one that is left out says so"
)]

mod allocations;
mod approval;
mod archives;
mod browser;
mod corpus;
mod crash;
mod decisions;
mod disk;
mod encodings;
mod facts;
mod faults;
mod found;
mod found_again;
mod found_late;
mod fuzz_smoke;
#[path = "../../benches/generate/mod.rs"]
#[expect(dead_code, reason = "the benches ask for more kinds of files")]
mod generate;
mod hostile;
mod identity;
mod inbound;
mod journal_model;
mod large_pages;
mod lateness;
mod long_files;
mod mapping;
mod module_contract;
mod module_cycle;
mod module_drivers;
mod module_goods;
mod module_prices;
mod module_scale;
mod module_security;
mod module_syntax;
mod module_variants;
mod much;
mod notices;
mod opencart;
mod order_rules;
mod orders_for_1c;
mod outbound;
mod page;
mod paged;
mod patience;
mod profiles;
mod program;
mod readme;
mod replay;
mod review;
mod russian;
mod samples;
mod schema;
mod secrets;
mod served;
mod shop_contract;
mod tidy;
mod transcripts;
mod truncation;
mod upkeep;
#[cfg(windows)]
mod windows;
mod workbooks;
mod world;
