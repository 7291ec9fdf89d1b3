//! How long the service waits: never for ever, and not at all once it is told to stop.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::mpsc::channel;
use std::time::Duration;

use obmen::demo_shop::{Fault, FaultKind};
use obmen::folders::Fate;
use obmen::pipeline::{Event, Exchange, Service};

use crate::world::World;

#[test]
fn a_shop_that_is_given_its_time_does_not_keep_the_service_from_stopping() {
    let world = World::new().with(|settings| settings.settle = Duration::from_secs(3_600));
    world
        .shop
        .inject(Fault::once(FaultKind::LoseAnswer).on("updateprice"));
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    world.make_all_due();
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let mut service = Service::new(vec![exchange], world.journal(), None);
    service.waker().wake(Event::Stop);
    let (sender, ended) = channel();
    // Not waited for: without the mend it would take an hour.
    std::thread::spawn(move || {
        service.run(&mut |_, _| {});
        sender.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(60)).unwrap();
    world.assert_n_calls("updateprice", 1);
    assert_eq!(world.names_in("inbox"), ["working/a.csv"]);
}

#[test]
fn a_file_that_is_never_to_be_read_in_peace_is_held_in_the_end() {
    let world = World::new();
    let busy = Fault::once(FaultKind::Maintenance503).on("updateprice");
    world.shop.inject(busy.times(19));
    world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    for attempt in 1..20 {
        let report = world.pass();
        let run = report.files[0].run.as_ref().unwrap();
        assert_eq!((report.files[0].fate, run.attempts), (Fate::Retry, attempt));
        world.make_all_due();
    }
    let slow = FaultKind::Slow(Duration::from_secs(1));
    world.shop.inject(Fault::once(slow).on("updateprice"));
    let report = std::thread::scope(|scope| {
        let n_before = world.shop.n_calls("updateprice");
        let pass = scope.spawn(|| world.pass());
        while world.shop.n_calls("updateprice") == n_before {
            std::thread::yield_now();
        }
        let file = world.inbox().join("working/a.csv");
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        file.write_all("00123;210\n".as_bytes()).unwrap();
        drop(file);
        pass.join().unwrap()
    });
    let why = report.files[0].error.as_ref().unwrap().to_string();
    assert_eq!(report.files[0].fate, Fate::Hold, "{why}");
    assert!(why.contains("20 attempts"), "{why}");
    assert!(why.contains("changed"), "{why}");
}
