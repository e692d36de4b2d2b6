//! The PSD2 roles that an endpoint needs. They are in the certificate of the payment service provider, and also limit
//! the sessions that its access tokens open.
//!
//! The documentation lists data for each role and no endpoints, so this table follows from its words. It refuses whole
//! calls: a provider that may know only the IBAN of an account also sees the balance.

use axum::http::Method;

use crate::bank::Bank;
use crate::certificate::Role;
use crate::records::books::{Owner, Session};
use crate::settings::Psd2Roles;
use crate::wire::refusal::Refusal;

const OF_ACCOUNT: &str = "user/{user-id}/monetary-account/{monetary-account-id}/";

/// The roles that may make a call. An empty list is no role.
struct Rule {
    roles: &'static [Role],
    /// Whether the documentation is clear about it.
    documented: bool,
}

/// Checks that the provider of a session has a role that the endpoint needs. Customers with an own key need none.
///
/// # Errors
///
/// When the settings enforce the roles and the certificate has none of those needed.
pub(crate) fn check(bank: &Bank, template: &str, method: &Method, session: &Session) -> Result<(), Refusal> {
    let enforced = |rule: &Rule| match bank.settings.psd2_roles {
        Psd2Roles::Off => false,
        Psd2Roles::Documented => rule.documented,
        Psd2Roles::Strict => true,
    };
    let Some(Rule { roles: needed, .. }) = rule(template, method).filter(enforced) else { return Ok(()) };
    let credential = bank.books.credential(session.credential_id).ok_or(Refusal::SessionEnded)?;
    let psp_user_id = match &credential.owner {
        Owner::Psp { psp_user_id } => Some(*psp_user_id),
        Owner::Consent { user_api_key_id, .. } => bank.books.user_api_key(*user_api_key_id).map(|key| key.psp_user_id),
        Owner::Customer { .. } => return Ok(()),
    };
    let provider = psp_user_id.and_then(|id| bank.books.psp_user(id));
    let name = provider.map(|user| user.common_name.as_str()).unwrap_or_default();
    if needed.iter().any(|role| role.is_in(name)) {
        return Ok(());
    }
    let needed: Vec<&str> = needed.iter().map(|role| role.word()).collect();
    let words = match needed.as_slice() {
        [] => "no role of a payment service provider includes this.".to_owned(),
        needed => format!("this needs a certificate with the role {}.", needed.join(" or ")),
    };
    Err(Refusal::unrecorded(403, words))
}

fn rule(template: &str, method: &Method) -> Option<Rule> {
    use Role::{Aisp, Cbpii, Pisp};
    let documented = |roles| Some(Rule { roles, documented: true });
    let unclear = |roles| Some(Rule { roles, documented: false });
    let rest = template.strip_prefix(OF_ACCOUNT).or_else(|| template.strip_prefix("user/{user-id}/"))?;
    let reads = *method == Method::GET;
    match rest.split('/').next().unwrap_or_default() {
        "payment-service-provider-draft-payment" | "payment-service-provider-issuer-transaction" => documented(&[Pisp]),
        "draft-payment" => documented(&[Pisp]),
        "confirmation-of-funds" => documented(&[Pisp, Cbpii]),
        "payment" | "card" | "card-name" if reads => documented(&[Aisp]),
        account if account.starts_with("monetary-account") && reads => documented(&[Aisp, Pisp]),
        "payment-batch" | "event" | "request-response" | "schedule" | "attachment" if reads => unclear(&[Aisp]),
        "request-inquiry" => unclear(&[]),
        // The settings `direct_payments` and `tpp_writes` decide about other changes.
        _ => None,
    }
}
