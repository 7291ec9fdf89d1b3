//! Occasions for a notice: each is told once for as long as it lasts.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use rusqlite::params;

use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError};

impl Journal {
    /// Enters what is new among these, forgets what is over, and returns what nobody
    /// has been told of yet.
    pub fn untold(
        &self,
        exchange: &str,
        occasions: &[String],
        now: NaiveDateTime,
    ) -> Result<HashSet<String>, JournalError> {
        let known = self.notices(exchange)?;
        let is_news = known.len() != occasions.len()
            || !occasions
                .iter()
                .all(|occasion| known.iter().any(|(name, _)| name == occasion));
        // Nothing is written while nothing changes: it is asked after each pass.
        if is_news {
            self.atomically(|| {
                for (name, _) in known.iter().filter(|(name, _)| !occasions.contains(name)) {
                    self.connection
                        .prepare_cached("DELETE FROM notice WHERE exchange = ?1 AND occasion = ?2")?
                        .execute(params![exchange, name])?;
                }
                for name in occasions {
                    self.connection
                        .prepare_cached(
                            "INSERT OR IGNORE INTO notice (exchange, occasion, since) VALUES (?1, ?2, ?3)",
                        )?
                        .execute(params![exchange, name, stamp(now)])?;
                }
                Ok::<_, JournalError>(())
            })?;
        }
        let told: HashSet<&String> = known
            .iter()
            .filter(|(_, is_told)| *is_told)
            .map(|(name, _)| name)
            .collect();
        let untold = occasions.iter().filter(|name| !told.contains(name));
        Ok(untold.cloned().collect())
    }

    fn notices(&self, exchange: &str) -> Result<Vec<(String, bool)>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT occasion, told_at IS NOT NULL FROM notice WHERE exchange = ?1",
        )?;
        let rows = statement.query_map([exchange], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn note_told(
        &self,
        exchange: &str,
        occasions: &HashSet<String>,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            for name in occasions {
                self.connection
                    .prepare_cached(
                        "UPDATE notice SET told_at = ?3 WHERE exchange = ?1 AND occasion = ?2",
                    )?
                    .execute(params![exchange, name, stamp(now)])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_told_once_while_it_lasts_and_again_when_it_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let now = NaiveDateTime::default();
        let all = |names: &[&str]| -> Vec<String> {
            let mut names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort();
            names
        };
        let untold = |names: &[&str]| {
            let found = journal.untold("main", &all(names), now).unwrap();
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort();
            found
        };
        assert_eq!(untold(&["a", "b"]), all(&["a", "b"]));
        let told = HashSet::from(["a".to_owned()]);
        journal.note_told("main", &told, now).unwrap();
        assert_eq!(untold(&["a", "b"]), all(&["b"]));
        assert_eq!(untold(&["b"]), all(&["b"]));
        assert_eq!(untold(&["a", "b"]), all(&["a", "b"]), "it is held again");
        let other = journal.untold("other", &all(&["b"]), now).unwrap();
        assert_eq!(other.len(), 1);
    }
}
