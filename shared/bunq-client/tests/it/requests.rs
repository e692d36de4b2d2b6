//! What each call looks like on the wire, as bunq's documents have it: <https://doc.bunq.com>.

use bunq_client::{
    Call, Effect, FromAnswer as _, Method, One, Page, Query, Request, Resource, SessionlessCall, Verified,
    calls::{
        CallbackUrl, CallbackUrls, CreateDeviceServer, CreateInstallation, CreatePspCredential, CreateSession,
        CredentialPasswordIps, DraftPayments, FindUser, IssuerTransactions, MonetaryAccounts, OauthClient,
        OauthClients, Payments, PermittedIps, PspCredential, RequestInquiries,
    },
    types::{
        ids::{BunqUserId, OauthClientId},
        secret::{AccessToken, PspApiKey, Secret as _},
    },
};
use serde_json::{Value, json};

fn user() -> BunqUserId {
    42.try_into().unwrap()
}

fn client() -> OauthClientId {
    77.try_into().unwrap()
}

fn verified(body: &Value) -> Verified {
    Verified { body: body.to_string().into_bytes().into(), response_id: None }
}

#[track_caller]
fn assert_reads(call: &impl Call, path: &str, route: &str, query: &[(&str, &str)]) {
    let Request { method, path: built, route: template, query: parameters, body, .. } = call.build(user());
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!((method, built.as_str(), template, parameters.as_slice()), (Method::GET, path, route, query));
    assert_eq!(body, None, "a GET has no body, and so no content type");
}

#[track_caller]
fn assert_creates(request: Request, path: &str, route: &str, expected: &Value) {
    let Request { method, path: built, route: template, query, body, .. } = request;
    assert_eq!((method, built.as_str(), template, query), (Method::POST, path, route, Query::new()));
    let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
    assert_eq!(&body, expected);
}

#[test]
fn an_installation_shows_the_public_key_with_its_line_feeds() {
    let key = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n".to_owned();
    let call = CreateInstallation { client_public_key: key.clone() };

    assert_creates(call.build(), "installation", "installation", &json!({ "client_public_key": key }));
    let body = call.build().body.unwrap();
    assert!(String::from_utf8(body).unwrap().contains("KEY-----\\nabc\\n-----END"), "escaped, on one line");
}

#[test]
fn a_credential_shows_certificate_chain_and_proof() {
    let [certificate, chain, proof] = ["leaf", "intermediate\nroot", "signature"].map(str::to_owned);
    let call = CreatePspCredential { certificate, chain, proof };

    let path = "payment-service-provider-credential";
    assert_creates(
        call.build(),
        path,
        path,
        &json!({
            "client_payment_service_provider_certificate": "leaf",
            "client_payment_service_provider_certificate_chain": "intermediate\nroot",
            "client_public_key_signature": "signature",
        }),
    );
}

#[test]
fn a_device_names_its_key_and_the_addresses_that_may_use_it() {
    let secret = PspApiKey::parse("key".to_owned()).unwrap();
    let permitted_ips = vec!["192.0.2.7".to_owned(), "*".to_owned()];
    let call = CreateDeviceServer { description: "my app".to_owned(), secret, permitted_ips };

    let body = json!({ "description": "my app", "secret": "key", "permitted_ips": ["192.0.2.7", "*"] });
    assert_creates(call.build(), "device-server", "device-server", &body);
}

#[test]
fn a_device_for_the_callers_own_address_leaves_the_list_out() {
    let secret = AccessToken::parse("token".to_owned()).unwrap();
    let call = CreateDeviceServer { description: "my app".to_owned(), secret, permitted_ips: Vec::new() };

    let body = json!({ "description": "my app", "secret": "token" });
    assert_creates(call.build(), "device-server", "device-server", &body);
}

#[test]
fn a_session_shows_the_key_and_nothing_else() {
    let call = CreateSession { secret: AccessToken::parse("token".to_owned()).unwrap() };

    assert_creates(call.build(), "session-server", "session-server", &json!({ "secret": "token" }));
}

#[test]
fn profiles_and_accounts_are_read_by_the_users_id() {
    assert_reads(&FindUser::default(), "user/42", "user/{id}", &[]);
    assert_reads(&FindUser { other: 43.try_into().ok() }, "user/43", "user/{id}", &[]);
    let accounts = MonetaryAccounts::list((), Page::LARGEST);
    assert_reads(&accounts, "user/42/monetary-account", "user/{id}/monetary-account", &[("count", "200")]);
}

