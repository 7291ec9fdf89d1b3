//! Walks through the file once and hands out a fact whenever an element that states one ends.
//!
//! The path of open elements tells what a piece of text means, so it does not
//! matter in which order the parts of a file come. Warning to whoever changes
//! this file: `path`, `text_starts` and the record's depth grow and shrink
//! together, in `open` and `close` alone.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Read};

use quick_xml::XmlVersion;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::domain::shown::excerpt;
use crate::domain::{Fact, Group, Product, Reference};
use crate::formats::commerceml::catalog::{
    Dictionary, NameBuilder, ProductBuilder, end_group, end_reference, is_true,
};
use crate::formats::commerceml::documents::DocumentBuilder;
use crate::formats::commerceml::legacy;
use crate::formats::commerceml::names::{Tag, attr};
use crate::formats::commerceml::offers::{Interner, OfferBuilder};
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Format, Place, Row, RowError, RowFault, Summary, limits, trimmed};
use crate::wording::{Message, message};

/// See the module's documentation.
pub(in crate::formats) struct Reader<R: Read> {
    xml: quick_xml::Reader<Utf8Reader<R>>,
    buffer: Vec<u8>,
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
    groups: Vec<OpenGroup>,
    dictionary: Dictionary,
    names: Interner,
    rows: VecDeque<Row>,
    summary: Summary,
    /// Elements of CommerceML 1 that were told to be not understood.
    legacy_parts: BTreeSet<String>,
    has_root: bool,
    has_ended: bool,
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

struct OpenGroup {
    group: Group,
    depth: usize,
    is_told: bool,
}

/// The attributes of an element, decoded when asked for.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl<'a> Attributes<'a> {
    pub(super) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| {
                // A look at its end spares most of them the search for a prefix.
                let key = attribute.key;
                key.as_ref().ends_with(name) && key.local_name().as_ref() == name
            })
            .and_then(|attribute| attribute.normalized_value(XmlVersion::default()).ok())
    }
}

impl<R: Read> Reader<R> {
    pub(in crate::formats) fn new(text: Utf8Reader<R>) -> Self {
        let mut xml = quick_xml::Reader::from_reader(text);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        // A lone `&` is common in hand-made files and harmless.
        config.allow_dangling_amp = true;
        Self {
            xml,
            buffer: Vec::new(),
            path: Vec::new(),
            text: String::new(),
            text_starts: Vec::new(),
            record: Record::None,
            record_depth: 0,
            n_parts: 0,
            n_bytes: 0,
            groups: Vec::new(),
            dictionary: Dictionary::default(),
            names: Interner::default(),
            rows: VecDeque::new(),
            summary: Summary {
                format: Format::CommerceMl,
                encoding: "utf-8",
                ..Summary::default()
            },
            legacy_parts: BTreeSet::new(),
            has_root: false,
            has_ended: false,
        }
    }

    pub(in crate::formats) fn summary(&self) -> Summary {
        Summary {
            encoding: self.xml.get_ref().encoding(),
            ..self.summary.clone()
        }
    }

