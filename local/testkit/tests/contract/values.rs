//! Values to try, which a schema may or may not allow.

use serde_json::{Value, json};

/// Returns the texts between `|`.
fn texts(texts: &str) -> Vec<Value> {
    texts.split('|').map(|text| json!(text)).collect()
}

fn elements(list: &Value) -> Vec<Value> {
    list.as_array().unwrap().clone()
}

/// Values of every kind, for any place. `None` is no value at all.
pub(crate) fn anything() -> impl Iterator<Item = Option<Value>> {
    let mut values = texts("| |x|0|1|-1|1.5|true|null|ACTIVE|PENDING|2026-12-01|2199-12-01 09:00:00|a@b.example");
    values.extend(elements(&json!([null, true, 0, 1, 2, -1, 2.5, [], [1], {}, { "a": 1 }])));
    values.into_iter().map(Some).chain([None])
}

/// Values at the borders of what a field of this name accepts.
pub(crate) fn of_field(place: &str) -> Vec<Value> {
    let (parent, name) = place.rsplit_once('/').unwrap();
    match name {
        "amount" => amounts(),
        "value" if parent.ends_with("/amount") => amounts(),
        "value" | "receiver_value" => receivers(),
        "currency" => texts("EUR|USD|eur|EURO|ABC"),
        "description" => [140, 141, 9000, 9001].map(characters).into_iter().chain(texts("a\u{202e}b|a\nb")).collect(),
        "name" | "receiver_name" => [characters(140), characters(141), json!(" J. ")].into(),
        "ip" => addresses(),
        "url_redirect" => {
            texts("https://shop.example/a?b=c|http://localhost:8080/|ftp://shop.example|shop.example|javascript:1")
        }
        "recurrence_size" => elements(&json!([
            12,
            "12",
            "012",
            "+1",
            999_999_999,
            "999999999",
            1_000_000_000,
            "1000000000",
            "4294967296"
        ])),
        "attachment_ids" => elements(&json!([[1, "2"], [0], [true], vec![1; 100], vec![1; 101]])),
        _ if name.ends_with("_id") => ids(),
        _ if name.contains("time") => moments(),
        _ => texts("CANCELLED|REJECTED|REVOKED|ACCEPTED|INACTIVE|active|URL|EMAIL|iban"),
    }
}

/// A text of so many characters, each of which has two bytes.
fn characters(count: usize) -> Value {
    json!("é".repeat(count))
}

fn amounts() -> Vec<Value> {
    let mut amounts = texts(
        "12.50|12.5|12|0.01|0.1|0.10|0.00|0.0|00.01|007|1.|.5|1.234|1,50|+1|1e3| 1|999999999999.99|1000000000000",
    );
    amounts.extend(elements(&json!([12, 12.5, 0.01, 999_999_999_999_u64, 1_000_000_000_000_u64, 0.001])));
    amounts
}

fn ids() -> Vec<Value> {
    let mut ids = texts("60101|060101|9223372036854775807|99999999999999999999| 1|+1");
    ids.extend([json!(60_101), json!(i64::MAX), json!(i64::MAX as u64 + 1)]);
    ids
}

/// IBANs, e-mail addresses and phone numbers.
fn receivers() -> Vec<Value> {
    texts(
        "NL91 ABNA 0417 1643 00|nl91abna0417164300|GB29NWBK60161331926819|NL91-ABNA|NL91|\
         a.b+c@bunq.com|a@|@b|a b@c.nl|\
         +3161234|+316123|+316123456789012|+3161234567890123|0612345678|+0612345678|+31 6 12345678",
    )
}

/// Forms of a time. Some are days that no month has, which no pattern detects.
fn moments() -> Vec<Value> {
    texts(
        "2199-12-01 09:00:00|2199-12-01 09:00:00.123456|2199-12-01T09:00|2199-12-01T09:00:00Z|\
         2199-12-01T10:00:00+01:00|2199-12-01T10:00:00.5-05:30|2199-13-01 09:00:00|2199-12-32 09:00:00|\
         2199-12-01 24:00:00|2199-12-01 09:60:00|tomorrow",
    )
}

/// Addresses: public ones, and addresses at the borders of the ranges that are not public.
fn addresses() -> Vec<Value> {
    texts(
        "185.40.108.9|10.0.0.1|127.0.0.1|169.254.1.1|172.15.0.1|172.16.0.1|172.31.0.1|172.32.0.1|192.168.1.1|\
         100.63.0.1|100.64.0.1|100.127.0.1|100.128.0.1|192.0.2.1|198.51.100.1|203.0.113.1|0.0.0.1|223.0.0.1|\
         224.0.0.1|239.0.0.1|240.0.0.1|255.255.255.255|256.1.1.1|1.1.1|1.1.1.1.1|::1|2a00::1|*|01.1.1.1",
    )
}
