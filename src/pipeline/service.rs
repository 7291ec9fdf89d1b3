//! The service: everything that can wake it is one [`Event`], and one pass serves all of them.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use tracing::{error, info, warn};

use crate::folders::{ClaimedFile, Fate, Inbox, Outbox, is_passing, is_picture};
use crate::formats::{self, FileError, Stage, archive};
use crate::journal::{Fingerprint, Journal, Run, RunState, Tally};
use crate::pipeline::fate::{fate_of, pause_before};
use crate::pipeline::inbound::{carry_in, fingerprint};
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::settle::settle_open_calls;
use crate::pipeline::{
    CarryError, Exchange, ListKind, OrdersReport, ask_for_orders, clock, fetch_list, receipt,
};

/// Everything that can wake the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Something happened in an inbox: look sooner than planned.
    ScanInbox,
    AskForOrders,
    Stop,
}

/// Sends events to a running service.
#[derive(Debug, Clone)]
pub struct Waker(Sender<Event>);

impl Waker {
    /// A service that has ended needs no waking.
    pub fn wake(&self, event: Event) {
        self.0.send(event).unwrap_or_default();
    }
}

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
    pub orders: Option<OrdersReport>,
    pub lists: Vec<PathBuf>,
    /// Ids with price or stock that have waited too long for their goods file.
    pub overdue: Vec<String>,
    /// What stopped the pass or a part of it.
    pub errors: Vec<CarryError>,
}

/// One or more exchanges and their journal.
pub struct Service {
    posts: Vec<Post>,
    journal: Journal,
    events: Receiver<Event>,
    waker: Waker,
}

/// Files about the same things are carried in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Topic {
    Goods,
    Orders,
}

impl Topic {
    fn of(stage: Option<Stage>) -> Self {
        match stage {
            Some(Stage::Documents) => Self::Orders,
            Some(
                Stage::Reference
                | Stage::Goods
                | Stage::Offers
                | Stage::Prices
                | Stage::Rests
                | Stage::Unknown,
            )
            | None => Self::Goods,
        }
    }
}

/// What came of a claimed file's turn.
enum Carry {
    /// It failed before, and its time has not come.
    NotBefore(NaiveDateTime),
    Done(Box<FileReport>),
}

/// An exchange with its folders.
struct Post {
    exchange: Exchange,
    inbox: Inbox,
    outbox: Outbox,
    next_scan: Instant,
    next_orders: Instant,
    /// A shop out of reach is left alone until then.
    pause_until: Option<Instant>,
    n_failures: u32,
    last_trouble: Option<String>,
    /// Claimed files that wait to be tried again.
    retry_at: HashMap<PathBuf, NaiveDateTime>,
}

/// Pauses grow to an hour, so this is most of a day.
const MAX_ATTEMPTS: u32 = 20;

const ORDERS_JOB: &str = "orders";
const PRODUCTS_JOB: &str = "products";

impl Service {
    pub fn new(exchanges: Vec<Exchange>, journal: Journal) -> Result<Self, CarryError> {
        let start = Instant::now();
        let posts = exchanges
            .into_iter()
            .map(|exchange| {
                Ok(Post {
                    inbox: Inbox::open(&exchange.settings.inbox)?,
                    outbox: Outbox::open(&exchange.settings.outbox)?,
                    exchange,
                    next_scan: start,
                    next_orders: start,
                    pause_until: None,
                    n_failures: 0,
                    last_trouble: None,
                    retry_at: HashMap::new(),
                })
            })
            .collect::<Result<Vec<_>, CarryError>>()?;
        let (sender, events) = channel();
        Ok(Self {
            posts,
            journal,
            events,
            waker: Waker(sender),
        })
    }

    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    pub fn inboxes(&self) -> impl Iterator<Item = &Path> {
        self.posts.iter().map(|post| post.inbox.root())
    }

    /// One pass over everything: the whole inbox, one asking for orders, lists if due.
    pub fn run_once(&mut self) -> Vec<(String, PassReport)> {
        let Self {
            posts,
            journal,
            events,
            ..
        } = self;
        posts
            .iter_mut()
            .map(|post| {
                let mut report = PassReport::default();
                post.wait_until_quiet(&mut report);
                post.ask(journal, &mut report);
                post.carry_all(journal, &mut report, &mut || is_stopped(events));
                post.fetch_due_lists(journal, &mut report);
                post.report_overdue(journal, &mut report);
                (post.exchange.name().to_owned(), report)
            })
            .collect()
    }

