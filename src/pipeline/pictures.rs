//! Pictures on their way into the shop, after the goods that they belong to.
//!
//! The journal holds which pictures each product is to have; nothing else needs to be
//! written down, because uploading or naming a picture twice does no harm. A picture
//! that is not there yet is looked for at every pass.

use std::collections::HashSet;
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};
use tracing::{info, warn};

use crate::domain::Sku;
use crate::domain::shown::excerpt;
use crate::folders::{PictureFile, is_whole_picture};
use crate::journal::{Journal, Pictures, PicturesState, ReadPicture, Run};
use crate::pipeline::resolve::Batch;
use crate::pipeline::send::Sent;
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Decision, Field, Row, Verdict};
use crate::shop::module::{Outcome, Picture, Told};
use crate::wording::{Message, message};

/// A third more in base64, and the module takes 8 MB.
const MAX_BYTES: u64 = 5_500_000;

/// As many bytes as are uploaded in one call.
const UPLOAD_BYTES: usize = 3_000_000;
const UPLOAD_PICTURES: usize = 40;

/// Products looked at together.
const AT_ONCE: u32 = 200;

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
}

/// Brings the pictures that files have just named.
pub(super) fn send_new(exchange: &Exchange, journal: &Journal) -> Result<Shown, CarryError> {
    let mut shown = Shown::default();
    let mut after = String::new();
    loop {
        let sets = journal.pictures(exchange.name(), PicturesState::New, None, &after, AT_ONCE)?;
        let Some(last) = sets.last() else {
            return Ok(shown);
        };
        after.clone_from(&last.match_key);
        send(&sets, exchange, journal, &mut shown)?;
    }
}

/// Brings the pictures that were missing and have come meanwhile. `after` goes round
/// all that wait.
pub(super) fn send_late(
    exchange: &Exchange,
    journal: &Journal,
    after: &mut String,
    now: NaiveDateTime,
) -> Result<Shown, CarryError> {
    let since = now.checked_sub_signed(WAIT);
    let state = PicturesState::Waits;
    let sets = journal.pictures(exchange.name(), state, since, after, LATE_AT_ONCE)?;
    *after = sets
        .last()
        .filter(|_| u32::try_from(sets.len()) == Ok(LATE_AT_ONCE))
        .map(|set| set.match_key.clone())
        .unwrap_or_default();
    let inbox = &exchange.settings.inbox;
    let mut come = Vec::new();
    for set in sets {
        let mut has_come = false;
        for name in &set.names {
            let is_known = journal
                .read_picture(exchange.name(), &full_name(&set.folder, name))?
                .is_some();
            has_come |= !is_known && PictureFile::find(inbox, &set.folder, name).is_some();
        }
        if has_come {
            come.push(set);
        }
    }
    let mut shown = Shown::default();
    if !come.is_empty() {
        exchange.client.log_in()?;
        send(&come, exchange, journal, &mut shown)?;
        info!(
            exchange = exchange.name(),
            n = shown.n_uploaded,
            "pictures have come that files had named before"
        );
    }
    Ok(shown)
}

fn full_name(folder: &str, name: &str) -> String {
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
    let outcomes = exchange.client.tell(&Told::Pictures(&updates))?;
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

/// Pictures waiting for their call.
#[derive(Default)]
struct Load {
    pictures: Vec<Picture>,
    read: Vec<(String, ReadPicture, PictureFile)>,
    n_bytes: usize,
}

/// Uploads what has changed since it was last read.
fn upload(
    sets: &[Pictures],
    exchange: &Exchange,
    journal: &Journal,
    shown: &mut Shown,
) -> Result<(), CarryError> {
    let inbox = &exchange.settings.inbox;
    let mut seen = HashSet::new();
    let mut load = Load::default();
    let names = sets
        .iter()
        .flat_map(|set| set.names.iter().map(|name| (set.folder.as_str(), name)));
    for (folder, name) in names {
        let full = full_name(folder, name);
        if !seen.insert(full.clone()) {
            continue;
        }
        let known = journal.read_picture(exchange.name(), &full)?;
        let Some(file) = PictureFile::find(inbox, folder, name) else {
            // What the shop has once got stays there, also where its file has gone since.
            if known.is_none() {
                shown.n_missing += 1;
                shown.first_missing.get_or_insert_with(|| name.clone());
            }
            continue;
        };
        if known
            .as_ref()
            .is_some_and(|known| known.size == file.size && known.modified == file.modified)
        {
            discard(&file, exchange);
            continue;
        }
        if file.size > MAX_BYTES {
            let fault = message!("why-picture-too-large", limit = MAX_BYTES.to_string());
            shown.refused.push((name.clone(), fault.clone()));
            let read = read_of(&file, String::new(), Err(fault));
            journal.keep_picture(exchange.name(), &full, &read)?;
            continue;
        }
        let Some(content) = file
            .read(MAX_BYTES)
            .filter(|content| is_whole_picture(content))
        else {
            // Somebody is still writing it.
            shown.n_missing += 1;
            shown.first_missing.get_or_insert_with(|| name.clone());
            continue;
        };
        let digest = blake3::hash(&content).to_hex().to_string();
        if let Some(known) = known.filter(|known| known.digest == digest) {
            let read = read_of(&file, digest, known.path);
            journal.keep_picture(exchange.name(), &full, &read)?;
            discard(&file, exchange);
            continue;
        }
        load.n_bytes += content.len();
        let read = read_of(&file, digest, Err(Message::plain("")));
        load.read.push((full, read, file));
        let name = name.clone();
        load.pictures.push(Picture { name, content });
        if load.n_bytes >= UPLOAD_BYTES || load.pictures.len() >= UPLOAD_PICTURES {
            unload(&mut load, exchange, journal, shown)?;
        }
    }
    unload(&mut load, exchange, journal, shown)
}

fn read_of(file: &PictureFile, digest: String, path: Result<String, Message>) -> ReadPicture {
    ReadPicture {
        size: file.size,
        modified: file.modified.clone(),
        digest,
        path,
    }
}

fn unload(
    load: &mut Load,
    exchange: &Exchange,
    journal: &Journal,
    shown: &mut Shown,
) -> Result<(), CarryError> {
    let load = std::mem::take(load);
    if load.pictures.is_empty() {
        return Ok(());
    }
    let places = exchange.client.upload(&load.pictures)?;
    for ((full, read, file), place) in load.read.into_iter().zip(places) {
        let place = place.map_err(|why| message!("why-module-says", why = why));
        match &place {
            Ok(_) => shown.n_uploaded += 1,
            Err(why) => shown.refused.push((full.clone(), why.clone())),
        }
        let read = ReadPicture {
            path: place,
            ..read
        };
        journal.keep_picture(exchange.name(), &full, &read)?;
        discard(&file, exchange);
    }
    Ok(())
}

/// One that cannot be removed now is found again with the next archive.
fn discard(file: &PictureFile, exchange: &Exchange) {
    if let Err(err) = file.discard_unpacked(&exchange.settings.inbox) {
        warn!(exchange = exchange.name(), "{err}");
    }
}

pub(super) fn told_of(shown: &Shown) -> impl Iterator<Item = Message> {
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
            journal.name_pictures(name, &wanted.sku, &folder, &goods.pictures, now)?;
        }
    }
    Ok(())
}
