//! The inbox on a real disk: what is taken, put away, returned and refused.

use super::*;
use crate::folders::finished::Fate;

fn put(path: &Path, text: &str) {
    write_whole(path, text.as_bytes()).unwrap();
}

#[test]
fn a_file_that_grows_is_not_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path()).unwrap();
    let path = folder.path().join("webdata").join("import.xml");
    put(&path, "a");
    let start = Instant::now();
    let quiet = |inbox: &mut Inbox, after| {
        inbox.scan(start + Duration::from_secs(after)).unwrap()[0]
            .quiet_for
            .as_secs()
    };
    assert_eq!(quiet(&mut inbox, 0), 0);
    assert_eq!(quiet(&mut inbox, 3), 3);
    put(&path, "ab");
    assert_eq!(quiet(&mut inbox, 5), 0);
    assert_eq!(quiet(&mut inbox, 9), 4);
}

#[test]
fn a_claimed_file_ends_beside_its_receipt_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path()).unwrap();
    for (run, text) in [(1, "first"), (2, "second")] {
        put(&folder.path().join("webdata/a.xml"), text);
        let claimed = inbox.claim(&folder.path().join("webdata/a.xml")).unwrap();
        assert_eq!(claimed.name(), "webdata/a.xml");
        assert_eq!(inbox.claimed().unwrap(), std::slice::from_ref(&claimed));
        inbox
            .finish(
                &claimed,
                Fate::Archive,
                run,
                &mut [(".receipt.txt", &mut "ok".as_bytes())],
            )
            .unwrap();
    }
    let read =
        |name: &str| fs::read_to_string(folder.path().join("done/webdata").join(name)).unwrap();
    assert_eq!(
        (read("a.xml").as_str(), read("a.2.xml").as_str()),
        ("first", "second")
    );
    assert_eq!(read("a.2.xml.receipt.txt"), "ok");
    assert!(inbox.claimed().unwrap().is_empty());
    assert!(!folder.path().join("working/webdata").exists());
    assert!(inbox.scan(Instant::now()).unwrap().is_empty());
}

#[test]
fn files_of_one_name_keep_it_and_their_order_over_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("webdata/a.csv");
    let mut inbox = Inbox::open(folder.path()).unwrap();
    for text in ["1", "2", "3"] {
        put(&path, text);
        assert_eq!(inbox.claim(&path).unwrap().name(), "webdata/a.csv");
    }
    // Another process finds them.
    let mut inbox = Inbox::open(folder.path()).unwrap();
    let texts = |inbox: &Inbox| -> Vec<(String, String)> {
        let read = |file: &ClaimedFile| fs::read_to_string(file.path()).unwrap();
        let claimed = inbox.claimed().unwrap();
        claimed
            .iter()
            .map(|file| (file.name(), read(file)))
            .collect()
    };
    let named = |text: &str| ("webdata/a.csv".to_owned(), text.to_owned());
    assert_eq!(texts(&inbox), ["1", "2", "3"].map(named));
    // The first is done; one that comes now comes last all the same.
    let first = inbox.claimed().unwrap().remove(0);
    inbox.finish(&first, Fate::Archive, 7, &mut []).unwrap();
    put(&path, "4");
    inbox.claim(&path).unwrap();
    assert_eq!(texts(&inbox), ["2", "3", "4"].map(named));
    for (file, run) in inbox.claimed().unwrap().iter().zip(8..) {
        inbox.finish(file, Fate::Archive, run, &mut []).unwrap();
    }
    let done = |name: &str| fs::read_to_string(folder.path().join("done/webdata").join(name));
    assert_eq!(done("a.csv").unwrap(), "1");
    assert_eq!(done("a.10.csv").unwrap(), "4");
    assert!(inbox.claimed().unwrap().is_empty());
    // A folder of 1C's own that is called so is no such folder.
    put(&folder.path().join("(2)/b.csv"), "5");
    let claimed = inbox.claim(&folder.path().join("(2)/b.csv")).unwrap();
    assert_eq!(inbox.claimed().unwrap(), [claimed]);
    assert_eq!(inbox.claimed().unwrap()[0].name(), "(2)/b.csv");
}

