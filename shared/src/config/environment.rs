//! The environments of the bank.

use super::error::{ConfigError, invalid};

/// The environment of bunq.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BunqEnvironment {
    /// bunq's sandbox, with play money and self-signed certificates.
    Sandbox,
    /// bunq's production, with real customers and real money.
    Production,
}

impl BunqEnvironment {
    /// Returns the name of the environment in `BUNQ_ENVIRONMENT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    pub(super) fn parse(text: Option<&str>) -> Result<Self, ConfigError> {
        match text {
            None | Some("sandbox") => Ok(Self::Sandbox),
            Some("production") => Ok(Self::Production),
            Some(_) => Err(invalid("BUNQ_ENVIRONMENT", "must be sandbox or production")),
        }
    }
}
