//! Which article of the shop a row of 1C is about.

use crate::domain::{ItemKey, Sku};
use crate::journal::{Outcome, OutcomeKind};
use crate::pipeline::resolve::{Resolver, Subject};
use crate::pipeline::{CarryError, MatchBy};
use crate::wording::message;

/// Which article a row is about, or why that cannot be said.
pub(super) enum Found {
    Sku(Sku),
    /// No file has named the article of this `Ид` yet.
    Waits,
    No(Outcome),
}

impl Resolver<'_> {
    /// By article, stated or remembered for the `Ид`; or by name, if so configured.
    pub(super) fn find(
        &self,
        subject: Subject<'_>,
        is_known_so: bool,
    ) -> Result<Found, CarryError> {
        if self.exchange.settings.goods.match_by == MatchBy::Name {
            return self.find_by_name(subject);
        }
        let Some(item) = subject.item else {
            return Ok(match subject.sku {
                Some(sku) => Found::Sku(sku.clone()),
                None => Found::No(
                    subject.outcome(OutcomeKind::Rejected, message!("why-row-no-article")),
                ),
            });
        };
        if let Some((old, new)) = self.survey.changed.get(item) {
            let detail = message!("why-changed", old = old.to_string(), new = new.to_string());
            return Ok(Found::No(subject.outcome(OutcomeKind::Rejected, detail)));
        }
        let (sku, is_known) = match subject.sku {
            // Still so: nothing that the file says has changed it.
            Some(sku) if is_known_so && !self.survey.may_have_learned(item) => {
                (Some(sku.clone()), true)
            }
            Some(_) | None => self.remembered(item)?,
        };
        let Some(sku) = sku else {
            let no = |detail| Ok(Found::No(subject.outcome(OutcomeKind::Rejected, detail)));
            return match (item.variant(), subject.sku) {
                (Some(_), Some(_)) => no(message!("why-variant-article")),
                _ if is_known => no(message!("why-no-article-in-1c")),
                _ => Ok(Found::Waits),
            };
        };
        if let Some(rival) = self.rival(item, &sku)? {
            let detail = message!("why-rival", item = rival.to_string());
            return Ok(Found::No(subject.outcome(OutcomeKind::Rejected, detail)));
        }
        Ok(Found::Sku(sku))
    }

    /// The article that the journal has for this id, and whether it knows the id.
    fn remembered(&self, item: &ItemKey) -> Result<(Option<Sku>, bool), CarryError> {
        let exchange = self.exchange.name();
        let mut identity = self.journal.identity(exchange, item.as_str())?;
        if identity.is_none() && item.variant().is_none() {
            identity = self.journal.identity(exchange, item.product())?;
        }
        let is_known = identity.is_some();
        Ok((identity.and_then(|known| known.sku), is_known))
    }

    /// Another product that the shop cannot tell from this one.
    fn rival(&self, item: &ItemKey, sku: &Sku) -> Result<Option<ItemKey>, CarryError> {
        let is_shared = self
            .shared_articles
            .as_ref()
            .is_none_or(|shared| shared.contains(&sku.match_key()));
        if !is_shared {
            return Ok(None);
        }
        let mut rivals = self.journal.rivals(self.exchange.name(), item, sku)?;
        rivals.truncate(1);
        Ok(rivals.pop())
    }

    fn find_by_name(&self, subject: Subject<'_>) -> Result<Found, CarryError> {
        let name = match (subject.name, subject.item) {
            (Some(name), _) => Some(name.to_owned()),
            (None, Some(item)) => self
                .journal
                .identity(self.exchange.name(), item.as_str())?
                .and_then(|known| known.name),
            // It says nothing that it could be known by later.
            (None, None) => {
                let detail = message!("why-row-no-name");
                return Ok(Found::No(subject.outcome(OutcomeKind::Rejected, detail)));
            }
        };
        let Some(name) = name else {
            return Ok(Found::Waits);
        };
        Ok(if let Some(sku) = self.lookup.article_by_name(&name)? {
            Found::Sku(sku)
        } else {
            let detail = message!("why-no-name");
            Found::No(subject.outcome(OutcomeKind::Unknown, detail))
        })
    }
}
