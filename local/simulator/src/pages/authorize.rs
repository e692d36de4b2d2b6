//! GET and POST /auth: the browser arrives with the request of an application, and leaves with a code.
//!
//! The real page waits until the customer scans its QR code with the app. On this one the visitor picks a customer.
//! Terminals and tests send `X-Simulator-Approve: <customer>` or `X-Simulator-Deny: 1`, and are redirected at once.
//!
//! While draft payments of the provider wait for the customer, the page shows these in place of the accounts.

use std::collections::BTreeSet;

use url::form_urlencoded;

use crate::bank::Bank;
use crate::certificate::app_name;
use crate::clock;
use crate::ledger::decision::{Decision, DecisionError};
use crate::ledger::psp_draft_payment;
use crate::pages::consent::{self, AuthorizationRequest};
use crate::pages::payment_consent;
use crate::random;
use crate::records::books::{AuthorizationCode, OauthClientStatus};
use crate::records::customers::customer::Customer;
use crate::settings::Denial;
use crate::wire::answer::Answer;
use crate::wire::call::{Call, value_of};

pub(crate) fn show(bank: &mut Bank, call: &Call) -> Answer {
    let query = call.query.as_bytes();
    let request = match read_request(bank, query) {
        Ok(request) => request,
        Err(refusal) => return refusal.answer(),
    };
    if let Some(who) = call.filled_header("x-simulator-deny") {
        return deny_all(bank, &request, who);
    }
    if let Some(name) = call.filled_header("x-simulator-approve") {
        return match bank.customers.named(name) {
            Some(customer) => {
                let pending = pending_ids(bank, &request, customer);
                accept(bank, request, name, &pending)
            }
            None => consent::failure(400, "Unknown customer", "X-Simulator-Approve names no customer of this bank."),
        };
    }
    let customer = value_of(query, "customer").and_then(|name| bank.customers.named(&name));
    let Some(customer) = customer else { return consent::customers(&request, &bank.customers) };
    let pending: Vec<_> = psp_draft_payment::pending(bank, request.psp_user_id, customer).collect();
    if pending.is_empty() {
        consent::accounts(bank, &request, customer)
    } else {
        payment_consent::payments(bank, &request, customer, &pending)
    }
}

pub(crate) fn decide(bank: &mut Bank, call: &Call) -> Answer {
    let form = call.body.as_slice();
    let request = match read_request(bank, form) {
        Ok(request) => request,
        Err(refusal) => return refusal.answer(),
    };
    let customer = value_of(form, "customer").and_then(|name| bank.customers.named(&name));
    let decision = value_of(form, "decision").unwrap_or_default();
    match (decision.as_str(), Decision::named(&decision), customer) {
        ("deny", _, _) => deny(bank, &request),
        ("allow", _, Some(customer)) => {
            let ticked = all_of(form, "account");
            let ids = customer.accounts.iter().map(|account| account.id);
            let accounts = ids.filter(|id| ticked.contains(&id.to_string())).collect();
            let name = customer.name.clone();
            allow(bank, request, name, accounts)
        }
        (_, Some(decision), Some(customer)) => {
            let name = customer.name.clone();
            match (shown_payments(bank, &request, customer, form), decision) {
                (Err(error), _) => payment_consent::failure(&request, &name, error),
                (Ok(payments), Decision::Accept) => accept(bank, request, &name, &payments),
                (Ok(payments), Decision::Reject) => reject(bank, &request, &name, &payments),
            }
        }
        _ => consent::failure(400, "Nothing decided", "The form names no customer, or no decision of its page."),
    }
}

/// The ids of the provider's pending draft payments that a customer would pay.
fn pending_ids(bank: &Bank, request: &AuthorizationRequest, customer: &Customer) -> BTreeSet<u64> {
    psp_draft_payment::pending(bank, request.psp_user_id, customer).map(|draft| draft.id).collect()
}

/// The payments that the page showed. Those that the provider prepared later stay pending.
///
/// # Errors
///
/// When one of them waits no longer, or is not one of this provider and this customer.
fn shown_payments(
    bank: &Bank,
    request: &AuthorizationRequest,
    customer: &Customer,
    form: &[u8],
) -> Result<BTreeSet<u64>, DecisionError> {
    let pending = pending_ids(bank, request, customer);
    let ids: BTreeSet<u64> = all_of(form, "payment").iter().filter_map(|id| id.parse().ok()).collect();
    let thing = "pending payment of this customer";
    match ids.iter().find(|id| !pending.contains(id)) {
        Some(id) => Err(DecisionError::Unknown { thing, id: *id }),
        None if ids.is_empty() => Err(DecisionError::Unknown { thing, id: 0 }),
        None => Ok(ids),
    }
}

