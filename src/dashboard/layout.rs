//! What every page has around it: head, navigation, the way to say that something failed.

use maud::{DOCTYPE, Markup, html};

use crate::dashboard::shown::{State, badge};
use crate::dashboard::web::{Ask, PageError};
use crate::wording::{Worded as _, Wording, key};

const PAGES: [(&str, &str); 6] = [
    ("/", key("nav-home")),
    ("/drop", key("nav-drop")),
    ("/runs", key("nav-runs")),
    ("/orders", key("nav-orders")),
    ("/products", key("nav-products")),
    ("/mapping", key("nav-mapping")),
];

/// A page for somebody who is let in.
pub(super) fn page(ask: &Ask<'_>, title: &str, content: &Markup) -> Markup {
    let words = ask.app.words();
    let here = ask.path.split('/').nth(1).unwrap_or_default();
    let exchanges = ask.exchanges;
    let body = html! {
        a .skip href="#main" { (words.text("skip-to-content")) }
        header .top {
            a .brand href=(ask.link("/", &[])) { "obmen" }
            nav aria-label=(words.text("nav-label")) {
                @for (path, name) in PAGES {
                    a href=(ask.link(path, &[])) aria-current=[(path.trim_start_matches('/') == here).then_some("page")] {
                        (words.text(name))
                    }
                }
            }
            @if exchanges.len() > 1 {
                form .switch method="get" action="/" {
                    label for="exchange" { (words.text("exchange-label")) }
                    select #exchange name="exchange" data-submit {
                        @for exchange in exchanges {
                            option value=(exchange.name) selected[exchange.name == ask.exchange.name] { (exchange.name) }
                        }
                    }
                    noscript { button { (words.text("show-button")) } }
                }
            }
            @if ask.session.may_leave {
                form method="post" action="/logout" {
                    (csrf(ask))
                    button .plain { (words.text("logout-button")) }
                }
            }
        }
        main #main tabindex="-1" {
            // What a page that is merely open cannot say of itself.
            p #lost .alert role="alert" hidden data-away=(words.text("lost-away")) data-out=(words.text("lost-out")) {}
            h1 { (title) }
            (content)
        }
    };
    document(words, title, Some(ask), &body)
}

/// The token without which nothing is done.
pub(super) fn csrf(ask: &Ask<'_>) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(ask.session.csrf);
        input type="hidden" name="exchange" value=(ask.exchange.name);
    }
}

/// A button that does something.
pub(super) fn button(ask: &Ask<'_>, action: &str, text: &str, class: &str) -> Markup {
    html! {
        form .act method="post" action=(action) {
            (csrf(ask))
            button class=(class) { (text) }
        }
    }
}

/// What a list is searched by, and the states that it is filtered by.
pub(super) fn filter(
    ask: &Ask<'_>,
    path: &str,
    label: &str,
    search: &str,
    states: &[(&str, &str)],
) -> Markup {
    let words = ask.app.words();
    let chosen = ask.query("state").unwrap_or_default();
    html! {
        form .filter method="get" action=(path) role="search" {
            input type="hidden" name="exchange" value=(ask.exchange.name);
            label { (words.text(label)) input type="search" name="q" value=(search); }
            @if !states.is_empty() {
                label { (words.text("col-state"))
                    select name="state" {
                        option value="" { (words.text("filter-all")) }
                        @for (name, text) in states {
                            option value=(name) selected[*name == chosen] { (words.text(text)) }
                        }
                    }
                }
            }
            button { (words.text("show-button")) }
        }
    }
}

/// Behind the last row of a part that is full; `values` say where that is.
pub(super) fn next(
    ask: &Ask<'_>,
    path: &str,
    (n_rows, full): (usize, u32),
    values: &[(&str, &str)],
) -> Option<String> {
    let is_full = u32::try_from(n_rows).is_ok_and(|n| n >= full);
    is_full.then(|| ask.link(path, values))
}

/// Where to go on in a long list.
pub(super) fn more(ask: &Ask<'_>, next: Option<String>) -> Markup {
    html! {
        @if let Some(next) = next {
            p .more { a .button rel="next" href=(next) { (ask.app.words().text("more-button")) } }
        }
    }
}

pub(super) fn login(words: &'static Wording, said: Option<&str>) -> Markup {
    let title = words.text("login-title");
    let body = html! {
        main #main .login {
            h1 { (title) }
            @if let Some(said) = said {
                p .alert role="alert" { (badge(State::Bad, said)) }
            }
            form method="post" action="/login" {
                label for="password" { (words.text("login-password")) }
                input #password type="password" name="password" required autofocus autocomplete="current-password";
                button .primary { (words.text("login-button")) }
            }
        }
    };
    document(words, &title, None, &body)
}

pub(super) fn failure(ask: &Ask<'_>, err: &PageError) -> Markup {
    let words = ask.app.words();
    let title = words.text(match err {
        PageError::NotFound => key("not-found-title"),
        PageError::Journal(_)
        | PageError::Decision(_)
        | PageError::Carry(_)
        | PageError::Shop(_)
        | PageError::Config(_) => key("failed-title"),
    });
    let said = err.message().text(words);
    let content = html! {
        p .alert role="alert" { (badge(State::Bad, &said)) }
        p { a href=(ask.link("/", &[])) { (words.text("back-home")) } }
    };
    page(ask, &title, &content)
}

fn document(words: &Wording, title: &str, ask: Option<&Ask<'_>>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.language().code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · obmen" }
                link rel="stylesheet" href="/style.css";
                @if let Some(ask) = ask {
                    meta name="csrf" content=(ask.session.csrf);
                    script src="/script.js" defer {}
                }
            }
            body { (body) }
        }
    }
}
