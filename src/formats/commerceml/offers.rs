//! Collects one `Предложение`: prices and stock in each of the forms that 1C writes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::shown::excerpt;
use crate::domain::sku::BadSku;
use crate::domain::{Attribute, ItemKey, Money, Offer, OfferPrice, Quantity, Sku, WarehouseStock};
use crate::formats::commerceml::catalog::{filled, is_deleted_status, is_true};
use crate::formats::commerceml::names::{Tag, attr};
use crate::formats::commerceml::tokens::Attributes;
use crate::formats::{Place, RowError, RowFault, check_id, limits};

/// Shares the few texts that repeat on every offer: price types, currencies, warehouses.
#[derive(Debug, Default)]
pub(super) struct Interner(HashSet<Arc<str>>);

impl Interner {
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        if self.0.len() < limits::SHARED && text.len() <= limits::ID_CHARS {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}

/// One `Предложение`.
#[derive(Debug, Default)]
pub(super) struct OfferBuilder {
    offer: Offer,
    article: Option<Result<Sku, BadSku>>,
    variant: String,
    characteristic: String,
    price_type: Option<Arc<str>>,
    currency: Option<Arc<str>>,
    amount: Option<Money>,
    price_line: u64,
    stock_warehouse: Option<Arc<str>>,
    stock_quantity: Option<Quantity>,
    has_content: bool,
    faults: Vec<RowError>,
}

impl OfferBuilder {
    pub(super) fn new(line: u64, attributes: Attributes<'_>) -> Self {
        let mut builder = Self {
            offer: Offer {
                line,
                ..Offer::default()
            },
            ..Self::default()
        };
        builder.offer.deleted = attributes
            .get(attr::STATUS)
            .is_some_and(|status| is_deleted_status(&status));
        builder
    }

    pub(super) fn start(
        &mut self,
        path: &[Tag],
        attributes: Attributes<'_>,
        line: impl FnOnce() -> u64,
        names: &mut Interner,
    ) {
        match path {
            [Tag::Prices, Tag::Price] => {
                self.price_type = None;
                self.currency = None;
                self.amount = None;
                self.price_line = line();
            }
            [Tag::Stocks, Tag::Stock] => {
                self.stock_warehouse = None;
                self.stock_quantity = None;
            }
            // `Склад` in an offer, `Склады` (repeated, plural) in ИзмененияПакетаПредложений;
            // some writers nest the first in the second.
            [Tag::Warehouse | Tag::Warehouses] | [Tag::Warehouses, Tag::Warehouse] => {
                let id = attributes
                    .get(attr::WAREHOUSE_ID)
                    .map(|id| names.share(id.trim()));
                let quantity = attributes.get(attr::WAREHOUSE_QUANTITY);
                if let (Some(id), Some(quantity)) = (id, quantity) {
                    let line = line();
                    self.has_content = true;
                    if let Some(quantity) = self.quantity(&quantity, || line) {
                        self.add_stock(Some(id), quantity, line);
                    }
                }
            }
            _ => {}
        }
    }

