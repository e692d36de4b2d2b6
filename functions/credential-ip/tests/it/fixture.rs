//! A deployment that calls the bank from one address, and that may call from this address only.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

/// The address of the deployment, as the bank receives it.
pub(crate) const ADDRESS: &str = "185.40.108.7";
/// Another public address.
pub(crate) const OTHER: &str = "185.40.108.8";
/// The path of the collection of keys.
pub(crate) const KEYS: &str = "/credential-password-ip";

/// A deployment that was onboarded at the address, and whose key works from there only. The bank's call log is empty.
pub(crate) async fn at_one_address() -> TestApp {
    let mut app = TestApp::builder().variable("PERMITTED_IPS", ADDRESS).not_onboarded().start().await;
    app.bank.settings(json!({ "egress_ip": ADDRESS })).await;
    let report = app.setup(json!({})).await.unwrap();
    app.api_key = report["api_key"].as_str().unwrap().to_owned();
    app.bank.forget_calls().await;
    app
}

/// The path of the addresses of the deployment's key.
pub(crate) async fn ips(app: &TestApp) -> String {
    format!("{KEYS}/{}/ip", app.read_secret("tpp").await["psp"]["credential_id"])
}

/// The objects of this name in an answer, in order.
#[track_caller]
pub(crate) fn objects(answer: &Answer, name: &str) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let elements = body["Response"].as_array().unwrap_or_else(|| panic!("no list: {body}"));
    let objects: Vec<_> = elements.iter().map(|element| element[name].clone()).collect();
    assert!(objects.iter().all(Value::is_object), "{body}");
    objects
}

/// The addresses of the deployment's key and the status of each, oldest first.
pub(crate) async fn listed(app: &TestApp) -> Vec<(String, String)> {
    let mut listed = objects(&app.get(&ips(app).await).await, "PermittedIp");
    listed.reverse();
    listed.iter().map(|ip| (text(ip, "ip"), text(ip, "status"))).collect()
}

/// A text field of an object.
#[track_caller]
pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_else(|| panic!("no {name}: {object}")).to_owned()
}

/// A list in the shape that [`listed`] answers.
pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(ip, status)| ((*ip).to_owned(), (*status).to_owned())).collect()
}

/// Removes an address from the deployment's key.
pub(crate) async fn deactivate(app: &TestApp, address: &str) -> Answer {
    let list = ips(app).await;
    let listed = objects(&app.get(&list).await, "PermittedIp");
    let ip = listed.iter().find(|ip| ip["ip"] == address).unwrap_or_else(|| panic!("no {address}: {listed:?}"));
    app.put(&format!("{list}/{}", ip["id"]), &json!({ "status": "INACTIVE" })).await
}

/// Sends a request of any method with the key that has every scope.
pub(crate) async fn send(app: &TestApp, method: &Method, path: &str, body: &str) -> Answer {
    let request = app.request(method.clone(), path).bearer_auth(&app.api_key);
    app.send(request.header("content-type", "application/json").body(body.to_owned())).await
}
