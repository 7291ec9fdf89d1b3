//! Finds the header of a list, below title rows if need be, on one line or two.

use std::collections::VecDeque;

use crate::domain::Quantity;
use crate::domain::shown::excerpt;
use crate::formats::table::columns::{is_of_sales, stock_rank};
use crate::formats::table::lines::Record;
use crate::formats::table::{Column, CsvOptions};
use crate::formats::{Place, RowError, RowFault, limits};

/// One column: what it holds, and what stands above it.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) column: Column,
    pub(super) header: String,
    /// By the configuration, not by a known word.
    is_configured: bool,
}

impl Slot {
    fn ignored() -> Self {
        Self {
            column: Column::Ignored,
            header: String::new(),
            is_configured: false,
        }
    }
}

/// What stands above a list.
pub(super) struct Header {
    pub(super) slots: Vec<Slot>,
    /// Records that it takes from the beginning.
    pub(super) n_taken: usize,
    /// What a person should know of how it was understood.
    pub(super) notes: Vec<RowError>,
}

pub(super) fn find(records: &VecDeque<Record>, options: &CsvOptions) -> Option<Header> {
    for (at, record) in records.iter().enumerate().take(limits::HEADER_WITHIN) {
        let upper = slots_of(record, options);
        let below = records.get(at + 1).map(|record| slots_of(record, options));
        let (slots, n_taken) = match below.filter(|lower| is_second_line(&upper, lower)) {
            Some(lower) => (join(&upper, &lower), at + 2),
            None => (upper, at + 1),
        };
        // Of two lines the upper alone would take a heading for its first column.
        if is_header(&slots) {
            let place = Place { line: record.line };
            let ahead = records.iter().skip(n_taken);
            return Some(understood(slots, n_taken, place, ahead));
        }
    }
    None
}

/// Each thing is read from one column: which, is decided for the whole list.
fn understood<'a>(
    slots: Vec<Slot>,
    n_taken: usize,
    place: Place,
    ahead: impl Iterator<Item = &'a Record>,
) -> Header {
    let mut slots = prefer_article(slots);
    let stock = choose_stock(&mut slots);
    let unread = numbers_unread(&slots, ahead);
    let notes = stock.into_iter().chain(unread);
    Header {
        notes: notes.map(|fault| RowError { place, fault }).collect(),
        slots,
        n_taken,
    }
}

/// A column that may be the stock.
struct Candidate {
    /// The less, the surer.
    rank: u8,
    at: usize,
    header: String,
}

/// One column holds the stock. Falling back on another where it is blank would sell
/// what is reserved, on its way, or another's.
fn choose_stock(slots: &mut [Slot]) -> Option<RowFault> {
    /// What the configuration names goes before every word.
    const CONFIGURED: u8 = 0;
    /// `Количество`, which a report of sales has as well.
    const UNSURE: u8 = 3;
    let is_sales_report = slots.iter().any(|slot| is_of_sales(&slot.header));
    let candidates = slots.iter().enumerate().filter_map(|(at, slot)| {
        let rank = if slot.is_configured {
            CONFIGURED
        } else {
            stock_rank(&slot.header).map_or(UNSURE, |rank| rank + 1)
        };
        let header = slot.header.clone();
        (slot.column == Column::Quantity).then_some(Candidate { rank, at, header })
    });
    let (sold, mut stocks): (Vec<_>, Vec<_>) =
        candidates.partition(|one| is_sales_report && one.rank == UNSURE);
    stocks.sort_by_key(|one| one.rank);
    let names = |of: &[Candidate]| {
        let names: Vec<&str> = of.iter().map(|one| one.header.as_str()).collect();
        excerpt(&names.join("`, `"))
    };
    let (chosen, fault) = match stocks.as_slice() {
        [] if sold.is_empty() => return None,
        [] => (
            None,
            Some(RowFault::SoldNotStock {
                column: names(&sold),
            }),
        ),
        [first, second, ..] if first.rank == second.rank => {
            let alike = stocks.iter().take_while(|one| one.rank == first.rank);
            let columns = names(stocks.get(..alike.count()).unwrap_or_default());
            (None, Some(RowFault::WhichStock { columns }))
        }
        [only, others @ ..] => {
            let read = excerpt(&only.header);
            let note = (!others.is_empty()).then(|| RowFault::StockColumn {
                read,
                others: names(others),
            });
            (Some(only.at), note)
        }
    };
    for one in stocks.iter().chain(&sold) {
        if let Some(slot) = slots.get_mut(one.at).filter(|_| Some(one.at) != chosen) {
            slot.column = Column::Ignored;
        }
    }
    fault
}

