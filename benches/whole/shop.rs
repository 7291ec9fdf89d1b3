//! A shop with the generator's goods, beside what is measured and not part of it.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::programs::itself;
use crate::roles;

/// A demo shop in a process of its own, which ends with its input.
pub(crate) struct Shop {
    child: Child,
    asking: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) username: String,
    pub(crate) key: String,
}

impl Shop {
    pub(crate) fn open(n: u32) -> Self {
        let mut child = itself(roles::SHOP, &[Path::new(&n.to_string())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bench is there");
        let asking = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let [url, username, key] = [(); 3].map(|()| line(&mut answers));
        Self {
            child,
            asking,
            answers,
            url,
            username,
            key,
        }
    }

    /// Calls so far that changed something.
    pub(crate) fn n_changes(&mut self) -> u64 {
        let mut asking = self.asking.as_ref().expect("it is open");
        writeln!(asking).expect("the shop listens");
        line(&mut self.answers).parse().expect("a number")
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.asking = None;
        self.child.wait().map(drop).unwrap_or_default();
    }
}

fn line(source: &mut impl BufRead) -> String {
    let mut text = String::new();
    source.read_line(&mut text).expect("the shop answers");
    text.trim().to_owned()
}
