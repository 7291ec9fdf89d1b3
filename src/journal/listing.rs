//! The shop's list of articles while it comes in: beside what is known, until it is whole.
//!
//! A shop may have a million articles. They are gathered in temporary tables, which
//! SQLite keeps on the disk, and then only what has changed is written.

use rusqlite::params;

use crate::domain::{Listed, sku};
use crate::journal::{Journal, JournalError};

/// What arrives first, in the shop's order; then each article once, in that of its key.
const TABLES: &str = "
    CREATE TEMP TABLE IF NOT EXISTS arrived (
        match_key TEXT NOT NULL,
        sku       TEXT NOT NULL,
        price     TEXT,
        quantity  INTEGER,
        -- Whether the shop tells price or stock at all.
        is_told   INTEGER NOT NULL
    ) STRICT;
    CREATE TEMP TABLE IF NOT EXISTS listed (
        match_key TEXT NOT NULL PRIMARY KEY,
        sku       TEXT NOT NULL,
        price     TEXT,
        quantity  INTEGER,
        is_told   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    DELETE FROM temp.arrived;
    DELETE FROM temp.listed;";

/// Of two products with one article, neither price nor stock is the one.
const EACH_ONCE: &str = "
    INSERT INTO temp.listed (match_key, sku, price, quantity, is_told)
    SELECT match_key, sku, iif(n = 1, price, NULL), iif(n = 1, quantity, NULL), is_told
    FROM (SELECT match_key, sku, price, quantity, sum(is_told) > 0 AS is_told, count(*) AS n, min(rowid)
          FROM temp.arrived GROUP BY match_key)
    ORDER BY match_key";

/// How many articles are written at once.
const AT_ONCE: usize = 1_000;

/// A list that is coming in. Nothing is known of it before it is [adopted](Self::adopt).
pub struct Listing<'a> {
    journal: &'a Journal,
    waiting: Vec<Listed>,
    n: u64,
    /// The first thing that went wrong; nothing is taken after it.
    failed: Option<JournalError>,
}

impl Journal {
    /// Begins a list anew, whatever another one has gathered.
    pub fn begin_listing(&self) -> Result<Listing<'_>, JournalError> {
        self.connection.execute_batch(TABLES)?;
        Ok(Listing {
            journal: self,
            waiting: Vec::with_capacity(AT_ONCE),
            n: 0,
            failed: None,
        })
    }

    /// Replaces the list of articles by the shop's own. Where the shop tells price and
    /// stock, they are what it has, whatever it has confirmed before.
    pub fn replace_articles(
        &self,
        exchange: &str,
        articles: &[Listed],
    ) -> Result<(), JournalError> {
        let mut listing = self.begin_listing()?;
        for article in articles {
            listing.take(article.clone());
        }
        listing.adopt(exchange)
    }

    fn gather(&self, articles: &[Listed]) -> Result<(), JournalError> {
        // Not a transaction of the journal's own: nobody else is to wait for the shop.
        self.connection.execute_batch("SAVEPOINT gather")?;
        let result = self.gather_rows(articles);
        let end = match result {
            Ok(()) => "RELEASE gather",
            Err(_) => "ROLLBACK TO gather; RELEASE gather",
        };
        self.connection.execute_batch(end)?;
        result
    }

    fn gather_rows(&self, articles: &[Listed]) -> Result<(), JournalError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO temp.arrived (match_key, sku, price, quantity, is_told) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for listed in articles {
            let key = sku::match_key(&listed.article);
            let price = listed.price.map(|price| price.to_string());
            let is_told = price.is_some() || listed.quantity.is_some();
            insert.execute(params![
                key,
                listed.article,
                price,
                listed.quantity,
                is_told
            ])?;
        }
        Ok(())
    }
}

