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
    tpp::RotatedSecret,
    types::{scope::Scope, text::Text, workspace::Workspace},
    words,
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
        RotateSealingKey = "rotate_sealing_key",
        Reseal = "reseal",
        RemoveSealingKey = "remove_sealing_key",
        RotateInstallation = "rotate_installation",
        RenewCertificate = "renew_certificate",
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

body! {
    /// Adds a sealing key, which only opens at first. Called again at least twelve minutes later, it makes that key the
    /// current one.
    #[derive(Clone, Debug)]
    pub struct RotateSealingKey {
        /// The secret with the key: `sealing-key`, which seals the tables (by default), or `delivery-key`, which seals
        /// the secrets of webhook endpoints.
        optional secret: SealingSecretName,
    }
}

body! {
    /// Seals again, with the current key, what older sealing keys sealed. Continues where the last run stopped.
    #[derive(Clone, Debug)]
    pub struct Reseal {
        /// The maximum number of items of this run. By default, the run ends when its time does.
        optional limit: ItemLimit,
        /// The secret with the keys; `sealing-key` by default.
        optional secret: SealingSecretName,
    }
}

body! {
    /// Removes an old sealing key that seals nothing any more.
    #[derive(Clone, Debug)]
    pub struct RemoveSealingKey {
        /// The id of the key, as in the status.
        required id: SealingKeyId,
        /// The secret with the key; `sealing-key` by default.
        optional secret: SealingSecretName,
    }
}

body! {
    /// Replaces the key pair, the installation and the API key at bunq, while the old ones serve. Continues where an
    /// interrupted run stopped.
    #[derive(Clone, Debug)]
    pub struct RotateInstallation {}
}

body! {
    /// Registers the PSD2 certificate in the secret at bunq, and uses the API key that bunq issues for it. In the
    /// sandbox, makes a new certificate first if the one in the secret is in use.
    #[derive(Clone, Debug)]
    pub struct RenewCertificate {
        /// Whether the certificate in the secret is registered again even if it is in use; `false` by default.
        optional force: bool,
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
            Self::RotateSealingKey(_) => Action::RotateSealingKey,
            Self::Reseal(_) => Action::Reseal,
            Self::RemoveSealingKey(_) => Action::RemoveSealingKey,
            Self::RotateInstallation(_) => Action::RotateInstallation,
            Self::RenewCertificate(_) => Action::RenewCertificate,
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
    ItemLimit: number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MOST_ITEMS));
    SealingKeyId: text = string().min_length(Some(1)).max_length(Some(100)).examples(["k0b1d9e77"]);
}

words! {
    /// A secret with keys that seal.
    pub enum SealingSecretName {
        Sealing = "sealing-key",
        Delivery = "delivery-key",
    }
    else "must be sealing-key or delivery-key"
}

impl From<SealingSecretName> for RotatedSecret {
    fn from(name: SealingSecretName) -> Self {
        match name {
            SealingSecretName::Sealing => Self::Sealing,
            SealingSecretName::Delivery => Self::Delivery,
        }
    }
}

/// The id of a sealing key.
#[derive(Clone, Debug)]
pub struct SealingKeyId(pub(crate) String);

impl FromStr for SealingKeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.parse::<Text<1, 100>>().map_err(|_| "must be 1 to 100 visible characters")?;
        Ok(Self(text.into_string()))
    }
}

/// The maximum number of items of a run that seals again.
#[derive(Clone, Copy, Debug)]
pub struct ItemLimit(pub(crate) u64);

/// The largest such number.
const MOST_ITEMS: u32 = 1_000_000;

impl FromStr for ItemLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let limit = text.parse::<u64>().ok().filter(|limit| (1..=MOST_ITEMS.into()).contains(limit));
        limit.map(Self).ok_or("must be 1 to 1000000")
    }
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
