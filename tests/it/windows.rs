//! What only Windows does: a file that another program has open cannot be moved,
//! read or replaced until that program lets go of it.

use std::fs::{File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use obmen::journal::RunState;
use obmen::pipeline::{Exchange, Service};

use crate::outbound::{another_order, orders_in, with_fixed_name};
use crate::world::World;

/// `FILE_SHARE_READ`: others may read it, but neither write nor rename it.
const SHARE_READ: u32 = 1;

/// Open for nobody else, as 1C has a file that it is writing, and Excel one that it shows.
fn hold(path: &Path, shared: u32) -> File {
    OpenOptions::new()
        .read(true)
        .write(shared == 0)
        .share_mode(shared)
        .open(path)
        .unwrap()
}

#[test]
fn a_file_that_another_program_has_open_is_waited_for() {
    let world = World::new();
    for shared in [0, SHARE_READ] {
        let price = format!("35{shared}");
        world
            .drop_in("open.csv", format!("Артикул;Цена\nЧАЙ-100;{price}\n"))
            .drop_in("free.csv", format!("Артикул;Цена\n00123;{price}\n"));
        let held = hold(&world.inbox().join("open.csv"), shared);
        world.pass();
        assert!(world.inbox().join("open.csv").is_file());
        assert!(!world.inbox().join("free.csv").exists());
        drop(held);
        world.carry();
        world
            .assert_product("ЧАЙ-100", &price, 46)
            .assert_product("00123", &price, 15);
        assert!(!world.inbox().join("open.csv").exists());
    }
}

#[test]
fn a_carried_file_that_a_scanner_holds_is_put_away_later_and_sent_once() {
    let world = World::new();
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let mut service = Service::new(vec![exchange], world.journal(), None);
    service.make_folders();
    // It lies where the program has taken it to, from a life before.
    let taken = world.inbox().join("working/a.csv");
    std::fs::rename(world.inbox().join("a.csv"), &taken).unwrap();
    let held = hold(&taken, SHARE_READ);
    let report = service.run_once().remove(0).1;
    assert!(taken.is_file(), "{report:?}");
    let runs = world.journal().runs(None, 10).unwrap();
    assert_eq!((runs.len(), runs[0].state), (1, RunState::Retry));
    drop(held);
    world.make_all_due();
    world.carry();
    assert_eq!(world.names_in("inbox"), ["done/a.csv"]);
    world
        .assert_n_calls("updateprice", 1)
        .assert_product("ЧАЙ-100", "350", 46);
}

#[test]
fn orders_wait_while_1c_has_the_file_of_orders_open() {
    let world = with_fixed_name();
    world.carry();
    let orders = world.settings.outbox.join("orders.xml");
    // 1C reads it and has not taken it away; then a customer orders again.
    let held = hold(&orders, SHARE_READ);
    another_order(&world);
    let report = world.pass();
    assert!(report.orders.is_none() && !report.errors.is_empty());
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2"]);
    drop(held);
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2", "3"]);
}
