//! Maps errors to problems. Most have the status and the action of their code.

mod consent;
mod notifications;
mod rotation;
mod webhooks;

use std::time::Duration;

use http::StatusCode;

use super::{Action, Affects, Code, Problem, Reasons, request::SHORT_WAIT};
use crate::{
    bunq::{BankError, NoConnection, Refusal, RefusalKind},
    queue::QueueError,
    secrets::SecretsError,
    store::{SessionOwner, StoreError},
    tpp::{AccessError, OnboardingError, TppError},
};

/// Returns the problem of a call that this deployment made on its own behalf and the bank rejected. The caller's
/// request is not at fault.
fn refused_us(refusal: &Refusal, detail: &str) -> Problem {
    let problem = Problem::new(Code::BankUnavailable, detail).doing(Action::ContactBunq);
    Problem { errors: Reasons::of_bank(&refusal.texts), bunq_response_id: refusal.response_id.clone(), ..problem }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let (status, action) = match refusal.status {
            403 => (StatusCode::FORBIDDEN, Action::ContactBunq),
            404 => (StatusCode::NOT_FOUND, Action::FixRequest),
            400 | 490 => (StatusCode::UNPROCESSABLE_ENTITY, Action::FixRequest),
            // The bank rejects a session that is new, so it contradicts itself.
            401 => (StatusCode::BAD_GATEWAY, Action::Retry),
            // 405, 466 and other statuses: this API called something that does not exist.
            status => {
                tracing::error!(bank_status = status, "bunq refused a call that should be right");
                return Self { bunq_response_id: refusal.response_id.clone(), ..Self::internal() };
            }
        };
        let (code, detail) = match refusal.kind() {
            RefusalKind::UnknownAccount => (
                Code::AccountNotGranted,
                "There is no such account among those that the customer granted. GET /user/{user_id}/accounts lists them.",
            ),
            RefusalKind::Forbidden => (Code::InsufficientRights, "bunq does not let this session do that."),
            RefusalKind::Fields => (Code::BankValidationFailed, "bunq refused fields of the call."),
            RefusalKind::Currency => (Code::CurrencyRefused, "bunq does not take this currency here."),
            RefusalKind::Other => (Code::BankRefused, "bunq refused the call."),
        };
        Self { status, action, errors: Reasons::of_bank(&refusal.texts), ..Self::new(code, detail) }
    }
}

impl From<BankError> for Problem {
    fn from(error: BankError) -> Self {
        let unavailable = |detail: &str| Self::new(Code::BankUnavailable, detail);
        let busy = |wait: Duration, detail: &str| Self::new(Code::BankBusy, detail).after(wait);
        let problem = match &error {
            BankError::Refused(refusal) => refusal.into(),
            BankError::RateLimited { wait, .. } | BankError::Busy { wait } => {
                busy(*wait, "bunq takes no more calls for a moment.")
            }
            BankError::Maintenance { .. } => busy(Duration::from_secs(60), "bunq is in maintenance."),
            BankError::Signature { .. } => {
                Self::new(Code::BankSignatureInvalid, "The answer is not signed by bunq, so it is not passed on.")
            }
            BankError::Undecodable { .. } => Self::bank_not_understood(),
            BankError::TooLarge => Self::answer_too_large(),
            BankError::Failed(refusal) => unavailable(&format!("bunq failed, with status {}.", refusal.status)),
            BankError::Unreachable(error) => {
                let detail = format!("bunq could not be reached: {}.", NoConnection::of(error));
                unavailable(&detail).affecting(Affects::Deployment)
            }
            BankError::Interrupted(_) => unavailable("The connection to bunq broke before its whole answer was here."),
            BankError::Foreign { .. } => {
                unavailable("Something between this deployment and bunq answered in bunq's place.")
            }
            BankError::Timeout | BankError::TooLate => Self::new(Code::BankTimeout, "bunq did not answer in time."),
            BankError::Signing => Self::internal(),
        };
        Self { bunq_response_id: error.response_id().map(str::to_owned), ..problem }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store");
        match error {
            StoreError::Unavailable(_) | StoreError::Contended => Self::store_unavailable(),
            StoreError::Misconfigured(_) | StoreError::Undecodable | StoreError::Seal(_) => Self::internal(),
        }
    }
}

