//! Writes product lists, categories and statuses for a 1C that starts after the shop.

use std::io::{self, Write};

use chrono::NaiveDateTime;

use crate::domain::{Category, CategoryId, ItemKey, ShopProduct, StatusId};
use crate::formats::commerceml::element::{
    Document, MAX_COMMENT, MAX_GOODS_ID, MAX_ID, MAX_NAME, MAX_TEXT,
};

/// A product of the shop and the `Ид` it goes by in 1C.
#[derive(Debug, Clone)]
pub struct ListedProduct {
    pub item: ItemKey,
    pub product: ShopProduct,
}

/// The price type that the lists use: OpenCart has one price.
const PRICE_TYPE: &str = "opencart-price";
const CATALOGUE: &str = "opencart";

fn begin<W: Write>(target: W, formed_at: NaiveDateTime) -> io::Result<Document<W>> {
    let formed_at = formed_at.format("%Y-%m-%dT%H:%M:%S").to_string();
    Document::begin(
        target,
        &[("ВерсияСхемы", "2.08"), ("ДатаФормирования", &formed_at)],
    )
}

/// `import.xml`: categories as `Классификатор`, goods as `Каталог`.
pub fn write_catalogue<W: Write>(
    target: W,
    categories: &[Category],
    products: &[ListedProduct],
    formed_at: NaiveDateTime,
) -> io::Result<W> {
    let mut document = begin(target, formed_at)?;
    write_classifier(&mut document, categories)?;
    document.open_with("Каталог", &[("СодержитТолькоИзменения", "false")])?;
    document.text("Ид", CATALOGUE, MAX_ID)?;
    document.text("ИдКлассификатора", CATALOGUE, MAX_ID)?;
    document.text("Наименование", "Каталог товаров магазина", MAX_NAME)?;
    write_owner(&mut document)?;
    document.element("Товары", |d| {
        for listed in products {
            d.element("Товар", |d| write_product(d, listed))?;
        }
        Ok(())
    })?;
    document.close("Каталог")?;
    document.finish()
}

/// `categories.xml`: the `Классификатор` alone.
pub fn write_categories<W: Write>(
    target: W,
    categories: &[Category],
    formed_at: NaiveDateTime,
) -> io::Result<W> {
    let mut document = begin(target, formed_at)?;
    write_classifier(&mut document, categories)?;
    document.finish()
}

/// `offers.xml`: the prices. How much there is of it, 1C knows better.
pub fn write_offers<W: Write>(
    target: W,
    products: &[ListedProduct],
    currency: &str,
    formed_at: NaiveDateTime,
) -> io::Result<W> {
    let mut document = begin(target, formed_at)?;
    document.open_with("ПакетПредложений", &[("СодержитТолькоИзменения", "false")])?;
    document.text("Ид", &format!("{CATALOGUE}#"), MAX_ID)?;
    document.text("Наименование", "Цены магазина", MAX_NAME)?;
    document.text("ИдКаталога", CATALOGUE, MAX_ID)?;
    document.text("ИдКлассификатора", CATALOGUE, MAX_ID)?;
    write_owner(&mut document)?;
    document.element("ТипыЦен", |d| {
        d.element("ТипЦены", |d| {
            d.text("Ид", PRICE_TYPE, MAX_ID)?;
            d.text("Наименование", "Цена магазина", MAX_NAME)?;
            d.text("Валюта", currency, 3)
        })
    })?;
    document.element("Предложения", |d| {
        for listed in products {
            let Some(price) = listed.product.price else {
                continue;
            };
            d.element("Предложение", |d| {
                write_identity(d, listed)?;
                d.element("Цены", |d| {
                    d.element("Цена", |d| {
                        d.text("ИдТипаЦены", PRICE_TYPE, MAX_ID)?;
                        d.text("ЦенаЗаЕдиницу", &price.to_string(), MAX_ID)?;
                        d.text("Валюта", currency, 3)
                    })
                })
            })?;
        }
        Ok(())
    })?;
    document.close("ПакетПредложений")?;
    document.finish()
}

/// Offers that say that there is nothing left of these goods: of each its article, and its
/// name where that is known. Read as any other file of 1C, whatever is configured for lists.
/// `warehouse` is one that counts; without it they state a total.
///
/// It does not say when it was formed: this computer's clock may not go by 1C's time, and
/// files are compared by that.
pub fn write_sold_out<W: Write>(
    target: W,
    goods: &[(String, Option<String>)],
    warehouse: Option<&String>,
) -> io::Result<W> {
    let mut document = Document::begin(target, &[("ВерсияСхемы", "2.08")])?;
    document.open_with("ПакетПредложений", &[("СодержитТолькоИзменения", "true")])?;
    document.element("Предложения", |d| {
        for (article, name) in goods {
            d.element("Предложение", |d| {
                d.text("Артикул", article, MAX_TEXT)?;
                d.optional("Наименование", name.as_deref(), MAX_COMMENT)?;
                match warehouse {
                    Some(id) => {
                        d.open_with("Склад", &[("ИдСклада", id), ("КоличествоНаСкладе", "0")])?;
                        d.close("Склад")
                    }
                    None => d.text("Количество", "0", MAX_ID),
                }
            })?;
        }
        Ok(())
    })?;
    document.close("ПакетПредложений")?;
    document.finish()
}

