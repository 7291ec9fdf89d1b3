//! Runs that can never go on, because their file has been taken away or is another by now.

use chrono::TimeDelta;
use tracing::warn;

use crate::folders::ClaimedFile;
use crate::journal::{Journal, Overdue};
use crate::pipeline::inbound::fingerprint;
use crate::pipeline::post::{PassReport, Post};
use crate::pipeline::{CarryError, clock};
use crate::wording::message;

/// So long after its time has come a file may still be away, with its share.
const PATIENCE: TimeDelta = TimeDelta::days(1);

impl Post {
    /// Ends them: newer files would queue behind them, and a full export would wait for them.
    pub(super) fn end_abandoned(&self, journal: &Journal, report: &mut PassReport) {
        if let Err(err) = self.try_to_end_abandoned(journal) {
            report.errors.push(err);
        }
    }

    fn try_to_end_abandoned(&self, journal: &Journal) -> Result<(), CarryError> {
        let (exchange, now) = (self.exchange.name(), clock::now());
        let Some(before) = now.checked_sub_signed(PATIENCE) else {
            return Ok(());
        };
        if journal.overdue_runs(exchange, before)?.is_empty() {
            return Ok(());
        }
        // Whoever takes a file up moves it while he holds the journal: in here none is on its way.
        journal.atomically(|| {
            let overdue = journal.overdue_runs(exchange, before)?;
            let claimed = self.inbox.claimed()?;
            for run in overdue {
                if !claimed.iter().any(|file| may_be_of(file, &run)) {
                    let (id, file) = (run.id.0, &run.file);
                    warn!(
                        file,
                        run = id,
                        "ended run {id}: `{file}` is not there any more"
                    );
                    journal.end(run.id, &message!("why-file-gone"), now)?;
                }
            }
            Ok(())
        })
    }
}

/// One that cannot be read just now may be it.
fn may_be_of(file: &ClaimedFile, run: &Overdue) -> bool {
    let content = || -> Result<_, CarryError> { Ok(fingerprint(file.open()?)?) };
    file.name() == run.file && content().map_or(true, |content| content.hash == run.hash)
}
