//! What SQS does not accept.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use serde_json::{Value, json};

use super::{DELIVERIES, HINTS, TestQueue, handle};
use crate::client::{http, signed, start};

const INVALID: Option<&str> = Some("InvalidParameterValue");
const MISSING: Option<&str> = Some("MissingParameter");

#[tokio::test]
async fn a_missing_queue_is_reported_in_both_protocols_words() {
    let aws = start().await;
    let body = json!({"QueueUrl": aws.queue_url("missing")}).to_string();
    let headers = signed(&aws, "sqs", &[("x-amz-target", "AmazonSQS.ReceiveMessage")], &body);
    let call = http().post(aws.url()).header("content-type", "application/x-amz-json-1.0").body(body);
    let call = headers.into_iter().fold(call, |call, (name, value)| call.header(name, value));

    let answer = call.send().await.unwrap();

    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(body["message"], "The specified queue does not exist.");
}

#[tokio::test]
async fn a_url_of_another_account_or_form_names_no_queue() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    for url in [
        aws.queue_url("").as_str(),
        &aws.queue_url(DELIVERIES).replace("123456789012", "000000000000"),
        &format!("{}/{DELIVERIES}", aws.url()),
        &format!("{}/", aws.queue_url(DELIVERIES)),
        DELIVERIES,
        "",
    ] {
        let error = queue.client.receive_message().queue_url(url).send().await.unwrap_err().into_service_error();
        assert!(error.is_queue_does_not_exist(), "{url}: {error:?}");
    }
    // The name of the machine is not part of a queue's name: a container uses another one.
    let url = aws.queue_url(DELIVERIES).replace("127.0.0.1", "host.docker.internal");
    assert!(queue.client.receive_message().queue_url(url).send().await.is_ok());
}

#[tokio::test]
async fn a_message_has_at_most_a_mebibyte_of_allowed_characters() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let send = async |body: String| {
        let sent = queue.client.send_message().queue_url(&queue.url).message_body(body).send().await;
        sent.map(drop).map_err(|error| error.code().unwrap().to_owned())
    };

    let largest = "x".repeat(1024 * 1024);
    assert_eq!(send(largest.clone()).await, Ok(()));
    assert_eq!(send(largest + "x").await.unwrap_err(), INVALID.unwrap());
    assert_eq!(send("é".repeat(600_000)).await.unwrap_err(), INVALID.unwrap(), "bytes count, not characters");
    assert_eq!(send(String::new()).await.unwrap_err(), MISSING.unwrap());
    assert_eq!(send("\t\r\n é 😀 \u{FFFD}".to_owned()).await, Ok(()));
    for character in ['\0', '\u{1}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
        assert_eq!(send(character.into()).await.unwrap_err(), "InvalidMessageContents", "{character:?}");
    }
    assert_eq!(queue.receive().await.len(), 2);
}

#[tokio::test]
async fn a_message_for_one_type_of_queue_is_not_for_the_other() {
    let aws = start().await;
    let (standard, fifo) = (TestQueue::of(&aws, DELIVERIES), TestQueue::of(&aws, HINTS));
    let to = |queue: &TestQueue| queue.client.send_message().queue_url(&queue.url).message_body("x");

    for (send, code) in [
        (to(&standard).message_deduplication_id("1"), INVALID),
        (to(&standard).message_group_id("a b"), INVALID),
        (to(&standard).message_group_id("a".repeat(129)), INVALID),
        (to(&standard).delay_seconds(901), INVALID),
        (to(&standard).delay_seconds(-1), INVALID),
        (to(&fifo).message_deduplication_id("1"), MISSING),
        (to(&fifo).message_group_id("a"), INVALID),
        (to(&fifo).message_group_id("a").message_deduplication_id(""), INVALID),
        (to(&fifo).message_group_id("a").message_deduplication_id("1").delay_seconds(2), INVALID),
    ] {
        let input = format!("{:?}", send.as_input());
        let error = send.send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), code, "{input}: {error:?}");
    }
    fifo.pass(2);
    assert!(standard.receive().await.is_empty() && fifo.receive().await.is_empty());
}

#[tokio::test]
async fn a_receiver_s_numbers_have_limits() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let receive = || queue.client.receive_message().queue_url(&queue.url);

    for receive in [
        receive().max_number_of_messages(0),
        receive().max_number_of_messages(11),
        receive().wait_time_seconds(21),
        receive().visibility_timeout(43_201),
        receive().visibility_timeout(-1),
    ] {
        let input = format!("{:?}", receive.as_input());
        assert_eq!(receive.send().await.unwrap_err().code(), INVALID, "{input}");
    }
    let unknown = receive().message_system_attribute_names(MessageSystemAttributeName::from("Colour"));
    assert_eq!(unknown.send().await.unwrap_err().code(), Some("InvalidAttributeName"));
    let get = queue.client.get_queue_attributes().queue_url(&queue.url);
    let get = get.attribute_names(QueueAttributeName::from("Colour")).send().await.unwrap_err().into_service_error();
    assert!(get.is_invalid_attribute_name(), "{get:?}");
}

#[tokio::test]
async fn a_receipt_handle_that_the_queue_never_issued_is_refused() {
    let aws = start().await;
    let (queue, other) = (TestQueue::of(&aws, DELIVERIES), TestQueue::of(&aws, HINTS));
    queue.send("one").await;
    let message = queue.receive().await.remove(0);

    let of_other = other.client.delete_message().queue_url(&other.url).receipt_handle(handle(&message)).send().await;
    for handle in ["AQEB", "", "not base64"] {
        let delete = queue.client.delete_message().queue_url(&queue.url).receipt_handle(handle);
        let error = delete.send().await.unwrap_err().into_service_error();
        assert!(error.is_receipt_handle_is_invalid(), "{handle}: {error:?}");
    }
    let none = queue.client.delete_message().queue_url(&queue.url).send().await.unwrap_err();
    let change = queue.client.change_message_visibility().queue_url(&queue.url).receipt_handle(handle(&message));
    let no_time = change.send().await.unwrap_err();

    let of_other = of_other.unwrap_err().into_service_error();
    assert!(of_other.is_receipt_handle_is_invalid(), "{of_other:?}");
    assert_eq!(none.code(), MISSING);
    assert_eq!(no_time.code(), MISSING);
}

#[tokio::test]
async fn what_would_have_no_effect_here_is_refused() {
    let aws = start().await;
    let queue = TestQueue::of(&aws, DELIVERIES);
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap();

    let send = queue.client.send_message().queue_url(&queue.url).message_body("x");
    let with_attribute = send.message_attributes("name", attribute).send().await;
    let create = queue.client.create_queue().queue_name("another").send().await;
    let purge = queue.client.purge_queue().queue_url(&queue.url).send().await;

    assert!(with_attribute.is_err());
    let create = create.unwrap_err().into_service_error();
    assert!(create.is_unsupported_operation(), "{create:?}");
    let purge = purge.unwrap_err().into_service_error();
    assert!(purge.is_unsupported_operation(), "{purge:?}");
    assert!(queue.receive().await.is_empty());
}
