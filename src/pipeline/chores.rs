//! What a pass does besides carrying files: lists that are due, pictures that came late,
//! the end of a full export, ids whose goods are overdue.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tracing::{info, warn};

use crate::formats::commerceml::write_sold_out;
use crate::journal::{Journal, LeftOut, Standing};
use crate::pipeline::outbound::in_memory;
use crate::pipeline::post::{PassReport, Post};
use crate::pipeline::{CarryError, ListKind, clock, fetch_list, pictures};

const PRODUCTS_JOB: &str = "products";

/// Between two looks for pictures that are not there yet.
const PICTURES_EVERY: Duration = Duration::from_secs(60);

impl Post {
    pub(super) fn send_late_pictures(&mut self, journal: &Journal, report: &mut PassReport) {
        self.next_pictures = Instant::now() + PICTURES_EVERY;
        let awaited = &mut self.awaited_pictures;
        if let Err(err) = pictures::send_late(&self.exchange, journal, awaited, clock::now()) {
            report.errors.push(err);
        }
    }

    /// When every portion of a full export has come, what it has left out is sold
    /// out: a list that says so is dropped into the inbox, and goes the way of every
    /// other file, guard rails and receipt included.
    pub(super) fn close_full_export(&self, journal: &Journal, report: &mut PassReport) {
        let Some(wait) = self.exchange.settings.goods.zero_missing_after else {
            return;
        };
        // A portion may be among them.
        if report.waiting.is_empty()
            && report.errors.is_empty()
            && let Err(err) = self.drop_left_out(journal, wait)
        {
            report.errors.push(err);
        }
    }

    fn drop_left_out(&self, journal: &Journal, wait: Duration) -> Result<(), CarryError> {
        let name = self.exchange.name();
        let Some(latest) = journal.open_export(name)? else {
            return Ok(());
        };
        let now = clock::now();
        let age = now
            .signed_duration_since(latest)
            .to_std()
            .unwrap_or_default();
        if age < wait || !self.inbox.claimed()?.is_empty() {
            return Ok(());
        }
        match journal.export_standing(name)? {
            Standing::Whole => {}
            Standing::Waiting => return Ok(()),
            Standing::Incomplete => {
                warn!(
                    exchange = name,
                    "a full export was not carried whole, so nothing that it leaves out is sold out"
                );
                return Ok(journal.close_export(name)?);
            }
        }
        let left_out = journal.left_out(name)?;
        if !left_out.is_empty() {
            let n_products = left_out.len();
            let goods: Vec<(String, Option<String>)> = left_out
                .into_iter()
                .map(|LeftOut { sku, name }| (sku, name))
                .collect();
            let file = format!("left-out-{}.xml", now.format("%Y%m%d-%H%M%S"));
            // Where warehouses are chosen, a total is not believed.
            let warehouses = &self.exchange.settings.goods.warehouses;
            let content = write_sold_out(Vec::new(), &goods, warehouses.first());
            self.inbox.put(&file, &in_memory(content)?)?;
            info!(
                exchange = name,
                n_products, "a full export left out {n_products} products in stock: see `{file}`"
            );
        }
        Ok(journal.close_export(name)?)
    }

    /// Names, once, the ids whose goods file is overdue.
    pub(super) fn report_overdue(&self, journal: &Journal, report: &mut PassReport) {
        let wait =
            chrono::Duration::from_std(self.exchange.settings.schedule.wait).unwrap_or_default();
        let Some(deadline) = clock::now().checked_sub_signed(wait) else {
            return;
        };
        match journal.take_overdue(self.exchange.name(), deadline) {
            Ok(items) => {
                for item in &items {
                    warn!(
                        item,
                        "`{item}` still waits for a goods file that names its article"
                    );
                }
                report.overdue = items;
            }
            Err(err) => report.errors.push(err.into()),
        }
    }

    pub(super) fn fetch_due_lists(&mut self, journal: &Journal, report: &mut PassReport) {
        let Some(every) = self.exchange.settings.schedule.products else {
            return;
        };
        if self.lists.is_waiting(Instant::now()) {
            return;
        }
        match self.fetch_list_if_due(journal, every) {
            Ok(None) => {}
            Ok(Some(files)) => {
                self.lists.succeeded();
                report.lists.extend(files);
            }
            Err(err) => {
                self.lists.failed(self.exchange.settings.schedule.scan);
                report.errors.push(err);
            }
        }
    }

    fn fetch_list_if_due(
        &self,
        journal: &Journal,
        every: Duration,
    ) -> Result<Option<Vec<PathBuf>>, CarryError> {
        let every = TimeDelta::from_std(every).unwrap_or_default();
        let (name, now) = (self.exchange.name(), clock::now());
        let last = journal.last_ran(name, PRODUCTS_JOB)?;
        // A time ahead of now was written by a clock that was wrong.
        if last.is_some_and(|last| (TimeDelta::zero()..every).contains(&(now - last))) {
            return Ok(None);
        }
        let fetched = fetch_list(
            ListKind::Products,
            &self.exchange,
            journal,
            Some(&self.outbox),
        )?;
        journal.note_ran(name, PRODUCTS_JOB, clock::now())?;
        Ok(Some(fetched.files))
    }
}
