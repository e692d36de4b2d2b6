//! A PSD2 certificate that all deployments of a test process share, because making one takes longer than most tests.

use local_aws::LocalAws;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{TestApp, signed::signed};

static CERTIFICATE: OnceCell<String> = OnceCell::const_new();

/// Returns the content of the secret `psd2-certificate`. The setup itself makes it, once.
pub(crate) async fn certificate() -> &'static str {
    CERTIFICATE
        .get_or_init(|| async {
            let app = Box::pin(TestApp::builder().without_seed().start()).await;
            app.read_secret("psd2-certificate").await.to_string()
        })
        .await
}

/// Makes one call to the embedded Secrets Manager, without the code under test.
pub(crate) async fn secrets_manager(to: &LocalAws, operation: &str, body: Value) -> Value {
    aws(to, &format!("secretsmanager.{operation}"), body).await
}

/// Makes one call to the embedded AWS, without the code under test.
pub(crate) async fn aws(to: &LocalAws, target: &str, body: Value) -> Value {
    let (service, media_type) = match target.starts_with("DynamoDB") {
        true => ("dynamodb", "application/x-amz-json-1.0"),
        false => ("secretsmanager", "application/x-amz-json-1.1"),
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
