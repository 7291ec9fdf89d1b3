//! The way in: one file into the shop.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};

use crate::domain::shown::excerpt;
use crate::folders::{Fate, is_first_portion};
use crate::formats::{FileError, Summary};
use crate::journal::{
    Extent, Fingerprint, Journal, Outcome, OutcomeKind, Recall, Run, RunId, RunState, Tally,
};
use crate::pipeline::fate::fate_of;
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::pictures::{self, Shown};
use crate::pipeline::reading::Reading;
use crate::pipeline::resolve::{Batch, Resolver};
use crate::pipeline::send::{Sent, send};
use crate::pipeline::settle::settle_open_calls;
use crate::pipeline::spool::{self, Spool};
use crate::pipeline::survey::{Survey, Topic};
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan;
use crate::plan::{
    Action, Alarm, Decision, Field, Known, KnownProduct, Move, Moves, NewGoods, Said, Verdict,
    diff, diff_categories, diff_orders,
};
use crate::shop;

/// A file that was carried to its end.
#[derive(Debug, Clone)]
pub struct Carried {
    pub run: Run,
    pub tally: Tally,
    pub summary: Summary,
}

/// Carries one file into the shop. Safe to run again after a crash at any line.
///
/// It is read once, to its end, before anything of it is sent; what was found then
/// is what is foreseen and carried.
pub(super) fn carry_in(
    path: &Path,
    run: &Run,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    ages: Caution,
    progress: &dyn Fn(u64),
) -> Result<Summary, CarryError> {
    let applied_before = applied_before(run, journal)?;
    lookup.accept_fewer_articles(run.is_approved);
    let Surveyed {
        mut resolver,
        mut spool,
        summary,
        portion,
    } = survey(path, exchange, journal, lookup, Some(run.id))?;
    journal.note_file(run.id, portion.formed_at, portion.all)?;
    let newer = match ages {
        Caution::Heeded => journal.newer_than(exchange.name(), run.id)?,
        Caution::Overruled => HashSet::new(),
    };
    if !run.is_approved {
        let mut alarms = shrunk(&portion, run, exchange, journal)?;
        let foreseen = journal.rehearse(|| {
            let look = spool.look()?;
            foresee(look, run, exchange, journal, lookup, &mut resolver, &newer)
        })?;
        alarms.extend(foreseen.alarms);
        if !alarms.is_empty() {
            return Err(CarryError::Guarded { alarms });
        }
        journal.note_zeroed(run.id, foreseen.n_zeroed)?;
    }
    let mut look = spool.look()?;
    let mut sent = Vec::new();
    let mut recall = recall(&resolver, exchange, journal)?;
    while let Some(batch) = next_batch(&mut look, &mut resolver, journal)? {
        progress(look.n_bytes());
        if let Some(stale) = &recall
            && !journal.agrees_with(stale)?
        {
            recall = None;
        }
        let mut decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, &newer)?;
        let mut kept = HashSet::new();
        if journal.has_waiting_runs(exchange.name())? {
            kept = resolver.keep_unknown(&batch, &mut decision)?;
        }
        if let Some(recall) = &mut recall {
            decision
                .actions
                .iter()
                .for_each(|action| recall.doubt(action));
        }
        let result = send(exchange, journal, run.id, &decision.actions, &mut sent);
        let outcomes = outcomes_of(&batch, &decision, &sent, &applied_before);
        journal.atomically(|| {
            journal.note_outcomes(run.id, &outcomes)?;
            name_pictures(&batch, &decision, &sent, run, exchange, journal)?;
            note_said(&batch, &decision, &sent, run.id, exchange, journal)
        })?;
        result?;
        let mut released = batch.released;
        released.retain(|item| !kept.contains(item));
        journal.drop_pending(exchange.name(), &released)?;
    }
    let shown = pictures::send_new(exchange, journal)?;
    let notes: Vec<Outcome> = portion
        .left_out
        .into_iter()
        .chain(told_of(&shown))
        .map(note)
        .collect();
    journal.note_outcomes(run.id, &notes)?;
    if portion.has_stock && exchange.settings.goods.zero_missing_after.is_some() {
        journal.note_portion(exchange.name(), run.id, portion.is_full, clock::now())?;
    }
    Ok(summary)
}

