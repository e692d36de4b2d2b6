//! The audit line of each request: begun before its handler, written after its answer. No handler takes part, so none
//! can forget it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request};
use http::{Extensions, HeaderMap, StatusCode, request::Parts};
use lambda_http::request::RequestContext;

use super::{App, Code, Place, Problem, operation::Operation};
use crate::telemetry::audit::{Effect, Fact, Outcome, Principal, Trail};

/// The header by which a program says that its customer is waiting for the answer, and from which address they came
/// (Berlin Group, NextGenPSD2).
pub(super) const CUSTOMER_ADDRESS: &str = "PSU-IP-Address";

/// Begins the trail of a request, with what the request says by itself. `None` for pages and for routes that do not
/// exist.
pub(super) async fn begin(operation: Option<&Operation>, request: Request, id: &str) -> (Request, Option<Trail>) {
    let Some(action) = operation.and_then(|operation| operation.action) else { return (request, None) };
    let trail = Trail::new(id.to_owned(), action);
    let (mut parts, body) = request.into_parts();
    if let Some(source) = source(&parts.extensions) {
        trail.note(Fact::Source(source));
    }
    if let Some(principal) = principal(&parts.extensions) {
        trail.note(Fact::Principal(principal));
    }
    // Read here and not from the handlers' own parameters: a refused request names its customer, too.
    if let Ok(parameters) = RawPathParams::from_request_parts(&mut parts, &()).await {
        let facts = parameters.iter().filter_map(|(name, text)| Fact::in_path(name, text));
        facts.for_each(|fact| trail.note(fact));
    }
    (Request::from_parts(parts, body), Some(trail))
}

/// The code of a problem, on an answer that tells it as a page or sends the browser to one: for the audit line.
/// [`Problem`] itself would replace such an answer.
#[derive(Clone, Copy, Debug)]
pub struct EndedWith(pub Code);

/// How an answer ended its request.
pub(super) fn end(trail: &Trail, status: StatusCode, code: Option<Code>) {
    let outcome = match code {
        Some(code) => code.outcome(trail.action().effect()),
        None if status.is_client_error() => Outcome::Refused,
        None if status.is_server_error() => Outcome::Failed,
        None => Outcome::Done,
    };
    trail.write(outcome, code.map(Code::as_str));
}

impl Code {
    /// What a problem says of the request's effect.
    pub(crate) const fn outcome(self, effect: Effect) -> Outcome {
        match self {
            Self::ApiKeyMissing
            | Self::ApiKeyInvalid
            | Self::ScopeMissing
            | Self::InvalidRequest
            | Self::RouteNotFound
            | Self::MethodNotAllowed
            | Self::UserNotFound
            | Self::StateInvalid
            | Self::StateExpired
            | Self::OtherBrowser
            | Self::ConsentNotFound
            | Self::TicketMissing
            | Self::TicketInvalid
            | Self::TicketExpired
            | Self::TicketUsed
            | Self::TicketWithdrawn
            | Self::WrongCustomer
            | Self::ConsentNotPending
            | Self::ConsentNotClaimable
            | Self::AlreadyClaimed
            | Self::ClaimExpired
            | Self::ProofInvalid
            | Self::NotPrefetched
            | Self::ConsentDenied
            | Self::ConsentFailed
            | Self::CodeRefused
            | Self::ConsentRevoked
            | Self::ConsentExpired
            | Self::ConnectedElsewhere
            | Self::TooManyReferences
            | Self::AccessRefused
            | Self::AccountNotGranted
            | Self::CurrencyRefused
            | Self::InsufficientRights
            | Self::BankValidationFailed
            | Self::BankRefused
            | Self::RequestInFlight
            | Self::IdempotencyKeyReused
            | Self::SetupSuperseded
            | Self::CertificateInvalid => Outcome::Refused,
            Self::IpNotPermitted | Self::BankBusy | Self::SessionPending | Self::NotOnboarded => Outcome::Failed,
            Self::OutcomeUnknown => Outcome::Unknown,
            // The answer was lost, or could not be read, after the request may have arrived.
            Self::BankUnavailable
            | Self::BankSignatureInvalid
            | Self::BankTimeout
            | Self::AnswerTooLarge
            | Self::StoreUnavailable
            | Self::InternalError => match effect {
                Effect::Changes => Outcome::Unknown,
                Effect::Reads | Effect::StartsOnce => Outcome::Failed,
            },
        }
    }
}

/// Who signed a request for a route behind IAM.
pub(super) fn principal(extensions: &Extensions) -> Option<Principal> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else { return None };
    Principal::of_user_id(context.authorizer.as_ref()?.iam.as_ref()?.user_id.as_deref()?)
}

/// Where a request came from, as API Gateway saw it, or as the listener of a local stack did. Never a header: callers
/// write those.
fn source(extensions: &Extensions) -> Option<IpAddr> {
    let text = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.as_deref(),
        _ => return extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()),
    };
    text?.parse().ok()
}

/// Notes that the customer is present, if the caller says so.
///
/// # Errors
/// `invalid_request` if the header is there and is not one IP address.
pub(super) async fn note_customer(parts: &Parts, app: &App) -> Result<(), Problem> {
    let Some(address) = customer_address(&parts.headers)? else { return Ok(()) };
    // Without the sealing key the address has no name; the request goes on, and ends by itself if it needs the key.
    let identity = app.tpp.identity().await.ok();
    let pseudonym = identity.map(|identity| identity.sealing.pseudonym(&address.to_string()));
    crate::telemetry::audit::note(Fact::CustomerPresent(pseudonym));
    Ok(())
}

fn customer_address(headers: &HeaderMap) -> Result<Option<IpAddr>, Problem> {
    let mut values = headers.get_all(CUSTOMER_ADDRESS).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok(),
        (Some(_), Some(_)) => None,
    };
    let address = value.and_then(|text| text.trim().parse::<IpAddr>().ok());
    let address = address
        .ok_or_else(|| Problem::invalid(Place::Parameter(CUSTOMER_ADDRESS), "must be one IPv4 or IPv6 address"))?;
    // An IPv4 address that is written as IPv6 is the same one.
    Ok(Some(address.to_canonical()))
}
