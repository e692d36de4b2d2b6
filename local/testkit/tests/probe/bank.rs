//! A simulated bank, and a walk at it.

use bunq_simulator::{Options as BankOptions, Settings, Simulator};
use serde_json::{Map, Value};

use crate::probe::{BankName, Callbacks, Consent, Options, Report, Target, run};

/// Returns the default settings with these changes.
pub(crate) fn settings(changes: &[(&str, Value)]) -> Settings {
    let fields: Map<_, _> = changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    serde_json::from_value(Value::Object(fields)).unwrap()
}

/// Starts a bank.
pub(crate) async fn start(options: BankOptions) -> Simulator {
    Simulator::start(options).await.unwrap()
}

/// Asks a bank these questions, or all.
pub(crate) async fn ask(bank: &Simulator, only: &[&str]) -> Report {
    ask_with(bank, Consent::at(BankName::Loopback, false), only).await
}

/// Asks a bank these questions, or all, with the consent of this customer.
pub(crate) async fn ask_with(bank: &Simulator, consent: Consent, only: &[&str]) -> Report {
    let target = Target::parse(bank.url().as_str(), false).unwrap();
    assert_eq!(target.name, BankName::Loopback);
    let options = Options {
        target,
        consent,
        certificate: None,
        callbacks: Some(Callbacks { listen: ([127, 0, 0, 1], 0).into(), url: None }),
        only: only.iter().map(|id| (*id).to_owned()).collect(),
    };
    run(options, |_| {}).await.unwrap()
}

/// Disturbs calls to a bank.
pub(crate) async fn disturb(bank: &Simulator, fault: &Value) {
    let request = reqwest::Client::new().post(bank.url().join("_simulator/faults").unwrap());
    let sent = request.header("Content-Type", "application/json").body(fault.to_string()).send().await.unwrap();
    assert!(sent.status().is_success(), "{}", sent.status());
}