/// What is said of the file as a whole.
fn note(detail: String) -> Outcome {
    Outcome {
        line: 1,
        key: String::new(),
        field: String::new(),
        kind: OutcomeKind::Note,
        detail: Some(detail),
    }
}

fn told_of(shown: &Shown) -> impl Iterator<Item = String> {
    let missing = shown.first_missing.iter().map(|first| {
        format!(
            "{} pictures are not there yet, among them `{}`; they are looked for at every pass",
            shown.n_missing,
            excerpt(first)
        )
    });
    let refused = shown
        .refused
        .iter()
        .map(|(name, why)| format!("the picture `{}` is left out: {why}", excerpt(name)));
    missing.chain(refused)
}

/// Keeps which pictures the goods are to have that the shop has now.
fn name_pictures(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    run: &Run,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    let is_missing = |row: &&plan::Row| match &row.verdict {
        Verdict::Unknown | Verdict::Waits => true,
        Verdict::Send { action, .. } => {
            row.field == Field::Product && sent.get(*action) != Some(&Sent::Confirmed)
        }
        Verdict::Unchanged | Verdict::Superseded | Verdict::Outdated => false,
    };
    let missing: HashSet<(u64, &str)> = decision
        .rows
        .iter()
        .filter(is_missing)
        .map(|row| (row.line, row.key.as_str()))
        .collect();
    let folder = Path::new(&run.file).parent().unwrap_or(Path::new(""));
    let folder = folder.display().to_string();
    for wanted in &batch.wanted {
        let Some(goods) = wanted.goods.as_ref().filter(|g| !g.pictures.is_empty()) else {
            continue;
        };
        if !missing.contains(&(wanted.line, wanted.sku.as_str())) {
            let (name, now) = (exchange.name(), clock::now());
            journal.name_pictures(name, &wanted.sku, &folder, &goods.pictures, now)?;
        }
    }
    Ok(())
}

/// What the shop's module does not take of a file that states it.
fn left_out(survey: &Survey) -> Option<String> {
    let stated: Vec<String> = survey
        .left_out
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(detail, n)| format!("{} of {n} products", detail.name()))
        .collect();
    (!stated.is_empty()).then(|| {
        format!(
            "left out, because the shop's module does not take it: {}; `obmen module` writes one that does",
            stated.join(", ")
        )
    })
}

/// A file that says that it is complete, and states far less than the last one did.
/// Only the first portion of an export is measured: the last one may be of any size.
fn shrunk(
    portion: &Portion,
    run: &Run,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<Vec<Alarm>, CarryError> {
    let Some(all) = portion.all.filter(|_| is_first_portion(&run.file)) else {
        return Ok(Vec::new());
    };
    let Some(last) = journal.last_extent(exchange.name(), &run.file)? else {
        return Ok(Vec::new());
    };
    let guard = &exchange.settings.guard;
    let of_goods = guard.shrunk("goods", all.n_goods, last.n_goods);
    let of_offers = guard.shrunk("offers", all.n_offers, last.n_offers);
    Ok(of_goods.into_iter().chain(of_offers).collect())
}

/// Writes down whose word it is that the shop has now.
fn note_said(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    run: RunId,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    let is_there = |verdict: &Verdict| match verdict {
        Verdict::Unchanged => true,
        Verdict::Send { action, .. } => sent.get(*action) == Some(&Sent::Confirmed),
        Verdict::Unknown | Verdict::Superseded | Verdict::Outdated | Verdict::Waits => false,
    };
    let rows = decision.rows.iter().filter(|row| is_there(&row.verdict));
    let mut added = HashSet::new();
    for row in rows {
        if row.field == Field::Product {
            if matches!(row.verdict, Verdict::Send { .. }) {
                added.insert((row.line, row.key.as_str()));
            }
        } else {
            let thing = std::iter::once((row.field, row.key.as_str()));
            journal.note_said(exchange.name(), run, thing)?;
        }
    }
    // A new product takes along what its row states.
    for wanted in batch.wanted.iter().filter(|_| !added.is_empty()) {
        if added.contains(&(wanted.line, wanted.sku.as_str())) {
            let things = wanted.stated().map(|field| (field, wanted.sku.as_str()));
            journal.note_said(exchange.name(), run, things)?;
        }
    }
    for (earlier, field, sku) in &batch.released_said {
        let thing = std::iter::once((*field, sku.as_str()));
        journal.note_said(exchange.name(), *earlier, thing)?;
    }
    Ok(())
}

/// See [`foresee`].
struct Foreseen {
    alarms: Vec<Alarm>,
    n_zeroed: u64,
}

/// Portions of one export come within this time, and so does what a broken report
/// sends again and again.
const TOGETHER: TimeDelta = TimeDelta::hours(1);

/// What the guard rails say to the file as a whole, and to what came just before it.
fn foresee(
    mut look: spool::Look<'_>,
    run: &Run,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    resolver: &mut Resolver<'_>,
    newer: &HashSet<RunId>,
) -> Result<Foreseen, CarryError> {
    let guard = &exchange.settings.guard;
    let n_stocked = journal.n_stocked(exchange.name())?;
    let since = clock::now()
        .checked_sub_signed(TOGETHER)
        .unwrap_or_default();
    let n_zeroed_before = journal.n_zeroed_since(exchange.name(), run.id, since)?;
    let mut moves = Moves::default();
    let mut recall = recall(resolver, exchange, journal)?;
    while let Some(batch) = next_batch(&mut look, resolver, journal)? {
        let decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, newer)?;
        moves.add(&decision, guard);
        assume(decision.actions, recall.as_mut(), exchange, journal)?;
    }
    Ok(Foreseen {
        n_zeroed: moves.n_zeroed(),
        alarms: moves.judge(guard, n_stocked, n_zeroed_before),
    })
}

