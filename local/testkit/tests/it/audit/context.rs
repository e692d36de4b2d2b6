//! The origin of a request, and whether the customer was present.

use axum::body::Body;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, lambda::http_event, logs};
use tower::ServiceExt as _;

use super::{lines, one};

/// Reads accounts with these headers.
async fn read(app: &TestApp, user_id: &str, headers: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::GET, &format!("/user/{user_id}/accounts")).bearer_auth(&app.api_key);
    app.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn the_customers_address_is_kept_as_a_keyed_hash() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let hash = async |address: &str| {
        let answer = read(&app, &user_id, &[("PSU-IP-Address", address)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let line = one(&answer);
        assert_eq!(line["customer_present"], true, "{line}");
        line["customer_ip_hash"].as_str().unwrap().to_owned()
    };
    let first = hash("83.12.7.201").await;
    assert_eq!(hash("83.12.7.201").await, first, "the same address has the same hash");
    assert_eq!(hash("::ffff:83.12.7.201").await, first, "in any notation");
    assert_ne!(hash("83.12.7.202").await, first);
    assert_eq!(hash("2001:DB8:0::1").await, hash("2001:db8::1").await);
    assert!(!logs::text().contains("83.12.7.20"), "the address itself is in no line");

    let (key, digits) = first.split_once('.').unwrap();
    assert_eq!((key.len(), digits.len()), (8, 32), "the key has a name, so that it can rotate: {first}");
    assert!(hash("83.12.7.202").await.starts_with(key), "and the same name each time");
    let other = TestApp::start().await;
    let stranger = other.connect("person").await;
    let line = one(&read(&other, &stranger, &[("PSU-IP-Address", "83.12.7.201")]).await);
    assert_ne!(line["customer_ip_hash"], first.as_str(), "another deployment has another key");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_and_nothing_is_asked() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;
    let header = "PSU-IP-Address";
    let wrong = [
        vec![(header, "")],
        vec![(header, "nobody")],
        vec![(header, "83.12.7")],
        vec![(header, "83.12.7.256")],
        vec![(header, "83.12.7.201, 10.0.0.1")],
        vec![(header, "83.12.7.201:443")],
        vec![(header, "[2001:db8::1]")],
        vec![(header, "83.12.7.201"), (header, "83.12.7.201")],
    ];
    for headers in wrong {
        let answer = read(&app, &user_id, &headers).await;
        let problem = answer.problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], header, "{problem}");
        let line = one(&answer);
        assert_eq!((&line["outcome"], &line["customer_present"]), (&json!("refused"), &json!(false)), "{line}");
        assert!(line["api_key_id"].is_string(), "{line}");
    }
    assert_eq!(app.bank.total().await, 0);
    // The key is checked first, so a caller without one learns nothing about headers.
    let request = app.request(Method::GET, &format!("/user/{user_id}/accounts")).header(header, "nobody");
    app.send(request).await.problem(401, "api_key_missing");
}

#[tokio::test]
async fn no_header_of_a_caller_is_taken_for_the_source() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"] {
        let line = one(&read(&app, &user_id, &[(header, "for=203.0.113.9"), (header, "203.0.113.9")]).await);
        assert_eq!(line["source_ip"], "127.0.0.1", "{header}: {line}");
    }
}

#[tokio::test]
async fn the_source_is_the_address_that_api_gateway_saw() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let path = format!("/user/{user_id}/accounts");
    let router = shared::http::service(users::router(), app.compose().await);
    let mut event = http_event("GET", &path, &[("authorization", &format!("Bearer {}", app.api_key))]);
    event["headers"]["x-forwarded-for"] = json!("203.0.113.9");
    event["requestContext"]["http"]["sourceIp"] = json!("198.51.100.77");
    event["requestContext"]["requestId"] = json!("of-the-gateway-77");
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();

    let answer = router.oneshot(request.map(|body| Body::from(body.to_vec()))).await.unwrap();

    assert_eq!(answer.status(), 200);
    let lines: Vec<Value> = lines().into_iter().filter(|line| line["request_id"] == "of-the-gateway-77").collect();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["source_ip"], &line["user_id"]), (&json!("198.51.100.77"), &json!(user_id)), "{line}");
}
