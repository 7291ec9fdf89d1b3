//! The reading of a file: who is who, before anything is decided or sent.
//!
//! Only with the whole file read is it known that two of its products share an
//! article, or that a list states one article twice.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::domain::{Fact, ItemKey, Offer, Sku};
use crate::formats::{Row, Summary};
use crate::journal::{Journal, ReferenceKind, RunId};
use crate::pipeline::list_rows::ListRows;
use crate::pipeline::lookup::Lookup;
use crate::pipeline::reading::Reading;
use crate::pipeline::spool::Spool;
use crate::pipeline::{CarryError, Exchange, MatchBy};
use crate::plan::Detail;

/// What the first reading found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Ids whose article 1C has changed while the shop still has the old one.
    pub(super) changed: HashMap<ItemKey, (Sku, Sku)>,
    /// Whose file it is; `None` where nothing is carried.
    run: Option<RunId>,
    /// Ids of which the file says something new.
    learned: Learned,
    topics: HashSet<Topic>,
    /// How many facts the file states.
    pub(super) n_facts: usize,
    /// What the shop's module does not take, and how many products state it.
    pub(super) left_out: Vec<(Detail, u64)>,
    /// Of the file as a whole.
    pub(super) summary: Summary,
    /// Price types that the file itself names.
    pub(super) price_types: BTreeSet<String>,
    /// Of which goods have prices.
    pub(super) stated_price_types: BTreeSet<Arc<str>>,
    /// Of a list without ids.
    pub(super) list: ListRows,
}

/// Ids, as long as they are few: else any may be among them.
#[derive(Debug, Default)]
struct Learned {
    items: HashSet<ItemKey>,
    are_many: bool,
}

/// What a survey keeps of ids in memory, at most.
const MAX_LEARNED: usize = 50_000;

impl Learned {
    fn add(&mut self, item: &ItemKey) {
        if self.items.len() >= MAX_LEARNED {
            self.items = HashSet::new();
            self.are_many = true;
        }
        if !self.are_many {
            self.items.insert(item.clone());
        }
    }

    fn may_have(&self, item: &ItemKey) -> bool {
        self.are_many || (!self.items.is_empty() && self.items.contains(item))
    }
}

/// What a file speaks of, and so what the shop must be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    Products,
    Offers,
    Documents,
}

/// Batches of rows learned together in one transaction.
const AT_ONCE: usize = 5;

impl Survey {
    /// Reads the file to its end. A file that is broken is found out here, before
    /// anything of it has been sent.
    pub(super) fn take(
        mut reading: Reading,
        spool: &mut Spool,
        exchange: &Exchange,
        journal: &Journal,
        lookup: &Lookup<'_>,
        run: Option<RunId>,
        now: NaiveDateTime,
    ) -> Result<Self, CarryError> {
        let (_, left) = lookup.details()?;
        let mut survey = Self {
            run,
            left_out: left.into_iter().map(|detail| (detail, 0)).collect(),
            ..Self::default()
        };
        let mut next = reading.next_batch()?;
        while let Some(mut rows) = next.take() {
            // The shop is asked while nobody waits for the journal, and what it answers
            // stays, whatever comes of the file.
            if speaks_of_goods(&rows) {
                lookup.need_articles()?;
            }
            next = journal.atomically(|| {
                for n_left in (0..AT_ONCE).rev() {
                    for row in &rows {
                        let is_known_so = match row {
                            Ok(fact) => survey.learn(fact, exchange, journal, lookup, now)?,
                            Err(_) => false,
                        };
                        survey.n_facts += usize::from(row.is_ok());
                        spool.keep(row, is_known_so);
                    }
                    spool.end_batch(reading.n_new_bytes())?;
                    if let Some(run) =
                        run.filter(|_| exchange.settings.goods.zero_missing_after.is_some())
                    {
                        note_stated(rows.iter().flatten(), exchange.name(), run, journal)?;
                    }
                    let more = reading.next_batch()?;
                    match more {
                        Some(more)
                            if n_left > 0
                                && (lookup.knows_articles() || !speaks_of_goods(&more)) =>
                        {
                            rows = more;
                        }
                        more => return Ok::<_, CarryError>(more),
                    }
                }
                Ok(None)
            })?;
        }
        survey.list.check_warehouses()?;
        survey.summary = reading.summary().clone();
        Ok(survey)
    }

