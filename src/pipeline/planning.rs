//! Batch by batch: what is wanted, compared with what the shop is known to have.

use std::collections::{HashMap, HashSet};

use crate::domain::Fact;
use crate::journal::{Journal, Recall, RunId};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::resolve::{Batch, Resolver};
use crate::pipeline::spool::Kept;
use crate::pipeline::{CarryError, Exchange, clock, spool};
use crate::plan::{
    Action, Decision, Field, Known, KnownProduct, NewGoods, Said, diff, diff_categories,
    diff_orders, diff_variants, variant_key,
};

/// `None` at the end of the file. Offers, which are small, are put together until there
/// are `at_once`: each call of our own module reads the shop's articles once.
pub(super) fn next_batch(
    look: &mut spool::Look<'_>,
    resolver: &mut Resolver<'_>,
    journal: &Journal,
    at_once: usize,
) -> Result<Option<Batch>, CarryError> {
    let Some(mut rows) = look.next_batch()? else {
        return Ok(None);
    };
    let is_small = |kept: &Kept| matches!(kept.row, Ok(Fact::Offer(_)));
    while rows.len() < at_once && rows.iter().all(is_small) {
        match look.next_batch()? {
            Some(more) => rows.extend(more),
            None => break,
        }
    }
    journal.atomically(|| resolver.take(rows)).map(Some)
}

pub(super) fn decide(
    batch: &Batch,
    recall: Option<&Recall>,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    newer: &HashSet<RunId>,
) -> Result<Decision, CarryError> {
    let name = exchange.name();
    let said_later = if newer.is_empty() {
        Said::default()
    } else {
        journal.said_by(name, spoken_of(batch), newer)?
    };
    let mut decision = Decision::default();
    if !batch.groups.is_empty() {
        let known = Known {
            categories: journal.categories(name)?,
            said_later: said_later.clone(),
            ..Known::default()
        };
        decision = diff_categories(&batch.groups, &known);
    }
    if !batch.wanted.is_empty() {
        lookup.need_articles()?;
        // A category is needed only for goods; a wrong one must not stop a stock list.
        let has_goods = batch.wanted.iter().any(|wanted| wanted.goods.is_some());
        let new_goods = if has_goods {
            lookup.new_goods()?
        } else {
            NewGoods::Report
        };
        let mut products = known_products(batch, recall, exchange, journal)?;
        let skus = batch.wanted.iter().map(|wanted| &wanted.sku);
        if batch
            .wanted
            .iter()
            .any(|wanted| !wanted.group_prices.is_empty())
        {
            journal.add_group_prices(name, &mut products)?;
        }
        let known = Known {
            products,
            never_add: journal.never_added(name, skus, clock::now())?,
            said_later: said_later.clone(),
            ..Known::default()
        };
        decision.append(diff(
            &batch.wanted,
            &known,
            new_goods,
            exchange.settings.goods.updates_names,
        ));
    }
    if !batch.variants.is_empty() {
        lookup.need_articles()?;
        let skus = batch.variants.iter().map(|one| &one.sku);
        let names = batch
            .variants
            .iter()
            .map(|one| variant_key(&one.sku, &one.variant));
        let known = Known {
            products: journal.known_products(name, skus)?,
            variants: journal.known_variants(name, names)?,
            said_later: said_later.clone(),
            ..Known::default()
        };
        decision.append(diff_variants(&batch.variants, &known));
    }
    if !batch.orders.is_empty() {
        let orders = journal.known_orders(name, batch.orders.iter().map(|(_, order, _)| *order))?;
        let known = Known {
            orders,
            said_later,
            ..Known::default()
        };
        decision.append(diff_orders(&batch.orders, &known));
    }
    Ok(decision)
}

fn spoken_of(batch: &Batch) -> impl Iterator<Item = (Field, String)> {
    // What has waited was judged by the age of its own file.
    let of_products = batch
        .wanted
        .iter()
        .enumerate()
        .filter(|(at, _)| !batch.released_at.contains(at))
        .flat_map(|(_, wanted)| wanted.stated().map(|field| (field, wanted.sku.to_string())));
    let of_orders = batch
        .orders
        .iter()
        .map(|(_, order, _)| (Field::Status, order.to_string()));
    let of_variants = batch
        .variants
        .iter()
        .map(|one| (Field::Variant, variant_key(&one.sku, &one.variant)));
    let of_groups = batch
        .groups
        .iter()
        .map(|group| (Field::Category, group.id.clone()));
    of_products
        .chain(of_variants)
        .chain(of_orders)
        .chain(of_groups)
}

/// What the shop has of the articles that are wanted, by match key.
fn known_products(
    batch: &Batch,
    recall: Option<&Recall>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<HashMap<String, KnownProduct>, CarryError> {
    let Some(recall) = recall else {
        let skus = batch.wanted.iter().map(|wanted| &wanted.sku);
        return Ok(journal.known_products(exchange.name(), skus)?);
    };
    let mut known = HashMap::with_capacity(batch.wanted.len());
    let mut others = Vec::new();
    for wanted in &batch.wanted {
        let key = wanted.sku.match_key();
        // It has neither names nor what else there is to goods.
        match recall.product(&key).filter(|_| wanted.goods.is_none()) {
            Some(product) => drop(known.insert(key, product)),
            None => others.push(&wanted.sku),
        }
    }
    known.extend(journal.known_products(exchange.name(), others.into_iter())?);
    Ok(known)
}

/// What the journal knows, in memory, if the file is long enough to make up for it.
pub(super) fn recall(
    resolver: &Resolver<'_>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<Option<Recall>, CarryError> {
    if !resolver.wants_recall() {
        return Ok(None);
    }
    Ok(journal.recall(exchange.name())?)
}

/// As if confirmed, so that what follows is compared with it.
pub(super) fn assume(
    mut actions: Vec<Action>,
    recall: Option<&mut Recall>,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    if let Some(recall) = recall {
        actions.retain(|action| !recall.assume(action));
    }
    Ok(journal.assume(exchange.name(), &actions, clock::now())?)
}
