//! Reads CSV and text lists: stock, prices, goods and order statuses.
//!
//! 1C has no CSV format; every list is a saved report or a hand-made export.
//! The header is looked for by the words people use, below title rows if need
//! be, and the columns found decide what the list is about.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use csv::ByteRecord;

use crate::domain::{
    Document, Fact, ItemKey, Money, Offer, OfferPrice, OrderId, Product, Property, Quantity, Sku,
    WarehouseStock,
};
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Format, Place, Row, RowError, RowFault, Summary};

/// How many rows may stand above the header.
const HEADER_WITHIN: usize = 25;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Article,
    /// 1C's own code: the article where the list has no column for that.
    Code,
    /// 1C's `Ид`.
    Id,
    Barcode,
    Name,
    Description,
    Price,
    Currency,
    Quantity,
    Warehouse,
    Unit,
    Group,
    Manufacturer,
    Order,
    Status,
    Ignored,
}

impl Column {
    /// By the name used in the configuration.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "article" | "sku" => Self::Article,
            "code" => Self::Code,
            "id" => Self::Id,
            "barcode" => Self::Barcode,
            "name" => Self::Name,
            "description" => Self::Description,
            "price" => Self::Price,
            "currency" => Self::Currency,
            "quantity" | "stock" => Self::Quantity,
            "warehouse" => Self::Warehouse,
            "unit" => Self::Unit,
            "group" => Self::Group,
            "manufacturer" => Self::Manufacturer,
            "order" => Self::Order,
            "status" => Self::Status,
            "ignore" => Self::Ignored,
            _ => return None,
        })
    }

    /// By the words that people and 1C put into headers.
    fn by_header(header: &str) -> Option<Self> {
        let words = header_words(header);
        Some(match words.as_str() {
            "артикул" | "арт" | "article" | "sku" | "model" | "артикул товара" | "vendor code" => {
                Self::Article
            }
            "код" | "код товара" | "код 1с" | "code" | "код номенклатуры" => {
                Self::Code
            }
            "ид" | "guid" | "id" | "ид товара" | "uuid" | "идентификатор" => {
                Self::Id
            }
            "штрихкод" | "штрих код" | "штрих-код" | "barcode" | "ean" | "ean13" => {
                Self::Barcode
            }
            "наименование"
            | "номенклатура"
            | "товар"
            | "название"
            | "полное наименование"
            | "наименование полное"
            | "наименование товара"
            | "name"
            | "title"
            | "product"
            | "product name" => Self::Name,
            "описание" | "description" | "полное описание" => {
                Self::Description
            }
            "валюта" | "currency" => Self::Currency,
            "остаток"
            | "остатки"
            | "количество"
            | "кол-во"
            | "кол во"
            | "свободный остаток"
            | "доступно"
            | "в наличии"
            | "наличие"
            | "конечный остаток"
            | "остаток на складе"
            | "quantity"
            | "qty"
            | "stock"
            | "count"
            | "balance" => Self::Quantity,
            "склад" | "warehouse" => Self::Warehouse,
            "ед" | "ед изм" | "ед.изм" | "единица" | "единица измерения" | "unit" => {
                Self::Unit
            }
            "группа" | "категория" | "group" | "category" | "раздел" => {
                Self::Group
            }
            "производитель" | "бренд" | "изготовитель" | "manufacturer" | "brand" => {
                Self::Manufacturer
            }
            "заказ"
            | "номер заказа"
            | "№ заказа"
            | "заказ №"
            | "номер заказа на сайте"
            | "order"
            | "order id"
            | "order_id"
            | "order number"
            | "номер"
            | "№" => Self::Order,
            "статус"
            | "статус заказа"
            | "состояние"
            | "состояние заказа"
            | "status"
            | "order status"
            | "order_status" => Self::Status,
            other if is_price_header(other) => Self::Price,
            _ => return None,
        })
    }
}