impl Listing<'_> {
    /// What goes wrong is told at the end: whoever reads an answer of the shop has no use for it.
    pub fn take(&mut self, listed: Listed) {
        if self.failed.is_some() {
            return;
        }
        self.n += 1;
        self.waiting.push(listed);
        if self.waiting.len() >= AT_ONCE {
            self.write();
        }
    }

    /// How many articles there are, the same one twice if the shop lists it twice.
    pub fn len(&self) -> u64 {
        self.n
    }

    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    fn write(&mut self) {
        self.failed = self.journal.gather(&self.waiting).err();
        self.waiting.clear();
    }

    /// From now on these are the articles that the shop has.
    pub fn adopt(mut self, exchange: &str) -> Result<(), JournalError> {
        if self.failed.is_none() {
            self.write();
        }
        if let Some(err) = self.failed {
            return Err(err);
        }
        let connection = &self.journal.connection;
        self.journal.atomically(|| {
            connection.execute(EACH_ONCE, [])?;
            connection.execute(
                "DELETE FROM article WHERE exchange = ?1 AND match_key NOT IN (SELECT match_key FROM temp.listed)",
                [exchange],
            )?;
            connection.execute(
                "INSERT INTO article (exchange, match_key, sku)
                 SELECT ?1, match_key, sku FROM temp.listed WHERE true ORDER BY match_key
                 ON CONFLICT DO UPDATE SET sku = excluded.sku WHERE sku IS NOT excluded.sku",
                [exchange],
            )?;
            connection.execute(
                "INSERT INTO product_state (exchange, match_key, price, quantity)
                 SELECT ?1, match_key, price, quantity FROM temp.listed WHERE is_told ORDER BY match_key
                 ON CONFLICT DO UPDATE SET price = excluded.price, quantity = excluded.quantity
                 WHERE price IS NOT excluded.price OR quantity IS NOT excluded.quantity",
                [exchange],
            )?;
            // What was said of products that are gone would hide it when they come back; what
            // was said of groups belongs to no product.
            for table in ["product_state", "told"] {
                let sql = format!(
                    "DELETE FROM {table} WHERE exchange = ?1 AND match_key <> '' AND match_key NOT IN
                     (SELECT match_key FROM article WHERE exchange = ?1)"
                );
                connection.execute(&sql, [exchange])?;
            }
            connection.execute_batch("DELETE FROM temp.arrived; DELETE FROM temp.listed;")?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;
    use crate::domain::{Money, Sku};
    use crate::plan::Action;

    fn listed(article: &str, price: Option<&str>, quantity: Option<i32>) -> Listed {
        Listed {
            article: article.to_owned(),
            price: price.map(|price| Money::parse(price).unwrap()),
            quantity,
        }
    }

    fn state(journal: &Journal, article: &str) -> Option<(Option<String>, Option<i32>)> {
        let sku = Sku::parse(article).unwrap();
        let known = journal.known_products("main", [&sku].into_iter()).unwrap();
        let product = known.into_values().next()?;
        Some((
            product.price.map(|price| price.to_string()),
            product.quantity,
        ))
    }

    #[test]
    fn a_list_is_adopted_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let many: Vec<Listed> = (0..2_500)
            .map(|n| listed(&format!("Ч-{n}"), None, None))
            .collect();
        journal.replace_articles("main", &many).unwrap();
        assert_eq!(journal.n_articles("main").unwrap(), 2_500);
        // An answer that broke off, and the next one.
        let mut broken = journal.begin_listing().unwrap();
        (0..1_500).for_each(|n| broken.take(listed(&format!("X-{n}"), None, None)));
        assert_eq!(broken.len(), 1_500);
        drop(broken);
        assert_eq!(journal.n_articles("main").unwrap(), 2_500);
        journal.replace_articles("main", &many[1..]).unwrap();
        assert_eq!(journal.n_articles("main").unwrap(), 2_499);
        assert_eq!(state(&journal, "Ч-0"), None);
        assert_eq!(state(&journal, "X-0"), None);
        assert_eq!(state(&journal, "Ч-1"), Some((None, None)));
    }

    #[test]
    fn what_the_shop_tells_is_what_it_has_and_of_two_neither_is() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let confirmed = ["a", "b", "gone"].map(|article| Action::Quantity {
            sku: Sku::parse(article).unwrap(),
            quantity: 3,
        });
        journal
            .replace_articles("main", &["a", "b", "gone"].map(|a| listed(a, None, None)))
            .unwrap();
        journal
            .assume("main", &confirmed, NaiveDateTime::default())
            .unwrap();
        journal
            .replace_articles(
                "main",
                &[
                    listed("A", Some("5"), Some(7)),
                    // Not told: what was confirmed stands.
                    listed("b", None, None),
                    listed("twice", Some("1"), Some(1)),
                    listed("TWICE", Some("2"), Some(2)),
                ],
            )
            .unwrap();
        assert_eq!(
            state(&journal, "a"),
            Some((Some("5.00".to_owned()), Some(7)))
        );
        assert_eq!(state(&journal, "b"), Some((None, Some(3))));
        assert_eq!(state(&journal, "twice"), Some((None, None)));
        // It comes back, and nothing is known of it.
        journal
            .replace_articles("main", &[listed("gone", None, None)])
            .unwrap();
        assert_eq!(state(&journal, "gone"), Some((None, None)));
        assert_eq!(journal.n_articles("main").unwrap(), 1);
    }

    /// Two processes share a journal: one of them may be waiting for its shop.
    #[test]
    fn nobody_waits_while_a_list_comes_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        let (journal, other) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
        let mut listing = journal.begin_listing().unwrap();
        (0..1_500).for_each(|n| listing.take(listed(&n.to_string(), None, None)));
        other.learn_article("other", "X").unwrap();
        listing.adopt("main").unwrap();
        assert_eq!(other.n_articles("main").unwrap(), 1_500);
        assert_eq!(other.n_articles("other").unwrap(), 1);
    }
}