impl From<SecretsError> for Problem {
    fn from(error: SecretsError) -> Self {
        tracing::error!(%error, "secrets");
        match error {
            SecretsError::Unavailable(_) => Self::store_unavailable(),
            SecretsError::Misconfigured(_) | SecretsError::Undecodable(_) => Self::internal(),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        tracing::error!(%error, "queue");
        match error {
            QueueError::Unavailable(_) => Self::store_unavailable(),
            QueueError::Misconfigured(_) | QueueError::Unwritable => Self::internal(),
        }
    }
}

impl From<TppError> for Problem {
    fn from(error: TppError) -> Self {
        match error {
            TppError::IpNotPermitted { address } => {
                let from = address.map_or_else(|| "this deployment's address".to_owned(), |address| address.to_string());
                let detail = format!(
                    "bunq does not take our key from {from}: the address is not permitted, or the key was revoked. Permit it with POST /credential-password-ip/{{id}}/ip from an \
                     address that is still permitted, or in bunq's portal; so add a new address before you leave the old one."
                );
                Self::new(Code::IpNotPermitted, detail)
            }
            TppError::AccessRefused => Self::new(
                Code::AccessRefused,
                "bunq refuses this customer's access token. Either the customer revoked the consent: send them through /auth again. Or bunq \
                 does not permit the address that this deployment calls from: see GET /credential-password-ip/egress.",
            ),
            TppError::Forgotten => Self::new(
                Code::NotOnboarded,
                "bunq no longer knows this deployment. Its owner must run the setup, then customers must connect again.",
            ),
            TppError::NotOnboarded => {
                Self::new(Code::NotOnboarded, "This deployment is not connected to bunq. Its owner must run the setup.")
            }
            TppError::UnknownUser => Self::new(Code::UserNotFound, "No customer is connected under this user_id."),
            TppError::ConsentRevoked => {
                Self::new(Code::ConsentRevoked, "bunq no longer takes this customer's consent.")
            }
            TppError::ConsentExpired => Self::new(
                Code::ConsentExpired,
                "This customer's consent is older than 180 days. A new consent under the same user_id continues it.",
            ),
            TppError::ConnectedElsewhere => Self::new(
                Code::ConnectedElsewhere,
                "This customer is connected in another workspace of this deployment.",
            ),
            TppError::TooManyReferences => Self::new(
                Code::TooManyReferences,
                "This customer's connection has fifty references. Delete one that is not used: DELETE /user/{user_id}?reference=….",
            ),
            TppError::TooManyUnattendedReads(wait) => Self::new(
                Code::TooManyUnattendedReads,
                "This was read too often in the last 24 hours while the customer was not present. Send PSU-IP-Address if they are.",
            )
            .after(wait),
            TppError::RequestInFlight(wait) => Self::new(
                Code::RequestInFlight,
                "The same request is under way. Come back for its answer with the same Idempotency-Key.",
            )
            .after(wait),
            TppError::Unsettled(wait) => Self::new(
                Code::RequestInFlight,
                "The result of this request is not known yet, and bunq may still be processing it. Repeat it with the same Idempotency-Key.",
            )
            .after(wait),
            TppError::RefusedBefore(refusal) => Self { is_replayed: true, ..Self::from(&refusal) },
            TppError::KeyReused => {
                Self::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request.")
            }
            TppError::OutcomeUnknown(wait) => Self::new(
                Code::OutcomeUnknown,
                "It is not known whether bunq did it. Send the same request again with the same Idempotency-Key: it is done at most once.",
            )
            .after(wait),
            TppError::SessionPending | TppError::InstallationChanged => {
                Self::new(Code::SessionPending, "A session with bunq is being opened.").after(SHORT_WAIT)
            }
            TppError::Session { owner, error: BankError::Refused(refusal) }
                if matches!(refusal.status, 400 | 401 | 403 | 404 | 490) =>
            {
                let affects = match owner {
                    Some(SessionOwner::Tpp) => Affects::Deployment,
                    Some(SessionOwner::Customer(_)) => Affects::Connection,
                    None => Affects::Request,
                };
                refused_us(&refusal, "bunq does not open a session.").affecting(affects)
            }
            // Other customers may have open sessions.
            TppError::Session {
                owner: Some(SessionOwner::Customer(_)),
                error: error @ (BankError::Busy { .. } | BankError::RateLimited { .. }),
            } => Self::from(error).affecting(Affects::Connection),
            TppError::Bank(error) | TppError::Session { error, .. } => error.into(),
            TppError::Store(error) => error.into(),
            TppError::Secrets(error) => error.into(),
            TppError::Queue(error) => error.into(),
            TppError::Key(error) => {
                tracing::error!(%error, "key");
                Self::internal()
            }
            TppError::Seal(error) => {
                tracing::error!(%error, "sealing key");
                Self::internal()
            }
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Invalid => Self::api_key_invalid(),
            AccessError::Scope(scope) => {
                Self::new(Code::ScopeMissing, format!("The API key lacks the scope `{scope}`."))
            }
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<OnboardingError> for Problem {
    fn from(error: OnboardingError) -> Self {
        match error {
            OnboardingError::Superseded => {
                Self::new(Code::SetupSuperseded, "Another run of the setup started after this one and goes on.")
                    .after(SHORT_WAIT)
            }
            OnboardingError::OtherEnvironment => Self {
                status: StatusCode::CONFLICT,
                ..Self::new(Code::NotOnboarded, "The secrets of this deployment belong to another BUNQ_ENVIRONMENT.")
            },
            OnboardingError::SameCertificate => Self::new(
                Code::CertificateInUse,
                "The certificate in the secret is the one in use. Store the new one first, or send `force` to register this one again.",
            ),
            OnboardingError::OtherPspUser => Self::new(
                Code::PspUserChanged,
                "bunq takes this certificate for that of another user, whose OAuth client customers have not consented to. Nothing was replaced.",
            ),
            OnboardingError::Certificate(error) => Self::new(Code::CertificateInvalid, format!("{error}.")),
            OnboardingError::Tpp(error) => error.into(),
        }
    }
}
