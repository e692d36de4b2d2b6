use bunq_simulator::{ExpiredSessionText, GrantedId, Need, SessionExtension, Settings, TimeoutOwner};
use serde_json::{Value, json};

use crate::client::{BAD_KEY_OR_IP, key};
use crate::setup::{App, Provider};

const AUTHORISATION: &str = "Insufficient authorisation.";
const AUTHENTICATION: &str = "Insufficient authentication.";

async fn clock(app: &App, seconds: i64) {
    app.bank().switch("settings", json!({"clock_offset_seconds": seconds})).await;
}

#[tokio::test]
async fn a_providers_key_opens_a_session_of_the_provider() {
    let provider = Provider::new(Settings::default()).await;

    let reply = provider.bank.session(&provider.installation, &provider.api_key).send().await.ok();

    assert_eq!(reply.response(0)["Id"]["id"], reply.response(1)["Token"]["id"]);
    let user = reply.response(2)["UserPaymentServiceProvider"].clone();
    assert_eq!(user["session_timeout"], 324_000);
    assert_eq!(user["certificate_distinguished_name"], "/CN=Tests AISP PISP/C=NL");
    assert_eq!(user["display_name"], "Tests AISP PISP");
}

#[tokio::test]
async fn an_access_token_opens_a_session_of_the_consent() {
    let app = App::new(Settings::default()).await;

    let person = app.connect("person").await;
    let company = app.connect("company").await;

    assert_eq!(person.user["requested_by_user"]["UserPaymentServiceProvider"]["id"], app.provider.id);
    assert_eq!(person.user["granted_by_user"]["UserPerson"]["id"], 50_101);
    assert_eq!(person.user["granted_by_user"]["UserPerson"]["session_timeout"], 604_800);
    assert_eq!(company.user["granted_by_user"]["UserCompany"]["display_name"], "Bakkerij Van Dijk B.V.");
    assert_ne!(person.id, company.id);
}

#[tokio::test]
async fn both_users_of_a_consent_have_names_whoever_granted_it() {
    let app = App::new(Settings::default()).await;
    let expected = [
        ("person", "UserPerson", "Sanne de Vries", "Sanne"),
        ("company", "UserCompany", "Bakkerij Van Dijk B.V.", "Bakkerij Van Dijk"),
        ("empty", "UserPerson", "Daan Bakker", "Daan"),
        ("strange", "UserPerson", "Femke van den Berg", "Femke"),
    ];
    for (customer, kind, name, nick_name) in expected {
        let user = app.connect(customer).await.user;

        let users = user["granted_by_user"].as_object().unwrap();
        assert_eq!(users.keys().collect::<Vec<_>>(), [kind], "{customer}");
        let granted = &users[kind];
        assert_eq!((&granted["display_name"], &granted["public_nick_name"]), (&json!(name), &json!(nick_name)));
        assert_eq!(granted["session_timeout"], 604_800);
        assert!(granted["avatar"]["uuid"].is_string() && granted["id"].is_u64());
        let requester = &user["requested_by_user"]["UserPaymentServiceProvider"];
        assert_eq!(requester["display_name"], "Tests AISP PISP");
        assert_eq!(requester["public_nick_name"], "Tests AISP PISP");
    }
}

#[tokio::test]
async fn the_granting_user_comes_without_an_id_when_so_set() {
    let app = App::new(Settings { granted_id: GrantedId::Missing, ..Settings::default() }).await;

    let person = app.connect("person").await;

    let granted = &person.user["granted_by_user"]["UserPerson"];
    assert_eq!((&granted["id"], &granted["display_name"]), (&Value::Null, &json!("Sanne de Vries")));
}

#[tokio::test]
async fn a_wrong_key_is_refused_in_the_banks_words() {
    let provider = Provider::new(Settings::default()).await;

    let reply = provider.bank.session(&provider.installation, "unknown").send().await;

    reply.refused(400, BAD_KEY_OR_IP);
}

