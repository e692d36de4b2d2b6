//! The report contains no secret and no data of a person, neither from answers nor from what errors quote.

use std::{collections::BTreeSet, fs};

use bunq_simulator::Options as BankOptions;
use serde_json::{Value, json};

use crate::{
    bank::{ask, disturb, settings, start},
    probe::{Outcome, all},
};

/// Shorter texts occur by chance.
const LONG_ENOUGH: usize = 8;
/// Fields of the bank's state that hold a secret, or data of a person.
const HIDDEN: [&str; 17] = [
    "token",
    "secret",
    "client_id",
    "code",
    "state",
    "client_public_key",
    "server_key",
    "display_name",
    "first_name",
    "last_name",
    "nick_name",
    "value",
    "iban",
    "public_uuid",
    "request_id",
    "common_name",
    "distinguished_name",
];

/// Collects the texts of these fields, line by line, because JSON escapes line breaks.
fn hidden_in(value: &Value, is_hidden: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_hidden => {
            let lines = text.lines().filter(|line| line.len() >= LONG_ENOUGH && !line.starts_with("-----"));
            found.extend(lines.map(str::to_owned));
        }
        Value::Array(values) => values.iter().for_each(|value| hidden_in(value, is_hidden, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                hidden_in(value, is_hidden || HIDDEN.contains(&name.as_str()), found);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[track_caller]
fn assert_hidden<'a>(text: &str, markers: impl IntoIterator<Item = &'a str>) {
    let text = text.to_lowercase();
    let seen: Vec<_> = markers.into_iter().filter(|marker| text.contains(&marker.to_lowercase())).collect();
    assert_eq!(seen, [""; 0], "in the report");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_walk_tells_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bank.json");
    let settings = settings(&[("callback_targets", json!("loopback"))]);
    let bank = start(BankOptions { settings, state_file: Some(file.clone()), ..BankOptions::default() }).await;

    let report = ask(&bank, &[]).await;
    bank.stop().await;

    for question in all() {
        let outcome = report.outcome(question.id).unwrap();
        assert!(
            matches!(outcome, Outcome::Found(finding) if finding.unclear.is_none()),
            "{}: {outcome:?}",
            question.id
        );
    }
    let state: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let mut hidden = BTreeSet::new();
    hidden_in(&state, false, &mut hidden);
    // The probe's own name, and words that it prints itself.
    hidden.retain(|text| !["bunq-tpp probe", "https://tpp.example"].iter().any(|own| text.contains(own)));
    assert!(hidden.len() > 60, "what is looked for is there: {hidden:?}");
    assert!(hidden.iter().any(|text| text.starts_with("sandbox_")), "keys of customers: {hidden:?}");
    assert!(hidden.iter().any(|text| text.starts_with("NL")), "IBANs: {hidden:?}");
    let json = report.to_json("2026-11-28").to_string();
    assert!(
        json.contains("session-server") && json.contains("has_sufficient_funds"),
        "the report shows calls and fields"
    );
    assert_hidden(&json, hidden.iter().map(String::as_str));
    assert_hidden(&report.table(), hidden.iter().map(String::as_str));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_errors_quote_is_removed() {
    let bank = start(BankOptions::default()).await;
    let quoted = [
        "NL02BUNQ2099887766",
        "+31612345678",
        "jan@customers.example",
        "203.0.113.77",
        "2001:db8::77",
        "99887766",
        "0123456789abcdef0123456789abcdef",
        "6f1c2a90-2f6b-4f5c-9d3e-1a2b3c4d5e6f",
        "Sugar Daddy",
    ];
    let text = format!("The account of {} is closed.", quoted.join(", "));
    let fault = json!({
        "endpoint": "POST user/{}/notification-filter-url",
        "status": 400,
        "times": 10,
        "body": { "Error": [{ "error_description": text, "error_description_translated": text }] },
    });
    disturb(&bank, &fault).await;

    // A walk that read the name before, in the counterparty of a payment.
    let report = ask(&bank, &["newer-id", "content-type"]).await;

    let json = report.to_json("2026-11-28").to_string();
    assert!(json.contains("The account of "), "{json}");
    assert_hidden(&json, quoted);
}
