//! `obmen orders`, `products`, `statuses`, `categories`: fetched into the outbox, or printed.

use serde_json::{Map, Value, json};

use crate::cli::output::{Out, put_message};
use crate::cli::{Common, Exit, run, send};
use crate::domain::OrderId;
use crate::folders::Outbox;
use crate::pipeline::{ListKind, OrdersReport, ask_for_orders, fetch_list, write_order_again};
use crate::wording::Message;

pub(super) fn orders(common: &Common, again: &[u32], out: &mut Out) -> anyhow::Result<Exit> {
    let _lock = send::lock(common)?;
    let (exchange, journal) = send::open_one(common)?;
    let outbox = Outbox::open(&exchange.settings.outbox)?;
    for number in again {
        write_order_again(*number, exchange.name(), &journal)?;
    }
    let report = ask_for_orders(&exchange, &journal, &outbox)?;
    if out.is_text() {
        say_orders(&report, out);
    } else {
        out.json(&json_orders(&report));
    }
    for number in again {
        let is_written = report.written.iter().any(|order| order.get() == *number);
        if !is_written {
            let order = number.to_string();
            out.failure(
                &out.words
                    .fill("order-not-asked", &[("order", order.into())]),
            );
            return Ok(Exit::Attention);
        }
    }
    let is_clean = report.held.is_empty() && report.unreadable.is_empty();
    Ok(if is_clean {
        Exit::Fine
    } else {
        Exit::Attention
    })
}

fn say_orders(report: &OrdersReport, out: &mut Out) {
    match &report.file {
        Some(file) => {
            let n = run::n_orders(report.written.len(), out.words);
            out.say(&format!("{n} → {}", file.display()));
        }
        None => out.say(
            &out.words
                .fill("no-new-orders", &[("n", report.n_seen.into())]),
        ),
    }
    say_held(report, out);
    for (order, note) in &report.notes {
        let (order, note) = (order.to_string(), note.text(out.words));
        out.say(&out.words.fill(
            "order-note",
            &[("order", order.into()), ("note", note.into())],
        ));
    }
}

pub(super) fn json_orders(report: &OrdersReport) -> Value {
    json!({
        "seen": report.n_seen,
        "written": report.written.iter().map(|order| order.get()).collect::<Vec<_>>(),
        "file": report.file.as_ref().map(|file| file.display().to_string()),
        "held": report.held.iter().map(|(order, why)| json_order(*order, "detail", why)).collect::<Vec<_>>(),
        "unreadable": report.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "notes": report.notes.iter().map(|(order, note)| json_order(*order, "note", note)).collect::<Vec<_>>(),
    })
}

/// Orders that cannot be written.
pub(super) fn say_held(report: &OrdersReport, out: &mut Out) {
    let words = out.words;
    for (order, reason) in &report.held {
        let (order, why) = (order.to_string(), reason.text(words));
        out.say(&words.fill(
            "order-held",
            &[("order", order.into()), ("why", why.into())],
        ));
    }
    for reason in &report.unreadable {
        let why = reason.text(words);
        out.say(&words.fill("order-unreadable", &[("why", why.into())]));
    }
}

fn json_order(order: OrderId, name: &str, message: &Message) -> Value {
    let mut value = json!({"order": order.get()});
    put_message(&mut value, name, Some(message));
    value
}

pub(super) fn list(common: &Common, kind: ListKind, out: &mut Out) -> anyhow::Result<Exit> {
    let (exchange, journal) = send::open_one(common)?;
    if !out.is_text() {
        let report = fetch_list(kind, &exchange, &journal, None)?;
        let rows: Vec<Value> = report
            .rows
            .iter()
            .map(|row| {
                let cells = report
                    .header
                    .iter()
                    .zip(row)
                    .map(|(name, cell)| ((*name).to_owned(), json!(cell)));
                Value::Object(cells.collect::<Map<_, _>>())
            })
            .collect();
        match out.format {
            super::Format::Jsonl => rows.iter().for_each(|row| out.json(row)),
            super::Format::Json | super::Format::Text => out.json(&Value::Array(rows)),
        }
        return Ok(Exit::Fine);
    }
    let outbox = Outbox::open(&exchange.settings.outbox)?;
    let report = fetch_list(kind, &exchange, &journal, Some(&outbox))?;
    if kind != ListKind::Products {
        out.table(&report.rows);
    }
    let n = out.words.fill("n-rows", &[("n", report.rows.len().into())]);
    for file in &report.files {
        out.say(&format!("{n} → {}", file.display()));
    }
    Ok(Exit::Fine)
}
