//! What is printed, and how.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::shown::one_line;
use crate::wording::{Message, Wording};

/// How facts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    // For a person.
    Text,
    // One object or list.
    Json,
    // One object a line.
    Jsonl,
}

/// Standard output. A reader that has gone away (`obmen … | head`) is no error.
pub(super) struct Out {
    pub(super) format: Format,
    pub(super) words: &'static Wording,
    target: Box<dyn Write>,
}

impl Out {
    pub(super) fn stdout(format: Format, words: &'static Wording) -> Self {
        Self {
            format,
            words,
            target: Box::new(io::BufWriter::with_capacity(64 * 1024, io::stdout())),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    /// A line for a person; nothing in the other formats.
    pub(super) fn say(&mut self, text: &str) {
        if self.is_text() {
            self.raw(&one_line(text));
        }
    }

    /// Several lines for a person.
    pub(super) fn say_lines(&mut self, text: &str) {
        for line in text.split('\n') {
            self.say(line);
        }
    }

    /// Columns for a person; nothing in the other formats.
    pub(super) fn table(&mut self, rows: &[Vec<String>]) {
        for line in columns(rows) {
            self.say(&line);
        }
    }

    /// A line in every format.
    pub(super) fn raw(&mut self, text: &str) {
        writeln!(self.target, "{text}").unwrap_or_default();
    }

    /// One object: indented as JSON, in one line as JSON lines.
    pub(super) fn json(&mut self, value: &Value) {
        match self.format {
            Format::Json => self.raw(&format!("{value:#}")),
            Format::Text | Format::Jsonl => self.raw(&value.to_string()),
        }
    }

    /// What was printed so far is seen now: before waiting for something.
    pub(super) fn flush(&mut self) {
        self.target.flush().unwrap_or_default();
    }

    /// Why the command did not succeed, to standard error.
    pub(super) fn failure(&mut self, text: &str) {
        self.flush();
        writeln!(io::stderr(), "obmen: {}", harmless(text)).unwrap_or_default();
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        self.flush();
    }
}

/// What a file says must not steer the terminal; messages may have several lines.
fn harmless(text: &str) -> String {
    text.split('\n')
        .map(one_line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A message for scripts: its code, its values, and under `name` how it is said in English.
pub(super) fn put_message(object: &mut Value, name: &str, message: Option<&Message>) {
    if let Some(object) = object.as_object_mut() {
        let code = message.and_then(Message::code);
        object.insert("reason".to_owned(), json!(code));
        object.insert(
            "args".to_owned(),
            message.map_or_else(|| json!({}), Message::args),
        );
        object.insert(name.to_owned(), json!(message.map(ToString::to_string)));
    }
}

/// Columns as wide as their widest cell, two blanks between.
fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect()
}
