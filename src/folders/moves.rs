//! Files moved and written so that none is lost or overwritten, and the names they get.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::folders::FolderError;

/// Attempts to rename a file that another program holds for a moment: an
/// antivirus scanner, the indexer, the program that wrote it.
const RENAME_ATTEMPTS: u32 = 5;

/// `path`, or with the run's number (or the next free one) before the ending.
pub(super) fn free_name(path: &Path, run: Option<i64>) -> PathBuf {
    if !path.exists() {
        return path.to_owned();
    }
    let tagged = run.map_or_else(|| path.to_owned(), |run| with_run(path, run));
    let numbered = (2..i64::MAX).map(|n| with_run(&tagged, n));
    std::iter::once(tagged.clone())
        .chain(numbered)
        .find(|candidate| !candidate.exists())
        .unwrap_or(tagged)
}

/// `prices.csv.receipt.txt`.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    fitting(path, &file_name(path), ending)
}

/// A name that would be too long for the file system loses the end of its stem.
pub(super) fn fitting(path: &Path, name: &str, ending: &str) -> PathBuf {
    const MAX_BYTES: usize = 255;
    let room = MAX_BYTES.saturating_sub(ending.len());
    let end = name
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take_while(|end| *end <= room)
        .last();
    let kept = name.get(..end.unwrap_or_default()).unwrap_or_default();
    path.with_file_name(format!("{kept}{ending}"))
}

/// `prices.17.csv`.
pub(super) fn with_run(path: &Path, run: i64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path
        .extension()
        .map(|ending| format!(".{}", ending.to_string_lossy()));
    let ending = format!(".{run}{}", ending.unwrap_or_default());
    fitting(path, &stem, &ending)
}

pub(super) fn has_same_content(left: &Path, right: &Path) -> bool {
    let sizes = (fs::metadata(left), fs::metadata(right));
    let (Ok(left_size), Ok(right_size)) = sizes else {
        return false;
    };
    let same = || -> io::Result<bool> {
        let mut right = BufReader::new(File::open(right)?).bytes();
        for byte in BufReader::new(File::open(left)?).bytes() {
            if byte? != right.next().transpose()?.unwrap_or_default() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    left_size.len() == right_size.len() && same().unwrap_or(false)
}

/// Renames; never over an existing file that says anything else, because `to` is a
/// free name, or holds the same.
pub(super) fn move_file(from: &Path, to: &Path) -> Result<(), FolderError> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(FolderError::of("make-folder", parent))?;
    }
    let mut pause = Duration::from_millis(20);
    for _ in 1..RENAME_ATTEMPTS {
        match fs::rename(from, to) {
            Ok(()) => return Ok(()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::of("move", from)(err));
            }
            Err(_) => std::thread::sleep(pause),
        }
        pause *= 2;
    }
    fs::rename(from, to).map_err(FolderError::of("move", from))
}

pub(super) fn write_whole(path: &Path, mut content: &[u8]) -> Result<(), FolderError> {
    write_from(path, &mut content)
}

/// A receipt of millions of rows is larger than the memory it may take.
pub(super) fn write_from(path: &Path, content: &mut dyn Read) -> Result<(), FolderError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(FolderError::of("make-folder", parent))?;
    }
    let mut file = File::create(path).map_err(FolderError::of("write", path))?;
    io::copy(content, &mut file)
        .and_then(|_| file.sync_all())
        .map_err(FolderError::of("write", path))
}

/// The folders that a claimed file brought along.
pub(super) fn remove_empty_parents(path: &Path, stop: &Path) {
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| folder.starts_with(stop) && *folder != stop) {
        if fs::remove_dir(empty).is_err() {
            return;
        }
        folder = empty.parent();
    }
}

pub(super) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The rename itself must survive a power cut. Windows has no such call and keeps
/// its own journal of names.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) {
    // The file's content is safe already; a folder that cannot be opened for it is no reason to fail.
    if let Ok(opened) = File::open(folder) {
        drop(opened.sync_all());
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) {}
