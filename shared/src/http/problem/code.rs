//! The codes of problems: what happened.

use http::StatusCode;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, Type, schema::AnyOfBuilder},
};

use super::action::{Action, Affects};
use crate::telemetry::audit::{Effect, Outcome};

/// What a code says about the effect of the request.
enum End {
    /// This API or the bank refused the request.
    Refused,
    /// The request failed before it had an effect.
    Failed,
    /// Whether the request took effect is unknown, whatever its kind.
    Unknown,
    /// The bank may have executed the request: its answer was lost, or cannot be read.
    Lost,
}

impl End {
    const fn outcome(self, effect: Effect) -> Outcome {
        match (self, effect) {
            (Self::Refused, _) => Outcome::Refused,
            (Self::Failed, _) | (Self::Lost, Effect::Reads | Effect::StartsOnce) => Outcome::Failed,
            (Self::Unknown, _) | (Self::Lost, Effect::Changes) => Outcome::Unknown,
        }
    }
}

/// Defines the codes: the text on the wire, the usual status and action, and which calls and what effect the problem
/// concerns.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal: $status:ident $action:ident, $affects:ident $end:ident;)+) => {
        /// What happened, for programs. New codes may be added. The meaning of a code never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name),+
        }

        impl Code {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// Returns the status, the action and which calls are affected, of most problems with this code.
            pub(super) const fn usual(self) -> (StatusCode, Action, Affects) {
                match self { $(Self::$name => (StatusCode::$status, Action::$action, Affects::$affects)),+ }
            }

            /// Returns the outcome of a request that ended with this code.
            pub(crate) const fn outcome(self, effect: Effect) -> Outcome {
                match self { $(Self::$name => End::$end.outcome(effect)),+ }
            }

            /// Returns the meaning of the code, for the document.
            pub(in crate::http) const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii_start()),+ }
            }
        }
    };
}

/// The codes of this version, for the document.
pub(super) struct KnownCode;

/// Implemented by hand, because the derive cannot read a name that a macro passes on.
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

/// Returns the schema of a text that has one of these values today. Other values may be added, and a generated client
/// must accept them.
pub(super) fn open(known: &str, about: &str) -> RefOr<Schema> {
    AnyOfBuilder::new()
        .item(Ref::from_schema_name(known))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .description(Some(about))
        .into()
}

