//! Runs a program to its end and says how long it took and how much memory it held.

use std::fmt;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// The cost of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// Of all its threads together. Tells more than `time` where others use the machine,
    /// too, and less where a program uses several processors at once.
    pub(crate) cpu: Duration,
    /// In bytes, as the system counts the most that was resident. On Linux a child
    /// starts with the peak of its parent, which is why the bench itself holds
    /// nothing and leaves what is large to children.
    pub(crate) peak: u64,
}

/// `None` if the program is not there; a program that fails ends the bench.
pub(crate) fn run(command: &mut Command) -> Option<Cost> {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    // Before the end is waited for, or a program with much to say would wait for us.
    let mut complaint = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        io::Read::read_to_string(&mut stderr, &mut complaint).unwrap_or_default();
    }
    let used = child
        .wait4()
        .expect("a child that was started can be waited for");
    let time = begun.elapsed();
    assert!(used.status.success(), "{command:?} failed: {complaint}");
    Some(Cost {
        time,
        cpu: used.rusage.utime + used.rusage.stime,
        peak: used.rusage.maxrss,
    })
}

/// Runs the programs in turns, so that all of them meet the same weather, and
/// keeps the best times and the highest peak of each.
pub(crate) fn compare(commands: &mut [Command], n_rounds: usize) -> Vec<Option<Cost>> {
    let mut best: Vec<Option<Cost>> = vec![None; commands.len()];
    for _ in 0..n_rounds {
        for (command, best) in commands.iter_mut().zip(&mut best) {
            let cost = run(command);
            *best = match (*best, cost) {
                (Some(known), Some(new)) => Some(Cost {
                    time: known.time.min(new.time),
                    cpu: known.cpu.min(new.cpu),
                    peak: known.peak.max(new.peak),
                }),
                (known, new) => new.or(known),
            };
        }
    }
    best
}

/// How many times one time is another, in hundredths: no binary fractions, here either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ratio(pub(crate) u128);

impl Ratio {
    pub(crate) fn of(one: Duration, other: Duration) -> Self {
        Self((one.as_nanos() * 100).div_ceil(other.as_nanos().max(1)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        f.pad(&text)
    }
}
