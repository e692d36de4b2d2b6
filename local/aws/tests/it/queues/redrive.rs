//! Messages that are received too often.

use aws_sdk_sqs::types::MessageSystemAttributeName as Attribute;

use super::{DEAD_DELIVERIES, DEAD_HINTS, DELIVERIES, HINTS, TestQueue, attribute};
use crate::client::start;

#[tokio::test]
async fn a_message_goes_to_the_dead_letter_queue_after_ten_receives() {
    let aws = start().await;
    let (queue, dead) = (TestQueue::of(&aws, DELIVERIES), TestQueue::of(&aws, DEAD_DELIVERIES));
    let id = queue.send("poison").await;

    for count in 1..=10 {
        let message = queue.receive().await.remove(0);
        assert_eq!(attribute(&message, Attribute::ApproximateReceiveCount), count.to_string());
        assert!(dead.receive().await.is_empty());
        queue.pass(180);
    }
    // A receive moves the message, and not the end of its time.
    assert!(dead.receive().await.is_empty());
    assert!(queue.receive().await.is_empty());

    let message = dead.receive().await.remove(0);
    assert_eq!(message.message_id(), Some(id.as_str()));
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(attribute(&message, Attribute::ApproximateReceiveCount), "11");
    let source = format!("arn:aws:sqs:us-east-1:123456789012:{DELIVERIES}");
    assert_eq!(attribute(&message, Attribute::DeadLetterQueueSourceArn), source);
    dead.delete(&message).await;
    dead.pass(30);
    assert!(dead.receive().await.is_empty());
}

#[tokio::test]
async fn a_dead_letter_queue_never_gives_up() {
    let aws = start().await;
    let dead = TestQueue::of(&aws, DEAD_DELIVERIES);
    dead.send("poison").await;

    for _ in 0..20 {
        assert_eq!(dead.bodies().await, ["poison"]);
        dead.pass(30);
    }
}

#[tokio::test]
async fn a_group_goes_on_after_a_message_that_is_received_too_often() {
    let aws = start().await;
    let (queue, dead) = (TestQueue::of(&aws, HINTS), TestQueue::of(&aws, DEAD_HINTS));
    queue.send_to("anna", "poison").await;
    queue.send_to("anna", "good").await;
    queue.pass(2);
    for _ in 0..10 {
        let messages = queue.receive_up_to(1).await;
        assert_eq!(messages[0].body(), Some("poison"));
        queue.hide(&messages[0], 0).await;
    }

    assert_eq!(queue.bodies().await, ["good"]);

    let message = dead.receive().await.remove(0);
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(attribute(&message, Attribute::MessageGroupId), "anna");
    assert_eq!(attribute(&message, Attribute::MessageDeduplicationId), "poison");
}
