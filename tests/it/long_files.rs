//! Long files take short cuts: what comes of them is what comes of the long way.

use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDateTime;
use obmen::domain::{ItemKey, Listed, Money, Sku};
use obmen::pipeline::{Exchange, look_ahead};
use obmen::plan::Action;

use crate::world::{World, put};

/// Offers, each article twice: what the first row of it changes, the second must find changed.
const N_OFFERS: u64 = 21_000;

fn offers() -> String {
    let mut text = "<КоммерческаяИнформация><ПакетПредложений><Предложения>".to_owned();
    for n in 0..N_OFFERS {
        let goods = n % (N_OFFERS / 2);
        // The second word of every third article differs from the first.
        let price = goods + if goods.is_multiple_of(3) { n } else { 0 };
        write!(
            text,
            "<Предложение><Ид>i{goods}</Ид><Артикул>A-{goods}</Артикул><Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>\
             </Цена></Цены><Количество>{}</Количество></Предложение>",
            goods % 7
        )
        .unwrap();
    }
    text + "</Предложения></ПакетПредложений></КоммерческаяИнформация>"
}

#[test]
fn a_file_that_is_compared_in_memory_is_planned_as_one_that_is_not() {
    let world = World::new();
    let (long, short) = (
        world.folder.path().join("a.xml"),
        world.folder.path().join("b.csv"),
    );
    put(&long, offers().as_bytes());
    put(&short, "Артикул;Цена\nA-1;1\n".as_bytes());
    let (journal, now) = (world.journal(), NaiveDateTime::default());
    let name = &world.settings.name;
    // Some are unknown, some known without a price, some with another one.
    let articles: Vec<String> = (0..9_000).map(|n| format!("a-{n}")).collect();
    let listed = |article: &String| Listed {
        article: article.clone(),
        price: None,
        quantity: None,
    };
    let listed: Vec<Listed> = articles.iter().map(listed).collect();
    journal.replace_articles(name, &listed).unwrap();
    for n in (0..8_000_u32).step_by(2) {
        let sku = Sku::parse(&format!("A-{n}")).unwrap();
        let item = ItemKey::parse(&format!("i{n}")).unwrap();
        journal
            .learn_identity(name, &item, Some(&sku), None, None, now)
            .unwrap();
        let price = Money::parse(&(n - n % 4).to_string()).unwrap();
        let quantity = i32::try_from(n % 7).unwrap();
        let known = [
            Action::Price {
                sku: sku.clone(),
                price,
            },
            Action::Quantity { sku, quantity },
        ];
        journal.assume(name, &known, now).unwrap();
    }
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    // Only the last file's changes may be forgotten, so only it takes the short cut.
    let plan = |paths: &[&Path]| {
        let mut changes = Vec::new();
        let looks = look_ahead(paths, &exchange, &journal, true, &mut |path, change| {
            if path == long {
                changes.push(change);
            }
        });
        let look = looks.unwrap().remove(0).unwrap();
        (format!("{look:?}"), changes)
    };
    let (short_cut, long_way) = (plan(&[&long]), plan(&[&long, &short]));
    assert_eq!(short_cut.0, long_way.0);
    assert!(short_cut.1 == long_way.1, "the changes differ");
    assert_eq!(u64::try_from(short_cut.1.len()).unwrap(), 2 * N_OFFERS);
}
