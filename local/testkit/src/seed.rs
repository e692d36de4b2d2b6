//! A PSD2 certificate that all deployments of a test process share, because making one takes longer than most tests.

use local_aws::LocalAws;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::signed::signed;

static CERTIFICATE: OnceCell<String> = OnceCell::const_new();

/// Returns the content of the secret `psd2-certificate`. The first call runs `make`, which makes it.
pub(crate) async fn certificate<F: Future<Output = String>>(make: impl FnOnce() -> F) -> &'static str {
    CERTIFICATE.get_or_init(make).await
}

/// Makes one call to the embedded Secrets Manager, without the code under test.
pub(crate) async fn secrets_manager(to: &LocalAws, operation: &str, body: Value) -> Value {
    aws(to, &format!("secretsmanager.{operation}"), body).await
}

/// Makes one call to the embedded AWS, without the code under test.
pub(crate) async fn aws(to: &LocalAws, target: &str, body: Value) -> Value {
    let (service, media_type) = match target.split(['_', '.']).next() {
        Some("DynamoDB") => ("dynamodb", "application/x-amz-json-1.0"),
        Some("AmazonSQS") => ("sqs", "application/x-amz-json-1.0"),
        _ => ("secretsmanager", "application/x-amz-json-1.1"),
    };
    let request = reqwest::Client::new()
        .post(to.url())
        .header("X-Amz-Target", target)
        .header("Content-Type", media_type)
        .body(body.to_string());
    let answer = signed(to.access_key(), service, request).send().await.expect("the embedded AWS answers");
    let text = answer.text().await.expect("a text");
    serde_json::from_str(&text).unwrap_or_else(|_| json!({ "text": text }))
}
