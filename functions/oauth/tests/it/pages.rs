//! The text that a customer reads in the browser, for each way in which a consent can end.

use proptest::{
    collection::vec,
    strategy::Strategy as _,
    test_runner::{Config, TestRunner},
};
use reqwest::Method;
use serde_json::json;
use testkit::{Answer, TestApp};
use tokio::runtime::Runtime;
use url::form_urlencoded;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async fn open(app: &TestApp, path: &str, cookie: &str) -> Answer {
    let get = async |path: &str| {
        let request = app.request(Method::GET, path).header("cookie", cookie);
        app.send(request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await
    };
    let answer = get(path).await;
    match (answer.status, answer.header("location")) {
        // The result has its own page.
        (303, location) if location.starts_with("result?") => get(&format!("/{location}")).await,
        _ => answer,
    }
}

/// The text between the first `begin` and the next `end`.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    text.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).map_or("", |(inside, _)| inside)
}

/// Checks the properties of every page, and that this page has this status and title. Returns the link of its one
/// button, if it has one.
#[track_caller]
fn assert_page<'a>(answer: &'a Answer, status: u16, title: &str) -> Option<&'a str> {
    let html = answer.text.as_str();
    assert_eq!((answer.status, between(html, "<h1>", "</h1>")), (status, title), "{answer:?}");
    assert_eq!(between(html, "<title>", "</title>"), title);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("content-security-policy"), POLICY);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(html.starts_with("<!doctype html><html lang=\"en\">") && html.matches("<main>").count() == 1, "{html}");
    assert!(html.contains("<link rel=\"stylesheet\" href=\"assets/style.css\">"), "{html}");
    for inline in ["<script", "<style", " style=", " on", "javascript:", "<form", "<img"] {
        let tags: Vec<_> = html.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect();
        assert!(!tags.iter().any(|tag| format!("<{tag}").contains(inline)), "{inline}: {html}");
    }
    if title != "Your bunq account is connected" {
        assert!(html.contains(&format!("<code>{}</code>", answer.header("x-request-id"))), "{html}");
    }
    let buttons: Vec<_> = html.split("class=\"button\" href=\"").skip(1).map(|rest| between(rest, "", "\"")).collect();
    assert!(buttons.len() < 2, "{html}");
    buttons.first().copied()
}

/// A customer who has consented at the bank: the cookie of their browser, and the address to which the bank redirects
/// it.
async fn allowed(app: &TestApp) -> (String, String) {
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    (cookie, path)
}

#[tokio::test]
async fn connected() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;

    let page = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&page, 200, "Your bunq account is connected"), None);
    let user_id = between(&page.text, "<code>", "</code>");
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    let style = app.send(app.request(Method::GET, "/assets/style.css")).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
}

#[tokio::test]
async fn denied() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.deny(&page).await;

    let page = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&page, 200, "Nothing was connected"), Some("auth"));
    assert!(page.text.contains("Nothing was shared"), "{page:?}");
}

#[tokio::test]
async fn each_reason_why_a_link_does_not_work_is_said() {
    let app = TestApp::start().await;
    let (other, _) = app.begin_consent().await;
    let (cookie, path) = allowed(&app).await;
    let foreign = open(&app, &path, &other).await;
    let without = open(&app, &path, "").await;
    let unknown = open(&app, &format!("/callback?state={}&code=x", "A".repeat(43)), &cookie).await;
    app.clock.advance(601);
    let late = open(&app, &path, &cookie).await;

    for (page, title) in [
        (foreign, "Begun in another browser"),
        (without, "Begun in another browser"),
        (unknown, "This link is not known"),
        (late, "That took too long"),
    ] {
        assert_eq!(assert_page(&page, 200, title), Some("auth"));
    }
}

#[tokio::test]
async fn an_address_that_cannot_be() {
    let app = TestApp::start().await;

    for query in ["", "?code=secretcode", "?state=a&state=b", "?state=%ff"] {
        let page = open(&app, &format!("/callback{query}"), "consent=x").await;

        assert_eq!(assert_page(&page, 200, "This address is not complete"), Some("auth"), "{query}");
    }
}

#[tokio::test]
async fn a_code_or_a_token_that_bunq_does_not_take() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let code = open(&app, &format!("/callback?code={}&state={state}", "0".repeat(64)), &cookie).await;
    assert_eq!(assert_page(&code, 200, "bunq did not confirm"), Some("auth"));

    app.bank.settings(json!({ "access_token_device": "required" })).await;
    let (cookie, path) = allowed(&app).await;
    let token = open(&app, &path, &cookie).await;
    assert_eq!(assert_page(&token, 200, "bunq did not confirm"), Some("auth"));
}

