//! Every endpoint of the bank, in one table. The names here are those of faults, of the list of calls and of rate
//! limits.

use axum::http::Method;

use crate::bank::Bank;
use crate::oauth;
use crate::pay;
use crate::resources::payment_service_provider_issuer_transaction as issuer_transaction;
use crate::resources::{
    callback_url, credential_password_ip, device_server, draft_payment, installation, monetary_account, oauth_client,
    payment, payment_service_provider_credential, permitted_ip, request_inquiry, session, session_server, user,
};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::gate::{Caller, Needs};
use crate::wire::refusal::Refusal;

/// One endpoint.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path below `/v1/`, with a name in braces for every id.
    pub(crate) template: &'static str,
    pub(crate) act: Act,
}

/// What an endpoint does, and for whom.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// An endpoint of the API, behind the checks that it needs.
    Api(Needs, fn(&mut Bank, &Call, &Caller) -> Result<Answer, Refusal>),
    /// A page, or an endpoint of the OAuth host: no headers, no signature, other errors.
    Web(fn(&mut Bank, &Call) -> Answer),
}

/// What a method and a path mean.
#[derive(Clone)]
pub(crate) enum Found {
    Route(&'static Route, Ids),
    WrongMethod(&'static Route),
    Nothing,
}

/// What stands in a path where its template has names.
#[derive(Clone, Default)]
pub(crate) struct Ids {
    pub(crate) numbers: Vec<u64>,
    /// The last one, where it is no number.
    pub(crate) uuid: String,
}

impl Found {
    /// The endpoint's name, without the ids.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Route(route, _) | Self::WrongMethod(route) => route.template,
            Self::Nothing => "unknown",
        }
    }
}

const fn api(
    method: Method,
    template: &'static str,
    needs: Needs,
    handler: fn(&mut Bank, &Call, &Caller) -> Result<Answer, Refusal>,
) -> Route {
    Route { method, template, act: Act::Api(needs, handler) }
}

const fn web(method: Method, template: &'static str, handler: fn(&mut Bank, &Call) -> Answer) -> Route {
    Route { method, template, act: Act::Web(handler) }
}

const CLIENTS: &str = "user/{user-id}/oauth-client";
const CLIENT: &str = "user/{user-id}/oauth-client/{item-id}";
const PAYMENTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment";
const PAYMENT: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment/{item-id}";
const REQUESTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry";
const REQUEST: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry/{item-id}";
const DRAFTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/draft-payment";
const DRAFT: &str = "user/{user-id}/monetary-account/{monetary-account-id}/draft-payment/{item-id}";
const KEYS: &str = "user/{user-id}/credential-password-ip";
const KEY: &str = "user/{user-id}/credential-password-ip/{item-id}";
const IPS: &str = "user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip";
const IP: &str = "user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip/{item-id}";
const TRANSACTIONS: &str = "user/{user-id}/payment-service-provider-issuer-transaction";
const TRANSACTION: &str = "user/{user-id}/payment-service-provider-issuer-transaction/{item-id}";
const PUBLIC_OF_USER: &str = "user/{user-id}/payment-service-provider-issuer-transaction-public/{item-id}";
const PUBLIC: &str = "payment-service-provider-issuer-transaction-public/{item-id}";
const URLS: &str = "user/{user-id}/oauth-client/{oauth-client-id}/callback-url";
const URL: &str = "user/{user-id}/oauth-client/{oauth-client-id}/callback-url/{item-id}";

