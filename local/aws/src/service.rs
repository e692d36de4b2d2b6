//! The services and the names by which requests ask for them.

use http::HeaderValue;

use crate::answer::{AWS_JSON_1_0, AWS_JSON_1_1};

/// A service that is embedded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    SecretsManager,
}

impl Service {
    /// The service that a target such as `DynamoDB_20120810.GetItem` names.
    pub(crate) fn of(target: &str) -> Option<Self> {
        match target.split_once('.')?.0 {
            "DynamoDB_20120810" => Some(Self::DynamoDb),
            "secretsmanager" => Some(Self::SecretsManager),
            _ => None,
        }
    }

    /// What it is called in a signature.
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::SecretsManager => "secretsmanager",
        }
    }

    /// How it labels what it answers.
    pub(crate) fn media_type(self) -> HeaderValue {
        match self {
            Self::DynamoDb => AWS_JSON_1_0,
            Self::SecretsManager => AWS_JSON_1_1,
        }
    }
}
