//! A claimed file's turn: unpacked or carried, judged, and put where it belongs.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use tracing::{error, info, warn};

use crate::folders::{ClaimedFile, Fate, is_passing, is_picture};
use crate::formats::{self, FileError, archive};
use crate::journal::{Fingerprint, Journal, Run, RunState, Tally};
use crate::pipeline::fate::{fate_of, pause_before};
use crate::pipeline::inbound::{carry_in, fingerprint};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::post::{FileReport, PassReport, Post, has_come};
use crate::pipeline::queue::ATTEMPTS_IN_LINE;
use crate::pipeline::{CarryError, Caution, clock, receipt};
use crate::plan::Detail;
use crate::wording::{Message, Worded, message};

/// What came of a claimed file's turn.
pub(super) enum Turn {
    /// It failed before, and its time has not come.
    NotBefore {
        due: NaiveDateTime,
        /// Newer files wait behind it.
        is_in_line: bool,
    },
    Done(Box<FileReport>),
}

/// The run of a file whose turn it may be.
enum Begun {
    NotBefore { due: NaiveDateTime, attempts: u32 },
    Now(Run, Fingerprint),
}

/// Pauses grow to an hour, so this is most of a day.
const MAX_ATTEMPTS: u32 = 20;

impl Post {
    /// Puts the files of an archive in its place.
    pub(super) fn unpack_archives(
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
        let run = match self.begin(archive, journal) {
            Ok(Begun::Now(run, _)) => run,
            Ok(Begun::NotBefore { .. }) => return (None, Vec::new()),
            Err(err) => {
                let name = archive.name();
                warn!(file = name, "cannot unpack `{name}` yet: {err}");
                return (None, Vec::new());
            }
        };
        let mut parts = Vec::new();
        let result = if run.is_unpacked {
            // Only its way to `done` is left: its parts have gone theirs.
            Ok(())
        } else {
            self.unpack_parts(archive, &run, journal, &mut parts)
        };
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

    fn unpack_parts(
        &self,
        archive: &ClaimedFile,
        run: &Run,
        journal: &Journal,
        parts: &mut Vec<ClaimedFile>,
    ) -> Result<(), CarryError> {
        let wants_pictures = self
            .exchange
            .settings
            .goods
            .details
            .contains(&Detail::Pictures)
            && self.exchange.client.abilities()?.pictures;
        let is_wanted =
            |path: &Path| is_exchange_file(path) || (wants_pictures && is_clean_picture(path));
        archive::unpack(archive.open()?, is_wanted, |path, content| {
            if is_picture(path) {
                // It waits beside the files that name it.
                self.inbox.adopt(archive, run.id.0, path, content)?;
                return Ok(());
            }
            parts.push(self.inbox.adopt(archive, run.id.0, path, content)?);
            Ok::<_, CarryError>(())
        })?;
        Ok(journal.note_unpacked(run.id)?)
    }

    /// Its run, unless that has failed and its time has not come.
    fn begin(&self, file: &ClaimedFile, journal: &Journal) -> Result<Begun, CarryError> {
        let (exchange, name) = (self.exchange.name(), file.name());
        let print = fingerprint(file.open()?)?;
        let waits = journal.retry_time(exchange, &name, &print.hash)?;
        if let Some((due, attempts)) = waits.filter(|(due, _)| !has_come(*due, clock::now())) {
            return Ok(Begun::NotBefore { due, attempts });
        }
        let run = journal.begin(exchange, &name, &print, clock::now())?;
        Ok(Begun::Now(run, print))
    }

    /// Carries one claimed file and puts it where it belongs.
    pub(super) fn carry(&self, file: &ClaimedFile, journal: &Journal, lookup: &Lookup<'_>) -> Turn {
        let (run, fingerprint_before) = match self.begin(file, journal) {
            Ok(Begun::Now(run, print)) => (run, print),
            Ok(Begun::NotBefore { due, attempts }) => {
                let is_in_line = attempts <= ATTEMPTS_IN_LINE;
                return Turn::NotBefore { due, is_in_line };
            }
            Err(err) => {
                return Turn::Done(Box::new(FileReport {
                    name: file.name(),
                    run: None,
                    fate: Fate::Retry,
                    tally: Tally::default(),
                    place: file.path().to_owned(),
                    error: Some(err),
                }));
            }
        };
        let result = carry_in(
            file.path(),
            &run,
            &self.exchange,
            journal,
            lookup,
            Caution::Heeded,
            &|_| {},
        )
        .and_then(|summary| {
            same_as_before(file, &run, &fingerprint_before, journal).map(|()| summary)
        });
        Turn::Done(Box::new(self.conclude(file, run, result, journal)))
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
            // Carried, but not put away: it stays in `working`, and comes out unchanged
            // next time.
            Err(err) => {
                let err = error.get_or_insert(err);
                let retried = put_off(run, &err.message(), journal);
                (retried, Tally::default(), file.path().to_owned())
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
            CarryError::Unexplained { what, name } if run.age(clock::now()) >= wait => {
                CarryError::Settings(message!(
                    "carry-never-explained",
                    what = what,
                    name = name,
                    seconds = wait.as_secs(),
                ))
            }
            // Newer files queue behind it; for ever would be too long.
            CarryError::Shop(err) if err.is_temporary() && run.attempts >= MAX_ATTEMPTS => {
                given_up(&err)
            }
            // A file that changes all the time, and one that the reader itself dies of.
            CarryError::File(err @ FileError::Io(_)) if run.attempts >= MAX_ATTEMPTS => {
                given_up(&err)
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
            // As soon as another file has come.
            Fate::Retry if matches!(error, Some(CarryError::Unexplained { .. })) => {
                (RunState::Retry, None)
            }
            Fate::Retry => (RunState::Retry, retry_time(run, now)),
        };
        let reason = error.map(Worded::message);
        journal.finish(run.id, state, reason.as_ref(), retry_at, now)?;
        let run = journal.run(run.id)?.unwrap_or_else(|| run.clone());
        let tally = journal.tally(run.id)?;
        let text = receipt::write_text(
            journal,
            &run,
            summary,
            reason.as_ref(),
            self.exchange.settings.language.words(),
        )?;
        let mut table =
            receipt::write_table(journal, &run, self.exchange.settings.language.words())?;
        let place = self.inbox.finish(
            file,
            fate,
            run.id.0,
            &mut [
                (".receipt.txt", &mut text.as_bytes()),
                (".receipt.csv", &mut table),
            ],
        )?;
        Ok((run, tally, place))
    }
}

fn given_up(err: &impl Worded) -> CarryError {
    CarryError::Settings(message!(
        "carry-given-up",
        n = MAX_ATTEMPTS,
        why = err.message(),
    ))
}

/// Pauses between the attempts at a file get longer and longer.
pub(super) fn retry_time(run: &Run, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let seed = u64::try_from(run.id.0).unwrap_or_default();
    let pause = chrono::Duration::from_std(pause_before(run.attempts, seed)).unwrap_or_default();
    now.checked_add_signed(pause)
}

/// The run goes on later. Where the journal cannot be written either, it is still
/// open there, which comes to the same.
fn put_off(run: Run, reason: &Message, journal: &Journal) -> Run {
    let now = clock::now();
    journal
        .finish(
            run.id,
            RunState::Retry,
            Some(reason),
            retry_time(&run, now),
            now,
        )
        .and_then(|()| journal.run(run.id))
        .ok()
        .flatten()
        .unwrap_or(run)
}

/// A writer that paused for longer than the quiet time may still be at it: then
/// what was carried is not all of the file, and the run goes on with the rest.
fn same_as_before(
    file: &ClaimedFile,
    run: &Run,
    before: &Fingerprint,
    journal: &Journal,
) -> Result<(), CarryError> {
    let now_is = fingerprint(file.open()?)?;
    if now_is == *before {
        return Ok(());
    }
    journal.note_content(run.id, &now_is)?;
    let changed = io::Error::other(message!("file-changed-meanwhile"));
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
    is_lasting(path) && !is_picture(path)
}

fn is_clean_picture(path: &Path) -> bool {
    is_lasting(path) && is_picture(path)
}

fn is_lasting(path: &Path) -> bool {
    !path
        .iter()
        .any(|part| is_passing(&part.to_string_lossy()) || part == "__MACOSX")
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
