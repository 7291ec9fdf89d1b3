//! The daily care of the journal: what it finds, when it fails, and when its time comes.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use chrono::TimeDelta;
use obmen::journal::{Fingerprint, Journal, Outcome, OutcomeKind, RunState};
use obmen::pipeline::{Event, Exchange, PassReport, Service, now};

use crate::world::World;

/// The journal serves all exchanges.
const EVERY_EXCHANGE: &str = "";

fn last_cared_for(journal: &Journal, days: i64) {
    let at = now() - TimeDelta::days(days);
    journal.note_ran(EVERY_EXCHANGE, "upkeep", at).unwrap();
}

fn service(world: &World) -> Service {
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    Service::new(vec![exchange], world.journal(), None)
}

fn backup(world: &World) -> PathBuf {
    world.journal_path().with_extension("backup.sqlite")
}

fn pass(service: &mut Service) -> PassReport {
    service.run_once().remove(0).1
}

#[test]
fn a_journal_found_damaged_at_its_daily_look_stops_all_sending() {
    let world = World::new();
    let journal = world.journal();
    let outcome = |line| Outcome {
        line,
        key: format!("an article with a long name {line}"),
        field: "price".to_owned(),
        kind: OutcomeKind::Applied,
        detail: None,
    };
    let outcomes: Vec<Outcome> = (0..5_000).map(outcome).collect();
    let print = Fingerprint {
        hash: "h".to_owned(),
        size: 1,
    };
    let run = journal.begin("main", "a.csv", &print, now()).unwrap();
    journal.note_outcomes(run.id, &outcomes).unwrap();
    journal
        .finish(run.id, RunState::Done, None, None, now())
        .unwrap();
    last_cared_for(&journal, 2);
    drop(journal);
    // Rows in the middle are lost.
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(world.journal_path())
        .unwrap();
    let middle = file.metadata().unwrap().len() / 2;
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.write_all(&[0xaa; 8_192]).unwrap();
    drop(file);

    world.drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    let mut service = service(&world);
    for _ in 0..2 {
        let report = pass(&mut service);
        let said = report.errors[0].to_string();
        assert!(said.contains("is damaged"), "{said}");
    }
    world.assert_n_calls("login", 0);
    assert_eq!(world.names_in("inbox"), ["b.csv"]);
    assert!(!backup(&world).exists(), "a copy of the damage");
    // It still tells of itself, and can be told to stop.
    let waker = service.waker();
    let mut told = Vec::new();
    service.run(&mut |_, report| {
        told.push(report.errors[0].to_string());
        waker.wake(Event::Stop);
    });
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("is damaged"), "{told:?}");
}

#[test]
fn a_copy_that_cannot_be_made_is_not_tried_at_every_pass() {
    let world = World::new();
    last_cared_for(&world.journal(), 2);
    let in_the_way = world.journal_path().with_extension("backup.tmp");
    fs::create_dir(&in_the_way).unwrap();
    let mut service = service(&world);
    for _ in 0..2 {
        let report = pass(&mut service);
        assert!(report.errors.is_empty(), "orders go on: {report:?}");
        drop(fs::remove_dir(&in_the_way));
    }
    assert!(!backup(&world).exists(), "tried again at once");
    // A service that begins anew has not failed yet.
    world.carry();
    assert!(backup(&world).exists());
}

#[test]
fn a_time_written_by_a_clock_that_was_wrong_does_not_put_the_care_off() {
    let world = World::new();
    last_cared_for(&world.journal(), -400);
    world.carry();
    assert!(backup(&world).exists());
}
