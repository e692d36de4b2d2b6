//! A standard queue.

use aws_sdk_sqs::types::{MessageSystemAttributeName as Attribute, QueueAttributeName};

use super::{DEAD_DELIVERIES, DELIVERIES, HINTS, TestQueue, attribute, handle};
use crate::client::start;

#[tokio::test]
async fn a_queue_is_found_by_its_name() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);

    let found = queue.client.get_queue_url().queue_name(DELIVERIES).send().await.unwrap();
    let missing = queue.client.get_queue_url().queue_name("bunq-tpp-other").send().await;

    assert_eq!(found.queue_url(), Some(queue.url.as_str()));
    assert!(queue.url.starts_with(&aws.url()), "{}", queue.url);
    let missing = missing.unwrap_err().into_service_error();
    assert!(missing.is_queue_does_not_exist(), "{missing:?}");
}

#[tokio::test]
async fn a_message_is_received_with_the_attributes_that_are_asked_for() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let send = queue.client.send_message().queue_url(&queue.url).message_body("evt_1").message_group_id("one");
    let sent = send.send().await.unwrap();

    let message = queue.receive().await.remove(0);

    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.body(), Some("evt_1"));
    // The MD5 of `evt_1`, by md5sum.
    assert_eq!(sent.md5_of_message_body(), Some("cc2454f1bb0f616538bbcce9538733cc"));
    assert_eq!(message.md5_of_body(), Some("cc2454f1bb0f616538bbcce9538733cc"));
    assert_eq!(sent.sequence_number(), None);
    assert_eq!(attribute(&message, Attribute::ApproximateReceiveCount), "1");
    assert_eq!(attribute(&message, Attribute::MessageGroupId), "one");
    for time in [Attribute::SentTimestamp, Attribute::ApproximateFirstReceiveTimestamp] {
        assert_eq!(attribute(&message, time), aws.clock().now().as_millisecond().to_string());
    }

    queue.pass(180);
    let receive = queue.client.receive_message().queue_url(&queue.url);
    let receive = receive.message_system_attribute_names(Attribute::ApproximateReceiveCount);
    let message = receive.send().await.unwrap().messages.unwrap().remove(0);
    let attributes = message.attributes.unwrap();
    assert_eq!(attributes.len(), 1, "{attributes:?}");
    assert_eq!(attributes[&Attribute::ApproximateReceiveCount], "2");

    queue.pass(180);
    let receive = queue.client.receive_message().queue_url(&queue.url);
    assert_eq!(receive.send().await.unwrap().messages.unwrap()[0].attributes, None);
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_time_ends() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;

    let first = queue.receive().await.remove(0);
    assert!(queue.receive().await.is_empty());
    queue.pass(179);
    assert!(queue.receive().await.is_empty());
    queue.pass(1);
    let second = queue.receive().await.remove(0);

    assert_eq!(first.message_id(), second.message_id());
    assert_ne!(first.receipt_handle(), second.receipt_handle());
}

#[tokio::test]
async fn a_receiver_can_choose_the_time_and_zero_hides_nothing() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    let receive = async |seconds| {
        let receive = queue.client.receive_message().queue_url(&queue.url).visibility_timeout(seconds);
        receive.send().await.unwrap().messages.unwrap_or_default().len()
    };

    assert_eq!([receive(0).await, receive(0).await, receive(30).await, receive(0).await], [1, 1, 1, 0]);
    queue.pass(30);
    assert_eq!(receive(0).await, 1);
}

#[tokio::test]
async fn a_deleted_message_does_not_come_back_and_can_be_deleted_again() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    queue.send("two").await;
    let message = queue.receive_up_to(1).await.remove(0);

    queue.delete(&message).await;
    queue.delete(&message).await;

    queue.pass(180);
    assert_eq!(queue.bodies().await, ["two"]);
}

#[tokio::test]
async fn only_the_newest_receipt_handle_deletes() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    let old = queue.receive().await.remove(0);
    queue.pass(180);
    let new = queue.receive().await.remove(0);

    queue.delete(&old).await;
    queue.pass(180);
    // The time of this handle has ended, too, but no other receiver has got the message since.
    queue.delete(&new).await;

    assert!(queue.receive().await.is_empty());
}

#[tokio::test]
async fn an_old_receipt_handle_deletes_nothing() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    let old = queue.receive().await.remove(0);
    queue.pass(180);
    queue.receive().await;

    queue.delete(&old).await;

    queue.pass(180);
    assert_eq!(queue.bodies().await, ["one"]);
}

