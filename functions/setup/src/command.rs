//! What the setup can be told to do.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
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
    /// Makes a successor of an API key, shown once.
    RotateApiKey {
        /// The id of the key that ends, as the list says it.
        id: KeyId,
        /// How long it goes on working.
        overlap: SignedDuration,
        /// When the successor stops working; by default after as long as its predecessor was to work.
        expires_at: Option<Timestamp>,
    },
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
            Self::RotateApiKey { .. } => Action::RotateApiKey,
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
                Some(ActionName::RotateApiKey) => Self::read_rotation(fields),
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

    fn read_rotation(fields: &mut Fields) -> Option<Self> {
        let id = fields.required("id");
        let hours = fields.optional_number::<u16>("overlap").unwrap_or(USUAL_OVERLAP);
        if hours > LONGEST_OVERLAP {
            fields.refuse("overlap", "must be 0 to 720 hours");
        }
        let expires_at = fields.optional::<KeyEnd>("expires_at").map(|KeyEnd(time)| time);
        Some(Self::RotateApiKey { id: id?, overlap: SignedDuration::from_hours(hours.into()), expires_at })
    }
}

/// How many hours a rotated key goes on working: by default, and at most.
const USUAL_OVERLAP: u16 = 24;
const LONGEST_OVERLAP: u16 = 30 * 24;

/// What to do, by name.
#[derive(Clone, Copy, Debug)]
enum ActionName {
    Run,
    Status,
    CreateApiKey,
    ListApiKeys,
    RotateApiKey,
    RevokeApiKey,
}

/// Why a field of a payload is invalid.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum CommandError {
    #[error("must be run, status, create_api_key, list_api_keys, rotate_api_key or revoke_api_key")]
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
            "rotate_api_key" => Ok(Self::RotateApiKey),
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
