//! What the page shows: parts of long lists, each found by an index, never by reading through all.
//!
//! A list goes on behind the key of its last row, not behind a number of rows:
//! the last part costs as much as the first.

use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use rusqlite::{OptionalExtension, Row, params};

use crate::journal::open::{parse_stamp, stamp};
use crate::journal::{
    Journal, JournalError, OrderState, Outcome, OutcomeKind, Run, RunId, RunState, Tally,
};
use crate::wording::Message;

/// Which runs are wanted, the latest first.
#[derive(Debug, Clone, Default)]
pub struct RunFilter<'a> {
    pub exchange: Option<&'a str>,
    pub state: Option<RunState>,
    /// A part of the file's name, or an article or order number that a row is about.
    pub search: Option<&'a str>,
    /// Only those before this one.
    pub before: Option<RunId>,
}

/// Which rows of a run are wanted, in the file's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFilter {
    All,
    Kind(OutcomeKind),
    /// Those that a person should look at.
    Faulty,
}

/// A row of a run, and its place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLine {
    pub seq: i64,
    pub outcome: Outcome,
}

/// A call of the shop, without what it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLine {
    pub id: i64,
    pub function: String,
    pub state: String,
    pub error: Option<Message>,
    pub intended_at: String,
    pub answered_at: Option<String>,
    pub n_entries: u64,
}

/// An order in the ledger: numbers and times, nothing of its buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    pub order: i64,
    pub state: OrderState,
    pub file: Option<String>,
    pub reason: Option<Message>,
    pub seen_at: String,
    pub written_at: Option<String>,
    pub taken_at: Option<String>,
    pub confirmed_at: Option<String>,
}

/// An article of the shop, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    pub match_key: String,
    pub article: String,
    pub item: Option<String>,
    pub name: Option<String>,
    pub price: Option<String>,
    pub quantity: Option<i64>,
    pub confirmed_at: Option<String>,
    /// The run that last spoke of it.
    pub run: Option<RunId>,
}

/// What one day came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    pub n_applied: u64,
    pub n_faulty: u64,
    pub n_orders: u64,
}

impl Journal {
    /// A journal that somebody else writes.
    pub fn open_reader(path: &Path) -> Result<Self, JournalError> {
        let journal = Self::open(path)?;
        journal
            .connection
            .pragma_update(None, "query_only", true)
            .map_err(JournalError::from)?;
        Ok(journal)
    }

    /// At most `limit` runs.
    pub fn runs_page(&self, filter: &RunFilter<'_>, limit: u32) -> Result<Vec<Run>, JournalError> {
        let before = filter.before.map_or(i64::MAX, |run| run.0);
        let part = filter.search.map(like_part);
        self.runs_where(
            runs_condition(filter),
            params![
                before,
                filter.exchange,
                filter.state.map(RunState::name),
                part,
                filter.search,
                limit
            ],
        )
    }

    /// The last run of this content that began behind `after`.
    pub fn run_of_content(
        &self,
        exchange: &str,
        hash: &str,
        after: RunId,
    ) -> Result<Option<Run>, JournalError> {
        let mut runs = self.runs_where(
            "exchange = ?1 AND hash = ?2 AND id > ?3 ORDER BY id DESC LIMIT 1",
            params![exchange, hash, after.0],
        )?;
        Ok(runs.pop())
    }

