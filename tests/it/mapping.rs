//! The mapping page: what is chosen there stands in the configuration, and counts for the next file.

use std::fs;

use obmen::journal::RunState;
use reqwest::StatusCode;

use crate::served::{Served, hidden, wait_until};
use crate::world::World;

const PRICES: &str = "Артикул;Розничная цена;Оптовая цена;Склад;Остаток\nЧАЙ-100;355;300;Основной;7\nЧАЙ-100;355;300;Брак;90\n";

/// The mapping page, once the shop has told its lists.
fn mapping(served: &Served) -> String {
    served.wait_for("/mapping", "name=\"mark\"")
}

/// Everything as the form has it, and these fields otherwise.
fn save(served: &Served, fields: &[(&str, &str)]) -> reqwest::blocking::Response {
    let page = mapping(served);
    let (csrf, mark) = (hidden(&page, "csrf"), hidden(&page, "mark"));
    let mut form = vec![("csrf", csrf.as_str()), ("mark", mark.as_str())];
    form.extend(fields);
    served.post("/mapping", &form)
}

fn held_run(served: &Served, name: &str) -> obmen::journal::RunId {
    wait_until(|| {
        let runs = served.world.journal().runs(None, 10).unwrap();
        let found = runs
            .iter()
            .find(|run| run.file == name && run.state != RunState::Open);
        found.map(|run| run.id).ok_or(format!("{runs:?}"))
    })
}

#[test]
fn what_is_chosen_counts_for_the_next_file_without_a_restart() {
    let served = Served::start(World::new(), "# the end\n");
    served.world.drop_in("a.csv", PRICES);
    held_run(&served, "a.csv");
    // The shop's own lists, and what the file has named.
    let page = mapping(&served);
    for said in [
        "Pending",
        "Shipped",
        "Чай",
        "Розничная цена",
        "Оптовая цена",
        "value=\"1\" checked",
        "w:Основной",
        "w:Брак",
        "map:Отгружен",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let before = fs::read_to_string(&served.config).unwrap();
    let answer = save(
        &served,
        &[
            ("price", "Оптовая цена"),
            ("has-w", "1"),
            ("w:Основной", "1"),
            ("map:paid", "Processing"),
            ("map:shipped", "3"),
            ("map:cancelled", ""),
        ],
    );
    assert_eq!(
        answer.status(),
        StatusCode::SEE_OTHER,
        "{:?}",
        answer.text()
    );
    let after = fs::read_to_string(&served.config).unwrap();
    let new: Vec<_> = after
        .lines()
        .filter(|line| !before.contains(line))
        .collect();
    assert_eq!(
        new,
        [
            "price_type = \"Оптовая цена\"",
            "warehouses = [\"Основной\"]",
            "paid = \"Processing\""
        ]
    );
    assert!(
        !after.contains("cancelled") && after.ends_with("# the end\n"),
        "{after}"
    );
    served.world.drop_in("b.csv", format!("{PRICES}\n"));
    held_run(&served, "b.csv");
    served.world.assert_product("ЧАЙ-100", "300", 7);
    assert!(served.get("/mapping?saved=yes").contains("Saved."));
    // Nothing touched, nothing written.
    let again = save(&served, &[("price", "Оптовая цена"), ("category", "60")]);
    let place = again.headers()["location"].to_str().unwrap();
    assert_eq!(place, "/mapping?saved=nothing");
    assert_eq!(fs::read_to_string(&served.config).unwrap(), after);
}

#[test]
fn nothing_is_saved_for_a_stranger_over_a_change_or_beside_the_rules() {
    let served = Served::start(World::new(), "");
    let page = mapping(&served);
    let (csrf, mark) = (hidden(&page, "csrf"), hidden(&page, "mark"));
    let before = fs::read_to_string(&served.config).unwrap();
    let post = |csrf: &str, mark: &str, name: &str, value: &str| {
        let form = [("csrf", csrf), ("mark", mark), (name, value)];
        served.post("/mapping", &form).status()
    };
    let forged = post("guess", &mark, "category", "61");
    assert_eq!(forged, StatusCode::FORBIDDEN);
    let garbled = post(&csrf, &mark, "map:a\nb", "3");
    assert_eq!(garbled, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fs::read_to_string(&served.config).unwrap(), before);
    // Somebody has the file open in an editor, and saves.
    let edited = format!("{before}# edited\n");
    crate::world::put(&served.config, edited.as_bytes());
    assert_eq!(post(&csrf, &mark, "category", "61"), StatusCode::CONFLICT);
    // What the next start would refuse is refused now.
    let broken = format!("{edited}[guard]\nfactor = 'ten'\n");
    crate::world::put(&served.config, broken.as_bytes());
    let refused = post(&csrf, &mark, "category", "61");
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fs::read_to_string(&served.config).unwrap(), broken);
}

#[test]
fn a_word_of_1c_is_offered_once_a_file_has_said_it() {
    let served = Served::start(World::new(), "");
    served
        .world
        .drop_in("s.csv", "Номер заказа;Статус\n1;Собран на складе\n");
    held_run(&served, "s.csv");
    let page = mapping(&served);
    assert!(page.contains("name=\"map:Собран на складе\""), "{page}");
    let answer = save(&served, &[("map:Собран на складе", "Complete")]);
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    served
        .world
        .drop_in("s2.csv", "Номер заказа;Статус\n1;Собран на складе\n\n");
    held_run(&served, "s2.csv");
    let status = wait_until(|| {
        let orders = served.world.shop.orders();
        let order = orders.iter().find(|order| order.id.0 == 1).unwrap();
        let status = order.status_id;
        if status == 5 {
            Ok(status)
        } else {
            Err(format!("status {status}"))
        }
    });
    assert_eq!(status, 5);
}
