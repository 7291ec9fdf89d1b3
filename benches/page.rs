//! What the operator's page takes with much behind it: `cargo bench --bench page`.
//!
//! A journal with 10,000 runs, one of them of 300,000 rows, and 300,000 products; the
//! page itself, asked over HTTP. Each page is asked for 50 times, the first time aside.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench prints, and one that cannot go on stops"
)]

#[path = "../tests/it/much.rs"]
mod much;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use much::Much;

const N_ASKED: usize = 50;

/// The aim for every page.
const AIM: Duration = Duration::from_millis(200);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let much = Much::made_in(folder.path(), 10_000, 300_000);
    let page = much.show();
    let address = page.url();
    let host = address
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    println!("| page | median | slowest | bytes | |\n|---|--:|--:|--:|---|");
    for (name, path) in much.pages() {
        ask(&host, &path);
        let mut times = Vec::with_capacity(N_ASKED);
        let mut n_bytes = 0;
        for _ in 0..N_ASKED {
            let begun = Instant::now();
            n_bytes = ask(&host, &path);
            times.push(begun.elapsed());
        }
        times.sort();
        let (median, slowest) = (times[N_ASKED / 2], times[N_ASKED - 1]);
        let verdict = if slowest <= AIM { "ok" } else { "MISS" };
        println!("| {name} | {median:.1?} | {slowest:.1?} | {n_bytes} | {verdict} |");
    }
}

/// Bytes of the answer, read to its end.
fn ask(host: &str, path: &str) -> usize {
    let mut stream = TcpStream::connect(host).expect("the page listens");
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
    answer.len()
}
