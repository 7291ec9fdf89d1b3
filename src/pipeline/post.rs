//! One exchange with its folders: what is due, in which order, and what it came to.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use tracing::{info, warn};

use crate::folders::{ClaimedFile, Fate, Inbox, Outbox};
use crate::formats::{self, CsvOptions, Stage};
use crate::journal::{Journal, Run, Tally};
use crate::pipeline::backoff::Backoff;
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::pictures::Awaited;
use crate::pipeline::queue::{Lane, Queue, in_order};
use crate::pipeline::settle::settle_open_calls;
use crate::pipeline::turn::Turn;
use crate::pipeline::{CarryError, Exchange, OrdersReport, ask_for_orders, clock};

/// What became of one file in a pass.
#[derive(Debug)]
pub struct FileReport {
    pub name: String,
    pub run: Option<Run>,
    pub fate: Fate,
    pub tally: Tally,
    pub place: PathBuf,
    pub error: Option<CarryError>,
}

/// What one pass over an exchange came to.
#[derive(Debug, Default)]
pub struct PassReport {
    pub files: Vec<FileReport>,
    /// Files left in the inbox because they are not finished or not to be had.
    pub waiting: Vec<PathBuf>,
    /// The inbox was looked through to its end.
    pub has_looked: bool,
    pub orders: Option<OrdersReport>,
    pub lists: Vec<PathBuf>,
    /// Ids with price or stock that have waited too long for their goods file.
    pub overdue: Vec<String>,
    /// What stopped the pass or a part of it.
    pub errors: Vec<CarryError>,
}

/// An exchange with its folders.
pub(super) struct Post {
    pub(super) exchange: Exchange,
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
    /// Once they are made they are not made again: where they are missing then, a
    /// share is away, and its empty place must not be taken for it.
    has_folders: bool,
    pub(super) next_scan: Instant,
    pub(super) next_orders: Instant,
    /// Of everything, while the shop or a folder is out of reach.
    pause: Backoff,
    /// Why, in this pass and in the last one that failed.
    trouble: Option<String>,
    last_trouble: Option<String>,
    /// Of the product list alone: where it cannot be had or written, the rest goes on.
    pub(super) lists: Backoff,
    /// Of looking into open calls, and what must wait for that.
    settling: Backoff,
    unsettled: HashSet<Lane>,
    /// Claimed files that wait to be tried again.
    retry_at: HashMap<PathBuf, NaiveDateTime>,
    /// When missing pictures are looked for again.
    pub(super) next_pictures: Instant,
    pub(super) awaited_pictures: Awaited,
}

/// No pause is longer: a time further ahead was written by a clock that was wrong.
const FURTHEST: TimeDelta = TimeDelta::hours(2);

const ORDERS_JOB: &str = "orders";

impl Post {
    pub(super) fn new(exchange: Exchange) -> Self {
        let start = Instant::now();
        Self {
            inbox: Inbox::at(&exchange.settings.inbox)
                .with_marker(exchange.settings.marker.clone()),
            outbox: Outbox::at(&exchange.settings.outbox),
            has_folders: false,
            exchange,
            next_scan: start,
            next_orders: start,
            pause: Backoff::default(),
            trouble: None,
            last_trouble: None,
            lists: Backoff::default(),
            settling: Backoff::default(),
            unsettled: HashSet::new(),
            retry_at: HashMap::new(),
            next_pictures: start,
            awaited_pictures: Awaited::default(),
        }
    }

    pub(super) fn make_folders(&mut self) -> Result<(), CarryError> {
        if !self.has_folders {
            self.inbox.make()?;
            self.outbox.make()?;
            self.has_folders = true;
        }
        Ok(())
    }

    /// One pass over everything: the whole inbox, one asking for orders, lists if due.
    pub(super) fn serve_once(
        &mut self,
        journal: &Journal,
        report: &mut PassReport,
        stopped: &mut dyn FnMut() -> bool,
    ) {
        if let Err(err) = self.make_folders() {
            return report.errors.push(err);
        }
        self.wait_until_quiet(report);
        self.ask(journal, report);
        self.carry_all(journal, report, stopped);
        self.end_abandoned(journal, report);
        self.close_full_export(journal, report);
        self.send_late_pictures(journal, report);
        self.fetch_due_lists(journal, report);
        self.report_overdue(journal, report);
    }

