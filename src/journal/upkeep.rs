//! Looking after the journal itself: is it whole, is there a copy, what may go.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDateTime};
use rusqlite::{Connection, params};

use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError};

/// Rows that changed nothing are by far the most, and the first that nobody asks for.
const UNCHANGED_DAYS: u64 = 7;

/// What SQLite's `application_id` says in a copy.
const COPY: i64 = 1;

impl Journal {
    /// Reads the whole file and finds out whether it is what SQLite wrote. Takes
    /// about a second for a gigabyte.
    pub fn examine(&self) -> Result<(), JournalError> {
        let verdict: String = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict == "ok" {
            return Ok(());
        }
        Err(JournalError::Damaged {
            path: self.path.clone(),
            detail: verdict,
        })
    }

    /// Writes a copy beside the journal, which can be put in its place as it is. The
    /// copy before it is kept as well. Returns the copy's place.
    pub fn back_up(&self) -> Result<PathBuf, JournalError> {
        let copy = self.path.with_extension("backup.sqlite");
        self.copy_to(&copy.with_extension("tmp"))?;
        let before = self.path.with_extension("backup-before.sqlite");
        if copy.exists() {
            rename(&copy, &before)?;
        }
        rename(&copy.with_extension("tmp"), &copy)?;
        Ok(copy)
    }

    /// Makes a whole copy at `target`, in the state of one moment.
    pub(super) fn copy_to(&self, target: &Path) -> Result<(), JournalError> {
        let failed = |reason| JournalError::Copy {
            path: target.to_owned(),
            reason,
        };
        if target.exists() {
            fs::remove_file(target).map_err(failed)?;
        }
        let shown = target.display().to_string();
        self.connection.execute("VACUUM INTO ?1", [shown])?;
        // Put in the journal's place one day, it must not take for known what was known then.
        Connection::open(target)?.pragma_update(None, "application_id", COPY)?;
        // SQLite does not wait for the disk here.
        let copied = fs::OpenOptions::new().write(true).open(target);
        copied.and_then(|file| file.sync_all()).map_err(failed)
    }

    /// A copy that has taken the journal's place is behind: what the shop has may have
    /// changed since, so all of it is in doubt and is sent again.
    pub(super) fn doubt_if_copy(&self) -> Result<(), JournalError> {
        let id: i64 = self
            .connection
            .query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if id != COPY {
            return Ok(());
        }
        self.atomically(|| {
            self.connection.execute_batch(
                "UPDATE product_state SET last_price = coalesce(price, last_price), price = NULL,
                 last_quantity = coalesce(quantity, last_quantity), quantity = NULL, name = NULL,
                 details = NULL;
                 UPDATE told SET value = NULL;
                 UPDATE order_status SET status_id = NULL;
                 DELETE FROM category;
                 UPDATE pictures SET told = '', state = 'new';",
            )?;
            Ok(self.connection.pragma_update(None, "application_id", 0)?)
        })
    }