    /// `line` is asked for only where it is told to somebody.
    pub(super) fn end(
        &mut self,
        path: &[Tag],
        text: &str,
        line: impl FnOnce() -> u64,
        names: &mut Interner,
    ) {
        self.has_content |= !text.is_empty();
        match path {
            [Tag::Id] => self.offer.item = ItemKey::parse(text),
            [Tag::CharacteristicId] => text.clone_into(&mut self.variant),
            [Tag::Article] => self.article = (!text.is_empty()).then(|| Sku::parse(text)),
            [Tag::Barcode] => self.offer.barcode = filled(text),
            [Tag::Name] => self.offer.name = filled(text),
            [Tag::Characteristics, Tag::Characteristic, Tag::Name] => {
                text.clone_into(&mut self.characteristic);
            }
            [Tag::Characteristics, Tag::Characteristic, Tag::Value] => {
                let name = std::mem::take(&mut self.characteristic);
                if is_characteristic(&name, text)
                    && self.offer.characteristics.len() < MAX_CHARACTERISTICS
                {
                    let text = text.to_owned();
                    self.offer.characteristics.push(Attribute { name, text });
                }
            }
            [Tag::Status] => self.offer.deleted |= is_deleted_status(text),
            [Tag::DeletionMark] => self.offer.deleted |= is_true(text),
            [Tag::Prices, Tag::Price, Tag::PriceTypeId] if !text.is_empty() => {
                self.price_type = Some(names.share(text));
            }
            [Tag::Prices, Tag::Price, Tag::Currency] if !text.is_empty() => {
                self.currency = Some(names.share(text));
            }
            [Tag::Prices, Tag::Price, Tag::UnitPrice] if !text.is_empty() => {
                match Money::parse(text) {
                    Ok(amount) => self.amount = Some(amount),
                    Err(err) => self.faults.push(RowError {
                        place: Place { line: line() },
                        fault: err.into(),
                    }),
                }
            }
            [Tag::Prices, Tag::Price] => self.finish_price(),
            // Missing is not zero, and neither is empty.
            [Tag::Quantity] if !text.is_empty() => {
                self.offer.quantity = self.quantity(text, line);
            }
            [Tag::Stocks, Tag::Stock, Tag::Warehouse, Tag::Id] if !text.is_empty() => {
                self.stock_warehouse = Some(names.share(text));
            }
            [Tag::Stocks, Tag::Stock, Tag::Quantity]
            | [Tag::Stocks, Tag::Stock, Tag::Warehouse, Tag::Quantity]
                if !text.is_empty() =>
            {
                self.stock_quantity = self.quantity(text, line);
            }
            [Tag::Stocks, Tag::Stock] => {
                let warehouse = self.stock_warehouse.take();
                if let Some(quantity) = self.stock_quantity.take() {
                    self.add_stock(warehouse, quantity, line());
                }
            }
            _ => {}
        }
    }

    fn quantity(&mut self, text: &str, line: impl FnOnce() -> u64) -> Option<Quantity> {
        Quantity::parse(text)
            .map_err(|err| {
                self.faults.push(RowError {
                    place: Place { line: line() },
                    fault: RowFault::Quantity(err),
                });
            })
            .ok()
    }

    fn add_stock(&mut self, warehouse: Option<Arc<str>>, quantity: Quantity, line: u64) {
        match warehouse {
            Some(warehouse) => self.offer.warehouses.push(WarehouseStock {
                warehouse,
                quantity,
                line,
            }),
            // `Остаток` without a warehouse is the total.
            None => self.offer.quantity = Some(quantity),
        }
    }

    fn finish_price(&mut self) {
        let Some(price) = self.amount.take() else {
            return;
        };
        let price_type = self.price_type.take();
        let line = self.price_line;
        if self
            .offer
            .prices
            .iter()
            .any(|known| known.price_type == price_type)
        {
            let price_type = excerpt(price_type.as_deref().unwrap_or_default());
            self.faults.push(RowError {
                place: Place { line },
                fault: RowFault::PriceTwice { price_type },
            });
        }
        self.offer.prices.push(OfferPrice {
            price_type,
            price,
            currency: self.currency.take(),
            line,
        });
    }

    /// The offer, unless it says nothing usable; and what was wrong on the way.
    pub(super) fn finish(mut self) -> (Option<Offer>, Vec<RowError>) {
        const ELEMENT: &str = "Предложение";
        let place = Place {
            line: self.offer.line,
        };
        let refuse = |fault: RowFault, mut faults: Vec<RowError>| {
            faults.push(RowError { place, fault });
            (None, faults)
        };
        if !self.has_content {
            return refuse(RowFault::EmptyElement { element: ELEMENT }, self.faults);
        }
        match self.article.transpose() {
            Ok(sku) => self.offer.sku = sku,
            Err(err) => return refuse(err.into(), self.faults),
        }
        if !self.variant.is_empty() {
            self.offer.item = self.offer.item.map(|item| item.with_variant(&self.variant));
        }
        if self.offer.item.is_none() && self.offer.sku.is_none() {
            return refuse(RowFault::NoKey { element: ELEMENT }, self.faults);
        }
        if let Err(fault) = check_id(self.offer.item.as_ref()) {
            return refuse(fault, self.faults);
        }
        if self
            .offer
            .item
            .as_ref()
            .is_none_or(|item| item.variant().is_none())
        {
            self.offer.characteristics.clear();
        }
        (Some(self.offer), self.faults)
    }
}

/// No variant has more that tells it from others.
const MAX_CHARACTERISTICS: usize = 20;

/// One add-on lists every property there is, the empty ones too, with this for no number.
fn is_characteristic(name: &str, value: &str) -> bool {
    const NO_NUMBER: &str = "-999999999,9";
    let digits: String = value.split_whitespace().collect();
    !name.is_empty() && !value.is_empty() && digits != NO_NUMBER
}