#[test]
fn a_name_as_long_as_can_be_is_put_away_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path()).unwrap();
    let name = format!("{}.csv", "ж".repeat(125));
    for run in [10, 11, 12] {
        put(&folder.path().join(&name), "x");
        let claimed = inbox.claim(&folder.path().join(&name)).unwrap();
        inbox.finish(&claimed, Fate::Archive, run, &mut []).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path().join("done")).unwrap().count(), 3);
}

fn marked(inbox: &mut Inbox) -> Vec<String> {
    let sightings = inbox.scan(Instant::now()).unwrap();
    sightings
        .iter()
        .filter(|sighting| sighting.is_marked)
        .map(|sighting| file_name(&sighting.path))
        .collect()
}

#[test]
fn a_file_counts_when_its_marker_is_there_and_takes_it_along() {
    for (pattern, marker) in [("{name}.done", "a.csv.done"), ("{stem}.OK", "a.OK")] {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path())
            .unwrap()
            .with_marker(Marker::parse(pattern));
        let path = folder.path().join("x/a.csv");
        put(&path, "1");
        put(&folder.path().join("x/b.csv"), "1");
        assert_eq!(inbox.scan(Instant::now()).unwrap().len(), 2);
        assert!(marked(&mut inbox).is_empty());
        put(&folder.path().join("x").join(marker), "");
        assert_eq!(marked(&mut inbox), ["a.csv"]);
        inbox.claim(&path).unwrap();
        assert!(!folder.path().join("x").join(marker).exists());
        put(&path, "2");
        assert!(marked(&mut inbox).is_empty(), "the next needs its own");
    }
}

#[test]
fn the_last_file_of_a_folder_takes_its_marker_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path())
        .unwrap()
        .with_marker(Marker::parse("ready"));
    let at = |name: &str| folder.path().join(name);
    put(&at("x/a.csv"), "1");
    put(&at("x/deep/b.csv"), "1");
    put(&at("c.csv"), "1");
    assert!(marked(&mut inbox).is_empty());
    put(&at("x/ready"), "");
    assert_eq!(marked(&mut inbox), ["a.csv", "b.csv"]);
    inbox.claim(&at("x/a.csv")).unwrap();
    assert!(at("x/ready").exists());
    inbox.claim(&at("x/deep/b.csv")).unwrap();
    assert!(!at("x/ready").exists());
    assert!(marked(&mut inbox).is_empty());
}

/// Whoever writes markers has none for what obmen itself puts there.
#[test]
fn a_file_of_our_own_needs_no_marker() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path())
        .unwrap()
        .with_marker(Marker::parse("{name}.done"));
    inbox.put("own.csv", b"2").unwrap();
    assert_eq!(marked(&mut inbox), ["own.csv"]);
    let path = folder.path().join("own.csv");
    inbox.claim(&path).unwrap();
    assert!(!own_marker(&path).exists());
}

#[test]
fn a_file_taken_up_again_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(folder.path()).unwrap();
    put(&folder.path().join("held/a.csv"), "1");
    put(&folder.path().join("a.csv"), "a newer one");
    inbox.take_up("a.csv", 1, &|_| true).unwrap().unwrap();
    let claimed = inbox.claimed().unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].name(), "a.csv");
    assert!(folder.path().join("a.csv").exists());
}

/// As one that Excel holds open on Windows; here its place is taken instead.
#[test]
fn a_file_that_cannot_be_taken_is_told_once_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path()).unwrap();
    let path = folder.path().join("x/a.csv");
    put(&path, "1");
    put(&folder.path().join("working/x"), "in the way");
    let told: Vec<bool> = (0..3)
        .map(|_| {
            inbox.scan(Instant::now()).unwrap();
            inbox.claim(&path).unwrap_err();
            inbox.is_first_refusal(&path)
        })
        .collect();
    assert_eq!(told, [true, false, false]);
    fs::remove_file(folder.path().join("working/x")).unwrap();
    inbox.scan(Instant::now()).unwrap();
    assert_eq!(inbox.claim(&path).unwrap().name(), "x/a.csv");
}

#[test]
fn pictures_and_passing_names_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::open(folder.path()).unwrap();
    for name in [
        "import_files/ab/x.jpg",
        "a.xml.part",
        ".hidden",
        "done/old.xml",
    ] {
        put(&folder.path().join(name), "x");
    }
    assert_eq!(inbox.scan(Instant::now()).unwrap(), []);
}