fn is_price_header(words: &str) -> bool {
    words.split([' ', '_', '-']).any(|word| {
        matches!(
            word,
            "цена"
                | "price"
                | "розничная"
                | "оптовая"
                | "розница"
                | "опт"
                | "прайс"
                | "retail"
                | "wholesale"
        )
    })
}

/// `Номенклатура.Артикул:` is `артикул`, `Цена, RUB` is `цена`.
fn header_words(header: &str) -> String {
    let lower = header
        .trim()
        .trim_matches('"')
        .to_lowercase()
        .replace('ё', "е");
    let before_comma = lower.split(',').next().unwrap_or_default();
    let trimmed = before_comma.trim().trim_end_matches([':', '.', '*']).trim();
    let last = match trimmed.rsplit_once('.') {
        // 1C names a field of a field by its dotted path; `ед.изм` is an abbreviation.
        Some((path, last)) if last.chars().count() > 2 && path.chars().count() > 2 => last,
        _ => trimmed,
    };
    last.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(". ", " ")
}

/// What the configuration says of CSV files.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// Header text (compared without regard to case) to column; goes before the known words.
    pub columns: BTreeMap<String, Column>,
    /// The columns in their order, for lists without a header row.
    pub without_header: Vec<Column>,
}

/// See the module's documentation.
pub(super) struct Reader<R: Read> {
    rows: csv::Reader<Utf8Reader<R>>,
    columns: Vec<(Column, String)>,
    is_goods_list: bool,
    record: ByteRecord,
    ready: VecDeque<Row>,
    summary: Summary,
    has_ended: bool,
}

/// What one row of goods says.
struct GoodsRow {
    product: Option<Product>,
    offer: Option<Offer>,
    faults: Vec<RowFault>,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(mut text: Utf8Reader<R>, options: &CsvOptions) -> Result<Self, FileError> {
        let delimiter = sniff_delimiter(text.head()?);
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        let mut reader = Self {
            rows,
            columns: Vec::new(),
            is_goods_list: false,
            record: ByteRecord::new(),
            ready: VecDeque::new(),
            summary: Summary {
                format: Format::Csv,
                encoding: "utf-8",
                ..Summary::default()
            },
            has_ended: false,
        };
        if options.without_header.is_empty() {
            reader.find_header(&options.columns)?;
        } else {
            reader.columns = options
                .without_header
                .iter()
                .map(|column| (*column, String::new()))
                .collect();
        }
        let has = |wanted| reader.columns.iter().any(|(column, _)| *column == wanted);
        // A stock report names its goods for the reader's sake; a list that
        // prices or describes what it names can make new goods.
        reader.is_goods_list =
            has(Column::Name) && (has(Column::Price) || has(Column::Description));
        Ok(reader)
    }

    pub(super) fn summary(&self) -> Summary {
        Summary {
            encoding: self.rows.get_ref().encoding(),
            ..self.summary.clone()
        }
    }

    fn find_header(&mut self, mapped: &BTreeMap<String, Column>) -> Result<(), FileError> {
        let mut n_rows = 0;
        while n_rows < HEADER_WITHIN && self.read_record()? {
            n_rows += 1;
            let columns: Vec<(Column, String)> = self
                .record
                .iter()
                .map(|cell| {
                    let header = text_of(cell);
                    let by_config = mapped
                        .iter()
                        .find(|(name, _)| name.to_lowercase() == header.to_lowercase());
                    let column = by_config
                        .map(|(_, column)| *column)
                        .or_else(|| Column::by_header(header));
                    (
                        column.unwrap_or(Column::Ignored),
                        header.trim_end_matches(':').to_owned(),
                    )
                })
                .collect();
            if is_header(&columns) {
                self.columns = prefer_article(columns);
                return Ok(());
            }
        }
        Err(FileError::NoHeader { looked_at: n_rows })
    }