#[tokio::test]
async fn a_receiver_can_change_how_long_a_message_is_hidden() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;

    let message = queue.receive().await.remove(0);
    queue.pass(170);
    queue.hide(&message, 900).await;
    queue.pass(899);
    assert!(queue.receive().await.is_empty());
    queue.pass(1);
    let message = queue.receive().await.remove(0);
    queue.hide(&message, 0).await;

    assert_eq!(queue.receive().await.len(), 1);
}

#[tokio::test]
async fn a_message_that_is_visible_again_cannot_be_hidden_by_its_handle() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    let message = queue.receive().await.remove(0);
    let hide = async |seconds| {
        let change = queue.client.change_message_visibility().queue_url(&queue.url);
        change.receipt_handle(handle(&message)).visibility_timeout(seconds).send().await
    };

    queue.pass(100);
    let too_long = hide(43_200).await.unwrap_err().into_service_error();
    queue.pass(80);
    let visible = hide(30).await.unwrap_err().into_service_error();
    queue.receive().await;
    let old = hide(30).await.unwrap_err().into_service_error();

    assert_eq!(too_long.meta().code(), Some("InvalidParameterValue"), "{too_long:?}");
    assert!(visible.is_message_not_inflight(), "{visible:?}");
    assert_eq!(old.meta().code(), Some("InvalidParameterValue"), "{old:?}");
}

#[tokio::test]
async fn a_delay_of_a_message_hides_it_first() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let send = queue.client.send_message().queue_url(&queue.url).message_body("late").delay_seconds(900);
    send.send().await.unwrap();
    queue.send("now").await;

    assert_eq!(queue.bodies().await, ["now"]);
    queue.pass(899);
    assert_eq!(queue.bodies().await, ["now"]);
    queue.pass(1);
    assert_eq!(queue.bodies().await, ["late"]);
}

#[tokio::test]
async fn a_message_is_forgotten_after_four_days() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;

    queue.pass(4 * 24 * 3600 - 1);
    let message = queue.receive().await.remove(0);
    queue.hide(&message, 0).await;
    queue.pass(1);
    assert!(queue.receive().await.is_empty());
}

#[tokio::test]
async fn the_attributes_of_a_queue_are_those_of_the_template() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let attributes = async |name: &str, wanted| {
        let get = queue.client.get_queue_attributes().queue_url(aws.queue_url(name));
        get.set_attribute_names(wanted).send().await.unwrap().attributes.unwrap_or_default()
    };
    let all = || Some(vec![QueueAttributeName::All]);

    let deliveries = attributes(DELIVERIES, all()).await;
    assert_eq!(deliveries[&QueueAttributeName::VisibilityTimeout], "180");
    assert_eq!(deliveries[&QueueAttributeName::DelaySeconds], "0");
    assert_eq!(deliveries[&QueueAttributeName::MaximumMessageSize], "1048576");
    assert_eq!(
        deliveries[&QueueAttributeName::RedrivePolicy],
        format!(
            "{{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:123456789012:{DEAD_DELIVERIES}\",\"maxReceiveCount\":10}}"
        )
    );
    assert!(!deliveries.contains_key(&QueueAttributeName::FifoQueue));
    let hints = attributes(HINTS, all()).await;
    assert_eq!(hints[&QueueAttributeName::FifoQueue], "true");
    assert_eq!(hints[&QueueAttributeName::DelaySeconds], "2");
    let dead = attributes(DEAD_DELIVERIES, all()).await;
    assert_eq!(dead[&QueueAttributeName::MessageRetentionPeriod], "1209600");
    assert!(!dead.contains_key(&QueueAttributeName::RedrivePolicy));
    let wanted = Some(vec![QueueAttributeName::QueueArn, QueueAttributeName::Policy]);
    let some = attributes(DELIVERIES, wanted).await;
    assert_eq!(some.len(), 1, "{some:?}");
    assert_eq!(some[&QueueAttributeName::QueueArn], format!("arn:aws:sqs:us-east-1:123456789012:{DELIVERIES}"));
    assert!(attributes(DELIVERIES, None).await.is_empty());
}

#[tokio::test]
async fn a_queue_counts_what_is_visible_hidden_and_delayed() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    for body in ["1", "2", "3"] {
        queue.send(body).await;
    }
    let send = queue.client.send_message().queue_url(&queue.url).message_body("4").delay_seconds(5);
    send.send().await.unwrap();
    queue.receive_up_to(1).await;
    let counts = async || {
        let get = queue.client.get_queue_attributes().queue_url(&queue.url).attribute_names(QueueAttributeName::All);
        let attributes = get.send().await.unwrap().attributes.unwrap();
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ]
        .map(|name| attributes[&name].parse::<u32>().unwrap())
    };

    assert_eq!(counts().await, [2, 1, 1]);
    queue.pass(5);
    assert_eq!(counts().await, [3, 1, 0]);
    queue.pass(180);
    assert_eq!(counts().await, [4, 0, 0]);
}
