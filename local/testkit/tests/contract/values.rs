//! Values to try, which a schema may or may not allow.

use serde_json::{Value, json};

/// Values of every kind, for any place.
pub(crate) fn anything() -> Vec<Option<Value>> {
    let texts = [
        "",
        " ",
        "x",
        "0",
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "ACTIVE",
        "PENDING",
        "2026-12-01",
        "2199-12-01 09:00:00",
        "a@b.example",
    ];
    let texts = texts.iter().map(|text| json!(text));
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "a": 1 }),
    ];
    texts.chain(others).map(Some).chain([None]).collect()
}

pub(crate) fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}

/// Forms of an amount.
pub(crate) fn amounts() -> Vec<Value> {
    let mut amounts = texts(&[
        "12.50",
        "12.5",
        "12",
        "0.01",
        "0.1",
        "0.10",
        "0.00",
        "0.0",
        "00.01",
        "007",
        "1.",
        ".5",
        "1.234",
        "1,50",
        "+1",
        "1e3",
        " 1",
        "999999999999.99",
        "1000000000000",
    ]);
    amounts.extend([
        json!(12),
        json!(12.5),
        json!(0.01),
        json!(999_999_999_999_u64),
        json!(1_000_000_000_000_u64),
        json!(0.001),
    ]);
    amounts
}

/// Forms of a time. The last ones are days that no month has, which no pattern detects.
pub(crate) fn moments() -> Vec<Value> {
    texts(&[
        "2199-12-01 09:00:00",
        "2199-12-01 09:00:00.123456",
        "2199-12-01T09:00",
        "2199-12-01T09:00:00Z",
        "2199-12-01T10:00:00+01:00",
        "2199-12-01T10:00:00.5-05:30",
        "2199-13-01 09:00:00",
        "2199-12-32 09:00:00",
        "2199-12-01 24:00:00",
        "2199-12-01 09:60:00",
        "tomorrow",
    ])
}

/// Addresses: public ones, and addresses at the borders of the ranges that are not public.
pub(crate) fn addresses() -> Vec<Value> {
    texts(&[
        "185.40.108.9",
        "10.0.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "172.15.0.1",
        "172.16.0.1",
        "172.31.0.1",
        "172.32.0.1",
        "192.168.1.1",
        "100.63.0.1",
        "100.64.0.1",
        "100.127.0.1",
        "100.128.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "0.0.0.1",
        "223.0.0.1",
        "224.0.0.1",
        "239.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "256.1.1.1",
        "1.1.1",
        "1.1.1.1.1",
        "::1",
        "2a00::1",
        "*",
        "01.1.1.1",
    ])
}