/// What the journal knows, in memory, if the file is long enough to make up for it.
fn recall(
    resolver: &Resolver<'_>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<Option<Recall>, CarryError> {
    if !resolver.wants_recall() {
        return Ok(None);
    }
    Ok(journal.recall(exchange.name())?)
}

/// As if confirmed, so that what follows is compared with it.
fn assume(
    mut actions: Vec<Action>,
    recall: Option<&mut Recall>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    if let Some(recall) = recall {
        actions.retain(|action| !recall.assume(action));
    }
    Ok(journal.assume(exchange.name(), &actions, clock::now())?)
}

/// What the shop has of the articles that are wanted, by match key.
fn known_products(
    batch: &Batch,
    recall: Option<&Recall>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<HashMap<String, KnownProduct>, CarryError> {
    let skus = || batch.wanted.iter().map(|wanted| &wanted.sku);
    let Some(recall) = recall else {
        return Ok(journal.known_products(exchange.name(), skus())?);
    };
    let mut known = HashMap::with_capacity(batch.wanted.len());
    let mut others = Vec::new();
    for sku in skus() {
        let key = sku.match_key();
        match recall.product(&key) {
            Some(product) => drop(known.insert(key, product)),
            None => others.push(sku),
        }
    }
    known.extend(journal.known_products(exchange.name(), others.into_iter())?);
    Ok(known)
}

fn open(path: &Path) -> Result<File, CarryError> {
    File::open(path).map_err(|err| CarryError::File(FileError::Io(err)))
}

/// What a file is of an export.
struct Portion {
    /// It says that it is, or begins, the whole of what 1C has.
    is_full: bool,
    has_stock: bool,
    formed_at: Option<NaiveDateTime>,
    /// How much that is, if it is full.
    all: Option<Extent>,
    /// What of it cannot go to this shop.
    left_out: Option<String>,
}

/// A clock of 1C that is further ahead than any zone says nothing of a file's age.
const FURTHEST_AHEAD: TimeDelta = TimeDelta::hours(14);

/// What is known of a file once it has been read.
struct Surveyed<'a> {
    resolver: Resolver<'a>,
    spool: Spool,
    summary: Summary,
    portion: Portion,
}

/// Reads the file.
fn survey<'a>(
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
        is_full,
        has_stock: survey.speaks_of(Topic::Offers),
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