codes! {
    /// The `Authorization: Bearer` header is missing, malformed or duplicated.
    ApiKeyMissing = "api_key_missing": UNAUTHORIZED FixRequest, Deployment Refused;
    /// The API key is unknown, revoked or expired.
    ApiKeyInvalid = "api_key_invalid": UNAUTHORIZED FixRequest, Deployment Refused;
    /// The API key lacks the scope that the route requires.
    ScopeMissing = "scope_missing": FORBIDDEN FixRequest, Deployment Refused;
    /// The operator of this deployment has not permitted this kind of change at bunq (`BANK_WRITES`).
    BankWritesOff = "bank_writes_off": FORBIDDEN ContactSupport, Request Refused;
    /// The operator of this deployment has not turned on that bunq reports changes to it (`HINTS_QUEUE`).
    CallbacksOff = "callbacks_off": FORBIDDEN ContactSupport, Request Refused;
    /// Another request is checking the notifications of the same customer.
    CheckInProgress = "check_in_progress": CONFLICT Wait, Request Refused;
    /// A parameter, header or body field is invalid; see `errors` for details.
    InvalidRequest = "invalid_request": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// The cursor was not made by this API, or for another customer, account or listing: start again without a cursor.
    CursorInvalid = "cursor_invalid": BAD_REQUEST FixRequest, Request Refused;
    /// The route does not exist.
    RouteNotFound = "route_not_found": NOT_FOUND FixRequest, Request Refused;
    /// The body of a callback has more than 256 KiB.
    BodyTooLarge = "body_too_large": PAYLOAD_TOO_LARGE FixRequest, Request Refused;
    /// A callback came from an address that is not bunq's (`CALLBACK_SOURCES`).
    SourceNotPermitted = "source_not_permitted": FORBIDDEN FixRequest, Request Refused;
    /// The route does not support this method.
    MethodNotAllowed = "method_not_allowed": METHOD_NOT_ALLOWED FixRequest, Request Refused;
    /// The connection does not exist.
    UserNotFound = "user_not_found": NOT_FOUND Reauthorise, Connection Refused;
    /// The OAuth `state` is unknown.
    StateInvalid = "state_invalid": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The customer came back from bunq too late.
    StateExpired = "state_expired": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The consent was started in another browser, or this browser did not keep the cookie.
    OtherBrowser = "other_browser": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The consent does not exist, or is no longer stored.
    ConsentNotFound = "consent_not_found": NOT_FOUND FixRequest, Request Refused;
    /// This deployment starts consents only with a ticket.
    TicketMissing = "ticket_missing": FORBIDDEN FixRequest, Request Refused;
    /// The ticket is unknown.
    TicketInvalid = "ticket_invalid": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The ticket has expired.
    TicketExpired = "ticket_expired": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The ticket was used: the customer has given the consent.
    TicketUsed = "ticket_used": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The consent was withdrawn before a customer opened it.
    TicketWithdrawn = "ticket_withdrawn": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// The consent was given by a different bunq customer than the one it is for.
    WrongCustomer = "wrong_customer": FORBIDDEN Reauthorise, Request Refused;
    /// A customer has opened the consent, so it cannot be withdrawn.
    ConsentNotPending = "consent_not_pending": CONFLICT FixRequest, Request Refused;
    /// No customer has given the consent, so it cannot be claimed.
    ConsentNotClaimable = "consent_not_claimable": CONFLICT FixRequest, Request Refused;
    /// The consent was already claimed, or needed no claim.
    AlreadyClaimed = "already_claimed": CONFLICT FixRequest, Request Refused;
    /// The consent was not claimed in time.
    ClaimExpired = "claim_expired": CONFLICT Reauthorise, Request Refused;
    /// The proof does not belong to the consent.
    ProofInvalid = "proof_invalid": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// A prefetch or HEAD request has no effect here.
    NotPrefetched = "not_prefetched": SERVICE_UNAVAILABLE Retry, Request Refused;
    /// The customer denied the consent.
    ConsentDenied = "consent_denied": FORBIDDEN Reauthorise, Request Refused;
    /// bunq sent the customer back with an error other than a denial.
    ConsentFailed = "consent_failed": BAD_GATEWAY Reauthorise, Request Refused;
    /// bunq does not accept the authorization code.
    CodeRefused = "code_refused": UNPROCESSABLE_ENTITY Reauthorise, Request Refused;
    /// bunq rejects the customer's access token.
    ConsentRevoked = "consent_revoked": FORBIDDEN Reauthorise, Connection Refused;
    /// The customer's consent is older than 180 days. This deployment no longer uses it.
    ConsentExpired = "consent_expired": FORBIDDEN Reauthorise, Connection Refused;
    /// The same information of the customer was read too often in the last 24 hours while the customer was not present.
    TooManyUnattendedReads = "too_many_unattended_reads": TOO_MANY_REQUESTS Wait, Request Refused;
    /// The customer is connected in another workspace of this deployment. A customer can be connected in one workspace
    /// only.
    ConnectedElsewhere = "connected_elsewhere": CONFLICT ContactSupport, Connection Refused;
    /// The customer's connection already has fifty references, and the consent would add another.
    TooManyReferences = "too_many_references": CONFLICT FixRequest, Connection Refused;
    /// bunq rejects the TPP's own key from the IP address that this deployment calls from.
    IpNotPermitted = "ip_not_permitted": SERVICE_UNAVAILABLE FixRequest, Deployment Failed;
    /// bunq rejects the customer's access token. The IP address that this deployment calls from may be the cause.
    AccessRefused = "access_refused": FORBIDDEN ContactSupport, Connection Refused;
    /// The account is not among those that the customer granted. It may be closed, or a new consent may grant it.
    AccountNotGranted = "account_not_granted": NOT_FOUND FixRequest, Request Refused;
    /// The account has no such transaction.
    TransactionNotFound = "transaction_not_found": NOT_FOUND FixRequest, Request Refused;
    /// The workspace has no such endpoint of webhooks.
    WebhookEndpointNotFound = "webhook_endpoint_not_found": NOT_FOUND FixRequest, Request Refused;
    /// The endpoint of webhooks is disabled, so nothing can be sent to it.
    WebhookEndpointDisabled = "webhook_endpoint_disabled": CONFLICT FixRequest, Request Refused;
    /// The workspace has no such event. It may have been erased, 30 days after a request could first return it.
    WebhookEventNotFound = "webhook_event_not_found": NOT_FOUND FixRequest, Request Refused;
    /// The workspace has twenty endpoints of webhooks.
    TooManyWebhookEndpoints = "too_many_webhook_endpoints": CONFLICT FixRequest, Request Refused;
    /// Many events wait for their place in the order, and the time was over before all had one. Nothing was sent:
    /// repeat the request, which goes on.
    WebhookEventsPending = "webhook_events_pending": SERVICE_UNAVAILABLE Wait, Request Failed;
    /// bunq does not accept the currency for this account or payment; `errors` contains bunq's texts.
    CurrencyRefused = "currency_refused": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// bunq does not permit this operation in this session; `errors` contains bunq's texts.
    InsufficientRights = "insufficient_rights": FORBIDDEN ContactBunq, Request Refused;
    /// bunq rejected fields of the call; `errors` contains bunq's texts and the names of the fields.
    BankValidationFailed = "bank_validation_failed": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// bunq rejected the call for another reason; `errors` contains bunq's texts.
    BankRefused = "bank_refused": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// bunq's answer is too large for this API to pass on: request fewer elements.
    AnswerTooLarge = "answer_too_large": UNPROCESSABLE_ENTITY FixRequest, Request Lost;
    /// bunq limits the rate of calls, or is in maintenance: retry later.
    BankBusy = "bank_busy": SERVICE_UNAVAILABLE Wait, Deployment Failed;
    /// bunq failed, could not be reached or rejected this deployment itself, or its answer cannot be trusted.
    BankUnavailable = "bank_unavailable": BAD_GATEWAY Retry, Request Lost;
    /// bunq's answer has no valid signature of bunq.
    BankSignatureInvalid = "bank_signature_invalid": BAD_GATEWAY ContactSupport, Request Lost;
    /// bunq did not answer in time.
    BankTimeout = "bank_timeout": GATEWAY_TIMEOUT Retry, Request Lost;
    /// The same request is in progress: retry later to get its answer.
    RequestInFlight = "request_in_flight": CONFLICT Wait, Request Refused;
    /// The idempotency key was used for a different request.
    IdempotencyKeyReused = "idempotency_key_reused": UNPROCESSABLE_ENTITY FixRequest, Request Refused;
    /// It is unknown whether bunq executed the request. Retry it with the same `Idempotency-Key`: the retry finds out,
    /// and executes it at most once.
    OutcomeUnknown = "outcome_unknown": BAD_GATEWAY Wait, Request Unknown;
    /// A session at bunq is being opened.
    SessionPending = "session_pending": SERVICE_UNAVAILABLE Wait, Connection Failed;
    /// The setup has not finished.
    NotOnboarded = "not_onboarded": SERVICE_UNAVAILABLE ContactSupport, Deployment Failed;
    /// Another run of the setup has taken over.
    SetupSuperseded = "setup_superseded": CONFLICT Wait, Request Refused;
    /// bunq would reject the PSD2 certificate; `detail` says why.
    CertificateInvalid = "certificate_invalid": UNPROCESSABLE_ENTITY FixRequest, Deployment Refused;
    /// This process handles too many requests at once.
    Overloaded = "overloaded": SERVICE_UNAVAILABLE Wait, Deployment Failed;
    /// The certificate in the secret is the one in use: store the new one first.
    CertificateInUse = "certificate_in_use": CONFLICT FixRequest, Request Refused;
    /// bunq takes the certificate for that of another user, so customers would have to consent again. Nothing was
    /// replaced.
    PspUserChanged = "psp_user_changed": CONFLICT ContactBunq, Request Refused;
    /// The sealing key still seals something, or may do so soon. It was not removed.
    SealingKeyInUse = "sealing_key_in_use": CONFLICT FixRequest, Request Refused;
    /// This deployment's own store or secrets cannot be reached.
    StoreUnavailable = "store_unavailable": SERVICE_UNAVAILABLE Wait, Deployment Lost;
    /// This API or the deployment has an internal error.
    InternalError = "internal_error": INTERNAL_SERVER_ERROR ContactSupport, Request Lost;
}
