//! What the setup can be told to do.

use std::str::FromStr;

use jiff::Timestamp;
use shared::{
    http::{Fields, JsonBody, Problem},
    store::KeyId,
    telemetry::audit::Action,
    types::{scope::Scope, text::Text, workspace::Workspace},
};

/// A payload of the setup.
#[derive(Clone, Debug)]
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
        workspace: Workspace,
        /// When it stops working; never, by default.
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
    /// A [`Problem`] that names every invalid field.
    pub fn parse(payload: &JsonBody) -> Result<Self, Problem> {
        payload.read(|fields| {
            fields.refuse_nulls();
            match fields.optional::<ActionName>("action") {
                None if !fields.is_clean() => {
                    fields.ignore_others();
                    None
                }
                None | Some(ActionName::Run) => Some(Self::Run {}),
                Some(ActionName::Status) => Some(Self::Status {}),
                Some(ActionName::CreateApiKey) => Self::read_new_key(fields),
                Some(ActionName::ListApiKeys) => Some(Self::ListApiKeys {}),
                Some(ActionName::RevokeApiKey) => Some(Self::RevokeApiKey { id: fields.required("id")? }),
            }
        })
    }

    fn read_new_key(fields: &mut Fields) -> Option<Self> {
        let name = fields.required::<KeyName>("name");
        let scopes = fields.required_list::<Scope>("scopes", "must name at least one scope").unwrap_or_default();
        let workspace = fields.optional("workspace").unwrap_or_default();
        let expires_at = fields.optional::<KeyEnd>("expires_at").map(|KeyEnd(time)| time);
        Some(Self::CreateApiKey { name: name?.0, scopes, workspace, expires_at })
    }
}

/// What to do, by name.
#[derive(Clone, Copy, Debug)]
enum ActionName {
    Run,
    Status,
    CreateApiKey,
    ListApiKeys,
    RevokeApiKey,
}

/// Why a field of a payload is invalid.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum CommandError {
    #[error("must be run, status, create_api_key, list_api_keys or revoke_api_key")]
    Action,
    #[error("must be 1 to 100 visible characters")]
    Name,
    #[error("must be a time such as 2030-01-01T00:00:00Z")]
    End,
}

impl FromStr for ActionName {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        match text {
            "run" => Ok(Self::Run),
            "status" => Ok(Self::Status),
            "create_api_key" => Ok(Self::CreateApiKey),
            "list_api_keys" => Ok(Self::ListApiKeys),
            "revoke_api_key" => Ok(Self::RevokeApiKey),
            _ => Err(CommandError::Action),
        }
    }
}

struct KeyName(String);

impl FromStr for KeyName {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let visible = text.parse::<Text<1, 100>>().map_err(|_| CommandError::Name)?.into_string();
        if visible.trim().is_empty() { Err(CommandError::Name) } else { Ok(Self(visible)) }
    }
}

struct KeyEnd(Timestamp);

impl FromStr for KeyEnd {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        text.parse().map(Self).map_err(|_| CommandError::End)
    }
}