/// `None` at the end of the file.
fn next_batch(
    look: &mut spool::Look<'_>,
    resolver: &mut Resolver<'_>,
    journal: &Journal,
) -> Result<Option<Batch>, CarryError> {
    let Some(rows) = look.next_batch()? else {
        return Ok(None);
    };
    journal.atomically(|| resolver.take(rows)).map(Some)
}

fn decide(
    batch: &Batch,
    recall: Option<&Recall>,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    newer: &HashSet<RunId>,
) -> Result<Decision, CarryError> {
    let name = exchange.name();
    let said_later = if newer.is_empty() {
        Said::default()
    } else {
        journal.said_by(name, spoken_of(batch), newer)?
    };
    let mut decision = Decision::default();
    if !batch.groups.is_empty() {
        let known = Known {
            categories: journal.categories(name)?,
            ..Known::default()
        };
        decision = diff_categories(&batch.groups, &known);
    }
    if !batch.wanted.is_empty() {
        lookup.need_articles()?;
        // A category is needed only for goods; a wrong one must not stop a stock list.
        let has_goods = batch.wanted.iter().any(|wanted| wanted.goods.is_some());
        let new_goods = if has_goods {
            lookup.new_goods()?
        } else {
            NewGoods::Report
        };
        let products = known_products(batch, recall, exchange, journal)?;
        let skus = batch.wanted.iter().map(|wanted| &wanted.sku);
        let known = Known {
            products,
            never_add: journal.never_added(name, skus, clock::now())?,
            said_later: said_later.clone(),
            ..Known::default()
        };
        decision.append(diff(
            &batch.wanted,
            &known,
            new_goods,
            exchange.settings.goods.updates_names,
        ));
    }
    if !batch.orders.is_empty() {
        let orders = journal.known_orders(name, batch.orders.iter().map(|(_, order, _)| *order))?;
        let known = Known {
            orders,
            said_later,
            ..Known::default()
        };
        decision.append(diff_orders(&batch.orders, &known));
    }
    Ok(decision)
}

fn spoken_of(batch: &Batch) -> impl Iterator<Item = (Field, String)> {
    // What has waited was judged by the age of its own file.
    let of_products = batch
        .wanted
        .iter()
        .enumerate()
        .filter(|(at, _)| !batch.released_at.contains(at))
        .flat_map(|(_, wanted)| wanted.stated().map(|field| (field, wanted.sku.to_string())));
    let of_orders = batch
        .orders
        .iter()
        .map(|(_, order, _)| (Field::Status, order.to_string()));
    of_products.chain(of_orders)
}

/// What an earlier attempt at this run has done already: it would now look unchanged.
fn applied_before(run: &Run, journal: &Journal) -> Result<HashSet<(Field, String)>, CarryError> {
    if run.attempts < 2 {
        return Ok(HashSet::new());
    }
    Ok(journal
        .confirmed_entries(run.id)?
        .into_iter()
        .map(|(function, key)| (function.field(), key))
        .collect())
}

fn outcomes_of(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    applied_before: &HashSet<(Field, String)>,
) -> Vec<Outcome> {
    let planned = decision.rows.iter().map(|row| {
        let (kind, detail) = match &row.verdict {
            Verdict::Unchanged if applied_before.contains(&(row.field, row.key.clone())) => (
                OutcomeKind::Applied,
                Some("by an earlier attempt".to_owned()),
            ),
            Verdict::Unchanged => (OutcomeKind::Unchanged, None),
            Verdict::Superseded => (
                OutcomeKind::Superseded,
                Some("a later row says otherwise".to_owned()),
            ),
            Verdict::Outdated => (
                OutcomeKind::Outdated,
                Some(
                    "a newer file has spoken of it; `obmen send --force` sends it all the same"
                        .to_owned(),
                ),
            ),
            Verdict::Waits => (
                OutcomeKind::Pending,
                Some(
                    "the shop does not have it; it is kept, since a file that waits may add it"
                        .to_owned(),
                ),
            ),
            Verdict::Unknown => (
                OutcomeKind::Unknown,
                Some("the shop has no product with this article".to_owned()),
            ),
            Verdict::Send { action, before } => match sent.get(*action) {
                Some(Sent::Confirmed) => (
                    OutcomeKind::Applied,
                    Some(change_text(
                        before.as_deref(),
                        decision.actions.get(*action),
                        row.field,
                    )),
                ),
                Some(Sent::Missing) => (
                    OutcomeKind::Rejected,
                    Some("the shop said yes, but does not list it".to_owned()),
                ),
                Some(Sent::Refused(refusal)) => refused(refusal, row.field),
                Some(Sent::Not) | None => (OutcomeKind::Pending, Some("not sent yet".to_owned())),
            },
        };
        Outcome {
            line: row.line,
            key: row.key.clone(),
            field: row.field.name().to_owned(),
            kind,
            detail,
        }
    });
    batch.outcomes.iter().cloned().chain(planned).collect()
}

