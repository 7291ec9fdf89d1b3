//! Pictures on their way into the shop, after the goods that they belong to.
//!
//! The journal holds which pictures each product is to have; nothing else needs to be
//! written down, because uploading or naming a picture twice does no harm. A picture
//! that is not there yet is looked for at every pass.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};
use tracing::{info, warn};

use crate::domain::Sku;
use crate::domain::shown::excerpt;
use crate::folders::PictureFile;
use crate::journal::{Journal, Pictures, PicturesState, ReadPicture, Run, RunId};
use crate::pipeline::picture_load::{upload, wants_less};
use crate::pipeline::resolve::Batch;
use crate::pipeline::send::Sent;
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Decision, Field, Row, Verdict};
use crate::shop::module::{Outcome, Told};
use crate::wording::{Message, Worded as _, message};

/// Products looked at together.
const AT_ONCE: usize = 200;

/// Products whose missing pictures are looked for in one pass; a share is slow.
const LATE_AT_ONCE: u32 = 2_000;

/// So long a picture may come later than the file that names it.
const WAIT: TimeDelta = TimeDelta::days(7);

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Products whose pictures the shop has now.
    pub(super) n_products: usize,
    pub(super) n_uploaded: usize,
    pub(super) n_missing: usize,
    pub(super) first_missing: Option<String>,
    /// Pictures that the shop does not take, and why.
    pub(super) refused: Vec<(String, Message)>,
    /// Files that are there and cannot be taken as they are.
    pub(super) in_vain: Vec<(String, FileState)>,
}

/// Size and time of a picture's file.
pub(super) type FileState = (u64, String);

/// What has been seen of the pictures that are still awaited.
#[derive(Debug, Default)]
pub(super) struct Awaited {
    /// Behind which article the next look begins.
    after: String,
    /// Files that were there and could not be taken. As long as they stay like that,
    /// they need not be read again over the network.
    in_vain: HashMap<String, FileState>,
}

/// Of a stranger's names; beyond it, the oldest knowledge is given up.
const MOST_IN_VAIN: usize = 10_000;

/// Brings the pictures that files have just named. What the shop makes of them decides
/// nothing about the file, which has been applied: what fails is tried at the next passes.
pub(super) fn show(exchange: &Exchange, journal: &Journal) -> Result<Vec<Message>, CarryError> {
    let mut shown = Shown::default();
    let later = match send_new(exchange, journal, &mut shown) {
        Ok(()) => None,
        Err(CarryError::Shop(err)) => {
            warn!(
                exchange = exchange.name(),
                "pictures could not be shown yet: {err}"
            );
            Some(message!("why-pictures-later", why = err.message()))
        }
        Err(err) => return Err(err),
    };
    Ok(told_of(&shown).chain(later).collect())
}

fn send_new(exchange: &Exchange, journal: &Journal, shown: &mut Shown) -> Result<(), CarryError> {
    let most = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
    let mut after = String::new();
    loop {
        let sets = journal.pictures(exchange.name(), PicturesState::New, None, &after, most)?;
        let Some(last) = sets.last() else {
            return Ok(());
        };
        after.clone_from(&last.match_key);
        send(&sets, exchange, journal, shown)?;
    }
}

/// Brings what a failure has left, and the pictures that were missing and have come
/// meanwhile. The looks go round all that wait.
pub(super) fn send_late(
    exchange: &Exchange,
    journal: &Journal,
    awaited: &mut Awaited,
    now: NaiveDateTime,
) -> Result<(), CarryError> {
    let name = exchange.name();
    let since = now.checked_sub_signed(WAIT);
    let mut shown = Shown::default();
    let left = journal.pictures(name, PicturesState::New, since, "", 1)?;
    if !left.is_empty() {
        exchange.client.log_in()?;
        send_new(exchange, journal, &mut shown)?;
    }
    let come = find_come(exchange, journal, awaited, since)?;
    if !come.is_empty() {
        exchange.client.log_in()?;
    }
    for part in come.chunks(AT_ONCE) {
        send(part, exchange, journal, &mut shown)?;
    }
    if awaited.in_vain.len() > MOST_IN_VAIN {
        awaited.in_vain.clear();
    }
    awaited.in_vain.extend(shown.in_vain);
    if shown.n_uploaded > 0 {
        info!(
            exchange = name,
            n = shown.n_uploaded,
            "pictures have come that files had named before"
        );
    }
    Ok(())
}

