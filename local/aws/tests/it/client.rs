//! Clients as the functions build them, but for the endpoint.

use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use local_aws::{LocalAws, Options};

pub(crate) const CONNECTIONS: &str = "Connections";
pub(crate) const EPHEMERA: &str = "Ephemera";

/// An instance in memory, with both tables.
pub(crate) async fn start() -> LocalAws {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    aws.create_tables(CONNECTIONS, EPHEMERA).await.unwrap();
    aws
}

/// An instance that keeps its state in the folder, with both tables.
pub(crate) async fn start_in(folder: &Path) -> LocalAws {
    let options = Options { state_dir: Some(folder.to_owned()), ..Options::default() };
    let aws = LocalAws::start(options).await.unwrap();
    aws.create_tables(CONNECTIONS, EPHEMERA).await.unwrap();
    aws
}

/// A client that sends each request once, so that a test sees what happened to it.
pub(crate) fn dynamodb(aws: &LocalAws) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .endpoint_url(aws.url())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// A client that sends each request once.
pub(crate) fn secrets(aws: &LocalAws) -> aws_sdk_secretsmanager::Client {
    secrets_with(aws, RetryConfig::disabled())
}

/// A client that sends a request again, up to two times, like those of the functions.
pub(crate) fn persistent_secrets(aws: &LocalAws) -> aws_sdk_secretsmanager::Client {
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    secrets_with(aws, retry)
}

fn secrets_with(aws: &LocalAws, retry: RetryConfig) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .retry_config(retry)
        .endpoint_url(aws.url())
        .build();
    aws_sdk_secretsmanager::Client::from_conf(config)
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "test")
}

/// A client for everything that AWS's clients do not do.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A string attribute.
pub(crate) fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A number attribute.
pub(crate) fn n(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
