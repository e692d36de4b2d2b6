//! The port accepts a request only if this machine's key signed it, at most 15 minutes ago.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::Credentials;
use local_aws::LocalAws;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use crate::client::{credentials, dynamodb, http, secrets, signed_by, start};

const TARGET: (&str, &str) = ("x-amz-target", "DynamoDB_20120810.ListTables");
const BODY: &str = "{}";
const MINUTE: Duration = Duration::from_secs(60);
/// One minute less than the tolerance.
const NEAR: Duration = Duration::from_secs(14 * 60);
/// One minute more than the tolerance.
const FAR: Duration = Duration::from_secs(16 * 60);

/// The headers that sign a call.
fn signed(
    aws: &LocalAws,
    credentials: Credentials,
    service: &str,
    time: SystemTime,
    headers: &[(&str, &str)],
) -> Vec<(String, String)> {
    signed_by(aws, credentials, service, time, headers, BODY)
}

/// The call that [`signed`] signs.
fn call(aws: &LocalAws, headers: Vec<(String, String)>) -> RequestBuilder {
    let call = http().post(aws.url()).header("content-type", "application/x-amz-json-1.0").body(BODY);
    headers.into_iter().fold(call, |call, (name, value)| call.header(name, value))
}

/// A valid signature of the call at a given time.
fn good(aws: &LocalAws, time: SystemTime) -> Vec<(String, String)> {
    signed(aws, credentials(aws), "dynamodb", time, &[TARGET])
}

#[track_caller]
fn with(mut headers: Vec<(String, String)>, name: &str, change: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let header = headers.iter_mut().find(|header| header.0 == name).unwrap();
    header.1 = change(&header.1);
    headers
}

async fn refused(call: RequestBuilder, code: &str, why: &str) {
    let answer = call.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{why}");
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["__type"], code, "{why}: {body}");
    assert!(body.get("TableNames").is_none(), "{why}: {body}");
}

#[tokio::test]
async fn a_signed_call_is_answered_within_a_quarter_of_an_hour() {
    let aws = start().await;
    let now = SystemTime::now();

    for time in [now, now - NEAR, now + NEAR] {
        assert_eq!(call(&aws, good(&aws, time)).send().await.unwrap().status(), StatusCode::OK);
    }
    for time in [now - FAR, now + FAR, now - 24 * 60 * MINUTE] {
        refused(call(&aws, good(&aws, time)), "InvalidSignatureException", "too late or too early").await;
    }
}

#[tokio::test]
async fn the_clients_of_aws_are_let_in_with_the_key_and_not_with_another() {
    let (aws, other) = (start().await, start().await);

    assert!(dynamodb(&aws).list_tables().send().await.is_ok());
    assert!(secrets(&aws).list_secrets().send().await.is_ok());
    let time = SystemTime::now();
    let stranger = signed(&aws, credentials(&other), "dynamodb", time, &[TARGET]);
    refused(call(&aws, stranger), "UnrecognizedClientException", "another key").await;
    let guessed = Credentials::new(aws.access_key().id(), "0".repeat(40), None, None, "test");
    let guessed = signed(&aws, guessed, "dynamodb", time, &[TARGET]);
    refused(call(&aws, guessed), "InvalidSignatureException", "another secret").await;
}

