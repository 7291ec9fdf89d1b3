//! Cuts a file into tokens: the starts and ends of elements, and what stands in them.
//!
//! They come in batches, so that a thread can make them while another one finds out
//! what they say. It does nothing else: taking XML apart is the longer half of the work.

use std::borrow::Cow;
use std::io::{self, Read};
use std::str;

use quick_xml::XmlVersion;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes as XmlAttributes;

use crate::domain::shown::excerpt;
use crate::formats::ahead::Maker;
use crate::formats::decode::{Utf8Reader, count_newlines};
use crate::formats::{FileError, Place, to_usize};
use crate::wording::Message;

/// A batch ends behind the token that brings it to this many, or to this much text.
const MAX_TOKENS: usize = 4_096;
const MAX_TEXT: usize = 64 * 1024;

/// One piece of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where what it says begins in the text of its batch, and how long that is.
    start: u32,
    length: u32,
    /// Where it ends there itself.
    end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Says the element's name and attributes as they are written.
    Start {
        /// How much of it is the name.
        name: u32,
    },
    End,
    Text,
    /// Says the name of an entity or the number of a character.
    Reference,
    /// Bytes that do not belong to the encoding were replaced by `U+FFFD` shortly before.
    Damage,
}

/// How a file ends, and where.
pub(super) type Outcome = Result<Place, FileError>;

/// Some tokens in a row.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) tokens: Vec<Token>,
    /// As much of the file as was read for them: UTF-8.
    text: Vec<u8>,
    /// The encoding found so far, by its usual name in lower case.
    pub(super) encoding: &'static str,
    /// How the file ends, if it does so behind these tokens.
    pub(super) outcome: Option<Outcome>,
}

impl Batch {
    /// One with nothing to take, before the first of a file.
    pub(super) fn new(encoding: &'static str) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    /// A token that ends where the text does.
    fn put(&mut self, kind: Kind, start: usize, length: usize) {
        self.tokens.push(Token {
            kind,
            start: to_u32(start),
            length: to_u32(length),
            end: to_u32(self.text.len()),
        });
    }

    /// What a token of this batch says.
    pub(super) fn said(&self, token: Token) -> &[u8] {
        let start = to_usize(token.start);
        let end = start + to_usize(token.length);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn at(&self, token: Token) -> At<'_> {
        At {
            text: &self.text,
            end: to_usize(token.end),
        }
    }
}

/// Where in its batch a token ends.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    text: &'a [u8],
    end: usize,
}

/// Counts the lines of the file, when asked for.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Those that end before `counted`, a place in the text of the batch.
    n: u64,
    counted: usize,
}

impl Lines {
    /// The line in which that is, from 1.
    pub(super) fn at(&mut self, at: At<'_>) -> u64 {
        if let Some(passed) = at.text.get(self.counted..at.end) {
            self.n += count_newlines(passed);
            self.counted = at.end;
        }
        self.n + 1
    }

    /// All tokens of the batch have been taken.
    pub(super) fn leave(&mut self, batch: &Batch) {
        self.at(At {
            text: &batch.text,
            end: batch.text.len(),
        });
        self.counted = 0;
    }
}

/// The attributes of an element, decoded when asked for.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a> {
    written: &'a [u8],
    n_name: usize,
}

impl<'a> Attributes<'a> {
    /// `written` is what a [`Kind::Start`] says, with a name of `n_name` bytes.
    pub(super) fn new(written: &'a [u8], n_name: usize) -> Self {
        Self { written, n_name }
    }

    pub(super) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        if self.written.len() == self.n_name {
            return None;
        }
        let written = str::from_utf8(self.written).ok()?;
        XmlAttributes::new(written, self.n_name)
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

/// See the module's documentation.
pub(super) struct Tokenizer<R: Read> {
    xml: quick_xml::Reader<Utf8Reader<R>>,
}

impl<R: Read> Tokenizer<R> {
    pub(super) fn new(text: Utf8Reader<R>) -> Self {
        let mut xml = quick_xml::Reader::from_reader(text);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        // A lone `&` is common in hand-made files and harmless.
        config.allow_dangling_amp = true;
        Self { xml }
    }

    /// Takes one piece of the file; false where that is its end.
    fn step(&mut self, batch: &mut Batch) -> bool {
        self.xml.get_mut().mark();
        let before = batch.text.len();
        // The reader appends to the text all that the event is made of.
        match self.xml.read_event_into(&mut batch.text) {
            // `expand_empty_elements` turns an empty element into a start and an end.
            Ok(Event::Start(start)) => {
                let (name, length) = (to_u32(start.name().into_inner().len()), start.len());
                batch.put(Kind::Start { name }, before + "<".len(), length);
            }
            Ok(Event::End(_)) => batch.put(Kind::End, before, 0),
            Ok(Event::Text(text)) => {
                let length = text.len();
                batch.put(Kind::Text, before, length);
            }
            Ok(Event::CData(text)) => {
                let length = text.len();
                batch.put(Kind::Text, before + "<![CDATA[".len(), length);
            }
            Ok(Event::GeneralRef(name)) => {
                let length = name.len();
                batch.put(Kind::Reference, before + "&".len(), length);
            }
            Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
            Ok(Event::DocType(_)) => {
                let place = self.place();
                batch.outcome = Some(Err(FileError::Dtd { place }));
            }
            Ok(Event::Eof) => batch.outcome = Some(Ok(self.place())),
            Err(err) => batch.outcome = Some(Err(file_error(&err, self.place()))),
        }
        if self.xml.get_mut().take_damage() {
            batch.put(Kind::Damage, before, 0);
        }
        batch.outcome.is_none()
    }

    /// Where it is now.
    fn place(&mut self) -> Place {
        Place {
            line: self.xml.get_mut().line(),
        }
    }
}

impl<R: Read> Maker for Tokenizer<R> {
    type Piece = Batch;

    fn next(&mut self, batch: &mut Batch) -> bool {
        batch.tokens.clear();
        batch.text.clear();
        // One very long text must not be paid for to the end of the file.
        batch.text.shrink_to(4 * MAX_TEXT);
        batch.outcome = None;
        while self.step(batch) && batch.tokens.len() < MAX_TOKENS && batch.text.len() < MAX_TEXT {}
        batch.encoding = self.xml.get_ref().encoding();
        batch.outcome.is_some()
    }
}

fn file_error(err: &XmlError, place: Place) -> FileError {
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

/// No batch is longer than one token of the longest kind and a little more.
fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
