//! What the setup can be told to do.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::{http::Problem, store::KeyId, types::scope::Scope};

/// A payload of the setup.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
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
        #[schema(value_type = Vec<String>, example = json!(["accounts"]))]
        scopes: Vec<Scope>,
    },
    /// Lists the API keys, without the keys themselves.
    ListApiKeys {},
    /// Revokes an API key.
    RevokeApiKey {
        /// Its id, as the list says it.
        #[schema(value_type = uuid::Uuid)]
        id: KeyId,
    },
}

impl Command {
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
