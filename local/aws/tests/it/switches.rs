//! Requests to the switches.

use jiff::SignedDuration;
use local_aws::LocalAws;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{http, start};

pub(crate) async fn switch(aws: &LocalAws, method: Method, path: &str, body: &Value) -> (StatusCode, String) {
    let url = format!("{}/_local/{path}", aws.url());
    let mut request = http().request(method, url);
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

pub(crate) async fn arm(aws: &LocalAws, fault: Value) {
    let (status, body) = switch(aws, Method::POST, "faults", &fault).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
}

pub(crate) async fn calls(aws: &LocalAws) -> Value {
    let (status, body) = switch(aws, Method::GET, "calls", &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_str(&body).unwrap()
}

/// Sends a request to a switch that must accept it.
pub(crate) async fn turn(aws: &LocalAws, method: Method, path: &str, body: &Value) {
    let (status, body) = switch(aws, method, path, body).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
}

#[tokio::test]
async fn the_clock_is_moved_by_its_handle_and_by_its_switch() {
    let aws = start().await;
    let clock = aws.clock().clone();
    let ahead = || clock.now().duration_since(jiff::Timestamp::now()).as_secs().abs();

    assert!(ahead() < 60);
    aws.clock().advance(SignedDuration::from_hours(1));
    assert!((3540..3660).contains(&ahead()));
    turn(&aws, Method::POST, "clock", &json!({"offset_seconds": 7200})).await;
    assert!((7140..7260).contains(&ahead()));
    clock.freeze();
    let still = clock.now();
    assert_eq!(aws.clock().now(), still);
    aws.clock().advance(SignedDuration::from_secs(1));
    assert_eq!(clock.now(), still + SignedDuration::from_secs(1));
    turn(&aws, Method::POST, "clock", &json!({"offset_seconds": i64::MAX})).await;
    assert!(ahead() < 60, "an offset beyond the calendar has no effect");
}

#[tokio::test]
async fn an_order_that_a_switch_does_not_understand_is_refused() {
    let aws = start().await;
    for (method, path, body, expected) in [
        (Method::POST, "clock", json!({"seconds": 1}), StatusCode::BAD_REQUEST),
        (Method::GET, "clock", Value::Null, StatusCode::NOT_FOUND),
        (Method::POST, "events/failures", json!({"nth": 0, "code": "x"}), StatusCode::BAD_REQUEST),
        (Method::POST, "events/failures", json!({"nth": 1}), StatusCode::BAD_REQUEST),
        (Method::POST, "events", json!({}), StatusCode::NOT_FOUND),
        (Method::GET, "nothing", Value::Null, StatusCode::NOT_FOUND),
    ] {
        let (status, body) = switch(&aws, method, path, &body).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert!(body.contains("message"), "{path}: {body}");
    }
}
