//! Which banks may be asked, and what a walk without a bank says.

use serde_json::json;

use crate::{
    bank::{ask, ask_with, disturb, start},
    probe::{BankName, Consent, Outcome, Target, all, people::FOR_PEOPLE, plan, target::TargetError},
};

#[test]
fn production_needs_the_callers_word() {
    assert!(matches!(Target::parse("production", false), Err(TargetError::Production)));
    assert_eq!(Target::parse("production", true).unwrap().name, BankName::Production);
    assert_eq!(Target::parse("sandbox", false).unwrap().name, BankName::Sandbox);
}

#[test]
fn other_addresses_are_refused() {
    for text in ["http://127.0.0.1:4100", "http://localhost:4100/", "http://[::1]:4100"] {
        assert_eq!(Target::parse(text, false).unwrap().name, BankName::Loopback, "{text}");
    }
    for text in ["https://api.bunq.com/v1", "http://192.0.2.7:4100", "https://127.0.0.1", "bunq", ""] {
        assert!(matches!(Target::parse(text, true), Err(TargetError::Unknown)), "{text}");
    }
}

#[test]
fn the_plan_names_every_question() {
    let text = plan(BankName::Sandbox, &[]);
    for id in all().map(|question| question.id).chain(FOR_PEOPLE.iter().map(|one| one.id)) {
        assert!(text.lines().any(|line| line == id), "{id}");
    }
    assert!(!text.contains("skipped"), "{text}");

    let one = plan(BankName::Production, &["star".to_owned()]);
    assert!(one.contains("star (skipped: for sandboxes only)"), "{one}");
    assert!(!one.contains("wrong-signature"), "{one}");
}

#[test]
fn a_person_consents_only_if_asked() {
    assert_eq!(Consent::at(BankName::Loopback, false), Consent::Simulator);
    for bank in [BankName::Sandbox, BankName::Production] {
        assert_eq!(Consent::at(bank, true), Consent::Person);
        assert_eq!(Consent::at(bank, false), Consent::Missing);
    }
}

#[tokio::test]
async fn without_a_consent_its_questions_are_skipped() {
    let bank = start(Default::default()).await;

    let report = ask_with(&bank, Consent::Missing, &["granted-id", "denial", "filter-answer"]).await;

    for id in ["granted-id", "denial"] {
        assert!(matches!(report.outcome(id), Some(Outcome::Skipped(why)) if why.contains("--consent")), "{id}");
    }
    assert!(matches!(report.outcome("filter-answer"), Some(Outcome::Found(_))));
    assert!(report.outcome("star").is_none(), "it was not asked");
}

#[tokio::test]
async fn a_bank_that_is_away_fails_the_question_and_not_the_walk() {
    let bank = start(Default::default()).await;
    disturb(&bank, &json!({ "endpoint": "POST installation", "drop": "before", "times": 100 })).await;

    let report = ask(&bank, &["server-key", "star"]).await;

    for id in ["server-key", "star"] {
        assert!(matches!(report.outcome(id), Some(Outcome::Failed("the bank did not answer"))), "{id}");
    }
    assert!(report.table().contains("failed"), "{}", report.table());
}
