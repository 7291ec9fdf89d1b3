//! Opens the journal, makes it new, or brings an older one up to date.

use std::cell::Cell;
use std::fs;
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::Duration;

use chrono::NaiveDateTime;
use rusqlite::Connection;

use crate::journal::JournalError;

/// Each entry brings the schema from its index to the next version.
const MIGRATIONS: [&str; 10] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
];

/// How long to wait for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// An open journal.
pub struct Journal {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    depth: Cell<u32>,
}

impl Journal {
    /// Opens or makes the journal at `path`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        if is_on_network(path) {
            return Err(JournalError::OnNetwork {
                path: path.to_owned(),
            });
        }
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(|reason| JournalError::Folder {
                path: path.to_owned(),
                reason,
            })?;
        }
        let open_error = |reason| JournalError::Open {
            path: path.to_owned(),
            reason,
        };
        let connection = Connection::open(path).map_err(open_error)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(open_error)?;
        // WAL: readers do not wait for the writer. FULL: what was confirmed survives a power cut.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
            )
            // Look-ups of a large export jump all over the journal: 8 MB of it in memory.
            .and_then(|()| connection.pragma_update(None, "cache_size", -8_192))
            .map_err(open_error)?;
        Self::around(connection, path)
    }

    pub(super) fn around(connection: Connection, path: &Path) -> Result<Self, JournalError> {
        connection.set_prepared_statement_cache_capacity(64);
        let journal = Self {
            connection,
            path: path.to_owned(),
            depth: Cell::new(0),
        };
        journal.migrate()?;
        journal.doubt_if_copy()?;
        Ok(journal)
    }

    /// Where it lies: on a disk of this computer, with room for more.
    pub fn folder(&self) -> &Path {
        self.path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
    }

    fn migrate(&self) -> Result<(), JournalError> {
        // Only a writer would have to wait for others at work.
        let found: i64 = self
            .connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if usize::try_from(found).is_ok_and(|found| found == MIGRATIONS.len()) {
            return Ok(());
        }
        if found > 0 && usize::try_from(found).is_ok_and(|found| found < MIGRATIONS.len()) {
            // An older obmen cannot read the new one, should somebody want to go back.
            let ending = format!("before-{}.sqlite", MIGRATIONS.len());
            self.examine()?;
            self.copy_to(&self.path.with_extension(ending))?;
        }
        self.atomically(|| {
            let found: i64 = self
                .connection
                .query_row("PRAGMA user_version", [], |row| row.get(0))?;
            let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
            if found > known {
                return Err(JournalError::TooNew { found, known });
            }
            let done = usize::try_from(found).unwrap_or_default();
            for step in MIGRATIONS.iter().skip(done) {
                self.connection.execute_batch(step)?;
            }
            self.connection.pragma_update(None, "user_version", known)?;
            Ok(())
        })
    }

    /// Everything `work` writes is kept together, or nothing of it.
    pub fn atomically<T, E: From<JournalError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.nested(work, Result::is_ok)
    }

    /// Nothing that `work` writes is kept: for looking ahead.
    pub fn rehearse<T, E: From<JournalError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.nested(work, |_| false)
    }

    /// Savepoints nest, transactions do not. The outermost takes the write lock
    /// at once: a reader that wants to write later cannot be given it any more
    /// if somebody else wrote in between.
    fn nested<T, E: From<JournalError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
        keeps: impl FnOnce(&Result<T, E>) -> bool,
    ) -> Result<T, E> {
        let depth = self.depth.get();
        let sql = |text: &str| {
            self.connection
                .execute_batch(text)
                .map_err(|err| E::from(JournalError::Sql(err)))
        };
        let (begin, keep, undo) = if depth == 0 {
            (
                "BEGIN IMMEDIATE".to_owned(),
                "COMMIT".to_owned(),
                "ROLLBACK".to_owned(),
            )
        } else {
            (
                format!("SAVEPOINT s{depth}"),
                format!("RELEASE s{depth}"),
                format!("ROLLBACK TO s{depth}; RELEASE s{depth}"),
            )
        };
        sql(&begin)?;
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        if keeps(&result) {
            // A commit that fails must not leave its transaction open.
            sql(&keep).inspect_err(|_| self.connection.execute_batch(&undo).unwrap_or_default())?;
        } else {
            sql(&undo)?;
        }
        result
    }
}

