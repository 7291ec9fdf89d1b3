//! What a person can approve: what the guard rails have stopped, and nothing else.

use obmen::journal::{Approval, Run, RunId, RunState};
use obmen::pipeline::{self, DecisionError};
use obmen::wording::Language;
use reqwest::StatusCode;

use crate::paged::{Paged, csrf, get, post, wait_for};
use crate::world::World;

/// Two prices that leap, and goods for a category that the shop does not have.
const FILE: &str = "Артикул;Наименование;Цена\nЧАЙ-100;Чай чёрный;35000\nНОВЫЙ;Новый чай;5\n";

/// The price is known, so that the guard rails could judge the next one.
fn without_its_category() -> World {
    let world = World::new();
    world
        .drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n")
        .carry();
    world.with(|settings| settings.goods.category = Some("Нет такой".to_owned()))
}

fn approve(world: &World, run: RunId) -> Result<String, DecisionError> {
    let exchanges = std::slice::from_ref(&world.settings);
    pipeline::approve(run, exchanges, &world.journal())
}

fn held_by(world: &World) -> Run {
    let run = world.pass().files[0].run.clone().unwrap();
    assert_eq!(run.state, RunState::Held, "{:?}", run.note);
    run
}

#[test]
fn what_no_guard_rail_has_judged_cannot_be_approved() {
    let world = without_its_category();
    world.drop_in("b.csv", FILE);
    let held = held_by(&world);
    let refused = approve(&world, held.id).unwrap_err();
    assert!(
        matches!(refused, DecisionError::NotGuarded { run } if run == held.id),
        "{refused}"
    );
    let kept = world.journal().run(held.id).unwrap().unwrap();
    assert_eq!(
        (kept.state, kept.approval),
        (RunState::Held, Approval::None)
    );
    assert_eq!(world.names_in("inbox"), ["done/a.csv", "held/b.csv"]);
    // With the cause gone the guard rails see the file for the first time.
    let world = world.with(|settings| settings.goods.category = Some("Чай".to_owned()));
    world.take_up(&held);
    let held = held_by(&world);
    world.assert_product("ЧАЙ-100", "350", 46);
    approve(&world, held.id).unwrap();
    world.carry();
    world.assert_product("ЧАЙ-100", "35000", 46);
}

#[test]
fn the_page_offers_to_approve_only_what_the_guard_rails_hold() {
    let paged = Paged::new(without_its_category(), Language::English, None);
    paged.world.drop_in("b.csv", FILE);
    let home = wait_for(&paged, "/", "`Нет такой`");
    assert!(!home.contains("Approve"), "{home}");
    assert!(!home.contains("something unusual"), "{home}");
    assert!(home.contains("Put right what is named here"), "{home}");
    let (_, buttons) = home.split_once("class=\"buttons\"").unwrap();
    let first = buttons.split("</form>").next().unwrap();
    assert!(
        first.contains("primary") && first.contains("/retry"),
        "{first}"
    );
    // Nor by hand.
    let token = csrf(&get(&paged, "/"));
    let run = paged.world.journal().runs(None, 1).unwrap().remove(0);
    let answer = post(&paged, &format!("/runs/{}/approve", run.id), &token, b"");
    assert_eq!(answer.status(), StatusCode::CONFLICT);
}

/// Whoever says that the shop has lost most of its articles has said nothing of the prices.
#[test]
fn a_shorter_list_of_articles_is_approved_apart_from_what_the_file_does() {
    let world = World::new().with(|settings| settings.guard.at_least = 2);
    world
        .drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n")
        .carry();
    for sku in ["R&D 12\"", "00123"] {
        assert!(world.shop.edit_product(sku, |product| product.sku.clear()));
    }
    world.drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;35000\n");
    let code = |held: &Run| {
        held.note
            .as_ref()
            .and_then(|note| note.code().map(str::to_owned))
    };
    let held = held_by(&world);
    assert_eq!(code(&held).as_deref(), Some("alarm-fewer-articles"));
    approve(&world, held.id).unwrap();
    let held = held_by(&world);
    assert_eq!(held.approval, Approval::Articles);
    assert_eq!(code(&held).as_deref(), Some("alarm-leaps"));
    world.assert_product("ЧАЙ-100", "350", 46);
    approve(&world, held.id).unwrap();
    world.carry();
    world.assert_product("ЧАЙ-100", "35000", 46);
}
