//! What the first reading of a file found, kept for the looks that follow: a file is parsed once.
//!
//! A few rows stay in memory; more go to a file without a name in the journal's
//! folder, which the system takes away with the process, however that ends. Warning
//! to whoever changes this file: each `put` has its `take`, and both go through a
//! fact's parts in the same order.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike as _};
use rust_decimal::Decimal;
use tempfile::SpooledTempFile;

use crate::domain::{
    Document, Fact, Group, ItemKey, Money, Offer, OfferPrice, Product, Property, PropertyKind,
    Quantity, Sku, WarehouseStock,
};
use crate::formats::{Row, RowError};
use crate::pipeline::CarryError;
use crate::plan::{Detail, is_size};

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) row: Result<Fact, Fault>,
    /// When it was read, the journal knew its `Ид` by the very article that it states.
    pub(super) is_known_so: bool,
}

/// What is to be said of a faulty row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: u64,
    pub(super) is_note: bool,
    pub(super) detail: String,
}

impl From<&RowError> for Fault {
    fn from(err: &RowError) -> Self {
        Self {
            line: err.place.line,
            is_note: err.fault.is_note(),
            detail: err.fault.to_string(),
        }
    }
}

/// Most files are smaller and never touch the disk.
pub(super) const IN_MEMORY: usize = 512 * 1024;

/// Price types, currencies and warehouses that are written once; further ones are
/// written each time.
const MAX_SHARED: usize = 64;

/// An attribute of a longer name has no place in the shop, and one of a longer value no reader.
const MAX_ATTRIBUTE_BYTES: usize = 256;
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// See the module's documentation.
pub(super) struct Spool {
    file: SpooledTempFile,
    /// Properties of products that are asked for, in lower case; the others are not
    /// kept: a property's name may be a thousand times as long as its id in the file.
    properties: HashSet<String>,
    /// What else of goods goes to the shop.
    details: Vec<Detail>,
    encoder: Encoder,
}

impl Spool {
    pub(super) fn new(folder: &Path, properties: impl Iterator<Item = String>) -> Self {
        Self {
            file: tempfile::spooled_tempfile_in(IN_MEMORY, folder),
            properties: properties.collect(),
            details: Vec::new(),
            encoder: Encoder::default(),
        }
    }

    /// What else of goods goes to the shop, and so must be kept.
    pub(super) fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    fn keeps(&self, detail: Detail) -> bool {
        self.details.contains(&detail)
    }

    /// Puts a row into the batch that is being gathered.
    pub(super) fn keep(&mut self, row: &Row, is_known_so: bool) {
        match row {
            // The survey has learned them; nobody asks again.
            Ok(Fact::PriceType(_) | Fact::Warehouse(_)) => return,
            Ok(Fact::Group(group)) if self.keeps(Detail::Categories) => self.encoder.group(group),
            Ok(Fact::Group(_)) => return,
            Ok(Fact::Product(product)) => {
                self.encoder
                    .product(product, &self.properties, &self.details);
            }
            Ok(Fact::Offer(offer)) => self.encoder.offer(offer),
            Ok(Fact::Document(document)) => self.encoder.document(document),
            Err(err) => self.encoder.fault(&err.into()),
        }
        self.encoder.flag(is_known_so);
    }

    /// Ends the batch, which `n_bytes` of the file were read for.
    pub(super) fn end_batch(&mut self, n_bytes: u64) -> Result<(), CarryError> {
        self.write(n_bytes).map_err(CarryError::Spool)?;
        self.encoder.bytes.clear();
        Ok(())
    }

    fn write(&mut self, n_bytes: u64) -> io::Result<()> {
        let bytes = &self.encoder.bytes;
        let length = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&n_bytes.to_le_bytes())?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(bytes)
    }

    /// Goes through all of it, from the beginning.
    pub(super) fn look(&mut self) -> Result<Look<'_>, CarryError> {
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(CarryError::Spool)?;
        Ok(Look {
            file: BufReader::new(&mut self.file),
            frame: Vec::new(),
            shared: Vec::new(),
            n_bytes: 0,
        })
    }
}

