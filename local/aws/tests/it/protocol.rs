//! The answers of the port to requests that no AWS client sends.

use reqwest::StatusCode;
use serde_json::Value;

use crate::client::{http, start};

#[tokio::test]
async fn a_target_of_another_service_is_refused_as_aws_refuses() {
    let aws = start().await;
    for target in ["TrentService.Decrypt", "DynamoDBStreams_20120810.ListStreams", ""] {
        let request = http().post(aws.url()).header("x-amz-target", target);

        let answer = request.body("{}").send().await.unwrap();

        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(body["__type"], "UnknownOperationException");
        assert!(body["message"].is_string());
    }
}

#[tokio::test]
async fn a_web_page_gets_no_permission_to_call() {
    let aws = start().await;
    let preflight = http()
        .request(reqwest::Method::OPTIONS, aws.url())
        .header("origin", "https://example.com")
        .header("access-control-request-headers", "x-amz-target");

    let answer = preflight.send().await.unwrap();

    assert!(!answer.status().is_success());
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
