//! Finds the header of a list, below title rows if need be, on one line or two.

use std::collections::VecDeque;

use crate::formats::limits;
use crate::formats::table::lines::Record;
use crate::formats::table::{Column, CsvOptions};

/// One column: what it holds, and what stands above it.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) column: Column,
    pub(super) header: String,
}

/// The header, and how many records it takes from the beginning of `records`.
pub(super) fn find(records: &VecDeque<Record>, options: &CsvOptions) -> Option<(Vec<Slot>, usize)> {
    for (at, record) in records.iter().enumerate().take(limits::HEADER_WITHIN) {
        let upper = slots_of(record, options);
        let below = records.get(at + 1);
        let joined = below.and_then(|record| join(&upper, &slots_of(record, options)));
        if let Some(joined) = joined.filter(|slots| is_header(slots)) {
            return Some((prefer_article(joined), at + 2));
        }
        if is_header(&upper) {
            return Some((prefer_article(upper), at + 1));
        }
    }
    None
}

/// The columns of a list without a header, padded to as many as its first rows fill.
pub(super) fn fixed(records: &VecDeque<Record>, columns: &[Column]) -> Vec<Slot> {
    let n_filled = records
        .iter()
        .map(|record| record.cells.n_filled())
        .max()
        .unwrap_or_default();
    let named = columns.iter().copied();
    let slots: Vec<Slot> = named
        .chain(std::iter::repeat(Column::Ignored))
        .take(n_filled.max(columns.len()))
        .map(|column| Slot {
            column,
            header: String::new(),
        })
        .collect();
    prefer_article(slots)
}

fn slots_of(record: &Record, options: &CsvOptions) -> Vec<Slot> {
    record
        .cells
        .iter()
        .map(|cell| slot_of(cell, options))
        .collect()
}

/// The configuration goes before the known words.
fn slot_of(header: &str, options: &CsvOptions) -> Slot {
    let header = header.trim_end_matches(':');
    let lower = header.to_lowercase();
    let is_it = |name: &&String| name.trim_end_matches(':').to_lowercase() == lower;
    if let Some((_, column)) = options.columns.iter().find(|(name, _)| is_it(name)) {
        return Slot {
            column: *column,
            header: header.to_owned(),
        };
    }
    if let Some(warehouse) = options.warehouses.iter().find(is_it) {
        return Slot {
            column: Column::WarehouseStock,
            header: warehouse.clone(),
        };
    }
    Slot {
        column: Column::by_header(header).unwrap_or(Column::Ignored),
        header: header.to_owned(),
    }
}

/// Two lines of one header, where the lower holds nothing but known words and
/// has some where the upper is empty: `Остаток | Спец цена |  ` above
/// ` | Ед. | Цена, RUB`.
fn join(upper: &[Slot], lower: &[Slot]) -> Option<Vec<Slot>> {
    let is_filled =
        |slots: &[Slot], at: usize| slots.get(at).is_some_and(|slot| !slot.header.is_empty());
    let knows_all = lower
        .iter()
        .all(|slot| slot.header.is_empty() || slot.column != Column::Ignored);
    let n_columns = upper.len().max(lower.len());
    let is_added = |at: &usize| is_filled(lower, *at) && !is_filled(upper, *at);
    let has_upper = upper.iter().any(|slot| slot.column != Column::Ignored);
    if !knows_all || !has_upper || !(0..n_columns).any(|at| is_added(&at)) {
        return None;
    }
    let mut joined: Vec<Slot> = Vec::with_capacity(n_columns);
    // The upper cell that stands over several columns.
    let mut over: Option<&Slot> = None;
    for at in 0..n_columns {
        let above = upper.get(at).filter(|slot| !slot.header.is_empty());
        let below = lower.get(at).filter(|slot| !slot.header.is_empty());
        let spans = above.is_some() && below.is_some() && is_added(&(at + 1));
        if above.is_some() {
            over = above.filter(|_| spans);
        }
        joined.push(match (above, below) {
            (Some(above), _) if !spans => above.clone(),
            (_, Some(below)) => under(over, below, &joined),
            (_, None) => Slot {
                column: Column::Ignored,
                header: String::new(),
            },
        });
    }
    Some(joined)
}

/// A price is called what stands over it, as long as only one is.
fn under(over: Option<&Slot>, below: &Slot, before: &[Slot]) -> Slot {
    let Some(over) = over else {
        return below.clone();
    };
    match (over.column, below.column) {
        (Column::WarehouseStock, Column::Quantity) => over.clone(),
        (_, Column::Price) => {
            let is_taken = before.iter().any(|slot| slot.header == over.header);
            let header = if is_taken {
                format!("{} {}", over.header, below.header)
            } else {
                over.header.clone()
            };
            Slot {
                column: Column::Price,
                header,
            }
        }
        (_, _) => below.clone(),
    }
}

/// Two known words are a header: what the row is about, and what it says of it.
fn is_header(slots: &[Slot]) -> bool {
    let has = |wanted: &[Column]| slots.iter().any(|slot| wanted.contains(&slot.column));
    let is_order_list = has(&[Column::Order]) && has(&[Column::Status]);
    let has_key = has(&[Column::Article, Column::Code, Column::Id, Column::Name]);
    let has_value = has(&[
        Column::Price,
        Column::Quantity,
        Column::WarehouseStock,
        Column::Description,
    ]) || (has(&[Column::Name])
        && has(&[Column::Article, Column::Code, Column::Id]));
    is_order_list || (has_key && has_value)
}

/// A list has one article column: `Артикул`, or 1C's code where there is none.
fn prefer_article(mut slots: Vec<Slot>) -> Vec<Slot> {
    let mut is_taken = slots.iter().any(|slot| slot.column == Column::Article);
    for slot in &mut slots {
        if slot.column == Column::Code {
            slot.column = if is_taken {
                Column::Ignored
            } else {
                Column::Article
            };
            is_taken = true;
        }
    }
    slots
}