    /// The next fact or faulty row; `None` at the end of the file.
    pub(in crate::formats) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                self.count(&row);
                return Ok(Some(row));
            }
            if self.has_ended {
                return Ok(None);
            }
            if let Err(err) = self.step() {
                self.has_ended = true;
                return Err(err);
            }
        }
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

    /// Takes one piece of the file.
    fn step(&mut self) -> Result<(), FileError> {
        self.xml.get_mut().mark();
        // Taken out so that the event may borrow it while `self` changes.
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let result = match self.xml.read_event_into(&mut buffer) {
            Ok(Event::Start(start)) => self.open(&start),
            Ok(Event::End(_)) => self.close(),
            Ok(Event::Text(text)) => self.push_text(&text),
            Ok(Event::CData(text)) => self.push_text(&text),
            Ok(Event::GeneralRef(reference)) => self.push_reference(&reference),
            Ok(Event::DocType(_)) => Err(FileError::Dtd {
                place: self.place(),
            }),
            Ok(Event::Eof) => self.end_of_file(),
            // `expand_empty_elements` turns empty elements into a start and an end.
            Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => Ok(()),
            Err(err) => Err(self.file_error(&err)),
        };
        self.buffer = buffer;
        if self.xml.get_mut().take_damage() {
            let fault = RowFault::Encoding {
                encoding: self.xml.get_ref().encoding(),
            };
            let place = self.place();
            self.rows.push_back(Err(RowError { place, fault }));
        }
        result
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), FileError> {
        let (name, tag) = Tag::of_qualified(start.name().into_inner());
        if self.path.is_empty()
            && !matches!(
                tag,
                Tag::Root | Tag::Classifier | Tag::Catalogue | Tag::OfferPackage
            )
        {
            let root = name;
            // What Excel calls an XML spreadsheet, often under the name of an `.xls`.
            if root == "Workbook" {
                let kind = "xml-workbook";
                return Err(FileError::OtherFormat { kind });
            }
            return Err(FileError::NotCommerceMl {
                place: self.place(),
                root: excerpt(root),
            });
        }
        if self.path.len() >= limits::DEPTH {
            return Err(self.limit(message!("limit-depth", limit = limits::DEPTH)));
        }
        self.has_root = true;
        let parent = self.path.last().copied();
        self.path.push(tag);
        self.text_starts.push(self.text.len());
        let attributes = Attributes(start);
        if matches!(self.record, Record::None) {
            self.open_record(parent, tag, name, &attributes);
        } else {
            self.open_inside(name, &attributes);
        }
        Ok(())
    }

    /// An element outside of any record: a new record, or a part of the file's frame.
    fn open_record(
        &mut self,
        parent: Option<Tag>,
        tag: Tag,
        name: &str,
        attributes: &Attributes<'_>,
    ) {
        let is_legacy = self.summary.format == Format::CommerceMl1;
        let record = match (parent, tag) {
            (Some(Tag::Catalogue | Tag::OfferPackage), _) if is_legacy => {
                self.open_legacy(tag, name, attributes);
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
                    self.note_only_changes(&value);
                }
                return;
            }
            (Some(Tag::Groups), Tag::Group) => {
                self.open_group();
                return;
            }
            (Some(Tag::Group), Tag::Groups) => {
                self.tell_group();
                return;
            }
            (Some(Tag::Properties), Tag::Property) | (Some(Tag::Units), Tag::Unit) => {
                Record::Name(NameBuilder::default())
            }
            (Some(Tag::PriceTypes), Tag::PriceType) => Record::PriceType(Reference::default()),
            (Some(Tag::Warehouses), Tag::Warehouse) => Record::Warehouse(Reference::default()),
            (Some(Tag::Goods), Tag::Product) => {
                self.summary.n_products += 1;
                Record::Product(Box::new(ProductBuilder::new(self.line(), attributes)))
            }
            (Some(Tag::Offers), Tag::Offer) => {
                self.summary.n_offers += 1;
                Record::Offer(Box::new(OfferBuilder::new(self.line(), attributes)))
            }
            (_, Tag::Document) => {
                self.summary.n_documents += 1;
                Record::Document(Box::new(DocumentBuilder::new(self.line(), attributes)))
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
    fn open_legacy(&mut self, tag: Tag, name: &str, attributes: &Attributes<'_>) {
        let line = self.line();
        let is_catalogue = self.path.contains(&Tag::Catalogue);
        match tag {
            Tag::Group if is_catalogue => self
                .rows
                .push_back(legacy::group(attributes, line).map(Fact::Group)),
            Tag::Property if is_catalogue => {
                legacy::learn_property(attributes, &mut self.dictionary);
            }
            Tag::Product if is_catalogue => {
                self.summary.n_products += 1;
                self.begin_record(Record::Legacy(Box::new(legacy::product(attributes, line))));
            }
            _ => self.tell_legacy_part(name),
        }
    }

    /// Told once for each kind of element, not each time.
    fn tell_legacy_part(&mut self, name: &str) {
        let is_new = self.legacy_parts.len() < limits::LEGACY_PARTS
            && self.legacy_parts.insert(excerpt(name));
        if is_new {
            let place = self.place();
            self.rows.push_back(Err(RowError {
                place,
                fault: RowFault::CommerceMl1Part {
                    element: excerpt(name),
                },
            }));
        }
    }

    fn open_inside(&mut self, name: &str, attributes: &Attributes<'_>) {
        let path = self.path.get(self.record_depth..).unwrap_or_default();
        // Counting lines up to every element would cost a tenth of the whole reading.
        let line = || self.xml.get_mut().line();
        match &mut self.record {
            Record::Product(product) => product.start(path, attributes),
            Record::Offer(offer) => offer.start(path, attributes, line, &mut self.names),
            Record::Legacy(product) => {
                if !legacy::add_part(product, path, attributes, &self.dictionary) {
                    self.tell_legacy_part(name);
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
    fn push_text(&mut self, text: &str) -> Result<(), FileError> {
        let is_first = self.text_starts.last() == Some(&self.text.len());
        if is_first && (is_indentation(text) || text.trim().is_empty()) {
            return Ok(());
        }
        self.text.push_str(text);
        if self.text.len() > limits::OPEN_TEXT {
            let n_mb = limits::OPEN_TEXT / 1024 / 1024;
            return Err(self.limit(message!("limit-element-text", mb = n_mb)));
        }
        Ok(())
    }

    /// Counts the element that ends, and its text, as a part of the record.
    fn count_part(&mut self, n_text: usize) -> Result<(), FileError> {
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
            return Err(self.limit(message!("limit-parts", element = element, limit = limit)));
        }
        if self.n_bytes > limits::RECORD && limit == limits::PARTS {
            let n_mb = limits::RECORD / 1024 / 1024;
            return Err(self.limit(message!("limit-record-text", mb = n_mb)));
        }
        Ok(())
    }

    fn limit(&mut self, detail: Message) -> FileError {
        FileError::Limit {
            place: self.place(),
            detail,
        }
    }

    fn close(&mut self) -> Result<(), FileError> {
        let Some(tag) = self.path.last().copied() else {
            return Ok(());
        };
        let n_text = self.text.len() - self.text_starts.last().copied().unwrap_or_default();
        self.count_part(n_text)?;
        let own_start = self.text_starts.pop().unwrap_or_default();
        let text = trimmed(self.text.get(own_start..).unwrap_or_default());
        let depth = self.path.len();
        let relative = self.path.get(self.record_depth..).unwrap_or_default();
        match &mut self.record {
            Record::None => match self.groups.last_mut() {
                Some(open) if depth > open.depth => {
                    end_group(
                        &mut open.group,
                        self.path.get(open.depth..).unwrap_or_default(),
                        text,
                    );
                }
                _ if tag == Tag::OnlyChanges => {
                    let text = text.to_owned();
                    self.note_only_changes(&text);
                }
                _ => {}
            },
            _ if depth == self.record_depth => self.finish_record(),
            Record::Name(name) => name.end(relative, text, &mut self.dictionary),
            Record::PriceType(reference) | Record::Warehouse(reference) => {
                end_reference(reference, relative, text);
            }
            Record::Product(product) => product.end(relative, text, &self.dictionary),
            Record::Offer(offer) => {
                let line = || self.xml.get_mut().line();
                offer.end(relative, text, line, &mut self.names);
            }
            Record::Document(document) => document.end(relative, text),
            Record::Legacy(_) => {}
        }
        if self.groups.last().is_some_and(|open| open.depth == depth) {
            self.tell_group();
            self.groups.pop();
        }
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

    fn open_group(&mut self) {
        let parent = self
            .groups
            .last()
            .map(|open| open.group.id.clone())
            .filter(|id| !id.is_empty());
        let group = Group {
            parent,
            ..Group::default()
        };
        self.groups.push(OpenGroup {
            group,
            depth: self.path.len(),
            is_told: false,
        });
    }

    /// Parents are told before their children, although they end after them.
    fn tell_group(&mut self) {
        let Some(open) = self.groups.last_mut() else {
            return;
        };
        if !open.is_told {
            open.is_told = true;
            self.rows.push_back(Ok(Fact::Group(open.group.clone())));
        }
    }

    /// A file that is full in one part and a change in another is treated as a change.
    fn note_only_changes(&mut self, value: &str) {
        let stated = is_true(value);
        self.summary.only_changes = Some(self.summary.only_changes.unwrap_or_default() || stated);
    }

    /// Only the five predefined entities and character references exist without a DTD.
    fn push_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), FileError> {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            return self.push_text(c.encode_utf8(&mut [0; 4]));
        }
        let name: &str = reference;
        match quick_xml::escape::resolve_predefined_entity(name) {
            Some(text) => self.push_text(text),
            // Shops put `&nbsp;` into descriptions without telling XML about it.
            None if name == "nbsp" => self.push_text("\u{a0}"),
            None => {
                let detail = message!("xml-entity", name = excerpt(name));
                Err(FileError::Broken {
                    place: self.place(),
                    detail,
                })
            }
        }
    }

    fn end_of_file(&mut self) -> Result<(), FileError> {
        let place = self.place();
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
        self.has_ended = true;
        Ok(())
    }

    fn file_error(&mut self, err: &XmlError) -> FileError {
        let place = self.place();
        match err {
            XmlError::Io(err) if err.kind() == io::ErrorKind::FileTooLarge => FileError::Limit {
                place,
                detail: Message::of_io(err),
            },
            XmlError::Io(err) => FileError::Io(io::Error::new(err.kind(), Message::of_io(err))),
            // quick-xml reports these only where the input ends.
            XmlError::Syntax(_) | XmlError::IllFormed(IllFormedError::MissingEndTag(_)) => {
                FileError::Truncated {
                    place,
                    detail: Message::plain(excerpt(&err.to_string())),
                }
            }
            other => FileError::Broken {
                place,
                detail: Message::plain(excerpt(&other.to_string())),
            },
        }
    }

    fn line(&mut self) -> u64 {
        self.xml.get_mut().line()
    }

    fn place(&mut self) -> Place {
        Place { line: self.line() }
    }
}

/// Blanks of ASCII, each of which `trim` would look at as a character.
fn is_indentation(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}
