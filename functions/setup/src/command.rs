//! What the setup can be told to do.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};
use shared::{
    http::Problem,
    store::KeyId,
    telemetry::audit::Action,
    types::{scope::Scope, workspace::Workspace},
};

fn read_workspace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Workspace, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| D::Error::custom(format!("workspace {error}")))
}

fn read_end<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let time = String::deserialize(deserializer)?.parse();
    time.map(Some).map_err(|_| D::Error::custom("expires_at must be a time such as 2030-01-01T00:00:00Z"))
}

/// A payload of the setup.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Runs or resumes the onboarding. The action where none is named.
    Run {},
    /// Reports without changing anything.
    Status {},
    /// Makes an API key, shown once.
    CreateApiKey {
        /// What to call it.
        name: String,
        /// What it allows.
        scopes: Vec<Scope>,
        /// Whose customers it reaches.
        #[serde(default, deserialize_with = "read_workspace")]
        workspace: Workspace,
        /// When it stops working; never, by default.
        #[serde(default, deserialize_with = "read_end")]
        expires_at: Option<Timestamp>,
    },
    /// Lists the API keys, without the keys themselves.
    ListApiKeys {},
    /// Revokes an API key.
    RevokeApiKey {
        /// Its id, as the list says it.
        id: KeyId,
    },
}

impl Command {
    /// The action in the audit line.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Run {} => Action::RunSetup,
            Self::Status {} => Action::ReadSetupStatus,
            Self::CreateApiKey { .. } => Action::CreateApiKey,
            Self::ListApiKeys {} => Action::ListApiKeys,
            Self::RevokeApiKey { .. } => Action::RevokeApiKey,
        }
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// A [`Problem`] that says what cannot be.
    pub fn parse(mut payload: Value) -> Result<Self, Problem> {
        // Checked here, since serde would read a list as an object in disguise.
        let fields = payload.as_object_mut().ok_or_else(|| Problem::invalid("body", "must be a JSON object"))?;
        fields.entry("action").or_insert_with(|| json!("run"));
        let command = serde_json::from_value(payload).map_err(|error| Problem::invalid("body", &error.to_string()))?;
        match &command {
            Self::CreateApiKey { name, .. } if name.trim().is_empty() || name.chars().count() > 100 => {
                Err(Problem::invalid("/name", "must be 1 to 100 characters"))
            }
            Self::CreateApiKey { scopes, .. } if scopes.is_empty() => {
                Err(Problem::invalid("/scopes", "must name at least one scope"))
            }
            _ => Ok(command),
        }
    }
}
