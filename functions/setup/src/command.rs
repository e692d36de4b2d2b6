//! The commands of the setup.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use shared::{
    body, field,
    http::{
        BodyField, Fields, NamedSchemas,
        body::{string, visible_text},
    },
    store::KeyId,
    tagged,
    telemetry::audit::Action,
    types::{scope::Scope, text::Text, workspace::Workspace},
};
use utoipa::openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

tagged! {
    /// The action to take.
    #[derive(Clone, Debug)]
    pub enum SetupCommand by "action" {
        Run = "run",
        Status = "status",
        CreateApiKey = "create_api_key",
        ListApiKeys = "list_api_keys",
        RotateApiKey = "rotate_api_key",
        RevokeApiKey = "revoke_api_key",
    }
}

body! {
    /// Runs or resumes the onboarding. This is the default action.
    #[derive(Clone, Debug)]
    pub struct Run {}
}

body! {
    /// Reports the state without changing anything.
    #[derive(Clone, Debug)]
    pub struct Status {}
}

body! {
    /// Creates an API key, which is shown once.
    #[derive(Clone, Debug)]
    pub struct CreateApiKey {
        /// The name of the key.
        required name: KeyName,
        /// The scopes of the key.
        required scopes: Scopes,
        /// The workspace whose customers the key can access; it sees no others.
        optional workspace: Workspace,
        /// When the key expires, in the future; by default, never.
        optional expires_at: KeyEnd,
    }
}

body! {
    /// Lists the API keys, without the keys themselves.
    #[derive(Clone, Debug)]
    pub struct ListApiKeys {}
}

body! {
    /// Creates a successor with the same name, scopes and workspace, which is shown once. The old key ends after the
    /// overlap.
    #[derive(Clone, Debug)]
    pub struct RotateApiKey {
        /// The id of the key, as in the list.
        required id: KeyId,
        /// For how many hours the old key continues to work.
        optional overlap: Overlap,
        /// When the successor expires. By default, it is valid for as long as its predecessor was.
        optional expires_at: KeyEnd,
    }
}

body! {
    /// Revokes an API key. It stops working everywhere within a minute.
    #[derive(Clone, Debug)]
    pub struct RevokeApiKey {
        /// The id of the key, as in the list.
        required id: KeyId,
    }
}

impl SetupCommand {
    /// The name of the action in the audit line.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Run(_) => Action::RunSetup,
            Self::Status(_) => Action::ReadSetupStatus,
            Self::CreateApiKey(_) => Action::CreateApiKey,
            Self::ListApiKeys(_) => Action::ListApiKeys,
            Self::RotateApiKey(_) => Action::RotateApiKey,
            Self::RevokeApiKey(_) => Action::RevokeApiKey,
        }
    }
}

field! {
    KeyName: text = visible_text().min_length(Some(1)).max_length(Some(100)).pattern(Some(r"\S")).examples(["bookkeeping"]);
    KeyEnd: text = string()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples(["2030-01-01T00:00:00Z"]);
    Overlap: number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(LONGEST_OVERLAP))
        .default(Some(USUAL_OVERLAP.into()));
}

/// The name of a key: 1 to 100 visible characters, not all spaces.
#[derive(Clone, Debug)]
pub struct KeyName(pub(crate) String);

impl FromStr for KeyName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let visible = text.parse::<Text<1, 100>>().ok().map(Text::into_string);
        let named = visible.filter(|text| !text.trim().is_empty());
        named.map(Self).ok_or("must be 1 to 100 visible characters")
    }
}

/// When a key expires.
#[derive(Clone, Copy, Debug)]
pub struct KeyEnd(pub(crate) Timestamp);

impl FromStr for KeyEnd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| "must be a time such as 2030-01-01T00:00:00Z")
    }
}

/// How long a rotated key continues to work.
#[derive(Clone, Copy, Debug)]
pub struct Overlap(pub(crate) SignedDuration);

/// In hours: the default and the maximum.
const USUAL_OVERLAP: u16 = 24;
const LONGEST_OVERLAP: u16 = 30 * 24;

impl Default for Overlap {
    fn default() -> Self {
        Self(SignedDuration::from_hours(USUAL_OVERLAP.into()))
    }
}

impl FromStr for Overlap {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hours = text.parse::<u16>().ok().filter(|hours| *hours <= LONGEST_OVERLAP);
        hours.map(|hours| Self(SignedDuration::from_hours(hours.into()))).ok_or("must be 0 to 720 hours")
    }
}

/// The scopes of a key: at least one.
#[derive(Clone, Debug)]
pub struct Scopes(pub(crate) Vec<Scope>);

impl BodyField for Scopes {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        let before = fields.faults();
        let scopes = fields.list(name).unwrap_or_default();
        if scopes.is_empty() && fields.faults() == before {
            fields.refuse(name, "must name at least one scope");
        }
        (!scopes.is_empty()).then_some(Self(scopes))
    }

    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Scope::schema()).min_items(Some(1)).examples([["accounts"]]).into()
    }

    fn register(schemas: &mut NamedSchemas) {
        Scope::register(schemas);
    }
}
