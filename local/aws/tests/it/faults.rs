//! The switches, tested through their effects on a client.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use local_aws::LocalAws;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{CONNECTIONS, dynamodb, eventbridge, persistent_secrets, s, secrets, sqs, start};
use crate::queues::{DELIVERIES, TestQueue};
use crate::switches::{arm, calls, switch};

const GET_ITEM: &str = "DynamoDB_20120810.GetItem";
const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const SECRET: &str = "bunq-tpp/tpp";

async fn get(aws: &LocalAws) -> Result<GetItemOutput, SdkError<GetItemError>> {
    let get = dynamodb(aws).get_item().table_name(CONNECTIONS);
    get.key("pk", s("USER#1")).send().await
}

/// Writes the item that [`get`] reads. Returns whether the client received a success.
async fn put(aws: &LocalAws) -> bool {
    let put = dynamodb(aws).put_item().table_name(CONNECTIONS);
    match put.item("pk", s("USER#1")).send().await {
        Ok(_) => true,
        Err(SdkError::DispatchFailure(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_nth_call_and_those_after_it_fail_and_then_no_more() {
    let aws = start().await;
    let error = "ProvisionedThroughputExceededException";
    arm(&aws, json!({"target": GET_ITEM, "nth": 2, "times": 2, "error": error})).await;

    assert!(get(&aws).await.is_ok());
    for _ in 0..2 {
        let error = get(&aws).await.unwrap_err().into_service_error();
        assert!(error.is_provisioned_throughput_exceeded_exception(), "{error:?}");
    }
    assert!(get(&aws).await.is_ok());
}

#[tokio::test]
async fn a_fault_is_the_first_call_once_unless_told_otherwise_and_leaves_other_targets_alone() {
    let aws = start().await;
    arm(&aws, json!({"target": GET_ITEM, "error": "InternalServerError"})).await;

    assert!(put(&aws).await);
    let error = get(&aws).await.unwrap_err().into_service_error();
    assert!(error.is_internal_server_error(), "{error:?}");
    assert!(get(&aws).await.is_ok());
}

#[tokio::test]
async fn a_transaction_can_meet_another_one_or_a_lack_of_capacity() {
    let aws = start().await;
    for reason in ["TransactionConflict", "ThrottlingError"] {
        arm(&aws, json!({"target": "DynamoDB_20120810.TransactWriteItems", "error": reason})).await;
        let transact = async || {
            let put = Put::builder().table_name(CONNECTIONS).item("pk", s("USER#1")).build().unwrap();
            let write = TransactWriteItem::builder().put(put).build();
            dynamodb(&aws).transact_write_items().transact_items(write).send().await
        };

        let error = transact().await.unwrap_err().into_service_error();

        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { panic!("{error:?}") };
        assert_eq!(cancelled.cancellation_reasons()[0].code(), Some(reason));
        assert!(transact().await.is_ok());
    }
}

#[tokio::test]
async fn a_call_dropped_before_took_no_effect() {
    let aws = start().await;
    arm(&aws, json!({"target": PUT_ITEM, "drop": "before"})).await;

    let answered = put(&aws).await;

    assert!(!answered);
    assert_eq!(get(&aws).await.unwrap().item, None);
}

#[tokio::test]
async fn a_call_dropped_after_took_effect() {
    let aws = start().await;
    arm(&aws, json!({"target": PUT_ITEM, "drop": "after"})).await;

    let answered = put(&aws).await;

    assert!(!answered);
    assert!(get(&aws).await.unwrap().item.is_some());
}

#[tokio::test]
async fn a_late_call_took_effect_at_once() {
    let aws = start().await;
    arm(&aws, json!({"target": PUT_ITEM, "delay_ms": 3_600_000})).await;

    let late = tokio::select! {
        _ = put(&aws) => false,
        () = async { while get(&aws).await.unwrap().item.is_none() {} } => true,
    };

    assert!(late);
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_succeeds_when_the_client_sends_it_again() {
    let aws = start().await;
    let target = "secretsmanager.CreateSecret";
    arm(&aws, json!({"target": target, "drop": "after"})).await;

    let create = persistent_secrets(&aws).create_secret().name(SECRET);
    let created = create.secret_string("value").send().await;

    assert!(created.is_ok(), "{created:?}");
    assert_eq!(calls(&aws).await[target], 2);
}

#[tokio::test]
async fn secrets_fail_with_the_errors_of_their_own_service() {
    let aws = start().await;
    let target = "secretsmanager.GetSecretValue";
    arm(&aws, json!({"target": target, "error": "InternalServiceError"})).await;

    let get = secrets(&aws).get_secret_value().secret_id(SECRET);
    let error = get.send().await.unwrap_err().into_service_error();

    assert!(error.is_internal_service_error(), "{error:?}");
}

#[tokio::test]
async fn queues_and_events_fail_with_the_errors_of_their_own_services() {
    let aws = start().await;
    let (receive, put) = ("AmazonSQS.ReceiveMessage", "AWSEvents.PutEvents");
    arm(&aws, json!({"target": receive, "error": "RequestThrottled"})).await;
    arm(&aws, json!({"target": put, "error": "InternalException"})).await;

    let throttled = sqs(&aws).receive_message().queue_url(aws.queue_url(DELIVERIES)).send().await;
    let internal = eventbridge(&aws).put_events().send().await;

    let throttled = throttled.unwrap_err().into_service_error();
    assert!(throttled.is_request_throttled(), "{throttled:?}");
    let internal = internal.unwrap_err().into_service_error();
    assert!(internal.is_internal_exception(), "{internal:?}");
    assert_eq!(calls(&aws).await, json!({receive: 1, put: 1}));
}

#[tokio::test]
async fn a_message_whose_receiver_got_no_answer_is_hidden_all_the_same() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    arm(&aws, json!({"target": "AmazonSQS.ReceiveMessage", "drop": "after"})).await;

    let lost = sqs(&aws).receive_message().queue_url(aws.queue_url(DELIVERIES)).send().await;

    assert!(matches!(lost, Err(aws_sdk_sqs::error::SdkError::DispatchFailure(_))), "{lost:?}");
    assert!(queue.bodies().await.is_empty());
    queue.pass(180);
    assert_eq!(queue.bodies().await, ["one"]);
}

#[tokio::test]
async fn faults_can_be_taken_back() {
    let aws = start().await;
    arm(&aws, json!({"target": GET_ITEM, "times": 9, "error": "InternalServerError"})).await;

    let (status, _) = switch(&aws, Method::DELETE, "faults", &Value::Null).await;

    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(get(&aws).await.is_ok());
}

#[tokio::test]
async fn calls_are_counted_by_target_also_those_that_fail() {
    let aws = start().await;
    arm(&aws, json!({"target": GET_ITEM, "error": "InternalServerError"})).await;
    assert!(get(&aws).await.is_err());
    assert!(get(&aws).await.is_ok());
    assert!(put(&aws).await);

    let before = calls(&aws).await;
    switch(&aws, Method::DELETE, "calls", &Value::Null).await;
    let after = calls(&aws).await;

    assert_eq!(before, json!({GET_ITEM: 2, PUT_ITEM: 1}));
    assert_eq!(after, json!({}));
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let aws = start().await;
    let orders = [
        json!({"target": GET_ITEM}),
        json!({"target": GET_ITEM, "error": "NoSuchError"}),
        json!({"target": GET_ITEM, "error": "InternalServerError", "drop": "after"}),
        json!({"target": GET_ITEM, "drop": "after", "nth": 0}),
        json!({"target": GET_ITEM, "drop": "after", "tmies": 2}),
        json!({"target": "GetItem", "drop": "after"}),
        json!({"drop": "after"}),
    ];

    for order in orders {
        let (status, body) = switch(&aws, Method::POST, "faults", &order).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{order}");
        assert!(body.contains("message"), "{body}");
    }
    assert!(get(&aws).await.is_ok());
}
