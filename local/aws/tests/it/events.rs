//! The events that EventBridge keeps for tests.

use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::operation::put_events::{PutEventsError, PutEventsOutput};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_eventbridge::types::builders::PutEventsRequestEntryBuilder;
use local_aws::LocalAws;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{eventbridge, start};
use crate::switches::{switch, turn};

fn entry(detail: &Value) -> PutEventsRequestEntryBuilder {
    let entry = PutEventsRequestEntry::builder().event_bus_name("own").source("bunq-tpp");
    entry.detail_type("transaction.created").detail(detail.to_string())
}

async fn put(
    aws: &LocalAws,
    entries: impl IntoIterator<Item = PutEventsRequestEntryBuilder>,
) -> Result<PutEventsOutput, SdkError<PutEventsError>> {
    let entries = entries.into_iter().map(PutEventsRequestEntryBuilder::build).collect();
    eventbridge(aws).put_events().set_entries(Some(entries)).send().await
}

async fn kept(aws: &LocalAws) -> Vec<Value> {
    let (status, body) = switch(aws, Method::GET, "events", &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_str(&body).unwrap()
}

fn codes(answer: &PutEventsOutput) -> Vec<Option<&str>> {
    answer.entries().iter().map(|entry| entry.error_code()).collect()
}

#[tokio::test]
async fn events_are_kept_in_their_order_until_they_are_removed() {
    let aws = start().await;

    let first = put(&aws, [entry(&json!({"id": 1})), entry(&json!({"id": 2}))]).await.unwrap();
    let second = put(&aws, [entry(&json!({"id": 3}))]).await.unwrap();

    assert_eq!((first.failed_entry_count(), second.failed_entry_count()), (0, 0));
    let answered: Vec<_> = first.entries().iter().chain(second.entries()).map(|it| it.event_id().unwrap()).collect();
    let events = kept(&aws).await;
    let found: Vec<_> = events.iter().map(|event| event["EventId"].as_str().unwrap()).collect();
    assert_eq!(found, answered);
    assert_ne!(found[0], found[1]);
    assert_eq!(
        events[2],
        json!({
            "EventId": answered[2],
            "EventBusName": "own",
            "Source": "bunq-tpp",
            "DetailType": "transaction.created",
            "Detail": r#"{"id":3}"#,
        })
    );
    turn(&aws, Method::DELETE, "events", &Value::Null).await;
    assert!(kept(&aws).await.is_empty());
}

#[tokio::test]
async fn a_request_has_one_to_ten_entries_and_less_than_a_mebibyte() {
    let aws = start().await;
    let detail = json!({"text": "x".repeat(524_288)});

    for entries in [Vec::new(), vec![entry(&json!({})); 11], vec![entry(&detail); 2]] {
        let error = put(&aws, entries).await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{error:?}");
    }
    assert!(kept(&aws).await.is_empty());
    assert_eq!(put(&aws, vec![entry(&json!({})); 10]).await.unwrap().failed_entry_count(), 0);
}

#[tokio::test]
async fn an_entry_that_is_not_valid_fails_alone() {
    let aws = start().await;
    let good = || entry(&json!({"id": 1}));

    let answer = put(
        &aws,
        [
            good().set_source(None),
            good().set_detail_type(None),
            good().set_detail(None),
            good(),
            good().detail("{"),
            good().detail("[]"),
            good().source("aws.ec2"),
        ],
    );
    let answer = answer.await.unwrap();

    let (argument, malformed) = (Some("InvalidArgument"), Some("MalformedDetail"));
    let stranger = Some("NotAuthorizedForSource");
    assert_eq!(codes(&answer), [argument, argument, argument, None, malformed, malformed, stranger]);
    assert_eq!(answer.failed_entry_count(), 6);
    assert_eq!(kept(&aws).await.len(), 1);
}

#[tokio::test]
async fn a_test_chooses_the_entries_that_fail() {
    let aws = start().await;
    let three = || (1..=3).map(|id| entry(&json!({"id": id})));
    let failure = json!({"nth": 3, "times": 2, "code": "ThrottlingException"});
    turn(&aws, Method::POST, "events/failures", &failure).await;

    let first = put(&aws, three()).await.unwrap();
    let second = put(&aws, three()).await.unwrap();

    let throttled = Some("ThrottlingException");
    assert_eq!(codes(&first), [None, None, throttled]);
    assert_eq!(codes(&second), [throttled, None, None]);
    assert_eq!((first.failed_entry_count(), second.failed_entry_count()), (1, 1));
    assert!(first.entries()[2].event_id().is_none());
    let details: Vec<_> = kept(&aws).await.iter().map(|event| event["Detail"].clone()).collect();
    assert_eq!(details, [r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":2}"#, r#"{"id":3}"#]);
    turn(&aws, Method::POST, "events/failures", &json!({"times": 9, "code": "InternalFailure"})).await;
    turn(&aws, Method::DELETE, "events/failures", &Value::Null).await;
    assert_eq!(put(&aws, three()).await.unwrap().failed_entry_count(), 0);
}
