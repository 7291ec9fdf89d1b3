//! Order documents of 1C: which order, and what is to become of it in the shop.

use crate::domain::{Document, OrderId};
use crate::journal::OutcomeKind;
use crate::pipeline::CarryError;
use crate::pipeline::resolve::{Batch, Resolver, Subject};
use crate::plan::{Field, Unmapped, order_status};
use crate::wording::Worded as _;

impl Resolver<'_> {
    pub(super) fn document(
        &mut self,
        document: &Document,
        batch: &mut Batch,
    ) -> Result<(), CarryError> {
        let line = document.line;
        let number = document.number.clone().unwrap_or_default();
        let subject = Subject {
            sku: None,
            item: None,
            name: Some(&number),
            line,
            field: Some(Field::Status),
        };
        if self.status_rules.is_none() {
            self.status_rules = Some(self.lookup.status_rules()?);
        }
        let order = OrderId::parse(&number);
        if let Some(order) = order {
            // Whatever it says of the order, 1C has it.
            self.journal
                .mark_confirmed(self.exchange.name(), order, self.now)?;
        }
        let status = match order_status(document, self.status_rules.get_or_insert_default()) {
            Ok(status) => status,
            Err(err) => {
                let kind = if err.is_note() {
                    OutcomeKind::Note
                } else {
                    OutcomeKind::Rejected
                };
                batch.outcomes.push(subject.outcome(kind, err.message()));
                return Ok(());
            }
        };
        let Some(order) = order else {
            let detail = Unmapped::NoNumber.message();
            batch
                .outcomes
                .push(subject.outcome(OutcomeKind::Note, detail));
            return Ok(());
        };
        batch.orders.push((line, order, status));
        Ok(())
    }
}