    /// Serves until [`Event::Stop`]; the call in flight is finished first.
    pub fn run(&mut self, on_report: &mut dyn FnMut(&str, &PassReport)) {
        loop {
            let now = Instant::now();
            let mut must_stop = false;
            for post in &mut self.posts {
                let mut report = PassReport::default();
                let mut stopped = || {
                    must_stop |= is_stopped(&self.events);
                    must_stop
                };
                post.serve(&self.journal, now, &mut report, &mut stopped);
                on_report(post.exchange.name(), &report);
            }
            let next = self.posts.iter().map(Post::next_due).min().unwrap_or(now);
            if must_stop || self.wait_until(next) {
                info!("stopped");
                return;
            }
        }
    }

    /// True when told to stop.
    fn wait_until(&mut self, next: Instant) -> bool {
        let first = match self
            .events
            .recv_timeout(next.saturating_duration_since(Instant::now()))
        {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
        };
        // One burst of file events is one scan.
        for event in std::iter::once(first).chain(self.events.try_iter()) {
            match event {
                Event::Stop => return true,
                Event::ScanInbox => self
                    .posts
                    .iter_mut()
                    .for_each(|post| post.next_scan = Instant::now()),
                Event::AskForOrders => self
                    .posts
                    .iter_mut()
                    .for_each(|post| post.next_orders = Instant::now()),
            }
        }
        false
    }
}

fn is_stopped(events: &Receiver<Event>) -> bool {
    events.try_iter().any(|event| event == Event::Stop)
}

impl Post {
    fn next_due(&self) -> Instant {
        let due = match self.exchange.settings.schedule.orders {
            Some(_) => self.next_scan.min(self.next_orders),
            None => self.next_scan,
        };
        due.max(self.pause_until.unwrap_or(due))
    }

