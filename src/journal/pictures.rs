//! Pictures that goods files have named, and what the shop has of them.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::Sku;
use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError, RunId};
use crate::wording::Message;

/// The pictures of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    pub match_key: String,
    pub sku: String,
    /// Of the file that named them.
    pub folder: String,
    /// The main one first.
    pub names: Vec<String>,
    /// Paths in the shop, as it last confirmed them.
    pub told: Vec<String>,
}

/// How far the pictures of a product have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PicturesState {
    /// A file has just named them.
    New,
    /// Some are not there yet.
    Waits,
    Done,
}

/// A file of a picture when it was last read, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture {
    pub size: u64,
    pub modified: String,
    pub digest: String,
    /// In the shop, or why it does not take the picture.
    pub path: Result<String, Message>,
}

impl PicturesState {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waits => "waits",
            Self::Done => "done",
        }
    }
}

impl Journal {
    /// A run's file names these pictures for the product; they are to be looked at. Nothing
    /// happens where one of the `newer` runs has named others.
    pub fn name_pictures(
        &self,
        exchange: &str,
        sku: &Sku,
        (folder, names): (&str, &[String]),
        run: RunId,
        newer: &HashSet<RunId>,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        if !newer.is_empty() {
            let named_by: Option<i64> = self
                .connection
                .prepare_cached(
                    "SELECT named_by FROM pictures WHERE exchange = ?1 AND match_key = ?2",
                )?
                .query_row(params![exchange, sku.match_key()], |row| row.get(0))
                .optional()?
                .flatten();
            if named_by.is_some_and(|by| newer.contains(&RunId(by))) {
                return Ok(());
            }
        }
        self.connection
            .prepare_cached(
                "INSERT INTO pictures (exchange, match_key, sku, folder, names, state, named_at, named_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'new', ?6, ?7)
                 ON CONFLICT DO UPDATE SET sku = excluded.sku, folder = excluded.folder,
                 names = excluded.names, state = excluded.state, named_at = excluded.named_at,
                 named_by = excluded.named_by",
            )?
            .execute(params![
                exchange,
                sku.match_key(),
                sku.as_str(),
                folder,
                lines(names),
                stamp(now),
                run.0
            ])?;
        Ok(())
    }

    /// Those in this state that were named since then, by article, behind `after`.
    pub fn pictures(
        &self,
        exchange: &str,
        state: PicturesState,
        since: Option<NaiveDateTime>,
        after: &str,
        most: u32,
    ) -> Result<Vec<Pictures>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT match_key, sku, folder, names, told FROM pictures
             WHERE exchange = ?1 AND state = ?2 AND named_at >= ?3 AND match_key > ?4
             ORDER BY match_key LIMIT ?5",
        )?;
        let since = since.map(stamp).unwrap_or_default();
        let read = |row: &Row<'_>| {
            Ok(Pictures {
                match_key: row.get(0)?,
                sku: row.get(1)?,
                folder: row.get(2)?,
                names: list(&row.get::<_, String>(3)?),
                told: list(&row.get::<_, String>(4)?),
            })
        };
        let rows =
            statement.query_map(params![exchange, state.name(), since, after, most], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How far a product's pictures have come; `told` is what the shop has confirmed.
    pub fn put_pictures(
        &self,
        exchange: &str,
        match_key: &str,
        state: PicturesState,
        told: &[String],
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "UPDATE pictures SET state = ?3, told = ?4 WHERE exchange = ?1 AND match_key = ?2",
            )?
            .execute(params![exchange, match_key, state.name(), lines(told)])?;
        Ok(())
    }

    pub fn read_picture(
        &self,
        exchange: &str,
        name: &str,
    ) -> Result<Option<ReadPicture>, JournalError> {
        let read = |row: &Row<'_>| {
            let path: Option<String> = row.get(3)?;
            let fault: Option<Message> = row.get(4)?;
            Ok(ReadPicture {
                size: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
                modified: row.get(1)?,
                digest: row.get(2)?,
                path: path.ok_or_else(|| fault.unwrap_or_else(|| Message::plain(""))),
            })
        };
        Ok(self
            .connection
            .prepare_cached(
                "SELECT size, modified, digest, path, fault FROM picture_file WHERE exchange = ?1 AND name = ?2",
            )?
            .query_row(params![exchange, name], read)
            .optional()?)
    }

    pub fn keep_picture(
        &self,
        exchange: &str,
        name: &str,
        picture: &ReadPicture,
    ) -> Result<(), JournalError> {
        let ReadPicture {
            size,
            modified,
            digest,
            path,
        } = picture;
        let size = i64::try_from(*size).unwrap_or(i64::MAX);
        let (path, fault) = match path {
            Ok(path) => (Some(path), None),
            Err(fault) => (None, Some(fault)),
        };
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO picture_file (exchange, name, size, modified, digest, path, fault)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![exchange, name, size, modified, digest, path, fault])?;
        Ok(())
    }
}

fn lines(list: &[String]) -> String {
    list.join("\n")
}

fn list(lines: &str) -> Vec<String> {
    lines.lines().map(str::to_owned).collect()
}
