//! Objects that users and accounts contain.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::random::steady_uuid;
use crate::wire::object::{Object, object};

/// The object of an amount in euros.
pub(crate) fn euros(cents: i64) -> Object {
    object! { "currency": "EUR", "value": decimal(cents) }
}

/// Cents as decimal text, such as `-0.07`.
pub(crate) fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// The most digits before the point. It keeps sums of amounts inside 64 bits.
const MOST_DIGITS: usize = 10;

/// Reads decimal text without a sign, with at most two places after a point, in cents.
pub(crate) fn cents(text: &str) -> Option<i64> {
    let (whole, places) = text.split_once('.').map_or((text, None), |(whole, places)| (whole, Some(places)));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let good = (1..=MOST_DIGITS).contains(&whole.len())
        && digits(whole)
        && places.is_none_or(|places| (1..=2).contains(&places.len()) && digits(places));
    if !good {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let places: i64 = format!("{:0<2}", places.unwrap_or_default()).parse().ok()?;
    Some(whole * 100 + places)
}

/// A Dutch IBAN with correct check digits.
pub(crate) fn iban(bank: &str, account: u64) -> String {
    let account = format!("{account:010}");
    format!("NL{:02}{bank}{account}", 98 - remainder(&format!("NL00{bank}{account}")))
}

/// Whether a text is an IBAN with correct check digits, in capitals and without spaces.
pub(crate) fn is_iban(text: &str) -> bool {
    let good = (15..=34).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    good && remainder(text) == 1
}

/// The number of an IBAN modulo 97, with its first four characters moved to the end.
fn remainder(iban: &str) -> u32 {
    let rearranged = iban.chars().skip(4).chain(iban.chars().take(4));
    rearranged.filter_map(|character| character.to_digit(36)).fold(0, |remainder, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (remainder * shift + digit) % 97
    })
}

/// Whether a text has the form of a mail address.
pub(crate) fn is_mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
        && !text.contains(char::is_whitespace)
}

/// Whether a text is a telephone number such as `+31612345678`.
pub(crate) fn is_telephone_number(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An alias of a user or an account. The bank calls it a pointer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Alias {
    /// `IBAN`, `EMAIL` or `PHONE_NUMBER`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) name: String,
}

impl Alias {
    pub(crate) fn new(kind: &str, value: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), value: value.to_owned(), name: name.to_owned() }
    }

    pub(crate) fn leads_from(&self, kind: &str, value: &str) -> bool {
        self.kind == kind && self.value.eq_ignore_ascii_case(value)
    }
}

/// The avatar of `of`. `anchor` is the id of the user or account that it belongs to.
pub(crate) fn avatar(of: &str, anchor: Option<Uuid>) -> Object {
    let image = image(steady_uuid(&format!("image of {of}")), "image/png");
    let uuid = steady_uuid(&format!("avatar of {of}"));
    object! { "uuid": uuid, "image": [image], "anchor_uuid": anchor, "style": "NONE" }
}

/// An image. Its address belongs to nobody, so a client that fetches it reaches no server.
pub(crate) fn image(attachment_public_uuid: Uuid, content_type: &str) -> Object {
    let url = format!("https://files.bunq-simulator.example/{attachment_public_uuid}");
    object! {
        "attachment_public_uuid": attachment_public_uuid,
        "height": 640,
        "width": 640,
        "content_type": content_type,
        "urls": [object! { "type": "ORIGINAL", "url": url }],
    }
}

pub(crate) fn address(street: &str, house_number: &str, postal_code: &str, city: &str) -> Object {
    object! {
        "street": street,
        "house_number": house_number,
        "po_box": (),
        "postal_code": postal_code,
        "city": city,
        "country": "NL",
        "extra": (),
        "mailbox_name": (),
        "province": (),
        "is_user_address_updated": false,
    }
}

/// The `LabelUser` of a customer.
pub(crate) fn label_user(name: &str, country: &str) -> Object {
    let uuid = steady_uuid(name);
    object! {
        "uuid": uuid,
        "display_name": name,
        "country": country,
        "avatar": avatar(name, Some(uuid)),
        "public_nick_name": name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_iban_has_the_check_digits_that_others_compute() {
        assert_eq!(iban("BUNQ", 2_025_104_049), "NL18BUNQ2025104049");
        assert_eq!(iban("ABNA", 417_164_300), "NL91ABNA0417164300");
    }

    #[test]
    fn an_amount_keeps_its_sign_below_one_euro() {
        assert_eq!(json!(euros(-7)), json!({"currency": "EUR", "value": "-0.07"}));
    }

    #[test]
    fn an_iban_is_known_by_its_check_digits() {
        assert!(is_iban("NL91ABNA0417164300") && is_iban("GB29NWBK60161331926819") && is_iban(&iban("BUNQ", 1)));
        for text in ["NL92ABNA0417164300", "NL91 ABNA 0417 1643 00", "nl91abna0417164300", "NL91", "4417164300NL91ABNA"]
        {
            assert!(!is_iban(text), "{text}");
        }
    }

    #[test]
    fn decimal_text_is_read_to_the_cent() {
        assert_eq!(["12.50", "12.5", "12", "0.01", "007.10"].map(cents), [1250, 1250, 1200, 1, 710].map(Some));
    }

    #[test]
    fn anything_else_is_no_amount() {
        for text in ["", ".", "1.", ".5", "1.234", "1,50", "+1", "-1", " 1", "1e3", "€1", "12345678901", "1.5.0"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }
}
