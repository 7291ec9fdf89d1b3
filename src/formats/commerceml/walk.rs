//! Walks through the tokens of a file and hands out a fact whenever an element that states one ends.
//!
//! The path of open elements tells what a piece of text means, so it does not
//! matter in which order the parts of a file come. Warning to whoever changes
//! this file: `path`, `text_starts` and the record's depth grow and shrink
//! together, in `open` and `close` alone.

use std::collections::{BTreeSet, VecDeque};
use std::str;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesRef;

use crate::domain::shown::excerpt;
use crate::domain::{Fact, Product, Reference};
use crate::formats::commerceml::catalog::{
    Dictionary, NameBuilder, ProductBuilder, end_reference, is_true,
};
use crate::formats::commerceml::documents::DocumentBuilder;
use crate::formats::commerceml::groups::Groups;
use crate::formats::commerceml::legacy;
use crate::formats::commerceml::names::{Name, Tag, attr};
use crate::formats::commerceml::offers::{Interner, OfferBuilder};
use crate::formats::commerceml::tokens::{At, Attributes, Batch, Kind, Lines, Token};
use crate::formats::{
    FileError, Format, Place, Row, RowError, RowFault, Summary, limits, to_usize, trimmed,
};
use crate::wording::{Message, message};

/// See the module's documentation.
pub(super) struct Walk {
    lines: Lines,
    path: Vec<Tag>,
    /// Text of the open elements, each one's own text beginning at its start,
    /// so that an element's text is put together around its children.
    text: String,
    text_starts: Vec<usize>,
    record: Record,
    /// Number of open elements up to and including the record's own.
    record_depth: usize,
    /// Elements of the record that have ended, and the bytes of their texts.
    n_parts: usize,
    n_bytes: usize,
    groups: Groups,
    dictionary: Dictionary,
    names: Interner,
    rows: VecDeque<Row>,
    summary: Summary,
    /// Elements of CommerceML 1 that were told to be not understood.
    legacy_parts: BTreeSet<String>,
    has_root: bool,
}

/// The element being collected.
enum Record {
    None,
    Name(NameBuilder),
    PriceType(Reference),
    Warehouse(Reference),
    Product(Box<ProductBuilder>),
    Offer(Box<OfferBuilder>),
    Document(Box<DocumentBuilder>),
    /// A product of CommerceML 1.
    Legacy(Box<Product>),
}

