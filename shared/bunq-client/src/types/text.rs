//! Text that a customer reads to decide on a payment: descriptions and names. An invisible character can make a text
//! read as something else, such as a reversed amount or a hidden line. Invisible characters are therefore rejected, not
//! removed, so that the bank shows exactly the text that was checked.
//!
//! Rejected are, by Unicode's properties:
//!
//! - control characters and line breaks (Cc, Zl, Zp)
//! - format characters (Cf), among them all that change the direction of writing
//! - characters that are drawn as nothing (`Default_Ignorable_Code_Point`, and the blank of Braille)
//! - characters without an agreed meaning (unassigned, Cn; private use, Co). A character that a later version of
//!   Unicode assigns is rejected until the tables of this program know it.
//!
//! Three uses of such characters belong to ordinary writing and are allowed:
//!
//! - a zero width joiner or non-joiner between two letters of a script that is written with joiners, such as Arabic or
//!   Devanagari
//! - a zero width joiner between two emoji
//! - a variation selector after a character that can be an emoji
//!
//! Tags, of which the flags of England, Scotland and Wales consist, are rejected: they can contain any hidden text.

use std::{fmt, str::FromStr};

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic, GeneralCategory, Script},
};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const AS_TEXT: char = '\u{fe0e}';
const AS_EMOJI: char = '\u{fe0f}';
/// Drawn as nothing, although Unicode counts it among the symbols.
const BLANK_OF_BRAILLE: char = '\u{2800}';

/// Scripts whose spelling needs joiners.
const JOINED: &[Script] = &[
    Script::Arabic,
    Script::Bengali,
    Script::Devanagari,
    Script::Gujarati,
    Script::Gurmukhi,
    Script::Kannada,
    Script::Khmer,
    Script::Malayalam,
    Script::Mongolian,
    Script::Myanmar,
    Script::Nko,
    Script::Oriya,
    Script::Sinhala,
    Script::Syriac,
    Script::Tamil,
    Script::Telugu,
    Script::Tibetan,
];

/// Why a text is not valid for display to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text is too short or too long.
    #[error("must be {}{most} characters", if *least == 0 { "at most ".to_owned() } else { format!("{least} to ") })]
    Length {
        /// The minimum of characters.
        least: usize,
        /// The maximum of characters.
        most: usize,
    },
    /// The text contains this character, which is invisible or has no agreed meaning at its position.
    #[error("must have visible characters only, on one line: U+{:04X} is not allowed there", u32::from(*.0))]
    Character(char),
}

/// A text of `LEAST` to `MOST` visible characters on one line.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text<const LEAST: usize, const MOST: usize>(String);

impl<const LEAST: usize, const MOST: usize> Text<LEAST, MOST> {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text as a `String`.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const LEAST: usize, const MOST: usize> FromStr for Text<LEAST, MOST> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        check_visible(text)?;
        if !(LEAST..=MOST).contains(&text.chars().count()) {
            return Err(TextError::Length { least: LEAST, most: MOST });
        }
        Ok(Self(text.to_owned()))
    }
}

/// Redacts the text: it may contain personal data and must not get into a log.
impl<const LEAST: usize, const MOST: usize> fmt::Debug for Text<LEAST, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text([redacted])")
    }
}

/// A counterparty's name: 1 to 140 visible characters. Spaces at either end are removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Text<1, 140>);

impl Name {
    /// Returns the name.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0.into_string()
    }
}

impl FromStr for Name {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        // The text is checked before its ends are trimmed, because a line break at the end is an error, too.
        check_visible(text)?;
        text.trim().parse().map(Self)
    }
}

/// Checks that every character of a text is visible at its position. Accepts a text of any length, also an empty one.
///
/// # Errors
/// Returns [`TextError::Character`] with the first character that is not.
pub fn check_visible(text: &str) -> Result<(), TextError> {
    let signs: Vec<char> = text.chars().collect();
    for (at, sign) in signs.iter().enumerate() {
        let (before, after) = (signs.get(..at).unwrap_or_default(), signs.get(at + 1..).unwrap_or_default());
        let allowed = match *sign {
            NON_JOINER => joins_letters(before, after),
            JOINER => joins_letters(before, after) || joins_emoji(before, after),
            AS_TEXT | AS_EMOJI => before.last().is_some_and(|base| CodePointSetData::new::<Emoji>().contains(*base)),
            sign => is_visible(sign),
        };
        if !allowed {
            return Err(TextError::Character(*sign));
        }
    }
    Ok(())
}

fn is_visible(sign: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(sign);
    let hidden = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Unassigned
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    !hidden && sign != BLANK_OF_BRAILLE && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(sign)
}

/// Returns whether there are letters of a script that is written with joiners on both sides.
fn joins_letters(before: &[char], after: &[char]) -> bool {
    let script = |sign: &char| CodePointMapData::<Script>::new().get(*sign);
    let is_joined = |sign: &char| JOINED.contains(&script(sign)) && is_visible(*sign);
    // The vowel marks of Arabic have the script `Inherited`, so the letter before them decides.
    let base = before.iter().rev().find(|sign| script(sign) != Script::Inherited);
    base.is_some_and(is_joined) && after.first().is_some_and(is_joined)
}

/// Returns whether there are emoji on both sides. The first may be followed by a skin tone or a variation selector.
fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let is_picture = |sign: &char| CodePointSetData::new::<ExtendedPictographic>().contains(*sign);
    let is_added = |sign: &char| *sign == AS_EMOJI || CodePointSetData::new::<EmojiModifier>().contains(*sign);
    before.iter().rev().find(|sign| !is_added(sign)).is_some_and(is_picture) && after.first().is_some_and(is_picture)
}
