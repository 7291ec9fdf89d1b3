//! The shop fails in every way it can, in every function: when that is over, it is as if nothing had been.

use std::time::Duration;

use obmen::demo_shop::{Fault, FaultKind};
use obmen::journal::RunState;

use crate::crash::{Ending, ending};
use crate::world::World;

const FUNCTIONS: [&str; 11] = [
    "login",
    "statuses",
    "orders",
    "articles",
    "cats",
    "getproducts",
    "addproducts",
    "updateorder",
    "updatenames",
    "updateprice",
    "updatequantity",
];

/// Longer than the client waits.
const SLOW: Duration = Duration::from_millis(700);

const KINDS: [FaultKind; 21] = [
    FaultKind::LoseAnswer,
    FaultKind::LoseRequest,
    FaultKind::Status500Before,
    FaultKind::Status500After,
    FaultKind::StopAfter(1),
    FaultKind::WarningPrefix,
    FaultKind::HtmlInstead,
    FaultKind::RedirectToHttps,
    FaultKind::RedirectToErrorPage,
    FaultKind::BodyCut,
    FaultKind::JsonCut,
    FaultKind::BadGateway502,
    FaultKind::GatewayTimeout504,
    FaultKind::TooLarge413,
    FaultKind::Maintenance503,
    FaultKind::ExpireToken,
    FaultKind::Slow(SLOW),
    FaultKind::ModuleMissing,
    FaultKind::Bom,
    FaultKind::RefuseKey,
    FaultKind::RefuseIp,
];

/// After these a person is asked for; after the others all goes on by itself.
fn needs_a_person(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::RedirectToErrorPage
            | FaultKind::ModuleMissing
            | FaultKind::RefuseKey
            | FaultKind::RefuseIp
    )
}

fn world() -> World {
    crate::crash::world().with(|settings| {
        settings.goods.updates_names = true;
        settings.schedule.products = Some(Duration::from_secs(3_600));
        settings.shop.timeout = SLOW / 2;
    })
}

/// Passes until nothing waits any more; what waits for its time need not. Says
/// whether a person had to return a file.
fn recover(world: &World) -> bool {
    let mut was_held = false;
    for _ in 0..6 {
        let journal = world.journal();
        for run in journal.runs(None, 100).unwrap() {
            match run.state {
                RunState::Retry => journal.forget_retry(run.id).unwrap(),
                RunState::Held => {
                    was_held = true;
                    world.take_up(&run);
                }
                RunState::Open | RunState::Done | RunState::Rejected => {}
            }
        }
        drop(journal);
        let report = world.pass();
        let is_quiet = report.files.is_empty() && report.errors.is_empty();
        if is_quiet && report.waiting.is_empty() {
            break;
        }
    }
    was_held
}

fn undisturbed() -> Ending {
    let world = world();
    recover(&world);
    ending(&world)
}

/// Each fault once, and three times in a row.
fn every_fault_of(functions: &[&str]) {
    let expected = undisturbed();
    for function in functions {
        for kind in KINDS {
            for times in [1, 3] {
                let shown = format!("{function}: {kind:?} × {times}");
                let world = world();
                world
                    .shop
                    .inject(Fault::once(kind).on(function).times(times));
                world.pass();
                assert!(world.shop.n_calls(function) > 0, "{shown}: not called");
                for _ in 1..times {
                    world.make_all_due();
                    world.pass();
                }
                world.shop.clear_faults();
                let was_held = recover(&world);
                assert_eq!(ending(&world), expected, "{shown}");
                assert!(!was_held || needs_a_person(kind), "{shown}: was held");
            }
        }
    }
}

// In four tests, so that they run side by side.

#[test]
fn faults_of_the_login_and_the_lists_leave_no_trace() {
    every_fault_of(&FUNCTIONS[..3]);
}

#[test]
fn faults_of_articles_and_categories_leave_no_trace() {
    every_fault_of(&FUNCTIONS[3..6]);
}

#[test]
fn faults_of_what_must_not_be_repeated_leave_no_trace() {
    every_fault_of(&FUNCTIONS[6..8]);
}

#[test]
fn faults_of_names_prices_and_stock_leave_no_trace() {
    every_fault_of(&FUNCTIONS[8..]);
}

#[test]
fn three_thousand_files_at_once_are_all_carried_and_none_twice() {
    let world = World::new();
    let n_files = 3_000_usize;
    for n in 0..n_files {
        // Every file a price of its own, in the order of their names.
        let price = n + 1;
        world.drop_in(
            &format!("p{n:04}.csv"),
            format!("Артикул;Цена\nЧАЙ-100;{price}.50\n"),
        );
    }
    let world = world.with(|settings| settings.guard.factor = 0);
    let world = world.with(|settings| settings.guard.at_least = 100);
    let report = world.carry();
    assert_eq!(report.files.len(), n_files);
    world
        .assert_product("ЧАЙ-100", "3000.5", 46)
        .assert_n_calls("updateprice", n_files);
    let done = world.names_in("inbox");
    assert_eq!(done.len(), n_files);
    assert!(done.iter().all(|name| name.starts_with("done/")));
    assert!(world.carry().files.is_empty());
    world.assert_n_calls("updateprice", n_files);
}
