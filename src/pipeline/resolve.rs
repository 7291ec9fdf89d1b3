//! From the facts of one batch to what is wanted of the shop.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;

use crate::domain::shown::excerpt;
use crate::domain::{Fact, Group, ItemKey, Offer, OrderId, Product, Quantity, Sku, StatusId};
use crate::journal::{Journal, Outcome, OutcomeKind, ReferenceKind, RunId};
use crate::pipeline::choices::is_price_type;
use crate::pipeline::lookup::Lookup;
use crate::pipeline::matching::Found;
use crate::pipeline::spool::{Fault, Kept};
use crate::pipeline::survey::{Survey, Topic};
use crate::pipeline::{CarryError, Deleted, Exchange};
use crate::plan::{
    Detail, Field, Refusal, Rules, StatusRules, Wanted, WantedVariant, refused_price, stock_of,
    want_offer, want_product, want_variant,
};
use crate::wording::{Message, Worded as _, message};

/// What one batch of rows comes to.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) groups: Vec<Group>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) variants: Vec<WantedVariant>,
    pub(super) orders: Vec<(u64, OrderId, StatusId)>,
    /// Rows whose fate is settled without the shop.
    pub(super) outcomes: Vec<Outcome>,
    /// Ids whose waiting prices and stock are among `wanted` now.
    pub(super) released: Vec<ItemKey>,
    /// Where in `wanted` those stand.
    pub(super) released_at: Vec<usize>,
    /// And whose words those are.
    pub(super) released_said: Vec<(RunId, Field, Sku)>,
}

/// Turns facts into wishes, knowing from the survey who is who.
pub(super) struct Resolver<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) journal: &'a Journal,
    pub(super) lookup: &'a Lookup<'a>,
    pub(super) survey: Survey,
    pub(super) rules: Rules,
    /// Groups that the shop has as categories, or is about to; `None`: it gets none.
    pub(super) groups: Option<HashSet<String>>,
    /// Names in the configuration that no file has explained yet.
    pub(super) unexplained: Vec<(ReferenceKind, String)>,
    pub(super) status_rules: Option<StatusRules>,
    /// `None` where nothing is carried.
    pub(super) run: Option<RunId>,
    /// What a file of this run may not take back.
    pub(super) newer: HashMap<RunId, HashSet<RunId>>,
    /// Match keys of articles that several ids go by, for a long file; `None`: to
    /// be asked for article by article.
    pub(super) shared_articles: Option<HashSet<String>>,
    /// Whether any price or stock waits for its goods: mostly none does.
    pub(super) has_pending: Cell<bool>,
    pub(super) now: NaiveDateTime,
}

/// From here on, looking through all articles once is quicker than asking for
/// the rivals of each.
const MANY_FACTS: usize = 20_000;

/// Articles kept in memory; beyond it, each is asked for after all.
const MAX_SHARED: usize = 50_000;

/// The row that an outcome is about.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) sku: Option<&'a Sku>,
    pub(super) item: Option<&'a ItemKey>,
    pub(super) name: Option<&'a str>,
    pub(super) line: u64,
    pub(super) field: Option<Field>,
}