/// All values of a name in a form.
fn all_of(form: &[u8], name: &str) -> Vec<String> {
    form_urlencoded::parse(form).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

/// Why a request gets a page and no redirect. The redirect URI of such a request may belong to an attacker.
enum RequestRefusal {
    /// The client or the redirect URI is wrong. The bank has one text for both.
    ConnectionNotFound,
    ResponseType,
}

impl RequestRefusal {
    fn answer(&self) -> Answer {
        match self {
            Self::ConnectionNotFound => {
                let hint = "Another client id, or a redirect URI that is not registered letter by letter, ends here.";
                consent::failure(404, "Connection not found", hint)
            }
            Self::ResponseType => consent::failure(400, "Not understood", "response_type must be code."),
        }
    }
}

fn read_request(bank: &Bank, parameters: &[u8]) -> Result<AuthorizationRequest, RequestRefusal> {
    let client_id = value_of(parameters, "client_id").unwrap_or_default();
    let redirect_uri = value_of(parameters, "redirect_uri").unwrap_or_default();
    let client = bank
        .books
        .oauth_clients
        .iter()
        .find(|client| client.client_id == client_id && client.status == OauthClientStatus::Active)
        .ok_or(RequestRefusal::ConnectionNotFound)?;
    let mut urls = bank.books.callback_urls.iter().filter(|url| url.oauth_client_id == client.id);
    if !urls.any(|url| url.url == redirect_uri) {
        return Err(RequestRefusal::ConnectionNotFound);
    }
    if value_of(parameters, "response_type").as_deref() != Some("code") {
        return Err(RequestRefusal::ResponseType);
    }
    let display_name = bank.books.psp_user(client.psp_user_id).map(|user| app_name(&user.common_name));
    Ok(AuthorizationRequest {
        oauth_client_id: client.id,
        psp_user_id: client.psp_user_id,
        display_name: display_name.unwrap_or_default(),
        client_id,
        redirect_uri,
        state: value_of(parameters, "state"),
    })
}

/// The registered redirect URI with added parameters.
fn redirect_target(request: &AuthorizationRequest, name: &str, value: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    if let Some(state) = &request.state {
        query.append_pair("state", state);
    }
    let joint = if request.redirect_uri.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}", request.redirect_uri, query.finish())
}

fn allow(bank: &mut Bank, request: AuthorizationRequest, customer: String, account_ids: Vec<u64>) -> Answer {
    let code = random::token();
    let answer = Answer::redirect(&redirect_target(&request, "code", &code));
    let expires = clock::after(bank.now(), bank.settings.authorization_code_validity_seconds);
    let AuthorizationRequest { oauth_client_id, redirect_uri, state, .. } = request;
    let used = false;
    let code = AuthorizationCode { code, oauth_client_id, redirect_uri, state, customer, account_ids, expires, used };
    bank.books.codes.push(code);
    answer
}

/// Accepts payments, and consents to all accounts of the customer. Which accounts the token of a payment sees at the
/// real bank is not known.
fn accept(bank: &mut Bank, request: AuthorizationRequest, customer: &str, payments: &BTreeSet<u64>) -> Answer {
    if let Err(error) = psp_draft_payment::accept(bank, payments) {
        return payment_consent::failure(&request, customer, error);
    }
    let known = bank.customers.named(customer);
    let accounts = known.iter().flat_map(|customer| &customer.accounts).map(|account| account.id).collect();
    allow(bank, request, customer.to_owned(), accounts)
}

/// Rejects payments. The browser then leaves as from a consent that was denied.
fn reject(bank: &mut Bank, request: &AuthorizationRequest, customer: &str, payments: &BTreeSet<u64>) -> Answer {
    match psp_draft_payment::reject(bank, payments) {
        Ok(()) => deny(bank, request),
        Err(error) => payment_consent::failure(request, customer, error),
    }
}

/// Declines at once: rejects the pending payments of the customer `who`, or of all payers if it names no customer.
fn deny_all(bank: &mut Bank, request: &AuthorizationRequest, who: &str) -> Answer {
    let payments = match bank.customers.named(who) {
        Some(customer) => pending_ids(bank, request, customer),
        None => psp_draft_payment::all_pending(bank, request.psp_user_id).map(|draft| draft.id).collect(),
    };
    reject(bank, request, who, &payments)
}

fn deny(bank: &Bank, request: &AuthorizationRequest) -> Answer {
    match bank.settings.denial {
        Denial::Redirect => Answer::redirect(&redirect_target(request, "error", "access_denied")),
        Denial::Stay => consent::failure(200, "You declined", "Nothing was connected. You may close this page."),
    }
}
