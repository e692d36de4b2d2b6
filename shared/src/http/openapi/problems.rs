//! The problems that an operation can return. A group lists the problems themselves, so that statuses, codes, actions
//! and texts have one source. Several groups are merged by status.

use std::{collections::BTreeMap, marker::PhantomData, time::Duration};

use http::StatusCode;
use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::{Example, ExampleBuilder},
    },
};

use super::headers;
use crate::{
    bunq::{BankError, BankText, DecodeError, Refusal},
    http::{Code, Place, Problem},
    store::{AttemptRefused, SessionOwner, TicketRefused},
    tpp::{AccessError, CertificateError, ClaimError, ConsentError, OnboardingError, StartError, TppError},
    types::scope::Scope,
};

/// A group of problems that occur together.
pub trait ProblemGroup {
    /// Returns one problem of each kind.
    fn problems() -> Vec<Problem>;
}

/// The answers of these groups of problems, such as `Problems<(WithKey, AtBank)>`.
#[derive(Clone, Copy, Debug)]
pub struct Problems<G>(PhantomData<G>);

impl<G: ProblemGroup> IntoResponses for Problems<G> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status = BTreeMap::<u16, Vec<Problem>>::new();
        for problem in G::problems() {
            let others = by_status.entry(problem.status().as_u16()).or_default();
            // Groups overlap: for example, the store can be unavailable on any route.
            if !others.contains(&problem) {
                others.push(problem);
            }
        }
        // A caller needs the key to retry safely, so every answer to an authenticated caller contains it.
        let once = by_status.values().flatten().any(|problem| problem.code() == Code::RequestInFlight);
        let responses = by_status.into_iter().map(|(status, problems)| {
            let mut response = response(&problems);
            if once && status != 401 {
                headers::IDEMPOTENCY_KEY.add_to(&mut response);
            }
            (status.to_string(), RefOr::T(response))
        });
        responses.collect()
    }
}

macro_rules! tuples {
    ($($($group:ident)+;)+) => {$(
        impl<$($group: ProblemGroup),+> ProblemGroup for ($($group,)+) {
            fn problems() -> Vec<Problem> {
                [$($group::problems()),+].concat()
            }
        }
    )+};
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
}

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
            [$($name::problems()),+].concat()
        }
    };
}

groups! {
    /// The store is unavailable, or this API has an internal error. Applies to every operation that reads from the
    /// store.
    OfStore = [Problem::store_unavailable(), Problem::internal()];

    /// An operation that requires an API key.
    WithKey = [
        Problem::api_key_missing(),
        Problem::api_key_invalid(),
        AccessError::Scope(Scope::Accounts),
        // The header `PSU-IP-Address` can be invalid.
        Problem::invalid(Place::Parameter("count"), "must be 1 to 200"),
        Problem::store_unavailable(),
        Problem::internal(),
    ];

    /// An operation that answers 404 `route_not_found` if its path names no existing resource.
    UnknownRoute = [Problem::route_not_found()];

    /// An operation with parameters or a body.
    WrongRequest = [Problem::invalid(Place::Parameter("count"), "must be 1 to 200")];

    /// An operation on the data that we store about a customer.
    UnknownCustomer = [TppError::UnknownUser];

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
        TppError::from(BankError::RateLimited { wait: Duration::from_secs(3), response_id: response_id() }),
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
        ConsentError::CodeRefused,
        ConsentError::Denied,
        ConsentError::BankRefused,
        ConsentError::WrongCustomer,
        ConsentError::Exchange(BankError::Failed(refusal(500, "An unexpected error occurred."))),
        TppError::ConsentRevoked,
        TppError::AccessRefused,
        TppError::ConnectedElsewhere,
        TppError::TooManyReferences,
    ];

    /// The setup.
    InSetup = [
        Problem::invalid(Place::Body("/scopes"), "must name at least one scope"),
        OnboardingError::Superseded,
        OnboardingError::OtherEnvironment,
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

pub(super) fn refused(status: u16, text: &str) -> BankError {
    BankError::Refused(refusal(status, text))
}

/// Returns every problem as an example, by its name among the components.
pub(super) fn examples() -> BTreeMap<String, RefOr<Example>> {
    every_problem().iter().map(|problem| (component(problem), RefOr::T(example(problem)))).collect()
}

/// Returns the name of a problem's example. It contains the status and the action, because one code can have several.
pub(super) fn component(problem: &Problem) -> String {
    format!("{}.{}.{}", problem.code().as_str(), problem.status().as_u16(), problem.action().as_str())
}

pub(super) fn example(problem: &Problem) -> Example {
    ExampleBuilder::new().summary(problem.to_string()).value(Some(problem.example())).build()
}

/// Describes the answer of one status, with all its problems.
fn response(problems: &[Problem]) -> Response {
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut description = String::new();
    for problem in problems {
        let (code, action) = (problem.code().as_str(), problem.action().as_str());
        // Uses the meaning of the code, because some details describe one specific request.
        description.push_str(&format!("- `{code}`, `{action}`: {}\n", problem.code().meaning()));
        let name = component(problem);
        // The invalid part of a request differs between groups, so this example is not shared.
        let shared = problem.code() != Code::InvalidRequest;
        let reference = Ref::new(format!("#/components/examples/{name}"));
        content.examples.insert(name, if shared { RefOr::Ref(reference) } else { RefOr::T(example(problem)) });
    }
    let description = description.trim_end();
    let mut response =
        ResponseBuilder::new().description(description).content("application/problem+json", content).build();
    if problems.iter().any(|problem| problem.retry_after().is_some()) {
        headers::RETRY_AFTER.add_to(&mut response);
    }
    if problems.iter().any(|problem| problem.status() == StatusCode::UNAUTHORIZED) {
        headers::WWW_AUTHENTICATE.add_to(&mut response);
    }
    response
}
