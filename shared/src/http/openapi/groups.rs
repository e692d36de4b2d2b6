//! The groups of problems that operations have in common.

use std::{collections::BTreeMap, time::Duration};

use utoipa::openapi::{RefOr, example::Example};

use super::problems::{ProblemGroup, UnknownRoute, component, example};
use crate::{
    bunq::{BankError, BankText, DecodeError, Refusal},
    http::{Place, Problem},
    store::{AttemptRefused, ConsentFailure, SessionOwner, TicketRefused},
    tpp::{
        AccessError, CertificateError, ClaimError, ConsentError, NotificationsError, OnboardingError, RotationError,
        StartError, TppError, WebhookError,
    },
    types::scope::Scope,
};

macro_rules! groups {
    ($($(#[$doc:meta])+ $name:ident = [$($problem:expr),+ $(,)?];)+) => {
        $(
            $(#[$doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl ProblemGroup for $name {
                fn problems() -> Vec<Problem> {
                    vec![$(Problem::from($problem)),+]
                }
            }
        )+

        fn every_problem() -> Vec<Problem> {
            [UnknownRoute::problems(), $($name::problems()),+].concat()
        }
    };
}

groups! {
    /// The store is unavailable, or this API has an internal error. Applies to every operation that reads from the
    /// store.
    OfStore = [Problem::store_unavailable(), Problem::overloaded(), Problem::internal()];

    /// An operation that requires an API key.
    WithKey = [
        Problem::api_key_missing(),
        Problem::api_key_invalid(),
        AccessError::Scope(Scope::Accounts),
        // The header `PSU-IP-Address` can be invalid.
        Problem::invalid(Place::Parameter("count"), "must be 1 to 200"),
        Problem::store_unavailable(),
        Problem::overloaded(),
        Problem::internal(),
    ];

    /// An operation with parameters or a body.
    WrongRequest = [Problem::invalid(Place::Parameter("count"), "must be 1 to 200")];

    /// An operation with a sealed cursor.
    WithCursor = [Problem::cursor_invalid()];

    /// An operation on the data that we store about a customer.
    UnknownCustomer = [TppError::UnknownUser];

    /// An operation on one endpoint of webhooks.
    OfWebhookEndpoint = [WebhookError::NotFound];

    /// An operation that sends events to an endpoint.
    ToWebhookEndpoint = [WebhookError::Disabled];

    /// An operation that sends all events since a time.
    OfWebhookReplay = [WebhookError::NotNumbered];

    /// An operation on one event.
    OfWebhookEvent = [WebhookError::EventNotFound];

    /// The creation of an endpoint of webhooks.
    NewWebhook = [WebhookError::TooMany];

    /// An operation on one transaction.
    OfTransaction = [Problem::transaction_not_found()];

    /// A list that can be a statement.
    AsStatement = [Problem::balance_unknown()];

    /// An operation that reads account information.
    Unattended = [TppError::TooManyUnattendedReads(Duration::from_secs(3600))];

    /// An operation in the session of a connected customer.
    ForCustomer = [
        TppError::UnknownUser,
        TppError::ConsentRevoked,
        TppError::ConsentExpired,
        TppError::AccessRefused,
        refused(404, "Monetary account for id \"60199\" not found."),
    ];

    /// An operation that calls the bank.
    AtBank = [
        TppError::from(refused(403, "You are not allowed to do this.")),
        TppError::from(refused(404, "User for id \"50101\" not found.")),
        TppError::from(refused(401, "Insufficient authorisation.")),
        TppError::from(refused(403, "Insufficient authentication.")),
        TppError::from(refused(400, "Superfluous field \"color\".")),
        TppError::from(refused(400, "The request cannot be made.")),
        TppError::from(BankError::Failed(refusal(500, "An unexpected error occurred."))),
        TppError::from(BankError::Undecodable { reason: DecodeError::NotAnEnvelope, response_id: response_id() }),
        TppError::Session {
            owner: Some(SessionOwner::Tpp),
            error: refused(404, "The item you requested could not be found."),
        },
        TppError::from(BankError::Signature { status: 200, response_id: response_id() }),
        TppError::from(BankError::RateLimited { wait: Duration::from_secs(3), limit: None, response_id: response_id() }),
        TppError::from(BankError::TooLarge),
        TppError::SessionPending,
        TppError::IpNotPermitted { address: None },
        TppError::NotOnboarded,
        TppError::from(BankError::Timeout),
        Problem::store_unavailable(),
        Problem::internal(),
    ];

    /// An operation that creates something once, under an `Idempotency-Key`.
    Once = [
        TppError::RequestInFlight(Duration::from_secs(5)),
        TppError::KeyReused,
        TppError::OutcomeUnknown(Duration::from_secs(30)),
        refused(400, "The currency of the payment must be that of the account."),
    ];

    /// An operation that changes at the bank what no role of PSD2 includes.
    Writing = [Problem::bank_writes_off()];

    /// An operation on the notifications of a customer.
    OfNotifications = [NotificationsError::CallbacksOff];

    /// An operation that checks the notifications of a customer at the bank.
    CheckingNotifications = [NotificationsError::InProgress(Duration::from_secs(1))];

    /// An operation that needs the onboarding but does not call the bank.
    NotReady = [TppError::NotOnboarded];

    /// A page that rejects prefetch and HEAD requests.
    LooksAhead = [Problem::looks_ahead()];

    /// An operation on a consent.
    NoSuchConsent = [Problem::no_such_consent()];

    /// The start of a consent.
    BeforeConsent = [
        StartError::TicketMissing,
        StartError::Refused(TicketRefused::Unknown),
        StartError::Refused(TicketRefused::Expired),
        StartError::Refused(TicketRefused::Used),
        StartError::Refused(TicketRefused::Withdrawn),
        StartError::Refused(TicketRefused::OtherBrowser),
    ];

    /// The withdrawal of a consent that no customer has opened.
    Withdrawing = [ClaimError::NotPending];

    /// The claim of a consent that a customer has given.
    Claiming = [
        ClaimError::NotClaimable,
        ClaimError::AlreadyClaimed,
        ClaimError::Expired,
        ClaimError::ProofInvalid,
        ClaimError::WrongCustomer,
    ];

    /// The return from the bank's consent page.
    AfterConsent = [
        Problem::invalid_query("must hold one `state`, and one `code` or `error`"),
        ConsentError::Refused(AttemptRefused::Unknown),
        ConsentError::Refused(AttemptRefused::TooLate),
        ConsentError::Refused(AttemptRefused::OtherBrowser),
        ConsentError::Failed(ConsentFailure::CodeRefused),
        ConsentError::Denied,
        ConsentError::Failed(ConsentFailure::BankRefused),
        ConsentError::Failed(ConsentFailure::WrongCustomer),
        ConsentError::Exchange(BankError::Failed(refusal(500, "An unexpected error occurred."))),
        TppError::ConsentRevoked,
        TppError::AccessRefused,
        TppError::ConnectedElsewhere,
        TppError::TooManyReferences,
    ];

    /// The door for callbacks of the bank.
    FromBank = [
        Problem::route_not_found(),
        Problem::body_too_large(),
        Problem::source_not_permitted(),
        TppError::NotOnboarded,
        Problem::store_unavailable(),
        Problem::internal(),
    ];

    /// The setup.
    InSetup = [
        Problem::invalid(Place::Body("/scopes"), "must name at least one scope"),
        OnboardingError::Superseded,
        OnboardingError::OtherEnvironment,
        OnboardingError::SameCertificate,
        OnboardingError::OtherPspUser,
        RotationError::StillSeals { items: 17, is_complete: true },
        RotationError::TooEarly { wait: Duration::from_secs(600) },
        OnboardingError::Certificate(CertificateError::Missing { secret: "bunq-tpp/psd2-certificate".to_owned() }),
    ];
}

fn response_id() -> Option<String> {
    Some("89dcaa5c-fa55-4068-9822-3f87985d2268".to_owned())
}

fn refusal(status: u16, text: &str) -> Refusal {
    let text = BankText { error_description: text.to_owned(), error_description_translated: text.to_owned() };
    Refusal { status, texts: vec![text], response_id: response_id() }
}

/// Returns the error for a call that bunq rejects with this status and text.
#[must_use]
pub fn refused(status: u16, text: &str) -> BankError {
    BankError::Refused(refusal(status, text))
}

/// Returns every problem as an example, by its name among the components.
#[must_use]
pub fn examples() -> BTreeMap<String, RefOr<Example>> {
    every_problem().iter().map(|problem| (component(problem), RefOr::T(example(problem)))).collect()
}
