//! Pictures of goods: they lie beside the file that names them, and stay there.
//!
//! What a file calls a picture is a stranger's word: it must not lead out of the inbox,
//! by dots, by an absolute path, or by a link.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::folders::inbox::WORKING;
use crate::folders::moves::remove_empty_parents;
use crate::folders::{FolderError, is_picture};

/// 1C keeps a picture two folders deep.
const MAX_PARTS: usize = 10;

/// A file of a picture that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFile {
    path: PathBuf,
    pub size: u64,
    /// When it was changed last, for comparing alone.
    pub modified: String,
}

impl PictureFile {
    /// The picture that a file in `folder` calls `name`. `folder` is below the inbox, or an
    /// absolute path of a file that was sent by hand. `None`: it is not there (yet), or
    /// it is nothing that may be taken.
    pub fn find(inbox: &Path, folder: &str, name: &str) -> Option<Self> {
        let name = name.replace('\\', "/");
        let name = Path::new(&name);
        let is_plain = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
            && name.components().count() <= MAX_PARTS;
        if !is_plain || !is_picture(name) {
            return None;
        }
        let folder = Path::new(folder);
        if folder.is_absolute() {
            return Self::at(&folder.join(name), folder);
        }
        // Those of an archive have been put where its files are carried from.
        Self::at(&inbox.join(folder).join(name), inbox)
            .or_else(|| Self::at(&inbox.join(WORKING).join(folder).join(name), inbox))
    }

    fn at(path: &Path, root: &Path) -> Option<Self> {
        let is_file = fs::symlink_metadata(path).ok()?.is_file();
        let is_inside = path
            .canonicalize()
            .ok()?
            .starts_with(root.canonicalize().ok()?);
        if !is_file || !is_inside {
            return None;
        }
        let (size, modified) = state_of(path)?;
        let path = path.to_owned();
        Some(Self {
            path,
            size,
            modified,
        })
    }

    /// `None` if it is larger than `most`, is being changed, or is gone.
    pub fn read(&self, most: u64) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let file = fs::File::open(&self.path).ok()?;
        let n = file.take(most + 1).read_to_end(&mut content).ok()?;
        let is_same = state_of(&self.path)? == (self.size, self.modified.clone());
        (is_same && u64::try_from(n) == Ok(self.size) && self.size <= most).then_some(content)
    }

    /// Takes away what came out of an archive, which is kept itself.
    pub fn discard_unpacked(&self, inbox: &Path) -> Result<(), FolderError> {
        let working = inbox.join(WORKING);
        if self.path.starts_with(&working) {
            fs::remove_file(&self.path).map_err(FolderError::of("remove", &self.path))?;
            remove_empty_parents(&self.path, &working);
        }
        Ok(())
    }
}

fn state_of(path: &Path) -> Option<(u64, String)> {
    let metadata = fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), modified.as_micros().to_string()))
}

/// Whether a picture has its end: a writer may still be at it.
pub fn is_whole_picture(content: &[u8]) -> bool {
    const PNG: &[u8] = b"\x89PNG";
    const JPEG: &[u8] = b"\xff\xd8";
    let has_at_end = |end: &[u8], n: usize| {
        let tail = content.get(content.len().saturating_sub(n)..);
        tail.is_some_and(|tail| tail.windows(end.len()).any(|part| part == end))
    };
    if content.starts_with(PNG) {
        return has_at_end(b"IEND", 64);
    }
    if content.starts_with(JPEG) {
        // Cameras put things of their own behind it.
        return has_at_end(b"\xff\xd9", 4096);
    }
    !content.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "tests lay out their own files")]
    fn put(path: &Path, content: &[u8]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[test]
    fn a_picture_is_found_beside_its_file_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = folder.path().join("inbox");
        put(&inbox.join("webdata/import_files/a/1.jpg"), b"1");
        put(&inbox.join("working/export.7/import_files/2.png"), b"2");
        put(&folder.path().join("secret.jpg"), b"s");
        put(&inbox.join("webdata/key.txt"), b"k");
        let find = |folder: &str, name: &str| PictureFile::find(&inbox, folder, name);
        let found = find("webdata", "import_files/a/1.jpg").unwrap();
        assert_eq!(found.read(10).unwrap(), b"1");
        assert_eq!(found.read(0), None);
        assert!(find("webdata", "import_files\\a\\1.jpg").is_some());
        let unpacked = find("export.7", "import_files/2.png").unwrap();
        unpacked.discard_unpacked(&inbox).unwrap();
        found.discard_unpacked(&inbox).unwrap();
        assert!(find("export.7", "import_files/2.png").is_none());
        assert!(!inbox.join("working/export.7").exists());
        assert!(find("webdata", "import_files/a/1.jpg").is_some());
        let absolute = folder.path().join("secret.jpg");
        for name in [
            "../../secret.jpg",
            "import_files/../../../secret.jpg",
            absolute.to_str().unwrap(),
            "key.txt",
            "import_files",
            "",
        ] {
            assert_eq!(find("webdata", name), None, "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&absolute, inbox.join("webdata/link.jpg")).unwrap();
            std::os::unix::fs::symlink(folder.path(), inbox.join("webdata/out")).unwrap();
            assert_eq!(find("webdata", "link.jpg"), None);
            assert_eq!(find("webdata", "out/secret.jpg"), None);
        }
    }

    #[test]
    fn half_a_picture_is_told_from_a_whole_one() {
        for (content, is_whole) in [
            (&b"\xff\xd8\xff\xe0data\xff\xd9"[..], true),
            (b"\xff\xd8\xff\xe0data", false),
            (b"\x89PNG...IEND\xae\x42\x60\x82", true),
            (b"\x89PNG...", false),
            (b"", false),
            (b"GIF89a", true),
        ] {
            assert_eq!(is_whole_picture(content), is_whole, "{content:?}");
        }
    }
}
