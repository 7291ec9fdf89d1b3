//! Turns the rows of a list into facts, whatever kind of file they came from.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::money::BadMoney;
use crate::domain::number::BadNumber;
use crate::domain::shown::excerpt;
use crate::domain::{
    Document, Fact, ItemKey, Money, Offer, OfferPrice, OrderId, Product, Property, PropertyKind,
    Quantity, Sku, WarehouseStock,
};
use crate::formats::check_id;
use crate::formats::table::columns::price_type_key;
use crate::formats::table::header::{Slot, is_order_list};
use crate::formats::table::lines::Record;
use crate::formats::table::plain::PlainRows;
use crate::formats::table::{Column, CsvOptions, word_key};
use crate::formats::{Place, Row, RowError, RowFault, Summary};

/// Kopecks in a rouble, and what is like them elsewhere.
const KOPECKS: rust_decimal::Decimal = rust_decimal::Decimal::ONE_HUNDRED;

/// What the columns of a list mean, and how its cells are read.
pub(super) struct Rows {
    slots: Vec<Slot>,
    is_goods_list: bool,
    is_order_list: bool,
    /// Whether a row must have as many cells as the header has known columns.
    counts_cells: CountsCells,
    words: BTreeMap<String, Quantity>,
    prices_in_kopecks: bool,
    /// Where each kind of column stands first; they are asked for row after row.
    places: BTreeMap<Column, usize>,
    /// All columns of prices, each with its type.
    prices: Vec<(usize, Option<Arc<str>>)>,
    warehouse_stocks: Vec<usize>,
    /// Cells up to the last column that says something.
    n_needed: usize,
}

/// In a text a missing or additional delimiter moves the cells into other
/// columns; in a workbook nothing moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountsCells {
    Yes,
    No,
}

impl Rows {
    pub(super) fn new(slots: Vec<Slot>, counts_cells: CountsCells, options: &CsvOptions) -> Self {
        let has = |wanted: Column| slots.iter().any(|slot| slot.column == wanted);
        // A stock report names its goods for the reader's sake; a list that
        // prices or describes what it names, or names it and says nothing
        // else, can make new goods.
        let has_stock = has(Column::Quantity) || has(Column::WarehouseStock);
        let is_goods_list =
            has(Column::Name) && (has(Column::Price) || has(Column::Description) || !has_stock);
        let all_of = |wanted: Column| {
            let columns = slots.iter().enumerate();
            columns
                .filter(move |(_, slot)| slot.column == wanted)
                .map(|(at, _)| at)
        };
        // A column that is merely called a price has no type, unless there is another.
        let has_several = all_of(Column::Price).nth(1).is_some();
        let typed = |at: usize| {
            let header = slots.get(at).map(|slot| slot.header.as_str())?;
            (has_several || !price_type_key(header).is_empty()).then(|| Arc::from(header))
        };
        let prices = all_of(Column::Price).map(|at| (at, typed(at))).collect();
        let mut places = BTreeMap::new();
        for (at, slot) in slots.iter().enumerate() {
            places.entry(slot.column).or_insert(at);
        }
        let last_known = slots
            .iter()
            .rposition(|slot| slot.column != Column::Ignored);
        Self {
            is_goods_list,
            is_order_list: is_order_list(&slots),
            prices,
            warehouse_stocks: all_of(Column::WarehouseStock).collect(),
            n_needed: last_known.map_or(0, |at| at + 1),
            places,
            slots,
            counts_cells,
            words: options
                .words
                .iter()
                .map(|(word, quantity)| (word_key(word), *quantity))
                .collect(),
            prices_in_kopecks: options.prices_in_kopecks,
        }
    }

    /// The short way for rows that have no more than an article and a number or two.
    pub(super) fn plain(&self, delimiter: char) -> Option<PlainRows> {
        let is_plain = !self.is_goods_list
            && !self.prices_in_kopecks
            && !self.is_order_list
            && self
                .prices
                .iter()
                .all(|(_, price_type)| price_type.is_none())
            && self.words.is_empty()
            && self.counts_cells == CountsCells::Yes;
        PlainRows::of(&self.slots, delimiter).filter(|_| is_plain)
    }

