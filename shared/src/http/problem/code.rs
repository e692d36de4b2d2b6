//! The words of a problem: what happened, and what to do about it.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, Type, schema::AnyOfBuilder},
};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $affects:ident;)+) => {
        /// What happened, for programs. New codes may be added; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name),+
        }

        impl Code {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// Whose calls it concerns, where nothing more is known.
            pub(super) const fn affects(self) -> Affects {
                match self { $(Self::$name => Affects::$affects),+ }
            }

            /// What it says, for the document.
            pub(in crate::http) const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii_start()),+ }
            }
        }
    };
}

/// The codes of this version, for the document.
pub(super) struct KnownCode;

/// By hand: the derive does not read a name that a macro passes on.
impl PartialSchema for KnownCode {
    fn schema() -> RefOr<Schema> {
        let lines = Code::ALL.iter().map(|code| format!("\n- `{}`: {}", code.as_str(), code.meaning()));
        let description = lines.fold("The codes of this version.\n".to_owned(), |text, line| text + &line);
        let codes = Code::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(codes))
            .description(Some(description))
            .examples(["user_not_found"])
            .into()
    }
}

impl ToSchema for KnownCode {}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let about = "What happened, for programs. A later version may answer other codes, so take one that you do not know like \
                     `bank_refused`: go by `action` and `scope`. A code never changes its meaning.";
        open(&KnownCode::name(), about)
    }
}

impl ToSchema for Code {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((KnownCode::name().into_owned(), KnownCode::schema()));
    }
}

/// A text that has one of these values today and may have others tomorrow. A generated client must not fail on those.
fn open(known: &str, about: &str) -> RefOr<Schema> {
    AnyOfBuilder::new()
        .item(Ref::from_schema_name(known))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .description(Some(about))
        .into()
}

