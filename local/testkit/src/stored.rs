//! Reads and changes what a deployment has stored, without the code under test.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{JsonBody as _, TestApp, seed};

impl TestApp {
    /// Makes one call to the embedded AWS, such as `DynamoDB_20120810.DeleteItem`.
    pub async fn aws_call(&self, target: &str, body: Value) -> Value {
        seed::aws(&self.aws, target, body).await
    }

    /// Returns the number of calls to the embedded AWS, by target.
    pub async fn aws_calls(&self) -> Value {
        let answer = self.send(self.request(Method::GET, &format!("{}/_local/calls", self.aws.url()))).await;
        serde_json::from_str(&answer.text).expect("JSON")
    }

    /// Begins to count the calls to the embedded AWS.
    pub async fn forget_aws_calls(&self) {
        let answer = self.send(self.request(Method::DELETE, &format!("{}/_local/calls", self.aws.url()))).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// Makes calls to the embedded AWS fail.
    pub async fn aws_fault(&self, fault: Value) {
        let url = format!("{}/_local/faults", self.aws.url());
        let answer = self.send(self.request(Method::POST, &url).json_body(&fault)).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// Ends all failures of the embedded AWS.
    pub async fn aws_recover(&self) {
        let answer = self.send(self.request(Method::DELETE, &format!("{}/_local/faults", self.aws.url()))).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// Returns what the embedded EventBridge has received, in this order.
    pub async fn bus_events(&self) -> Vec<Value> {
        let answer = self.send(self.request(Method::GET, &format!("{}/_local/events", self.aws.url()))).await;
        serde_json::from_str(&answer.text).expect("JSON")
    }

    /// Makes the embedded EventBridge refuse events.
    pub async fn refuse_bus_events(&self, failure: Value) {
        let url = format!("{}/_local/events/failures", self.aws.url());
        let answer = self.send(self.request(Method::POST, &url).json_body(&failure)).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// Returns every item of a table, as DynamoDB writes it, in the order of the keys.
    pub async fn scan(&self, table: &str) -> Vec<Value> {
        let (mut items, mut request) = (Vec::new(), json!({ "TableName": table }));
        // DynamoDB returns one megabyte at a time.
        loop {
            let mut page = self.aws_call("DynamoDB_20120810.Scan", request.clone()).await;
            items.append(page["Items"].as_array_mut().unwrap_or_else(|| panic!("no items in {table}")));
            match page["LastEvaluatedKey"].take() {
                Value::Null => break,
                last => request["ExclusiveStartKey"] = last,
            }
        }
        items.sort_by_key(|item| item["pk"]["S"].to_string());
        items
    }

    /// Deletes everything that may be lost: sessions, states, idempotency records.
    pub async fn forget_ephemera(&self) {
        for item in self.scan("ephemera").await {
            let key = json!({ "TableName": "ephemera", "Key": { "pk": item["pk"] } });
            self.aws_call("DynamoDB_20120810.DeleteItem", key).await;
        }
    }

    /// Returns a secret's content.
    pub async fn read_secret(&self, name: &str) -> Value {
        let id = format!("test/{name}");
        let answer = seed::secrets_manager(&self.aws, "GetSecretValue", json!({ "SecretId": id })).await;
        let text = answer["SecretString"].as_str().unwrap_or_else(|| panic!("no secret {id}: {answer}"));
        serde_json::from_str(text).unwrap_or_else(|_| json!(text))
    }

    /// Overwrites a secret.
    pub async fn write_secret(&self, name: &str, content: &str) {
        let body = json!({ "SecretId": format!("test/{name}"), "SecretString": content });
        seed::secrets_manager(&self.aws, "PutSecretValue", body).await;
    }

    /// Deletes a secret.
    pub async fn delete_secret(&self, name: &str) {
        let body = json!({ "SecretId": format!("test/{name}"), "ForceDeleteWithoutRecovery": true });
        seed::secrets_manager(&self.aws, "DeleteSecret", body).await;
    }

    /// Returns every secret's content, by its full name.
    pub async fn secrets(&self) -> BTreeMap<String, Value> {
        let listed = self.aws_call("secretsmanager.ListSecrets", json!({})).await;
        let listed = listed["SecretList"].as_array().unwrap_or_else(|| panic!("no list: {listed}"));
        let mut secrets = BTreeMap::new();
        for secret in listed {
            let name = secret["Name"].as_str().expect("a name").to_owned();
            let content = self.aws_call("secretsmanager.GetSecretValue", json!({ "SecretId": name })).await;
            let text = content["SecretString"].as_str().unwrap_or_default();
            secrets.insert(name, serde_json::from_str(text).unwrap_or_else(|_| json!(text)));
        }
        secrets
    }
}
