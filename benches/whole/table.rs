//! Prints what was measured, a row of a Markdown table each.

use crate::measure::{Cost, Ratio};

pub(crate) const HEAD: &str = "| work | time | against | ratio | target | by CPU time | peak | |\n|---|--:|---|--:|--:|--:|--:|---|";

/// `target` is in hundredths.
pub(crate) fn row(work: &str, own: Cost, other: &str, cost: Option<Cost>, target: Option<u128>) {
    let Some(cost) = cost else {
        println!(
            "| {work} | {} | {other} (not on this machine) | – | – | – | – | n/a |",
            seconds(own)
        );
        return;
    };
    let ratio = Ratio::of(own.time, cost.time);
    let by_cpu = Ratio::of(own.cpu, cost.cpu);
    let (limit, mark) = match target.map(Ratio) {
        Some(limit) => (format!("≤ {limit}"), mark(ratio <= limit)),
        None => ("–".to_owned(), ""),
    };
    println!(
        "| {work} | {} | {other} {}, {} | {ratio} | {limit} | {by_cpu} | {} | {mark} |",
        seconds(own),
        seconds(cost),
        megabytes(cost.peak),
        megabytes(own.peak)
    );
}

pub(crate) fn verdict(work: &str, cost: Cost, found: &str, is_met: bool) {
    let (time, peak) = (seconds(cost), megabytes(cost.peak));
    println!(
        "| {work} | {time} | {found} | – | – | – | {peak} | {} |",
        mark(is_met)
    );
}

fn mark(is_met: bool) -> &'static str {
    if is_met { "ok" } else { "MISS" }
}

fn seconds(cost: Cost) -> String {
    let hundredths = cost.time.as_millis().div_ceil(10);
    format!("{}.{:02} s", hundredths / 100, hundredths % 100)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1024 * 1024))
}
