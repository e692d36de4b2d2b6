//! How to reach AWS. A Lambda function has all of this in its environment:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>. No other source is asked, neither files
//! nor the metadata service, because each of them costs time at the start.

use secrecy::SecretString;
use url::Url;

use super::error::{ConfigError, invalid};

/// The region, the endpoints and the credentials of AWS.
#[derive(Clone, Debug)]
pub struct Aws {
    /// `AWS_REGION`: the region, which is also part of each signature.
    pub region: String,
    /// `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`: the URL of DynamoDB. Default: the region's.
    pub dynamodb: Url,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER` or `AWS_ENDPOINT_URL`: the URL of Secrets Manager. Default: the region's.
    pub secrets_manager: Url,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE` or `AWS_ENDPOINT_URL`: the URL of EventBridge. Default: the region's.
    pub eventbridge: Url,
    /// `AWS_ENDPOINT_URL_SQS` or `AWS_ENDPOINT_URL`: the URL of SQS. Default: the region's.
    pub sqs: Url,
    /// `AWS_ACCESS_KEY_ID`: the id of the access key that signs calls.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`: the secret of the access key.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`: the token of a temporary access key, such as that of a function's role.
    pub session_token: Option<SecretString>,
}

impl Aws {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Returns [`ConfigError`] for the first variable that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| std::env::var(name).ok())
    }

    /// Reads any source of variables. `variable` returns the value for a name. A blank value counts as not set.
    ///
    /// # Errors
    /// Returns [`ConfigError`] for the first variable that is missing or invalid.
    pub fn parse(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));
        let region = required("AWS_REGION")?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !region.bytes().all(is_name) {
            return Err(invalid("AWS_REGION", "must be the name of a region, such as eu-central-1"));
        }
        let endpoint = |name, service| {
            let given = optional(name).map(|url| (name, url));
            let given = given.or_else(|| optional("AWS_ENDPOINT_URL").map(|url| ("AWS_ENDPOINT_URL", url)));
            let (name, url) = given.unwrap_or_else(|| (name, regional(service, &region)));
            Url::parse(&url).ok().filter(Url::has_host).ok_or(invalid(name, "is not a URL"))
        };
        Ok(Self {
            dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB", "dynamodb")?,
            secrets_manager: endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER", "secretsmanager")?,
            eventbridge: endpoint("AWS_ENDPOINT_URL_EVENTBRIDGE", "events")?,
            sqs: endpoint("AWS_ENDPOINT_URL_SQS", "sqs")?,
            access_key_id: required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: required("AWS_SECRET_ACCESS_KEY")?.into(),
            session_token: optional("AWS_SESSION_TOKEN").map(Into::into),
            region,
        })
    }

    /// Returns an AWS at one endpoint, for a developer's machine and for tests.
    #[must_use]
    pub fn local(endpoint: Url, access_key_id: &str, secret_access_key: SecretString) -> Self {
        Self {
            region: "eu-central-1".to_owned(),
            dynamodb: endpoint.clone(),
            secrets_manager: endpoint.clone(),
            eventbridge: endpoint.clone(),
            sqs: endpoint,
            access_key_id: access_key_id.to_owned(),
            secret_access_key,
            session_token: None,
        }
    }
}

/// Returns the URL of a service in a region: <https://docs.aws.amazon.com/general/latest/gr/rande.html>. China and the
/// European Sovereign Cloud have domains of their own. For any other, set the endpoints.
fn regional(service: &str, region: &str) -> String {
    let domain = match region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        Some("eusc") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("https://{service}.{region}.{domain}")
}
