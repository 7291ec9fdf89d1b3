//! Puts orders into the outbox so that no crash loses or doubles one, and sees which 1C has taken.
//!
//! Under a name with the time in it every file is new. Under a fixed name a file
//! takes the place of one that 1C may not have taken yet: it then holds the
//! orders of that one as well, whose texts the journal keeps until they are gone.
//!
//! One gap cannot be closed from this side: a 1C that reads a file of a fixed
//! name and deletes it a while later may delete one that was replaced meanwhile.

use std::collections::BTreeMap;
use std::iter;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use crate::domain::OrderId;
use crate::folders::{Outbox, Presence, is_passing};
use crate::formats::commerceml::{order_text, write_order_texts};
use crate::journal::{Journal, OrderState};
use crate::pipeline::outbound::{Outgoing, in_memory};
use crate::pipeline::{CarryError, Exchange, clock};
use crate::wording::message;

/// How files of orders are called: `{time}` and `{last}` (the last order's
/// number) are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFileName(String);

impl Default for OrderFileName {
    /// Orders written again come in a file of their own: hence the time.
    fn default() -> Self {
        Self("orders-{time}-{last}.xml".to_owned())
    }
}

/// Taken by the lists.
const TAKEN_NAMES: [&str; 4] = ["import.xml", "offers.xml", "categories.xml", "statuses.xml"];

impl OrderFileName {
    /// `None` unless it is a plain file name ending in `.xml` that no list has.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text
            .replace("{time}", "")
            .replace("{last}", "")
            .to_lowercase();
        let is_plain = !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '{', '}'])
            && !name.chars().any(char::is_control);
        let is_free = !TAKEN_NAMES.contains(&name.as_str()) && !is_passing(text);
        let is_xml = Path::new(text)
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
        (is_plain && is_free && is_xml).then(|| Self(text.to_owned()))
    }

    fn fill(&self, now: NaiveDateTime, last: OrderId) -> String {
        self.0
            .replace("{time}", &now.format("%Y%m%d-%H%M%S").to_string())
            .replace("{last}", &last.to_string())
    }

    /// Whether the name may have come from this pattern.
    fn has_made(&self, name: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('{') else {
            return name == self.0;
        };
        let tail = rest.rsplit_once('}').map_or("", |(_, tail)| tail);
        let middle = name
            .strip_prefix(head)
            .and_then(|rest| rest.strip_suffix(tail));
        middle.is_some_and(|filled| filled.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Whether a file may take the place of an earlier one.
    fn may_repeat(&self) -> bool {
        !self.0.contains("{time}")
    }
}

/// Prepared, written down, published, written down: whichever step a crash
/// falls behind, [`finish`] can tell.
pub(super) fn publish(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
    orders: &[Outgoing],
) -> Result<Option<PathBuf>, CarryError> {
    let ids: Vec<OrderId> = orders.iter().map(|outgoing| outgoing.order.id).collect();
    let Some(last) = ids.last() else {
        return Ok(None);
    };
    let (name, settings) = (exchange.name(), &exchange.settings.orders);
    let now = clock::now();
    let file = free_name(&settings.file, outbox, now, *last);
    // The shop may have taken minutes to answer.
    note_taken(exchange, journal, outbox)?;
    refuse_strange(exchange, journal, outbox, &file)?;
    let mut texts: BTreeMap<u32, String> = journal.documents_of(name, &file)?.into_iter().collect();
    for Outgoing { order, .. } in orders {
        let text = in_memory(order_text(order, &settings.profile))?;
        texts.insert(order.id.get(), text);
    }
    outbox.mark(journal.is_outbox(name, outbox.root())?)?;
    journal.note_outbox(name, outbox.root())?;
    outbox.prepare(&file, &content(exchange, texts.values(), now)?)?;
    journal.atomically(|| {
        journal.mark_publishing(name, &ids, &file)?;
        for Outgoing { order, digest } in orders {
            journal.keep_order_digest(name, order.id, digest)?;
            if let Some(text) = texts
                .get(&order.id.get())
                .filter(|_| settings.file.may_repeat())
            {
                journal.keep_document(name, order.id, &file, text)?;
            }
        }
        Ok::<_, CarryError>(())
    })?;
    let path = outbox.publish(&file)?;
    journal.mark_written(name, &file, now)?;
    Ok(Some(path))
}

/// Two files may be written within a second, and only a name that may repeat
/// keeps the orders of the file that it takes the place of.
fn free_name(
    pattern: &OrderFileName,
    outbox: &Outbox,
    now: NaiveDateTime,
    last: OrderId,
) -> String {
    let name = pattern.fill(now, last);
    if pattern.may_repeat() {
        return name;
    }
    let numbered = (2_u32..).map(|n| {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, "xml"));
        format!("{stem}-{n}.{ending}")
    });
    iter::once(name.clone())
        .chain(numbered)
        .find(|name| !outbox.holds(name))
        .unwrap_or(name)
}

