//! Reads a file on a thread of its own, a little ahead of whoever works with its rows.
//!
//! Parsing and looking things up take about as long as each other, and neither
//! needs the other's processor. The queue between them is short, so that memory
//! does not grow with the file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::formats::{self, CsvOptions, FileError, Row, Summary};
use crate::wording::message;

/// Rows handed over, and planned, together: enough that waking each other costs
/// nothing. It bounds memory; calls have a bound of their own.
const ROWS_AT_ONCE: usize = 1_000;

/// Ends a batch sooner: some products have megabytes of text.
const BYTES_AT_ONCE: u64 = 4 * 1024 * 1024;

/// Batches that wait. One is being filled and one worked with besides.
const N_WAITING: usize = 2;

/// A file that is being read.
pub(super) struct Reading {
    batches: Option<Receiver<Piece>>,
    thread: Option<JoinHandle<()>>,
    n_read: Arc<AtomicU64>,
    n_told: u64,
    summary: Summary,
}

enum Piece {
    Rows(Vec<Row>),
    /// The file has been read to its end.
    End(Box<Summary>),
    Broken(FileError),
}

impl Reading {
    pub(super) fn begin(path: &Path, csv: &CsvOptions) -> Result<Self, FileError> {
        let n_read = Arc::new(AtomicU64::new(0));
        let file = Counted {
            file: File::open(path).map_err(FileError::Io)?,
            n_read: Arc::clone(&n_read),
        };
        let (sender, batches) = sync_channel(N_WAITING);
        let csv = csv.clone();
        let thread = Builder::new()
            .name("reader".to_owned())
            .spawn(move || read(file, &csv, &sender))
            .map_err(FileError::Io)?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
            n_read,
            n_told: 0,
            summary: Summary::default(),
        })
    }

    /// The next rows; `None` at the end of the file.
    pub(super) fn next_batch(&mut self) -> Result<Option<Vec<Row>>, FileError> {
        let Some(batches) = &self.batches else {
            return Ok(None);
        };
        let result = match batches.recv() {
            Ok(Piece::Rows(rows)) => return Ok(Some(rows)),
            Ok(Piece::End(summary)) => {
                self.summary = *summary;
                Ok(None)
            }
            Ok(Piece::Broken(err)) => Err(err),
            // It says `End` or `Broken` before it goes, unless it has panicked.
            Err(_) => Err(FileError::Io(io::Error::other(message!(
                "file-reader-died"
            )))),
        };
        self.close();
        result
    }

    /// Complete once the end of the file has been reached.
    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Bytes read since this was last asked for.
    pub(super) fn n_new_bytes(&mut self) -> u64 {
        let n_read = self.n_read.load(Ordering::Relaxed);
        n_read - std::mem::replace(&mut self.n_told, n_read)
    }

    /// Whoever reads no further may be about to move the file, which Windows
    /// refuses while it is open.
    fn close(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been told of already.
            thread.join().unwrap_or_default();
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.close();
    }
}

/// Ends early when nobody listens any more.
fn read(file: Counted, csv: &CsvOptions, sender: &SyncSender<Piece>) {
    let last = match read_rows(file, csv, sender) {
        Ok(summary) => Piece::End(Box::new(summary)),
        Err(err) => Piece::Broken(err),
    };
    sender.send(last).unwrap_or_default();
}

fn read_rows(
    file: Counted,
    csv: &CsvOptions,
    sender: &SyncSender<Piece>,
) -> Result<Summary, FileError> {
    let n_read = Arc::clone(&file.n_read);
    let mut facts = formats::read(file, csv)?.ahead().map_err(FileError::Io)?;
    loop {
        let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
        let enough = n_read.load(Ordering::Relaxed) + BYTES_AT_ONCE;
        for row in facts.by_ref().take(ROWS_AT_ONCE) {
            rows.push(row?);
            if n_read.load(Ordering::Relaxed) > enough {
                break;
            }
        }
        let is_over = rows.is_empty() || sender.send(Piece::Rows(rows)).is_err();
        if is_over {
            return Ok(facts.summary());
        }
    }
}

/// Counts the bytes that have been read, for whoever shows progress.
struct Counted {
    file: File,
    n_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(target)?;
        let n_new = u64::try_from(n).unwrap_or_default();
        self.n_read.fetch_add(n_new, Ordering::Relaxed);
        Ok(n)
    }
}
