//! What a page can read and do if its name was made to resolve to this machine (DNS rebinding), or if it is a page of
//! another site. A server that answered for the name would give the browser a page of that origin, whose scripts may
//! read everything there.

use std::net::Ipv4Addr;

use axum::{Router, response::Html};
use serde_json::{Value, json};
use testkit::TestApp;
use tokio::net::TcpListener;

use crate::driver::Browser;

/// What the attacker's page requests from its own port: every answer's status and text. A fetch that the browser blocks
/// is `null`.
const ASK: &str = "
    const done = arguments[arguments.length - 1], [base, calls] = arguments;
    const ask = async ([method, path, headers, body]) => {
        try {
            const answer = await fetch(base + path, { method, headers, body });
            return [answer.status, await answer.text()];
        } catch { return null; }
    };
    Promise.all(calls.map(ask)).then(done);";

/// Calls that the owner of this machine could make, with the best headers that a page can set.
fn calls() -> Value {
    let forged = "AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0";
    let aws = |target: &str| {
        json!({ "X-Amz-Target": target, "X-Amz-Date": "20260101T000000Z", "Authorization": forged,
                "Content-Type": "application/x-amz-json-1.1" })
    };
    let typed =
        json!({ "Content-Type": "application/json", "Authorization": forged.replace("secretsmanager", "execute-api") });
    json!([
        ["GET", "/", {}],
        ["GET", "/health", {}],
        ["GET", "/auth", {}],
        ["GET", "/_local/calls", {}],
        ["GET", "/_simulator/customers", {}],
        ["GET", "/app?customer=person", {}],
        ["POST", "/setup", typed, "{\"action\":\"list_api_keys\"}"],
        ["POST", "/", aws("secretsmanager.GetSecretValue"), "{\"SecretId\":\"test/psd2-certificate\"}"],
        ["POST", "/", aws("DynamoDB_20120810.Scan"), "{\"TableName\":\"connections\"}"],
        ["POST", "/_simulator/settings", typed, "{\"denial\":\"stay\"}"],
    ])
}

async fn ask(browser: &Browser, base: &str) -> Vec<Value> {
    let answers = browser.client.execute_async(ASK, vec![json!(base), calls()]).await.unwrap();
    answers.as_array().unwrap().clone()
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_page_whose_name_leads_here_reads_nothing_from_any_port() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let browser = Browser::start_with(&["--host-resolver-rules=MAP evil.example 127.0.0.1"]).await;

    for port in [app.url.port().unwrap(), app.bank.url().port().unwrap(), app.aws.address().port()] {
        let base = format!("http://evil.example:{port}");
        browser.open(&format!("{base}/")).await;

        for answer in ask(&browser, &base).await {
            // Chromium shows its own page instead of the empty refusal. A script on that page can read nothing.
            assert!(answer.is_null() || answer == json!([421, ""]), "{base}: {answer}");
        }
    }
    browser.end().await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_page_of_another_site_reads_nothing_and_turns_no_switch() {
    let app = TestApp::start().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let site = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let page = Router::new().fallback(async || Html("<title>Elsewhere</title>"));
    let server = tokio::spawn(async move { axum::serve(listener, page).await.unwrap() });
    let browser = Browser::start().await;
    let before = app.bank.settings_now().await;
    browser.open(&site).await;

    for port in [app.url.port().unwrap(), app.bank.url().port().unwrap(), app.aws.address().port()] {
        let base = format!("http://127.0.0.1:{port}");
        for answer in ask(&browser, &base).await {
            assert_eq!(answer, Value::Null, "{base}");
        }
        // Calls without a preflight: a page can send them, but not read the answers.
        let blind = "
            const done = arguments[arguments.length - 1], [base] = arguments;
            const send = (path, body) => fetch(base + path, { method: 'POST', mode: 'no-cors', body }).catch(() => null);
            Promise.all([
                send('/_simulator/settings', '{\"denial\":\"stay\"}'),
                send('/_simulator/revoke', '{\"customer\":\"person\"}'),
                send('/_local/faults', '{\"target\":\"DynamoDB_20120810.GetItem\",\"times\":99,\"error\":\"InternalServerError\"}'),
            ]).then(() => done(true));";
        browser.client.execute_async(blind, vec![json!(base)]).await.unwrap();
    }

    assert_eq!(app.bank.settings_now().await, before);
    // No failure was set, and nothing was revoked: a customer can connect, and their data can be read.
    let user_id = app.connect("person").await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    server.abort();
    browser.end().await;
}