/// Times as they stand in the journal.
pub(super) fn stamp(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn parse_stamp(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()
}

/// UNC paths on Windows; on Linux, what the mount table says.
fn is_on_network(path: &Path) -> bool {
    is_unc(path) || is_on_network_mount(path)
}

fn is_unc(path: &Path) -> bool {
    path.components().next().is_some_and(|first| match first {
        Component::Prefix(prefix) => {
            matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
        }
        Component::RootDir | Component::CurDir | Component::ParentDir | Component::Normal(_) => {
            false
        }
    })
}

/// The innermost folder of the path that is there, as the system itself calls it.
fn innermost_existing(path: &Path) -> Option<PathBuf> {
    path.ancestors().find_map(|folder| {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        folder.canonicalize().ok()
    })
}

#[cfg(target_os = "linux")]
fn is_on_network_mount(path: &Path) -> bool {
    const NETWORK: [&str; 7] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p"];
    let Some(existing) = innermost_existing(path) else {
        return false;
    };
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (_, folder, kind) = (words.next()?, words.next()?, words.next()?);
        existing.starts_with(folder).then_some((folder.len(), kind))
    });
    // The innermost mount is the one the path lies on.
    mounted
        .max()
        .is_some_and(|(_, kind)| NETWORK.contains(&kind))
}

/// To Windows, a folder of a mapped drive is one of the share behind it.
#[cfg(not(target_os = "linux"))]
fn is_on_network_mount(path: &Path) -> bool {
    innermost_existing(path).is_some_and(|existing| is_unc(&existing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn a_share_is_told_from_a_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_on_network(&folder.path().join("deep/j.sqlite")));
        assert!(!is_on_network(Path::new("j.sqlite")));
        for share in [r"\\server\obmen\j.sqlite", r"\\?\UNC\server\obmen\j.sqlite"] {
            assert!(is_on_network(Path::new(share)), "{share}");
        }
    }

    #[test]
    fn a_rehearsal_leaves_no_trace_and_an_error_undoes_its_part() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("deep/j.sqlite")).unwrap();
        let count = || {
            journal
                .connection
                .query_row("SELECT count(*) FROM schedule", [], |r| r.get::<_, i64>(0))
                .unwrap()
        };
        let insert = |job: &str| {
            journal
                .connection
                .execute("INSERT INTO schedule VALUES ('e', ?1, '')", [job])
                .map(|_| ())
                .map_err(JournalError::from)
        };
        journal
            .rehearse(|| insert("a").and_then(|()| journal.atomically(|| insert("b"))))
            .unwrap();
        assert_eq!(count(), 0);
        journal
            .atomically(|| {
                insert("a")?;
                let failed = journal.atomically(|| insert("b").and_then(|()| insert("b")));
                assert!(failed.is_err());
                Ok::<_, JournalError>(())
            })
            .unwrap();
        assert_eq!(count(), 1);
    }

    #[test]
    fn a_journal_of_an_older_version_is_copied_and_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(include_str!("schema/1.sql")).unwrap();
        old.execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO run (exchange, file, hash, size, state, started_at)
             VALUES ('main', 'a.csv', 'h', 1, 'held', '2026-01-01 00:00:00');
             INSERT INTO order_ledger (exchange, order_id, state, seen_at)
             VALUES ('main', 7, 'taken', '2026-01-01 00:00:00');",
        )
        .unwrap();
        drop(old);
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.runs(None, 10).unwrap().len(), 1);
        let taken = crate::journal::OrderState::Taken;
        assert_eq!(journal.n_orders("main", taken).unwrap(), 1);
        journal.examine().unwrap();
        // The copy is what the older version can go on with.
        let copy = Connection::open(folder.path().join("j.before-10.sqlite")).unwrap();
        let version: i64 = copy
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, 1);
    }

    #[test]
    fn a_journal_from_the_future_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        Journal::open(&path)
            .unwrap()
            .connection
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(
            Journal::open(&path),
            Err(JournalError::TooNew { found: 99, .. })
        ));
    }

    #[test]
    fn a_file_that_is_no_journal_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        std::io::Write::write_all(&mut fs::File::create(&path).unwrap(), &[b'x'; 4096]).unwrap();
        assert!(matches!(
            Journal::open(&path),
            Err(JournalError::Open { .. } | JournalError::Sql(_))
        ));
    }
}
