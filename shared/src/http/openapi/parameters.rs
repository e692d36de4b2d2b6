//! The parameters of operations, with the constraints that their parsers check.

use serde_json::{Value, json};
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, Object, ObjectBuilder, Required, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::{
    bunq::LARGEST_PAGE,
    http::body::{order_reference, string, uuid},
    types::{bookmark::LONGEST_BOOKMARK, event::EventId, webhook::WebhookEndpointId},
};

macro_rules! parameters {
    ($($(#[$doc:meta])+ $name:ident = $parameters:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                Vec::from($parameters)
            }
        }
    )+};
}

parameters! {
    /// The path parameter `{user_id}`.
    UserPath = [our_id(
        "user_id",
        "Our name for a connected customer, as the claim, the consent or `/callback` returned it: a UUID in lower case, with hyphens.",
    )];

    /// The path parameter `{consent_id}`.
    ConsentPath = [our_id(
        "consent_id",
        "Our name for a consent, as `POST /consents` returned it: a UUID in lower case, with hyphens.",
    )];

    /// The path parameter `{callback_token}`.
    CallbackPath = [path(
        "callback_token",
        "The end of the address that this deployment gave to bunq. It names the customer, and is a secret.",
        string().pattern(Some("^[A-Za-z0-9_-]{44}$")).build(),
        json!("AX0cUqfpjkrJkPPgqEQfuVhLQ6Wm9oG0ci1PS1rMZpv0"),
    )];

    /// The path parameter `{endpoint_id}`.
    WebhookEndpointPath = [path(
        "endpoint_id",
        "An endpoint's `id`, as its creation or the list returned it.",
        string().pattern(Some(WebhookEndpointId::PATTERN)).build(),
        json!("we_7c2f0e4c569e4b0d8f9d2f4a112f1c7a"),
    )];

    /// The path parameter `{event_id}`.
    WebhookEventPath = [path(
        "event_id",
        "An event's `id`, as the list or a message had it.",
        string().pattern(Some(EventId::PATTERN)).build(),
        json!("evt_7c2f0e4c569e4b0d8f9d2f4a112f1c7a"),
    )];

    /// The path parameter `{monetary_account_id}`.
    AccountPath = [id("monetary_account_id", "An account's `id`, as `/user/{user_id}/accounts` returned it.", 60_101)];

    /// The path parameter `{payment_id}`.
    PaymentPath = [id("payment_id", "A payment's `id`, as the list returned it.", 70_112)];

    /// The path parameter `{request_inquiry_id}`.
    RequestInquiryPath = [id("request_inquiry_id", "A request's `id`, as its creation or the list returned it.", 70_301)];

    /// The path parameter `{draft_payment_id}`.
    DraftPaymentPath = [id("draft_payment_id", "A draft's `id`, as its creation or the list returned it.", 70_201)];

    /// The path parameter `{transaction_id}`.
    TransactionPath = [id("transaction_id", "A transaction's `id`, as its creation or the list returned it.", 70_401)];

    /// The path parameter `{transaction_id}` of a transaction of an account.
    AccountTransactionPath = [path(
        "transaction_id",
        "A transaction's `id`, as the list returned it.",
        string().pattern(Some("^[1-9][0-9]{0,17}\\.[1-9][0-9]{0,17}$")).build(),
        json!("60101.71234"),
    )];

    /// The path parameter `{public_id}`.
    PublicIdPath = [path(
        "public_id",
        "A transaction's `public_uuid`, as reading it returned it.",
        uuid().build(),
        json!("7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21"),
    )];

    /// The path parameter `{credential_password_ip_id}`.
    CredentialPath = [id("credential_password_ip_id", "A key's `id`, as `/credential-password-ip` returned it.", 1_001)];

    /// The path parameter `{item_id}`.
    PermittedIpPath = [id("item_id", "An address's `id`, as its creation or the list returned it.", 1_102)];

    /// Selects a page of a listing. The default size is 50.
    PageQuery = pages(50);

    /// Selects whether payments are read across all pages, and how far back.
    WalkQuery = [
        query(
            "all",
            "`true` reads the older pages, too: one array, without `Pagination` and whatever `count` is. Not together with `newer_id`.",
            ObjectBuilder::new().schema_type(Type::Boolean).build(),
        ),
        query(
            "since",
            "No payments before this date (UTC) or this moment, such as `2026-01-31` or `2026-01-31T09:00:00+01:00` (`+` as `%2B`). Payments without a readable time are included. Only together with `all=true`.",
            since().build(),
        ),
    ];

    /// Selects the form of accounts.
    AccountFormatQuery = [query(
        "format",
        "`bunq` is bunq's own list. `normalised` is a list of accounts in one shape, with the balance and whether the account has transactions.",
        string().enum_values(Some(["bunq", "normalised"])).default(Some(json!("bunq"))).build(),
    )];

    /// Selects transactions of a period.
    TransactionQuery = [
        query(
            "from",
            "Only what was booked on this day (in Amsterdam, like `booking_date`) or later, or from this moment on, such as `2026-01-31` or `2026-01-31T09:00:00+01:00` (`+` as `%2B`). Transactions without a readable time are included.",
            since().build(),
        ),
        query("to", "Only what was booked on this day or earlier, or before this moment.", since().build()),
        count(50),
        cursor("Where the page before ended: its `next_cursor`. Repeat the other parameters."),
    ];

    /// Selects where the reading of changes continues.
    SyncQuery = [
        cursor("Where the request before ended: its `next_cursor`. Without it, the reading starts again."),
        count_of(LARGEST_PAGE, "How many new transactions, at the most. Changed ones, and those that became visible late, come besides."),
        query(
            "since",
            "Nothing that was booked before this day (in Amsterdam) or this second, such as `2026-01-31`. Only without `cursor`, which remembers it.",
            since().build(),
        ),
    ];

    /// Selects whether the bank is asked.
    CheckQuery = [query(
        "check",
        "`true` asks bunq now. Otherwise, the answer is what was last found.",
        ObjectBuilder::new().schema_type(Type::Boolean).build(),
    )];

    /// Selects whether bunq's own objects are returned, too.
    RawQuery = [query(
        "raw",
        "`true` adds `raw` to each transaction: bunq's `Payment`, as bunq wrote it.",
        ObjectBuilder::new().schema_type(Type::Boolean).build(),
    )];

    /// Filters a list of orders.
    OrderQuery = [
        query(
            "status",
            "Only those in this state, such as `PENDING`. With `status`, `created_from` or `reference` bunq's pages are walked for up to `count` orders; an answer with fewer, even none, can have a `next` link. `Orders` in the answer says of each what you call it and which payment came of it.",
            string().pattern(Some("^[A-Z_]{1,40}$")).build(),
        ),
        query(
            "created_from",
            "None from before this date (UTC) or this moment, such as `2026-01-31` or `2026-01-31T09:00:00+01:00` (`+` as `%2B`).",
            since().build(),
        ),
        query(
            "reference",
            "Only those that you gave this `reference` when you made them, in the last 400 days.",
            order_reference().build(),
        ),
    ];

    /// Selects a page of a listing. The default size is the largest that bunq allows.
    LargePageQuery = pages(LARGEST_PAGE);

    /// The header `Idempotency-Key`: the caller's name for one request.
    IdempotencyKeyHeader = [idempotency_key()];
}

