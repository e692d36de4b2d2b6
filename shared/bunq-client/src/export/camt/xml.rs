//! Elements of XML, and texts that fit them.

use std::io;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::BytesText;

/// A text of XML in memory.
pub(super) type Xml = Writer<Vec<u8>>;

/// The types of text of ISO 20022 by their largest number of characters.
pub(super) const MAX_34: usize = 34;
pub(super) const MAX_35: usize = 35;
pub(super) const MAX_70: usize = 70;
pub(super) const MAX_140: usize = 140;

/// Writes an element with a text. The library escapes it.
pub(super) fn text(xml: &mut Xml, name: &str, content: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(content)).map(|_| ())
}

/// Writes an element with a text of another's choice, cut to its largest size. Without a visible character, there is no
/// element, since the standard has no empty texts.
pub(super) fn text_if(xml: &mut Xml, name: &str, content: Option<&str>, most: usize) -> io::Result<()> {
    match content.and_then(|content| fitting(content, most)) {
        Some(content) => text(xml, name, &content),
        None => Ok(()),
    }
}

/// Writes an element that holds others.
pub(super) fn group(xml: &mut Xml, name: &str, inner: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(name).write_inner_content(inner).map(|_| ())
}

/// A moment without fractions of a second, which not every reader understands.
pub(super) fn second(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

/// The text of what was written.
pub(super) fn finished(xml: Xml) -> io::Result<String> {
    String::from_utf8(xml.into_inner()).map_err(|error| io::Error::other(error.utf8_error()))
}

/// A text without what XML forbids, cut to its largest number of characters. `None` if nothing visible is left.
pub(super) fn fitting(content: &str, most: usize) -> Option<String> {
    let permitted = permitted(content);
    let cut: String = permitted.trim().chars().take(most).collect();
    (!cut.is_empty()).then_some(cut)
}

/// The text in parts, of which each fits [`MAX_140`].
pub(super) fn parts(content: &str) -> Vec<String> {
    let signs: Vec<char> = permitted(content).trim().chars().collect();
    signs.chunks(MAX_140).map(|part| part.iter().collect()).collect()
}

/// The characters that XML 1.0 permits. A line ends with a line feed, as in any XML that was read.
fn permitted(content: &str) -> String {
    let lines = content.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|sign| is_permitted(*sign)).collect()
}

/// `Char` of <https://www.w3.org/TR/xml/#charsets>.
fn is_permitted(sign: char) -> bool {
    matches!(sign, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
