//! From the facts of one batch to what is wanted of the shop.

use chrono::NaiveDateTime;

use crate::domain::{Document, Fact, ItemKey, Offer, OrderId, Product, Sku, StatusId};
use crate::formats::{Row, RowError};
use crate::journal::{Journal, Outcome, OutcomeKind, ReferenceKind};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::{CarryError, Exchange, MatchBy};
use crate::plan::{
    Field, Refusal, Rules, StatusRules, Wanted, order_status, want_offer, want_product,
};

/// What one batch of rows comes to.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) wanted: Vec<Wanted>,
    pub(super) orders: Vec<(u64, OrderId, StatusId)>,
    /// Rows whose fate is settled without the shop.
    pub(super) outcomes: Vec<Outcome>,
}

/// Turns facts into wishes, learning who is who on the way.
pub(super) struct Resolver<'a> {
    exchange: &'a Exchange,
    journal: &'a Journal,
    lookup: &'a Lookup<'a>,
    rules: Option<Rules>,
    status_rules: Option<StatusRules>,
    now: NaiveDateTime,
}

/// Which article a row is about.
enum Found {
    Sku(Sku),
    /// Why it cannot be said.
    No(Outcome),
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        exchange: &'a Exchange,
        journal: &'a Journal,
        lookup: &'a Lookup<'a>,
        now: NaiveDateTime,
    ) -> Self {
        Self {
            exchange,
            journal,
            lookup,
            rules: None,
            status_rules: None,
            now,
        }
    }

    pub(super) fn take(&mut self, rows: Vec<Row>) -> Result<Batch, CarryError> {
        let mut batch = Batch::default();
        for row in rows {
            match row {
                Ok(Fact::Group(_)) => {}
                Ok(Fact::PriceType(reference)) => {
                    self.learn(ReferenceKind::PriceType, &reference.id, &reference.name)?;
                }
                Ok(Fact::Warehouse(reference)) => {
                    self.learn(ReferenceKind::Warehouse, &reference.id, &reference.name)?;
                }
                Ok(Fact::Product(product)) => self.product(&product, &mut batch)?,
                Ok(Fact::Offer(offer)) => self.offer(&offer, &mut batch)?,
                Ok(Fact::Document(document)) => self.document(&document, &mut batch)?,
                Err(err) => batch.outcomes.push(faulty_row(&err)),
            }
        }
        Ok(batch)
    }

    fn learn(&mut self, kind: ReferenceKind, id: &str, name: &str) -> Result<(), CarryError> {
        self.journal
            .learn_reference(self.exchange.name(), kind, id, name)?;
        // What the configuration's names stand for may have changed.
        self.rules = None;
        Ok(())
    }

    fn rules(&mut self) -> Result<&Rules, CarryError> {
        if self.rules.is_none() {
            self.rules = Some(self.make_rules()?);
        }
        Ok(self.rules.get_or_insert_default())
    }

    fn make_rules(&self) -> Result<Rules, CarryError> {
        let goods = &self.exchange.settings.goods;
        let ids =
            |kind, name: &String| self.journal.reference_ids(self.exchange.name(), kind, name);
        let mut rules = Rules {
            rounding: goods.rounding,
            negative: goods.negative,
            updates_names: goods.updates_names,
            extra: goods.extra.clone(),
            ..Rules::default()
        };
        if let Some(name) = &goods.price_type {
            rules
                .price_types
                .extend(ids(ReferenceKind::PriceType, name)?);
        }
        for name in &goods.warehouses {
            rules
                .warehouses
                .extend(ids(ReferenceKind::Warehouse, name)?);
        }
        Ok(rules)
    }

    fn product(&mut self, product: &Product, batch: &mut Batch) -> Result<(), CarryError> {
        let (barcode, name) = (product.barcode.as_deref(), product.name.as_deref());
        if let Some(item) = &product.item {
            let exchange = self.exchange.name();
            self.journal.learn_identity(
                exchange,
                item,
                product.sku.as_ref(),
                barcode,
                name,
                self.now,
            )?;
        }
        let key = || key_of(product.sku.as_ref(), product.item.as_ref(), name);
        if product.deleted {
            let detail = "marked as deleted in 1C; the shop's product is left as it is";
            batch.outcomes.push(outcome(
                product.line,
                key(),
                Some(Field::Product),
                OutcomeKind::Note,
                detail,
            ));
            return Ok(());
        }
        let sku = match self.find(
            product.sku.as_ref(),
            product.item.as_ref(),
            name,
            product.line,
        )? {
            Found::Sku(sku) => sku,
            Found::No(mut outcome) => {
                Field::Product.name().clone_into(&mut outcome.field);
                batch.outcomes.push(outcome);
                return Ok(());
            }
        };
        let wanted = want_product(product, sku, self.rules()?);
        push_wanted(wanted, product.line, key(), batch);
        Ok(())
    }

    fn offer(&mut self, offer: &Offer, batch: &mut Batch) -> Result<(), CarryError> {
        let (barcode, name) = (offer.barcode.as_deref(), offer.name.as_deref());
        let key = || key_of(offer.sku.as_ref(), offer.item.as_ref(), name);
        if offer.deleted {
            let detail = "marked as deleted in 1C; the shop's product is left as it is";
            batch
                .outcomes
                .push(outcome(offer.line, key(), None, OutcomeKind::Note, detail));
            return Ok(());
        }
        if let Some(item) = &offer.item {
            let exchange = self.exchange.name();
            self.journal.learn_identity(
                exchange,
                item,
                offer.sku.as_ref(),
                barcode,
                name,
                self.now,
            )?;
        }
        match self.find(offer.sku.as_ref(), offer.item.as_ref(), name, offer.line)? {
            Found::Sku(sku) => {
                let wanted = want_offer(offer, sku, self.rules()?);
                push_wanted(wanted, offer.line, key(), batch);
            }
            Found::No(outcome) => batch.outcomes.push(outcome),
        }
        Ok(())
    }

    /// By article, from the row or remembered for its `Ид`; or by name, if so configured.
    fn find(
        &self,
        sku: Option<&Sku>,
        item: Option<&ItemKey>,
        name: Option<&str>,
        line: u64,
    ) -> Result<Found, CarryError> {
        let no = |kind, detail: &str| {
            Found::No(outcome(line, key_of(sku, item, name), None, kind, detail))
        };
        if self.exchange.settings.goods.match_by == MatchBy::Name {
            let known_name = self.remembered_name(item, name)?;
            let Some(name) = known_name else {
                return Ok(no(OutcomeKind::Pending, "its name is not known yet"));
            };
            return Ok(match self.lookup.article_by_name(&name)? {
                Some(sku) => Found::Sku(sku),
                None => no(
                    OutcomeKind::Unknown,
                    "no product, or more than one, has this name in the shop",
                ),
            });
        }
        if let (Some(sku), Some(item)) = (sku, item)
            && item.variant().is_some()
            && self
                .journal
                .shares_article(self.exchange.name(), item, sku)?
        {
            let detail = "several variants share this article; give each its own article in 1C";
            return Ok(no(OutcomeKind::Rejected, detail));
        }
        if let Some(sku) = sku {
            return Ok(Found::Sku(sku.clone()));
        }
        let Some(item) = item else {
            return Ok(no(OutcomeKind::Rejected, "the row has no article"));
        };
        let exchange = self.exchange.name();
        let mut identity = self.journal.identity(exchange, item.as_str())?;
        if item.variant().is_none() && identity.as_ref().is_none_or(|known| known.sku.is_none()) {
            identity = self
                .journal
                .identity(exchange, item.product())?
                .or(identity);
        }
        Ok(match identity {
            Some(known) => match known.sku {
                Some(sku) => Found::Sku(sku),
                None => no(
                    OutcomeKind::Rejected,
                    "1C gives it no article (Артикул), so it cannot be matched",
                ),
            },
            None => no(
                OutcomeKind::Pending,
                "no goods file has named the article of this Ид yet",
            ),
        })
    }

    fn remembered_name(
        &self,
        item: Option<&ItemKey>,
        name: Option<&str>,
    ) -> Result<Option<String>, CarryError> {
        if let Some(name) = name {
            return Ok(Some(name.to_owned()));
        }
        let Some(item) = item else { return Ok(None) };
        Ok(self
            .journal
            .identity(self.exchange.name(), item.as_str())?
            .and_then(|known| known.name))
    }

    fn document(&mut self, document: &Document, batch: &mut Batch) -> Result<(), CarryError> {
        let line = document.line;
        let number = document.number.clone().unwrap_or_default();
        let push = |batch: &mut Batch, kind, detail: &str| {
            batch.outcomes.push(outcome(
                line,
                number.clone(),
                Some(Field::Status),
                kind,
                detail,
            ));
        };
        if self.status_rules.is_none() {
            self.status_rules = Some(self.lookup.status_rules()?);
        }
        let status = match order_status(document, self.status_rules.get_or_insert_default()) {
            Ok(status) => status,
            Err(err) => {
                let kind = if err.is_note() {
                    OutcomeKind::Note
                } else {
                    OutcomeKind::Rejected
                };
                push(batch, kind, &err.to_string());
                return Ok(());
            }
        };
        let Some(order) = OrderId::parse(&number) else {
            push(
                batch,
                OutcomeKind::Note,
                "the document has no order number of the shop; it was made in 1C",
            );
            return Ok(());
        };
        self.journal
            .mark_confirmed(self.exchange.name(), order, self.now)?;
        batch.orders.push((line, order, status));
        Ok(())
    }
}