    /// Turns one record into facts and faults. Tells whether it is about goods and
    /// leaves their stock blank.
    pub(super) fn take(
        &self,
        record: &mut Record,
        summary: &mut Summary,
        ready: &mut VecDeque<Row>,
    ) -> bool {
        let place = Place { line: record.line };
        let fault = |fault| Err(RowError { place, fault });
        let row = Cells { rows: self, record };
        let goes_on = !row.is_blank() && !row.is_header_again() && !row.is_total_or_group();
        let mut is_without_stock = false;
        if goes_on {
            if let Some(count) = row.wrong_count() {
                ready.push_back(fault(count));
            } else if self.is_order_list {
                summary.n_documents += 1;
                ready.push_back(
                    row.order_status()
                        .map(|document| Fact::Document(Box::new(document)))
                        .map_err(|fault| RowError { place, fault }),
                );
            } else {
                is_without_stock = row.is_without_stock();
                row.goods(summary, ready);
            }
        }
        // Behind the facts of the row: what it says was still understood.
        ready.extend(record.faults.drain(..).map(fault));
        is_without_stock
    }

    /// Whether the record is a row of the list, with all its cells.
    pub(super) fn is_whole(&self, record: &Record) -> bool {
        let row = Cells { rows: self, record };
        !row.is_blank() && !row.is_total_or_group() && row.wrong_count().is_none()
    }

    /// Whether the record is the total of the list, which nothing is taken from.
    pub(super) fn is_total(&self, record: &Record) -> bool {
        let row = Cells { rows: self, record };
        row.is_total()
    }

    pub(super) fn n_columns(&self) -> usize {
        self.slots.len()
    }

    fn has(&self, wanted: Column) -> bool {
        self.places.contains_key(&wanted)
    }
}

/// One row under its header.
struct Cells<'a> {
    rows: &'a Rows,
    record: &'a Record,
}

impl<'a> Cells<'a> {
    fn pairs(&self) -> impl Iterator<Item = (&'a Slot, &'a str)> {
        self.rows.slots.iter().zip(self.record.cells.iter())
    }

