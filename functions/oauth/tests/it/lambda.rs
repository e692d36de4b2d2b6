//! The same browsers behind API Gateway: through the function's own process, in events of payload version 2.0 and 1.0.

use serde_json::{Value, json};
use testkit::{TestApp, lambda::http_event};
use url::Url;

/// An event with a query and cookies, in the form in which API Gateway takes them from the headers.
fn event(path_and_query: &str, headers: &[(&str, &str)], cookies: &[&str]) -> Value {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let mut event = http_event("GET", path, headers);
    event["rawQueryString"] = json!(query);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    event
}

/// The cookie and the address of the bank's page, from the redirect of a browser.
fn begun(answer: &Value) -> (String, Url) {
    assert_eq!(answer["statusCode"], 303, "{answer}");
    let cookie = answer["cookies"][0].as_str().unwrap().split(';').next().unwrap().to_owned();
    (cookie, Url::parse(answer["headers"]["location"].as_str().unwrap()).unwrap())
}

#[tokio::test]
async fn other_cookies_parameters_and_headers_of_any_bytes_spoil_nothing() {
    let app = TestApp::start().await;
    let function = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let agent = [("user-agent", "Zürich 🍪"), ("referer", "https://example.com/\u{fffd}")];
    for cookie in ["name=José", "stad=Zürich", "emoji=🍪", "raw=\u{fffd}\u{fffd}", "consent=true", "a=\"b", "consent"]
    {
        let answer = function.invoke(event("/auth?fbclid=x&utm_source=news", &agent, &[cookie])).await.unwrap();
        let (own, page) = begun(&answer);
        let path = app.approve(&page, "person").await;

        let answer = function.invoke(event(&path, &agent, &[cookie, &own, "language=nl"])).await.unwrap();

        assert_eq!(answer["statusCode"], 200, "{cookie}: {answer}");
    }
}

#[tokio::test]
async fn an_event_of_payload_version_1_0_may_hold_any_bytes_too() {
    let app = TestApp::start().await;
    let function = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let (own, page) = app.begin_consent().await;
    let path = Url::parse("http://x").unwrap().join(&app.approve(&page, "person").await).unwrap();
    let query: serde_json::Map<_, _> =
        path.query_pairs().map(|(name, value)| (name.into_owned(), json!([value]))).collect();
    let cookies = format!("name=José; {own}; consent=true");
    let event = json!({
        "version": "1.0", "resource": "/callback", "path": "/callback", "httpMethod": "GET",
        "headers": { "Cookie": cookies, "User-Agent": "Zürich" },
        "multiValueHeaders": { "Cookie": [cookies], "User-Agent": ["Zürich"] },
        "queryStringParameters": null, "multiValueQueryStringParameters": query, "pathParameters": null,
        "stageVariables": null, "body": null, "isBase64Encoded": false,
        "requestContext": { "accountId": "1", "apiId": "a", "httpMethod": "GET", "path": "/callback", "stage": "$default",
            "identity": { "sourceIp": "192.0.2.1" }, "requestId": "r", "resourceId": "GET /callback", "resourcePath": "/callback" },
    });

    let answer = function.invoke(event).await.unwrap();

    assert_eq!(answer["statusCode"], 200, "{answer}");
}

#[tokio::test]
async fn a_callback_that_comes_twice_at_once_to_two_processes_is_answered_the_same() {
    let app = TestApp::start().await;
    let one = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let two = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    app.bank.fault(json!({ "endpoint": "POST token", "delay_ms": 600 })).await;
    let (own, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let (first, second) = tokio::join!(one.invoke(event(&path, &[], &[&own])), two.invoke(event(&path, &[], &[&own])));

    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((&first["statusCode"], &first["body"]), (&json!(200), &second["body"]), "{second}");
    assert_eq!(app.bank.count("POST token").await, 1);
}

#[tokio::test]
async fn a_prefetch_uses_nothing_up() {
    let app = TestApp::start().await;
    let function = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let (own, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let ahead = function.invoke(event(&path, &[("sec-purpose", "prefetch")], &[&own])).await.unwrap();
    let after = function.invoke(event(&path, &[("accept", "text/html")], &[&own])).await.unwrap();

    assert_eq!((&ahead["statusCode"], &after["statusCode"]), (&json!(503), &json!(303)));
    let location = after["headers"]["location"].as_str().unwrap();
    let shown = function.invoke(event(&format!("/{location}"), &[], &[&own])).await.unwrap();
    assert!(shown["body"].as_str().unwrap().contains("Your bunq account is connected"), "{shown}");
}

#[tokio::test]
async fn who_said_no_starts_the_same_consent_again() {
    let app = TestApp::start().await;
    let function = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let asked = app.ask_consent(&json!({ "reference": "customer-17", "return_url": "https://app.example/bank" })).await;
    let id = asked["consent_id"].as_str().unwrap();
    let (_, ticket) = asked["url"].as_str().unwrap().split_once('?').unwrap();
    let page_of = |answer: &Value| format!("/{}", answer["headers"]["location"].as_str().unwrap());
    let html = [("accept", "text/html")];

    let (own, page) = begun(&function.invoke(event(&format!("/auth?{ticket}"), &[], &[])).await.unwrap());
    let denied = function.invoke(event(&app.deny(&page).await, &html, &[&own])).await.unwrap();
    let shown = function.invoke(event(&page_of(&denied), &html, &[&own])).await.unwrap();
    let again = format!("auth?again={id}");
    assert!(shown["body"].as_str().unwrap().contains(&format!("href=\"{again}\"")), "{shown}");
    let (own, page) = begun(&function.invoke(event(&format!("/{again}"), &[], &[&own])).await.unwrap());
    let back = function.invoke(event(&app.approve(&page, "person").await, &html, &[&own])).await.unwrap();

    let location = back["headers"]["location"].as_str().unwrap();
    assert!(location.starts_with(&format!("https://app.example/bank?consent_id={id}&proof=")), "{back}");
    assert_eq!(app.get(&format!("/consents/{id}")).await.json()["reference"], "customer-17");
}

#[tokio::test]
async fn the_page_says_what_happened() {
    let app = TestApp::start().await;
    let function = app.bootstrap(env!("CARGO_BIN_EXE_oauth")).await;
    let (other, _) = app.begin_consent().await;
    let (own, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let html = [("accept", "text/html")];
    for (path, cookie, title) in [
        (path.clone(), &other, "Begun in another browser"),
        (format!("/callback?state={}&code=x", "A".repeat(43)), &own, "This link is not known"),
        ("/callback?code=x".to_owned(), &own, "This address is not complete"),
        (path, &own, "Your bunq account is connected"),
    ] {
        let redirect = function.invoke(event(&path, &html, &[cookie])).await.unwrap();
        assert_eq!(redirect["statusCode"], 303, "{redirect}");
        let location = format!("/{}", redirect["headers"]["location"].as_str().unwrap());

        let shown = function.invoke(event(&location, &html, &[cookie])).await.unwrap();

        let expected = format!("<h1>{title}</h1>");
        assert!(shown["body"].as_str().unwrap().contains(&expected), "{title}: {shown}");
    }
}