    pub(super) fn next_due(&self) -> Instant {
        let due = match self.exchange.settings.schedule.orders {
            Some(_) => self.next_scan.min(self.next_orders),
            None => self.next_scan,
        };
        due.max(self.pause.until().unwrap_or(due))
    }

    /// What is due now.
    pub(super) fn serve(
        &mut self,
        journal: &Journal,
        now: Instant,
        report: &mut PassReport,
        stopped: &mut dyn FnMut() -> bool,
    ) {
        if self.pause.is_waiting(now) {
            return;
        }
        if let Err(err) = self.make_folders() {
            self.block(err, report);
            return self.judge(report);
        }
        let schedule = self.exchange.settings.schedule.clone();
        if now >= self.next_scan {
            self.carry_all(journal, report, stopped);
            self.end_abandoned(journal, report);
            self.close_full_export(journal, report);
            self.next_scan = Instant::now() + schedule.scan;
        }
        if now >= self.next_pictures {
            self.send_late_pictures(journal, report);
        }
        if let Some(every) = schedule
            .orders
            .filter(|_| now >= self.next_orders && !stopped())
        {
            self.ask(journal, report);
            self.next_orders = Instant::now() + every;
        }
        self.fetch_due_lists(journal, report);
        self.report_overdue(journal, report);
        self.judge(report);
    }

    /// Where the shop, a share or the journal's disk is out of reach, the pauses get
    /// longer and longer, and the log names it when it goes and when it comes back,
    /// not at every attempt.
    fn judge(&mut self, report: &PassReport) {
        let of_files = report.files.iter().filter_map(|file| file.error.as_ref());
        let mut errors = report.errors.iter().chain(of_files);
        let trouble = self.trouble.take().or_else(|| {
            let blocking = errors.find(|err| concerns_every_file(err));
            blocking.map(ToString::to_string)
        });
        let has_worked = !report.files.is_empty() || report.orders.is_some();
        match trouble {
            Some(text) => {
                let pause = self.pause.failed(self.exchange.settings.schedule.scan);
                if self.last_trouble.as_ref() != Some(&text) {
                    let pause_s = pause.as_secs();
                    warn!(
                        exchange = self.exchange.name(),
                        pause_s, "{text}; will try again in {pause_s} s"
                    );
                    self.last_trouble = Some(text);
                }
            }
            None if has_worked => {
                if self.last_trouble.take().is_some() {
                    info!(exchange = self.exchange.name(), "at work again");
                }
                self.pause.succeeded();
            }
            None => {}
        }
    }

    /// Without this nothing can be done: the next pass comes later.
    fn block(&mut self, err: CarryError, report: &mut PassReport) {
        self.trouble = Some(err.to_string());
        report.errors.push(err);
    }

    /// For a single pass: sees each file twice with the quiet time between.
    fn wait_until_quiet(&mut self, report: &mut PassReport) {
        match self.inbox.scan(Instant::now()) {
            Ok(sightings) if !sightings.is_empty() => {
                std::thread::sleep(self.exchange.settings.schedule.quiet);
            }
            Ok(_) => {}
            Err(err) => report.errors.push(err.into()),
        }
        // Whatever changed meanwhile is seen as new by the scan that follows, and waits for the next pass.
    }