impl Walk {
    pub(super) fn new() -> Self {
        Self {
            lines: Lines::default(),
            path: Vec::new(),
            text: String::new(),
            text_starts: Vec::new(),
            record: Record::None,
            record_depth: 0,
            n_parts: 0,
            n_bytes: 0,
            groups: Groups::default(),
            dictionary: Dictionary::default(),
            names: Interner::default(),
            rows: VecDeque::new(),
            summary: Summary {
                format: Format::CommerceMl,
                ..Summary::default()
            },
            legacy_parts: BTreeSet::new(),
            has_root: false,
        }
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The next of the facts and faulty rows that the tokens so far have told.
    pub(super) fn next_row(&mut self) -> Option<Row> {
        let row = self.rows.pop_front()?;
        self.count(&row);
        Some(row)
    }

    pub(super) fn has_row(&self) -> bool {
        !self.rows.is_empty()
    }

    fn count(&mut self, row: &Row) {
        match row {
            Ok(Fact::Group(_)) => self.summary.n_groups += 1,
            Ok(Fact::Offer(offer)) => {
                self.summary.n_prices += offer.prices.len();
                self.summary.n_stocks +=
                    offer.warehouses.len() + usize::from(offer.quantity.is_some());
            }
            // Products, offers and documents are counted as elements, where they begin.
            Ok(Fact::Product(_) | Fact::Document(_) | Fact::PriceType(_) | Fact::Warehouse(_)) => {}
            Err(_) => self.summary.n_faults += 1,
        }
    }

    /// Takes the next token of a batch.
    pub(super) fn take(&mut self, token: Token, batch: &Batch) -> Result<(), FileError> {
        let (said, at) = (batch.said(token), batch.at(token));
        match token.kind {
            Kind::Start { name } => self.open(said, to_usize(name), at),
            Kind::End => self.close(at),
            Kind::Text => self.text(said, at),
            Kind::Reference => self.reference(said, at),
            Kind::Damage => {
                let encoding = batch.encoding;
                self.tell_fault(RowFault::Encoding { encoding }, at);
                Ok(())
            }
        }
    }

    /// All tokens of a batch have been taken.
    pub(super) fn leave(&mut self, batch: &Batch) {
        self.lines.leave(batch);
    }

    fn tell_fault(&mut self, fault: RowFault, at: At<'_>) {
        let place = self.place(at);
        self.rows.push_back(Err(RowError { place, fault }));
    }

    /// `said` is the name, of `n_name` bytes, and the attributes.
    fn open(&mut self, said: &[u8], n_name: usize, at: At<'_>) -> Result<(), FileError> {
        let name = Name(said.get(..n_name).unwrap_or_default());
        let tag = name.tag();
        if self.path.is_empty()
            && !matches!(
                tag,
                Tag::Root | Tag::Classifier | Tag::Catalogue | Tag::OfferPackage
            )
        {
            let root = name.to_text();
            // What Excel calls an XML spreadsheet, often under the name of an `.xls`.
            if root == "Workbook" {
                let kind = "xml-workbook";
                return Err(FileError::OtherFormat { kind });
            }
            return Err(FileError::NotCommerceMl {
                place: self.place(at),
                root: excerpt(&root),
            });
        }
        if self.path.len() >= limits::DEPTH {
            return Err(self.limit(message!("limit-depth", limit = limits::DEPTH), at));
        }
        self.has_root = true;
        let parent = self.path.last().copied();
        self.path.push(tag);
        self.text_starts.push(self.text.len());
        let attributes = Attributes::new(said, n_name);
        if matches!(self.record, Record::None) {
            self.open_record(parent, tag, name, attributes, at);
        } else {
            self.open_inside(name, attributes, at);
        }
        Ok(())
    }

    /// An element outside of any record: a new record, or a part of the file's frame.
    fn open_record(
        &mut self,
        parent: Option<Tag>,
        tag: Tag,
        name: Name<'_>,
        attributes: Attributes<'_>,
        at: At<'_>,
    ) {
        let is_legacy = self.summary.format == Format::CommerceMl1;
        let record = match (parent, tag) {
            (Some(Tag::Catalogue | Tag::OfferPackage), _) if is_legacy => {
                self.open_legacy(tag, name, attributes, at);
                return;
            }
            (_, Tag::Root) => {
                self.summary.formed_at = attributes.get(attr::FORMED_AT).map(|at| excerpt(&at));
                return;
            }
            (_, Tag::Catalogue | Tag::OfferPackage | Tag::OfferChanges | Tag::Classifier) => {
                if legacy::is_legacy(attributes) {
                    self.summary.format = Format::CommerceMl1;
                }
                if let Some(value) = attributes.get(attr::CHANGES_ONLY) {
                    self.note_only_changes(is_true(&value));
                }
                return;
            }
            (Some(Tag::Groups), Tag::Group) => {
                self.groups.open(self.path.len());
                return;
            }
            (Some(Tag::Group), Tag::Groups) => {
                self.rows.extend(self.groups.tell().map(Ok));
                return;
            }
            (Some(Tag::Properties), Tag::Property) | (Some(Tag::Units), Tag::Unit) => {
                Record::Name(NameBuilder::default())
            }
            (Some(Tag::PriceTypes), Tag::PriceType) => Record::PriceType(Reference::default()),
            (Some(Tag::Warehouses), Tag::Warehouse) => Record::Warehouse(Reference::default()),
            (Some(Tag::Goods), Tag::Product) => {
                self.summary.n_products += 1;
                Record::Product(Box::new(ProductBuilder::new(self.lines.at(at), attributes)))
            }
            (Some(Tag::Offers), Tag::Offer) => {
                self.summary.n_offers += 1;
                Record::Offer(Box::new(OfferBuilder::new(self.lines.at(at), attributes)))
            }
            (_, Tag::Document) => {
                self.summary.n_documents += 1;
                Record::Document(Box::new(DocumentBuilder::new(
                    self.lines.at(at),
                    attributes,
                )))
            }
            _ => return,
        };
        self.begin_record(record);
    }

    fn begin_record(&mut self, record: Record) {
        self.record = record;
        self.record_depth = self.path.len();
        self.n_parts = 0;
        self.n_bytes = 0;
    }

    /// An element in a catalogue or an offer package of CommerceML 1.
    fn open_legacy(&mut self, tag: Tag, name: Name<'_>, attributes: Attributes<'_>, at: At<'_>) {
        let is_catalogue = self.path.contains(&Tag::Catalogue);
        match tag {
            Tag::Group if is_catalogue => {
                let group = legacy::group(attributes, self.lines.at(at));
                self.rows.push_back(group.map(Fact::Group));
            }
            Tag::Property if is_catalogue => {
                legacy::learn_property(attributes, &mut self.dictionary);
            }
            Tag::Product if is_catalogue => {
                self.summary.n_products += 1;
                let product = legacy::product(attributes, self.lines.at(at));
                self.begin_record(Record::Legacy(Box::new(product)));
            }
            _ => self.tell_legacy_part(name, at),
        }
    }

    /// Told once for each kind of element, not each time.
    fn tell_legacy_part(&mut self, name: Name<'_>, at: At<'_>) {
        let element = excerpt(&name.to_text());
        let is_new = self.legacy_parts.len() < limits::LEGACY_PARTS
            && self.legacy_parts.insert(element.clone());
        if is_new {
            self.tell_fault(RowFault::CommerceMl1Part { element }, at);
        }
    }

    fn open_inside(&mut self, name: Name<'_>, attributes: Attributes<'_>, at: At<'_>) {
        let path = self.path.get(self.record_depth..).unwrap_or_default();
        // Counting lines up to every element would cost a tenth of the whole reading.
        let line = || self.lines.at(at);
        match &mut self.record {
            Record::Product(product) => product.start(path, attributes),
            Record::Offer(offer) => offer.start(path, attributes, line, &mut self.names),
            Record::Legacy(product) => {
                if !legacy::add_part(product, path, attributes, &self.dictionary) {
                    self.tell_legacy_part(name, at);
                }
            }
            Record::None
            | Record::Name(_)
            | Record::PriceType(_)
            | Record::Warehouse(_)
            | Record::Document(_) => {}
        }
    }

    /// What stands around an element's children is mostly line breaks and blanks;
    /// those at its beginning say nothing and are not gathered.
    fn text(&mut self, said: &[u8], at: At<'_>) -> Result<(), FileError> {
        let is_first = self.text_starts.last() == Some(&self.text.len());
        if is_first && said.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        // It has been looked at by the tokenizer.
        let text = str::from_utf8(said).unwrap_or_default();
        if is_first && trimmed(text).is_empty() {
            return Ok(());
        }
        self.text.push_str(text);
        if self.text.len() > limits::OPEN_TEXT {
            let n_mb = limits::OPEN_TEXT / 1024 / 1024;
            return Err(self.limit(message!("limit-element-text", mb = n_mb), at));
        }
        Ok(())
    }

    /// Only the five predefined entities and character references exist without a DTD.
    fn reference(&mut self, said: &[u8], at: At<'_>) -> Result<(), FileError> {
        let name = str::from_utf8(said).unwrap_or_default();
        if let Ok(Some(c)) = BytesRef::new(name).resolve_char_ref() {
            return self.text(c.encode_utf8(&mut [0; 4]).as_bytes(), at);
        }
        let text = match resolve_predefined_entity(name) {
            Some(text) => text,
            // Shops put `&nbsp;` into descriptions without telling XML about it.
            None if name == "nbsp" => "\u{a0}",
            None => {
                let detail = message!("xml-entity", name = excerpt(name));
                let place = self.place(at);
                return Err(FileError::Broken { place, detail });
            }
        };
        self.text(text.as_bytes(), at)
    }

    /// Counts the element that ends, and its text, as a part of the record.
    fn count_part(&mut self, n_text: usize, at: At<'_>) -> Result<(), FileError> {
        let (element, limit) = match self.record {
            Record::None | Record::Name(_) => return Ok(()),
            Record::Document(_) => ("document", limits::DOCUMENT_PARTS),
            Record::PriceType(_)
            | Record::Warehouse(_)
            | Record::Product(_)
            | Record::Offer(_)
            | Record::Legacy(_) => ("goods", limits::PARTS),
        };
        self.n_parts += 1;
        self.n_bytes += n_text;
        if self.n_parts > limit {
            let detail = message!("limit-parts", element = element, limit = limit);
            return Err(self.limit(detail, at));
        }
        if self.n_bytes > limits::RECORD && limit == limits::PARTS {
            let n_mb = limits::RECORD / 1024 / 1024;
            return Err(self.limit(message!("limit-record-text", mb = n_mb), at));
        }
        Ok(())
    }

    fn limit(&mut self, detail: Message, at: At<'_>) -> FileError {
        FileError::Limit {
            place: self.place(at),
            detail,
        }
    }

    fn close(&mut self, at: At<'_>) -> Result<(), FileError> {
        let Some(tag) = self.path.last().copied() else {
            return Ok(());
        };
        let n_text = self.text.len() - self.text_starts.last().copied().unwrap_or_default();
        self.count_part(n_text, at)?;
        let own_start = self.text_starts.pop().unwrap_or_default();
        let text = trimmed(self.text.get(own_start..).unwrap_or_default());
        let depth = self.path.len();
        let relative = self.path.get(self.record_depth..).unwrap_or_default();
        match &mut self.record {
            Record::None if self.groups.end(&self.path, text) => {}
            Record::None if tag == Tag::OnlyChanges => {
                let is_stated = is_true(text);
                self.note_only_changes(is_stated);
            }
            Record::None => {}
            _ if depth == self.record_depth => self.finish_record(),
            Record::Name(name) => name.end(relative, text, &mut self.dictionary),
            Record::PriceType(reference) | Record::Warehouse(reference) => {
                end_reference(reference, relative, text);
            }
            Record::Product(product) => product.end(relative, text, &self.dictionary),
            Record::Offer(offer) => {
                let line = || self.lines.at(at);
                offer.end(relative, text, line, &mut self.names);
            }
            Record::Document(document) => document.end(relative, text),
            Record::Legacy(_) => {}
        }
        self.rows.extend(self.groups.close(depth).map(Ok));
        self.text.truncate(own_start);
        self.path.pop();
        Ok(())
    }

    fn finish_record(&mut self) {
        match std::mem::replace(&mut self.record, Record::None) {
            Record::None => {}
            Record::Name(name) => name.finish(&mut self.dictionary),
            Record::PriceType(reference) => self.tell_reference(reference, Fact::PriceType),
            Record::Warehouse(reference) => self.tell_reference(reference, Fact::Warehouse),
            Record::Product(product) => {
                self.rows.push_back(
                    product
                        .finish()
                        .map(|product| Fact::Product(Box::new(product))),
                );
            }
            Record::Offer(offer) => {
                let (offer, faults) = offer.finish();
                self.rows.extend(faults.into_iter().map(Err));
                self.rows.extend(offer.map(|offer| Ok(Fact::Offer(offer))));
            }
            Record::Legacy(product) => self.rows.push_back(
                legacy::finish(*product).map(|product| Fact::Product(Box::new(product))),
            ),
            Record::Document(document) => self
                .rows
                .push_back(Ok(Fact::Document(Box::new(document.finish())))),
        }
        self.record_depth = 0;
    }

    /// Every catalogue repeats `<ТипыЦен/>` and the like with empty entries.
    fn tell_reference(&mut self, reference: Reference, fact: fn(Reference) -> Fact) {
        if !reference.id.is_empty() {
            self.rows.push_back(Ok(fact(reference)));
        }
    }

    /// A file that is full in one part and a change in another is treated as a change.
    fn note_only_changes(&mut self, is_stated: bool) {
        self.summary.only_changes =
            Some(self.summary.only_changes.unwrap_or_default() || is_stated);
    }

    /// `place` is where the file ends.
    pub(super) fn end_of_file(&self, place: Place) -> Result<(), FileError> {
        if !self.path.is_empty() {
            let detail = message!("xml-open-elements", n = self.path.len());
            return Err(FileError::Truncated { place, detail });
        }
        if !self.has_root {
            return Err(FileError::Truncated {
                place,
                detail: message!("xml-no-element"),
            });
        }
        Ok(())
    }

    fn place(&mut self, at: At<'_>) -> Place {
        Place {
            line: self.lines.at(at),
        }
    }
}