#[tokio::test]
async fn a_busy_bank_has_the_page_come_back_by_itself_until_it_is_connected() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;
    let text = "Too many requests. You can do a maximum of 1 calls per 30 second to this endpoint.";
    let body = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": "POST session-server", "status": 429, "times": 1, "body": body })).await;

    let busy = open(&app, &path, &cookie).await;
    let after = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&busy, 503, "One moment, please"), None);
    assert_eq!((busy.header("refresh"), busy.header("retry-after")), ("30", "30"));
    assert_page(&after, 200, "Your bunq account is connected");
    assert_eq!(after.header("refresh"), "");
}

#[tokio::test]
async fn a_store_that_is_away_has_the_page_come_back_too() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;
    let target = "DynamoDB_20120810.TransactWriteItems";
    app.aws_fault(json!({ "target": target, "times": 20, "error": "InternalServerError" })).await;

    let away = open(&app, &path, &cookie).await;
    app.aws_recover().await;
    let after = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&away, 503, "One moment, please"), None);
    assert_ne!(away.header("refresh"), "");
    assert_page(&after, 200, "Your bunq account is connected");
}

#[tokio::test]
async fn a_bank_that_fails_before_it_has_the_code_can_be_tried_again_at_the_same_address() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;
    app.bank.fault(json!({ "endpoint": "POST session-server", "status": 500, "body": "" })).await;

    let failed = open(&app, &path, &cookie).await;
    let again = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&failed, 502, "bunq could not be reached"), Some(""), "this very address");
    assert_page(&again, 200, "Your bunq account is connected");
}

#[tokio::test]
async fn a_bank_that_may_have_used_the_code_sends_the_customer_to_the_start() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;
    app.bank.fault(json!({ "endpoint": "POST token", "drop": "after" })).await;

    let page = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&page, 200, "bunq could not be reached"), Some("auth"));
    assert_eq!(page.header("refresh"), "");
}

#[tokio::test]
async fn a_customer_who_is_connected_elsewhere() {
    let app = TestApp::start().await;
    app.connect_in("shop", "person").await;
    let (cookie, path) = allowed(&app).await;

    let page = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&page, 200, "Your account is already connected"), None);
    assert!(!page.text.contains("shop"), "the page does not name the other workspace: {page:?}");
}

#[tokio::test]
async fn a_mistake_of_the_deployment_is_not_the_customers_fault() {
    let app = TestApp::start().await;
    let (cookie, path) = allowed(&app).await;
    let body = json!({ "error": "invalid_client", "error_description": "secret words of the bank" });
    app.bank.fault(json!({ "endpoint": "POST token", "status": 401, "body": body })).await;

    let page = open(&app, &path, &cookie).await;

    assert_eq!(assert_page(&page, 200, "Something went wrong"), None);
    assert!(page.text.contains("not your fault") && !page.text.contains("secret words"), "{page:?}");
}

#[tokio::test]
async fn a_deployment_that_is_not_set_up() {
    let app = TestApp::builder().not_onboarded().start().await;

    let page = open(&app, "/auth", "").await;

    assert_eq!(assert_page(&page, 503, "This service is not ready yet"), None);
}

/// The page repeats nothing that an attacker writes into the address: neither as it is nor escaped.
#[test]
fn nothing_of_the_address_is_in_the_page() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    let (cookie, _) = runtime.block_on(app.begin_consent());
    let value = "[-A-Za-z0-9<>\"'&/=;:% \\n\u{e9}\u{202e}]{6,40}";
    let name = "state|code|error|error_description|request_id|[a-z]{1,8}";
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(96) });

    let query = vec((name, value.prop_filter("not all spaces", |value| value.trim().len() > 5)), 0..5);
    let tried = runner.run(&query, |pairs| {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let page = runtime.block_on(open(&app, &format!("/callback?{query}"), &cookie));
        let title = match page.text.contains("not complete") {
            true => "This address is not complete",
            false => "This link is not known",
        };
        assert_page(&page, 200, title);
        for (_, value) in &pairs {
            let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            for form in [value, value.trim(), &escaped, &encoded] {
                assert!(!page.text.contains(form), "{form:?} in {page:?}");
                assert!(
                    page.headers
                        .values()
                        .all(|header| !header.as_bytes().windows(form.len()).any(|at| at == form.as_bytes()))
                );
            }
        }
        Ok(())
    });
    tried.unwrap();
}
