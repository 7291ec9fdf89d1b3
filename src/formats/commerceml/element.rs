//! Writes elements so that 1C can load them: no empty element, no character XML forbids.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::formats::Encoding;

const ROOT: &str = "КоммерческаяИнформация";

/// A CommerceML file being written: the declaration first (1C compares the first
/// five characters with `<?xml`), no namespace (with one, 1C would check every
/// element against its own schema).
pub(super) struct Document<W: Write> {
    writer: Writer<W>,
    /// Elements begun that hold nothing yet, the outermost first: if they end
    /// like that, they are never written.
    pending: Vec<String>,
}

impl<W: Write> Document<W> {
    /// `attributes` are those of the root, in order.
    pub(super) fn begin(target: W, attributes: &[(&str, &str)]) -> io::Result<Self> {
        Self::begin_in(Encoding::Utf8, target, attributes)
    }

    /// Declares the encoding; what is written is UTF-8 all the same.
    pub(super) fn begin_in(
        encoding: Encoding,
        target: W,
        attributes: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(target, b'\t', 1);
        let declaration = BytesDecl::new("1.0", Some(encoding.declared()), None);
        writer.write_event(Event::Decl(declaration))?;
        let mut document = Self {
            writer,
            pending: Vec::new(),
        };
        document.open_with(ROOT, attributes)?;
        Ok(document)
    }

    /// Puts in what [`part_of_root`] has made.
    pub(super) fn put_part(&mut self, part: &str) -> io::Result<()> {
        self.writer.get_mut().write_all(part.as_bytes())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.close(ROOT)?;
        let mut target = self.writer.into_inner();
        target.write_all(b"\n")?;
        Ok(target)
    }

    pub(super) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        for outer in self.pending.drain(..) {
            self.writer
                .write_event(Event::Start(BytesStart::new(outer)))?;
        }
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            // Not trimmed: in a unit's code the blank counts.
            start.push_attribute((*key, allowed(value).as_str()));
        }
        self.writer.write_event(Event::Start(start))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        if self.pending.pop().is_some() {
            return Ok(());
        }
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element around others; left out when none of them is written, and
    /// the closing tag cannot be forgotten.
    pub(super) fn element(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.pending.push(name.to_owned());
        content(self)?;
        self.close(name)
    }

    /// An element with text. Left out when there is no text: to 1C's reader an
    /// empty element is not an empty string but an object, and breaks the load.
    pub(super) fn text(&mut self, name: &str, text: &str, max_chars: usize) -> io::Result<()> {
        self.text_with(name, &[], text, max_chars)
    }

    pub(super) fn text_with(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
        max_chars: usize,
    ) -> io::Result<()> {
        let text = clean(text, max_chars);
        if text.is_empty() {
            return Ok(());
        }
        self.open_with(name, attributes)?;
        self.writer
            .write_event(Event::Text(BytesText::new(&text)))?;
        self.close(name)
    }

    /// Text as it is: in a unit's code the blank behind it counts.
    pub(super) fn exact(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open_with(name, &[])?;
        self.writer
            .write_event(Event::Text(BytesText::new(&allowed(text))))?;
        self.close(name)
    }

    pub(super) fn optional(
        &mut self,
        name: &str,
        text: Option<&str>,
        max_chars: usize,
    ) -> io::Result<()> {
        self.text(name, text.unwrap_or_default(), max_chars)
    }

    /// An element of two texts that mean nothing without each other; each is
    /// its name, what it says and how long it may be.
    pub(super) fn pair(
        &mut self,
        name: &str,
        first: (&str, &str, usize),
        second: (&str, &str, usize),
    ) -> io::Result<()> {
        if is_blank(first.1) || is_blank(second.1) {
            return Ok(());
        }
        self.element(name, |document| {
            document.text(first.0, first.1, first.2)?;
            document.text(second.0, second.1, second.2)
        })
    }

    /// A `ЗначениеРеквизита`; left out when the value is empty.
    pub(super) fn requisite(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.pair(
            "ЗначениеРеквизита",
            ("Наименование", name, MAX_NAME),
            ("Значение", value, MAX_VALUE),
        )
    }
}

/// What `content` writes right below the root, as text: it may be kept and put
/// into a file later, beside others.
pub(super) fn part_of_root(
    content: impl FnOnce(&mut Document<Vec<u8>>) -> io::Result<()>,
) -> io::Result<String> {
    let mut document = Document::begin(Vec::new(), &[])?;
    let start = document.writer.get_ref().len();
    content(&mut document)?;
    let part = document.writer.into_inner().split_off(start);
    String::from_utf8(part).map_err(io::Error::other)
}

/// Lengths that the schemas 2.06 to 2.10 set, in characters.
pub(super) const MAX_ID: usize = 40;
pub(super) const MAX_GOODS_ID: usize = 80;
/// УТ cuts names here, five before the schema would.
pub(super) const MAX_NAME: usize = 250;
pub(super) const MAX_TEXT: usize = 255;
pub(super) const MAX_VALUE: usize = 1_000;
pub(super) const MAX_COMMENT: usize = 3_000;

/// Nothing of the text could be written.
pub(super) fn is_blank(text: &str) -> bool {
    clean(text, MAX_COMMENT).is_empty()
}

/// Trims, cuts to `max_chars`, and drops the characters that XML 1.0 forbids:
/// on a single one of them 1C refuses the whole file.
fn clean(text: &str, max_chars: usize) -> String {
    let kept: String = allowed(text).trim().chars().take(max_chars).collect();
    kept.trim().to_owned()
}

fn allowed(text: &str) -> String {
    let is_allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_xml_forbids_and_leaves_out_what_is_empty() {
        let mut document = Document::begin(Vec::new(), &[("ВерсияСхемы", "2.08")]).unwrap();
        document.text("Имя", " a\u{0}b\u{1f}<&>😀 ", 100).unwrap();
        document.text("Пусто", " \u{7} ", 100).unwrap();
        document
            .element("Снаружи", |d| {
                d.element("Внутри", |d| d.text("Пусто", "", 100))
            })
            .unwrap();
        document.requisite("Имя", "\u{1}").unwrap();
        document.text("Длинно", &"ж".repeat(10), 3).unwrap();
        let text = String::from_utf8(document.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<КоммерческаяИнформация ВерсияСхемы=\"2.08\">\n\
             \t<Имя>ab&lt;&amp;&gt;😀</Имя>\n\t<Длинно>жжж</Длинно>\n</КоммерческаяИнформация>\n"
        );
    }
}