    fn carry_all(
        &mut self,
        journal: &Journal,
        report: &mut PassReport,
        stopped: &mut dyn FnMut() -> bool,
    ) {
        let (ready, due) = match self.find_work(report) {
            Ok(work) => work,
            Err(err) => return self.block(err, report),
        };
        report.has_looked = true;
        if ready.is_empty() && due.is_empty() {
            return;
        }
        // While the shop lets nobody in, no file is taken: they wait where they are.
        if let Err(err) = self.exchange.client.log_in() {
            return self.block(err.into(), report);
        }
        let claimed = self.claim(ready, report);
        let files = due.into_iter().chain(claimed).collect();
        let files = self.unpack_archives(files, journal, report);
        let waiting = match journal.waiting_files(self.exchange.name()) {
            Ok(waiting) => waiting,
            Err(err) => return self.block(err.into(), report),
        };
        let files = in_order(files, &waiting, &self.exchange.settings.csv);
        // An order whose status changes is no longer among the new ones: were it
        // not fetched before, it would never be.
        let has_documents = files
            .iter()
            .any(|(stage, _)| *stage == Some(Stage::Documents));
        if has_documents && report.orders.is_none() {
            self.ask(journal, report);
        }
        let mut queue = Queue::new(std::mem::take(&mut self.retry_at));
        if let Err(err) = self.settle(journal, report, &mut queue, stopped) {
            self.retry_at = queue.close();
            return self.block(err, report);
        }
        let lookup = Lookup::new(&self.exchange, journal, Reach::Online);
        if report.orders.is_some() {
            lookup.note_orders_fetched();
        } else if has_documents {
            queue.block(Lane::Orders, clock::now() + TimeDelta::minutes(1));
        }
        for (stage, file) in files {
            if stopped() {
                break;
            }
            let lane = Lane::of(stage);
            if let Some(until) = queue.blocked_until(lane) {
                report.waiting.push(file.path().to_owned());
                queue.put_off(&file, until);
                continue;
            }
            match self.carry_with_orders(&file, journal, &lookup, report) {
                Turn::NotBefore { due, is_in_line } => {
                    if is_in_line {
                        queue.block(lane, due);
                    }
                    report.waiting.push(file.path().to_owned());
                    queue.put_off(&file, due);
                }
                Turn::Done(carried) => {
                    queue.note(lane, &file, &carried);
                    let is_over = carried.error.as_ref().is_some_and(concerns_every_file);
                    report.files.push(*carried);
                    if is_over {
                        break;
                    }
                }
            }
        }
        self.retry_at = queue.close();
    }

    /// Fetches the orders first where the file turns out to speak of them.
    fn carry_with_orders(
        &self,
        file: &ClaimedFile,
        journal: &Journal,
        lookup: &Lookup<'_>,
        report: &mut PassReport,
    ) -> Turn {
        let turn = self.carry(file, journal, lookup);
        if !needs_orders(&turn) || report.orders.is_some() {
            return turn;
        }
        self.ask(journal, report);
        if report.orders.is_none() {
            return turn;
        }
        lookup.note_orders_fetched();
        // It has been noted for later.
        if let Err(err) = forget_pause(&turn, journal) {
            report.errors.push(err);
        }
        self.carry(file, journal, lookup)
    }

    /// Looks into open calls. Where one cannot be looked into, what it is about waits,
    /// and the rest goes on.
    fn settle(
        &mut self,
        journal: &Journal,
        report: &mut PassReport,
        queue: &mut Queue,
        stopped: &mut dyn FnMut() -> bool,
    ) -> Result<(), CarryError> {
        let scan = self.exchange.settings.schedule.scan;
        if !self.settling.is_waiting(Instant::now()) {
            let lookup = Lookup::new(&self.exchange, journal, Reach::Online);
            let failed = settle_open_calls(&self.exchange, journal, &lookup, stopped)?;
            self.unsettled = failed
                .iter()
                .map(|(function, _)| Lane::about(*function))
                .collect();
            if failed.is_empty() {
                self.settling.succeeded();
            } else {
                self.settling.failed(scan);
            }
            report.errors.extend(failed.into_iter().map(|(_, err)| err));
        }
        let until = clock::now() + TimeDelta::from_std(scan).unwrap_or_default();
        for lane in &self.unsettled {
            queue.block(*lane, until);
        }
        Ok(())
    }