    /// False at the end of the file.
    fn read_record(&mut self) -> Result<bool, FileError> {
        self.rows.get_mut().mark();
        let line = self.rows.position().line();
        self.rows.read_byte_record(&mut self.record).map_err(|err| {
            let place = Place { line };
            match err.into_kind() {
                csv::ErrorKind::Io(err) if err.kind() == std::io::ErrorKind::FileTooLarge => {
                    FileError::Limit {
                        place,
                        detail: format!("{err}; is a quotation mark never closed?"),
                    }
                }
                csv::ErrorKind::Io(err) => FileError::Io(err),
                other => FileError::Broken {
                    place,
                    detail: format!("{other:?}"),
                },
            }
        })
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                if row.is_err() {
                    self.summary.n_faults += 1;
                }
                return Ok(Some(row));
            }
            if self.has_ended || !self.read_record()? {
                self.has_ended = true;
                return Ok(None);
            }
            self.take_record();
        }
    }

    /// Turns one record into facts and faults.
    fn take_record(&mut self) {
        let line = self.record.position().map_or(0, csv::Position::line);
        let place = Place { line };
        if self.rows.get_mut().take_damage() {
            let fault = RowFault::Encoding {
                encoding: self.rows.get_ref().encoding(),
            };
            self.ready.push_back(Err(RowError { place, fault }));
        }
        if self.is_total_or_group() {
            return;
        }
        if self.has(Column::Order) && self.has(Column::Status) {
            self.summary.n_documents += 1;
            let row = self
                .order_status(line)
                .map_err(|fault| RowError { place, fault });
            self.ready
                .push_back(row.map(|document| Fact::Document(Box::new(document))));
            return;
        }
        match self.goods(line) {
            Ok(GoodsRow {
                product,
                offer,
                faults,
            }) => {
                self.ready
                    .extend(product.map(|product| Ok(Fact::Product(Box::new(product)))));
                self.ready.extend(
                    faults
                        .into_iter()
                        .map(|fault| Err(RowError { place, fault })),
                );
                self.ready.extend(offer.map(|offer| Ok(Fact::Offer(offer))));
            }
            Err(fault) => self.ready.push_back(Err(RowError { place, fault })),
        }
    }

    fn has(&self, wanted: Column) -> bool {
        self.columns.iter().any(|(column, _)| *column == wanted)
    }

    fn cell(&self, wanted: Column) -> Option<&str> {
        let index = self
            .columns
            .iter()
            .position(|(column, _)| *column == wanted)?;
        self.record
            .get(index)
            .map(text_of)
            .filter(|text| !text.is_empty())
    }

    /// `Итого` rows, blank rows, and rows of a report that only name a group.
    fn is_total_or_group(&self) -> bool {
        let mut filled = self
            .record
            .iter()
            .map(text_of)
            .filter(|text| !text.is_empty());
        let Some(first) = filled.next() else {
            return true;
        };
        let lower = first.to_lowercase();
        let is_total = ["итого", "всего", "total", "разом"]
            .iter()
            .any(|word| lower.starts_with(word));
        let is_alone = filled.next().is_none();
        is_total || (is_alone && self.columns.len() > 1 && !self.has(Column::Order))
    }

    fn order_status(&self, line: u64) -> Result<Document, RowFault> {
        let number = self.cell(Column::Order).unwrap_or_default();
        OrderId::parse(number).ok_or_else(|| RowFault::OrderNumber(number.to_owned()))?;
        let status = self.cell(Column::Status).ok_or(RowFault::NoStatus)?;
        Ok(Document {
            number: Some(number.to_owned()),
            status: Some(status.to_owned()),
            line,
            ..Document::default()
        })
    }

    fn goods(&mut self, line: u64) -> Result<GoodsRow, RowFault> {
        const ELEMENT: &str = "the row";
        let sku = self.cell(Column::Article).map(Sku::parse).transpose()?;
        let item = self.cell(Column::Id).and_then(ItemKey::parse);
        let name = self.cell(Column::Name).map(str::to_owned);
        if sku.is_none() && item.is_none() && name.is_none() {
            return Err(RowFault::NoKey { element: ELEMENT });
        }
        let product = self
            .is_goods_list
            .then(|| self.product(sku.clone(), item.clone(), line));
        let mut faults = Vec::new();
        let offer = self.offer(sku, item, name, line, &mut faults);
        self.summary.n_products += usize::from(product.is_some());
        self.summary.n_offers += 1;
        self.summary.n_prices += offer.prices.len();
        self.summary.n_stocks += offer.warehouses.len() + usize::from(offer.quantity.is_some());
        let says_something =
            !offer.prices.is_empty() || offer.quantity.is_some() || !offer.warehouses.is_empty();
        Ok(GoodsRow {
            product,
            offer: says_something.then_some(offer),
            faults,
        })
    }

    fn product(&self, sku: Option<Sku>, item: Option<ItemKey>, line: u64) -> Product {
        let text = |column| self.cell(column).map(str::to_owned);
        let unknown_columns =
            self.columns
                .iter()
                .zip(self.record.iter())
                .filter_map(|((column, header), cell)| {
                    let value = text_of(cell);
                    (*column == Column::Ignored && !header.is_empty() && !value.is_empty()).then(
                        || Property {
                            name: header.clone(),
                            value: value.to_owned(),
                        },
                    )
                });
        Product {
            item,
            sku,
            barcode: text(Column::Barcode),
            name: text(Column::Name),
            description: text(Column::Description),
            unit: text(Column::Unit),
            groups: text(Column::Group).into_iter().collect(),
            images: Vec::new(),
            manufacturer: text(Column::Manufacturer),
            properties: unknown_columns.collect(),
            deleted: false,
            line,
        }
    }

    fn offer(
        &self,
        sku: Option<Sku>,
        item: Option<ItemKey>,
        name: Option<String>,
        line: u64,
        faults: &mut Vec<RowFault>,
    ) -> Offer {
        let currency = self.cell(Column::Currency).map(std::sync::Arc::from);
        let quantity = self.cell(Column::Quantity).and_then(|text| {
            Quantity::parse(text)
                .map_err(|err| faults.push(RowFault::Quantity(err)))
                .ok()
        });
        let mut offer = Offer {
            item,
            sku,
            name,
            line,
            barcode: self.cell(Column::Barcode).map(str::to_owned),
            ..Offer::default()
        };
        match (self.cell(Column::Warehouse), quantity) {
            (Some(warehouse), Some(quantity)) => {
                offer.warehouses.push(WarehouseStock {
                    warehouse: warehouse.into(),
                    quantity,
                    line,
                });
            }
            (_, quantity) => offer.quantity = quantity,
        }
        let n_price_columns = self
            .columns
            .iter()
            .filter(|(column, _)| *column == Column::Price)
            .count();
        for ((column, header), cell) in self.columns.iter().zip(self.record.iter()) {
            let text = text_of(cell);
            if *column != Column::Price || text.is_empty() {
                continue;
            }
            match Money::parse(text) {
                Ok(price) => {
                    let price_type = (n_price_columns > 1).then(|| header.as_str().into());
                    offer.prices.push(OfferPrice {
                        price_type,
                        price,
                        currency: currency.clone(),
                        line,
                    });
                }
                Err(err) => faults.push(err.into()),
            }
        }
        offer
    }
}

