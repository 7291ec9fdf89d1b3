//! Hands the arguments to `cli` and turns the answer into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    obmen::cli::main(std::env::args_os())
}
