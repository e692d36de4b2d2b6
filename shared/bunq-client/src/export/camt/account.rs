//! The identification of an account.

use std::io;

use iban::{BaseIban, IbanLike as _};

use super::xml::{MAX_34, Xml, group, text, text_if};

/// Writes `Id` with the IBAN if it is valid, or with another identification.
pub(super) fn identification(xml: &mut Xml, iban: Option<&str>, other: &str) -> io::Result<()> {
    group(xml, "Id", |xml| match iban.and_then(|iban| iban.parse::<BaseIban>().ok()) {
        Some(iban) => text(xml, "IBAN", iban.electronic_str()),
        None => group(xml, "Othr", |xml| text_if(xml, "Id", Some(other), MAX_34)),
    })
}