    /// Whether the journal knows the fact's `Ид` by the very article that it states.
    fn learn(
        &mut self,
        fact: &Fact,
        exchange: &Exchange,
        journal: &Journal,
        lookup: &Lookup<'_>,
        now: NaiveDateTime,
    ) -> Result<bool, CarryError> {
        let name = exchange.name();
        match fact {
            Fact::PriceType(reference) => {
                if self.price_types.len() < MAX_LEARNED {
                    self.price_types.insert(reference.id.clone());
                }
                journal.learn_reference(
                    name,
                    ReferenceKind::PriceType,
                    &reference.id,
                    &reference.name,
                )?;
            }
            Fact::Warehouse(reference) => {
                journal.learn_reference(
                    name,
                    ReferenceKind::Warehouse,
                    &reference.id,
                    &reference.name,
                )?;
            }
            Fact::Product(product) => {
                self.topics.insert(Topic::Products);
                for (detail, n) in &mut self.left_out {
                    *n += u64::from(detail.is_stated(product));
                }
                if let Some(item) = &product.item {
                    if product.deleted {
                        self.learned.add(item);
                        journal.forget_article(name, item, self.run)?;
                        return Ok(false);
                    }
                    let own = product.sku.as_ref();
                    let sku =
                        Self::article_of(item, own, product.barcode.as_deref(), exchange, journal)?;
                    let titles = (product.barcode.as_deref(), product.name.as_deref());
                    let found =
                        self.learn_identity(item, sku, titles, exchange, journal, lookup, now)?;
                    return Ok(own.is_some() && found.as_ref() == own);
                }
            }
            Fact::Offer(offer) => {
                self.topics.insert(Topic::Offers);
                for (detail, n) in &mut self.left_out {
                    *n += u64::from(detail.is_stated_by(offer));
                }
                for price_type in offer
                    .prices
                    .iter()
                    .filter_map(|price| price.price_type.as_ref())
                {
                    if !self.stated_price_types.contains(price_type)
                        && self.stated_price_types.len() < MAX_LEARNED
                    {
                        self.stated_price_types.insert(Arc::clone(price_type));
                    }
                }
                return self.learn_offer(offer, exchange, journal, lookup, now);
            }
            Fact::Document(document) => {
                self.topics.insert(Topic::Documents);
                if let Some(word) = &document.status {
                    journal.note_seen(name, ReferenceKind::OrderWord, word)?;
                }
            }
            Fact::Group(_) => {}
        }
        Ok(false)
    }

    /// An offer without an article teaches nothing but its name, and that only
    /// where goods go by name.
    fn learn_offer(
        &mut self,
        offer: &Offer,
        exchange: &Exchange,
        journal: &Journal,
        lookup: &Lookup<'_>,
        now: NaiveDateTime,
    ) -> Result<bool, CarryError> {
        let Some(item) = &offer.item else {
            self.list.count(offer, exchange, journal)?;
            return Ok(false);
        };
        let own = offer.sku.as_ref();
        let sku = Self::article_of(item, own, offer.barcode.as_deref(), exchange, journal)?;
        if sku.is_none() && exchange.settings.goods.match_by == MatchBy::Article {
            return Ok(false);
        }
        let titles = (offer.barcode.as_deref(), offer.name.as_deref());
        let found = self.learn_identity(item, sku, titles, exchange, journal, lookup, now)?;
        Ok(own.is_some() && found.as_ref() == own)
    }

    /// The article that this id goes by in the shop. For a variant: its own, if it
    /// has one that is not its product's; else by the pattern of the configuration.
    fn article_of(
        item: &ItemKey,
        own: Option<&Sku>,
        barcode: Option<&str>,
        exchange: &Exchange,
        journal: &Journal,
    ) -> Result<Option<Sku>, CarryError> {
        let Some(variant) = item.variant() else {
            return Ok(own.cloned());
        };
        // It goes by its product's.
        if exchange.settings.goods.details.contains(&Detail::Variants) {
            return Ok(None);
        }
        let product = journal
            .identity(exchange.name(), item.product())?
            .and_then(|known| known.sku);
        let Some(pattern) = &exchange.settings.goods.variant_article else {
            return Ok(own.filter(|own| Some(*own) != product.as_ref()).cloned());
        };
        let has_own = own.is_some_and(|own| product.as_ref().is_some_and(|product| product != own));
        if has_own {
            return Ok(own.cloned());
        }
        // A file of stock says nothing but the id; what was made of the others' words stays.
        let is_named = own.is_some()
            || barcode.is_some()
            || journal.identity(exchange.name(), item.as_str())?.is_none();
        let lacks_barcode = pattern.contains("{barcode}") && barcode.is_none();
        let Some(base) = own
            .or(product.as_ref())
            .filter(|_| is_named && !lacks_barcode)
        else {
            return Ok(None);
        };
        let article = pattern
            .replace("{sku}", base.as_str())
            .replace("{variant}", variant)
            .replace("{barcode}", barcode.unwrap_or_default());
        Ok(Sku::parse(&article).ok())
    }

