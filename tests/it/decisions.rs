//! Runs whose file is mended, swapped or taken away by hand: none takes another's file, none goes on for ever.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use chrono::TimeDelta;
use obmen::demo_shop::{Fault, FaultKind};
use obmen::folders::Fate;
use obmen::journal::{Fingerprint, Run, RunState};
use obmen::pipeline::{DecisionError, approve, now, reject, retry};

use crate::world::World;

fn prices(price: u32) -> String {
    format!("Артикул;Цена\nЧАЙ-100;{price}\n")
}

/// A shop whose price is 300, and guard rails that stop a leap.
fn guarded() -> World {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    world.drop_in("first.csv", prices(300)).carry();
    world
}

fn held(world: &World, name: &str, content: String) -> Run {
    world.drop_in(name, content);
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Hold);
    report.files[0].run.clone().unwrap()
}

fn state(world: &World, run: &Run) -> RunState {
    world.journal().run(run.id).unwrap().unwrap().state
}

#[test]
fn an_approval_of_a_file_that_is_gone_holds_for_nothing_that_comes_later() {
    let world = guarded();
    let run = held(&world, "a.csv", prices(900));
    fs::remove_file(world.inbox().join("held/a.csv")).unwrap();
    let exchanges = std::slice::from_ref(&world.settings);
    let err = approve(run.id, exchanges, &world.journal()).unwrap_err();
    assert!(matches!(err, DecisionError::FileElsewhere { .. }), "{err}");
    // The same content, weeks later.
    held(&world, "a.csv", prices(900));
    world.assert_product("ЧАЙ-100", "300", 46);
}

#[test]
fn an_approval_is_of_what_was_seen_and_of_nothing_else() {
    let world = guarded();
    let run = held(&world, "a.csv", prices(900));
    world.drop_in("held/a.csv", prices(9_000));
    let exchanges = std::slice::from_ref(&world.settings);
    approve(run.id, exchanges, &world.journal()).unwrap();
    assert_eq!(world.pass().files[0].fate, Fate::Hold);
    world.assert_product("ЧАЙ-100", "300", 46);
}

#[test]
fn a_held_file_that_a_person_mends_goes_on_as_its_own_run() {
    let world = guarded();
    let run = held(&world, "a.csv", prices(900));
    world.drop_in("held/a.csv", prices(310));
    world.take_up(&run);
    world.carry();
    world.assert_product("ЧАЙ-100", "310", 46);
    assert_eq!(state(&world, &run), RunState::Done);
    assert_eq!(world.journal().runs(None, 9).unwrap().len(), 2);
}

#[test]
fn rejecting_ends_a_run_whose_file_is_gone_and_takes_no_other_of_its_name() {
    let world = guarded();
    let earlier = held(&world, "a.csv", prices(900));
    fs::remove_file(world.inbox().join("held/a.csv")).unwrap();
    let later = held(&world, "a.csv", prices(901));
    let exchanges = std::slice::from_ref(&world.settings);
    for run in [&earlier, &later] {
        let err = retry(earlier.id, exchanges, &world.journal()).unwrap_err();
        assert!(matches!(err, DecisionError::FileElsewhere { .. }), "{err}");
        let place = reject(run.id, exchanges, &world.journal()).unwrap();
        assert_eq!(place.is_some(), run.id == later.id);
        assert_eq!(state(&world, run), RunState::Rejected);
    }
    assert!(!world.journal().has_waiting_runs("main").unwrap());
}

#[test]
fn a_file_that_changes_while_it_is_carried_stays_one_run() {
    let world = World::new();
    world.drop_in("a.csv", "Артикул;Цена;Остаток\nЧАЙ-100;350;7\n");
    let slow = FaultKind::Slow(std::time::Duration::from_secs(1));
    world.shop.inject(Fault::once(slow).on("updateprice"));
    let report = std::thread::scope(|scope| {
        let pass = scope.spawn(|| world.pass());
        while world.shop.n_calls("updateprice") == 0 {
            std::thread::yield_now();
        }
        // Its writer was not done.
        let file = world.inbox().join("working/a.csv");
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        file.write_all("00123;210;8\n".as_bytes()).unwrap();
        drop(file);
        pass.join().unwrap()
    });
    assert_eq!(report.files[0].fate, Fate::Retry);
    world.make_all_due();
    world.carry();
    world.assert_product("00123", "210", 8);
    let runs = world.journal().runs(None, 9).unwrap();
    assert_eq!((runs.len(), runs[0].state), (1, RunState::Done));
}

#[test]
fn a_waiting_run_whose_file_was_taken_away_ends_after_a_day() {
    let world = World::new();
    let journal = world.journal();
    let begin = |file: &str, days: i64| {
        let at = now() - TimeDelta::days(days);
        let print = Fingerprint {
            hash: file.to_owned(),
            size: 1,
        };
        let run = journal.begin("main", file, &print, at).unwrap();
        (run, at)
    };
    let (interrupted, _) = begin("interrupted.csv", 2);
    let (waiting, at) = begin("offers0_1.xml", 2);
    journal
        .finish(waiting.id, RunState::Retry, None, Some(at), at)
        .unwrap();
    let (recent, at) = begin("recent.csv", 0);
    journal
        .finish(recent.id, RunState::Retry, None, Some(at), at)
        .unwrap();
    // The shop has been away for as long; the file of this one is where it was.
    let fault = |function| Fault::once(FaultKind::Maintenance503).on(function);
    world.shop.inject(fault("updateprice").for_ever());
    world.drop_in("there.csv", prices(350));
    let there = world.pass().files[0].run.clone().unwrap();
    let at = now() - TimeDelta::days(2);
    journal
        .finish(there.id, RunState::Retry, None, Some(at), at)
        .unwrap();
    world.shop.inject(fault("login").for_ever());
    world.pass();
    assert_eq!(state(&world, &there), RunState::Retry);
    assert_eq!(state(&world, &interrupted), RunState::Rejected);
    assert_eq!(state(&world, &waiting), RunState::Rejected);
    assert_eq!(state(&world, &recent), RunState::Retry);
    let note = journal.run(waiting.id).unwrap().unwrap().note.unwrap();
    assert!(note.to_string().contains("taken away"), "{note}");
}
