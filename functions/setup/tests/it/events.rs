//! `POST /setup` through the gateway, and the real bootstrap with each kind of event.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testkit::{Answer, TestApp, lambda::http_event};

use crate::support::{ask, complete, fresh, invoke, secret_texts, states};

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_setup");
/// A signature of the right form that no key created.
const FORGED: &str = "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/execute-api/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=0000";

fn post(app: &TestApp, body: &str) -> RequestBuilder {
    app.request(Method::POST, "/setup").header("content-type", "application/json").body(body.to_owned())
}

async fn signed(app: &TestApp, body: &str) -> Answer {
    app.send(app.signed(post(app, body))).await
}

#[tokio::test]
async fn nobody_but_iams_users_may_set_a_deployment_up() {
    let app = TestApp::start().await;
    let ours = FORGED.replace("AKIA", app.aws.access_key().id());
    let issue = "AWS4-HMAC-SHA256 Credential=x/x/x/execute-api/aws4_request".to_owned();
    let bearer = format!("Bearer {}", app.api_key);
    let headers =
        [None, Some(bearer), Some("AWS4-HMAC-SHA256".to_owned()), Some(FORGED.to_owned()), Some(ours), Some(issue)];
    for header in headers {
        let mut request = post(&app, "{}");
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }

        let answer = app.send(request).await;

        assert_eq!((answer.status, answer.text.as_str()), (403, r#"{"message":"Forbidden"}"#), "{header:?}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn iams_user_sets_a_deployment_up_over_http() {
    let app = fresh().await;

    let answer = signed(&app, "{}").await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let report = answer.json();
    assert_eq!(states(&report)[2..], ["now"; 7]);
    assert!(report["api_key"].is_string());
    assert_eq!(signed(&app, r#"{"action":"status"}"#).await.json()["onboarded"], true);
    app.connect("person").await;
}

#[tokio::test]
async fn a_request_that_is_not_json_is_refused() {
    let app = fresh().await;
    let typed = |kind: &str, body: &str| {
        let request = app.request(Method::POST, "/setup").header("content-type", kind).body(body.to_owned());
        app.send(app.signed(request))
    };

    typed("text/plain", "{}").await.problem(422, "invalid_request");
    typed("application/x-www-form-urlencoded", "action=run").await.problem(422, "invalid_request");
    for body in ["", " \n", "{", "run", "{} {}", "[]"] {
        signed(&app, body).await.problem(422, "invalid_request");
    }
    let comma = signed(&app, "{\"action\": \"status\"\n \"id\": 1}").await;
    assert_eq!(comma.reasons(), [(String::new(), "is not JSON: line 2, column 2".to_owned())]);
    let request =
        app.request(Method::POST, "/setup?action=status").header("content-type", "application/json").body("{}");
    assert_eq!(app.send(app.signed(request)).await.places(), ["action"]);
    app.send(app.signed(app.request(Method::GET, "/setup"))).await.problem(405, "method_not_allowed");
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_problem_over_http_says_what_and_how_to_go_on() {
    let app = TestApp::start().await;

    let unknown = signed(&app, r#"{"action":"destroy"}"#).await;

    let problem = unknown.problem(422, "invalid_request");
    assert_eq!(problem["action"], "fix_request");
    assert_eq!(problem["errors"][0]["pointer"], "/action");
}

/// API Gateway's event for a REST API, payload version 1.0.
fn rest_event(stage: &str, body: &str) -> Value {
    let headers = json!({ "content-type": "application/json" });
    json!({
        "version": "1.0",
        "resource": "/setup",
        "path": "/setup",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": { "content-type": ["application/json"] },
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "test",
            "domainName": "test.execute-api.eu-central-1.amazonaws.com",
            "httpMethod": "POST",
            "identity": { "sourceIp": "192.0.2.1", "userAgent": "test" },
            "path": format!("/{stage}/setup"),
            "protocol": "HTTP/1.1",
            "requestId": "gateway-request-id",
            "requestTime": "22/Nov/2026:12:00:00 +0000",
            "requestTimeEpoch": 1_795_348_800_000_u64,
            "resourceId": "abc123",
            "resourcePath": "/setup",
            "stage": stage
        },
        "body": body,
        "isBase64Encoded": false
    })
}

fn api_event(body: &str) -> Value {
    let mut event = http_event("POST", "/setup", &[("content-type", "application/json")]);
    event["body"] = json!(body);
    event
}

/// The body of the answer to an event, which must be a 200.
fn body(answer: &Value) -> Value {
    assert_eq!(answer["statusCode"], 200, "{answer}");
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn the_bootstrap_answers_both_of_api_gateways_events_as_it_answers_a_direct_invocation() {
    let app = TestApp::start().await;
    let function = app.bootstrap(BOOTSTRAP).await;
    let status = r#"{"action":"status"}"#;

    let direct = ask(&function, json!({ "action": "status" })).await.unwrap();
    let http = ask(&function, api_event(status)).await.unwrap();
    let rest = ask(&function, rest_event("$default", status)).await.unwrap();

    assert_eq!(direct, invoke(&app, json!({ "action": "status" })).await.unwrap());
    assert_eq!(direct["onboarded"], true);
    assert_eq!(body(&http), direct);
    assert_eq!(body(&rest), direct);
    assert_eq!(http["headers"]["content-type"], "application/json", "{http}");
}

#[tokio::test]
async fn the_bootstrap_knows_its_route_below_a_stage_of_a_rest_api() {
    let app = TestApp::start().await;
    let function = app.bootstrap(BOOTSTRAP).await;

    let answer = ask(&function, rest_event("prod", r#"{"action":"status"}"#)).await.unwrap();

    assert_eq!(body(&answer)["onboarded"], true);
}

#[tokio::test]
async fn the_bootstrap_onboards_through_an_event_of_api_gateway() {
    let app = fresh().await;
    let function = app.bootstrap(BOOTSTRAP).await;

    let first = body(&ask(&function, api_event("{}")).await.unwrap());
    let second = body(&ask(&function, rest_event("$default", "{}")).await.unwrap());

    assert!(first["api_key"].is_string(), "{first}");
    assert_eq!(states(&second), ["before"; 9]);
    app.connect("person").await;
}

#[tokio::test]
async fn a_problem_under_an_event_of_api_gateway_is_an_answer_and_carries_the_gateways_request_id() {
    let app = TestApp::start().await;
    let function = app.bootstrap(BOOTSTRAP).await;

    let answer = ask(&function, api_event(r#"{"action":"destroy"}"#)).await.unwrap();

    assert_eq!(answer["statusCode"], 422, "{answer}");
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!((&problem["code"], &problem["request_id"]), (&json!("invalid_request"), &json!("gateway-request-id=")));
}

#[tokio::test]
async fn a_direct_invocation_that_fails_says_so_in_lambdas_words_and_keeps_secrets() {
    let app = fresh().await;
    let function = app.bootstrap(BOOTSTRAP).await;
    app.bank.fault(json!({ "endpoint": "POST session-server", "status": 500 })).await;

    let stopped = ask(&function, json!({})).await.unwrap_err();
    let mistaken = ask(&function, json!({ "action": "destroy" })).await.unwrap_err();
    let null = ask(&function, json!(null)).await.unwrap_err();
    let texts = secret_texts(&app).await;
    complete(&app).await;

    assert_eq!(stopped["errorType"], "bank_unavailable");
    assert_eq!(mistaken["errorType"], "invalid_request");
    assert!(mistaken["errorMessage"].as_str().unwrap().starts_with("/action must be run"), "{mistaken}");
    assert_eq!(null["errorType"], "invalid_request");
    for secret in texts {
        assert!(!stopped.to_string().contains(&secret), "{stopped}");
    }
}

#[tokio::test]
async fn an_event_that_looks_like_api_gateways_and_is_none_does_not_end_the_process() {
    let app = TestApp::start().await;
    let function = app.bootstrap(BOOTSTRAP).await;

    let odd = ask(&function, json!({ "requestContext": null, "action": "status" })).await;
    let after = ask(&function, json!({ "action": "status" })).await.unwrap();

    assert!(odd.is_err(), "{odd:?}");
    assert_eq!(after["onboarded"], true);
}