/// The sets of which a picture has come since the last look.
fn find_come(
    exchange: &Exchange,
    journal: &Journal,
    awaited: &mut Awaited,
    since: Option<NaiveDateTime>,
) -> Result<Vec<Pictures>, CarryError> {
    let (name, inbox) = (exchange.name(), &exchange.settings.inbox);
    let state = PicturesState::Waits;
    let sets = journal.pictures(name, state, since, &awaited.after, LATE_AT_ONCE)?;
    awaited.after = sets
        .last()
        .filter(|_| u32::try_from(sets.len()) == Ok(LATE_AT_ONCE))
        .map(|set| set.match_key.clone())
        .unwrap_or_default();
    let mut come = Vec::new();
    for set in sets {
        let mut has_come = false;
        for picture in &set.names {
            let full = full_name(&set.folder, picture);
            if journal.read_picture(name, &full)?.is_none()
                && let Some(file) = PictureFile::find(inbox, &set.folder, picture)
            {
                has_come |= awaited.in_vain.get(&full) != Some(&(file.size, file.modified));
            }
        }
        if has_come {
            come.push(set);
        }
    }
    Ok(come)
}

pub(super) fn full_name(folder: &str, name: &str) -> String {
    format!("{folder}/{}", name.replace('\\', "/"))
}

fn send(
    sets: &[Pictures],
    exchange: &Exchange,
    journal: &Journal,
    shown: &mut Shown,
) -> Result<(), CarryError> {
    let name = exchange.name();
    upload(sets, exchange, journal, shown)?;
    let mut updates = Vec::new();
    let mut keys = Vec::new();
    for set in sets {
        let mut paths = Vec::new();
        let mut state = PicturesState::Done;
        for picture in &set.names {
            match journal.read_picture(name, &full_name(&set.folder, picture))? {
                Some(ReadPicture { path: Ok(path), .. }) => paths.push(path),
                Some(ReadPicture { path: Err(_), .. }) => {}
                None => state = PicturesState::Waits,
            }
        }
        if paths.is_empty() || paths == set.told {
            journal.put_pictures(name, &set.match_key, state, &set.told)?;
        } else if let Ok(sku) = Sku::parse(&set.sku) {
            updates.push((sku, paths));
            keys.push((&set.match_key, state));
        }
    }
    if updates.is_empty() {
        return Ok(());
    }
    let outcomes = tell(&updates, exchange)?;
    for (((sku, paths), (key, state)), outcome) in updates.iter().zip(keys).zip(outcomes) {
        if outcome.is_done() {
            journal.put_pictures(name, key, state, paths)?;
            shown.n_products += 1;
        } else {
            let why = match outcome {
                Outcome::Rejected(why) => message!("why-module-says", why = why),
                Outcome::Ambiguous => message!("why-ambiguous"),
                Outcome::Unknown | Outcome::Applied | Outcome::Unchanged | Outcome::Unsaid => {
                    message!("why-no-article")
                }
            };
            shown.refused.push((sku.to_string(), why));
            // A file that names the product again tries it again.
            journal.put_pictures(name, key, PicturesState::Done, &[])?;
        }
    }
    Ok(())
}

/// In calls of a size that the shop takes.
fn tell(updates: &[(Sku, Vec<String>)], exchange: &Exchange) -> Result<Vec<Outcome>, CarryError> {
    match exchange.client.tell(&Told::Pictures(updates)) {
        Ok(outcomes) => Ok(outcomes),
        Err(err) if updates.len() > 1 && wants_less(&err) => {
            let (first, second) = updates.split_at(updates.len() / 2);
            let mut outcomes = tell(first, exchange)?;
            outcomes.extend(tell(second, exchange)?);
            Ok(outcomes)
        }
        Err(err) => Err(err.into()),
    }
}

fn told_of(shown: &Shown) -> impl Iterator<Item = Message> {
    let missing = shown.first_missing.iter().map(|first| {
        message!(
            "why-pictures-missing",
            n = shown.n_missing,
            picture = excerpt(first),
        )
    });
    let refused = shown.refused.iter().map(|(name, why)| {
        message!(
            "why-picture-refused",
            picture = excerpt(name),
            why = why.clone()
        )
    });
    missing.chain(refused)
}

/// Keeps which pictures the goods are to have that the shop has now.
pub(super) fn name_pictures(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    run: &Run,
    newer: &HashSet<RunId>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    let is_missing = |row: &&Row| match &row.verdict {
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
            let named = (folder.as_str(), goods.pictures.as_slice());
            journal.name_pictures(name, &wanted.sku, named, run.id, newer, now)?;
        }
    }
    Ok(())
}
