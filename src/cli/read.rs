//! `obmen read FILE…`: what files state, without configuration or network.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::output::{Out, put_message};
use crate::cli::{Common, Exit};
use crate::domain::{Document, Fact, ItemKey, Offer, Product, Sku};
use crate::formats::{self, CsvOptions, FileError, RowError, Summary};
use crate::wording::{Message, Worded as _, Wording};

pub(super) fn read(common: &Common, files: &[PathBuf], summary_only: bool, out: &mut Out) -> Exit {
    // Mapped columns are used where there is a configuration; none is needed.
    let csv = super::config::load(&common.config)
        .ok()
        .and_then(|config| config.exchanges.into_iter().next())
        .map(|exchange| exchange.csv)
        .unwrap_or_default();
    let mut exit = Exit::Fine;
    for path in files {
        if files.len() > 1 {
            out.say(&format!("{}:", path.display()));
        }
        exit = exit.max(read_one(path, &csv, summary_only, out));
    }
    exit
}

fn read_one(path: &Path, csv: &CsvOptions, summary_only: bool, out: &mut Out) -> Exit {
    let mut exit = Exit::Fine;
    let opened = File::open(path)
        .map_err(FileError::Io)
        .and_then(|file| formats::read(file, csv))
        .and_then(|facts| facts.ahead().map_err(FileError::Io));
    let mut facts = match opened {
        Ok(facts) => facts,
        Err(err) => {
            print_file_error(&err, out);
            return Exit::Attention;
        }
    };
    let mut n_file_errors = 0;
    for row in &mut facts {
        match row {
            Ok(Ok(fact)) if !summary_only => print_fact(&fact, out),
            Ok(Ok(_)) => {}
            Ok(Err(err)) => {
                if !err.fault.is_note() {
                    exit = Exit::Attention;
                }
                if !summary_only {
                    print_row_fault(&err, out);
                }
            }
            Err(err) => {
                exit = Exit::Attention;
                n_file_errors += 1;
                print_file_error(&err, out);
            }
        }
    }
    let mut summary = facts.summary();
    summary.n_faults += n_file_errors;
    print_summary(&summary, out);
    exit
}

fn print_file_error(err: &FileError, out: &mut Out) {
    print_fault(err.code(), err.line(), &err.message(), &err.message(), out);
}

/// What is only worth knowing is called a note.
fn print_row_fault(err: &RowError, out: &mut Out) {
    if out.is_text() && err.fault.is_note() {
        let why = err.message().text(out.words);
        out.say(&out.words.fill("read-note", &[("why", why.into())]));
        return;
    }
    let line = Some(err.place.line);
    print_fault(
        err.fault.code(),
        line,
        &err.fault.message(),
        &err.message(),
        out,
    );
}

/// `whole` names the line as well, where there is one.
fn print_fault(code: &str, line: Option<u64>, fault: &Message, whole: &Message, out: &mut Out) {
    if out.is_text() {
        let why = whole.text(out.words);
        out.say(&out.words.fill("read-fault", &[("why", why.into())]));
    } else {
        let mut value = json!({"fault": code, "line": line, "message": null});
        put_message(&mut value, "message", Some(fault));
        out.raw(&value.to_string());
    }
}

fn print_summary(summary: &Summary, out: &mut Out) {
    if out.is_text() {
        let words = out.words;
        let extent = match summary.only_changes {
            Some(true) => words.text("read-changes-only"),
            Some(false) => words.text("read-full"),
            None => String::new(),
        };
        out.say(&words.fill(
            "read-summary",
            &[
                ("format", summary.format.name().into()),
                ("encoding", summary.encoding.into()),
                ("extent", extent.into()),
                ("groups", summary.n_groups.into()),
                ("products", summary.n_products.into()),
                ("offers", summary.n_offers.into()),
                ("prices", summary.n_prices.into()),
                ("stocks", summary.n_stocks.into()),
                ("documents", summary.n_documents.into()),
                ("faults", summary.n_faults.into()),
            ],
        ));
        return;
    }
    let value = json!({"summary": {
        "format": summary.format.name(),
        "encoding": summary.encoding,
        "only_changes": summary.only_changes,
        "groups": summary.n_groups,
        "products": summary.n_products,
        "offers": summary.n_offers,
        "prices": summary.n_prices,
        "stocks": summary.n_stocks,
        "documents": summary.n_documents,
        "faults": summary.n_faults,
    }});
    out.raw(&value.to_string());
}

