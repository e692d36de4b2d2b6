//! A PSD2 certificate that all deployments of a test process share: making one takes longer than most tests.

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::TestApp;

static CERTIFICATE: OnceCell<String> = OnceCell::const_new();

/// The content of the secret `psd2-certificate`, made by the setup itself, once.
pub(crate) async fn certificate() -> &'static str {
    CERTIFICATE
        .get_or_init(|| async {
            let app = Box::pin(TestApp::builder().without_seed().start()).await;
            app.read_secret("psd2-certificate").await.to_string()
        })
        .await
}

/// One call to the embedded Secrets Manager, without the code under test.
pub(crate) async fn secrets_manager(aws_url: &str, operation: &str, body: Value) -> Value {
    aws(aws_url, &format!("secretsmanager.{operation}"), body).await
}

/// One call to the embedded AWS, without the code under test.
pub(crate) async fn aws(aws_url: &str, target: &str, body: Value) -> Value {
    let (service, media_type) = match target.starts_with("DynamoDB") {
        true => ("dynamodb", "application/x-amz-json-1.0"),
        false => ("secretsmanager", "application/x-amz-json-1.1"),
    };
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let answer = reqwest::Client::new()
        .post(aws_url)
        .header("X-Amz-Target", target)
        .header("Content-Type", media_type)
        .header("X-Amz-Date", "20260101T000000Z")
        .header("Authorization", credential)
        .body(body.to_string())
        .send()
        .await
        .expect("the embedded AWS answers");
    let text = answer.text().await.expect("a text");
    serde_json::from_str(&text).unwrap_or_else(|_| json!({ "text": text }))
}