    /// What is due now.
    fn serve(
        &mut self,
        journal: &Journal,
        now: Instant,
        report: &mut PassReport,
        stopped: &mut dyn FnMut() -> bool,
    ) {
        if self.pause_until.is_some_and(|until| now < until) {
            return;
        }
        self.pause_until = None;
        let schedule = self.exchange.settings.schedule.clone();
        if now >= self.next_scan {
            self.carry_all(journal, report, stopped);
            self.next_scan = Instant::now() + schedule.scan;
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

    /// A shop that is out of reach gets longer and longer pauses, and is named
    /// in the log when it goes and when it comes back, not at every attempt.
    fn judge(&mut self, report: &PassReport) {
        let trouble = report
            .errors
            .iter()
            .chain(report.files.iter().filter_map(|file| file.error.as_ref()));
        let blocking = trouble
            .clone()
            .find(|err| matches!(err, CarryError::Shop(err) if err.concerns_every_call()));
        let has_worked = !report.files.is_empty() || report.orders.is_some();
        match blocking {
            Some(err) => {
                self.n_failures += 1;
                let pause = pause_before(self.n_failures, 0);
                self.pause_until = Some(Instant::now() + pause);
                let text = err.to_string();
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
                    info!(exchange = self.exchange.name(), "the shop answers again");
                }
                self.n_failures = 0;
            }
            None => {}
        }
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
            Err(err) => return report.errors.push(err),
        };
        if ready.is_empty() && due.is_empty() {
            return;
        }
        // While the shop lets nobody in, no file is taken: they wait where they are.
        if let Err(err) = self.exchange.client.log_in() {
            return report.errors.push(err.into());
        }
        let claimed = self.claim(ready, report);
        let files = due.into_iter().chain(claimed).collect();
        let files = self.unpack_archives(files, journal, report);
        let waiting = match journal.waiting_files(self.exchange.name()) {
            Ok(waiting) => waiting,
            Err(err) => return report.errors.push(err.into()),
        };
        let files = in_order(files, &waiting);
        // An order whose status changes is no longer among the new ones: were it
        // not fetched before, it would never be.
        let has_documents = files
            .iter()
            .any(|(stage, _)| *stage == Some(Stage::Documents));
        if has_documents && report.orders.is_none() {
            self.ask(journal, report);
        }
        let may_change_orders = report.orders.is_some();
        let lookup = Lookup::new(&self.exchange, journal, Reach::Online);
        if let Err(err) = settle_open_calls(&self.exchange, journal, &lookup) {
            return report.errors.push(err);
        }
        let mut not_before = self.retry_at.clone();
        // Until when newer files about the same things queue behind an older one.
        let mut blocked: HashMap<Topic, NaiveDateTime> = HashMap::new();
        if !may_change_orders {
            blocked.insert(Topic::Orders, clock::now() + chrono::Duration::minutes(1));
        }
        for (stage, file) in files {
            if stopped() {
                break;
            }
            let topic = Topic::of(stage);
            if let Some(until) = blocked.get(&topic) {
                report.waiting.push(file.path().to_owned());
                not_before.insert(file.path().to_owned(), *until);
                continue;
            }
            not_before.remove(file.path());
            match self.carry(&file, journal, &lookup) {
                Carry::NotBefore(due) => {
                    blocked.insert(topic, due);
                    report.waiting.push(file.path().to_owned());
                    not_before.insert(file.path().to_owned(), due);
                }
                Carry::Done(carried) => {
                    let retry_at = carried.run.as_ref().and_then(|run| run.retry_at);
                    // What an older file says must not come after what newer ones say.
                    blocked.extend(retry_at.map(|due| (topic, due)));
                    not_before.extend(retry_at.map(|due| (file.path().to_owned(), due)));
                    let is_over = carried.error.as_ref().is_some_and(concerns_every_file);
                    report.files.push(*carried);
                    if is_over {
                        break;
                    }
                }
            }
        }
        self.retry_at = not_before;
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
                .is_none_or(|time| *time <= now)
        };
        let is_any_due = due.iter().any(is_due);
        let quiet = self.exchange.settings.schedule.quiet;
        let mut ready = Vec::new();
        for sighting in self.inbox.scan(Instant::now())? {
            if sighting.quiet_for >= quiet && looks_whole(&sighting.path, sighting.quiet_for) {
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
                // Another program holds it; the next scan tries again.
                Err(err) => {
                    warn!(file = %path.display(), "not taken yet: {err}");
                    report.waiting.push(path);
                }
            }
        }
        claimed
    }

    /// Puts the files of an archive in its place.
    fn unpack_archives(
        &self,
        files: Vec<ClaimedFile>,
        journal: &Journal,
        report: &mut PassReport,
    ) -> Vec<ClaimedFile> {
        let mut unpacked = Vec::with_capacity(files.len());
        for file in files {
            if !is_export_archive(&file) {
                unpacked.push(file);
                continue;
            }
            let (done, parts) = self.unpack(&file, journal);
            unpacked.extend(parts);
            report.files.extend(done);
        }
        // After a crash in between, a part may have lain there already.
        let mut seen = HashSet::new();
        unpacked.retain(|file| seen.insert(file.path().to_owned()));
        unpacked
    }

    /// The archive's own fate, and the files that came out of it. All of them are
    /// there before any is carried, so that a crash only means to unpack again.
    fn unpack(
        &self,
        archive: &ClaimedFile,
        journal: &Journal,
    ) -> (Option<FileReport>, Vec<ClaimedFile>) {
        let name = archive.name();
        let begun = archive
            .open()
            .map_err(CarryError::from)
            .and_then(fingerprint)
            .and_then(|print| {
                Ok(journal.begin(self.exchange.name(), &name, &print, clock::now())?)
            });
        let run = match begun {
            Ok(run) => run,
            Err(err) => {
                warn!(file = name, "cannot unpack `{name}` yet: {err}");
                return (None, Vec::new());
            }
        };
        let mut parts = Vec::new();
        let result = archive.open().map_err(CarryError::from).and_then(|opened| {
            archive::unpack(opened, is_exchange_file, |path, content| {
                parts.push(self.inbox.adopt(archive, run.id.0, path, content)?);
                Ok::<_, CarryError>(())
            })
        });
        if result.is_err() {
            // Nothing of an archive that is not whole is carried.
            for part in parts.drain(..) {
                self.inbox.discard(&part);
            }
        }
        let summary = result.map(|()| formats::Summary {
            format: formats::Format::Archive,
            ..formats::Summary::default()
        });
        (Some(self.conclude(archive, run, summary, journal)), parts)
    }

    /// Carries one claimed file and puts it where it belongs.
    fn carry(&self, file: &ClaimedFile, journal: &Journal, lookup: &Lookup<'_>) -> Carry {
        let name = file.name();
        let begun = file
            .open()
            .map_err(CarryError::from)
            .and_then(fingerprint)
            .and_then(|print| {
                let due = journal.retry_time(self.exchange.name(), &print.hash)?;
                if let Some(due) = due.filter(|due| *due > clock::now()) {
                    return Ok(Err(due));
                }
                let run = journal.begin(self.exchange.name(), &name, &print, clock::now())?;
                Ok(Ok((run, print)))
            });
        let (run, fingerprint_before) = match begun {
            Ok(Ok(begun)) => begun,
            Ok(Err(due)) => return Carry::NotBefore(due),
            Err(err) => {
                let tally = Tally::default();
                let place = file.path().to_owned();
                return Carry::Done(Box::new(FileReport {
                    name,
                    run: None,
                    fate: Fate::Retry,
                    tally,
                    place,
                    error: Some(err),
                }));
            }
        };
        let result = carry_in(file.path(), &run, &self.exchange, journal, lookup, &|_| {})
            .and_then(|summary| same_as_before(file, &fingerprint_before).map(|()| summary));
        Carry::Done(Box::new(self.conclude(file, run, result, journal)))
    }

    fn conclude(
        &self,
        file: &ClaimedFile,
        run: Run,
        result: Result<formats::Summary, CarryError>,
        journal: &Journal,
    ) -> FileReport {
        let result = result.map_err(|err| self.give_up_waiting(err, &run));
        let fate = fate_of(&result);
        let (summary, mut error) = match result {
            Ok(summary) => (Some(summary), None),
            Err(err) => (None, Some(err)),
        };
        let finished = self.write_down(file, &run, fate, summary.as_ref(), error.as_ref(), journal);
        let (run, tally, place) = match finished {
            Ok(finished) => finished,
            // Carried, but not put away: it stays in `working`, and comes out unchanged next time.
            Err(err) => {
                error.get_or_insert(err);
                (run, Tally::default(), file.path().to_owned())
            }
        };
        log_file(&file.name(), &run, fate, &tally, error.as_ref());
        FileReport {
            name: file.name(),
            run: Some(run),
            fate,
            tally,
            place,
            error,
        }
    }

    /// A file that waits for another does not wait for ever.
    fn give_up_waiting(&self, err: CarryError, run: &Run) -> CarryError {
        let wait = self.exchange.settings.schedule.wait;
        match err {
            CarryError::Unexplained { what, name } if run.age(clock::now()) > wait => {
                CarryError::Settings(format!(
                    "no file has said which {what} `{name}` is for {} s: is the name in the configuration right?",
                    wait.as_secs()
                ))
            }
            // Newer files queue behind it; for ever would be too long.
            CarryError::Shop(err) if err.is_temporary() && run.attempts >= MAX_ATTEMPTS => {
                CarryError::Settings(format!("given up after {MAX_ATTEMPTS} attempts: {err}"))
            }
            other => other,
        }
    }

    fn write_down(
        &self,
        file: &ClaimedFile,
        run: &Run,
        fate: Fate,
        summary: Option<&formats::Summary>,
        error: Option<&CarryError>,
        journal: &Journal,
    ) -> Result<(Run, Tally, PathBuf), CarryError> {
        let now = clock::now();
        let (state, retry_at) = match fate {
            Fate::Archive => (RunState::Done, None),
            Fate::Reject => (RunState::Rejected, None),
            Fate::Hold => (RunState::Held, None),
            // As soon as the other file has come.
            Fate::Retry if matches!(error, Some(CarryError::Unexplained { .. })) => {
                (RunState::Retry, None)
            }
            Fate::Retry => {
                let seed = u64::try_from(run.id.0).unwrap_or_default();
                let pause = chrono::Duration::from_std(pause_before(run.attempts, seed))
                    .unwrap_or_default();
                (RunState::Retry, now.checked_add_signed(pause))
            }
        };
        let reason = error.map(ToString::to_string);
        journal.finish(run.id, state, reason.as_deref(), retry_at, now)?;
        let run = journal.run(run.id)?.unwrap_or_else(|| run.clone());
        let tally = journal.tally(run.id)?;
        let text = receipt::write_text(journal, &run, summary, reason.as_deref())?;
        let table = receipt::write_table(journal, &run)?;
        let receipts: [(&str, &[u8]); 2] =
            [(".receipt.txt", text.as_bytes()), (".receipt.csv", &table)];
        let place = self.inbox.finish(file, fate, run.id.0, &receipts)?;
        Ok((run, tally, place))
    }

    fn ask(&mut self, journal: &Journal, report: &mut PassReport) {
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

    /// Names, once, the ids whose goods file is overdue.
    fn report_overdue(&self, journal: &Journal, report: &mut PassReport) {
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

    fn fetch_due_lists(&mut self, journal: &Journal, report: &mut PassReport) {
        let Some(every) = self.exchange.settings.schedule.products else {
            return;
        };
        let every = chrono::Duration::from_std(every).unwrap_or_default();
        let name = self.exchange.name();
        let fetched = journal
            .last_ran(name, PRODUCTS_JOB)
            .map_err(CarryError::from)
            .and_then(|last| {
                if last.is_some_and(|last| clock::now().signed_duration_since(last) < every) {
                    return Ok(Vec::new());
                }
                let list = fetch_list(
                    ListKind::Products,
                    &self.exchange,
                    journal,
                    Some(&self.outbox),
                )?;
                journal.note_ran(name, PRODUCTS_JOB, clock::now())?;
                Ok(list.files)
            });
        match fetched {
            Ok(files) => report.lists.extend(files),
            Err(err) => report.errors.push(err),
        }
    }
}

/// A writer that paused for longer than the quiet time may still be at it: then
/// what was carried is not all of the file.
fn same_as_before(file: &ClaimedFile, before: &Fingerprint) -> Result<(), CarryError> {
    if fingerprint(file.open()?)? == *before {
        return Ok(());
    }
    let changed = io::Error::other("it has changed while it was carried; its writer was not done");
    Err(CarryError::File(FileError::Io(changed)))
}

/// By its content; an Excel workbook is a zip archive, too.
fn is_export_archive(file: &ClaimedFile) -> bool {
    let head_of = |file: &ClaimedFile| -> Option<[u8; 4]> {
        let mut head = [0; 4];
        file.open().ok()?.read_exact(&mut head).ok()?;
        Some(head)
    };
    head_of(file).is_some_and(|head| archive::is_archive(&head))
        && file.open().is_ok_and(archive::holds_an_export)
}

fn is_exchange_file(path: &Path) -> bool {
    let has_passing_part = path
        .iter()
        .any(|part| is_passing(&part.to_string_lossy()) || part == "__MACOSX");
    !has_passing_part && !is_picture(path)
}

/// Files that were tried before first. Then classifier before goods, goods before
/// statuses, statuses before stock (a new status moves stock by itself); within
/// that by portion number.
fn in_order(
    files: Vec<ClaimedFile>,
    waiting: &HashSet<String>,
) -> Vec<(Option<Stage>, ClaimedFile)> {
    let stage = |file: &ClaimedFile| file.open().ok().map(formats::stage_of);
    let mut staged: Vec<_> = files.into_iter().map(|file| (stage(&file), file)).collect();
    // Stable: `claimed` gives them in the order of their names.
    staged.sort_by_key(|(stage, file)| (!waiting.contains(&file.name()), *stage));
    staged
}

/// After this, no other file of the exchange will fare better.
fn concerns_every_file(err: &CarryError) -> bool {
    match err {
        CarryError::Shop(err) => err.concerns_every_call(),
        CarryError::Journal(_) => true,
        CarryError::Archive(_)
        | CarryError::File(_)
        | CarryError::Folder(_)
        | CarryError::Guarded { .. }
        | CarryError::Unexplained { .. }
        | CarryError::Settings(_) => false,
    }
}

/// An XML file whose end is not there is still being written, unless it has
/// stayed like that for a minute: then it is taken, and rejected as truncated.
///
/// For a process that has just begun, the file's own age stands for that: the
/// later of its times, since a copy keeps the original's time of change.
fn looks_whole(path: &Path, quiet_for: Duration) -> bool {
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
        || std::fs::File::open(path).is_ok_and(|file| formats::has_end(file).unwrap_or(false));
    quiet_for >= PATIENCE || has_end() || age().is_some_and(|age| age >= PATIENCE)
}

fn log_file(name: &str, run: &Run, fate: Fate, tally: &Tally, err: Option<&CarryError>) {
    use crate::journal::OutcomeKind::{Applied, Rejected, Unknown};
    let (run, n_applied, n_unknown, n_rejected) = (
        run.id.0,
        tally.n(Applied),
        tally.n(Unknown),
        tally.n(Rejected),
    );
    match (fate, err) {
        (Fate::Archive, None) => info!(
            file = name,
            run, n_applied, n_unknown, n_rejected, "carried `{name}` into the shop"
        ),
        (Fate::Archive, Some(err)) => error!(
            file = name,
            run, "carried `{name}`, but cannot put it away: {err}"
        ),
        (Fate::Reject, Some(err)) => error!(file = name, run, "rejected `{name}`: {err}"),
        (Fate::Hold, Some(err)) => error!(file = name, run, "held `{name}`: {err}"),
        (Fate::Retry, Some(err)) => warn!(file = name, run, "will try `{name}` again: {err}"),
        (Fate::Reject | Fate::Hold | Fate::Retry, None) => {}
    }
}
