//! The objects that users and accounts are made of.

use serde_json::{Value, json};

use crate::random::steady_uuid;

/// An amount in euros, from cents.
pub(crate) fn euros(cents: i64) -> Value {
    json!({"currency": "EUR", "value": decimal(cents)})
}

/// Cents as the protocol writes them: `-0.07`.
pub(crate) fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// A Dutch IBAN with the right check digits.
pub(crate) fn iban(bank: &str, account: u64) -> String {
    let account = format!("{account:010}");
    let rearranged = format!("{bank}{account}NL00");
    let remainder = rearranged.chars().filter_map(|character| character.to_digit(36)).fold(0, |remainder, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (remainder * shift + digit) % 97
    });
    format!("NL{:02}{bank}{account}", 98 - remainder)
}

pub(crate) fn pointer(kind: &str, value: &str, name: &str) -> Value {
    json!({"type": kind, "value": value, "name": name})
}

pub(crate) fn avatar(of: &str) -> Value {
    json!({
        "uuid": steady_uuid(&format!("avatar of {of}")),
        "anchor_uuid": steady_uuid(of),
        "image": [{
            "attachment_public_uuid": steady_uuid(&format!("image of {of}")),
            "content_type": "image/png",
            "height": 640,
            "width": 640,
        }],
        "style": "NONE",
    })
}

pub(crate) fn address(street: &str, house_number: &str, postal_code: &str, city: &str) -> Value {
    json!({
        "street": street,
        "house_number": house_number,
        "po_box": null,
        "postal_code": postal_code,
        "city": city,
        "country": "NL",
        "extra": null,
        "mailbox_name": null,
        "province": null,
        "is_user_address_updated": false,
    })
}

pub(crate) fn label_user(name: &str, country: &str) -> Value {
    json!({
        "uuid": steady_uuid(name),
        "display_name": name,
        "country": country,
        "avatar": avatar(name),
        "public_nick_name": name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_has_the_check_digits_that_others_compute() {
        assert_eq!(iban("BUNQ", 2_025_104_049), "NL18BUNQ2025104049");
        assert_eq!(iban("ABNA", 417_164_300), "NL91ABNA0417164300");
    }

    #[test]
    fn an_amount_keeps_its_sign_below_one_euro() {
        assert_eq!(euros(-7), json!({"currency": "EUR", "value": "-0.07"}));
    }
}
