//! Batches, whose entries succeed and fail one by one.

use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry,
};

use super::{DELIVERIES, HINTS, TestQueue, handle};
use crate::client::start;

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

async fn send(
    queue: &TestQueue,
    entries: Vec<SendMessageBatchRequestEntry>,
) -> Result<SendMessageBatchOutput, SdkError<SendMessageBatchError>> {
    queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send().await
}

#[tokio::test]
async fn an_entry_that_is_not_accepted_fails_alone() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    let in_group = |id: &str| {
        let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(id);
        entry.message_group_id("anna").message_deduplication_id(id)
    };
    let good = in_group("good").build().unwrap();
    let delayed = in_group("delayed").delay_seconds(1).build().unwrap();

    let answer = send(&queue, vec![entry("no-group", "1"), good, delayed]).await.unwrap();

    assert_eq!(answer.successful().len(), 1);
    let sent = &answer.successful()[0];
    assert_eq!(sent.id(), "good");
    assert!(sent.sequence_number().is_some());
    let failed: Vec<_> = answer.failed().iter().map(|it| (it.id(), it.code(), it.sender_fault())).collect();
    assert_eq!(failed, [("no-group", "MissingParameter", true), ("delayed", "InvalidParameterValue", true)]);
    queue.pass(2);
    let message = queue.receive().await.remove(0);
    assert_eq!((message.message_id(), message.body()), (Some(sent.message_id()), Some("good")));
}

#[tokio::test]
async fn a_batch_with_a_mistake_in_its_form_has_no_effect() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let many = (0..11).map(|number| entry(&number.to_string(), "x")).collect();
    let half = "x".repeat(600_000);

    let none = send(&queue, Vec::new()).await.unwrap_err().into_service_error();
    assert!(none.is_empty_batch_request(), "{none:?}");
    let many = send(&queue, many).await.unwrap_err().into_service_error();
    assert!(many.is_too_many_entries_in_batch_request(), "{many:?}");
    let same = send(&queue, vec![entry("a", "1"), entry("a", "2")]).await.unwrap_err().into_service_error();
    assert!(same.is_batch_entry_ids_not_distinct(), "{same:?}");
    let long = send(&queue, vec![entry("a", &half), entry("b", &half)]).await.unwrap_err().into_service_error();
    assert!(long.is_batch_request_too_long(), "{long:?}");
    for id in ["", "a b", "é", &"a".repeat(81)] {
        let id = send(&queue, vec![entry(id, "1")]).await.unwrap_err().into_service_error();
        assert!(id.is_invalid_batch_entry_id(), "{id:?}");
    }

    assert!(queue.receive().await.is_empty());
}

#[tokio::test]
async fn ten_messages_are_sent_received_hidden_and_deleted_at_once() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let entries = (0..10).map(|number| entry(&number.to_string(), "x")).collect();
    assert_eq!(send(&queue, entries).await.unwrap().successful().len(), 10);

    let messages = queue.receive().await;
    assert_eq!(messages.len(), 10);
    let mut change = queue.client.change_message_visibility_batch().queue_url(&queue.url);
    for (index, message) in messages.iter().enumerate() {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
        let seconds = if index < 4 { 0 } else { 50_000 };
        let entry = entry.receipt_handle(handle(message)).visibility_timeout(seconds);
        change = change.entries(entry.build().unwrap());
    }
    let changed = change.send().await.unwrap();
    assert_eq!((changed.successful().len(), changed.failed().len()), (4, 6));
    assert_eq!(changed.failed()[0].code(), "InvalidParameterValue");

    let messages = queue.receive().await;
    assert_eq!(messages.len(), 4);
    let mut delete = queue.client.delete_message_batch().queue_url(&queue.url);
    for (index, message) in messages.iter().enumerate() {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(handle(message));
        delete = delete.entries(entry.build().unwrap());
    }
    let stranger = DeleteMessageBatchRequestEntry::builder().id("stranger").receipt_handle("AQEB");
    let deleted = delete.entries(stranger.build().unwrap()).send().await.unwrap();
    assert_eq!(deleted.successful().len(), 4);
    assert_eq!((deleted.failed()[0].id(), deleted.failed()[0].code()), ("stranger", "ReceiptHandleIsInvalid"));

    queue.pass(180);
    assert_eq!(queue.receive().await.len(), 6);
}
