//! A FIFO queue: the order of its groups, their locks, and repeated messages.

use std::cell::RefCell;

use aws_sdk_sqs::types::MessageSystemAttributeName as Attribute;

use super::{HINTS, TestQueue, attribute, bodies, handle};
use crate::client::start;

#[tokio::test]
async fn the_queue_delays_each_message() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    queue.send_to("anna", "1").await;

    queue.pass(1);
    assert!(queue.receive().await.is_empty());
    queue.pass(1);

    assert_eq!(queue.bodies().await, ["1"]);
}

#[tokio::test]
async fn the_messages_of_a_group_come_in_order_and_together() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for (group, body) in [("anna", "a1"), ("bert", "b1"), ("anna", "a2"), ("bert", "b2"), ("anna", "a3")] {
        queue.send_to(group, body).await;
    }
    queue.pass(2);

    let messages = queue.receive().await;

    assert_eq!(bodies(&messages), ["a1", "a2", "a3", "b1", "b2"]);
    assert_eq!(attribute(&messages[0], Attribute::MessageGroupId), "anna");
    assert_eq!(attribute(&messages[0], Attribute::MessageDeduplicationId), "a1");
    let sequence = |index: usize| attribute(&messages[index], Attribute::SequenceNumber);
    assert!(sequence(0) < sequence(1) && sequence(1) < sequence(2), "in the order of sending");
    assert!(sequence(0) < sequence(3) && sequence(3) < sequence(1), "of the whole queue");
}

#[tokio::test]
async fn a_group_is_locked_while_one_of_its_messages_is_in_flight_and_others_go_on() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for (group, body) in [("anna", "a1"), ("anna", "a2"), ("anna", "a3"), ("bert", "b1")] {
        queue.send_to(group, body).await;
    }
    queue.pass(2);

    let anna = queue.receive_up_to(2).await;
    assert_eq!(bodies(&anna), ["a1", "a2"]);
    let bert = queue.receive().await;
    assert_eq!(bodies(&bert), ["b1"]);
    queue.delete(&anna[0]).await;
    assert!(queue.receive().await.is_empty(), "the second message is still in flight");
    queue.delete(&anna[1]).await;

    assert_eq!(queue.bodies().await, ["a3"]);
}

#[tokio::test]
async fn a_message_that_was_not_deleted_comes_again_before_the_later_ones() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for body in ["1", "2", "3"] {
        queue.send_to("anna", body).await;
    }
    queue.pass(2);
    let first = queue.receive_up_to(2).await;
    // A batch in which the first message failed: the receiver deletes the second one only.
    queue.delete(&first[1]).await;
    assert!(queue.receive().await.is_empty());

    queue.pass(180);

    assert_eq!(queue.bodies().await, ["1", "3"]);
}

#[tokio::test]
async fn a_message_that_its_receiver_gives_up_is_locked_by_the_others_it_has() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for body in ["1", "2"] {
        queue.send_to("anna", body).await;
    }
    queue.pass(2);
    let messages = queue.receive().await;

    queue.hide(&messages[0], 0).await;
    assert!(queue.receive().await.is_empty());
    queue.hide(&messages[1], 0).await;

    assert_eq!(queue.bodies().await, ["1", "2"]);
}

#[tokio::test]
async fn an_expired_receipt_handle_neither_deletes_nor_hides() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    queue.send_to("anna", "1").await;
    queue.pass(2);
    let message = queue.receive().await.remove(0);
    let both = async || {
        let delete = queue.client.delete_message().queue_url(&queue.url).receipt_handle(handle(&message));
        let change = queue.client.change_message_visibility().queue_url(&queue.url).visibility_timeout(30);
        let delete = delete.send().await.unwrap_err().into_service_error();
        let change = change.receipt_handle(handle(&message)).send().await.unwrap_err().into_service_error();
        [delete.meta().clone(), change.meta().clone()]
    };

    queue.pass(180);
    let ended = both().await;
    let again = queue.receive().await.remove(0);
    let replaced = both().await;

    for meta in ended.iter().chain(&replaced) {
        assert_eq!(meta.code(), Some("InvalidParameterValue"), "{meta:?}");
        assert!(meta.message().unwrap().ends_with("Reason: The receipt handle has expired."), "{meta:?}");
    }
    queue.delete(&again).await;
    queue.pass(180);
    assert!(queue.receive().await.is_empty());
}

#[tokio::test]
async fn a_repeated_message_is_accepted_but_not_delivered_for_five_minutes() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    let first = queue.send_to("anna", "1").await;
    queue.pass(2);
    let message = queue.receive().await.remove(0);
    queue.delete(&message).await;

    queue.pass(297);
    let repeated = queue.send_to("anna", "1").await;
    assert_eq!(repeated, first);
    // Five minutes after the first message, not after the repeated one.
    queue.pass(1);
    assert!(queue.receive().await.is_empty());
    let later = queue.send_to("anna", "1").await;
    queue.pass(2);

    assert_ne!(later, first);
    assert_eq!(queue.bodies().await, ["1"]);
}

#[tokio::test]
async fn the_same_deduplication_id_in_another_group_is_another_message() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    let anna = queue.send_to("anna", "1").await;
    let bert = queue.send_to("bert", "1").await;
    queue.pass(2);

    assert_ne!(anna, bert);
    assert_eq!(queue.receive().await.len(), 2);
}

/// Receivers of many groups work at once. Each group's messages must be processed in order, and none twice.
#[tokio::test]
async fn parallel_receivers_keep_the_order_of_every_group() {
    const GROUPS: [&str; 5] = ["anna", "bert", "carl", "dora", "emil"];
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for number in 0..12 {
        for group in GROUPS {
            queue.send_to(group, &format!("{group}-{number:02}")).await;
        }
    }
    queue.pass(2);

    let log = RefCell::new(Vec::new());
    let receiver = async || {
        loop {
            let messages = queue.receive_up_to(3).await;
            if messages.is_empty() {
                return;
            }
            for message in messages {
                log.borrow_mut().push(message.body().unwrap().to_owned());
                // Deleting gives the other receivers a turn.
                queue.delete(&message).await;
            }
        }
    };
    tokio::join!(receiver(), receiver(), receiver());
    // All may have stopped while another one held the last messages of a group.
    receiver().await;

    let log = log.into_inner();
    assert_eq!(log.len(), 60);
    for group in GROUPS {
        let of_group: Vec<_> = log.iter().filter(|body| body.starts_with(group)).collect();
        assert!(of_group.is_sorted() && of_group.len() == 12, "{of_group:?}");
    }
    assert!(!log.is_sorted(), "the groups were not processed one after the other: {log:?}");
}
