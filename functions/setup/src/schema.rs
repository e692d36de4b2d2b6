//! What the setup takes and answers, for the document. The rules are [`crate::Command`]'s.

use serde_json::json;
use shared::{
    http::openapi::schemas::request::{closed, constant, string, visible_text},
    types::{scope::Scope, workspace::Workspace},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type},
};
use uuid::Uuid;

/// A payload of the setup.
pub(crate) struct SetupCommand;

impl PartialSchema for SetupCommand {
    fn schema() -> RefOr<Schema> {
        let action = |name: &str| constant(name);
        let run = closed()
            .title(Some("Run"))
            .description(Some("Runs or resumes the onboarding. The action where none is named."))
            .property("action", action("run"));
        let status = closed()
            .title(Some("Status"))
            .description(Some("Reports without changing anything."))
            .property("action", action("status"))
            .required("action");
        let scopes = string().enum_values(Some(Scope::ALL.iter().map(|scope| scope.as_str())));
        let scopes = ArrayBuilder::new().items(scopes).min_items(Some(1)).description(Some("What it allows."));
        let name = visible_text().min_length(Some(1)).max_length(Some(100)).pattern(Some(r"\S"));
        let workspace = string().max_length(Some(Workspace::LONGEST)).pattern(Some("^[a-z0-9-]{1,32}$"));
        let workspace = workspace.default(Some(json!(Workspace::DEFAULT)));
        let workspace = workspace.description(Some("Whose customers it reaches; it sees no others."));
        let time = || string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let expires_at = time().description(Some("When it stops working, in the future; never, by default."));
        let ends = "When the successor stops working; by default after as long as its predecessor was to work.";
        let successor_ends = time().description(Some(ends));
        let create = closed()
            .title(Some("CreateApiKey"))
            .description(Some("Makes an API key, shown once."))
            .property("action", action("create_api_key"))
            .property("name", name.description(Some("What to call it.")).examples(["bookkeeping"]))
            .property("scopes", scopes.examples([json!(["accounts"])]))
            .property("workspace", workspace.examples(["bookkeeping"]))
            .property("expires_at", expires_at.examples(["2030-01-01T00:00:00Z"]))
            .required("action")
            .required("name")
            .required("scopes");
        let list = closed()
            .title(Some("ListApiKeys"))
            .description(Some("Lists the API keys, without the keys themselves."))
            .property("action", action("list_api_keys"))
            .required("action");
        let id = || {
            let id = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
            id.description(Some("Its id, as the list says it."))
        };
        let overlap = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(720))
            .default(Some(json!(24)));
        let rotate = closed()
            .title(Some("RotateApiKey"))
            .description(Some("Makes a successor with the same name, scopes and workspace, shown once. The key itself ends after the overlap."))
            .property("action", action("rotate_api_key"))
            .property("id", id())
            .property("overlap", overlap.description(Some("For how many hours the key goes on working.")))
            .property("expires_at", successor_ends)
            .required("action")
            .required("id");
        let revoke = closed()
            .title(Some("RevokeApiKey"))
            .description(Some("Revokes an API key; it stops working everywhere within a minute."))
            .property("action", action("revoke_api_key"))
            .property("id", id())
            .required("action")
            .required("id");
        let any = [run, status, create, list, rotate, revoke].into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
        any.description(Some("What to do.")).into()
    }
}

impl ToSchema for SetupCommand {}

/// What the setup answers, by the action.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) enum SetupAnswer {
    /// To `run` and `status`.
    Report(SetupReport),
    /// To `create_api_key` and `rotate_api_key`.
    Created(CreatedApiKey),
    /// To `list_api_keys`.
    Listed(ApiKeyList),
    /// To `revoke_api_key`.
    Revoked(RevokedApiKey),
}

/// How far the deployment has come.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct SetupReport {
    #[schema(inline)]
    environment: SetupEnvironment,
    /// Whether every step is done.
    onboarded: bool,
    /// Every step that was looked at, in order.
    steps: Vec<SetupStep>,
    /// The TPP's user id at bunq; null until there is one.
    #[schema(required = true, example = 50001)]
    psp_user_id: Option<u64>,
    /// Until when the PSD2 certificate is valid. Not there where there is none yet.
    #[schema(format = DateTime, nullable = false)]
    certificate_valid_until: Option<String>,
    /// The address that bunq sends browsers back to.
    #[schema(example = "https://tpp.example/callback")]
    callback_url: String,
    #[schema(inline, nullable = false)]
    at_bank: Option<SetupAtBank>,
    /// To `status`, if bunq says so: the callback addresses that are registered there.
    #[schema(nullable = false, example = json!(["https://tpp.example/callback"]))]
    registered_callback_urls: Option<Vec<String>>,
    /// To `status`, where the deployment knows how its address is found: whether bunq permits it.
    #[schema(nullable = false)]
    egress: Option<SetupEgress>,
    /// The first API key, with every scope: only in the answer to the run that made it. Nobody can see it again.
    #[schema(nullable = false)]
    api_key: Option<String>,
}