#[tokio::test]
async fn a_call_without_a_signature_is_refused() {
    let aws = start().await;
    let call = || call(&aws, vec![(TARGET.0.to_owned(), TARGET.1.to_owned())]);

    refused(call(), "MissingAuthenticationTokenException", "nothing").await;
    for header in ["", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256 Credential=x"] {
        refused(call().header("authorization", header), "MissingAuthenticationTokenException", header).await;
    }
    let presigned = call().query(&[("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Signature", "0")]);
    refused(presigned, "MissingAuthenticationTokenException", "in the query").await;
    let id = aws.access_key().id();
    for parts in [
        "Credential=x/x/x/dynamodb/aws4_request",
        "Credential=x/x/x/dynamodb/aws4_request, SignedHeaders=host, Signature=0, Signature=0",
        "Credential=x/x/x/dynamodb/aws4_request, SignedHeaders=host, Signature=0, Other=0",
        "Credential=x/x/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        "nonsense",
    ] {
        let header = format!("AWS4-HMAC-SHA256 {parts}");
        let forged = call().header("x-amz-date", "20260101T000000Z").header("authorization", header);
        refused(forged, "IncompleteSignatureException", parts).await;
    }
    let parts = format!("Credential={id}/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
    let forged = call().header("authorization", format!("AWS4-HMAC-SHA256 {parts}"));
    refused(forged, "IncompleteSignatureException", "no date").await;
}

#[tokio::test]
async fn a_call_of_a_queue_or_of_events_needs_a_signature_for_its_own_service() {
    let aws = start().await;
    for (service, target) in [("sqs", "AmazonSQS.ReceiveMessage"), ("events", "AWSEvents.PutEvents")] {
        let unsigned = vec![(TARGET.0.to_owned(), target.to_owned())];
        refused(call(&aws, unsigned), "MissingAuthenticationTokenException", target).await;

        let other = signed(&aws, credentials(&aws), "dynamodb", SystemTime::now(), &[(TARGET.0, target)]);
        refused(call(&aws, other), "InvalidSignatureException", target).await;

        let good = signed(&aws, credentials(&aws), service, SystemTime::now(), &[(TARGET.0, target)]);
        assert_eq!(call(&aws, good).send().await.unwrap().status(), StatusCode::BAD_REQUEST, "{target}: no parameters");
    }
}

#[tokio::test]
async fn an_unknown_operation_of_a_known_service_is_refused_in_the_services_own_words() {
    let aws = start().await;
    for (service, target) in [
        ("dynamodb", "DynamoDB_20120810.Dance"),
        ("secretsmanager", "secretsmanager.Dance"),
        ("sqs", "AmazonSQS.Dance"),
        ("events", "AWSEvents.Dance"),
    ] {
        let headers = signed(&aws, credentials(&aws), service, SystemTime::now(), &[(TARGET.0, target)]);

        let answer = call(&aws, headers).send().await.unwrap();

        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{target}");
        assert!(answer.text().await.unwrap().contains("__type"), "{target}");
    }
}

#[tokio::test]
async fn what_was_changed_after_it_was_signed_is_refused() {
    let aws = start().await;
    let time = SystemTime::now();
    let good = || good(&aws, time);
    let mismatch = "InvalidSignatureException";

    refused(call(&aws, good()).body("{\"Limit\":1}"), mismatch, "the body").await;
    refused(
        call(&aws, with(good(), TARGET.0, |_| "DynamoDB_20120810.DescribeLimits".to_owned())),
        mismatch,
        "the target",
    )
    .await;
    refused(call(&aws, good()).query(&[("a", "b")]), mismatch, "the query").await;
    refused(call(&aws, good()).header("host", "localhost"), mismatch, "the host").await;
    refused(
        call(&aws, with(good(), "x-amz-date", |date| date.replace('Z', "z"))),
        "IncompleteSignatureException",
        "the date",
    )
    .await;
    let zeros = |header: &str| format!("{}Signature={}", header.split("Signature=").next().unwrap(), "0".repeat(64));
    refused(call(&aws, with(good(), "authorization", zeros)), mismatch, "the signature").await;
    let empty = |header: &str| format!("{}Signature=", header.split("Signature=").next().unwrap());
    refused(call(&aws, with(good(), "authorization", empty)), mismatch, "no signature").await;
    let day = |header: &str| header.replacen("/20", "/19", 1);
    refused(call(&aws, with(good(), "authorization", day)), mismatch, "the day").await;
    let region = |header: &str| header.replace("eu-central-1", "us-east-1");
    refused(call(&aws, with(good(), "authorization", region)), mismatch, "the region").await;
}

#[tokio::test]
async fn a_signature_that_leaves_out_what_matters_is_refused() {
    let aws = start().await;
    let time = SystemTime::now();

    let other = signed(&aws, credentials(&aws), "execute-api", time, &[TARGET]);
    refused(call(&aws, other), "InvalidSignatureException", "another service").await;
    let without = signed(&aws, credentials(&aws), "dynamodb", time, &[]);
    let added = call(&aws, without).header(TARGET.0, TARGET.1);
    refused(added, "IncompleteSignatureException", "the target is not signed").await;
    let hash = ("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let unsigned_body = signed(&aws, credentials(&aws), "dynamodb", time, &[TARGET, hash]);
    refused(call(&aws, unsigned_body), "InvalidSignatureException", "the body is not signed").await;
    let twice = good(&aws, time);
    let (name, value) = twice.iter().find(|header| header.0 == "authorization").unwrap().clone();
    refused(call(&aws, twice).header(name, value), "IncompleteSignatureException", "two signatures").await;
}
