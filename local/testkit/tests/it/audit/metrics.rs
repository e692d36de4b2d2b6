//! The metrics of the alarms, and those of each request.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, logs};

/// Returns the metrics of a line, each with its dimension and unit.
fn metrics(line: &Value) -> Vec<[&str; 3]> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let metrics = directives.flat_map(|directive| {
        assert_eq!(directive["Namespace"], "bunq-tpp");
        let [dimension] = directive["Dimensions"][0].as_array().unwrap().as_slice() else { panic!("{directive}") };
        let metrics = directive["Metrics"].as_array().unwrap().iter();
        metrics.map(|metric| [&metric["Name"], dimension, &metric["Unit"]].map(|text| text.as_str().unwrap()))
    });
    metrics.collect()
}

/// Returns how often all tests of this process have written a metric so far.
fn counted(name: &str) -> usize {
    let lines = logs::text();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_metric = |line: &Value| {
        let Some([_, dimension, _]) = metrics(line).into_iter().find(|[metric, ..]| *metric == name) else {
            return false;
        };
        assert_eq!(dimension, "Function");
        assert!(line["Function"].is_string() && line[name].is_i64() && line["_aws"]["Timestamp"].is_i64(), "{line}");
        true
    };
    lines.filter(of_metric).count()
}

#[tokio::test]
async fn what_an_alarm_watches_is_counted() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;

    let before = counted("ApiKeysRefused");
    app.get_with_key("/users", "tpp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.problem(401, "api_key_invalid");
    assert!(counted("ApiKeysRefused") > before);

    let before = counted("BankFailures");
    let fault = json!({ "endpoint": "GET user/{user-id}/monetary-account", "status": 500, "times": 1 });
    app.bank.fault(fault).await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200, "the second try");
    assert!(counted("BankFailures") > before);

    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let before = counted("ConsentsRefused");
    app.callback(&format!("/callback?state={state}&code=y"), &cookie).await.problem(422, "code_refused");
    assert!(counted("ConsentsRefused") > before);
    app.bank.revoke("person").await;
    let before = counted("ConsentsRefused");
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
    assert!(counted("ConsentsRefused") > before);

    let before = counted("CertificateDaysLeft");
    let status = app.setup(json!({ "action": "status" })).await.unwrap();
    assert!(status["certificate_valid_until"].is_string(), "{status}");
    assert!(counted("CertificateDaysLeft") > before);

    let before = counted("ApiKeysCreated");
    app.create_api_key(&["accounts"]).await;
    assert!(counted("ApiKeysCreated") > before);

    let before = counted("AddressesPermitted");
    let keys = app.get("/credential-password-ip").await.json();
    let ips = format!("/credential-password-ip/{}/ip", keys["Response"][0]["CredentialPasswordIp"]["id"]);
    let permitted = app.post(&ips, &json!({ "ip": "185.40.108.7" })).await;
    assert_eq!(permitted.status, 201, "{permitted:?}");
    assert!(counted("AddressesPermitted") > before);

    let before = counted("ConnectionsDeleted");
    let gone = app.request(reqwest::Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(gone).await.status, 204);
    assert!(counted("ConnectionsDeleted") > before);
}

/// Returns what a request wrote: its log and audit lines, and its metric lines.
fn of_request(answer: &Answer) -> (Vec<Value>, Vec<Value>) {
    let id = answer.header("x-request-id");
    let lines: Vec<Value> = logs::text().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_log = |line: &&Value| line["span"]["request_id"] == id;
    let of_metrics = |line: &&Value| line["_aws"].is_object() && line["request_id"] == id;
    (lines.iter().filter(of_log).cloned().collect(), lines.iter().filter(of_metrics).cloned().collect())
}

#[tokio::test]
async fn the_metrics_of_a_request_are_one_line_with_its_ids_and_with_units() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    app.advance(7 * 86_400).await;
    let trace = "1-5759e988-bd862e3fe1be46a994272793";
    let asked = app.request(Method::GET, &format!("/user/{user_id}/accounts")).bearer_auth(&app.api_key);
    let answer = app.send(asked.header("X-Amzn-Trace-Id", format!("Self=1-2-3;Root={trace};Sampled=1"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    let (log, metrics) = of_request(&answer);
    let said: Vec<_> = log.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert!(["bunq: call", "audit", "request"].iter().all(|line| said.contains(line)), "{said:?}");
    assert!(log.iter().all(|line| line["span"]["trace_id"] == trace), "{log:?}");
    let [line] = metrics.as_slice() else { panic!("{metrics:?}") };
    assert_eq!(line["trace_id"], trace);
    let named = [("BankLatency", "Milliseconds"), ("RequestLatency", "Milliseconds"), ("SessionsOpened", "Count")];
    assert_eq!(self::metrics(line), named.map(|(name, unit)| [name, "Deployment", unit]), "ids are no dimensions");
    assert!(line["Deployment"].is_string());
    let calls =
        |route: &str| log.iter().filter(|line| line["route"].as_str().is_some_and(|it| it.contains(route))).count();
    assert!(calls("session-server") > 0, "the earlier sessions have ended");
    assert_eq!(line["SessionsOpened"], calls("session-server"));
    assert_eq!(line["BankLatency"].as_array().unwrap().len(), calls(""));
    assert!(line["RequestLatency"].is_i64());
}

#[tokio::test]
async fn what_is_no_trace_id_is_not_logged() {
    logs::capture();
    let app = TestApp::start().await;
    for header in [
        "Root=1-5759e988-bd862e3fe1be46a99427279",
        "Root=1-5759e988-bd862e3fe1be46a9942727931",
        "Root=2-5759e988-bd862e3fe1be46a994272793",
        "Root=1-5759e98z-bd862e3fe1be46a994272793",
        "Root=Jan-Jansen",
        "Parent=1-5759e988-bd862e3fe1be46a994272793",
        "1-5759e988-bd862e3fe1be46a994272793",
        "",
    ] {
        let answer = app.send(app.request(Method::GET, "/health").header("X-Amzn-Trace-Id", header)).await;
        let (log, metrics) = of_request(&answer);
        assert!(!log.is_empty() && log.iter().all(|line| line["span"].get("trace_id").is_none()), "{header} {log:?}");
        assert!(metrics.len() == 1 && metrics[0].get("trace_id").is_none(), "{header} {metrics:?}");
    }
}
