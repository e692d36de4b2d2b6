//! Receivers that wait for a message.

use std::time::Duration;

use jiff::SignedDuration;
use local_aws::{Clock, LocalAws};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{DELIVERIES, HINTS, TestQueue, bodies};
use crate::client::{signed, start};
use crate::switches::calls;

/// Far less than the receivers wait, and far more than an answer takes.
const SOON: Duration = Duration::from_secs(10);

/// A receiver that waits for twenty seconds, and has arrived when this returns.
async fn waiting(aws: &LocalAws, name: &str) -> JoinHandle<Vec<String>> {
    let queue = TestQueue::of(aws, name);
    let before = received(aws).await;
    let receiver = tokio::spawn(async move {
        let receive = queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(20);
        bodies(&receive.send().await.unwrap().messages.unwrap_or_default())
    });
    while received(aws).await == before {}
    receiver
}

async fn received(aws: &LocalAws) -> Option<u64> {
    calls(aws).await["AmazonSQS.ReceiveMessage"].as_u64()
}

async fn soon(receiver: JoinHandle<Vec<String>>) -> Vec<String> {
    timeout(SOON, receiver).await.unwrap().unwrap()
}

fn pass(clock: &Clock, seconds: i64) {
    clock.advance(SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn a_message_ends_the_wait_at_once() {
    let aws = start().await;
    let receiver = waiting(&aws, DELIVERIES).await;

    TestQueue::of(&aws, DELIVERIES).send("one").await;

    assert_eq!(soon(receiver).await, ["one"]);
}

#[tokio::test]
async fn a_message_goes_to_one_of_two_receivers() {
    let aws = start().await;
    let (one, other) = (waiting(&aws, DELIVERIES).await, waiting(&aws, DELIVERIES).await);

    TestQueue::of(&aws, DELIVERIES).send("one").await;
    let first = tokio::select! { got = soon(one) => got, got = soon(other) => got };

    assert_eq!(first, ["one"]);
    assert!(TestQueue::of(&aws, DELIVERIES).receive().await.is_empty());
}

#[tokio::test]
async fn the_end_of_a_delay_ends_the_wait() {
    let aws = start().await;
    TestQueue::of(&aws, HINTS).send_to("anna", "1").await;
    let receiver = waiting(&aws, HINTS).await;

    pass(aws.clock(), 2);

    assert_eq!(soon(receiver).await, ["1"]);
}

#[tokio::test]
async fn a_message_that_becomes_visible_ends_the_wait() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    queue.send("one").await;
    let message = queue.receive().await.remove(0);
    let receiver = waiting(&aws, DELIVERIES).await;

    queue.hide(&message, 0).await;

    assert_eq!(soon(receiver).await, ["one"]);
}

#[tokio::test]
async fn an_unlocked_group_ends_the_wait() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, HINTS);
    for body in ["1", "2"] {
        queue.send_to("anna", body).await;
    }
    queue.pass(2);
    let message = queue.receive_up_to(1).await.remove(0);
    let receiver = waiting(&aws, HINTS).await;

    queue.delete(&message).await;

    assert_eq!(soon(receiver).await, ["2"]);
}

#[tokio::test]
async fn a_wait_ends_without_a_message_when_its_time_is_over() {
    let aws = start().await;
    let receiver = waiting(&aws, DELIVERIES).await;

    pass(aws.clock(), 20);

    assert!(soon(receiver).await.is_empty());
}

#[tokio::test]
async fn a_receiver_that_left_gets_no_message() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let body = json!({"QueueUrl": aws.queue_url(DELIVERIES), "WaitTimeSeconds": 20}).to_string();
    let headers = signed(&aws, "sqs", &[("x-amz-target", "AmazonSQS.ReceiveMessage")], &body);
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n", aws.address(), body.len());
    let mut stream = TcpStream::connect(aws.address()).await.unwrap();
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).await.unwrap();
    while received(&aws).await.is_none() {}

    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, "");
    queue.send("one").await;

    assert_eq!(queue.bodies().await, ["one"]);
}

#[tokio::test]
async fn a_stop_ends_the_waits() {
    let aws = start().await;
    let receiver = waiting(&aws, DELIVERIES).await;

    timeout(SOON, aws.stop()).await.unwrap();

    assert!(soon(receiver).await.is_empty());
}
