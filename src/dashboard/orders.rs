//! The ledger of orders: how far each has come on its way to 1C. Numbers only, nothing of a buyer.

use maud::html;

use crate::dashboard::layout::{self, button, more, page};
use crate::dashboard::shown::{order_badge, time};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::journal::{JournalError, OrderState};
use crate::pipeline::{self, Event};
use crate::wording::key;

const PAGE: u32 = 50;

const STATES: [(&str, &str, OrderState); 6] = [
    ("seen", key("order-seen"), OrderState::Seen),
    ("held", key("order-state-held"), OrderState::Held),
    (
        "publishing",
        key("order-publishing"),
        OrderState::Publishing,
    ),
    ("written", key("order-written"), OrderState::Written),
    ("taken", key("order-taken"), OrderState::Taken),
    ("confirmed", key("order-confirmed"), OrderState::Confirmed),
];

pub(super) fn list(ask: &Ask<'_>) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let exchange = &ask.exchange.name;
    let state_name = ask.query("state").unwrap_or_default();
    let state = STATES.iter().find(|(name, _, _)| *name == state_name);
    let state = state.map(|(_, _, state)| *state);
    let search = ask.number("q");
    let before = ask.number("before").unwrap_or(i64::MAX);
    let orders = ask.app.read(|journal| match search {
        Some(order) => Ok(journal.order_line(exchange, order)?.into_iter().collect()),
        None => journal.orders_page(exchange, state, before, PAGE),
    });
    let orders: Vec<_> = orders.map_err(|err: JournalError| err)?;
    let last = orders.last().map(|last| last.order.to_string());
    let values = [
        ("state", state_name),
        ("before", last.as_deref().unwrap_or_default()),
    ];
    let next = layout::next(ask, "/orders", (orders.len(), PAGE), &values);
    let search = search.map(|order| order.to_string()).unwrap_or_default();
    let content = html! {
        (layout::filter(ask, "/orders", key("orders-search"), &search, &STATES.map(|(name, text, _)| (name, text))))
        (button(ask, "/orders/ask", &words.text("ask-orders-button"), "primary"))
        div #orders data-live[before == i64::MAX] {
            @if orders.is_empty() {
                p .empty { (words.text("orders-none")) }
            } @else {
                div .scroll tabindex="0" role="group" aria-label=(words.text("nav-orders")) {
                    table .wide {
                        thead { tr {
                            th .num scope="col" { (words.text("col-order")) }
                            th scope="col" { (words.text("col-state")) }
                            th scope="col" { (words.text("col-seen")) }
                            th scope="col" { (words.text("col-written")) }
                            th scope="col" { (words.text("col-taken")) }
                            th scope="col" { (words.text("col-confirmed")) }
                            th scope="col" { (words.text("col-file")) }
                            th scope="col" { (words.text("col-action")) }
                        } }
                        tbody {
                            @for order in &orders {
                                tr {
                                    th .num scope="row" { (order.order) }
                                    td {
                                        (order_badge(order.state, words))
                                        @if let Some(why) = &order.reason { br; (why.text(words)) }
                                    }
                                    td { (time(&order.seen_at)) }
                                    td { @if let Some(at) = &order.written_at { (time(at)) } }
                                    td { @if let Some(at) = &order.taken_at { (time(at)) } }
                                    td { @if let Some(at) = &order.confirmed_at { (time(at)) } }
                                    td .name { @if let Some(file) = &order.file { (file) } }
                                    td { (button(ask, &format!("/orders/{}/again", order.order), &words.text("again-button"), "small")) }
                                }
                            }
                        }
                    }
                }
            }
            (more(ask, next))
        }
    };
    Ok(Answer::Page(page(ask, &words.text("nav-orders"), &content)))
}

/// The order is written once more, and the shop is asked for it now.
pub(super) fn again(ask: &Ask<'_>, order: u32) -> Result<Answer, PageError> {
    let journal = ask.app.open_journal()?;
    pipeline::write_order_again(order, &ask.exchange.name, &journal)?;
    Ok(ask_now(ask))
}

pub(super) fn ask_now(ask: &Ask<'_>) -> Answer {
    ask.app.waker.wake(Event::AskForOrders);
    Answer::To(ask.link("/orders", &[]))
}
