//! The guard rails around one file: of itself, of its changes, and of these together
//! with what came just before.

use chrono::TimeDelta;

use crate::folders::is_first_portion;
use crate::journal::{Journal, RunId};
use crate::pipeline::portion::Portion;
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Alarm, Moves};

/// Portions of one export come within this time, and so does what a broken report
/// sends again and again.
const TOGETHER: TimeDelta = TimeDelta::hours(1);

/// What the changes are measured by: taken before any of them is assumed.
pub(super) struct Rails {
    n_stocked: u64,
    n_zeroed_before: u64,
}

impl Rails {
    /// `run` is the file's own, if it has one: it is not counted twice.
    pub(super) fn of(
        exchange: &Exchange,
        journal: &Journal,
        run: Option<RunId>,
    ) -> Result<Self, CarryError> {
        let name = exchange.name();
        let since = clock::now().checked_sub_signed(TOGETHER);
        Ok(Self {
            n_stocked: journal.n_stocked(name)?,
            n_zeroed_before: journal.n_zeroed_since(name, run, since.unwrap_or_default())?,
        })
    }

    /// The rails that a file of this name hits.
    pub(super) fn judge(
        &self,
        file: &str,
        portion: &Portion,
        moves: &Moves,
        exchange: &Exchange,
        journal: &Journal,
    ) -> Result<Vec<Alarm>, CarryError> {
        let mut alarms = shrunk(file, portion, exchange, journal)?;
        let guard = &exchange.settings.guard;
        alarms.extend(moves.judge(guard, self.n_stocked, self.n_zeroed_before));
        Ok(alarms)
    }
}

/// A file that says that it is complete, and states far less than the last one did.
/// Only the first portion of an export is measured: the last one may be of any size.
fn shrunk(
    file: &str,
    portion: &Portion,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<Vec<Alarm>, CarryError> {
    let Some(all) = portion.all.filter(|_| is_first_portion(file)) else {
        return Ok(Vec::new());
    };
    let Some(last) = journal.last_extent(exchange.name(), file)? else {
        return Ok(Vec::new());
    };
    let guard = &exchange.settings.guard;
    let of_goods = guard.shrunk("goods", all.n_goods, last.n_goods);
    let of_offers = guard.shrunk("offers", all.n_offers, last.n_offers);
    Ok(of_goods.into_iter().chain(of_offers).collect())
}
