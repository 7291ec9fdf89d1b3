//! The first page: did my file go through, which rows did not, what do I do now.

use chrono::{Days, NaiveDateTime};
use maud::{Markup, html};

use crate::dashboard::drop_page;
use crate::dashboard::heart::Pulse;
use crate::dashboard::layout::{button, page};
use crate::dashboard::shown::{Come, State, badge, number, order_badge, run_badge, time};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::journal::{
    Day, Journal, JournalError, OrderLine, OrderState, Run, RunFilter, RunState, Tally,
};
use crate::pipeline::is_guarded;
use crate::wording::key;

/// Days of the chart.
const N_DAYS: usize = 14;

/// What waits for a person is shown up to here; the lists have the rest.
const MAX_WAITING: u32 = 10;

const ORDERS_JOB: &str = "orders";

/// Everything that the page shows, read at once.
struct Seen {
    last: Option<Come>,
    n_waiting: u64,
    held: Vec<Run>,
    rejected: Vec<Run>,
    retrying: Vec<Run>,
    held_orders: Vec<OrderLine>,
    last_order: Option<OrderLine>,
    n_to_take: u64,
    n_pending: u64,
    last_asked: Option<NaiveDateTime>,
    days: Vec<Day>,
}

fn see(journal: &Journal, exchange: &str, now: NaiveDateTime) -> Result<Seen, JournalError> {
    let runs = |state, limit| {
        let filter = RunFilter {
            exchange: Some(exchange),
            state,
            ..RunFilter::default()
        };
        journal.runs_page(&filter, limit)
    };
    let last = runs(None, 1)?.pop();
    let last = last.map(|run| Come::of(run, journal)).transpose()?;
    // A rejected file is news for a while; then it is history.
    let is_news = |run: &Run| run.age(now).as_secs() < 24 * 3_600;
    let mut rejected = runs(Some(RunState::Rejected), 5)?;
    rejected.retain(is_news);
    let n_rejected = u64::try_from(rejected.len()).unwrap_or_default();
    // The lists below are cut.
    let n_waiting = journal.n_runs(exchange, RunState::Held)?
        + journal.n_orders(exchange, OrderState::Held)?
        + n_rejected;
    let today = now.date();
    let back = Days::new(u64::try_from(N_DAYS).unwrap_or_default().saturating_sub(1));
    Ok(Seen {
        last,
        n_waiting,
        held: runs(Some(RunState::Held), MAX_WAITING)?,
        rejected,
        retrying: runs(Some(RunState::Retry), MAX_WAITING)?,
        held_orders: journal.orders_page(
            exchange,
            Some(OrderState::Held),
            i64::MAX,
            MAX_WAITING,
        )?,
        last_order: journal.last_order_written(exchange)?,
        n_to_take: journal.n_orders(exchange, OrderState::Written)?,
        n_pending: journal.n_pending(exchange)?,
        last_asked: journal.last_ran(exchange, ORDERS_JOB)?,
        days: journal.days(
            exchange,
            today.checked_sub_days(back).unwrap_or(today),
            N_DAYS,
        )?,
    })
}

pub(super) fn home(ask: &Ask<'_>) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let now = ask.app.now();
    let seen = ask
        .app
        .read(|journal| see(journal, &ask.exchange.name, now))?;
    let pulse = ask.app.heart.pulse(&ask.exchange.name);
    let content = html! {
        div #verdict data-live { (verdict(ask, &seen, &pulse)) }
        (drop_page::zone(ask))
        div #waiting data-live { (waiting(ask, &seen)) }
        div .columns {
            section #last data-live aria-labelledby="last-title" {
                h2 #last-title { (words.text("home-last-file")) }
                (last_file(ask, &seen))
            }
            section #facts data-live aria-labelledby="facts-title" {
                h2 #facts-title { (words.text("home-exchange")) }
                (facts(ask, &seen, &pulse))
            }
        }
        section #chart data-live aria-labelledby="chart-title" {
            h2 #chart-title { (words.fill("home-days", &[("n", N_DAYS.into())])) }
            (chart(ask, &seen.days, now))
        }
    };
    Ok(Answer::Page(page(ask, &words.text("nav-home"), &content)))
}

/// One sentence.
fn verdict(ask: &Ask<'_>, seen: &Seen, pulse: &Pulse) -> Markup {
    let words = ask.app.words();
    let (state, text) = if let Some(trouble) = &pulse.trouble {
        let key = if pulse.is_shop_away() {
            key("verdict-shop-away")
        } else {
            key("verdict-trouble")
        };
        let said = format!("{} {}", words.text(key), trouble.text.text(words));
        (State::Bad, said)
    } else if seen.n_waiting > 0 {
        let said = words.fill("verdict-waiting", &[("n", seen.n_waiting.into())]);
        (State::Look, said)
    } else if !seen.retrying.is_empty() {
        let said = words.fill("verdict-retrying", &[("n", seen.retrying.len().into())]);
        (State::Busy, said)
    } else {
        (State::Good, words.text("verdict-good"))
    };
    html! { p .verdict role="status" { (badge(state, &text)) } }
}

