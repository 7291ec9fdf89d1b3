//! Takes a zip archive of an export apart.
//!
//! An archive is a stranger's: its sizes may lie, its names may point out of the
//! folder, and a few kilobytes may unpack to a full disk. So bytes are counted as
//! they come, not as the archive declares them.

use std::collections::HashSet;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::domain::file_name::is_device;
use crate::domain::shown::excerpt;
use crate::formats::limits;
use crate::wording::{Message, Worded, message};

/// Why an archive is refused.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum ArchiveError {
    Damaged(String),
    Unsupported(String),
    TooMany { found: usize },
    Outside(String),
    Bomb,
    Io(io::Error),
}

impl Worded for ArchiveError {
    fn message(&self) -> Message {
        match self {
            Self::Damaged(why) => message!("archive-damaged", why = why),
            Self::Unsupported(why) => message!("archive-unsupported", why = why),
            Self::TooMany { found } => message!(
                "archive-too-many",
                found = *found,
                limit = limits::ARCHIVE_ENTRIES,
            ),
            Self::Outside(name) => message!("archive-outside", name = name),
            Self::Bomb => message!("archive-bomb"),
            Self::Io(err) => message!("archive-io", why = err.to_string()),
        }
    }
}

impl From<ZipError> for ArchiveError {
    fn from(err: ZipError) -> Self {
        match err {
            ZipError::Io(err) if err.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Damaged(err.to_string())
            }
            ZipError::Io(err) => Self::Io(err),
            ZipError::InvalidPassword
            | ZipError::UnsupportedArchive(_)
            | ZipError::CompressionMethodNotSupported(_) => Self::Unsupported(err.to_string()),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Whether these first bytes are those of a zip archive.
pub fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Whether this end of an archive holds the end of its central directory, which
/// is written last.
pub(super) fn has_end(tail: &[u8]) -> bool {
    memchr::memmem::find(tail, b"PK\x05\x06").is_some()
}

/// An export, or a document that merely is packed as a zip archive: a workbook.
pub fn holds_an_export<R: Read + Seek>(source: R) -> bool {
    ZipArchive::new(source).is_ok_and(|archive| {
        !archive
            .file_names()
            .any(|name| name.is_ok_and(|name| name == "[Content_Types].xml"))
    })
}

/// Hands every file in the archive that `is_wanted` to `take`, with its path
/// below the archive.
pub fn unpack<R: Read + Seek, E: From<ArchiveError>>(
    mut source: R,
    is_wanted: impl Fn(&Path) -> bool,
    mut take: impl FnMut(&Path, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    let packed = source
        .seek(io::SeekFrom::End(0))
        .map_err(ArchiveError::Io)?;
    let mut archive = ZipArchive::new(source).map_err(ArchiveError::from)?;
    if archive.len() > limits::ARCHIVE_ENTRIES {
        return Err(ArchiveError::TooMany {
            found: archive.len(),
        }
        .into());
    }
    let mut names = HashSet::new();
    let mut left = limits::ARCHIVE_UNPACKED.min(
        packed
            .saturating_mul(limits::ARCHIVE_RATIO)
            .max(limits::ARCHIVE_SMALL),
    );
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(ArchiveError::from)?;
        if entry.is_dir() {
            continue;
        }
        let path = path_of(&entry)?;
        if !names.insert(path.to_string_lossy().to_lowercase()) {
            let name = excerpt(&path.to_string_lossy());
            return Err(ArchiveError::Damaged(format!("`{name}` is in it twice")).into());
        }
        if !is_wanted(&path) {
            continue;
        }
        let mut limited = Limited {
            entry,
            left,
            is_over: false,
            damage: None,
        };
        let result = take(&path, &mut limited);
        if limited.is_over {
            return Err(ArchiveError::Bomb.into());
        }
        if let Some(damage) = limited.damage {
            return Err(ArchiveError::Damaged(damage).into());
        }
        left = limited.left;
        result?;
    }
    Ok(())
}

/// As both Windows and Unix would have it: a name that is harmless to one of them
/// may lead out of the folder on the other.
fn path_of<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> Result<PathBuf, ArchiveError> {
    const MAX_BYTES: usize = 255;
    let shown = entry
        .name()
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_default();
    // Some programs write the separator of Windows.
    let name = shown.replace('\\', "/");
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= MAX_BYTES
            && !part.contains(|c: char| c == ':' || c.is_control())
            && !is_device(part)
    };
    if entry.enclosed_name().is_none() || !name.split('/').all(is_plain) {
        return Err(ArchiveError::Outside(excerpt(&shown)));
    }
    Ok(name.split('/').collect())
}

/// Stops where the archive's allowance ends.
struct Limited<R> {
    entry: R,
    left: u64,
    is_over: bool,
    damage: Option<String>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self
            .entry
            .read(target)
            .inspect_err(|err| self.damage = Some(err.to_string()))?;
        let n_bytes = u64::try_from(n).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(n_bytes) else {
            self.is_over = true;
            return Err(io::Error::other("the archive unpacks to too much"));
        };
        self.left = left;
        Ok(n)
    }
}