    /// Files in the inbox that can be taken, and claimed ones whose time has come.
    fn find_work(
        &mut self,
        report: &mut PassReport,
    ) -> Result<(Vec<PathBuf>, Vec<ClaimedFile>), CarryError> {
        let now = clock::now();
        let mut due = self.inbox.claimed()?;
        // Those that wait are looked at as well when something is due: newer files
        // queue behind them.
        let is_due = |file: &ClaimedFile| {
            self.retry_at
                .get(file.path())
                .is_none_or(|time| has_come(*time, now))
        };
        let is_any_due = due.iter().any(is_due);
        let quiet = self.exchange.settings.schedule.quiet;
        let csv = &self.exchange.settings.csv;
        let mut ready = Vec::new();
        for sighting in self.inbox.scan(Instant::now())? {
            if sighting.is_marked
                && sighting.quiet_for >= quiet
                && looks_whole(&sighting.path, sighting.quiet_for, csv)
            {
                ready.push(sighting.path);
            } else {
                report.waiting.push(sighting.path);
            }
        }
        if !is_any_due && ready.is_empty() {
            due.clear();
        }
        Ok((ready, due))
    }

    fn claim(&mut self, ready: Vec<PathBuf>, report: &mut PassReport) -> Vec<ClaimedFile> {
        let mut claimed = Vec::with_capacity(ready.len());
        for path in ready {
            match self.inbox.claim(&path) {
                Ok(file) => claimed.push(file),
                // The next scan tries again; the log need not tell of each try.
                Err(err) => {
                    if self.inbox.is_first_refusal(&path) {
                        warn!(file = %path.display(), "not taken yet, another program seems to hold it: {err}");
                    }
                    report.waiting.push(path);
                }
            }
        }
        claimed
    }

    fn ask(&self, journal: &Journal, report: &mut PassReport) {
        match ask_for_orders(&self.exchange, journal, &self.outbox) {
            Ok(orders) => {
                if let Some(file) = &orders.file {
                    let (file, n_orders) = (file.display(), orders.written.len());
                    info!(
                        exchange = self.exchange.name(),
                        n_orders, "wrote {n_orders} new orders to `{file}`"
                    );
                }
                report.orders = Some(orders);
                if let Err(err) = journal.note_ran(self.exchange.name(), ORDERS_JOB, clock::now()) {
                    report.errors.push(err.into());
                }
            }
            Err(err) => report.errors.push(err),
        }
    }
}

/// Whether a time noted for another attempt has come.
pub(super) fn has_come(time: NaiveDateTime, now: NaiveDateTime) -> bool {
    time <= now || time - now > FURTHEST
}

fn forget_pause(turn: &Turn, journal: &Journal) -> Result<(), CarryError> {
    match turn {
        Turn::Done(report) => match &report.run {
            Some(run) => Ok(journal.forget_retry(run.id)?),
            None => Ok(()),
        },
        Turn::NotBefore { .. } => Ok(()),
    }
}

fn needs_orders(turn: &Turn) -> bool {
    match turn {
        Turn::Done(report) => matches!(report.error, Some(CarryError::OrdersFirst)),
        Turn::NotBefore { .. } => false,
    }
}

/// After this, no other file of the exchange will fare better.
fn concerns_every_file(err: &CarryError) -> bool {
    match err {
        CarryError::Shop(err) => err.concerns_every_call(),
        CarryError::Journal(_) => true,
        CarryError::Archive(_)
        | CarryError::File(_)
        | CarryError::Folder(_)
        | CarryError::Spool(_)
        | CarryError::Composed(_)
        | CarryError::Guarded { .. }
        | CarryError::Unexplained { .. }
        | CarryError::OrdersFirst
        | CarryError::Settings(_) => false,
    }
}

/// An XML file whose end is not there is still being written, unless it has
/// stayed like that for a minute: then it is taken, and rejected as truncated.
///
/// For a process that has just begun, the file's own age stands for that: the
/// later of its times, since a copy keeps the original's time of change.
fn looks_whole(path: &Path, quiet_for: Duration, csv: &CsvOptions) -> bool {
    const PATIENCE: Duration = Duration::from_secs(60);
    let age = || {
        let metadata = std::fs::metadata(path).ok()?;
        let latest = metadata
            .created()
            .into_iter()
            .chain(metadata.modified())
            .max()?;
        latest.elapsed().ok()
    };
    let has_end =
        || std::fs::File::open(path).is_ok_and(|file| formats::has_end(file, csv).unwrap_or(false));
    quiet_for >= PATIENCE || has_end() || age().is_some_and(|age| age >= PATIENCE)
}
