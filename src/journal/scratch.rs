//! A private copy of what is known, to look ahead in while the service is at work.
//!
//! Looking ahead writes and takes it back: in the journal itself it would keep the
//! service from writing for as long as a large file takes.

use std::path::Path;

use rusqlite::Connection;

use crate::journal::{Journal, JournalError};

/// Everything that planning asks for. Rows and calls of earlier runs, and what a person was
/// told, are not; nor are the texts of orders: they name buyers.
const KNOWN: [&str; 16] = [
    "run",
    "article",
    "product_state",
    "told",
    "full_export",
    "order_status",
    "identity",
    "pending",
    "reference",
    "order_ledger",
    "order_goods",
    "never_added",
    "stated",
    "category",
    "pictures",
    "picture_file",
];

impl Journal {
    /// In a temporary file that goes with it.
    pub fn scratch(live: &Path) -> Result<Self, JournalError> {
        let journal = Self::around(Connection::open("")?, live)?;
        journal
            .connection
            .execute_batch("PRAGMA synchronous = OFF;")?;
        let path = live.to_string_lossy();
        journal
            .connection
            .execute("ATTACH ?1 AS live", [path.as_ref()])?;
        journal.atomically(|| {
            for table in KNOWN {
                // By name: columns added by a migration stand in another order.
                let columns: String = journal.connection.query_row(
                    "SELECT group_concat(name) FROM main.pragma_table_info(?1)",
                    [table],
                    |row| row.get(0),
                )?;
                journal.connection.execute(
                    &format!(
                        "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM live.{table}"
                    ),
                    [],
                )?;
            }
            Ok::<_, JournalError>(())
        })?;
        journal.connection.execute("DETACH live", [])?;
        Ok(journal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrderId;

    #[test]
    fn what_is_known_is_there_and_the_journal_stays_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's.sqlite");
        let journal = Journal::open(&path).unwrap();
        journal.learn_article("main", "A").unwrap();
        let scratch = Journal::scratch(&path).unwrap();
        assert_eq!(scratch.n_articles("main").unwrap(), 1);
        scratch
            .rehearse(|| {
                scratch.learn_article("main", "B")?;
                // Nobody waits for the other.
                journal.learn_article("main", "C")
            })
            .unwrap();
        assert_eq!(journal.n_articles("main").unwrap(), 2);
    }

    #[test]
    fn no_buyer_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        let journal = Journal::open(&path).unwrap();
        let order = OrderId::parse("7").unwrap();
        let text = "<Документ>Иванова Анна, +7 000 000-00-00</Документ>";
        journal
            .keep_document("main", order, "orders.xml", text)
            .unwrap();
        let n_texts = |journal: &Journal| -> i64 {
            let count = "SELECT count(*) FROM order_document";
            let count = journal.connection.query_row(count, [], |row| row.get(0));
            count.unwrap()
        };
        assert_eq!(n_texts(&journal), 1);
        assert_eq!(n_texts(&Journal::scratch(&path).unwrap()), 0);
    }

    #[test]
    fn no_table_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let mut statement = journal
            .connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .unwrap();
        let tables = statement.query_map([], |row| row.get(0)).unwrap();
        let left_out = [
            "outcome",
            "call",
            "call_entry",
            "run_tally",
            "notice",
            "schedule",
            "order_document",
            "outbox",
        ];
        let mut known: Vec<&str> = KNOWN.into_iter().chain(left_out).collect();
        let mut tables: Vec<String> = tables.map(Result::unwrap).collect();
        known.sort_unstable();
        tables.sort();
        assert_eq!(tables, known);
    }
}
