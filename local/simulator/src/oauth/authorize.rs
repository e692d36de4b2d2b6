//! GET and POST /auth: the browser arrives with an application's request and leaves with a code.
//!
//! The real page waits until the customer scanned its QR code with the app. This one lets the visitor be a customer.
//! Terminals and tests send `X-Simulator-Approve: <customer>` or `X-Simulator-Deny: 1` and are redirected at once.

use url::form_urlencoded;

use crate::bank::Bank;
use crate::books::{AuthorizationCode, OauthClientStatus};
use crate::certificate::ROLES;
use crate::clock;
use crate::forms;
use crate::oauth::consent_page;
use crate::random;
use crate::settings::Denial;
use crate::wire::answer::Answer;
use crate::wire::call::{Call, value_of};

/// What an application asks the customer for, once its client and its redirect URI were found right.
pub(crate) struct AuthorizationRequest {
    pub(crate) oauth_client_id: u64,
    pub(crate) display_name: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
}

pub(crate) fn show(bank: &mut Bank, call: &Call) -> Answer {
    let query = call.query.as_bytes();
    let request = match AuthorizationRequest::read(bank, query) {
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
            None => {
                consent_page::failure(400, "Unknown customer", "X-Simulator-Approve names no customer of this bank.")
            }
        };
    }
    let customer = value_of(query, "customer").and_then(|name| bank.customers.named(&name));
    page(match customer {
        Some(customer) => consent_page::accounts(bank, &request, customer),
        None => consent_page::customers(&request, &bank.customers),
    })
}

pub(crate) fn decide(bank: &mut Bank, call: &Call) -> Answer {
    let form = call.body.as_slice();
    let request = match AuthorizationRequest::read(bank, form) {
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
        _ => consent_page::failure(400, "Nothing decided", "The form names no customer, or neither Allow nor Deny."),
    }
}

/// Why a request is answered with a page that leads nowhere. The browser is not sent back to an address that may be
/// anybody's.
enum RequestRefusal {
    /// The bank tells a wrong client and a wrong redirect URI in the same words.
    ConnectionNotFound,
    ResponseType,
}

impl RequestRefusal {
    fn answer(&self) -> Answer {
        match self {
            Self::ConnectionNotFound => {
                let hint = "Another client id, or a redirect URI that is not registered letter by letter, ends here.";
                consent_page::failure(404, "Connection not found", hint)
            }
            Self::ResponseType => consent_page::failure(400, "Not understood", "response_type must be code."),
        }
    }
}

impl AuthorizationRequest {
    fn read(bank: &Bank, parameters: &[u8]) -> Result<Self, RequestRefusal> {
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
        Ok(Self {
            oauth_client_id: client.id,
            display_name: display_name.unwrap_or_default(),
            client_id,
            redirect_uri,
            state: value_of(parameters, "state"),
        })
    }

    /// The redirect URI as it was registered, with more parameters behind it.
    fn back(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let joint = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.redirect_uri, query.finish())
    }
}

/// What a certificate's common name says to a person: without the roles, and without a word that only makes it unique.
pub(crate) fn app_name(common_name: &str) -> String {
    let is_unique = |word: &str| {
        word.len() >= 32 && word.chars().all(|character| character.is_ascii_hexdigit() || character == '-')
    };
    let words = common_name.split_whitespace().filter(|word| !ROLES.contains(word) && !is_unique(word));
    let name = words.collect::<Vec<_>>().join(" ");
    if name.is_empty() { common_name.to_owned() } else { name }
}

fn allow(bank: &mut Bank, request: AuthorizationRequest, customer: String, account_ids: Vec<u64>) -> Answer {
    let code = random::token();
    let answer = Answer::redirect(&request.back("code", &code));
    let expires = clock::after(bank.now(), bank.settings.authorization_code_validity_seconds);
    let AuthorizationRequest { oauth_client_id, redirect_uri, state, .. } = request;
    let used = false;
    let code = AuthorizationCode { code, oauth_client_id, redirect_uri, state, customer, account_ids, expires, used };
    bank.books.codes.push(code);
    answer
}

fn deny(bank: &Bank, request: &AuthorizationRequest) -> Answer {
    match bank.settings.denial {
        Denial::Redirect => Answer::redirect(&request.back("error", "access_denied")),
        Denial::Stay => consent_page::failure(200, "You declined", "Nothing was connected. You may close this page."),
    }
}

/// A page may load its own stylesheet and send its form here, from where the browser goes on to the application, and
/// from there to wherever the application sends it: browsers count every redirect after a form.
fn page(html: String) -> Answer {
    forms::page(200, html, "https: http:")
}
