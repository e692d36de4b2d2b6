//! The table of operations that a function uses instead of the document. An operation that is not in it is not served.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    routing::{any, get},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use shared::http::service;
use tower::ServiceExt as _;

/// Returns a router with handlers that count their calls.
fn counting() -> (Router, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = {
        let runs = runs.clone();
        async move || {
            runs.fetch_add(1, Ordering::SeqCst);
        }
    };
    let router = Router::new()
        .route("/attic", get(count.clone()))
        .route("/users/{id}/attic", any(count.clone()))
        .route("/health", any(count.clone()))
        .route("/health/", get(count));
    (service(router, ()), runs)
}

async fn ask(router: &Router, method: Method, path: &str) -> (StatusCode, Value, String) {
    let request = http_request(method, path);
    let answer = router.clone().oneshot(request).await.unwrap();
    let allow = answer.headers().get("allow").map_or("", |value| value.to_str().unwrap()).to_owned();
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default(), allow)
}

fn http_request(method: Method, path: &str) -> axum::extract::Request {
    axum::extract::Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_route_that_is_not_in_the_table_is_not_served() {
    let (router, runs) = counting();

    for path in ["/attic", "/attic?color=red", "/users/7/attic"] {
        let (status, problem, _) = ask(&router, Method::GET, path).await;
        assert_eq!((status, &problem["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &"internal_error".into()), "{path}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "no handler ran");
}

#[tokio::test]
async fn a_method_that_is_not_in_the_table_is_not_served() {
    let (router, runs) = counting();

    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let (status, problem, allow) = ask(&router, method, "/health").await;
        assert_eq!((status, &problem["code"]), (StatusCode::METHOD_NOT_ALLOWED, &"method_not_allowed".into()));
        assert_eq!(allow, "GET,HEAD");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "no handler ran");
}

#[tokio::test]
async fn what_is_in_the_table_is_served_with_a_final_slash_and_to_head() {
    let (router, runs) = counting();

    for (method, path) in [(Method::GET, "/health"), (Method::HEAD, "/health"), (Method::GET, "/health/")] {
        assert_eq!(ask(&router, method.clone(), path).await.0, StatusCode::OK, "{method} {path}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(ask(&router, Method::GET, "/nowhere").await.0, StatusCode::NOT_FOUND);
}