#[test]
fn oauth_clients_are_listed_made_and_read() {
    let (path, route) = ("user/42/oauth-client", "user/{id}/oauth-client");

    assert_reads(&OauthClients::list((), Page::LARGEST), path, route, &[("count", "200")]);
    let active = json!({ "status": "ACTIVE" });
    assert_creates(OauthClients::create((), &active).build(user()), path, route, &active);
    let (path, route) = ("user/42/oauth-client/77", "user/{id}/oauth-client/{id}");
    assert_reads(&OauthClients::find((), client()), path, route, &[]);
}

#[test]
fn callback_urls_are_listed_and_made() {
    let path = "user/42/oauth-client/77/callback-url";
    let route = "user/{id}/oauth-client/{id}/callback-url";

    assert_reads(&CallbackUrls::list(client(), Page::LARGEST), path, route, &[("count", "200")]);
    let url = json!({ "url": "https://tpp.example/callback" });
    assert_creates(CallbackUrls::create(client(), &url).build(user()), path, route, &url);
}

/// The five calls of a resource, whose object has the id 9.
fn calls_of<R: Resource>(parent: R::Parent) -> [Request; 5] {
    let Ok(id) = R::Id::try_from(9) else { panic!("9 is an id") };
    [
        R::list(parent, Page::LARGEST).build(user()),
        R::find(parent, id).build(user()),
        R::create(parent, &json!({})).build(user()),
        R::update(parent, id, &json!({})).build(user()),
        R::delete(parent, id).build(user()),
    ]
}

#[test]
fn no_route_that_is_logged_holds_an_id_and_every_path_holds_all_ids() {
    let account = 5.try_into().unwrap();
    let resources = [
        calls_of::<MonetaryAccounts>(()),
        calls_of::<Payments>(account),
        calls_of::<RequestInquiries>(account),
        calls_of::<DraftPayments>(account),
        calls_of::<IssuerTransactions>(()),
        calls_of::<CredentialPasswordIps>(()),
        calls_of::<PermittedIps>(6.try_into().unwrap()),
        calls_of::<OauthClients>(()),
        calls_of::<CallbackUrls>(client()),
    ];

    for Request { route, path, .. } in resources.into_iter().flatten().chain([FindUser::default().build(user())]) {
        assert!(!route.contains(|sign: char| sign.is_ascii_digit()), "{route}");
        let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
        assert_eq!(route.len(), path.len(), "{route:?} {path:?}");
        for (template, part) in route.iter().zip(&path) {
            let is_id = part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty();
            assert!(if *template == "{id}" { is_id } else { template == part }, "{route:?} {path:?}");
        }
    }
}

#[test]
fn only_reads_can_be_sent_again() {
    assert_eq!(Effect::of(&Method::GET), Effect::Read);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(Effect::of(&method), Effect::Write, "{method}");
    }
}

#[test]
fn a_recorded_credential_is_read() {
    let credential = json!({ "Response": [{ "CredentialPasswordIp": {
        "id": 16_437, "created": "2020-05-18 10:00:00.363462", "status": "PENDING_FIRST_USE",
        "expiry_time": "2020-05-18 11:00:00.363345", "token_value": "ab".repeat(32), "permitted_device": null,
    } }] });

    let One(made) = One::<PspCredential>::read(verified(&credential)).unwrap();

    assert_eq!((u64::from(made.id), made.api_key.expose()), (16_437, "ab".repeat(32).as_str()));
}

#[test]
fn recorded_oauth_clients_are_read_with_their_passwords() {
    let client = |id: u64, status: &str| {
        json!({ "OauthClient": {
            "id": id, "status": status, "display_name": "x", "client_id": "cd".repeat(32), "secret": "ef".repeat(32),
            "callback_url": [{ "OauthCallbackUrl": { "id": 1, "url": "https://x" } }],
        } })
    };
    let listed = json!({ "Response": [client(1, "CANCELLED"), client(2, "ACTIVE")], "Pagination": {} });

    let clients = Vec::<OauthClient>::read(verified(&listed)).unwrap();

    let statuses: Vec<_> = clients.iter().map(|client| (u64::from(client.id), client.status.as_str())).collect();
    assert_eq!(statuses, [(1, "CANCELLED"), (2, "ACTIVE")]);
    assert_eq!(clients[1].client_id.expose(), "cd".repeat(32));
    assert_eq!(clients[1].secret.expose(), "ef".repeat(32));
}

#[test]
fn recorded_callback_urls_are_read() {
    let listed = json!({ "Response": [{ "OauthCallbackUrl": { "id": 1, "url": "https://tpp.example/callback" } }] });

    let urls = Vec::<CallbackUrl>::read(verified(&listed)).unwrap();

    assert_eq!(urls.iter().map(|url| url.url.as_str()).collect::<Vec<_>>(), ["https://tpp.example/callback"]);
}
