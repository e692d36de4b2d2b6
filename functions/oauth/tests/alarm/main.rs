//! Which refused consents the alarm counts. These tests have their own process, because metrics are lines of the
//! process and name no request.

use serde_json::{Value, json};
use testkit::{TestApp, logs};

fn counted() -> usize {
    let lines = logs::text();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["ConsentsRefused"].is_i64()).count()
}

#[tokio::test]
async fn a_refused_consent_counts_only_if_its_state_was_ours() {
    logs::capture();
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let of_ours = format!("/callback?state={state}&code=made-up");

    // Anyone can make up states, cookies and codes. Without the cookie, no consent is looked up.
    for (path, cookie) in [
        ("/callback?state=made-up&code=made-up", "consent=made-up"),
        ("/callback?state=made-up&code=made-up", cookie.as_str()),
        ("/callback?state=made-up&error=access_denied", cookie.as_str()),
        ("/callback?code=made-up", cookie.as_str()),
        (of_ours.as_str(), ""),
    ] {
        assert_eq!(app.callback(path, cookie).await.status, 422, "{path}");
        assert_eq!(counted(), 0, "{path} {cookie}");
    }

    app.callback(&of_ours, &cookie).await.problem(422, "code_refused");
    assert_eq!(counted(), 1, "a code that bunq does not take");

    let (cookie, page) = app.begin_consent().await;
    let path = app.deny(&page).await;
    app.callback(&path, &cookie).await.problem(403, "consent_denied");
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let text = "Too many requests. You can do a maximum of 5 calls per 3000 second to this endpoint.";
    let body = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": "POST token", "status": 429, "body": body })).await;
    app.callback(&path, &cookie).await.problem(503, "bank_busy");
    assert_eq!(counted(), 1, "a customer who denies, and one who waits");
}
