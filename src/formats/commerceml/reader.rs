//! The facts of a file, one after another.

use std::io::{self, Read};

use crate::formats::ahead::Supply;
use crate::formats::commerceml::tokens::{Batch, Tokenizer};
use crate::formats::commerceml::walk::Walk;
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Row, Summary};

/// Brings the tokens and walks through them.
pub(in crate::formats) struct Reader<R: Read> {
    supply: Supply<Tokenizer<R>>,
    batch: Batch,
    /// Tokens of the batch that have been taken.
    n_taken: usize,
    walk: Walk,
    has_ended: bool,
}

impl<R: Read + Send + 'static> Reader<R> {
    /// The same, with a thread that makes the tokens.
    pub(in crate::formats) fn ahead(self) -> io::Result<Self> {
        Ok(Self {
            supply: self.supply.ahead("tokenizer")?,
            ..self
        })
    }
}

impl<R: Read> Reader<R> {
    pub(in crate::formats) fn new(text: Utf8Reader<R>) -> Self {
        let batch = Batch::new(text.encoding());
        Self {
            supply: Supply::new(Tokenizer::new(text)),
            batch,
            n_taken: 0,
            walk: Walk::new(),
            has_ended: false,
        }
    }

    pub(in crate::formats) fn summary(&self) -> Summary {
        Summary {
            encoding: self.batch.encoding,
            ..self.walk.summary().clone()
        }
    }

    /// The next fact or faulty row; `None` at the end of the file.
    pub(in crate::formats) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            if let Some(row) = self.walk.next_row() {
                return Ok(Some(row));
            }
            if self.has_ended {
                return Ok(None);
            }
            // Stays so if reading fails.
            self.has_ended = true;
            self.has_ended = self.walk_on()?;
        }
    }

    /// Walks up to the next row or through the rest of the batch; whether the file has ended.
    fn walk_on(&mut self) -> Result<bool, FileError> {
        while let Some(token) = self.batch.tokens.get(self.n_taken) {
            self.n_taken += 1;
            self.walk.take(*token, &self.batch)?;
            if self.walk.has_row() {
                return Ok(false);
            }
        }
        if let Some(outcome) = self.batch.outcome.take() {
            self.walk.end_of_file(outcome?)?;
            return Ok(true);
        }
        self.walk.leave(&self.batch);
        self.n_taken = 0;
        self.supply.next(&mut self.batch).map_err(FileError::Io)?;
        Ok(false)
    }
}