pub(crate) static ROUTES: &[Route] = &[
    web(Method::GET, "auth", oauth::authorize::show),
    web(Method::POST, "auth", oauth::authorize::decide),
    web(Method::POST, "token", oauth::token::exchange),
    web(Method::GET, "pay", pay::show),
    web(Method::POST, "pay", pay::decide),
    api(Method::POST, "installation", Needs::NOTHING, installation::create),
    api(Method::GET, "installation", Needs::SESSION, installation::list),
    api(Method::GET, "installation/{item-id}", Needs::SESSION, installation::find),
    api(
        Method::GET,
        "installation/{installation-id}/server-public-key",
        Needs::SESSION,
        installation::server_public_key,
    ),
    api(
        Method::POST,
        "payment-service-provider-credential",
        Needs::INSTALLATION,
        payment_service_provider_credential::create,
    ),
    api(
        Method::GET,
        "payment-service-provider-credential/{item-id}",
        Needs::SESSION,
        payment_service_provider_credential::find,
    ),
    api(Method::POST, "device-server", Needs::DEVICE_SERVER, device_server::create),
    api(Method::GET, "device-server", Needs::SESSION, device_server::list),
    api(Method::GET, "device-server/{item-id}", Needs::SESSION, device_server::find),
    api(Method::POST, "session-server", Needs::SESSION_SERVER, session_server::create),
    api(Method::DELETE, "session/{item-id}", Needs::SESSION, session::delete),
    api(Method::GET, "user", Needs::SESSION, user::list),
    api(Method::GET, "user/{user-id}", Needs::SESSION, user::find),
    api(Method::GET, "user-person/{user-id}", Needs::SESSION, user::find_person),
    api(Method::GET, "user-company/{user-id}", Needs::SESSION, user::find_company),
    api(Method::GET, "user-payment-service-provider/{user-id}", Needs::SESSION, user::find_payment_service_provider),
    api(Method::POST, CLIENTS, Needs::SESSION, oauth_client::create),
    api(Method::GET, CLIENTS, Needs::SESSION, oauth_client::list),
    api(Method::GET, CLIENT, Needs::SESSION, oauth_client::find),
    api(Method::PUT, CLIENT, Needs::SESSION, oauth_client::update),
    api(Method::POST, URLS, Needs::SESSION, callback_url::create),
    api(Method::GET, URLS, Needs::SESSION, callback_url::list),
    api(Method::GET, URL, Needs::SESSION, callback_url::find),
    api(Method::PUT, URL, Needs::SESSION, callback_url::update),
    api(Method::DELETE, URL, Needs::SESSION, callback_url::delete),
    api(Method::GET, KEYS, Needs::SESSION, credential_password_ip::list),
    api(Method::GET, KEY, Needs::SESSION, credential_password_ip::find),
    api(Method::POST, IPS, Needs::SESSION, permitted_ip::create),
    api(Method::GET, IPS, Needs::SESSION, permitted_ip::list),
    api(Method::GET, IP, Needs::SESSION, permitted_ip::find),
    api(Method::PUT, IP, Needs::SESSION, permitted_ip::update),
    api(Method::POST, TRANSACTIONS, Needs::SESSION, issuer_transaction::create),
    api(Method::GET, TRANSACTIONS, Needs::SESSION, issuer_transaction::list),
    api(Method::GET, TRANSACTION, Needs::SESSION, issuer_transaction::find),
    api(Method::PUT, TRANSACTION, Needs::SESSION, issuer_transaction::update),
    api(Method::GET, PUBLIC_OF_USER, Needs::SESSION, issuer_transaction::find_public_of_user),
    api(Method::GET, PUBLIC, Needs::NOTHING, issuer_transaction::find_public),
    api(Method::GET, "user/{user-id}/monetary-account", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-bank", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-bank/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-card", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-card/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-external", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-external/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-external-savings", Needs::SESSION, monetary_account::list),
    api(
        Method::GET,
        "user/{user-id}/monetary-account-external-savings/{item-id}",
        Needs::SESSION,
        monetary_account::find,
    ),
    api(Method::GET, "user/{user-id}/monetary-account-joint", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-joint/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-savings", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-savings/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::POST, PAYMENTS, Needs::SIGNED_SESSION, payment::create),
    api(Method::GET, PAYMENTS, Needs::SESSION, payment::list),
    api(Method::GET, PAYMENT, Needs::SESSION, payment::find),
    api(Method::POST, REQUESTS, Needs::SESSION, request_inquiry::create),
    api(Method::GET, REQUESTS, Needs::SESSION, request_inquiry::list),
    api(Method::GET, REQUEST, Needs::SESSION, request_inquiry::find),
    api(Method::PUT, REQUEST, Needs::SESSION, request_inquiry::update),
    api(Method::POST, DRAFTS, Needs::SESSION, draft_payment::create),
    api(Method::GET, DRAFTS, Needs::SESSION, draft_payment::list),
    api(Method::GET, DRAFT, Needs::SESSION, draft_payment::find),
    api(Method::PUT, DRAFT, Needs::SESSION, draft_payment::update),
];

impl Route {
    fn path(&self) -> String {
        match self.template {
            page @ ("auth" | "pay") => format!("/{page}"),
            template => format!("/v1/{template}"),
        }
    }

    fn ids(&self, path: &str) -> Option<Ids> {
        let pattern = self.path();
        let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
        let mut ids = Ids::default();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(ids),
                (Some("{item-id}"), Some(id)) if [PUBLIC, PUBLIC_OF_USER].contains(&self.template) => {
                    ids.uuid = id.to_owned();
                }
                (Some(placeholder), Some(id)) if placeholder.starts_with('{') => ids.numbers.push(id.parse().ok()?),
                (Some(word), Some(same)) if word == same => {}
                _ => return None,
            }
        }
    }
}

pub(crate) fn find(method: &Method, path: &str) -> Found {
    // The bank has its pay page at the root of a host of its own.
    let path = if path == "/" { "/pay" } else { path };
    let mut wrong_method = None;
    for route in ROUTES {
        match route.ids(path) {
            Some(ids) if route.method == *method => return Found::Route(route, ids),
            Some(_) => wrong_method = Some(route),
            None => {}
        }
    }
    wrong_method.map_or(Found::Nothing, Found::WrongMethod)
}

/// Whether a text names an endpoint of the table, whatever it calls the ids: `GET user/{id}` is `GET user/{user-id}`.
pub(crate) fn same_endpoint(route: &Route, name: &str) -> bool {
    let name = name.trim();
    let Some((method, template)) = name.split_once(' ') else { return false };
    let parts = |template: &str| -> Vec<String> {
        template.split('/').map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }).collect()
    };
    let template = template.trim().trim_start_matches('/');
    let template = template.strip_prefix("v1/").unwrap_or(template);
    route.method.as_str().eq_ignore_ascii_case(method) && parts(template) == parts(route.template)
}