/// One fact is one object, except an offer: that is one for each price and each stock.
fn print_fact(fact: &Fact, out: &mut Out) {
    for value in json_facts(fact) {
        if out.is_text() {
            out.say(&text_of(&value, out.words));
        } else {
            out.raw(&value.to_string());
        }
    }
}

fn json_facts(fact: &Fact) -> Vec<Value> {
    match fact {
        Fact::Group(group) => {
            vec![
                json!({"fact": "group", "id": group.id, "name": group.name, "parent": group.parent}),
            ]
        }
        Fact::PriceType(reference) => {
            vec![json!({"fact": "price_type", "id": reference.id, "name": reference.name})]
        }
        Fact::Warehouse(reference) => {
            vec![json!({"fact": "warehouse", "id": reference.id, "name": reference.name})]
        }
        Fact::Product(product) => vec![json_product(product)],
        Fact::Offer(offer) => json_offer(offer),
        Fact::Document(document) => vec![json_document(document)],
    }
}

fn json_product(product: &Product) -> Value {
    let properties: Vec<Value> = product
        .properties
        .iter()
        .map(|property| json!({"name": property.name, "value": property.value}))
        .collect();
    json!({
        "fact": "product",
        "id": product.item.as_ref().map(ItemKey::product),
        "variant": product.item.as_ref().and_then(ItemKey::variant),
        "sku": product.sku.as_ref().map(Sku::as_str),
        "barcode": product.barcode,
        "name": product.name,
        "description": product.description,
        "unit": product.unit,
        "groups": product.groups,
        "images": product.images,
        "manufacturer": product.manufacturer,
        "properties": properties,
        "deleted": product.deleted,
        "line": product.line,
    })
}

fn json_offer(offer: &Offer) -> Vec<Value> {
    let id = offer.item.as_ref().map(ItemKey::product);
    let variant = offer.item.as_ref().and_then(ItemKey::variant);
    let sku = offer.sku.as_ref().map(Sku::as_str);
    let prices = offer.prices.iter().map(|price| {
        json!({
            "fact": "price", "id": id, "variant": variant, "sku": sku,
            "type": price.price_type.as_deref(), "price": price.price.to_string(),
            "currency": price.currency.as_deref(), "line": price.line,
        })
    });
    let stock = |warehouse: Option<&str>, quantity: String, line: u64| {
        json!({
            "fact": "stock", "id": id, "variant": variant, "sku": sku,
            "warehouse": warehouse, "quantity": quantity, "line": line,
        })
    };
    let total = offer
        .quantity
        .map(|quantity| stock(None, quantity.to_string(), offer.line));
    let warehouses = offer
        .warehouses
        .iter()
        .map(|row| stock(Some(&row.warehouse), row.quantity.to_string(), row.line));
    prices.chain(total).chain(warehouses).collect()
}

fn json_document(document: &Document) -> Value {
    let date = document.date.map(|date| match document.time {
        Some(time) => format!("{date}T{}", time.format("%H:%M:%S")),
        None => date.to_string(),
    });
    json!({
        "fact": "document",
        "id": document.id,
        "number": document.number,
        "date": date,
        "operation": document.operation,
        "status": document.status,
        "paid": document.paid,
        "shipped": document.shipped,
        "cancelled": document.cancelled,
        "sum": document.sum.map(|sum| sum.to_string()),
        "lines": document.n_lines,
        "line": document.line,
    })
}

/// `line 12: price sku=ЧАЙ-100 price=349.00`: what the object says, without what it does not.
fn text_of(value: &Value, words: &Wording) -> String {
    let Some(object) = value.as_object() else {
        return String::new();
    };
    let fields: Vec<String> = object
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "fact" | "line"))
        .filter_map(|(name, value)| match value {
            Value::Null | Value::Bool(false) => None,
            Value::Array(list) if list.is_empty() => None,
            Value::String(text) => Some(format!("{name}={}", shortened(text))),
            other => Some(format!("{name}={}", shortened(&other.to_string()))),
        })
        .collect();
    let kind = object
        .get("fact")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match object.get("line") {
        Some(line) => {
            let line = words.fill("receipt-row", &[("line", line.to_string().into())]);
            format!("{line}: {kind} {}", fields.join(" "))
        }
        None => format!("{kind} {}", fields.join(" ")),
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 100;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        line
    } else {
        line.chars().take(SHOWN).chain(['…']).collect()
    }
}
