//! Helpers that the tests of the setup share.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use shared::{config::Config, http::Problem, lambda::compose};
use testkit::{TestApp, lambda::Function};
use tokio::sync::OnceCell;

/// The steps of the onboarding, in order.
pub(crate) const STEPS: [&str; 9] = [
    "sealing_key",
    "certificate",
    "installation",
    "psp_credential",
    "device_server",
    "session",
    "oauth_client",
    "callback_url",
    "api_key",
];

/// The calls to the bank of a status or a run for an onboarded deployment.
pub(crate) const ASKED_AT_THE_BANK: [&str; 2] =
    ["GET user/{user-id}/oauth-client", "GET user/{user-id}/oauth-client/{oauth-client-id}/callback-url"];

/// A deployment before its setup; only its certificate exists.
pub(crate) async fn fresh() -> TestApp {
    TestApp::builder().not_onboarded().start().await
}

/// Invokes the setup with nothing in memory, as in a new process.
pub(crate) async fn invoke(app: &TestApp, payload: Value) -> Result<Value, Problem> {
    invoke_with(app, &[], payload).await
}

/// The same, with changed environment variables.
pub(crate) async fn invoke_with(
    app: &TestApp,
    changes: &[(&'static str, &str)],
    payload: Value,
) -> Result<Value, Problem> {
    let mut variables = app.variables().clone();
    variables.extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let config = Config::parse(|name| variables.get(name).cloned()).unwrap();
    let process = compose(config, &app.aws_at(&app.aws.url()), app.clock.clock()).unwrap();
    setup::invoke(process, payload).await
}

/// Sends an event to the real bootstrap, which must answer.
pub(crate) async fn ask(function: &Function, event: Value) -> Result<Value, Value> {
    let answer = tokio::time::timeout(Duration::from_secs(60), function.invoke(event.clone())).await;
    answer.unwrap_or_else(|_| panic!("no answer to {event}"))
}

/// Runs the onboarding to its end.
pub(crate) async fn complete(app: &TestApp) -> Value {
    let report = invoke(app, json!({})).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!(report["onboarded"], true, "{report}");
    report
}

/// The state of each step, in order; there must be exactly nine steps.
#[track_caller]
pub(crate) fn states(report: &Value) -> Vec<&str> {
    let steps = report["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| step["step"].as_str().unwrap()).collect::<Vec<_>>(), STEPS, "{report}");
    steps.iter().map(|step| step["state"].as_str().unwrap()).collect()
}

/// The calls of a clean run to the bank, such as `POST installation`, in order.
pub(crate) async fn endpoints() -> &'static [String] {
    static ENDPOINTS: OnceCell<Vec<String>> = OnceCell::const_new();
    let find = async || {
        let app = fresh().await;
        complete(&app).await;
        called(&app).await
    };
    ENDPOINTS.get_or_init(find).await
}

/// The calls that the bank received, in order.
pub(crate) async fn called(app: &TestApp) -> Vec<String> {
    let log = app.bank.calls().await;
    let name = |call: &Value| format!("{} {}", call["method"].as_str().unwrap(), call["endpoint"].as_str().unwrap());
    log["calls"].as_array().unwrap().iter().map(name).collect()
}

/// Checks the result, whatever failed before: the bank has one of everything, and a customer can connect.
pub(crate) async fn assert_works(app: &TestApp, context: &str) {
    let overview = app.bank.overview().await;
    for what in ["installations_in_use", "psp_users", "oauth_clients", "callback_urls"] {
        assert_eq!(overview[what], 1, "{what} after {context}: {overview}");
    }
    let status = invoke(app, json!({ "action": "status" })).await.unwrap();
    assert_eq!(states(&status), ["before"; 9], "after {context}");
    app.connect_in("default", "person").await;
}

/// Everything that is stored.
pub(crate) async fn stored(app: &TestApp) -> (Vec<Value>, Vec<Value>, BTreeMap<String, Value>) {
    (app.scan("connections").await, app.scan("ephemera").await, app.secrets().await)
}

/// Every line of every text in every secret, except public texts.
pub(crate) async fn secret_texts(app: &TestApp) -> Vec<String> {
    let mut texts = Vec::new();
    for secret in app.secrets().await.values() {
        collect(secret, &mut texts);
    }
    assert!(texts.len() > 20, "the secrets hold keys and tokens");
    texts
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let lines = text.lines().filter(|line| line.len() >= 16);
            texts.extend(
                lines.filter(|line| !line.starts_with("-----") && !line.starts_with("http")).map(str::to_owned),
            );
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