/// What the shop says of a row that it did not carry out.
fn refused(outcome: &shop::module::Outcome, field: Field) -> (OutcomeKind, Option<String>) {
    use shop::module::Outcome;
    let (kind, detail) = match outcome {
        Outcome::Unknown if field == Field::Status => {
            (OutcomeKind::Unknown, "the shop has no such order")
        }
        Outcome::Unknown => (
            OutcomeKind::Unknown,
            "the shop has no product with this article",
        ),
        Outcome::Ambiguous => (
            OutcomeKind::Rejected,
            "several products of the shop have this article",
        ),
        Outcome::Rejected(why) => (OutcomeKind::Rejected, why.as_str()),
        Outcome::Unchanged => (
            OutcomeKind::Rejected,
            "the shop has a product already that it takes for this one",
        ),
        Outcome::Applied | Outcome::Unsaid => (OutcomeKind::Applied, ""),
    };
    (kind, Some(detail.to_owned()))
}

/// `12 → 7`.
fn change_text(before: Option<&str>, action: Option<&Action>, field: Field) -> String {
    let new = action
        .map(|action| action.field_value(field))
        .unwrap_or_default();
    match before {
        Some(before) => format!("{before} → {new}"),
        None => new,
    }
}

/// Whether guard rails and newer files can stop a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    Heeded,
    /// A person has taken the responsibility.
    Overruled,
}

/// Carries a file that stays where it is.
pub fn send_file(
    path: &Path,
    exchange: &Exchange,
    journal: &Journal,
    caution: Caution,
    progress: &dyn Fn(u64),
) -> Result<Carried, CarryError> {
    let lookup = Lookup::new(exchange, journal, Reach::Online);
    if let Some((_, err)) = settle_open_calls(exchange, journal, &lookup)?.pop() {
        return Err(err);
    }
    // Whoever sends by hand has fetched them.
    lookup.note_orders_fetched();
    // The path, not the name: a file of the same name in the inbox is another run.
    let name = std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string();
    let mut run = journal.begin(
        exchange.name(),
        &name,
        &fingerprint(open(path)?)?,
        clock::now(),
    )?;
    // What was forced once is not forced the next time.
    run.is_approved = caution == Caution::Overruled;
    journal.set_approved(run.id, run.is_approved)?;
    let result = carry_in(path, &run, exchange, journal, &lookup, caution, progress);
    let note = result.as_ref().err().map(ToString::to_string);
    let state = match fate_of(&result) {
        Fate::Archive => RunState::Done,
        Fate::Reject => RunState::Rejected,
        // Nobody tries a file again that lies somewhere else: whoever sent it sends it again.
        Fate::Hold | Fate::Retry => RunState::Rejected,
    };
    journal.finish(run.id, state, note.as_deref(), None, clock::now())?;
    let summary = result?;
    let tally = journal.tally(run.id)?;
    let run = journal.run(run.id)?.unwrap_or(run);
    Ok(Carried {
        run,
        tally,
        summary,
    })
}

/// One change that a file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub line: u64,
    pub key: String,
    pub field: &'static str,
    pub kind: OutcomeKind,
    pub before: Option<String>,
    pub after: Option<String>,
    pub detail: Option<String>,
}

/// What carrying a file would do.
#[derive(Debug, Clone)]
pub struct Look {
    pub tally: Tally,
    pub summary: Summary,
    pub n_calls: u64,
    /// The largest moves of a price, the largest first.
    pub largest: Vec<Move>,
    /// Guard rails that would hold it.
    pub alarms: Vec<Alarm>,
}