    /// Forgets finished runs, with their rows and calls, after so many days, and rows
    /// that changed nothing after a week. What the shop is known to have, who is who
    /// and the ledger of orders stay. Returns the number of runs.
    pub fn prune(&self, keep_days: u64, now: NaiveDateTime) -> Result<usize, JournalError> {
        let before = |days| now.checked_sub_days(Days::new(days)).map(stamp);
        let n_runs = self.atomically(|| {
            self.connection.execute(
                "DELETE FROM outcome WHERE outcome = 'unchanged' AND run IN
                 (SELECT id FROM run WHERE state = 'done' AND finished_at < ?1)",
                params![before(UNCHANGED_DAYS.min(keep_days))],
            )?;
            // The last one stays: numbers of runs are not to be given twice.
            let n = self.connection.execute(
                "DELETE FROM run WHERE state IN ('done', 'rejected') AND finished_at < ?1
                 AND id < (SELECT max(id) FROM run)
                 AND NOT EXISTS (SELECT 1 FROM pending WHERE run.id IN (price_by, quantity_by))
                 AND NOT EXISTS (SELECT 1 FROM call WHERE run = run.id AND state IN ('intended', 'unclear'))",
                params![before(keep_days)],
            )?;
            Ok::<_, JournalError>(n)
        })?;
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(n_runs)
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), JournalError> {
    fs::rename(from, to).map_err(|reason| JournalError::Copy {
        path: to.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Group, GroupPrice, Money, OrderId, PriceList, Sku, StatusId, Variant};
    use crate::journal::{Fingerprint, Outcome, OutcomeKind, RunId, RunState};
    use crate::plan::Action;

    fn at(day: u32) -> NaiveDateTime {
        chrono::NaiveDate::from_ymd_opt(2026, 1, day)
            .unwrap()
            .and_hms_opt(12, 0, 0)
            .unwrap()
    }

    fn run(journal: &Journal, day: u32, state: RunState) -> RunId {
        let print = Fingerprint {
            hash: day.to_string(),
            size: 1,
        };
        let run = journal.begin("main", "a.csv", &print, at(day)).unwrap();
        let outcomes = [OutcomeKind::Applied, OutcomeKind::Unchanged].map(|kind| Outcome {
            line: 1,
            key: "A".to_owned(),
            field: "price".to_owned(),
            kind,
            detail: None,
        });
        journal.note_outcomes(run.id, &outcomes).unwrap();
        journal.finish(run.id, state, None, None, at(day)).unwrap();
        run.id
    }

    #[test]
    fn old_runs_go_and_what_waits_stays() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let old = run(&journal, 1, RunState::Done);
        let held = run(&journal, 2, RunState::Held);
        let recent = run(&journal, 20, RunState::Done);
        assert_eq!(journal.prune(14, at(25)).unwrap(), 1);
        assert_eq!(journal.run(old).unwrap(), None);
        assert_eq!(journal.tally(old).unwrap().total(), 0);
        assert_eq!(journal.tally(held).unwrap().total(), 2);
        assert_eq!(journal.tally(recent).unwrap().total(), 2);
        journal.prune(14, at(30)).unwrap();
        assert_eq!(
            journal.tally(recent).unwrap().total(),
            1,
            "the unchanged row"
        );
        journal.prune(1, at(31)).unwrap();
        assert!(
            journal.run(recent).unwrap().is_some(),
            "the last number stays"
        );
    }

    #[test]
    fn a_damaged_journal_says_so_and_its_copy_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        let journal = Journal::open(&path).unwrap();
        for day in 1..=20 {
            run(&journal, day, RunState::Done);
        }
        assert_eq!(
            journal.back_up().unwrap(),
            folder.path().join("j.backup.sqlite")
        );
        let copy = journal.back_up().unwrap();
        assert!(folder.path().join("j.backup-before.sqlite").exists());
        drop(journal);
        // Pages in the middle are lost.
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 3;
        for byte in bytes.iter_mut().skip(middle).take(8_192) {
            *byte = 0xaa;
        }
        put(&path, &bytes);
        let broken = Journal::open(&path).unwrap();
        let said = broken.examine().unwrap_err().to_string();
        assert!(said.contains("is damaged"), "{said}");
        drop(broken);
        fs::remove_file(&path).unwrap();
        fs::rename(copy, &path).unwrap();
        let restored = Journal::open(&path).unwrap();
        restored.examine().unwrap();
        assert_eq!(restored.runs(None, 100).unwrap().len(), 20);
    }

    #[test]
    fn of_a_copy_in_the_journals_place_nothing_is_known_of_the_shop_any_more() {
        let sku = Sku::parse("A").unwrap();
        let order = OrderId::parse("7").unwrap();
        let variant = Variant {
            option: "Размер".to_owned(),
            value: "42".to_owned(),
            quantity: Some(5),
            price: None,
        };
        let has_now = [
            Action::Category(Box::new(Group {
                id: "g".to_owned(),
                name: "Чай".to_owned(),
                parent: None,
            })),
            Action::Details {
                sku: sku.clone(),
                details: Box::default(),
            },
            Action::Name {
                sku: sku.clone(),
                name: "Чай".to_owned(),
            },
            Action::Price {
                sku: sku.clone(),
                price: Money::parse("100").unwrap(),
            },
            Action::GroupPrices {
                sku: sku.clone(),
                prices: vec![GroupPrice {
                    list: PriceList::Group,
                    group: 2,
                    price: Money::parse("90").ok(),
                }],
            },
            Action::Quantity {
                sku: sku.clone(),
                quantity: 5,
            },
            Action::Variant {
                sku: sku.clone(),
                variant: variant.clone(),
            },
            Action::Status {
                order,
                status: StatusId::parse("5").unwrap(),
            },
        ];
        let variant_key = has_now[6].key();
        // What is known of each of them.
        let known = |journal: &Journal| {
            let mut products = journal
                .known_products("main", std::iter::once(&sku))
                .unwrap();
            journal.add_group_prices("main", &mut products).unwrap();
            let product = products.into_values().next().unwrap_or_default();
            let names = std::iter::once(variant_key.clone());
            let variants = journal.known_variants("main", names).unwrap();
            let orders = journal
                .known_orders("main", std::iter::once(order))
                .unwrap();
            [
                !journal.categories("main").unwrap().is_empty(),
                product.details.is_some(),
                product.name.is_some(),
                product.price.is_some(),
                product.group_prices.is_some(),
                product.quantity.is_some(),
                !variants.is_empty(),
                !orders.is_empty(),
            ]
        };
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        journal.learn_article("main", "A").unwrap();
        journal.assume("main", &has_now, at(1)).unwrap();
        assert_eq!(known(&journal), [true; 8]);
        let copy = journal.back_up().unwrap();
        assert_eq!(known(&Journal::open(&copy).unwrap()), [false; 8]);
    }

    fn put(path: &Path, bytes: &[u8]) {
        std::io::Write::write_all(&mut fs::File::create(path).unwrap(), bytes).unwrap();
    }
}