/// `statuses.xml`: the reference list that УНФ and the Bitrix add-on fill their
/// mapping tables from. Bitrix spells `Cтатусы` with a Latin C; both are written,
/// since either side looks for its own.
pub fn write_statuses<W: Write>(
    target: W,
    statuses: &[(StatusId, String)],
    formed_at: NaiveDateTime,
) -> io::Result<W> {
    let mut document = begin(target, formed_at)?;
    document.element("Справочник", |d| {
        for name in ["Статусы", "C\u{442}атусы"] {
            d.element(name, |d| {
                for (id, status) in statuses {
                    d.element("Элемент", |d| {
                        d.text("Ид", &id.to_string(), MAX_ID)?;
                        d.text("Название", status, MAX_NAME)
                    })?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    document.finish()
}

fn write_classifier<W: Write>(d: &mut Document<W>, categories: &[Category]) -> io::Result<()> {
    d.element("Классификатор", |d| {
        d.text("Ид", CATALOGUE, MAX_ID)?;
        d.text("Наименование", "Категории магазина", MAX_NAME)?;
        write_owner(d)?;
        let roots = Node::tree(categories);
        write_groups(d, &roots)
    })
}

/// The schema wants an owner everywhere.
fn write_owner<W: Write>(d: &mut Document<W>) -> io::Result<()> {
    d.element("Владелец", |d| {
        d.text("Ид", CATALOGUE, MAX_ID)?;
        d.text("Наименование", "Магазин", MAX_NAME)?;
        d.text("ОфициальноеНаименование", "Магазин", MAX_NAME)
    })
}

/// The shop names categories by their whole paths; 1C nests them.
struct Node<'a> {
    id: Option<CategoryId>,
    name: &'a str,
    children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    fn tree(categories: &'a [Category]) -> Vec<Self> {
        let mut roots = Vec::new();
        for category in categories {
            Self::place(&mut roots, &category.path, category.id);
        }
        roots
    }

    fn place(nodes: &mut Vec<Self>, path: &'a [String], id: CategoryId) {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        // Two categories may share a name; the last part of a path is always its own.
        let known = nodes
            .iter_mut()
            .find(|node| node.name == name && (!rest.is_empty() || node.id.is_none()));
        match known {
            Some(node) if rest.is_empty() => node.id = Some(id),
            Some(node) => Self::place(&mut node.children, rest, id),
            None => {
                let mut node = Self {
                    id: None,
                    name,
                    children: Vec::new(),
                };
                if rest.is_empty() {
                    node.id = Some(id);
                } else {
                    Self::place(&mut node.children, rest, id);
                }
                nodes.push(node);
            }
        }
    }
}

fn write_groups<W: Write>(d: &mut Document<W>, nodes: &[Node<'_>]) -> io::Result<()> {
    if nodes.is_empty() {
        return Ok(());
    }
    d.element("Группы", |d| {
        for node in nodes {
            d.element("Группа", |d| {
                let id = node.id.map_or_else(
                    || ItemKey::derived_from(node.name).as_str().to_owned(),
                    |id| id.to_string(),
                );
                d.text("Ид", &id, MAX_ID)?;
                d.text("Наименование", node.name, MAX_COMMENT)?;
                write_groups(d, &node.children)
            })?;
        }
        Ok(())
    })
}

fn write_identity<W: Write>(d: &mut Document<W>, listed: &ListedProduct) -> io::Result<()> {
    d.text("Ид", listed.item.as_str(), MAX_GOODS_ID)?;
    d.text("Артикул", listed.product.sku.as_str(), MAX_TEXT)?;
    d.text("Наименование", &listed.product.name, MAX_NAME)?;
    d.text_with(
        "БазоваяЕдиница",
        &[
            ("Код", "796"),
            ("НаименованиеПолное", "Штука"),
            ("МеждународноеСокращение", "PCE"),
        ],
        "шт",
        MAX_TEXT,
    )
}

fn write_product<W: Write>(d: &mut Document<W>, listed: &ListedProduct) -> io::Result<()> {
    write_identity(d, listed)?;
    if let Some(category) = listed.product.category {
        d.element("Группы", |d| {
            d.text("Ид", &category.to_string(), MAX_ID)
        })?;
    }
    d.optional("Картинка", listed.product.image.as_deref(), MAX_TEXT)?;
    if let Some(manufacturer) = listed
        .product
        .manufacturer
        .as_deref()
        .filter(|name| !name.trim().is_empty())
    {
        d.element("Изготовитель", |d| {
            d.text("Ид", ItemKey::derived_from(manufacturer).as_str(), MAX_ID)?;
            d.text("Наименование", manufacturer, MAX_NAME)?;
            d.text("ОфициальноеНаименование", manufacturer, MAX_NAME)
        })?;
    }
    d.element("ЗначенияРеквизитов", |d| {
        d.requisite("ВидНоменклатуры", "Товар")?;
        d.requisite("ТипНоменклатуры", "Товар")?;
        d.requisite("Полное наименование", &listed.product.name)?;
        d.requisite(
            "Вес",
            &listed
                .product
                .weight
                .map(|weight| weight.to_string())
                .unwrap_or_default(),
        )
    })
}
