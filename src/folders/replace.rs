//! A file of the operator's own that gets another content: the old one is there whole until the new one is.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::folders::FolderError;
use crate::folders::moves::{move_file, sync_folder, with_ending};

/// Written beside it, flushed, and put in its place by a rename. It keeps its
/// permissions; on Windows those of its folder. A link stays one.
pub fn replace_file(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    let path = fs::canonicalize(path).map_err(FolderError::of("find", path))?;
    let permissions = fs::metadata(&path)
        .map_err(FolderError::of("look-at", &path))?
        .permissions();
    if permissions.readonly() {
        // A rename would not mind, but somebody meant it so.
        let refused = std::io::ErrorKind::PermissionDenied.into();
        return Err(FolderError::of("write", &path)(refused));
    }
    let aside = with_ending(&path, ".writing");
    let written = write_aside(&aside, content)
        .and_then(|()| fs::set_permissions(&aside, permissions))
        .map_err(FolderError::of("write", &aside))
        .and_then(|()| move_file(&aside, &path));
    if written.is_err() {
        drop(fs::remove_file(&aside));
    } else if let Some(folder) = path.parent() {
        sync_folder(folder);
    }
    written
}

/// It may hold a key: nobody else reads it even for a moment.
fn write_aside(path: &Path, content: &[u8]) -> std::io::Result<()> {
    // What an interrupted attempt has left.
    drop(fs::remove_file(path));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    make_private(&mut options);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn make_private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn make_private(_options: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, content: &[u8]) {
        let mut file = fs::File::create(path).unwrap();
        file.write_all(content).unwrap();
    }

    #[test]
    fn another_content_takes_its_place_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        put(&path, b"old");
        put(&folder.path().join("settings.writing"), b"left behind");
        replace_file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let names: Vec<_> = folder.path().read_dir().unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(replace_file(&folder.path().join("none"), b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("real");
        put(&path, b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("settings");
        symlink(&path, &link).unwrap();
        replace_file(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(replace_file(&path, b"newer").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