    /// As it was when the run ended. One at work is not counted by what became of its
    /// rows: that would read them all, at each look; see [`n_rows_so_far`](Self::n_rows_so_far).
    pub fn noted_tally(&self, run: &Run) -> Result<Tally, JournalError> {
        if run.state == RunState::Open {
            return Ok(Tally::default());
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT outcome, n FROM run_tally WHERE run = ?1")?;
        let mut rows = statement.query([run.id.0])?;
        let mut tally = Tally::default();
        while let Some(row) = rows.next()? {
            let kind = OutcomeKind::by_name(&row.get::<_, String>(0)?)?;
            tally.add(kind, count(row.get(1)?));
        }
        Ok(tally)
    }

    /// Rows noted so far, without counting them.
    pub fn n_rows_so_far(&self, run: RunId) -> Result<u64, JournalError> {
        let last: Option<i64> = self
            .connection
            .prepare_cached("SELECT max(seq) FROM outcome WHERE run = ?1")?
            .query_row([run.0], |row| row.get(0))?;
        Ok(count(last.unwrap_or_default()))
    }

    /// At most `limit` rows behind the one at `after`.
    pub fn rows_page(
        &self,
        run: RunId,
        filter: RowFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<RowLine>, JournalError> {
        let kind = match filter {
            RowFilter::Kind(kind) => Some(kind.name()),
            RowFilter::All | RowFilter::Faulty => None,
        };
        let mut statement = self.connection.prepare_cached(&rows_sql(filter))?;
        let rows = statement.query_map(params![run.0, after, limit, kind], |row| {
            Ok((
                row.get(0)?,
                row.get::<_, i64>(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get::<_, String>(4)?,
                row.get(5)?,
            ))
        })?;
        rows.map(|row| {
            let (seq, line, key, field, kind, detail) = row?;
            let outcome = Outcome {
                line: count(line),
                key,
                field,
                kind: OutcomeKind::by_name(&kind)?,
                detail,
            };
            Ok(RowLine { seq, outcome })
        })
        .collect()
    }

    /// The calls of a run, behind the one numbered `after`.
    pub fn calls_page(
        &self,
        run: RunId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CallLine>, JournalError> {
        let mut statement = self.connection.prepare_cached(CALLS)?;
        let calls = statement.query_map(params![run.0, after, limit], |row| {
            Ok(CallLine {
                id: row.get(0)?,
                function: row.get(1)?,
                state: row.get(2)?,
                error: row.get(3)?,
                intended_at: row.get(4)?,
                answered_at: row.get(5)?,
                n_entries: count(row.get(6)?),
            })
        })?;
        Ok(calls.collect::<Result<_, _>>()?)
    }

    /// Orders of the ledger, the highest number first, below `before`.
    pub fn orders_page(
        &self,
        exchange: &str,
        state: Option<OrderState>,
        before: i64,
        limit: u32,
    ) -> Result<Vec<OrderLine>, JournalError> {
        let mut statement = self.connection.prepare_cached(orders_sql(state))?;
        let state = state.map(OrderState::name);
        let orders = statement.query_map(params![exchange, before, limit, state], order_line)?;
        orders.map(|order| order?).collect()
    }

    pub fn order_line(
        &self,
        exchange: &str,
        order: i64,
    ) -> Result<Option<OrderLine>, JournalError> {
        self.connection
            .prepare_cached(
                "SELECT order_id, state, file, reason, seen_at, written_at, taken_at, confirmed_at
                 FROM order_ledger WHERE exchange = ?1 AND order_id = ?2",
            )?
            .query_row(params![exchange, order], order_line)
            .optional()?
            .transpose()
    }

    /// Articles of the shop that begin with `start`, in their order, behind `after`.
    pub fn products_page(
        &self,
        exchange: &str,
        start: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ProductLine>, JournalError> {
        // Behind every text that begins so.
        let end = format!("{start}\u{10ffff}");
        // One lower bound: of two, the index would be read from the lower one on.
        let from = if after >= start && !after.is_empty() {
            format!("{after}\0")
        } else {
            start.to_owned()
        };
        let mut statement = self.connection.prepare_cached(PRODUCTS)?;
        let products = statement.query_map(params![exchange, from, end, limit], product_line)?;
        let mut products: Vec<ProductLine> = products.collect::<Result<_, _>>()?;
        for product in &mut products {
            // Of several ids that go by one article, the one that the exchange itself takes.
            if let Some((item, name)) = self.identity_of(exchange, &product.match_key)? {
                product.item = Some(item);
                product.name = name.or(product.name.take());
            }
        }
        Ok(products)
    }

    /// The article that goes by this Ид in 1C, as the shop compares it.
    pub fn key_of_item(&self, exchange: &str, item: &str) -> Result<Option<String>, JournalError> {
        let key: Option<Option<String>> = self
            .connection
            .prepare_cached("SELECT match_key FROM identity WHERE exchange = ?1 AND item = ?2")?
            .query_row(params![exchange, item], |row| row.get(0))
            .optional()?;
        Ok(key.flatten())
    }

    /// Prices and stock that wait for the goods file which names their article.
    pub fn n_pending(&self, exchange: &str) -> Result<u64, JournalError> {
        let n = self
            .connection
            .prepare_cached("SELECT count(*) FROM pending WHERE exchange = ?1")?
            .query_row([exchange], |row| row.get(0))?;
        Ok(count(n))
    }

    /// When the last order was written.
    pub fn last_order_written(&self, exchange: &str) -> Result<Option<OrderLine>, JournalError> {
        self.connection
            .prepare_cached(
                "SELECT order_id, state, file, reason, seen_at, written_at, taken_at, confirmed_at
                 FROM order_ledger WHERE exchange = ?1 AND written_at IS NOT NULL
                 ORDER BY order_id DESC LIMIT 1",
            )?
            .query_row([exchange], order_line)
            .optional()?
            .transpose()
    }

    /// Each of the days from `first` on, of which there are `n`.
    pub fn days(
        &self,
        exchange: &str,
        first: NaiveDate,
        n: usize,
    ) -> Result<Vec<Day>, JournalError> {
        let mut days = vec![Day::default(); n];
        let since = stamp(NaiveDateTime::from(first));
        let mut add = |at: &str, change: &dyn Fn(&mut Day)| {
            let day = parse_stamp(at).map(|at| at.date().signed_duration_since(first).num_days());
            let day = day.and_then(|day| usize::try_from(day).ok());
            if let Some(day) = day.and_then(|day| days.get_mut(day)) {
                change(day);
            }
        };
        let mut statement = self.connection.prepare_cached(DAYS)?;
        let mut rows = statement.query(params![exchange, since])?;
        while let Some(row) = rows.next()? {
            let kind = OutcomeKind::by_name(&row.get::<_, String>(1)?)?;
            let n = count(row.get(2)?);
            let at: String = row.get(0)?;
            if kind == OutcomeKind::Applied {
                add(&at, &|day| day.n_applied += n);
            } else if kind.needs_attention() {
                add(&at, &|day| day.n_faulty += n);
            }
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT seen_at FROM order_ledger WHERE seen_at >= ?2 AND exchange = ?1",
        )?;
        let mut rows = statement.query(params![exchange, since])?;
        while let Some(row) = rows.next()? {
            add(&row.get::<_, String>(0)?, &|day| day.n_orders += 1);
        }
        Ok(days)
    }
}

/// One of six sentences, so that each is planned by itself: SQLite plans a
/// condition that may be absent as if it always were.
fn runs_condition(filter: &RunFilter<'_>) -> &'static str {
    const SEARCHED: &str =
        "id < ?1 AND (?2 IS NULL OR exchange = ?2) AND (?3 IS NULL OR state = ?3)
        AND (file LIKE ?4 ESCAPE '\\' OR id IN
            (SELECT run FROM outcome WHERE key = ?5 AND outcome <> 'unchanged'))
        ORDER BY id DESC LIMIT ?6";
    match (filter.search, filter.state, filter.exchange) {
        (Some(_), _, _) => SEARCHED,
        (None, Some(_), Some(_)) => {
            "exchange = ?2 AND state = ?3 AND id < ?1 AND ?4 IS NULL AND ?5 IS NULL
             ORDER BY id DESC LIMIT ?6"
        }
        (None, _, _) => {
            "id < ?1 AND (?2 IS NULL OR exchange = ?2) AND (?3 IS NULL OR state = ?3)
             AND ?4 IS NULL AND ?5 IS NULL ORDER BY id DESC LIMIT ?6"
        }
    }
}

fn rows_sql(filter: RowFilter) -> String {
    let (index, condition) = match filter {
        RowFilter::Kind(OutcomeKind::Unchanged) | RowFilter::All => {
            ("", "(?4 IS NULL OR outcome = ?4)")
        }
        RowFilter::Kind(_) => ("", "outcome = ?4 AND outcome <> 'unchanged'"),
        // Left alone, SQLite would rather read the whole run than sort its few faults.
        RowFilter::Faulty => (
            "INDEXED BY outcome_by_kind",
            "outcome <> 'unchanged' AND outcome IN ('unknown', 'rejected', 'pending', 'outdated') AND ?4 IS NULL",
        ),
    };
    format!(
        "SELECT seq, line, key, field, outcome, detail FROM outcome {index}
         WHERE run = ?1 AND seq > ?2 AND {condition} ORDER BY seq LIMIT ?3"
    )
}

const CALLS: &str = "SELECT id, function, state, error, intended_at, answered_at,
        (SELECT count(*) FROM call_entry WHERE call = call.id)
     FROM call WHERE run = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

fn orders_sql(state: Option<OrderState>) -> &'static str {
    match state {
        None => {
            "SELECT order_id, state, file, reason, seen_at, written_at, taken_at, confirmed_at
             FROM order_ledger WHERE exchange = ?1 AND order_id < ?2 AND ?4 IS NULL
             ORDER BY order_id DESC LIMIT ?3"
        }
        Some(_) => {
            "SELECT order_id, state, file, reason, seen_at, written_at, taken_at, confirmed_at
             FROM order_ledger WHERE exchange = ?1 AND state = ?4 AND order_id < ?2
             ORDER BY order_id DESC LIMIT ?3"
        }
    }
}

const PRODUCTS: &str = "SELECT a.match_key, a.sku, s.name, s.price, s.quantity, s.confirmed_at,
        max(coalesce(s.price_by, 0), coalesce(s.quantity_by, 0))
     FROM article a
     LEFT JOIN product_state s ON s.exchange = a.exchange AND s.match_key = a.match_key
     WHERE a.exchange = ?1 AND a.match_key >= ?2 AND a.match_key < ?3
     ORDER BY a.match_key LIMIT ?4";

const DAYS: &str = "SELECT r.started_at, t.outcome, t.n FROM run r JOIN run_tally t ON t.run = r.id
     WHERE r.started_at >= ?2 AND r.exchange = ?1";

fn order_line(row: &Row<'_>) -> rusqlite::Result<Result<OrderLine, JournalError>> {
    let state = OrderState::by_name(&row.get::<_, String>(1)?);
    let line = |state| {
        Ok(OrderLine {
            order: row.get(0)?,
            state,
            file: row.get(2)?,
            reason: row.get(3)?,
            seen_at: row.get(4)?,
            written_at: row.get(5)?,
            taken_at: row.get(6)?,
            confirmed_at: row.get(7)?,
        })
    };
    match state {
        Ok(state) => line(state).map(Ok),
        Err(err) => Ok(Err(err)),
    }
}

fn product_line(row: &Row<'_>) -> rusqlite::Result<ProductLine> {
    let run: i64 = row.get(6)?;
    Ok(ProductLine {
        match_key: row.get(0)?,
        article: row.get(1)?,
        item: None,
        name: row.get(2)?,
        price: row.get(3)?,
        quantity: row.get(4)?,
        confirmed_at: row.get(5)?,
        run: (run > 0).then_some(RunId(run)),
    })
}

/// A part of a name, as `LIKE` wants it.
fn like_part(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
