//! The clients of AWS, over the same HTTP client as the bank's.

use std::time::Duration;

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient, timeout::TimeoutConfig,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{reserve::FirstConnection, tls::Tls};
use crate::config::Aws;

/// The timeout for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The timeouts for one attempt and for all attempts of a call. Short, because a request has 25 seconds for all its
/// calls.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const CALL_TIMEOUT: Duration = Duration::from_secs(8);

/// The configurations of all clients have the same settings, but no trait.
macro_rules! configured {
    ($builder:expr, $aws:expr, $http:expr, $url:expr) => {
        $builder
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new($aws.region.clone()))
            .endpoint_url($url.as_str())
            .credentials_provider(credentials($aws))
            .timeout_config(timeouts())
            .http_client(sdk_client($http))
            .build()
    };
}

/// Returns a client of DynamoDB, and what opens its first connection.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS configuration is not usable.
pub(crate) fn dynamodb(aws: &Aws, tls: &Tls) -> Result<(aws_sdk_dynamodb::Client, FirstConnection), reqwest::Error> {
    let (http, first_connection) = http(tls, &aws.dynamodb)?;
    let config = configured!(aws_sdk_dynamodb::Config::builder(), aws, http, aws.dynamodb);
    Ok((aws_sdk_dynamodb::Client::from_conf(config), first_connection))
}

/// Returns a client of Secrets Manager.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS configuration is not usable.
pub(crate) fn secrets_manager(aws: &Aws, tls: &Tls) -> Result<aws_sdk_secretsmanager::Client, reqwest::Error> {
    let (http, _) = http(tls, &aws.secrets_manager)?;
    let config = configured!(aws_sdk_secretsmanager::Config::builder(), aws, http, aws.secrets_manager);
    Ok(aws_sdk_secretsmanager::Client::from_conf(config))
}

/// Returns a client of SQS.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS configuration is not usable.
pub(crate) fn sqs(aws: &Aws, tls: &Tls) -> Result<aws_sdk_sqs::Client, reqwest::Error> {
    let (http, _) = http(tls, &aws.sqs)?;
    let config = configured!(aws_sdk_sqs::Config::builder(), aws, http, aws.sqs);
    Ok(aws_sdk_sqs::Client::from_conf(config))
}

/// Returns a client of EventBridge.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS configuration is not usable.
pub(crate) fn eventbridge(aws: &Aws, tls: &Tls) -> Result<aws_sdk_eventbridge::Client, reqwest::Error> {
    let (http, _) = http(tls, &aws.eventbridge)?;
    let config = configured!(aws_sdk_eventbridge::Config::builder(), aws, http, aws.eventbridge);
    Ok(aws_sdk_eventbridge::Client::from_conf(config))
}

fn http(tls: &Tls, url: &Url) -> Result<(reqwest::Client, FirstConnection), reqwest::Error> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .no_proxy();
    // None of these services speaks HTTP/2.
    FirstConnection::build(tls.apply(builder, &["http/1.1"]), url.clone())
}

fn credentials(aws: &Aws) -> SharedCredentialsProvider {
    let secret = aws.secret_access_key.expose_secret();
    let token = aws.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    SharedCredentialsProvider::new(Credentials::new(&aws.access_key_id, secret, token, None, "environment"))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

fn sdk_client(http: reqwest::Client) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(http));
    http_client_fn(move |_, _| connector.clone())
}

/// Sends the requests of AWS's SDK.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(exchange(self.0.clone(), request))
    }
}

/// Sends a request and reads the whole answer, so that an interrupted answer is tried again like an interrupted
/// request.
async fn exchange(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let (parts, body) = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
    let body = body.bytes().ok_or_else(|| ConnectorError::user("the body is a stream".into()))?.to_vec();
    let request = http::Request::from_parts(parts, body);
    let request = reqwest::Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
    let mut answer = http.execute(request).await.map_err(failed)?;
    let mut response = http::Response::new(SdkBody::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    let body = answer.bytes().await.map_err(failed)?;
    let response = response.map(|_| SdkBody::from(body));
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

/// Tells the SDK what failed. It tries again after a timeout and after a failed connection.
fn failed(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