#[tokio::test]
async fn an_access_token_needs_an_installation_where_its_provider_is_known() {
    let app = App::new(Settings::default()).await;
    let secret = app.access_token("person").await;
    let other = app.bank().install(1).await;
    let open = || app.bank().post("/v1/session-server", json!({"secret": secret})).token(&other).signed(key(1)).send();

    open().await.refused(400, BAD_KEY_OR_IP);
    let device = json!({"description": "the customer's own", "secret": secret});
    app.bank().post("/v1/device-server", device).token(&other).send().await.ok();

    open().await.ok();
}

#[tokio::test]
async fn an_access_token_needs_a_device_of_its_own_when_so_set() {
    let app = App::new(Settings { access_token_device: Need::Required, ..Settings::default() }).await;
    let secret = app.access_token("person").await;
    let open = || app.bank().session(&app.provider.installation, &secret).send();

    open().await.refused(400, BAD_KEY_OR_IP);
    let device = json!({"description": "the customer's own", "secret": secret});
    app.bank().post("/v1/device-server", device).token(&app.provider.installation).send().await.ok();

    open().await.ok();
}

#[tokio::test]
async fn a_session_ends_when_the_shorter_timeout_has_passed() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let call = || app.bank().get("/v1/user").token(&person.session).send();

    clock(&app, 323_900).await;
    call().await.ok();
    clock(&app, 324_001).await;
    call().await.refused(401, AUTHORISATION);
    app.bank().switch("settings", json!({"expired_session_text": ExpiredSessionText::Authentication})).await;
    call().await.refused(401, AUTHENTICATION);
}

#[tokio::test]
async fn the_timeout_is_the_granters_or_the_requesters_when_so_set() {
    for (owner, seconds) in [(TimeoutOwner::Granter, 604_800), (TimeoutOwner::Requester, 324_000)] {
        let app = App::new(Settings { timeout_owner: owner, ..Settings::default() }).await;
        let person = app.connect("person").await;

        clock(&app, seconds - 60).await;
        app.bank().get("/v1/user").token(&person.session).send().await.ok();
        clock(&app, seconds + 60).await;
        app.bank().get("/v1/user").token(&person.session).send().await.refused(401, AUTHORISATION);
    }
}

#[tokio::test]
async fn a_late_call_extends_the_session_when_so_set() {
    let app = App::new(Settings { session_extension: SessionExtension::HalfHour, ..Settings::default() }).await;
    let call = || app.bank().get("/v1/user").token(&app.provider.session).send();

    clock(&app, 323_000).await;
    call().await.ok();
    clock(&app, 325_000).await;

    call().await.ok();
}

#[tokio::test]
async fn a_token_of_the_wrong_kind_is_refused() {
    let provider = Provider::new(Settings::default()).await;
    let bank = &provider.bank;

    bank.get("/v1/user").send().await.refused(401, AUTHENTICATION);
    bank.get("/v1/user").token(&provider.installation).send().await.refused(401, AUTHENTICATION);
    bank.get("/v1/user").token(&"0".repeat(64)).send().await.refused(401, AUTHORISATION);
    let reply = bank.session(&provider.session, &provider.api_key).send().await;
    reply.refused(400, "Authentication token already has a user session.");
}

#[tokio::test]
async fn a_malformed_token_is_refused_twice_over() {
    let provider = Provider::new(Settings::default()).await;

    let reply = provider.bank.get("/v1/user").token("false").send().await;

    reply.refused(400, "Invalid hash \"false\".");
    assert_eq!(reply.json()["Error"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_revoked_consent_ends_sessions_and_opens_no_new_ones() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let company = app.connect("company").await;

    let reply = app.bank().switch("revoke", json!({"customer": "person"})).await;

    assert_eq!(reply.json(), json!({"revoked": 1}));
    app.bank().get("/v1/user").token(&person.session).send().await.refused(401, AUTHORISATION);
    let again = app.bank().session(&app.provider.installation, &person.access_token).send().await;
    again.refused(400, BAD_KEY_OR_IP);
    app.bank().get("/v1/user").token(&company.session).send().await.ok();
}
