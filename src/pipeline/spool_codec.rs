//! The bytes of the spool: facts as short as they come, for this process alone.
//!
//! Warning to whoever changes it: each `put` has its `take`, and both go through a
//! fact's parts in the same order.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike as _};
use rust_decimal::Decimal;

use crate::domain::{
    Attribute, Document, Fact, Group, ItemKey, Money, Offer, OfferPrice, Product, Property,
    PropertyKind, Quantity, Sku, WarehouseStock,
};
use crate::pipeline::CarryError;
use crate::pipeline::spool::{Fault, Kept};
use crate::plan::{Detail, is_size};
use crate::wording::Message;

/// Price types, currencies and warehouses that are written once; further ones are
/// written each time.
pub(super) const MAX_SHARED: usize = 64;

/// An attribute of a longer name has no place in the shop, and one of a longer value no reader.
const MAX_ATTRIBUTE_BYTES: usize = 256;
const MAX_VALUE_BYTES: usize = 16 * 1024;

const PRODUCT: u8 = 1;
const OFFER: u8 = 2;
const DOCUMENT: u8 = 3;
const FAULT: u8 = 4;
const GROUP: u8 = 5;

/// Puts facts into bytes.
#[derive(Default)]
pub(super) struct Encoder {
    pub(super) bytes: Vec<u8>,
    pub(super) shared: Vec<Arc<str>>,
}

impl Encoder {
    pub(super) fn group(&mut self, group: &Group) {
        self.byte(GROUP);
        self.text(&group.id);
        self.text(&group.name);
        self.option(group.parent.as_deref());
    }

    pub(super) fn product(
        &mut self,
        product: &Product,
        wanted: &HashSet<String>,
        details: &[Detail],
    ) {
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

    pub(super) fn offer(&mut self, offer: &Offer) {
        self.byte(OFFER);
        self.number(offer.line);
        self.flag(offer.deleted);
        self.option(offer.item.as_ref().map(ItemKey::as_str));
        self.option(offer.sku.as_ref().map(Sku::as_str));
        self.option(offer.barcode.as_deref());
        self.option(offer.name.as_deref());
        self.count(offer.characteristics.len());
        for one in &offer.characteristics {
            self.text(&one.name);
            self.text(&one.text);
        }
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

    pub(super) fn document(&mut self, document: &Document) {
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

    pub(super) fn fault(&mut self, fault: &Fault) {
        self.byte(FAULT);
        self.number(fault.line);
        self.flag(fault.is_note);
        self.text(&fault.detail.stored());
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn flag(&mut self, flag: bool) {
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
pub(super) struct Damaged;

impl From<Damaged> for CarryError {
    fn from(Damaged: Damaged) -> Self {
        Self::Spool(io::ErrorKind::InvalidData.into())
    }
}

/// Takes facts out of bytes.
pub(super) struct Decoder<'a> {
    pub(super) rest: &'a [u8],
    pub(super) shared: &'a mut Vec<Arc<str>>,
}

impl<'a> Decoder<'a> {
    pub(super) fn kept(&mut self) -> Result<Kept, Damaged> {
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
                detail: Message::restored(self.text()?.to_owned()),
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
        for _ in 0..self.number()? {
            offer.characteristics.push(Attribute {
                name: self.text()?.to_owned(),
                text: self.text()?.to_owned(),
            });
        }
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
