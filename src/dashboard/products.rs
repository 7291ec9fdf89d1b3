//! Products: the shop's article, 1C's Ид, and what the shop last confirmed.

use maud::html;

use crate::dashboard::layout::{self, more, page};
use crate::dashboard::shown::{number, time};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::domain::sku;
use crate::journal::JournalError;
use crate::wording::key;

const PAGE: u32 = 100;

pub(super) fn list(ask: &Ask<'_>) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let exchange = &ask.exchange.name;
    let search = ask.query("q").unwrap_or_default();
    let after = ask.query("after").unwrap_or_default();
    let products = ask.app.read(|journal| {
        // An Ид is known whole, an article by its beginning.
        let start = match journal.key_of_item(exchange, search)? {
            Some(key) if !search.is_empty() => key,
            _ => sku::match_key(search),
        };
        journal.products_page(exchange, &start, after, PAGE)
    });
    let products: Vec<_> = products.map_err(|err: JournalError| err)?;
    let last = products.last().map(|last| last.match_key.as_str());
    let values = [("q", search), ("after", last.unwrap_or_default())];
    let next = layout::next(ask, "/products", (products.len(), PAGE), &values);
    let content = html! {
        (layout::filter(ask, "/products", key("products-search"), search, &[]))
        @if products.is_empty() {
            p .empty { (words.text("products-none")) }
        } @else {
            div .scroll tabindex="0" role="group" aria-label=(words.text("nav-products")) {
                table .wide {
                    thead { tr {
                        th scope="col" { (words.text("col-article")) }
                        th scope="col" { (words.text("col-name")) }
                        th .num scope="col" { (words.text("field-price")) }
                        th .num scope="col" { (words.text("field-quantity")) }
                        th scope="col" { (words.text("col-since")) }
                        th scope="col" { (words.text("col-run")) }
                        th scope="col" { (words.text("col-item")) }
                    } }
                    tbody {
                        @for product in &products {
                            tr {
                                th .name scope="row" { a href=(ask.link("/runs", &[("q", &product.article)])) { (product.article) } }
                                td { @if let Some(name) = &product.name { (name) } }
                                td .num { @match &product.price { Some(price) => (price), None => (unknown()) } }
                                td .num {
                                    @match product.quantity {
                                        Some(n) => (u64::try_from(n).map_or_else(|_| n.to_string(), number)),
                                        None => (unknown()),
                                    }
                                }
                                td { @if let Some(at) = &product.confirmed_at { (time(at)) } }
                                td { @if let Some(run) = product.run { a href=(ask.link(&format!("/runs/{run}"), &[])) { (run) } } }
                                td .name { @if let Some(item) = &product.item { code { (item) } } }
                            }
                        }
                    }
                }
            }
            p .hint { (words.text("products-hint")) }
        }
        (more(ask, next))
    };
    Ok(Answer::Page(page(
        ask,
        &words.text("nav-products"),
        &content,
    )))
}

/// Nothing was confirmed, or a call is on its way.
fn unknown() -> maud::Markup {
    html! { span .hint { "?" } }
}
