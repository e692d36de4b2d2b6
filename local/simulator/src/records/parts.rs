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

/// A Dutch IBAN with correct check digits.
pub(crate) fn iban(bank: &str, account: u64) -> String {
    let account = format!("{account:010}");
    let rearranged = format!("{bank}{account}NL00");
    let remainder = rearranged.chars().filter_map(|character| character.to_digit(36)).fold(0, |remainder, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (remainder * shift + digit) % 97
    });
    format!("NL{:02}{bank}{account}", 98 - remainder)
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
}