/// The decoder in front makes everything valid UTF-8.
fn text_of(cell: &[u8]) -> &str {
    std::str::from_utf8(cell)
        .unwrap_or_default()
        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Two known words are a header: what the row is about, and what it says of it.
fn is_header(columns: &[(Column, String)]) -> bool {
    let has = |wanted: &[Column]| columns.iter().any(|(column, _)| wanted.contains(column));
    let is_order_list = has(&[Column::Order]) && has(&[Column::Status]);
    let has_key = has(&[Column::Article, Column::Code, Column::Id, Column::Name]);
    let has_value = has(&[Column::Price, Column::Quantity, Column::Description])
        || (has(&[Column::Name]) && has(&[Column::Article, Column::Code, Column::Id]));
    is_order_list || (has_key && has_value)
}

/// A list has one article column: `Артикул`, or 1C's code where there is none.
fn prefer_article(mut columns: Vec<(Column, String)>) -> Vec<(Column, String)> {
    let has_article = columns.iter().any(|(column, _)| *column == Column::Article);
    let mut is_taken = has_article;
    for (column, _) in &mut columns {
        if *column == Column::Code {
            *column = if is_taken {
                Column::Ignored
            } else {
                Column::Article
            };
            is_taken = true;
        }
    }
    columns
}

/// The separator that most of the first lines have most often, outside quotes.
fn sniff_delimiter(head: &str) -> u8 {
    let lines: Vec<&str> = head
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(50)
        .collect();
    let n_in = |line: &str, wanted: char| {
        let mut is_quoted = false;
        line.chars()
            .filter(|c| {
                is_quoted ^= *c == '"';
                !is_quoted && *c == wanted
            })
            .count()
    };
    [(b'\t', '\t'), (b';', ';'), (b',', ',')]
        .into_iter()
        .map(|(byte, c)| (byte, lines.iter().filter(|line| n_in(line, c) > 0).count()))
        // A comma is in every price; it separates only where nothing else does.
        .find(|(byte, n_lines)| *n_lines * 2 > lines.len() || (*byte == b',' && *n_lines > 0))
        .map_or(b';', |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::read;

    fn facts(text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for row in read(text.as_bytes(), &CsvOptions::default()).unwrap() {
            lines.push(match row.unwrap() {
                Ok(Fact::Offer(offer)) => format!(
                    "{} {} = {} / {}",
                    offer.line,
                    offer.sku.map(|s| s.to_string()).unwrap_or_default(),
                    offer
                        .prices
                        .iter()
                        .map(|p| p.price.to_string())
                        .collect::<Vec<_>>()
                        .join(" "),
                    offer.quantity.map(|q| q.to_string()).unwrap_or_default()
                ),
                Ok(Fact::Product(product)) => {
                    format!("{} new {:?}", product.line, product.name.unwrap())
                }
                Ok(Fact::Document(document)) => {
                    format!(
                        "order {} -> {}",
                        document.number.unwrap(),
                        document.status.unwrap()
                    )
                }
                Ok(other) => format!("{other:?}"),
                Err(err) => format!("! {err}"),
            });
        }
        lines
    }

    #[test]
    fn finds_the_header_below_title_rows_and_skips_totals() {
        let text = "Остатки товаров\n;Склад: Основной;\n\nНоменклатура;Номенклатура.Артикул;Свободный остаток\n\
                    Чай;;\n\"Чай чёрный \"\"Ассам\"\"\";ЧАЙ-100;12,000\nКофе;КОФЕ-250;заказ\nИтого;;12\n";
        assert_eq!(
            facts(text),
            [
                "6 ЧАЙ-100 =  / 12",
                "! line 7: quantity: `заказ` is not a number"
            ]
        );
    }

    #[test]
    fn a_priced_list_with_names_is_a_list_of_goods() {
        let text = "Артикул\tНаименование\tЦена, руб.\tОстаток\nА1\tЧай \"Ahmad\" №1\t1 234,50\t\n";
        assert_eq!(
            facts(text),
            ["2 new \"Чай \\\"Ahmad\\\" №1\"", "2 А1 = 1234.50 / "]
        );
    }

    #[test]
    fn reads_order_statuses() {
        let text = "Номер заказа,Статус\n17,Отгружен\nА-3,Отгружен\n18,\n";
        assert_eq!(
            facts(text),
            [
                "order 17 -> Отгружен",
                "! line 3: `А-3` is not an order number of the shop",
                "! line 4: the order row states no status"
            ]
        );
    }

    #[test]
    fn a_list_without_known_columns_is_refused() {
        assert!(matches!(
            read("a;b\n1;2\n".as_bytes(), &CsvOptions::default()).map(|_| ()),
            Err(FileError::NoHeader { looked_at: 2 })
        ));
    }
}
