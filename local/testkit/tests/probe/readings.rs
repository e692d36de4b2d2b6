//! Under every value of every setting that a question decides, the probe names this value.

use std::sync::Arc;

use bunq_simulator::Options as BankOptions;
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    bank::{ask, settings, start},
    probe::Outcome,
};

/// A bank with a setting and others that it needs, and the question that finds the setting.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) question: &'static str,
    pub(crate) setting: &'static str,
    pub(crate) value: Value,
    others: Vec<(&'static str, Value)>,
}

/// Returns all cases.
pub(crate) fn cases() -> Vec<Case> {
    let both = || vec![json!(true), json!(false)];
    let words = |words: &[&str]| words.iter().map(|word| json!(word)).collect::<Vec<_>>();
    let none = Vec::new;
    let listening = || vec![("callback_targets", json!("loopback"))];
    let all = [
        ("wrong-signature", "bad_signature_status", vec![json!(400), json!(401)], none()),
        ("signature-on-get", "get_signature", words(&["ignore", "check"]), none()),
        ("signed-errors", "sign_errors", both(), none()),
        ("device-server-signature", "device_server_signature", words(&["optional", "required"]), none()),
        ("server-key", "server_key_per_installation", both(), none()),
        ("repeated-request-id", "duplicate_request_ids", words(&["refuse", "ignore"]), none()),
        ("repeated-request-id-on-get", "get_request_id", words(&["ignore", "check"]), none()),
        ("content-type", "json_content_type", words(&["optional", "required"]), none()),
        ("rate-limit", "rate_limits", words(&["off", "classic"]), none()),
        ("provider-session", "psp_session_timeout_seconds", vec![json!(324_000), json!(7_776_000)], none()),
        ("customer-session", "session_timeout_seconds", vec![json!(604_800), json!(300)], none()),
        ("credential-lifetime", "psp_credential_validity_seconds", vec![json!(3600), json!(14_400)], none()),
        ("ended-session", "expired_session_text", words(&["authorisation", "authentication"]), none()),
        ("shown-key", "show_token_value", both(), none()),
        ("star", "strict_wildcard", both(), none()),
        ("ipv6", "ipv6_permitted_ips", both(), none()),
        ("star-by-api", "wildcard_ip_api", words(&["refuse", "allow"]), none()),
        ("address-check", "ip_check", words(&["sessions", "every_call"]), none()),
        ("unknown-code", "invalid_grant_status", vec![json!(400), json!(401)], none()),
        ("denial", "denial", words(&["redirect", "stay"]), none()),
        ("filter-answer", "notification_filter_answer", words(&["list", "id"]), none()),
        ("unknown-category", "unknown_categories", words(&["refuse", "accept"]), none()),
        ("callback-targets", "callback_targets", words(&["https", "https_on443", "loopback"]), none()),
        ("callback-headers", "callback_signature", both(), listening()),
        ("funds", "confirmation_of_funds_answer", words(&["confirmation_of_funds", "id"]), none()),
        ("funds-elsewhere", "confirmation_of_funds_unusable", words(&["refuse", "insufficient"]), none()),
        ("public-view", "issuer_transaction_public_path", words(&["both", "user", "root"]), none()),
        ("draft-envelope", "psp_draft_payment_envelope", words(&["array", "object"]), none()),
        ("draft-execution", "psp_draft_payment_execution", words(&["on_acceptance", "on_exchange"]), none()),
        ("draft-execution", "psp_draft_payment_completion", words(&["on_exchange", "after_delay"]), none()),
        ("roles", "psd2_roles", words(&["off", "documented", "strict"]), none()),
        ("granted-id", "granted_id", words(&["present", "missing"]), none()),
        ("granted-id-in-paths", "granted_id_lenient", both(), none()),
        ("access-token-device", "access_token_device", words(&["optional", "required"]), none()),
        ("shared-filters", "notification_filter_sets", words(&["own", "shared"]), none()),
        ("direct-payment", "direct_payments", words(&["refuse", "allow"]), none()),
        ("own-draft", "tpp_accepts_drafts", words(&["refuse", "allow"]), none()),
        ("account-by-provider", "tpp_writes", words(&["refuse", "allow"]), none()),
        ("second-consent", "reconsent_revokes", both(), none()),
        ("second-consent", "fresh_api_key_id", both(), none()),
    ];
    let each = all.into_iter().flat_map(|(question, setting, values, others)| {
        values.into_iter().map(move |value| Case { question, setting, value, others: others.clone() })
    });
    each.collect()
}

/// Asks a bank with the setting of a case. Returns what is wrong with the finding.
async fn fault(case: Case) -> Option<String> {
    let changes = [case.others.clone(), vec![(case.setting, case.value.clone())]].concat();
    let bank = start(BankOptions { settings: settings(&changes), ..BankOptions::default() }).await;
    let report = ask(&bank, &[case.question]).await;
    bank.stop().await;
    let outcome = report.outcome(case.question).unwrap();
    let found = match outcome {
        Outcome::Found(finding) if finding.unclear.is_none() => {
            finding.readings.iter().find(|(setting, _)| *setting == case.setting).map(|(_, value)| value)
        }
        Outcome::Found(_) | Outcome::Skipped(_) | Outcome::Failed(_) => None,
    };
    (found != Some(&case.value)).then(|| format!("{case:?}: {outcome:?}\n{:#}", report.to_json("2026-11-28")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reading_is_found() {
    // Each bank and each walk makes RSA keys, so that more at once are no faster.
    let few = Arc::new(Semaphore::new(4));
    let mut walks = JoinSet::new();
    for case in cases() {
        let few = Arc::clone(&few);
        walks.spawn(async move {
            let _turn = few.acquire_owned().await.unwrap();
            fault(case).await
        });
    }
    let faults: Vec<_> = walks.join_all().await.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