/// What a person must decide, each with its buttons.
fn waiting(ask: &Ask<'_>, seen: &Seen) -> Markup {
    let words = ask.app.words();
    let is_empty = seen.held.is_empty()
        && seen.rejected.is_empty()
        && seen.retrying.is_empty()
        && seen.held_orders.is_empty();
    html! {
        @if !is_empty {
            section .card aria-labelledby="waiting-title" {
                h2 #waiting-title { (words.text("home-waiting")) }
                ul .plain {
                    @for run in seen.held.iter().chain(&seen.rejected).chain(&seen.retrying) {
                        li .task {
                            div {
                                a .strong href=(ask.link(&format!("/runs/{}", run.id), &[])) { (run.file) }
                                " " (run_badge(run.state, &Tally::default(), words))
                                @if let Some(note) = &run.note { p { (note.text(words)) } }
                                p .hint { (hint(ask, run)) }
                            }
                            (decisions(ask, run))
                        }
                    }
                    @for order in &seen.held_orders {
                        li .task {
                            div {
                                span .strong { (words.fill("order-number", &[("order", order.order.to_string().into())])) }
                                " " (order_badge(order.state, words))
                                @if let Some(why) = &order.reason { p { (why.text(words)) } }
                                p .hint { (words.text("hint-order-held")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn hint(ask: &Ask<'_>, run: &Run) -> String {
    let words = ask.app.words();
    match run.state {
        RunState::Held if is_guarded(run) => words.text("hint-held"),
        RunState::Held => words.text("hint-held-by-cause"),
        RunState::Rejected => words.text("hint-rejected"),
        RunState::Retry => words.text("hint-retry"),
        RunState::Open | RunState::Done => String::new(),
    }
}

/// The buttons that a run's state allows.
pub(super) fn decisions(ask: &Ask<'_>, run: &Run) -> Markup {
    let words = ask.app.words();
    let to = |decision: &str| format!("/runs/{}/{decision}", run.id);
    html! {
        div .buttons {
            @match run.state {
                RunState::Held if !is_guarded(run) => {
                    (button(ask, &to("retry"), &words.text("retry-button"), "primary"))
                    (button(ask, &to("reject"), &words.text("reject-button"), ""))
                    (button(ask, &to("look"), &words.text("look-button"), ""))
                }
                RunState::Held => {
                    (button(ask, &to("approve"), &words.text("approve-button"), "primary"))
                    (button(ask, &to("reject"), &words.text("reject-button"), ""))
                    (button(ask, &to("retry"), &words.text("retry-button"), ""))
                    (button(ask, &to("look"), &words.text("look-button"), ""))
                }
                RunState::Rejected => (button(ask, &to("retry"), &words.text("return-button"), "")),
                RunState::Retry => (button(ask, &to("retry"), &words.text("retry-now-button"), "")),
                RunState::Open | RunState::Done => {}
            }
        }
    }
}

fn last_file(ask: &Ask<'_>, seen: &Seen) -> Markup {
    let words = ask.app.words();
    let Some(come) = &seen.last else {
        return html! { p .empty { (words.text("home-no-file")) } };
    };
    let Come { run, tally, .. } = come;
    let place = format!("/runs/{}", run.id);
    html! {
        p { a .strong href=(ask.link(&place, &[])) { (run.file) } " " (run_badge(run.state, tally, words)) }
        p { (time(&run.started_at)) " · " (come.text(words)) }
        @if tally.needs_attention() {
            p {
                a .button href=(ask.link(&place, &[("rows", "faulty")])) { (words.text("show-faulty")) }
                " "
                a .button href=(ask.link(&format!("{place}/faulty.csv"), &[])) { (words.text("download-faulty")) }
            }
        }
    }
}

fn facts(ask: &Ask<'_>, seen: &Seen, pulse: &Pulse) -> Markup {
    let words = ask.app.words();
    let said = ask.app.shop_said(&ask.exchange.name);
    let next = match (ask.exchange.schedule.orders, seen.last_asked) {
        (Some(every), Some(last)) => chrono::Duration::from_std(every)
            .ok()
            .and_then(|every| last.checked_add_signed(every)),
        _ => None,
    };
    let stamp = |at: NaiveDateTime| time(&at.format("%Y-%m-%d %H:%M:%S").to_string());
    html! {
        dl {
            dt { (words.text("fact-shop")) }
            dd {
                a href=(ask.exchange.shop.url) rel="noreferrer" { (ask.exchange.shop.url) } br;
                @match said.as_ref().map(|said| (said.at, &said.said)) {
                    Some((_, Ok(module))) => (badge(State::Good, module)),
                    Some((_, Err(why))) => (badge(State::Bad, &why.text(words))),
                    None => (badge(State::Busy, &words.text("fact-asking"))),
                }
                @if let Some(said) = &said { " " span .hint { (stamp(said.at)) } }
                " " (button(ask, "/shop", &words.text("ask-shop-button"), "small"))
            }
            dt { (words.text("fact-last-order")) }
            dd {
                @match &seen.last_order {
                    Some(order) => {
                        a href=(ask.link("/orders", &[])) { (words.fill("order-number", &[("order", order.order.to_string().into())])) }
                        " " (order_badge(order.state, words))
                        @if let Some(at) = &order.written_at { " " span .hint { (time(at)) } }
                    }
                    None => (words.text("fact-none")),
                }
            }
            dt { (words.text("fact-next-ask")) }
            dd {
                @match next {
                    Some(at) => (stamp(at)),
                    None => (words.text("fact-by-hand")),
                }
            }
            dt { (words.text("fact-queue")) }
            dd {
                ul .inline {
                    li { (words.fill("queue-files", &[("n", pulse.n_waiting.into())])) }
                    li { (words.fill("queue-pending", &[("n", seen.n_pending.into())])) }
                    li { (words.fill("queue-orders", &[("n", seen.n_to_take.into())])) }
                }
            }
            dt { (words.text("fact-last-pass")) }
            dd {
                @match pulse.last_pass {
                    Some(at) => (stamp(at)),
                    None => (words.text("fact-none")),
                }
            }
        }
    }
}

/// Class, title, and the number of a day.
type Bars = (&'static str, &'static str, fn(&Day) -> u64);

const CHART_HEIGHT: u64 = 64;
const BAR_STEP: usize = 24;
const BAR_WIDTH: usize = 18;

/// Three small charts of one scale in time; the same numbers as a table below them.
fn chart(ask: &Ask<'_>, days: &[Day], now: NaiveDateTime) -> Markup {
    let words = ask.app.words();
    let date = |at: usize| {
        let back = u64::try_from(days.len() - 1 - at).unwrap_or_default();
        let day = now.date().checked_sub_days(Days::new(back));
        day.map(|day| day.format("%d.%m").to_string())
            .unwrap_or_default()
    };
    let rows: [Bars; 3] = [
        ("bar-applied", key("chart-applied"), |day| day.n_applied),
        ("bar-faulty", key("chart-faulty"), |day| day.n_faulty),
        ("bar-orders", key("chart-orders"), |day| day.n_orders),
    ];
    let width = days.len() * BAR_STEP;
    html! {
        div .charts {
            @for (class, title, of) in rows {
                @let most = days.iter().map(of).max().unwrap_or_default().max(1);
                @let sum: u64 = days.iter().map(of).sum();
                figure {
                    figcaption { (words.text(title)) ": " strong { (number(sum)) } }
                    svg viewBox=(format!("0 0 {width} {}", CHART_HEIGHT + 14)) role="img" aria-label=(format!("{}: {sum}", words.text(title))) {
                        line .axis x1="0" x2=(width) y1=(CHART_HEIGHT) y2=(CHART_HEIGHT) {}
                        @for (at, day) in days.iter().enumerate() {
                            @let n = of(day);
                            @let height = if n == 0 { 0 } else { (n.saturating_mul(CHART_HEIGHT - 4) / most).max(2) };
                            rect .(class) x=(at * BAR_STEP + 3) y=(CHART_HEIGHT - height) width=(BAR_WIDTH) height=(height) {
                                title { (date(at)) ": " (number(n)) }
                            }
                        }
                        text x="3" y=(CHART_HEIGHT + 12) { (date(0)) }
                        text x=(width - 3) y=(CHART_HEIGHT + 12) text-anchor="end" { (date(days.len() - 1)) }
                    }
                }
            }
        }
        details {
            summary { (words.text("chart-numbers")) }
            div .scroll tabindex="0" role="group" aria-label=(words.text("chart-numbers")) {
                table {
                    thead { tr {
                        th scope="col" { (words.text("col-day")) }
                        @for (_, title, _) in rows { th .num scope="col" { (words.text(title)) } }
                    } }
                    tbody {
                        @for (at, day) in days.iter().enumerate().rev() {
                            tr {
                                th scope="row" { (date(at)) }
                                @for (_, _, of) in rows { td .num { (number(of(day))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