fn content<'a>(
    exchange: &Exchange,
    texts: impl Iterator<Item = &'a String>,
    now: NaiveDateTime,
) -> Result<Vec<u8>, CarryError> {
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    let profile = &exchange.settings.orders.profile;
    in_memory(write_order_texts(Vec::new(), &texts, now, profile))
}

/// With another journal, or by another hand, the file may hold orders that
/// nobody here knows of.
fn refuse_strange(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
    file: &str,
) -> Result<(), CarryError> {
    if outbox.holds(file) && !journal.knows_order_file(exchange.name(), file)? {
        return Err(CarryError::Settings(message!(
            "carry-strange-file",
            file = file
        )));
    }
    Ok(())
}

/// After a crash: a file that was only prepared is published now; one that is
/// there has been published; one that is gone has been taken already.
pub(super) fn finish(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
) -> Result<(), CarryError> {
    let (name, now) = (exchange.name(), clock::now());
    for file in journal.order_files(name, OrderState::Publishing)? {
        match outbox.presence(&file)? {
            Presence::Published => journal.mark_written(name, &file, now)?,
            Presence::Prepared => {
                if !outbox.has(&file)? {
                    journal.mark_replaced_taken(name, &file, now)?;
                }
                // What was prepared may hold orders that 1C has taken since.
                let kept = journal.documents_of(name, &file)?;
                if !kept.is_empty() {
                    let texts = kept.iter().map(|(_, text)| text);
                    outbox.prepare(&file, &content(exchange, texts, now)?)?;
                }
                outbox.publish(&file)?;
                journal.mark_written(name, &file, now)?;
            }
            Presence::Gone => journal.mark_taken(name, &file, now)?,
        }
    }
    // What is left was prepared and never written down; its orders come again.
    for file in outbox.prepared()? {
        if exchange.settings.orders.file.has_made(&file) {
            outbox.discard(&file)?;
        }
    }
    Ok(())
}

/// A file that has gone from the outbox was taken by 1C.
pub(super) fn note_taken(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
) -> Result<(), CarryError> {
    for file in journal.open_order_files(exchange.name())? {
        if !outbox.has(&file)? {
            journal.mark_taken(exchange.name(), &file, clock::now())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_orders_gets_a_name_that_no_other_file_has() {
        let now = NaiveDateTime::default();
        let last = OrderId::parse("7").unwrap();
        for (pattern, name, may_repeat) in [
            (
                "orders-{time}-{last}.xml",
                "orders-19700101-000000-7.xml",
                false,
            ),
            ("orders.xml", "orders.xml", true),
            ("Заказы {last}.XML", "Заказы 7.XML", true),
        ] {
            let file = OrderFileName::parse(pattern).unwrap();
            assert_eq!(file.fill(now, last), name);
            assert_eq!(file.may_repeat(), may_repeat, "{pattern}");
            assert!(file.has_made(name), "{pattern}");
            assert!(!file.has_made("import.xml"), "{pattern}");
        }
        for pattern in [
            "",
            ".xml",
            "orders",
            "a/b.xml",
            "..\\a.xml",
            "Import.xml",
            "{date}.xml",
            "~a.xml",
            "orders.xml.tmp",
            "con:.xml",
        ] {
            assert_eq!(OrderFileName::parse(pattern), None, "{pattern}");
        }
    }
}