    /// Most of what a file says of an id was known before: that costs one look, and
    /// nothing is written. Gives the article that the id was known by before.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a fact says, and where it goes"
    )]
    fn learn_identity(
        &mut self,
        item: &ItemKey,
        sku: Option<Sku>,
        (barcode, title): (Option<&str>, Option<&str>),
        exchange: &Exchange,
        journal: &Journal,
        lookup: &Lookup<'_>,
        now: NaiveDateTime,
    ) -> Result<Option<Sku>, CarryError> {
        let name = exchange.name();
        let known = journal.identity(name, item.as_str())?;
        let old = known.as_ref().and_then(|known| known.sku.as_ref());
        let sku = self.agree(item, sku, old, journal, lookup, name)?;
        let says_nothing_new = known
            .as_ref()
            .is_some_and(|known| known.holds(sku.as_ref(), barcode, title));
        if !says_nothing_new {
            self.learned.add(item);
            journal.learn_identity(name, item, sku.as_ref(), barcode, title, now)?;
        }
        if let Some(run) = self.run.filter(|_| known.is_none()) {
            journal.note_first_named(name, item, run)?;
        }
        Ok(known.and_then(|known| known.sku))
    }

    /// A changed article for a known id is followed only if the shop has the new
    /// one, or neither: otherwise a new product would appear beside the old.
    fn agree(
        &mut self,
        item: &ItemKey,
        sku: Option<Sku>,
        known: Option<&Sku>,
        journal: &Journal,
        lookup: &Lookup<'_>,
        exchange: &str,
    ) -> Result<Option<Sku>, CarryError> {
        let Some(new) = sku else { return Ok(None) };
        let is_changed = |old: &&Sku| **old != new && old.match_key() != new.match_key();
        let Some(old) = known.filter(is_changed) else {
            return Ok(Some(new));
        };
        lookup.need_articles()?;
        let in_shop = journal.known_products(exchange, [old, &new].into_iter())?;
        if in_shop.contains_key(&old.match_key()) && !in_shop.contains_key(&new.match_key()) {
            self.changed.insert(item.clone(), (old.clone(), new));
            return Ok(Some(old.clone()));
        }
        Ok(Some(new))
    }

    pub(super) fn speaks_of(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    /// Whether the journal may have learned something of this id from the file.
    pub(super) fn may_have_learned(&self, item: &ItemKey) -> bool {
        self.learned.may_have(item)
    }
}

fn speaks_of_goods(rows: &[Row]) -> bool {
    let is_of_goods = |fact: &Fact| matches!(fact, Fact::Product(_) | Fact::Offer(_));
    rows.iter().flatten().any(is_of_goods)
}

/// A product counts as spoken of even where its row turns out to be unusable.
fn note_stated<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    exchange: &str,
    run: RunId,
    journal: &Journal,
) -> Result<(), CarryError> {
    let mut keys = Vec::new();
    for fact in facts {
        let (item, sku) = match fact {
            Fact::Product(product) => (product.item.as_ref(), product.sku.as_ref()),
            Fact::Offer(offer) => (offer.item.as_ref(), offer.sku.as_ref()),
            Fact::Group(_) | Fact::PriceType(_) | Fact::Warehouse(_) | Fact::Document(_) => {
                continue;
            }
        };
        keys.extend(sku.map(Sku::match_key));
        if let Some(item) = item {
            let mut known = journal.identity(exchange, item.as_str())?;
            if known.is_none() && item.variant().is_some() {
                // The shop has it as an option of its product.
                known = journal.identity(exchange, item.product())?;
            }
            keys.extend(known.and_then(|known| known.sku).map(|sku| sku.match_key()));
        }
    }
    Ok(journal.note_stated(exchange, run, keys.into_iter())?)
}