/// Columns of numbers that a list without prices or without stock may have meant by them.
fn numbers_unread<'a>(slots: &[Slot], ahead: impl Iterator<Item = &'a Record>) -> Option<RowFault> {
    const ENOUGH: usize = 3;
    let has = |wanted: Column| slots.iter().any(|slot| slot.column == wanted);
    let has_stock = has(Column::Quantity) || has(Column::WarehouseStock);
    if (has(Column::Price) && has_stock) || has(Column::Order) {
        return None;
    }
    // Filled cells of each column, and numbers among them.
    let mut counts = vec![(0_usize, 0_usize); slots.len()];
    for record in ahead {
        for (cell, (n_filled, n_numbers)) in record.cells.iter().zip(&mut counts) {
            *n_filled += usize::from(!cell.is_empty());
            *n_numbers += usize::from(Quantity::parse(cell).is_ok());
        }
    }
    let unread: Vec<&str> = slots
        .iter()
        .zip(&counts)
        .filter(|(slot, (n_filled, n_numbers))| {
            slot.column == Column::Ignored
                && !slot.is_configured
                && !slot.header.is_empty()
                && *n_numbers >= ENOUGH
                && n_numbers * 5 >= n_filled * 4
        })
        .map(|(slot, _)| slot.header.as_str())
        .collect();
    (!unread.is_empty()).then(|| RowFault::NumbersUnread {
        columns: excerpt(&unread.join("`, `")),
    })
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
            is_configured: true,
            ..Slot::ignored()
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
            is_configured: true,
        };
    }
    if let Some(warehouse) = options.warehouses.iter().find(is_it) {
        return Slot {
            column: Column::WarehouseStock,
            header: warehouse.clone(),
            is_configured: true,
        };
    }
    Slot {
        column: Column::by_header(header).unwrap_or(Column::Ignored),
        header: header.to_owned(),
        is_configured: false,
    }
}

/// Whether two lines are one header: `Остаток | Спец цена |  ` above ` | Ед. | Цена, RUB`.
/// The lower has something where the upper is empty. Either it holds nothing but known
/// words, or no key of goods and no number, as below `Количество` the words `Приход`, `Расход`.
fn is_second_line(upper: &[Slot], lower: &[Slot]) -> bool {
    const KEYS: [Column; 6] = [
        Column::Article,
        Column::Code,
        Column::Id,
        Column::Name,
        Column::Barcode,
        Column::Order,
    ];
    let filled = |slots: &'_ [Slot]| -> Vec<usize> {
        let all = slots.iter().enumerate();
        let filled = all.filter(|(_, slot)| !slot.header.is_empty());
        filled.map(|(at, _)| at).collect()
    };
    let (above, below) = (filled(upper), filled(lower));
    // What stands alone over the first column, or left of it, is the title of the list.
    let is_title = match above.as_slice() {
        [] => true,
        [alone] => below.first().is_none_or(|first| alone <= first),
        _ => false,
    };
    let has_known = upper.iter().any(|slot| slot.column != Column::Ignored);
    if is_title || !has_known || below.iter().all(|at| above.contains(at)) {
        return false;
    }
    let knows_all = below.iter().all(|at| {
        lower
            .get(*at)
            .is_some_and(|slot| slot.column != Column::Ignored)
    });
    let is_key = |at: &usize| {
        upper
            .get(*at)
            .is_some_and(|slot| KEYS.contains(&slot.column))
    };
    let is_number = |at: &usize| {
        let slot = lower.get(*at);
        slot.is_some_and(|slot| slot.header.chars().any(|c| c.is_ascii_digit()))
    };
    knows_all || (is_header_key(upper) && !below.iter().any(|at| is_key(at) || is_number(at)))
}

/// The upper of two lines as the lower completes it.
fn join(upper: &[Slot], lower: &[Slot]) -> Vec<Slot> {
    let is_filled =
        |slots: &[Slot], at: usize| slots.get(at).is_some_and(|slot| !slot.header.is_empty());
    let n_columns = upper.len().max(lower.len());
    let is_added = |at: &usize| is_filled(lower, *at) && !is_filled(upper, *at);
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
            (_, None) => Slot::ignored(),
        });
    }
    joined
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
                is_configured: below.is_configured,
            }
        }
        (_, _) => below.clone(),
    }
}

/// Two known words are a header: what the row is about, and what it says of it.
fn is_header(slots: &[Slot]) -> bool {
    let has = |wanted: &[Column]| has_any(slots, wanted);
    let has_value = has(&[
        Column::Price,
        Column::Quantity,
        Column::WarehouseStock,
        Column::Description,
    ]) || (has(&[Column::Name])
        && has(&[Column::Article, Column::Code, Column::Id]));
    is_order_list(slots) || (is_header_key(slots) && has_value)
}

fn is_header_key(slots: &[Slot]) -> bool {
    has_any(
        slots,
        &[Column::Article, Column::Code, Column::Id, Column::Name],
    )
}

/// Orders and what became of them. In a list of goods `№` is the number of the row,
/// and `Статус` says whether they are new.
pub(super) fn is_order_list(slots: &[Slot]) -> bool {
    let has = |wanted| has_any(slots, &[wanted]);
    has(Column::Order)
        && has(Column::Status)
        && !has_any(slots, &[Column::Article, Column::Price, Column::Quantity])
}

fn has_any(slots: &[Slot], wanted: &[Column]) -> bool {
    slots.iter().any(|slot| wanted.contains(&slot.column))
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