fn push_wanted(wanted: Result<Option<Wanted>, Refusal>, line: u64, key: String, batch: &mut Batch) {
    match wanted {
        Ok(wanted) => batch.wanted.extend(wanted),
        Err(err) => batch.outcomes.push(outcome(
            line,
            key,
            None,
            OutcomeKind::Rejected,
            &err.to_string(),
        )),
    }
}

fn faulty_row(err: &RowError) -> Outcome {
    let kind = if err.fault.is_note() {
        OutcomeKind::Note
    } else {
        OutcomeKind::Rejected
    };
    outcome(
        err.place.line,
        String::new(),
        None,
        kind,
        &err.fault.to_string(),
    )
}

fn outcome(
    line: u64,
    key: String,
    field: Option<Field>,
    kind: OutcomeKind,
    detail: &str,
) -> Outcome {
    let field = field.map(Field::name).unwrap_or_default().to_owned();
    Outcome {
        line,
        key,
        field,
        kind,
        detail: Some(detail.to_owned()),
    }
}

/// What to call a row in a receipt.
fn key_of(sku: Option<&Sku>, item: Option<&ItemKey>, name: Option<&str>) -> String {
    sku.map(Sku::to_string)
        .or_else(|| item.map(ItemKey::to_string))
        .or_else(|| name.map(str::to_owned))
        .unwrap_or_default()
}
