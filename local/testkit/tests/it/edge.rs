//! Properties of all answers: their size is limited, and a header keeps browsers on https.

use reqwest::{Method, header};
use serde_json::json;
use testkit::TestApp;

use crate::operations::operations;

/// The maximum size of an answer that rejects a request, however many errors the request has.
const LARGEST_PROBLEM: usize = 8 * 1024;

/// Queries of the largest size that API Gateway accepts, each with as many errors as possible.
fn queries() -> Vec<String> {
    let names = |name: &str, count: usize| (0..count).map(|at| format!("{at}{name}=1&")).collect::<String>();
    vec![
        "a&".repeat(4700),
        "&".repeat(9400),
        "count=0&".repeat(1100),
        "x".repeat(9400),
        names("x", 1500),
        names(&"%F0%9F%98%80".repeat(15), 48),
        names(&"%00".repeat(60), 48),
        names(&"%22%5C".repeat(30), 48),
    ]
}

/// Bodies of up to 64 KB, each with as many errors as possible.
fn bodies() -> Vec<String> {
    let object = |members: Vec<String>| format!("{{{}}}", members.join(","));
    let distinct = |name: &str, count: usize| (0..count).map(|at| format!("\"{at}{name}\":1")).collect::<Vec<_>>();
    let twice = |name: &str, count| [distinct(name, count), distinct(name, count)].concat();
    let inside = |field: &str, inner: &str| format!("{{\"{field}\":{inner}}}");
    let many = object(twice("x", 5003));
    vec![
        object(vec!["\"a\":1".to_owned(); 10_006]),
        many.clone(),
        object(distinct("x", 5000)),
        object(distinct(&"\\u0001".repeat(100), 99)),
        object(distinct(&"\\\"~/".repeat(150), 99)),
        object(twice(&"😀".repeat(150), 50)),
        object(distinct(&"x".repeat(60_000), 1)),
        inside("schedule", &many),
        inside("schedule", &object(twice(&"~".repeat(400), 50))),
        inside("counterparty_alias", &many),
        inside("attachment_ids", &format!("[{}]", vec!["\"x\""; 10_000].join(","))),
        inside("attachment_ids", &format!("[{}]", vec!["\"x\""; 100].join(","))),
        "[".repeat(60_000),
        "{\"a\":".repeat(10_000),
        "x".repeat(65_536),
        "x".repeat(100_000),
        json!({ "action": "x".repeat(60_000) }).to_string(),
        json!({ "action": "create_api_key", "name": "x".repeat(60_000), "scopes": ["x".repeat(60_000)] }).to_string(),
    ]
}

#[tokio::test]
async fn a_request_that_is_wrong_in_ten_thousand_places_has_a_small_answer() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let mut refused = 0;
    for operation in operations(&user_id) {
        let request = |query: &str| {
            let request = app.request(operation.method.clone(), &format!("{}?{query}", operation.path));
            request.bearer_auth(&app.api_key).header(header::COOKIE, "consent=x")
        };
        let by_query =
            queries().into_iter().map(|query| request(&query).header(header::CONTENT_TYPE, "application/json"));
        let with_body = operation.method != Method::GET && operation.method != Method::DELETE;
        let bodies = bodies().into_iter().filter(|_| with_body);
        let by_body = bodies.map(|body| request("").header(header::CONTENT_TYPE, "application/json").body(body));
        for request in by_query.chain(by_body) {
            let answer = app.send(request).await;

            if answer.status < 400 {
                continue;
            }
            refused += 1;
            assert!(answer.text.len() <= LARGEST_PROBLEM, "{}: {} bytes", operation.id, answer.text.len());
            let errors = answer.json()["errors"].as_array().map_or(0, Vec::len);
            assert!(errors <= 20, "{}: {errors} reasons", operation.id);
        }
    }
    assert!(refused > 200, "{refused}");
}

#[tokio::test]
async fn a_name_that_is_cut_says_so_and_one_that_fits_is_whole() {
    let app = TestApp::start().await;

    let (fits, long) = ("x".repeat(64), "x".repeat(65));
    let named = async |name: &str| app.get(&format!("/users?{name}=1")).await.places();

    assert_eq!(named(&fits).await, [fits.as_str()]);
    assert_eq!(named(&long).await, [format!("{}…", "x".repeat(63))]);
}

#[tokio::test]
async fn over_https_every_answer_keeps_the_browser_on_https_and_over_http_none() {
    let secure = TestApp::builder().variable("PUBLIC_URL", "https://tpp.example").start().await;
    let plain = TestApp::start().await;
    for operation in operations("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11") {
        let send = async |app: &TestApp, host: &str| {
            let request = app.request(operation.method.clone(), &operation.path);
            app.send(if host.is_empty() { request } else { request.header(header::HOST, host) }).await
        };

        let (over_https, over_http) = (send(&secure, "tpp.example").await, send(&plain, "").await);

        let value = over_https.header("strict-transport-security");
        assert_eq!(value, "max-age=31536000", "{}: {over_https:?}", operation.id);
        assert_eq!(over_http.header("strict-transport-security"), "", "{}", operation.id);
    }
    let missing = secure.request(Method::GET, "/no/such/route").header(header::HOST, "tpp.example");
    assert_eq!(secure.send(missing).await.header("strict-transport-security"), "max-age=31536000");
}
