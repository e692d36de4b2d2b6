//! Clients with the configuration of the functions' clients, except for the endpoint.

use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_types::SdkConfig;
use local_aws::{LocalAws, Options};
use secrecy::ExposeSecret as _;

pub(crate) const CONNECTIONS: &str = "Connections";
pub(crate) const EPHEMERA: &str = "Ephemera";
pub(crate) const EVENTS: &str = "Events";

/// An instance in memory, with both tables.
pub(crate) async fn start() -> LocalAws {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    aws.create_tables([CONNECTIONS, EPHEMERA, EVENTS]).await.unwrap();
    aws
}

/// An instance that keeps its state in the folder, with both tables.
pub(crate) async fn start_in(folder: &Path) -> LocalAws {
    let options = Options { state_dir: Some(folder.to_owned()), ..Options::default() };
    let aws = LocalAws::start(options).await.unwrap();
    aws.create_tables([CONNECTIONS, EPHEMERA, EVENTS]).await.unwrap();
    aws
}

/// A client without retries, so that a test sees the result of each request.
pub(crate) fn dynamodb(aws: &LocalAws) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&configuration(aws, RetryConfig::disabled()))
}

/// A client without retries.
pub(crate) fn secrets(aws: &LocalAws) -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(&configuration(aws, RetryConfig::disabled()))
}

/// A client with up to two retries, like the clients of the functions.
pub(crate) fn persistent_secrets(aws: &LocalAws) -> aws_sdk_secretsmanager::Client {
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    aws_sdk_secretsmanager::Client::new(&configuration(aws, retry))
}

/// A client without retries.
pub(crate) fn sqs(aws: &LocalAws) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&configuration(aws, RetryConfig::disabled()))
}

/// A client without retries.
pub(crate) fn eventbridge(aws: &LocalAws) -> aws_sdk_eventbridge::Client {
    aws_sdk_eventbridge::Client::new(&configuration(aws, RetryConfig::disabled()))
}

fn configuration(aws: &LocalAws, retry: RetryConfig) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials(aws)))
        .retry_config(retry)
        .endpoint_url(aws.url())
        .build()
}

/// The credentials that sign calls to the instance.
pub(crate) fn credentials(aws: &LocalAws) -> Credentials {
    let key = aws.access_key();
    Credentials::new(key.id(), key.secret().expose_secret(), None, None, "test")
}

/// The headers of a signed call to the instance. AWS's code signs it, but no client of AWS sends it.
pub(crate) fn signed(aws: &LocalAws, service: &str, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
    signed_by(aws, credentials(aws), service, SystemTime::now(), headers, body)
}

/// As above, with given credentials and at a given time.
pub(crate) fn signed_by(
    aws: &LocalAws,
    credentials: Credentials,
    service: &str,
    time: SystemTime,
    headers: &[(&str, &str)],
    body: &str,
) -> Vec<(String, String)> {
    let identity = credentials.into();
    let parameters = SigningParams::builder().identity(&identity).region("eu-central-1").name(service).time(time);
    let parameters = parameters.settings(SigningSettings::default()).build().unwrap().into();
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", format!("{}/", aws.url()), headers.iter().copied(), body).unwrap();
    let (signature, _) = sign(request, &parameters).unwrap().into_parts();
    let headers = headers.iter().copied().chain(signature.headers());
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A client for requests that AWS's clients do not send.
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