/// One look at all that is kept.
pub(super) struct Look<'a> {
    file: BufReader<&'a mut SpooledTempFile>,
    frame: Vec<u8>,
    shared: Vec<Arc<str>>,
    n_bytes: u64,
}

impl Look<'_> {
    /// The rows of the next batch; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Vec<Kept>>, CarryError> {
        if !self.read_frame().map_err(CarryError::Spool)? {
            return Ok(None);
        }
        let mut decoder = Decoder {
            rest: &self.frame,
            shared: &mut self.shared,
        };
        let mut rows = Vec::new();
        while !decoder.rest.is_empty() {
            rows.push(decoder.kept()?);
        }
        Ok(Some(rows))
    }

    /// How many bytes of the file the last batch was read from.
    pub(super) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    fn read_frame(&mut self) -> io::Result<bool> {
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut number = [0; 8];
        self.file.read_exact(&mut number)?;
        self.n_bytes = u64::from_le_bytes(number);
        self.file.read_exact(&mut number)?;
        let length = u64::from_le_bytes(number);
        self.frame.clear();
        let n = (&mut self.file).take(length).read_to_end(&mut self.frame)?;
        if u64::try_from(n).is_ok_and(|n| n == length) {
            return Ok(true);
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

const PRODUCT: u8 = 1;
const OFFER: u8 = 2;
const DOCUMENT: u8 = 3;
const FAULT: u8 = 4;
const GROUP: u8 = 5;

/// Puts facts into bytes.
#[derive(Default)]
struct Encoder {
    bytes: Vec<u8>,
    shared: Vec<Arc<str>>,
}

impl Encoder {
    fn group(&mut self, group: &Group) {
        self.byte(GROUP);
        self.text(&group.id);
        self.text(&group.name);
        self.option(group.parent.as_deref());
    }

    fn product(&mut self, product: &Product, wanted: &HashSet<String>, details: &[Detail]) {
        let tells = |detail: Detail| details.contains(&detail);
        self.byte(PRODUCT);
        self.number(product.line);
        self.flag(product.deleted);
        self.option(product.item.as_ref().map(ItemKey::as_str));
        self.option(product.sku.as_ref().map(Sku::as_str));
        self.option(product.barcode.as_deref());
        self.option(product.name.as_deref());
        self.option(product.description.as_deref());
        self.option(product.unit.as_deref());
        self.option(product.manufacturer.as_deref());
        // A new product can be given one, whatever the shop's module takes.
        let n_images = if tells(Detail::Pictures) {
            usize::MAX
        } else {
            1
        };
        for image in product.images.iter().take(n_images) {
            self.option(Some(image));
        }
        self.option(None);
        for group in product.groups.iter().filter(|_| tells(Detail::Categories)) {
            self.option(Some(group));
        }
        self.option(None);
        if !wanted.is_empty() || !details.is_empty() {
            for property in &product.properties {
                let is_attribute = property.kind == PropertyKind::Attribute;
                let is_shown = is_attribute
                    && tells(Detail::Attributes)
                    && property.name.len() <= MAX_ATTRIBUTE_BYTES
                    && property.value.len() <= MAX_VALUE_BYTES;
                if is_shown
                    || wanted.contains(&property.name.to_lowercase())
                    || tells(Detail::Sizes) && is_size(&property.name)
                {
                    self.option(Some(&property.name));
                    self.text(&property.value);
                    self.flag(is_attribute);
                }
            }
        }
        self.option(None);
    }

    fn offer(&mut self, offer: &Offer) {
        self.byte(OFFER);
        self.number(offer.line);
        self.flag(offer.deleted);
        self.option(offer.item.as_ref().map(ItemKey::as_str));
        self.option(offer.sku.as_ref().map(Sku::as_str));
        self.option(offer.barcode.as_deref());
        self.option(offer.name.as_deref());
        self.flag(offer.quantity.is_some());
        if let Some(quantity) = offer.quantity {
            self.decimal(quantity.as_decimal());
        }
        self.count(offer.prices.len());
        for price in &offer.prices {
            self.shared(price.price_type.as_ref());
            self.shared(price.currency.as_ref());
            self.decimal(price.price.as_decimal());
            self.number(price.line);
        }
        self.count(offer.warehouses.len());
        for stock in &offer.warehouses {
            self.shared(Some(&stock.warehouse));
            self.decimal(stock.quantity.as_decimal());
            self.number(stock.line);
        }
    }

    fn document(&mut self, document: &Document) {
        self.byte(DOCUMENT);
        self.number(document.line);
        self.flag(document.deleted);
        let texts = [
            &document.id,
            &document.number,
            &document.number_1c,
            &document.operation,
            &document.role,
            &document.status,
        ];
        for text in texts {
            self.option(text.as_deref());
        }
        self.flag(document.date.is_some());
        if let Some(date) = document.date {
            let midnight = date.and_time(NaiveTime::MIN).and_utc();
            self.bytes
                .extend_from_slice(&midnight.timestamp().to_le_bytes());
        }
        self.flag(document.time.is_some());
        if let Some(time) = document.time {
            self.number(time.num_seconds_from_midnight().into());
            self.number(time.nanosecond().into());
        }
        self.flag(document.sum.is_some());
        if let Some(sum) = document.sum {
            self.decimal(sum.as_decimal());
        }
        self.count(document.n_lines);
        for flag in [
            document.paid,
            document.shipped,
            document.cancelled,
            document.posted,
        ] {
            self.byte(flag.map_or(0, |flag| 1 + u8::from(flag)));
        }
    }

    fn fault(&mut self, fault: &Fault) {
        self.byte(FAULT);
        self.number(fault.line);
        self.flag(fault.is_note);
        self.text(&fault.detail);
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn flag(&mut self, flag: bool) {
        self.byte(flag.into());
    }

    /// Seven bits a byte, the low ones first; the eighth says that more follow.
    fn number(&mut self, number: u64) {
        let mut rest = number;
        loop {
            let [low, ..] = rest.to_le_bytes();
            rest >>= 7;
            if rest == 0 {
                self.byte(low & 0x7f);
                return;
            }
            self.byte(low | 0x80);
        }
    }

    fn count(&mut self, n: usize) {
        self.number(u64::try_from(n).unwrap_or(u64::MAX));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// 0, or the length and one, and the text.
    fn option(&mut self, text: Option<&str>) {
        match text {
            None => self.byte(0),
            Some(text) => {
                self.count(text.len() + 1);
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// 0, or the place of a text that was written before and one, or one more than
    /// the last place, and the text.
    fn shared(&mut self, text: Option<&Arc<str>>) {
        let Some(text) = text else {
            return self.byte(0);
        };
        // There are few, and the reader has shared the same ones.
        let is_it = |known: &Arc<str>| Arc::ptr_eq(known, text) || known == text;
        if let Some(at) = self.shared.iter().position(is_it) {
            self.count(at + 1);
            return;
        }
        self.count(self.shared.len() + 1);
        self.text(text);
        if self.shared.len() < MAX_SHARED {
            self.shared.push(Arc::clone(text));
        }
    }

    fn decimal(&mut self, number: Decimal) {
        self.bytes.extend_from_slice(&number.serialize());
    }
}

/// These are not bytes that an [`Encoder`] has put there. Nobody else writes there: the
/// disk has lost something.
#[derive(Debug)]
struct Damaged;

impl From<Damaged> for CarryError {
    fn from(Damaged: Damaged) -> Self {
        Self::Spool(io::ErrorKind::InvalidData.into())
    }
}

/// Takes facts out of bytes.
struct Decoder<'a> {
    rest: &'a [u8],
    shared: &'a mut Vec<Arc<str>>,
}

impl<'a> Decoder<'a> {
    fn kept(&mut self) -> Result<Kept, Damaged> {
        Ok(Kept {
            row: self.row()?,
            is_known_so: self.flag()?,
        })
    }

    fn row(&mut self) -> Result<Result<Fact, Fault>, Damaged> {
        Ok(match self.byte()? {
            PRODUCT => Ok(Fact::Product(Box::new(self.product()?))),
            OFFER => Ok(Fact::Offer(self.offer()?)),
            DOCUMENT => Ok(Fact::Document(Box::new(self.document()?))),
            GROUP => Ok(Fact::Group(Group {
                id: self.text()?.to_owned(),
                name: self.text()?.to_owned(),
                parent: self.owned()?,
            })),
            FAULT => Err(Fault {
                line: self.number()?,
                is_note: self.flag()?,
                detail: self.text()?.to_owned(),
            }),
            _ => return Err(Damaged),
        })
    }

    fn product(&mut self) -> Result<Product, Damaged> {
        let mut product = Product {
            line: self.number()?,
            deleted: self.flag()?,
            item: self.item()?,
            sku: self.sku()?,
            barcode: self.owned()?,
            name: self.owned()?,
            description: self.owned()?,
            unit: self.owned()?,
            manufacturer: self.owned()?,
            ..Product::default()
        };
        while let Some(image) = self.owned()? {
            product.images.push(image);
        }
        while let Some(group) = self.owned()? {
            product.groups.push(group);
        }
        while let Some(name) = self.owned()? {
            let value = self.text()?.to_owned();
            let kind = if self.flag()? {
                PropertyKind::Attribute
            } else {
                PropertyKind::Requisite
            };
            product.properties.push(Property { name, value, kind });
        }
        Ok(product)
    }

    fn offer(&mut self) -> Result<Offer, Damaged> {
        let mut offer = Offer {
            line: self.number()?,
            deleted: self.flag()?,
            item: self.item()?,
            sku: self.sku()?,
            barcode: self.owned()?,
            name: self.owned()?,
            ..Offer::default()
        };
        if self.flag()? {
            offer.quantity = Some(Quantity::from_decimal(self.decimal()?));
        }
        for _ in 0..self.number()? {
            offer.prices.push(OfferPrice {
                price_type: self.shared()?,
                currency: self.shared()?,
                price: self.money()?,
                line: self.number()?,
            });
        }
        for _ in 0..self.number()? {
            offer.warehouses.push(WarehouseStock {
                warehouse: self.shared()?.ok_or(Damaged)?,
                quantity: Quantity::from_decimal(self.decimal()?),
                line: self.number()?,
            });
        }
        Ok(offer)
    }

    fn document(&mut self) -> Result<Document, Damaged> {
        let mut document = Document {
            line: self.number()?,
            deleted: self.flag()?,
            id: self.owned()?,
            number: self.owned()?,
            number_1c: self.owned()?,
            operation: self.owned()?,
            role: self.owned()?,
            status: self.owned()?,
            ..Document::default()
        };
        document.date = self.present(Self::date)?;
        document.time = self.present(Self::time)?;
        document.sum = self.present(Self::money)?;
        document.n_lines = self.count()?;
        document.paid = self.answer()?;
        document.shipped = self.answer()?;
        document.cancelled = self.answer()?;
        document.posted = self.answer()?;
        Ok(document)
    }

    fn present<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, Damaged>,
    ) -> Result<Option<T>, Damaged> {
        if self.flag()? {
            return take(self).map(Some);
        }
        Ok(None)
    }

    fn date(&mut self) -> Result<NaiveDate, Damaged> {
        let seconds = i64::from_le_bytes(self.array()?);
        let midnight = DateTime::from_timestamp(seconds, 0).ok_or(Damaged)?;
        Ok(midnight.date_naive())
    }

    fn time(&mut self) -> Result<NaiveTime, Damaged> {
        let mut part = || u32::try_from(self.number()?).map_err(|_| Damaged);
        NaiveTime::from_num_seconds_from_midnight_opt(part()?, part()?).ok_or(Damaged)
    }

    fn answer(&mut self) -> Result<Option<bool>, Damaged> {
        Ok(match self.byte()? {
            0 => None,
            byte => Some(byte > 1),
        })
    }

    fn bytes(&mut self, n: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        self.bytes(N)?.try_into().map_err(|_| Damaged)
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn flag(&mut self) -> Result<bool, Damaged> {
        Ok(self.byte()? != 0)
    }

    fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    fn count(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.number()?).map_err(|_| Damaged)
    }

    fn text_of(&mut self, length: usize) -> Result<&'a str, Damaged> {
        std::str::from_utf8(self.bytes(length)?).map_err(|_| Damaged)
    }

    fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = self.count()?;
        self.text_of(length)
    }

    fn option(&mut self) -> Result<Option<&'a str>, Damaged> {
        match self.count()? {
            0 => Ok(None),
            n => self.text_of(n - 1).map(Some),
        }
    }

    fn owned(&mut self) -> Result<Option<String>, Damaged> {
        Ok(self.option()?.map(str::to_owned))
    }

    fn item(&mut self) -> Result<Option<ItemKey>, Damaged> {
        Ok(self.option()?.and_then(ItemKey::parse))
    }

    fn sku(&mut self) -> Result<Option<Sku>, Damaged> {
        let sku = self.option()?.map(Sku::parse);
        sku.transpose().map_err(|_| Damaged)
    }

    fn shared(&mut self) -> Result<Option<Arc<str>>, Damaged> {
        let Some(at) = self.count()?.checked_sub(1) else {
            return Ok(None);
        };
        if let Some(known) = self.shared.get(at) {
            return Ok(Some(Arc::clone(known)));
        }
        let text: Arc<str> = self.text()?.into();
        if self.shared.len() < MAX_SHARED {
            self.shared.push(Arc::clone(&text));
        }
        Ok(Some(text))
    }

    fn money(&mut self) -> Result<Money, Damaged> {
        Money::from_decimal(self.decimal()?).map_err(|_| Damaged)
    }

    fn decimal(&mut self) -> Result<Decimal, Damaged> {
        self.array().map(Decimal::deserialize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{CsvOptions, Place, RowFault, read};

    fn facts(text: &str) -> Vec<Row> {
        read(text.as_bytes(), &CsvOptions::default())
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    fn all(spool: &mut Spool) -> Vec<Kept> {
        let mut look = spool.look().unwrap();
        let mut rows = Vec::new();
        while let Some(batch) = look.next_batch().unwrap() {
            rows.extend(batch);
        }
        rows
    }

    fn kept(row: Row) -> Kept {
        Kept {
            is_known_so: row.is_ok(),
            row: row.map_err(|err| Fault::from(&err)),
        }
    }

    fn keep(spool: &mut Spool, rows: &[Row]) {
        for row in rows {
            spool.keep(row, row.is_ok());
        }
        spool.end_batch(7).unwrap();
    }

    const OFFERS: &str = "<КоммерческаяИнформация><Каталог><Товары>\
        <Товар Статус='Удален'><Ид>g</Ид><Артикул>А-1</Артикул><Наименование>Чай</Наименование>\
        <Описание>Чёрный</Описание><БазоваяЕдиница>шт</БазоваяЕдиница><Картинка>a.jpg</Картинка>\
        <Изготовитель><Наименование>Завод</Наименование></Изготовитель>\
        <ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Вес</Наименование><Значение>5</Значение></ЗначениеРеквизита>\
        </ЗначенияРеквизитов></Товар></Товары></Каталог>\
        <ПакетПредложений><Предложения><Предложение><Ид>g#v</Ид><Штрихкод>46</Штрихкод>\
        <Цены><Цена><ИдТипаЦены>p1</ИдТипаЦены><ЦенаЗаЕдиницу>10.5</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена>\
        <Цена><ИдТипаЦены>p2</ИдТипаЦены><ЦенаЗаЕдиницу>9</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена></Цены>\
        <Количество>-0.500</Количество><Склад ИдСклада='w' КоличествоНаСкладе='3'/></Предложение>\
        <Предложение/></Предложения></ПакетПредложений>\
        <Документ><Ид>d</Ид><Номер>17</Номер><Дата>2026-11-23</Дата><Время>10:11:12</Время>\
        <ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Сумма>12.3</Сумма><ЗначенияРеквизитов>\
        <ЗначениеРеквизита><Наименование>Отменен</Наименование><Значение>true</Значение></ЗначениеРеквизита>\
        <ЗначениеРеквизита><Наименование>Проведен</Наименование><Значение>false</Значение></ЗначениеРеквизита>\
        </ЗначенияРеквизитов></Документ></КоммерческаяИнформация>";

    #[test]
    fn what_comes_out_is_what_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let properties = ["вес".to_owned()];
        let mut spool = Spool::new(folder.path(), properties.into_iter());
        let rows = facts(OFFERS);
        // So often that it does not stay in memory.
        let n_times = 10_000;
        for _ in 0..n_times {
            keep(&mut spool, &rows);
        }
        assert!(spool.file.is_rolled());
        let expected: Vec<Kept> = rows.iter().map(|row| kept(row.clone())).collect();
        assert_eq!(expected.len(), 4, "{expected:?}");
        for _ in 0..2 {
            let found = all(&mut spool);
            assert_eq!(found.len(), n_times * expected.len());
            assert!(found.chunks(expected.len()).all(|part| part == expected));
        }
        assert!(spool.look().is_ok_and(|mut look| {
            look.next_batch().unwrap();
            look.n_bytes() == 7
        }));
    }

    #[test]
    fn texts_beyond_those_that_are_shared_are_kept_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path(), std::iter::empty());
        let stock = |n: usize| WarehouseStock {
            warehouse: n.to_string().into(),
            quantity: Quantity::ZERO,
            line: u64::MAX,
        };
        let offer = Offer {
            sku: Sku::parse("x").ok(),
            warehouses: (0..3 * MAX_SHARED).map(stock).collect(),
            ..Offer::default()
        };
        for _ in 0..2 {
            keep(&mut spool, &[Ok(Fact::Offer(offer.clone()))]);
        }
        let expected = kept(Ok(Fact::Offer(offer)));
        assert_eq!(all(&mut spool), [expected.clone(), expected]);
    }

    #[test]
    fn properties_that_nobody_asks_for_are_not_kept() {
        let mut spool = Spool::new(Path::new("."), std::iter::empty());
        keep(&mut spool, &facts(OFFERS));
        let rows = all(&mut spool);
        let Ok(Fact::Product(product)) = &rows[0].row else {
            panic!("{rows:?}")
        };
        assert!(product.properties.is_empty() && product.name.is_some());
    }

    #[test]
    fn a_disk_that_takes_nothing_is_an_error_that_passes() {
        use crate::folders::Fate;
        let nowhere = tempfile::tempdir().unwrap().path().join("gone");
        let mut spool = Spool::new(&nowhere, std::iter::empty());
        let place = Place { line: 1 };
        let fault = RowFault::OrderNumber("x".repeat(IN_MEMORY));
        spool.keep(&Err(RowError { place, fault }), false);
        let result = spool.end_batch(0);
        assert!(matches!(result, Err(CarryError::Spool(_))));
        assert_eq!(crate::pipeline::fate::fate_of(&result), Fate::Retry);
    }
}