/// Matches a date, or a time with or without an offset.
const SINCE: &str = "^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?$";

fn since() -> ObjectBuilder {
    string().pattern(Some(SINCE)).examples(["2026-01-31"])
}

/// Returns the parameters that select a page of `usual` elements by default.
fn pages(usual: u8) -> [Parameter; 3] {
    // No element needs to have the id before or after which a page begins.
    let id = number(isize::MAX).minimum(Some(0)).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).build();
    [
        count(usual),
        query("older_id", "Only what is older than this `id`: follow the `Link` of relation `next`.", id.clone()),
        query(
            "newer_id",
            "Only what is newer than this `id`: follow the `Link` of relation `prev`. Not together with `older_id`.",
            id,
        ),
    ]
}

fn count(usual: u8) -> Parameter {
    count_of(usual, "How many elements, at the most.")
}

fn count_of(usual: u8, description: &str) -> Parameter {
    query("count", description, number(LARGEST_PAGE.into()).default(Some(json!(usual))).build())
}

fn cursor(description: &str) -> Parameter {
    let text = string().max_length(Some(LONGEST_BOOKMARK)).pattern(Some("^[^.]+\\.[A-Za-z0-9_-]+$"));
    query("cursor", description, text.build())
}

/// Returns the schema of an integer from 1 to `largest`.
fn number(largest: isize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(largest))
}

fn our_id(name: &str, description: &str) -> Parameter {
    let schema = uuid().pattern(Some("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"));
    path(name, description, schema.build(), json!("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11"))
}

/// Describes an id of bunq. On the wire, ids are signed 64-bit integers.
fn id(name: &str, description: &str, example: u64) -> Parameter {
    let schema = number(isize::MAX).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
    path(name, description, schema.build(), json!(example))
}

fn path(name: &str, description: &str, schema: Object, example: Value) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    parameter.description(Some(description)).schema(Some(schema)).example(Some(example)).build()
}

fn query(name: &str, description: &str, schema: Object) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(Some(description)).schema(Some(schema)).build()
}

/// Matches a key in quotes with its escapes (a string of RFC 8941), or one without that does not begin with a quote.
const IDEMPOTENCY_KEY: &str = r#"^("([ !#-\[\]-~]|\\["\\])+"|[!#-~]([ -~]*[!-~])?)$"#;

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some(IDEMPOTENCY_KEY))
        .build();
    let description = "Your name for this request: the same on every try of it, another for every other request, for 30 days. Where it is not there, one \
                       is made; it is in the answer. Printable ASCII, with or without the quotes of RFC 8941.";
    let parameter = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
    let parameter = parameter.required(Required::False).description(Some(description)).schema(Some(schema));
    parameter.example(Some(json!("invoice-2026-17"))).build()
}
