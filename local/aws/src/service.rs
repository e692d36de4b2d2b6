//! The embedded services and their names in requests.

use http::HeaderValue;

use crate::answer::{AWS_JSON_1_0, AWS_JSON_1_1};

/// An embedded service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    SecretsManager,
    Sqs,
    EventBridge,
}

impl Service {
    /// The service of a target such as `DynamoDB_20120810.GetItem`.
    pub(crate) fn of(target: &str) -> Option<Self> {
        match target.split_once('.')?.0 {
            "DynamoDB_20120810" => Some(Self::DynamoDb),
            "secretsmanager" => Some(Self::SecretsManager),
            "AmazonSQS" => Some(Self::Sqs),
            "AWSEvents" => Some(Self::EventBridge),
            _ => None,
        }
    }

    /// The name of the service in a signature.
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::SecretsManager => "secretsmanager",
            Self::Sqs => "sqs",
            Self::EventBridge => "events",
        }
    }

    /// The media type of the service's answers.
    pub(crate) fn media_type(self) -> HeaderValue {
        match self {
            Self::DynamoDb | Self::Sqs => AWS_JSON_1_0,
            Self::SecretsManager | Self::EventBridge => AWS_JSON_1_1,
        }
    }
}