    /// The first cell of that column, unless it is empty.
    fn cell(&self, wanted: Column) -> Option<&'a str> {
        let at = *self.rows.places.get(&wanted)?;
        self.at(at).map(|(_, text)| text)
    }

    /// What stands in this column, unless it is empty.
    fn at(&self, at: usize) -> Option<(&'a Slot, &'a str)> {
        let text = self.record.cells.get(at)?;
        let slot = self.rows.slots.get(at)?;
        (!text.is_empty()).then_some((slot, text))
    }

    fn is_blank(&self) -> bool {
        self.record.cells.are_blank()
    }

    /// Printed lists repeat their header on every page.
    fn is_header_again(&self) -> bool {
        let mut filled = self.pairs().filter(|(_, text)| !text.is_empty());
        filled.all(|(slot, text)| slot.header == text.trim_end_matches(':'))
    }

    /// `Итого` rows, and rows of a report that only name a group.
    fn is_total_or_group(&self) -> bool {
        let mut filled = self.filled();
        let is_alone = match filled.next() {
            None => return true,
            Some(_) => filled.next().is_none(),
        };
        if is_alone {
            let is_article =
                self.rows.words.contains_key("") && self.cell(Column::Article).is_some();
            return self.rows.slots.len() > 1 && !self.rows.has(Column::Order) && !is_article;
        }
        self.is_total()
    }

    fn filled(&self) -> impl Iterator<Item = &'a str> {
        self.record.cells.iter().filter(|text| !text.is_empty())
    }

    fn is_total(&self) -> bool {
        let Some(first) = self.filled().next() else {
            return false;
        };
        // Nearly every row, without a copy in small letters.
        if !first.starts_with(['И', 'и', 'В', 'в', 'О', 'о', 'Р', 'р', 'T', 't']) {
            return false;
        }
        let lower = first.to_lowercase();
        let word = lower.split([' ', ':', '.']).next().unwrap_or_default();
        // `Total` is a brand of motor oil, too.
        let is_total = matches!(word, "итого" | "всего" | "разом")
            || matches!(lower.trim_end_matches([':', '.']), "total" | "общий итог");
        // Goods may be called so; a total has no article.
        is_total && self.cell(Column::Article).is_none_or(|text| text == first)
    }

    /// Whether cells have moved into the wrong columns.
    fn wrong_count(&self) -> Option<RowFault> {
        let expected = self.rows.slots.len();
        let n_needed = self.rows.n_needed;
        let n_filled = self.record.cells.n_filled();
        let n_cells = self.record.cells.len();
        match self.rows.counts_cells {
            CountsCells::No => None,
            CountsCells::Yes if n_filled > expected => Some(n_filled),
            CountsCells::Yes => (n_cells < n_needed).then_some(n_cells),
        }
        .map(|found| RowFault::CellCount { found, expected })
    }

    fn is_without_stock(&self) -> bool {
        let stock = self.rows.places.get(&Column::Quantity);
        stock.is_some_and(|at| self.at(*at).is_none()) && !self.rows.words.contains_key("")
    }

    fn order_status(&self) -> Result<Document, RowFault> {
        let number = self.cell(Column::Order).unwrap_or_default();
        OrderId::parse(number).ok_or_else(|| RowFault::OrderNumber(excerpt(number)))?;
        let status = self.cell(Column::Status).ok_or(RowFault::NoStatus)?;
        Ok(Document {
            number: Some(number.to_owned()),
            status: Some(status.to_owned()),
            line: self.record.line,
            ..Document::default()
        })
    }

    /// Tells the product, what is wrong with its numbers, and the offer.
    fn goods(&self, summary: &mut Summary, ready: &mut VecDeque<Row>) {
        let place = Place {
            line: self.record.line,
        };
        let keys = match self.keys() {
            Ok(keys) => keys,
            Err(fault) => {
                ready.push_back(Err(RowError { place, fault }));
                return;
            }
        };
        if self.rows.is_goods_list {
            summary.n_products += 1;
            ready.push_back(Ok(Fact::Product(Box::new(self.product(&keys)))));
        }
        let mut faults = Vec::new();
        let offer = self.offer(keys, &mut faults);
        ready.extend(
            faults
                .into_iter()
                .map(|fault| Err(RowError { place, fault })),
        );
        summary.n_offers += 1;
        summary.n_prices += offer.prices.len();
        summary.n_stocks += offer.warehouses.len() + usize::from(offer.quantity.is_some());
        if !offer.prices.is_empty() || offer.quantity.is_some() || !offer.warehouses.is_empty() {
            ready.push_back(Ok(Fact::Offer(offer)));
        }
    }

    fn keys(&self) -> Result<Keys, RowFault> {
        const ELEMENT: &str = "row";
        let keys = Keys {
            sku: self.cell(Column::Article).map(Sku::parse).transpose()?,
            item: self.cell(Column::Id).and_then(ItemKey::parse),
            name: self.cell(Column::Name).map(str::to_owned),
        };
        check_id(keys.item.as_ref())?;
        if keys.sku.is_none() && keys.item.is_none() && keys.name.is_none() {
            return Err(RowFault::NoKey { element: ELEMENT });
        }
        Ok(keys)
    }

    fn product(&self, keys: &Keys) -> Product {
        let text = |column| self.cell(column).map(str::to_owned);
        let unknown_columns = self.pairs().filter(|(slot, value)| {
            slot.column == Column::Ignored && !slot.header.is_empty() && !value.is_empty()
        });
        Product {
            item: keys.item.clone(),
            sku: keys.sku.clone(),
            barcode: text(Column::Barcode),
            name: keys.name.clone(),
            description: text(Column::Description),
            unit: text(Column::Unit),
            groups: text(Column::Group).into_iter().collect(),
            images: Vec::new(),
            manufacturer: text(Column::Manufacturer),
            properties: unknown_columns
                .map(|(slot, value)| Property {
                    name: slot.header.clone(),
                    value: value.to_owned(),
                    kind: PropertyKind::Requisite,
                })
                .collect(),
            deleted: false,
            line: self.record.line,
        }
    }

    fn offer(&self, keys: Keys, faults: &mut Vec<RowFault>) -> Offer {
        let line = self.record.line;
        let mut offer = Offer {
            item: keys.item,
            sku: keys.sku,
            name: keys.name,
            line,
            barcode: self.cell(Column::Barcode).map(str::to_owned),
            ..Offer::default()
        };
        let total = (self.rows.places.get(&Column::Quantity))
            .and_then(|at| self.rows.slots.get(*at).zip(self.record.cells.get(*at)))
            .and_then(|(slot, text)| self.quantity(slot, text, faults));
        match (self.cell(Column::Warehouse), total) {
            (Some(warehouse), Some(quantity)) => offer.warehouses.push(WarehouseStock {
                warehouse: warehouse.into(),
                quantity,
                line,
            }),
            (_, quantity) => offer.quantity = quantity,
        }
        for at in &self.rows.warehouse_stocks {
            let Some((slot, text)) = self.rows.slots.get(*at).zip(self.record.cells.get(*at))
            else {
                continue;
            };
            if let Some(quantity) = self.quantity(slot, text, faults) {
                offer.warehouses.push(WarehouseStock {
                    warehouse: slot.header.as_str().into(),
                    quantity,
                    line,
                });
            }
        }
        offer.prices = self.prices(faults);
        offer
    }

    fn prices(&self, faults: &mut Vec<RowFault>) -> Vec<OfferPrice> {
        let currency: Option<Arc<str>> = self.cell(Column::Currency).map(Arc::from);
        let mut prices = Vec::new();
        for (at, price_type) in &self.rows.prices {
            let Some((slot, text)) = self.at(*at) else {
                continue;
            };
            match self.price(text) {
                Ok(price) => prices.push(OfferPrice {
                    price_type: price_type.clone(),
                    price,
                    currency: currency.clone(),
                    line: self.record.line,
                }),
                Err(BadMoney::Number(BadNumber::NotANumber(word))) => {
                    faults.push(word_in(slot, word));
                }
                Err(err) => faults.push(err.into()),
            }
        }
        prices
    }

    fn price(&self, text: &str) -> Result<Money, BadMoney> {
        let price = Money::parse(text)?;
        if self.rows.prices_in_kopecks {
            return Money::from_decimal(price.as_decimal() / KOPECKS);
        }
        Ok(price)
    }

    /// A number, or a word (or a blank) that the configuration says is one.
    fn quantity(&self, slot: &Slot, text: &str, faults: &mut Vec<RowFault>) -> Option<Quantity> {
        let words = &self.rows.words;
        if !words.is_empty()
            && let Some(quantity) = words.get(&word_key(text))
        {
            return Some(*quantity);
        }
        if text.is_empty() {
            return None;
        }
        match Quantity::parse(text) {
            Ok(quantity) => return Some(quantity),
            Err(BadNumber::NotANumber(word)) => faults.push(word_in(slot, word)),
            Err(err) => faults.push(RowFault::Quantity(err)),
        }
        None
    }
}

fn word_in(slot: &Slot, word: String) -> RowFault {
    RowFault::Word {
        column: excerpt(&slot.header),
        word,
    }
}

/// What a row is about.
struct Keys {
    sku: Option<Sku>,
    item: Option<ItemKey>,
    name: Option<String>,
}