impl Subject<'_> {
    /// What to call the row in a receipt.
    fn key(&self) -> String {
        self.sku
            .map(Sku::to_string)
            .or_else(|| self.item.map(ItemKey::to_string))
            .or_else(|| self.name.map(excerpt))
            .unwrap_or_default()
    }

    pub(super) fn outcome(&self, kind: OutcomeKind, detail: Message) -> Outcome {
        let field = self.field.map(Field::name).unwrap_or_default().to_owned();
        Outcome {
            line: self.line,
            key: self.key(),
            field,
            kind,
            detail: Some(detail),
        }
    }
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        exchange: &'a Exchange,
        journal: &'a Journal,
        lookup: &'a Lookup<'a>,
        survey: Survey,
        run: Option<RunId>,
        now: NaiveDateTime,
    ) -> Result<Self, CarryError> {
        let mut resolver = Self {
            exchange,
            journal,
            lookup,
            survey,
            rules: Rules::default(),
            groups: None,
            unexplained: Vec::new(),
            status_rules: None,
            run,
            newer: HashMap::new(),
            shared_articles: None,
            has_pending: Cell::new(journal.has_pending(exchange.name())?),
            now,
        };
        if resolver.survey.n_facts >= MANY_FACTS {
            resolver.shared_articles = journal.shared_articles(exchange.name(), MAX_SHARED)?;
        }
        resolver.make_rules()?;
        Ok(resolver)
    }

    pub(super) fn take(&mut self, rows: Vec<Kept>) -> Result<Batch, CarryError> {
        let mut batch = Batch::default();
        for Kept { row, is_known_so } in rows {
            match row {
                Ok(Fact::Group(group)) => self.group(group, &mut batch),
                // The survey has learned them.
                Ok(Fact::PriceType(_) | Fact::Warehouse(_)) => {}
                Ok(Fact::Product(product)) => self.product(&product, is_known_so, &mut batch)?,
                Ok(Fact::Offer(offer)) => self.offer(&offer, is_known_so, &mut batch)?,
                Ok(Fact::Document(document)) => self.document(&document, &mut batch)?,
                Err(fault) => batch.outcomes.push(faulty_row(fault)),
            }
        }
        Ok(batch)
    }

    /// Whether a look at all that the journal knows of the shop is quicker than one
    /// for each row. Names and details are left out of it, and statuses move stock by themselves.
    pub(super) fn wants_recall(&self) -> bool {
        self.survey.n_facts >= MANY_FACTS
            && !self.exchange.settings.goods.updates_names
            && !self.survey.speaks_of(Topic::Documents)
            && self.rules.group_prices.is_empty()
            && (self.rules.details.is_empty() || !self.survey.speaks_of(Topic::Products))
    }

    fn group(&mut self, group: Group, batch: &mut Batch) {
        if let Some(known) = &mut self.groups
            && !group.id.is_empty()
            && !group.name.is_empty()
        {
            known.insert(group.id.clone());
            batch.groups.push(group);
        }
    }

    fn product(
        &mut self,
        product: &Product,
        is_known_so: bool,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        let subject = Subject {
            sku: product.sku.as_ref(),
            item: product.item.as_ref(),
            name: product.name.as_deref(),
            line: product.line,
            field: Some(Field::Product),
        };
        let found = self.find(subject, is_known_so)?;
        if product.deleted {
            return self.deleted(subject, found, batch);
        }
        let sku = match found {
            Found::Sku(sku) => sku,
            Found::Waits => {
                let detail = message!("why-no-article-in-1c");
                batch
                    .outcomes
                    .push(subject.outcome(OutcomeKind::Rejected, detail));
                return Ok(());
            }
            Found::No(outcome) => {
                batch.outcomes.push(outcome);
                return Ok(());
            }
        };
        let mut wanted = want_product(product, sku.clone(), &self.rules);
        if let (Ok(Some(wanted)), Some(known)) = (&mut wanted, &self.groups)
            && let Some(goods) = &mut wanted.goods
        {
            // One that no file has described cannot be made.
            goods.details.groups.retain(|group| known.contains(group));
        }
        push_wanted(wanted, subject, batch);
        if let Some(item) = &product.item {
            self.release(item, &sku, product.line, batch)?;
        }
        Ok(())
    }

    fn offer(
        &mut self,
        offer: &Offer,
        is_known_so: bool,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        let subject = Subject {
            sku: offer.sku.as_ref(),
            item: offer.item.as_ref(),
            name: offer.name.as_deref(),
            line: offer.line,
            field: None,
        };
        self.need_explained(offer)?;
        if let Some(item) = offer.item.as_ref().filter(|item| item.variant().is_some())
            && self.rules.details.contains(&Detail::Variants)
        {
            return self.variant(offer, item, subject, batch);
        }
        let found = self.find(subject, is_known_so)?;
        if offer.deleted {
            return self.deleted(subject, found, batch);
        }
        if let Some(first) = self.survey.list.repeated_since(offer) {
            let detail = message!("why-repeated", line = first.to_string());
            batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Rejected, detail));
            return Ok(());
        }
        match found {
            Found::Sku(sku) => {
                // What has waited first: this row outweighs it where both speak.
                let n_said = batch.released_said.len();
                if let Some(item) = &offer.item {
                    self.release(item, &sku, offer.line, batch)?;
                }
                let wanted = self.want(offer, sku);
                if let Ok(Some(wanted)) = &wanted {
                    let released = batch.released_said.split_off(n_said);
                    let kept = released
                        .into_iter()
                        .filter(|(_, field, _)| !wanted.states(*field));
                    batch.released_said.extend(kept);
                }
                self.note_unused(offer, &wanted, subject, batch);
                push_wanted(wanted, subject, batch);
            }
            Found::Waits => self.wait(offer, subject, batch)?,
            Found::No(outcome) => batch.outcomes.push(outcome),
        }
        Ok(())
    }

    /// Of a variant that the shop has as a value of an option.
    fn variant(
        &self,
        offer: &Offer,
        item: &ItemKey,
        subject: Subject<'_>,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        let product = self
            .journal
            .identity(self.exchange.name(), item.product())?;
        let Some(sku) = product.and_then(|known| known.sku) else {
            let why = message!("why-variant-orphan");
            batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Rejected, why));
            return Ok(());
        };
        // One that is marked as deleted is no longer to be had.
        let gone = Offer {
            quantity: Some(Quantity::ZERO),
            warehouses: Vec::new(),
            prices: Vec::new(),
            ..offer.clone()
        };
        let offer = if offer.deleted { &gone } else { offer };
        self.note_refused_price(offer, subject, batch);
        match want_variant(offer, sku, &self.rules) {
            Ok(wanted) => batch.variants.extend(wanted),
            Err(err) => batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Rejected, err.message())),
        }
        Ok(())
    }

    pub(super) fn want(&self, offer: &Offer, sku: Sku) -> Result<Option<Wanted>, Refusal> {
        let stock = match self.survey.list.sum_of(offer) {
            Some(sum) => Some(sum),
            None => stock_of(offer, &self.rules),
        };
        want_offer(offer, stock, sku, &self.rules)
    }

    /// Whether nobody has chosen among the price types of the file.
    pub(super) fn note_refused_price(
        &self,
        offer: &Offer,
        subject: Subject<'_>,
        batch: &mut Batch,
    ) -> bool {
        let Some(refusal) = refused_price(offer, &self.rules) else {
            return false;
        };
        batch
            .outcomes
            .push(subject.outcome(OutcomeKind::Rejected, refusal.message()));
        true
    }

    /// A row that states something of which nothing is wanted says why.
    pub(super) fn note_unused(
        &self,
        offer: &Offer,
        wanted: &Result<Option<Wanted>, Refusal>,
        subject: Subject<'_>,
        batch: &mut Batch,
    ) {
        let Ok(wanted) = wanted else { return };
        let (price, quantity) = wanted
            .as_ref()
            .map_or((None, None), |wanted| (wanted.price, wanted.quantity));
        if quantity.is_none() && offer.quantity.is_some() {
            let detail = message!("why-no-warehouse");
            batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Rejected, detail));
        }
        if !self.note_refused_price(offer, subject, batch)
            && price.is_none()
            && !offer.prices.is_empty()
        {
            let detail = message!("why-other-price-type");
            batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Note, detail));
        }
    }

    /// A price type or warehouse that the configuration names must be known
    /// before an offer that has such is judged: guessing would drop its price, or
    /// set its stock to zero.
    fn need_explained(&self, offer: &Offer) -> Result<(), CarryError> {
        if offer.item.is_none() {
            return Ok(());
        }
        for (kind, name) in &self.unexplained {
            let is_here = match kind {
                ReferenceKind::PriceType => {
                    let types = || {
                        offer
                            .prices
                            .iter()
                            .filter_map(|price| price.price_type.as_deref())
                    };
                    types().next().is_none() || types().any(|id| is_price_type(id, name))
                }
                ReferenceKind::Warehouse => {
                    offer.warehouses.is_empty()
                        || offer
                            .warehouses
                            .iter()
                            .any(|stock| &*stock.warehouse == name)
                }
                ReferenceKind::Status
                | ReferenceKind::Category
                | ReferenceKind::ListPrice
                | ReferenceKind::ListWarehouse
                | ReferenceKind::OrderWord => true,
            };
            if !is_here {
                return Err(CarryError::Unexplained {
                    what: kind.name(),
                    name: name.clone(),
                });
            }
        }
        Ok(())
    }

    fn deleted(
        &self,
        subject: Subject<'_>,
        found: Found,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        // The survey has taken the article from the deleted product; if no other has
        // it now, the shop's product is still the deleted one.
        let before = match subject.item {
            Some(item) => self
                .journal
                .article_before(self.exchange.name(), item, self.run)?,
            None => None,
        };
        let before = before.as_ref().or(subject.sku);
        let sku = match (found, before) {
            (Found::Sku(sku), _) => Some(sku),
            (Found::Waits | Found::No(_), Some(sku))
                if self.journal.item_of(self.exchange.name(), sku)?.is_none() =>
            {
                Some(sku.clone())
            }
            (Found::Waits | Found::No(_), _) => None,
        };
        match (self.exchange.settings.goods.deleted, sku) {
            (Deleted::Zero, Some(sku)) => batch.wanted.push(Wanted {
                line: subject.line,
                sku,
                price: None,
                quantity: Some(0),
                name: None,
                group_prices: Vec::new(),
                goods: None,
            }),
            (Deleted::Report, _) => {
                let detail = message!("why-deleted-decide");
                batch
                    .outcomes
                    .push(subject.outcome(OutcomeKind::Rejected, detail));
            }
            (Deleted::Ignore | Deleted::Zero, _) => {
                let detail = message!("why-deleted-left");
                batch
                    .outcomes
                    .push(subject.outcome(OutcomeKind::Note, detail));
            }
        }
        Ok(())
    }
}

fn push_wanted(wanted: Result<Option<Wanted>, Refusal>, subject: Subject<'_>, batch: &mut Batch) {
    match wanted {
        Ok(wanted) => batch.wanted.extend(wanted),
        Err(err) => batch
            .outcomes
            .push(subject.outcome(OutcomeKind::Rejected, err.message())),
    }
}

fn faulty_row(fault: Fault) -> Outcome {
    let kind = if fault.is_note {
        OutcomeKind::Note
    } else {
        OutcomeKind::Rejected
    };
    let subject = Subject {
        sku: None,
        item: None,
        name: None,
        line: fault.line,
        field: None,
    };
    subject.outcome(kind, fault.detail)
}
