//! Secrets are in no log, at any level: requests contain tokens, keys and data of customers.

use std::io::{self, Write};
use std::sync::Mutex;

use local_aws::LocalAws;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tracing::Level;

use crate::client::{CONNECTIONS, http, signed, start};

const CANARY: &str = "canary-5f0c7d3e";

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends a request without AWS's clients, because they log their requests.
async fn call(aws: &LocalAws, target: &str, body: Value) -> StatusCode {
    let service = match target.split_once('.').unwrap().0 {
        "AmazonSQS" => "sqs",
        "AWSEvents" => "events",
        "secretsmanager" => "secretsmanager",
        _ => "dynamodb",
    };
    let body = body.to_string();
    let headers = signed(aws, service, &[("x-amz-target", target)], &body);
    let request = http().post(aws.url()).header("content-type", "application/x-amz-json-1.0");
    let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(body).send().await.unwrap().status()
}

#[tokio::test]
async fn no_level_of_logging_shows_what_a_request_or_an_answer_holds() {
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(|| Log).finish();
    // For all threads, because the services have their own.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let aws = start().await;
    let item = json!({"pk": {"S": CANARY}});

    let put = json!({"TableName": CONNECTIONS, "Item": item});
    let put = call(&aws, "DynamoDB_20120810.PutItem", put).await;
    let get = json!({"TableName": CONNECTIONS, "Key": item});
    let get = call(&aws, "DynamoDB_20120810.GetItem", get).await;
    let bad = json!({"TableName": CONNECTIONS, "Key": CANARY});
    let bad = call(&aws, "DynamoDB_20120810.GetItem", bad).await;
    let secret = json!({"Name": "name", "SecretString": CANARY});
    let secret = call(&aws, "secretsmanager.CreateSecret", secret).await;
    let queue = json!(aws.queue_url("bunq-tpp-deliveries"));
    let send = call(&aws, "AmazonSQS.SendMessage", json!({"QueueUrl": queue, "MessageBody": CANARY})).await;
    let receive = call(&aws, "AmazonSQS.ReceiveMessage", json!({"QueueUrl": queue})).await;
    let delete = json!({"QueueUrl": queue, "ReceiptHandle": CANARY});
    let delete = call(&aws, "AmazonSQS.DeleteMessage", delete).await;
    let event = json!({"Source": CANARY, "DetailType": CANARY, "Detail": CANARY});
    let event = call(&aws, "AWSEvents.PutEvents", json!({"Entries": [event]})).await;
    aws.stop().await;

    assert_eq!([put, get, bad, secret].map(|it| it.as_u16()), [200, 200, 400, 200]);
    assert_eq!([send, receive, delete, event].map(|it| it.as_u16()), [200, 200, 404, 200]);
    let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
    assert!(log.contains("embedded AWS call"));
    let line = log.lines().find(|it| it.contains(CANARY));
    assert_eq!(line, None);
}
