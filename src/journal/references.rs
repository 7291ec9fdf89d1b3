//! What ids stand for: price types and warehouses of 1C, statuses and categories of the shop.

use rusqlite::params;

use crate::journal::{Journal, JournalError};

/// What an id in an offer refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    PriceType,
    Warehouse,
    /// The shop's order statuses.
    Status,
    /// The shop's categories, by their paths.
    Category,
    /// Headers over the prices of lists; a list has no ids.
    ListPrice,
    /// Warehouses as lists name them.
    ListWarehouse,
    /// What 1C has called the state of an order.
    OrderWord,
}

/// Words of files that are kept to be chosen from; whoever makes up more is not 1C.
const MAX_SEEN: i64 = 300;
const MAX_SEEN_CHARS: usize = 120;

impl ReferenceKind {
    /// As the journal and the texts for a person name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PriceType => "price_type",
            Self::Warehouse => "warehouse",
            Self::Status => "status",
            Self::Category => "category",
            Self::ListPrice => "list_price",
            Self::ListWarehouse => "list_warehouse",
            Self::OrderWord => "order_word",
        }
    }
}

impl Journal {
    pub fn learn_reference(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        id: &str,
        name: &str,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO reference (exchange, kind, id, name) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![exchange, kind.name(), id, name])?;
        Ok(())
    }

    /// Keeps a word of a file, for a person to choose from. It decides nothing.
    pub fn note_seen(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        name: &str,
    ) -> Result<(), JournalError> {
        if name.trim().is_empty() || name.chars().count() > MAX_SEEN_CHARS {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO reference (exchange, kind, id, name) SELECT ?1, ?2, ?3, ?3
                 WHERE (SELECT count(*) FROM reference WHERE exchange = ?1 AND kind = ?2) < ?4",
            )?
            .execute(params![exchange, kind.name(), name, MAX_SEEN])?;
        Ok(())
    }

    /// Takes a whole list in place of the one known before.
    pub fn replace_references(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        entries: &[(String, String)],
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection.execute(
                "DELETE FROM reference WHERE exchange = ?1 AND kind = ?2",
                params![exchange, kind.name()],
            )?;
            entries
                .iter()
                .try_for_each(|(id, name)| self.learn_reference(exchange, kind, id, name))
        })
    }

    /// Id and name of everything of this kind.
    pub fn references(
        &self,
        exchange: &str,
        kind: ReferenceKind,
    ) -> Result<Vec<(String, String)>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, name FROM reference WHERE exchange = ?1 AND kind = ?2")?;
        let rows = statement.query_map(params![exchange, kind.name()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ids of everything of this kind that goes by `name`, or has it as its id.
    pub fn reference_ids(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        name: &str,
    ) -> Result<Vec<String>, JournalError> {
        let all = self.references(exchange, kind)?;
        // SQLite folds the case of Latin letters only.
        let wanted = name.to_lowercase();
        Ok(all
            .into_iter()
            .filter(|(id, known)| known.to_lowercase() == wanted || id == name)
            .map(|(id, _)| id)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_files_are_kept_once_and_not_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let kind = ReferenceKind::OrderWord;
        for name in ["Отгружен", "Отгружен", " ", &"ж".repeat(MAX_SEEN_CHARS + 1)]
        {
            journal.note_seen("main", kind, name).unwrap();
        }
        let word = "Отгружен".to_owned();
        assert_eq!(
            journal.references("main", kind).unwrap(),
            [(word.clone(), word)]
        );
        for n in 0..2 * MAX_SEEN {
            journal.note_seen("main", kind, &n.to_string()).unwrap();
        }
        let n_kept = journal.references("main", kind).unwrap().len();
        assert_eq!(i64::try_from(n_kept).unwrap(), MAX_SEEN);
    }
}