codes! {
    /// No `Authorization: Bearer` header, or more than one.
    ApiKeyMissing = "api_key_missing", Deployment;
    /// No such API key, or one that was revoked or has expired.
    ApiKeyInvalid = "api_key_invalid", Deployment;
    /// The API key lacks the scope that the route wants.
    ScopeMissing = "scope_missing", Deployment;
    /// A parameter, header or body is invalid; `errors` says which and why.
    InvalidRequest = "invalid_request", Request;
    /// There is no such route.
    RouteNotFound = "route_not_found", Request;
    /// The route does not have this method.
    MethodNotAllowed = "method_not_allowed", Request;
    /// There is no such connection.
    UserNotFound = "user_not_found", Connection;
    /// The state is unknown.
    StateInvalid = "state_invalid", Request;
    /// The customer came back from bunq too late.
    StateExpired = "state_expired", Request;
    /// The consent was begun in another browser, or this one did not keep the cookie.
    OtherBrowser = "other_browser", Request;
    /// There is no such consent, or it is not kept any longer.
    ConsentNotFound = "consent_not_found", Request;
    /// This deployment begins consents only with a ticket.
    TicketMissing = "ticket_missing", Request;
    /// There is no such ticket.
    TicketInvalid = "ticket_invalid", Request;
    /// The ticket is too old.
    TicketExpired = "ticket_expired", Request;
    /// The ticket was used: the customer has given the consent.
    TicketUsed = "ticket_used", Request;
    /// The consent was withdrawn before anybody opened it.
    TicketWithdrawn = "ticket_withdrawn", Request;
    /// Another bunq customer consented than the one that the consent is for.
    WrongCustomer = "wrong_customer", Request;
    /// Somebody has opened the consent, so it cannot be withdrawn.
    ConsentNotPending = "consent_not_pending", Request;
    /// No customer has given the consent, so it cannot be claimed.
    ConsentNotClaimable = "consent_not_claimable", Request;
    /// The consent was claimed, or needed no claim.
    AlreadyClaimed = "already_claimed", Request;
    /// Nobody claimed the consent in time.
    ClaimExpired = "claim_expired", Request;
    /// The proof is not the consent's.
    ProofInvalid = "proof_invalid", Request;
    /// The request was a prefetch or a HEAD, which do nothing here.
    NotPrefetched = "not_prefetched", Request;
    /// The customer did not consent.
    ConsentDenied = "consent_denied", Request;
    /// bunq sent the customer back with an error of its own.
    ConsentFailed = "consent_failed", Request;
    /// bunq does not take the authorization code.
    CodeRefused = "code_refused", Request;
    /// bunq refuses the customer's access token.
    ConsentRevoked = "consent_revoked", Connection;
    /// The customer's consent is older than 180 days. This deployment does not use it any more.
    ConsentExpired = "consent_expired", Connection;
    /// The customer is connected in another workspace of this deployment, and may be in one only.
    ConnectedElsewhere = "connected_elsewhere", Connection;
    /// The customer's connection has fifty references, and the consent would be the first of another.
    TooManyReferences = "too_many_references", Connection;
    /// bunq refuses the TPP's own key from the address that we call from.
    IpNotPermitted = "ip_not_permitted", Deployment;
    /// bunq refuses the customer's access token, and the address that we call from may be the cause.
    AccessRefused = "access_refused", Connection;
    /// There is no such account among those that the customer granted. It may be closed, or a new consent may grant it.
    AccountNotGranted = "account_not_granted", Request;
    /// bunq does not take the currency for this account or payment; `errors` holds its texts.
    CurrencyRefused = "currency_refused", Request;
    /// bunq does not let this session do that; `errors` holds its texts.
    InsufficientRights = "insufficient_rights", Request;
    /// bunq refused fields of the call; `errors` holds its texts and the names of the fields.
    BankValidationFailed = "bank_validation_failed", Request;
    /// bunq refused the call for another reason; `errors` holds its texts.
    BankRefused = "bank_refused", Request;
    /// bunq's answer is larger than this API can pass on: ask for fewer elements.
    AnswerTooLarge = "answer_too_large", Request;
    /// bunq's limits or maintenance: later.
    BankBusy = "bank_busy", Deployment;
    /// bunq failed, could not be reached or refused this deployment itself, or its answer cannot be believed.
    BankUnavailable = "bank_unavailable", Request;
    /// bunq's answer is not signed by bunq.
    BankSignatureInvalid = "bank_signature_invalid", Request;
    /// bunq did not answer in time.
    BankTimeout = "bank_timeout", Request;
    /// The same request is under way: come back for its answer.
    RequestInFlight = "request_in_flight", Request;
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", Request;
    /// Nobody knows whether bunq did it. The same request under the same `Idempotency-Key` finds out, and does it at
    /// most once.
    OutcomeUnknown = "outcome_unknown", Request;
    /// A session is being opened.
    SessionPending = "session_pending", Connection;
    /// Setup has not run to its end.
    NotOnboarded = "not_onboarded", Deployment;
    /// Another run of the setup has taken over.
    SetupSuperseded = "setup_superseded", Request;
    /// The PSD2 certificate would be refused; `detail` says why.
    CertificateInvalid = "certificate_invalid", Deployment;
    /// Our own store or secrets cannot be reached.
    StoreUnavailable = "store_unavailable", Deployment;
    /// A mistake of ours or of the deployment.
    InternalError = "internal_error", Request;
}

/// Whose calls a problem concerns, for programs that work through many customers: `request`, this one; `connection`,
/// every call for this customer, so go on with the next; `deployment`, every call with this API key, so stop the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Affects {
    /// This call. The next one may succeed.
    Request,
    /// Every call for this customer. Go on with the next customer.
    Connection,
    /// Every call with this API key, whoever the customer is. Stop the job.
    Deployment,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = KnownAction)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send the same request again.
    Retry,
    /// Send it again after `Retry-After`.
    Wait,
    /// Ask the customer to connect again, with a new consent.
    Reauthorise,
    /// Change the request.
    FixRequest,
    /// Ask bunq, with `bunq_response_id`.
    ContactBunq,
    /// Ask whoever runs this deployment, with `request_id`.
    ContactSupport,
}

/// An [`Action`] in the document: open, like a code.
pub(super) struct AnyAction;

impl PartialSchema for AnyAction {
    fn schema() -> RefOr<Schema> {
        let about = "What to do about it. A later version may answer other actions, so take one that you do not know like \
                     `contact_support`.";
        open(&Action::name(), about)
    }
}

impl ToSchema for AnyAction {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Action")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Action::name().into_owned(), Action::schema()));
    }
}

impl Action {
    /// The action on the wire.
    pub(in crate::http) const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Wait => "wait",
            Self::Reauthorise => "reauthorise",
            Self::FixRequest => "fix_request",
            Self::ContactBunq => "contact_bunq",
            Self::ContactSupport => "contact_support",
        }
    }
}
