//! A proxy between a function and AWS. It records the function's requests in the terms of IAM.

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// An action on a resource: a table, an index (`table/index/name`), a secret, a queue or an event bus. For items, also
/// their keys, which one statement of a policy must allow together. For an update or a scan, also the attributes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) keys: BTreeSet<String>,
    /// The top-level attributes that an update or a scan names, including those of its condition:
    /// `dynamodb:Attributes`.
    pub(crate) attributes: BTreeSet<String>,
}

/// A recorded connection to AWS. It ends when this value is dropped.
pub(crate) struct AwsLog {
    pub(crate) url: String,
    seen: Arc<Mutex<BTreeSet<Access>>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Way {
    aws: String,
    http: reqwest::Client,
    seen: Arc<Mutex<BTreeSet<Access>>>,
}

impl AwsLog {
    pub(crate) async fn start(aws: String) -> Self {
        let seen = Arc::default();
        let way = Way { aws, http: reqwest::Client::new(), seen: Arc::clone(&seen) };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(pass_on).with_state(way);
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, seen, server }
    }

    /// Returns all recorded actions.
    pub(crate) fn seen(&self) -> BTreeSet<Access> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for AwsLog {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass_on(State(way): State<Way>, headers: HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
    let target = headers["x-amz-target"].to_str().unwrap();
    way.seen.lock().unwrap().extend(accesses(target, &serde_json::from_slice(&body).unwrap()));
    let mut request = way.http.post(&way.aws).body(body);
    // The host is kept, too, because it is signed.
    for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap())
}

fn accesses(target: &str, body: &Value) -> Vec<Access> {
    let (service, operation) = target.split_once('.').unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text in {target}: {body}")).to_owned();
    if service == "secretsmanager" {
        let resource = text(body.get("SecretId").unwrap_or(&body["Name"]));
        return vec![Access {
            action: format!("secretsmanager:{operation}"),
            resource,
            keys: BTreeSet::new(),
            attributes: BTreeSet::new(),
        }];
    }
    if service == "AmazonSQS" {
        let queue = text(&body["QueueUrl"]).rsplit('/').next().unwrap().to_owned();
        return vec![Access {
            action: format!("sqs:{operation}"),
            resource: queue,
            keys: BTreeSet::new(),
            attributes: BTreeSet::new(),
        }];
    }
    if service == "AWSEvents" {
        let names = body["Entries"].as_array().unwrap().iter().map(|entry| text(&entry["EventBusName"]));
        let access = |resource| Access {
            action: format!("events:{operation}"),
            resource,
            keys: BTreeSet::new(),
            attributes: BTreeSet::new(),
        };
        return names.map(access).collect();
    }
    let item = |operation: &str, place: &Value| Access {
        action: format!("dynamodb:{operation}"),
        resource: text(&place["TableName"]),
        keys: BTreeSet::from([text(&place.get("Key").unwrap_or(&place["Item"])["pk"]["S"])]),
        attributes: if operation == "UpdateItem" { updated_attributes(place) } else { BTreeSet::new() },
    };
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" => vec![item(operation, body)],
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().unwrap().iter().flat_map(|part| part.as_object().unwrap());
            let action = |kind: &str| {
                if kind == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{kind}Item") }
            };
            parts.map(|(kind, place)| item(&action(kind), place)).collect()
        }
        "TransactGetItems" => {
            let parts = body["TransactItems"].as_array().unwrap().iter();
            parts.map(|part| item("GetItem", &part["Get"])).collect()
        }
        "BatchGetItem" => {
            let access = |(table, read): (&String, &Value)| Access {
                action: "dynamodb:BatchGetItem".to_owned(),
                resource: table.clone(),
                keys: read["Keys"].as_array().unwrap().iter().map(|key| text(&key["pk"]["S"])).collect(),
                attributes: BTreeSet::new(),
            };
            body["RequestItems"].as_object().unwrap().iter().map(access).collect()
        }
        "Query" => {
            let table = text(&body["TableName"]);
            let (resource, keys) = match body["IndexName"].as_str() {
                Some(index) => (format!("{table}/index/{index}"), BTreeSet::new()),
                None => (table, BTreeSet::from([text(&body["ExpressionAttributeValues"][":pk"]["S"])])),
            };
            vec![Access { action: "dynamodb:Query".to_owned(), resource, keys, attributes: BTreeSet::new() }]
        }
        "Scan" => {
            let (resource, keys) = (text(&body["TableName"]), BTreeSet::new());
            let attributes = named_attributes(body, ["ProjectionExpression", "FilterExpression"]);
            vec![Access { action: "dynamodb:Scan".to_owned(), resource, keys, attributes }]
        }
        _ => panic!("an operation that this test does not know: {target}"),
    }
}

/// Words of expressions that are not attributes.
const WORDS: [&str; 16] = [
    "SET",
    "REMOVE",
    "ADD",
    "DELETE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "BETWEEN",
    "size",
    "if_not_exists",
    "list_append",
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
];

/// Returns the attributes of an update: those of its key and of its expressions.
fn updated_attributes(update: &Value) -> BTreeSet<String> {
    let keys = update["Key"].as_object().unwrap().keys().cloned();
    assert!(update.get("AttributeUpdates").is_none() && update.get("Expected").is_none(), "the old form: {update}");
    named_attributes(update, ["UpdateExpression", "ConditionExpression"]).into_iter().chain(keys).collect()
}

/// Returns the attributes that these expressions of a request name.
fn named_attributes(request: &Value, expressions: [&str; 2]) -> BTreeSet<String> {
    let expressions = expressions.map(|name| request[name].as_str().unwrap_or_default());
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "_#:.".contains(letter);
    let names = expressions.iter().flat_map(|expression| expression.split(|letter| !is_of_name(letter)));
    let names = names.filter(|name| !name.is_empty() && !name.starts_with(':') && !WORDS.contains(name));
    let long = |name: &str| {
        let top = name.split('.').next().unwrap();
        request["ExpressionAttributeNames"][top].as_str().unwrap_or(top).to_owned()
    };
    names.map(long).collect()
}
