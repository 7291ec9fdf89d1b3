//! Makes large exchange files like those that 1C writes, always the same ones for the same numbers.
//!
//! The shapes are those of real exports: element names, tabs, attributes and the
//! parts that obmen has no use for. Nothing is kept in memory: a file of any
//! length is written record by record.

use std::fmt::Write as _;
use std::io::{self, Write};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `offers.xml`: names, articles, prices and stock.
    Offers,
    /// `prices.xml`: an id, an article and a price.
    Prices,
    /// `rests.xml`: an id and the stock of each warehouse.
    Rests,
    /// `import.xml`: goods.
    Goods,
    /// A list of articles and their stock.
    Csv,
}

/// A file to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Make {
    pub(crate) kind: Kind,
    pub(crate) encoding: &'static Encoding,
    pub(crate) n: u32,
    /// Added to every price, in hundredths.
    pub(crate) dearer_by: u32,
}

impl Make {
    pub(crate) fn utf8(kind: Kind, n: u32) -> Self {
        Self {
            kind,
            encoding: UTF_8,
            n,
            dearer_by: 0,
        }
    }

    pub(crate) fn windows_1251(kind: Kind, n: u32) -> Self {
        Self {
            encoding: WINDOWS_1251,
            ..Self::utf8(kind, n)
        }
    }

    /// The same file with every price changed.
    pub(crate) fn dearer(self, by: u32) -> Self {
        Self {
            dearer_by: by,
            ..self
        }
    }

    /// Writes the file.
    pub(crate) fn write(self, mut target: impl Write) -> io::Result<()> {
        let mut text = String::new();
        head(self, &mut text);
        for number in 0..self.n {
            record(self, &Goods::of(number), &mut text);
            // A block at a time: one record is too small for a call of the system.
            if text.len() > 64 * 1024 {
                flush(self.encoding, &mut text, &mut target)?;
            }
        }
        tail(self.kind, &mut text);
        flush(self.encoding, &mut text, &mut target)?;
        target.flush()
    }
}

fn flush(
    encoding: &'static Encoding,
    text: &mut String,
    target: &mut impl Write,
) -> io::Result<()> {
    target.write_all(&encoding.encode(text).0)?;
    text.clear();
    Ok(())
}

const CATALOGUE: &str = "61bbbb9e-c959-4684-8c53-fd5b81d4e56d";
const PRICE_TYPE: &str = "985de47a-206e-11f1-98b9-9d54f6d2be28";
const WAREHOUSES: [&str; 2] = [
    "d75576f1-b9f2-11f0-8181-000c29e0bb69",
    "efe0ac78-9d4d-11f0-8174-000c29e0bb69",
];

const KINDS: [&str; 8] = [
    "Чай чёрный байховый",
    "Кофе натуральный молотый",
    "Подшипник роликовый радиальный",
    "Шоколад горький",
    "Лампа светодиодная матовая",
    "Фильтр масляный для двигателя",
    "Карандаш чернографитный",
    "Краска акриловая фасадная",
];
const MAKERS: [&str; 6] = [
    "«Северное сияние»",
    "«Ёлочка»",
    "Bosch",
    "«Красный Октябрь»",
    "ООО \"Ромашка\"",
    "Makita",
];
/// One product, the same for the same number whatever kind of file speaks of it.
pub(crate) struct Goods {
    pub(crate) id: String,
    pub(crate) article: String,
    pub(crate) name: String,
    pub(crate) barcode: u64,
    /// In hundredths.
    pub(crate) price: u64,
    pub(crate) stock: [u64; 2],
}

impl Goods {
    pub(crate) fn of(number: u32) -> Self {
        // 1C numbers what is entered in one go in sequence; exports are sorted by
        // name, so that sequences are short.
        const IN_SEQUENCE: u32 = 8;
        let mut group = Random::new(u64::from(number / IN_SEQUENCE));
        let (first, node) = (group.next(), group.next());
        let id = format!(
            "{:08x}-{:04x}-11e{:x}-{:04x}-{:012x}",
            ((first >> 32) & 0xffff_fff0) + u64::from(number % IN_SEQUENCE),
            first & 0xffff,
            node & 0xf,
            0x8000 | (node >> 4 & 0x3fff),
            node >> 16 & 0xffff_ffff_ffff
        );
        let mut own = Random::new(u64::from(number) | 1 << 40);
        let (kind, maker) = (own.pick(&KINDS), own.pick(&MAKERS));
        let amount = 50 + own.next() % 950;
        Self {
            id,
            article: format!("АРТ-{number:07}"),
            name: format!("{kind} {maker}, {amount} г, №{number}"),
            barcode: 4_600_000_000_000 + u64::from(number) * 10 + own.next() % 10,
            price: 1_000 + own.next() % 1_000_000,
            stock: [own.next() % 100, own.next() % 100],
        }
    }
}

