//! What there is to choose from, and how the configuration spells what has been chosen.

use crate::wording::Wording;

/// An entry of a list of 1C or of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: String,
}

/// How a text of the configuration finds its entry; as the exchange does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Options {
    /// By number, else by name.
    Statuses,
    /// By number, path, or the last part of the path; the first of the list.
    Categories,
    /// By name or id.
    Names,
}

/// Something to choose, or a choice that nothing is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choosable {
    /// As the configuration spells it, or would.
    pub(super) value: String,
    name: String,
    is_known: bool,
    pub(super) is_chosen: bool,
}

impl Choosable {
    pub(super) fn label(&self, words: &Wording) -> String {
        if self.is_known {
            self.name.clone()
        } else {
            words.fill("mapping-missing", &[("name", self.name.as_str().into())])
        }
    }
}

/// Everything known in its order, then what is chosen and not known.
pub(super) fn options(known: &[Known], chosen: &[String], rule: Options) -> Vec<Choosable> {
    let found: Vec<Option<usize>> = chosen.iter().map(|text| find(text, known, rule)).collect();
    let all = known.iter().enumerate().map(|(at, entry)| {
        let spelled = found.iter().position(|found| *found == Some(at));
        let spelled = spelled.and_then(|spelled| chosen.get(spelled));
        Choosable {
            value: spelled
                .cloned()
                .unwrap_or_else(|| spelling(at, entry, known, rule)),
            name: entry.name.clone(),
            is_known: true,
            is_chosen: spelled.is_some(),
        }
    });
    let missing = chosen
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none());
    let missing = missing.map(|(text, _)| Choosable {
        value: text.clone(),
        name: text.clone(),
        is_known: false,
        is_chosen: true,
    });
    all.chain(missing).collect()
}

/// A name is easier to read, but only where it leads to this very entry.
fn spelling(at: usize, entry: &Known, known: &[Known], rule: Options) -> String {
    let leads_here = find(&entry.name, known, rule) == Some(at);
    let is_plain = entry.name.trim() == entry.name && !entry.name.is_empty();
    // A number would be taken for one.
    let is_number = entry.name.bytes().all(|b| b.is_ascii_digit());
    if leads_here && is_plain && !is_number {
        entry.name.clone()
    } else {
        entry.id.clone()
    }
}

fn find(text: &str, known: &[Known], rule: Options) -> Option<usize> {
    let lower = text.trim().to_lowercase();
    let by = |is_it: &dyn Fn(&Known) -> bool| known.iter().position(is_it);
    let by_name = || by(&|entry| entry.name.to_lowercase() == lower);
    match rule {
        Options::Statuses => by(&|entry| entry.id == lower).or_else(by_name),
        Options::Categories => by(&|entry| {
            let path = entry.name.to_lowercase();
            entry.id == lower || path == lower || path.rsplit(" > ").next() == Some(&lower)
        }),
        Options::Names => by_name().or_else(|| by(&|entry| entry.id == text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(pairs: &[(&str, &str)]) -> Vec<Known> {
        let pairs = pairs.iter().map(|(id, name)| Known {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
        });
        pairs.collect()
    }

    fn values(all: &[Choosable]) -> Vec<(&str, bool)> {
        let pairs = all
            .iter()
            .map(|option| (option.value.as_str(), option.is_chosen));
        pairs.collect()
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_is_chosen_keeps_its_spelling() {
        let statuses = known(&[("1", "Pending"), ("3", "Shipped"), ("5", "Complete")]);
        let chosen = texts(&["1", "shipped", "Gone"]);
        let all = options(&statuses, &chosen, Options::Statuses);
        assert_eq!(
            values(&all),
            [
                ("1", true),
                ("shipped", true),
                ("Complete", false),
                ("Gone", true)
            ]
        );
        assert!(!all[3].is_known);
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_written() {
        let statuses = known(&[("1", "New"), ("2", "new"), ("3", "1"), ("4", "")]);
        let all = options(&statuses, &[], Options::Statuses);
        let written: Vec<_> = all.iter().map(|option| option.value.as_str()).collect();
        assert_eq!(written, ["New", "2", "3", "4"]);
        let categories = known(&[("7", "Напитки > Чай"), ("8", "Чай"), ("9", "Чай > Зелёный")]);
        let all = options(&categories, &[], Options::Categories);
        let written: Vec<_> = all.iter().map(|option| option.value.as_str()).collect();
        assert_eq!(written, ["Напитки > Чай", "8", "Чай > Зелёный"]);
    }

    #[test]
    fn price_types_go_by_name_or_id() {
        let types = known(&[("guid-1", "Розничная"), ("guid-2", "Оптовая")]);
        for chosen in ["розничная", "guid-1"] {
            let all = options(&types, &texts(&[chosen]), Options::Names);
            assert_eq!(values(&all), [(chosen, true), ("Оптовая", false)]);
        }
    }
}
