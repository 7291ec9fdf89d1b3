//! A file as a whole: read, measured, and looked at for who is who.

use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};

use crate::formats::Summary;
use crate::journal::{Extent, Journal, RunId};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::reading::Reading;
use crate::pipeline::resolve::Resolver;
use crate::pipeline::spool::Spool;
use crate::pipeline::survey::{Survey, Topic};
use crate::pipeline::{CarryError, Exchange, clock};
use crate::wording::{Message, message};

/// What a file is of an export.
pub(super) struct Portion {
    /// It says that it is, or begins, the whole of the stock that 1C has.
    pub(super) is_full: bool,
    pub(super) has_offers: bool,
    pub(super) formed_at: Option<NaiveDateTime>,
    /// How much that is, if it is full.
    pub(super) all: Option<Extent>,
    /// What of it cannot go to this shop.
    pub(super) left_out: Option<Message>,
}

/// A clock of 1C that is further ahead than any zone says nothing of a file's age.
const FURTHEST_AHEAD: TimeDelta = TimeDelta::hours(14);

/// What is known of a file once it has been read.
pub(super) struct Surveyed<'a> {
    pub(super) resolver: Resolver<'a>,
    pub(super) spool: Spool,
    pub(super) summary: Summary,
    pub(super) portion: Portion,
}

/// Reads the file.
pub(super) fn survey<'a>(
    path: &Path,
    exchange: &'a Exchange,
    journal: &'a Journal,
    lookup: &'a Lookup<'a>,
    run: Option<RunId>,
) -> Result<Surveyed<'a>, CarryError> {
    let reading = Reading::begin(path, &exchange.settings.csv)?;
    let now = clock::now();
    let asked_for = exchange.settings.goods.extra.values();
    let properties = asked_for.map(|name| name.to_lowercase());
    let mut spool = Spool::new(journal.folder(), properties).with_details(lookup.details()?.0);
    let survey = Survey::take(reading, &mut spool, exchange, journal, lookup, run, now)?;
    let summary = survey.summary.clone();
    let is_full = summary.only_changes == Some(false);
    let extent = Extent {
        n_goods: u64::try_from(summary.n_products).unwrap_or(u64::MAX),
        n_offers: u64::try_from(summary.n_offers).unwrap_or(u64::MAX),
    };
    let portion = Portion {
        // All prices are not all goods: what has none may be in stock.
        is_full: is_full && summary.n_stocks > 0,
        has_offers: survey.speaks_of(Topic::Offers),
        formed_at: summary
            .formed_time()
            .filter(|formed| formed.signed_duration_since(now) <= FURTHEST_AHEAD),
        all: is_full.then_some(extent),
        left_out: left_out(&survey),
    };
    // Asked for here, and not when first needed: what a rehearsal brings is not kept.
    if survey.speaks_of(Topic::Products) || survey.speaks_of(Topic::Offers) {
        lookup.need_articles()?;
    }
    if survey.speaks_of(Topic::Products) {
        lookup.new_goods()?;
    }
    if survey.speaks_of(Topic::Documents) {
        if run.is_some() && !lookup.has_orders() {
            return Err(CarryError::OrdersFirst);
        }
        lookup.statuses()?;
    }
    Ok(Surveyed {
        resolver: Resolver::new(exchange, journal, lookup, survey, run, now)?,
        spool,
        summary,
        portion,
    })
}

/// What the shop's module does not take of a file that states it.
fn left_out(survey: &Survey) -> Option<Message> {
    let stated: Vec<Message> = survey
        .left_out
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(detail, n)| message!("detail-of", detail = detail.name(), n = *n))
        .collect();
    (!stated.is_empty()).then(|| message!("why-left-out", list = stated))
}