/// Plans a file and hands each of its rows to `visit`. Nothing is sent, and
/// nothing is kept: the files given together see what the earlier ones state.
pub fn look_ahead(
    paths: &[&Path],
    exchange: &Exchange,
    journal: &Journal,
    is_offline: bool,
    visit: &mut dyn FnMut(&Path, Change),
) -> Result<Vec<Result<Look, CarryError>>, CarryError> {
    journal.rehearse(|| {
        let reach = if is_offline {
            Reach::Offline
        } else {
            Reach::Online
        };
        let lookup = Lookup::new(exchange, journal, reach);
        Ok(paths
            .iter()
            .enumerate()
            .map(|(at, path)| {
                // What one file is assumed to have done, the next must find in the journal.
                let is_last = at + 1 == paths.len();
                look_at(path, is_last, exchange, journal, &lookup, &mut |change| {
                    visit(path, change);
                })
            })
            .collect())
    })
}

fn look_at(
    path: &Path,
    is_last: bool,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    visit: &mut dyn FnMut(Change),
) -> Result<Look, CarryError> {
    let Surveyed {
        mut resolver,
        mut spool,
        summary,
        portion,
    } = survey(path, exchange, journal, lookup, None)?;
    let newer = journal.formed_after(exchange.name(), portion.formed_at)?;
    let mut look = spool.look()?;
    let mut tally = Tally::default();
    let mut n_calls = 0;
    let (guard, mut moves) = (&exchange.settings.guard, Moves::default());
    let n_stocked = journal.n_stocked(exchange.name())?;
    let mut recall = if is_last {
        recall(&resolver, exchange, journal)?
    } else {
        None
    };
    while let Some(batch) = next_batch(&mut look, &mut resolver, journal)? {
        let decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, &newer)?;
        n_calls += decision.n_calls(exchange.settings.batch);
        moves.add(&decision, guard);
        for change in changes_of(&batch, &decision) {
            tally.add(change.kind, 1);
            visit(change);
        }
        assume(decision.actions, recall.as_mut(), exchange, journal)?;
    }
    if let Some(detail) = portion.left_out {
        tally.add(OutcomeKind::Note, 1);
        visit(change_of(&note(detail)));
    }
    Ok(Look {
        tally,
        summary,
        n_calls,
        largest: moves.largest().cloned().collect(),
        alarms: moves.judge(guard, n_stocked, 0),
    })
}

fn change_of(outcome: &Outcome) -> Change {
    Change {
        line: outcome.line,
        key: outcome.key.clone(),
        field: "",
        kind: outcome.kind,
        before: None,
        after: None,
        detail: outcome.detail.clone(),
    }
}

fn changes_of(batch: &Batch, decision: &Decision) -> Vec<Change> {
    let sent = vec![Sent::Confirmed; decision.actions.len()];
    let settled = batch.outcomes.iter().map(change_of);
    let outcomes = outcomes_of(&Batch::default(), decision, &sent, &HashSet::new());
    let planned = decision.rows.iter().zip(outcomes).map(|(row, outcome)| {
        let (before, after) = match &row.verdict {
            Verdict::Send { action, before } => (
                before.clone(),
                decision
                    .actions
                    .get(*action)
                    .map(|action| action.field_value(row.field)),
            ),
            Verdict::Unchanged
            | Verdict::Unknown
            | Verdict::Superseded
            | Verdict::Outdated
            | Verdict::Waits => (None, None),
        };
        let detail = if after.is_some() {
            None
        } else {
            outcome.detail
        };
        Change {
            line: row.line,
            key: outcome.key,
            field: row.field.name(),
            kind: outcome.kind,
            before,
            after,
            detail,
        }
    });
    settled.chain(planned).collect()
}

/// Hash and size of a file's content.
pub(super) fn fingerprint(mut file: File) -> Result<Fingerprint, CarryError> {
    let mut hasher = blake3::Hasher::new();
    let size = io::copy(&mut file, &mut hasher).map_err(FileError::Io)?;
    Ok(Fingerprint {
        hash: hasher.finalize().to_hex().to_string(),
        size,
    })
}
