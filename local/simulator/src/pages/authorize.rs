//! GET and POST /auth: the browser arrives with the request of an application, and leaves with a code.
//!
//! The real page waits until the customer scans its QR code with the app. On this one the visitor picks a customer.
//! Terminals and tests send `X-Simulator-Approve: <customer>` or `X-Simulator-Deny: 1`, and are redirected at once.

use url::form_urlencoded;

use crate::bank::Bank;
use crate::certificate::app_name;
use crate::clock;
use crate::pages::consent::{self, AuthorizationRequest};
use crate::random;
use crate::records::books::{AuthorizationCode, OauthClientStatus};
use crate::settings::Denial;
use crate::wire::answer::Answer;
use crate::wire::call::{Call, value_of};

pub(crate) fn show(bank: &mut Bank, call: &Call) -> Answer {
    let query = call.query.as_bytes();
    let request = match read_request(bank, query) {
        Ok(request) => request,
        Err(refusal) => return refusal.answer(),
    };
    if call.filled_header("x-simulator-deny").is_some() {
        return deny(bank, &request);
    }
    if let Some(name) = call.filled_header("x-simulator-approve") {
        let accounts =
            bank.customers.named(name).map(|customer| customer.accounts.iter().map(|account| account.id).collect());
        return match accounts {
            Some(accounts) => allow(bank, request, name.to_owned(), accounts),
            None => consent::failure(400, "Unknown customer", "X-Simulator-Approve names no customer of this bank."),
        };
    }
    let customer = value_of(query, "customer").and_then(|name| bank.customers.named(&name));
    match customer {
        Some(customer) => consent::accounts(bank, &request, customer),
        None => consent::customers(&request, &bank.customers),
    }
}

pub(crate) fn decide(bank: &mut Bank, call: &Call) -> Answer {
    let form = call.body.as_slice();
    let request = match read_request(bank, form) {
        Ok(request) => request,
        Err(refusal) => return refusal.answer(),
    };
    let customer = value_of(form, "customer").and_then(|name| bank.customers.named(&name));
    match (value_of(form, "decision").as_deref(), customer) {
        (Some("deny"), _) => deny(bank, &request),
        (Some("allow"), Some(customer)) => {
            let ticked: Vec<String> = form_urlencoded::parse(form)
                .filter(|(name, _)| name == "account")
                .map(|(_, value)| value.into_owned())
                .collect();
            let ids = customer.accounts.iter().map(|account| account.id);
            let accounts = ids.filter(|id| ticked.contains(&id.to_string())).collect();
            let name = customer.name.clone();
            allow(bank, request, name, accounts)
        }
        _ => consent::failure(400, "Nothing decided", "The form names no customer, or neither Allow nor Deny."),
    }
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

fn deny(bank: &Bank, request: &AuthorizationRequest) -> Answer {
    match bank.settings.denial {
        Denial::Redirect => Answer::redirect(&redirect_target(request, "error", "access_denied")),
        Denial::Stay => consent::failure(200, "You declined", "Nothing was connected. You may close this page."),
    }
}
