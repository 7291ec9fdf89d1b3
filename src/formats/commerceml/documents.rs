//! Collects one `Документ`: what 1C says has become of an order.

use chrono::{NaiveDate, NaiveTime};

use crate::domain::{Document, Money};
use crate::formats::commerceml::catalog::{filled, is_true};
use crate::formats::commerceml::names::{Tag, attr, requisite};
use crate::formats::commerceml::tokens::Attributes;

/// One `Документ`, with what its sub-documents say of payment and shipment.
#[derive(Debug, Default)]
pub(super) struct DocumentBuilder {
    document: Document,
    status_id: Option<String>,
    requisite_name: String,
}

impl DocumentBuilder {
    /// CommerceML 1 keeps in attributes what later versions keep in elements.
    pub(super) fn new(line: u64, attributes: Attributes<'_>) -> Self {
        let text = |name| attributes.get(name).and_then(|value| filled(value.trim()));
        let document = Document {
            number: text(attr::LEGACY_NUMBER),
            date: text(attr::LEGACY_DATE).and_then(|date| parse_date(&date)),
            time: text(attr::LEGACY_TIME).and_then(|time| parse_time(&time)),
            operation: text(attr::LEGACY_OPERATION),
            sum: text(attr::LEGACY_SUM).and_then(|sum| Money::parse(&sum).ok()),
            line,
            ..Document::default()
        };
        Self {
            document,
            ..Self::default()
        }
    }

    pub(super) fn end(&mut self, path: &[Tag], text: &str) {
        let document = &mut self.document;
        match path {
            [Tag::Id] => document.id = filled(text),
            [Tag::Number] => document.number = filled(text),
            [Tag::Number1C] => document.number_1c = filled(text),
            [Tag::Date] => document.date = parse_date(text),
            [Tag::Time] => document.time = parse_time(text),
            [Tag::Operation] => document.operation = filled(text),
            [Tag::Role] => document.role = filled(text),
            // Display only, so an unreadable sum costs nothing but itself.
            [Tag::Sum] => document.sum = Money::parse(text).ok(),
            [Tag::DeletionMark] => document.deleted |= is_true(text),
            [Tag::Goods, Tag::Product] | [Tag::LegacyLine] => document.n_lines += 1,
            [Tag::Requisites, Tag::Requisite, Tag::Name]
            | [
                Tag::SubDocuments,
                Tag::SubDocument,
                Tag::Requisites,
                Tag::Requisite,
                Tag::Name,
            ] => {
                text.clone_into(&mut self.requisite_name);
            }
            [Tag::Requisites, Tag::Requisite, Tag::Value] => self.apply_requisite(text),
            [
                Tag::SubDocuments,
                Tag::SubDocument,
                Tag::Requisites,
                Tag::Requisite,
                Tag::Value,
            ] => {
                self.apply_progress(text);
            }
            _ => {}
        }
    }

    fn apply_requisite(&mut self, value: &str) {
        let name = self.requisite_name.as_str();
        let document = &mut self.document;
        if requisite::STATUS.contains(&name) {
            document.status = filled(without_code(value));
        } else if requisite::STATUS_ID.contains(&name) {
            self.status_id = filled(value);
        } else if requisite::CANCELLED.contains(&name) {
            document.cancelled = Some(is_true(value));
        } else if requisite::POSTED.contains(&name) {
            document.posted = Some(is_true(value));
        } else if requisite::DELETION_MARK.contains(&name) {
            document.deleted |= is_true(value);
        } else if requisite::NUMBER_1C.contains(&name) {
            document.number_1c = filled(value);
        } else {
            self.apply_progress(value);
        }
    }

    /// Payment and shipment; УНФ states them in sub-documents.
    fn apply_progress(&mut self, value: &str) {
        let name = self.requisite_name.as_str();
        let document = &mut self.document;
        if requisite::PAID.contains(&name) {
            document.paid = Some(is_true(value));
        } else if requisite::SHIPPED.contains(&name) {
            document.shipped = Some(is_true(value));
        } else if requisite::PAID_WITH.contains(&name) && is_given(value) {
            // 1C writes the number only when nothing remains to be paid.
            document.paid.get_or_insert(true);
        } else if requisite::SHIPPED_WITH.contains(&name) && is_given(value) {
            document.shipped.get_or_insert(true);
        }
    }

    pub(super) fn finish(mut self) -> Document {
        if self.document.status.is_none() {
            self.document.status = self.status_id;
        }
        self.document
    }
}

/// 1C's empty date is the first day of year 1.
fn is_given(value: &str) -> bool {
    !value.is_empty() && !value.starts_with("0001-01-01") && !value.starts_with("01.01.0001")
}

/// Bitrix writes `[N] Принят`: the code, then the name.
fn without_code(status: &str) -> &str {
    status
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(status, |(code, name)| {
            if name.trim().is_empty() {
                code
            } else {
                name.trim()
            }
        })
}

/// `2024-12-30` or `30.12.2024`, with or without a time behind; `None` for 1C's empty date.
fn parse_date(text: &str) -> Option<NaiveDate> {
    let day = text.split(['T', ' ']).next()?;
    NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(day, "%d.%m.%Y"))
        .ok()
        .filter(|_| is_given(day))
}

/// `9:51:39` has been seen as well as `09:51:39`.
fn parse_time(text: &str) -> Option<NaiveTime> {
    let time = text.rsplit(['T', ' ']).next()?;
    NaiveTime::parse_from_str(time, "%H:%M:%S")
        .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_dates_that_1c_writes() {
        for (written, read) in [
            ("2024-12-30", Some("2024-12-30")),
            ("2014-12-12T9:51:39", Some("2014-12-12")),
            ("30.12.2024 18:45:21", Some("2024-12-30")),
            ("0001-01-01", None),
            ("", None),
            ("вчера", None),
        ] {
            assert_eq!(
                parse_date(written).map(|d| d.to_string()).as_deref(),
                read,
                "{written}"
            );
        }
        assert_eq!(parse_time("9:51:39").unwrap().to_string(), "09:51:39");
    }

    #[test]
    fn a_status_is_known_by_its_name_not_by_its_code() {
        assert_eq!(without_code("[N] Принят"), "Принят");
        assert_eq!(without_code("Отгружен"), "Отгружен");
        assert_eq!(without_code("[F]"), "F");
    }
}
