//! Pictures on the wire: in calls of a size that the shop takes.
//!
//! A picture grows by a third in base64. Our module takes 8 MB; what stands in front of it
//! may take less, nginx 1 MB unless told otherwise, and only its refusal tells.

use std::collections::HashSet;

use tracing::{debug, warn};

use crate::folders::{PictureFile, is_whole_picture};
use crate::journal::{Journal, Pictures, ReadPicture};
use crate::pipeline::pictures::{Shown, full_name};
use crate::pipeline::{CarryError, Exchange};
use crate::shop::ShopError;
use crate::shop::module::Picture;
use crate::wording::{Message, message};

/// So much of a picture the module takes alone.
const MAX_BYTES: u64 = 5_500_000;

const MOST_PICTURES: usize = 40;

/// Quotes, braces and names around one picture.
const FRAME: usize = 120;

/// Pictures waiting for their call.
#[derive(Default)]
struct Load {
    pictures: Vec<Picture>,
    read: Vec<(String, ReadPicture, PictureFile)>,
    n_bytes: usize,
}

impl Load {
    fn has_room_for(&self, n_bytes: usize, exchange: &Exchange) -> bool {
        let most = exchange.pace.upload_bytes();
        self.pictures.is_empty()
            || (self.n_bytes + n_bytes <= most && self.pictures.len() < MOST_PICTURES)
    }
}

/// Uploads what has changed since it was last read.
pub(super) fn upload(
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
            shown.in_vain.push((full, (file.size, file.modified)));
            continue;
        };
        let digest = blake3::hash(&content).to_hex().to_string();
        if let Some(known) = known.filter(|known| known.digest == digest) {
            let read = read_of(&file, digest, known.path);
            journal.keep_picture(exchange.name(), &full, &read)?;
            discard(&file, exchange);
            continue;
        }
        let n_bytes = n_bytes_of(name, &content);
        if !load.has_room_for(n_bytes, exchange) {
            unload(&std::mem::take(&mut load), exchange, journal, shown)?;
        }
        load.n_bytes += n_bytes;
        let read = read_of(&file, digest, Err(Message::plain("")));
        load.read.push((full, read, file));
        let name = name.clone();
        load.pictures.push(Picture { name, content });
    }
    unload(&load, exchange, journal, shown)
}

/// As it goes over the wire: in base64, and a letter of the name as `\u0447`.
fn n_bytes_of(name: &str, content: &[u8]) -> usize {
    content.len().div_ceil(3) * 4 + name.len() * 3 + FRAME
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
    load: &Load,
    exchange: &Exchange,
    journal: &Journal,
    shown: &mut Shown,
) -> Result<(), CarryError> {
    let mut parts = vec![(load.pictures.as_slice(), load.read.as_slice())];
    while let Some((pictures, read)) = parts.pop() {
        if pictures.is_empty() {
            continue;
        }
        match exchange.client.upload(pictures) {
            Ok(places) => keep(read, places, exchange, journal, shown)?,
            Err(err) if pictures.len() > 1 && wants_less(&err) => {
                let sizes = pictures
                    .iter()
                    .map(|one| n_bytes_of(&one.name, &one.content));
                exchange.pace.upload_less_than(sizes.sum());
                debug!(n = pictures.len(), "{err}; trying with less");
                let middle = pictures.len() / 2;
                let (first, second) = pictures.split_at(middle);
                let (first_read, second_read) = read.split_at(middle);
                parts.push((second, second_read));
                parts.push((first, first_read));
            }
            // The others need not wait until somebody allows the shop more. It is not kept
            // as refused, or it would never be tried again.
            Err(ShopError::Server { status: 413, .. }) => {
                for ((full, _, file), picture) in read.iter().zip(pictures) {
                    let why = message!("why-picture-413", size = file.size.to_string());
                    shown.refused.push((picture.name.clone(), why));
                    let state = (file.size, file.modified.clone());
                    shown.in_vain.push((full.clone(), state));
                }
            }
            Err(err) => return Err(err.into()),
        }
    }
    Ok(())
}

/// Refused for its size, or nobody waited for it; doing it twice does no harm.
pub(super) fn wants_less(err: &ShopError) -> bool {
    let ShopError::Server { status, .. } = err else {
        return false;
    };
    matches!(status, 413 | 502 | 504)
}

fn keep(
    read: &[(String, ReadPicture, PictureFile)],
    places: Vec<Result<String, String>>,
    exchange: &Exchange,
    journal: &Journal,
    shown: &mut Shown,
) -> Result<(), CarryError> {
    for ((full, read, file), place) in read.iter().zip(places) {
        let path = place.map_err(|why| message!("why-module-says", why = why));
        match &path {
            Ok(_) => shown.n_uploaded += 1,
            Err(why) => shown.refused.push((full.clone(), why.clone())),
        }
        let read = ReadPicture {
            path,
            ..read.clone()
        };
        journal.keep_picture(exchange.name(), full, &read)?;
        discard(file, exchange);
    }
    Ok(())
}

/// One that cannot be removed now is found again with the next archive.
fn discard(file: &PictureFile, exchange: &Exchange) {
    if let Err(err) = file.discard_unpacked(&exchange.settings.inbox) {
        warn!(exchange = exchange.name(), "{err}");
    }
}
