//! Disks fill up, shares go away, folders cannot be written: nothing is lost, and it goes on by itself.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use obmen::journal::RunState;

#[cfg(unix)]
use crate::crash::{self, ending};
use crate::world::World;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The service, with its log on standard error.
fn start(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_obmen"))
        .arg("run")
        .current_dir(folder)
        .env_remove("OBMEN_SHOP_KEY")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn an_inbox_that_goes_away_is_waited_for() {
    let world = World::new();
    world.write_config();
    let folder = world.folder.path().to_owned();
    let (inbox, away) = (folder.join("inbox"), folder.join("away"));
    let mut service = start(&folder);
    wait_until("the folders are made", || inbox.join("held").is_dir());
    fs::rename(&inbox, &away).unwrap();
    let log = BufReader::new(service.stderr.take().unwrap());
    let told = log
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("will try again"));
    assert!(told.unwrap().contains("inbox"));
    assert!(
        !inbox.exists(),
        "the place of a share that is away stays empty"
    );
    fs::rename(&away, &inbox).unwrap();
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    wait_until("the file is carried", || inbox.join("done/a.csv").exists());
    world.assert_product("ЧАЙ-100", "350", 46);
    service.kill().unwrap();
    service.wait().unwrap();
}

/// A file where a folder should be: nobody can write there, whoever he is.
fn block(place: &Path) {
    drop(fs::remove_dir_all(place));
    crate::world::put(place, b"");
}

#[test]
fn orders_wait_for_an_outbox_that_cannot_be_written() {
    let world = World::new();
    block(&world.settings.outbox);
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    let report = world.pass();
    assert!(report.orders.is_none() && !report.errors.is_empty());
    fs::remove_file(&world.settings.outbox).unwrap();
    let report = world.carry();
    assert_eq!(report.orders.unwrap().written.len(), 2);
    world.assert_product("ЧАЙ-100", "350", 46);
    assert!(world.carry().orders.unwrap().written.is_empty());
}

#[test]
fn a_file_that_cannot_be_put_away_is_carried_once_and_put_away_later() {
    let world = World::new();
    world.carry();
    let done = world.inbox().join("done");
    block(&done);
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    // `--once` makes the folders anew, so the service it is.
    let exchange = obmen::pipeline::Exchange::new(world.settings.clone()).unwrap();
    let mut service = obmen::pipeline::Service::new(vec![exchange], world.journal(), None);
    fs::remove_file(&done).unwrap();
    service.make_folders();
    block(&done);
    // The second time it is left in peace.
    for n_files in [1, 0] {
        let report = service.run_once().remove(0).1;
        assert_eq!(report.files.len(), n_files, "{report:?}");
    }
    let runs = world.journal().runs(None, 10).unwrap();
    assert_eq!((runs.len(), runs[0].state), (1, RunState::Retry));
    assert!(
        runs[0].note.as_ref().unwrap().to_string().contains("done"),
        "{:?}",
        runs[0].note
    );
    fs::remove_file(&done).unwrap();
    world.journal().forget_retry(runs[0].id).unwrap();
    world.carry();
    world
        .assert_n_calls("updateprice", 1)
        .assert_product("ЧАЙ-100", "350", 46);
    assert_eq!(world.names_in("inbox"), ["done/a.csv"]);
}

/// The system refuses to make any file longer than so many kilobytes: to the program
/// that is a disk with no room left.
#[cfg(unix)]
fn pass_with_room(world: &World, n_kilobytes: u32) -> Option<i32> {
    Command::new("bash")
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f {n_kilobytes}; exec \"$0\" run --once"
        ))
        .arg(env!("CARGO_BIN_EXE_obmen"))
        .current_dir(world.folder.path())
        .env_remove("OBMEN_SHOP_KEY")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .code()
}

#[cfg(unix)]
#[test]
fn a_disk_without_room_loses_nothing_and_doubles_nothing() {
    let undisturbed = crash::world();
    crash::finish(&undisturbed);
    let expected = ending(&undisturbed);
    let mut n_stopped = 0;
    for n_kilobytes in (0..1_200).step_by(30) {
        let world = crash::world();
        let code = pass_with_room(&world, n_kilobytes);
        // 101 is a panic.
        assert!(matches!(code, Some(0..=4)), "{n_kilobytes} KB: {code:?}");
        n_stopped += usize::from(code != Some(0));
        world.make_all_due();
        crash::finish(&world);
        assert_eq!(ending(&world), expected, "{n_kilobytes} KB");
    }
    assert!(
        (10..40).contains(&n_stopped),
        "{n_stopped} of 40 were too small"
    );
}

#[cfg(unix)]
#[test]
fn a_service_that_is_told_to_stop_ends_what_it_has_begun() {
    use obmen::demo_shop::{Fault, FaultKind};
    for signal in ["-INT", "-TERM"] {
        let world = World::new();
        world.write_config();
        let slow = FaultKind::Slow(Duration::from_secs(1));
        world.shop.inject(Fault::once(slow).on("updateprice"));
        world.drop_in("a.csv", "Артикул;Цена;Остаток\nЧАЙ-100;350;7\n");
        let mut service = start(world.folder.path());
        wait_until("the call is made", || world.shop.n_calls("updateprice") > 0);
        let pid = service.id().to_string();
        let told = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(told.success());
        assert_eq!(service.wait().unwrap().code(), Some(0), "{signal}");
        world.assert_product("ЧАЙ-100", "350", 7);
        assert_eq!(world.names_in("inbox"), ["done/a.csv"]);
    }
}

/// As the page hands a file over that lies beside the journal. Shared memory is a disk of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_file_comes_into_the_inbox_from_another_disk() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let original = elsewhere.path().join("original.csv");
    crate::world::put(&original, "Артикул;Цена\n".as_bytes());
    assert!(fs::rename(&original, folder.path().join("x")).is_err());
    let inbox = obmen::folders::Inbox::open(&folder.path().join("inbox")).unwrap();
    assert_eq!(inbox.accept(&original, "a.csv").unwrap(), "a.csv");
    let text = fs::read_to_string(folder.path().join("inbox/a.csv")).unwrap();
    assert_eq!(text, "Артикул;Цена\n");
    assert!(!original.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn what_comes_from_another_disk_is_safe_before_its_original_goes() {
    if !crash::can_trace() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let status = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=fsync,unlink,unlinkat", "-o"])
        .arg(&log)
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "disk::a_file_comes_into_the_inbox_from_another_disk",
        ])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let log = fs::read_to_string(&log).unwrap();
    let step = |words: [&str; 2]| {
        let is_it = |line: &str| words.iter().all(|word| line.contains(word));
        log.lines().position(is_it)
    };
    let gone = step(["unlink", "original.csv"]).unwrap();
    let safe = step(["fsync", "a.csv.tmp"]);
    assert!(safe.is_some_and(|safe| safe < gone), "{log}");
}
