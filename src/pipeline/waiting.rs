//! Prices and stock that wait for their goods: kept by the `Ид`, with the age of the file
//! that stated them, until a goods file names the article or the shop has the product.

use std::collections::{HashMap, HashSet};

use crate::domain::{ItemKey, Money, Offer, Sku};
use crate::journal::{OutcomeKind, Pending, RunId};
use crate::pipeline::CarryError;
use crate::pipeline::resolve::{Batch, Resolver, Subject};
use crate::plan::{Decision, Field, Verdict, Wanted};
use crate::wording::{Worded as _, message};

impl Resolver<'_> {
    /// Prices and stock that came before their goods, as far as no newer file has
    /// spoken of the article meanwhile.
    pub(super) fn release(
        &mut self,
        item: &ItemKey,
        sku: &Sku,
        line: u64,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        if !self.has_pending.get() {
            return Ok(());
        }
        let Some(mut pending) = self.journal.pending(self.exchange.name(), item)? else {
            return Ok(());
        };
        if self.is_overtaken(pending.price_by, Field::Price, sku)? {
            pending.price = None;
        }
        if self.is_overtaken(pending.quantity_by, Field::Quantity, sku)? {
            pending.quantity = None;
        }
        let Pending {
            price,
            price_by,
            quantity,
            quantity_by,
        } = pending;
        batch.released_at.push(batch.wanted.len());
        batch.wanted.push(Wanted {
            line,
            sku: sku.clone(),
            price,
            quantity,
            name: None,
            group_prices: Vec::new(),
            goods: None,
        });
        let said = [
            (price_by.filter(|_| price.is_some()), Field::Price),
            (quantity_by.filter(|_| quantity.is_some()), Field::Quantity),
        ];
        let said = said
            .into_iter()
            .filter_map(|(by, field)| Some((by?, field, sku.clone())));
        batch.released_said.extend(said);
        batch.released.push(item.clone());
        Ok(())
    }

    /// Whether a newer file than that of `run` has spoken of it.
    fn is_overtaken(
        &mut self,
        run: Option<RunId>,
        field: Field,
        sku: &Sku,
    ) -> Result<bool, CarryError> {
        let Some(run) = run else { return Ok(false) };
        let (exchange, journal) = (self.exchange.name(), self.journal);
        let thing = std::iter::once((field, sku.to_string()));
        let said = journal.said_by(exchange, thing, self.newer_than(run)?)?;
        Ok(!said.is_empty())
    }

    fn newer_than(&mut self, run: RunId) -> Result<&HashSet<RunId>, CarryError> {
        if !self.newer.contains_key(&run) {
            let newer = self.journal.newer_than(self.exchange.name(), run)?;
            self.newer.insert(run, newer);
        }
        Ok(self.newer.entry(run).or_default())
    }

    /// Price and stock of a product whose goods file has not come yet.
    pub(super) fn wait(
        &mut self,
        offer: &Offer,
        subject: Subject<'_>,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        let Some(item) = &offer.item else {
            return Ok(());
        };
        // The article plays no part in what an offer wants.
        let wanted = Sku::parse("-").ok().map(|any| self.want(offer, any));
        if let Some(wanted) = &wanted {
            self.note_unused(offer, wanted, subject, batch);
        }
        match wanted {
            Some(Ok(Some(Wanted {
                price, quantity, ..
            }))) => {
                let pending = self.not_overtaken(item, price, quantity)?;
                let (kind, detail) = if pending.price.is_some() || pending.quantity.is_some() {
                    self.keep(item, pending)?;
                    (OutcomeKind::Pending, message!("why-waits-for-goods"))
                } else {
                    (OutcomeKind::Outdated, message!("why-newer-waits"))
                };
                batch.outcomes.push(subject.outcome(kind, detail));
            }
            Some(Err(err)) => batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Rejected, err.message())),
            Some(Ok(None)) | None => {}
        }
        Ok(())
    }

    /// What is to wait, without that of which a newer file's word waits already.
    fn not_overtaken(
        &mut self,
        item: &ItemKey,
        price: Option<Money>,
        quantity: Option<i32>,
    ) -> Result<Pending, CarryError> {
        let known = self.journal.pending(self.exchange.name(), item)?;
        let known = known.unwrap_or_default();
        let is_newer =
            |by: Option<RunId>, newer: &HashSet<RunId>| by.is_some_and(|by| newer.contains(&by));
        let (mut price, mut quantity) = (price, quantity);
        if let Some(run) = self.run {
            let newer = self.newer_than(run)?;
            price = price.filter(|_| !is_newer(known.price_by, newer));
            quantity = quantity.filter(|_| !is_newer(known.quantity_by, newer));
        }
        Ok(Pending {
            price,
            price_by: self.run.filter(|_| price.is_some()),
            quantity,
            quantity_by: self.run.filter(|_| quantity.is_some()),
        })
    }

    /// Keeps prices and stock of goods that the shop does not have, but that 1C has
    /// named: a goods file that is held, or waits to be tried again, may add them.
    /// Returns the ids for which something is kept now.
    pub(super) fn keep_unknown(
        &mut self,
        batch: &Batch,
        decision: &mut Decision,
    ) -> Result<HashSet<ItemKey>, CarryError> {
        let mut wanted: HashMap<(u64, &str), &Wanted> = HashMap::new();
        for (at, one) in batch.wanted.iter().enumerate() {
            // What has waited so far is kept already.
            if one.goods.is_none() && !batch.released_at.contains(&at) {
                wanted.insert((one.line, one.sku.as_str()), one);
            }
        }
        let mut kept = HashSet::new();
        for row in &mut decision.rows {
            if row.verdict != Verdict::Unknown || row.field == Field::Product {
                continue;
            }
            let Ok(sku) = Sku::parse(&row.key) else {
                continue;
            };
            let Some(item) = self.journal.item_of(self.exchange.name(), &sku)? else {
                continue;
            };
            if let Some(wanted) = wanted.get(&(row.line, row.key.as_str())) {
                let pending = self.not_overtaken(&item, wanted.price, wanted.quantity)?;
                self.keep(&item, pending)?;
            }
            kept.insert(item);
            row.verdict = Verdict::Waits;
        }
        Ok(kept)
    }

    fn keep(&self, item: &ItemKey, pending: Pending) -> Result<(), CarryError> {
        self.has_pending.set(true);
        let name = self.exchange.name();
        Ok(self.journal.set_pending(name, item, pending, self.now)?)
    }
}