/// `SplitMix64`: well mixed, repeatable on every machine, and ten lines.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x1c0d_e5ee_d5ee_d000)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.next() >> 33).unwrap_or_default() % words.len();
        words.get(at).copied().unwrap_or_default()
    }
}

macro_rules! put {
    ($text:expr, $($what:tt)*) => {
        // Writing into a string cannot fail.
        writeln!($text, $($what)*).unwrap_or_default()
    };
}

fn head(make: Make, text: &mut String) {
    let encoding = if make.encoding == UTF_8 {
        text.push('\u{feff}');
        "UTF-8"
    } else {
        "windows-1251"
    };
    if make.kind == Kind::Csv {
        // Lists begin with their header, and saved reports have no byte order mark.
        text.clear();
        put!(text, "Артикул;Остаток");
        return;
    }
    put!(text, r#"<?xml version="1.0" encoding="{encoding}"?>"#);
    put!(
        text,
        r#"<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ВерсияСхемы="2.07" ДатаФормирования="2026-04-01T17:41:01">"#
    );
    if make.kind == Kind::Goods {
        put!(text, "\t<Каталог СодержитТолькоИзменения=\"false\">");
        put!(text, "\t\t<Ид>{CATALOGUE}</Ид>");
        put!(
            text,
            "\t\t<Наименование>Основной каталог товаров</Наименование>"
        );
        put!(text, "\t\t<Товары>");
        return;
    }
    put!(
        text,
        "\t<ПакетПредложений СодержитТолькоИзменения=\"false\">"
    );
    put!(text, "\t\t<Ид>{CATALOGUE}#</Ид>");
    put!(text, "\t\t<Наименование>Пакет предложений</Наименование>");
    put!(text, "\t\t<ИдКаталога>{CATALOGUE}</ИдКаталога>");
    put!(
        text,
        "\t\t<ТипыЦен>\n\t\t\t<ТипЦены>\n\t\t\t\t<Ид>{PRICE_TYPE}</Ид>"
    );
    put!(text, "\t\t\t\t<Наименование>Розничная</Наименование>");
    put!(
        text,
        "\t\t\t\t<Валюта>руб</Валюта>\n\t\t\t</ТипЦены>\n\t\t</ТипыЦен>"
    );
    put!(text, "\t\t<Склады>");
    for (id, name) in WAREHOUSES.iter().zip(["Основной склад", "Магазин"]) {
        put!(text, "\t\t\t<Склад>\n\t\t\t\t<Ид>{id}</Ид>");
        put!(
            text,
            "\t\t\t\t<Наименование>{name}</Наименование>\n\t\t\t</Склад>"
        );
    }
    put!(text, "\t\t</Склады>\n\t\t<Предложения>");
}

fn tail(kind: Kind, text: &mut String) {
    match kind {
        Kind::Csv => {}
        Kind::Goods => put!(
            text,
            "\t\t</Товары>\n\t</Каталог>\n</КоммерческаяИнформация>"
        ),
        Kind::Offers | Kind::Prices | Kind::Rests => put!(
            text,
            "\t\t</Предложения>\n\t</ПакетПредложений>\n</КоммерческаяИнформация>"
        ),
    }
}

fn record(make: Make, goods: &Goods, text: &mut String) {
    match make.kind {
        Kind::Csv => put!(
            text,
            "{};{}",
            goods.article,
            goods.stock[0] + goods.stock[1]
        ),
        Kind::Goods => product(goods, text),
        Kind::Offers | Kind::Prices | Kind::Rests => offer(make, goods, text),
    }
}

fn offer(make: Make, goods: &Goods, text: &mut String) {
    let (id, article, name) = (&goods.id, &goods.article, &goods.name);
    put!(text, "\t\t\t<Предложение>\n\t\t\t\t<Ид>{id}</Ид>");
    if make.kind != Kind::Rests {
        put!(text, "\t\t\t\t<Артикул>{article}</Артикул>");
    }
    if make.kind == Kind::Offers {
        let name = quoted(name);
        put!(text, "\t\t\t\t<Штрихкод>{}</Штрихкод>", goods.barcode);
        put!(text, "\t\t\t\t<Наименование>{name}</Наименование>");
        put!(
            text,
            "\t\t\t\t<БазоваяЕдиница Код=\"796 \" НаименованиеПолное=\"Штука\" МеждународноеСокращение=\"PCE\">шт</БазоваяЕдиница>"
        );
    }
    if make.kind != Kind::Rests {
        let price = goods.price + u64::from(make.dearer_by);
        let (whole, rest) = (price / 100, price % 100);
        put!(text, "\t\t\t\t<Цены>\n\t\t\t\t\t<Цена>");
        put!(
            text,
            "\t\t\t\t\t\t<Представление>{whole},{rest:02} руб. за шт</Представление>"
        );
        put!(text, "\t\t\t\t\t\t<ИдТипаЦены>{PRICE_TYPE}</ИдТипаЦены>");
        put!(
            text,
            "\t\t\t\t\t\t<ЦенаЗаЕдиницу>{whole}.{rest:02}</ЦенаЗаЕдиницу>"
        );
        put!(text, "\t\t\t\t\t\t<Валюта>руб</Валюта>");
        put!(text, "\t\t\t\t\t\t<Единица>шт</Единица>");
        put!(text, "\t\t\t\t\t\t<Коэффициент>1</Коэффициент>");
        put!(text, "\t\t\t\t\t</Цена>\n\t\t\t\t</Цены>");
    }
    match make.kind {
        Kind::Offers => {
            let total = goods.stock[0] + goods.stock[1];
            put!(text, "\t\t\t\t<Количество>{total}</Количество>");
            put!(
                text,
                "\t\t\t\t<Склад ИдСклада=\"{}\" КоличествоНаСкладе=\"{total}\"/>",
                WAREHOUSES[0]
            );
        }
        Kind::Rests => {
            put!(text, "\t\t\t\t<Остатки>");
            for (warehouse, stock) in WAREHOUSES.iter().zip(goods.stock) {
                put!(text, "\t\t\t\t\t<Остаток>\n\t\t\t\t\t\t<Склад>");
                put!(text, "\t\t\t\t\t\t\t<Ид>{warehouse}</Ид>");
                put!(text, "\t\t\t\t\t\t\t<Количество>{stock}</Количество>");
                put!(text, "\t\t\t\t\t\t</Склад>\n\t\t\t\t\t</Остаток>");
            }
            put!(text, "\t\t\t\t</Остатки>");
        }
        Kind::Prices | Kind::Goods | Kind::Csv => {}
    }
    put!(text, "\t\t\t</Предложение>");
}

fn product(goods: &Goods, text: &mut String) {
    let (id, article, name) = (&goods.id, &goods.article, quoted(&goods.name));
    put!(text, "\t\t\t<Товар>\n\t\t\t\t<Ид>{id}</Ид>");
    put!(text, "\t\t\t\t<Артикул>{article}</Артикул>");
    put!(text, "\t\t\t\t<Наименование>{name}</Наименование>");
    put!(
        text,
        "\t\t\t\t<БазоваяЕдиница Код=\"796 \" НаименованиеПолное=\"Штука\" МеждународноеСокращение=\"PCE\">шт</БазоваяЕдиница>"
    );
    put!(
        text,
        "\t\t\t\t<Группы>\n\t\t\t\t\t<Ид>{CATALOGUE}</Ид>\n\t\t\t\t</Группы>"
    );
    put!(
        text,
        "\t\t\t\t<Описание>{name}. Хранить в сухом прохладном месте &amp; беречь от детей.</Описание>"
    );
    put!(text, "\t\t\t\t<СтавкиНалогов>\n\t\t\t\t\t<СтавкаНалога>");
    put!(text, "\t\t\t\t\t\t<Наименование>НДС</Наименование>");
    put!(text, "\t\t\t\t\t\t<Ставка>20</Ставка>");
    put!(text, "\t\t\t\t\t</СтавкаНалога>\n\t\t\t\t</СтавкиНалогов>");
    put!(text, "\t\t\t\t<ЗначенияРеквизитов>");
    for (name, value) in [
        ("ВидНоменклатуры", "Товар"),
        ("ТипНоменклатуры", "Товар"),
        ("Полное наименование", name.as_str()),
    ] {
        put!(text, "\t\t\t\t\t<ЗначениеРеквизита>");
        put!(text, "\t\t\t\t\t\t<Наименование>{name}</Наименование>");
        put!(text, "\t\t\t\t\t\t<Значение>{value}</Значение>");
        put!(text, "\t\t\t\t\t</ЗначениеРеквизита>");
    }
    put!(text, "\t\t\t\t</ЗначенияРеквизитов>\n\t\t\t</Товар>");
}

/// 1C writes quotation marks in texts as entities.
fn quoted(text: &str) -> String {
    text.replace('"', "&quot;")
}