/// Which of bunq's two worlds.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the document needs the names")]
enum SetupEnvironment {
    Sandbox,
    Production,
}

/// One step of the onboarding.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct SetupStep {
    #[schema(inline)]
    step: SetupStepName,
    #[schema(inline)]
    state: SetupStepState,
}

/// Which.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the document needs the names")]
enum SetupStepName {
    SealingKey,
    Certificate,
    Installation,
    PspCredential,
    DeviceServer,
    Session,
    OauthClient,
    CallbackUrl,
    ApiKey,
}

/// To `status`, once there is something at bunq: whether bunq still knows this deployment. `forgotten`: bunq's sandbox
/// was reset, for example; run the setup. `no_answer`: nobody knows now.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the document needs the names")]
enum SetupAtBank {
    Known,
    Forgotten,
    NoAnswer,
}

/// `now`: done by this run; `before`: by a run before; `missing`: not done; `forgotten`: done before, but bunq no
/// longer knows it.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the document needs the names")]
enum SetupStepState {
    Now,
    Before,
    Missing,
    Forgotten,
}

/// The address that bunq sees us from, next to those that it permits.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct SetupEgress {
    /// Where we come from; null where nobody says.
    #[schema(required = true, example = "185.40.108.7")]
    egress_ip: Option<String>,
    /// Whether bunq permits it; null where it is not known. `false` where `permitted` is null: bunq refuses the key
    /// from this address, or the key was revoked.
    #[schema(required = true)]
    agrees: Option<bool>,
    /// The key whose addresses these are.
    #[schema(minimum = 1, example = 1001)]
    credential_password_ip_id: u64,
    /// The addresses that may use it, `*` for any; null where bunq does not say, since it refuses ours.
    #[schema(required = true)]
    permitted: Option<Vec<String>>,
}

/// A new API key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct CreatedApiKey {
    /// Its name in lists and logs, which is not the key.
    id: Uuid,
    /// What it is called.
    #[schema(example = "bookkeeping")]
    name: String,
    /// What it allows.
    #[schema(example = json!(["accounts"]))]
    scopes: Vec<String>,
    /// Whose customers it reaches.
    #[schema(example = "default")]
    workspace: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stops working. Absent if it never does.
    #[schema(format = DateTime, nullable = false)]
    expires_at: Option<String>,
    /// The key itself. Nobody can see it again.
    api_key: String,
}

/// The API keys, without the keys themselves.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct ApiKeyList {
    /// All of them, also those that were revoked.
    api_keys: Vec<ApiKey>,
}

/// What is kept of an API key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct ApiKey {
    /// Its name in lists and logs, which is not the key.
    id: Uuid,
    /// What it is called.
    #[schema(example = "bookkeeping")]
    name: String,
    /// What it allows.
    #[schema(example = json!(["accounts"]))]
    scopes: Vec<String>,
    /// Whose customers it reaches.
    #[schema(example = "default")]
    workspace: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stops working. Absent if it never does.
    #[schema(format = DateTime, nullable = false)]
    expires_at: Option<String>,
    /// When it was last used: to the minute in its first day and once it has a successor, else to the hour. Absent if
    /// it never was.
    #[schema(format = DateTime, nullable = false)]
    last_used_at: Option<String>,
    /// When it was revoked. Absent if it was not.
    #[schema(format = DateTime, nullable = false)]
    revoked_at: Option<String>,
    /// When it ends because it has a successor, if it does not before. Absent if it has none.
    #[schema(format = DateTime, nullable = false)]
    ends_at: Option<String>,
    /// When its successor was made. Absent if it has none.
    #[schema(format = DateTime, nullable = false)]
    replaced_at: Option<String>,
    /// The id of its successor. Absent if it has none.
    #[schema(nullable = false)]
    replaced_by: Option<Uuid>,
}

/// An API key is revoked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only the document needs the shape")]
pub(crate) struct RevokedApiKey {
    /// Which.
    id: Uuid,
    /// Always `true`.
    revoked: bool,
}
