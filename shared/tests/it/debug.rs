//! The `Debug` forms of types that contain secrets. A log line or a failed assertion can print them, so they must not
//! show the secret.

use std::fmt::Debug;

use jiff::Timestamp;
use serde_json::json;
use shared::{
    bunq::{
        FromAnswer as _, Installation, InstallationKey, PublicKey, Resource as _, SessionlessCall as _, Verified,
        calls::{
            CreateDeviceServer, CreateSession, DraftPayments, NewInstallation, NewSession, OauthClient, PspCredential,
        },
    },
    http::BankAnswer,
    secrets::{CertificateSecret, Content as _, OauthClientSecret, SealingSecret, TppSecret},
    store::{ConnectionKind, GrantedKey, NewConnection, OpenedSession, StoredSession, StoredState},
    tpp::{AtBank, BeginConsent, CallbackParameters, ConsentAnswer, Identity, OnboardingReport},
    types::{
        ids::{BunqUserId, ConsentId},
        sealing::SealingKeys,
        secret::{
            AccessToken, ApiKey, AuthorizationCode, BrowserSecret, ClientId, DisplayName, OauthState, PrivateKeyPem,
            PspApiKey, Secret, SessionToken,
        },
        workspace::Workspace,
    },
};

/// The value of every secret in these tests.
const SECRET: &str = "nobody-may-see-this";

fn secret<S: Secret>() -> S {
    S::parse(SECRET.to_owned()).unwrap()
}

fn user() -> BunqUserId {
    7.try_into().unwrap()
}

/// Asserts that the `Debug` forms of a value contain neither the text of the secret nor its bytes as numbers.
#[track_caller]
fn assert_hidden(value: &impl Debug) {
    let numbers = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    for form in [format!("{value:?}"), format!("{value:#?}").replace(",\n", ", ").replace("  ", "")] {
        for hidden in [SECRET.to_owned(), numbers(SECRET.as_bytes())] {
            assert!(!form.contains(&hidden), "{form}");
        }
    }
}

fn verified(body: &serde_json::Value) -> Verified {
    Verified { body: body.to_string().into_bytes().into(), response_id: None }
}

#[test]
fn the_check_itself_sees_a_text_and_its_bytes() {
    for shown in [format!("{SECRET:?}"), format!("{:?}", SECRET.as_bytes())] {
        let seen = std::panic::catch_unwind(|| assert_hidden(&format_args!("{shown}")));
        assert!(seen.is_err(), "{shown}");
    }
}

#[test]
fn a_private_key_is_not_printed() {
    assert_hidden(&PrivateKeyPem::new(SECRET.to_owned()));
    assert_eq!(format!("{:?}", PrivateKeyPem::new(SECRET.to_owned())), "PrivateKeyPem([redacted])");
}

#[tokio::test]
async fn a_key_pair_and_an_installation_are_not_printed() {
    let key = InstallationKey::generate().await.unwrap();
    let server_key = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let pem = key.to_pem();

    assert_eq!(format!("{key:?}"), "InstallationKey([redacted])");
    let installation = Installation { id: 1.try_into().unwrap(), token: secret(), key, server_key };
    assert_hidden(&installation);
    let sealing = SealingSecret::generate();
    let (sealing, bookmarks) = (sealing.keys().unwrap(), sealing.bookmarks().unwrap());
    let identity = Identity {
        installation,
        psp_api_key: Some(secret()),
        sealing,
        bookmarks,
        versions: Default::default(),
        read_at: Timestamp::UNIX_EPOCH,
    };
    assert_hidden(&identity);
    let form = format!("{identity:?}");
    for line in pem.expose().lines().filter(|line| !line.starts_with("-----")) {
        assert!(!form.contains(line), "{form}");
    }
}

#[test]
fn sealing_keys_are_not_printed() {
    let secret = SealingSecret::generate();
    let text = secret.expose()["keys"].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    let keys = SealingKeys::new("k", [("k", [7; 32].as_slice())].into_iter()).unwrap();

    assert_eq!(text.len(), 44);
    assert!(!format!("{secret:?}").contains(&text), "{secret:?}");
    assert_eq!(format!("{keys:?}"), "SealingKeys([redacted])");

    // A person who writes the secret may take the key for its id.
    let swapped = json!({ "current": text, "keys": { text.clone(): text } });
    let swapped: SealingSecret = serde_json::from_value(swapped).unwrap();
    assert!(!format!("{swapped:?}").contains(&text), "{swapped:?}");
}

#[test]
fn the_contents_of_secrets_manager_are_not_printed() {
    let tpp: TppSecret = serde_json::from_value(json!({
        "environment": "sandbox",
        "installation": {
            "id": 1, "token": SECRET, "private_key": SECRET, "server_public_key": "public",
            "created_at": "2026-01-01T00:00:00Z",
        },
        "psp": { "credential_id": 2, "api_key": SECRET, "created_at": "2026-01-01T00:00:00Z" },
    }))
    .unwrap();
    assert!(tpp.expose().to_string().contains(SECRET), "what is stored does hold it");
    assert_hidden(&tpp);
    let client = json!({ "id": 1, "psp_user_id": 2, "client_id": SECRET, "client_secret": SECRET });
    assert_hidden(&serde_json::from_value::<OauthClientSecret>(client).unwrap());
    let certificate = json!({ "private_key": SECRET, "certificate": "leaf", "chain": "root" });
    assert_hidden(&serde_json::from_value::<CertificateSecret>(certificate).unwrap());
    let sealing = json!({ "current": "k1", "keys": { "k1": SECRET } });
    assert_hidden(&serde_json::from_value::<SealingSecret>(sealing).unwrap());
}

#[test]
fn what_the_bank_gives_is_not_printed() {
    assert_hidden(&NewInstallation { id: 1.try_into().unwrap(), token: secret(), server_public_key: String::new() });
    assert_hidden(&PspCredential { id: 1.try_into().unwrap(), api_key: secret() });
    let client = json!({ "id": 1, "status": "ACTIVE", "client_id": SECRET, "secret": SECRET });
    assert_hidden(&serde_json::from_value::<OauthClient>(client).unwrap());
    let body = json!({ "Response": [
        { "Token": { "token": SECRET } }, { "UserPaymentServiceProvider": { "id": 9 } },
    ] });
    let session = NewSession::read(verified(&body)).unwrap();
    assert_hidden(&session);
}

#[test]
fn calls_that_carry_a_key_are_not_printed() {
    assert_hidden(&CreateSession { secret: secret::<AccessToken>() });
    let (description, permitted_ips) = (String::new(), Vec::new());
    assert_hidden(&CreateDeviceServer { description, secret: secret::<PspApiKey>(), permitted_ips });
    assert_hidden(&DraftPayments::create(1.try_into().unwrap(), &json!({ "description": SECRET })));
}

#[test]
fn a_request_on_its_way_does_not_print_its_body() {
    let session = CreateSession { secret: secret::<AccessToken>() }.build();
    assert!(String::from_utf8(session.body.clone().unwrap()).unwrap().contains(SECRET), "its body holds the key");
    assert_hidden(&session);
    let (description, permitted_ips) = (String::new(), Vec::new());
    assert_hidden(&CreateDeviceServer { description, secret: secret::<PspApiKey>(), permitted_ips }.build());
}

#[test]
fn an_answer_of_the_bank_does_not_print_its_body() {
    let body = json!({ "Response": [{ "UserPerson": { "display_name": SECRET, "token": SECRET } }] });

    assert_hidden(&verified(&body));
    assert_hidden(&Verified::read(verified(&body)).unwrap());
    assert_hidden(&BankAnswer(verified(&body)));
}

#[test]
fn an_envelope_does_not_print_its_elements() {
    let body = json!({ "Response": [{ "Token": { "token": SECRET } }] });

    assert_hidden(&shared::bunq::Envelope::parse(body.to_string().as_bytes()).unwrap());
}

#[test]
fn an_answer_that_is_not_understood_is_not_repeated_by_the_error() {
    for body in [json!({ "Response": [{ "OauthClient": { "secret": SECRET } }] }), json!({ "Response": SECRET })] {
        let error = Vec::<OauthClient>::read(verified(&body)).unwrap_err();
        assert_hidden(&error);
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
    let body = json!({ "Response": [{ "Id": { "id": 1 } }, { "Token": { "token": [SECRET] } }] });
    let error = NewInstallation::read(verified(&body)).unwrap_err();
    assert_hidden(&error);
}

#[test]
fn what_the_store_holds_and_gives_is_not_printed() {
    let ends_at = jiff::Timestamp::UNIX_EPOCH;
    assert_hidden(&OpenedSession {
        token: secret::<SessionToken>(),
        path_id: user(),
        ends_at,
        installation: 1.try_into().unwrap(),
    });
    let generation = serde_json::from_value(json!("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11")).unwrap();
    let installation = 1.try_into().unwrap();
    let session = StoredSession { token: secret::<SessionToken>(), path_id: user(), ends_at, generation, installation };
    assert_hidden(&session);
    assert_hidden(&StoredState::Open(session));
    let (granted, kind) = (GrantedKey::User(user()), ConnectionKind::Person);
    let (access_token, api_key_id, display_name) = (secret(), user(), Some(secret::<DisplayName>()));
    assert_hidden(&NewConnection {
        granted,
        kind,
        api_key_id,
        access_token,
        display_name,
        workspace: Workspace::default(),
        consent_id: ConsentId::random(),
        reference: None,
    });
}

#[test]
fn what_a_browser_brings_is_not_printed() {
    let answer = ConsentAnswer::Code(secret::<AuthorizationCode>());
    assert_hidden(&CallbackParameters { state: secret::<OauthState>(), answer });
}

#[test]
fn where_a_consent_begins_is_not_printed() {
    let mut authorize_url = url::Url::parse("https://oauth.sandbox.bunq.com/auth?response_type=code").unwrap();
    authorize_url
        .query_pairs_mut()
        .append_pair("client_id", secret::<ClientId>().expose())
        .append_pair("state", secret::<OauthState>().expose());

    assert_hidden(&BeginConsent { authorize_url, browser: secret::<BrowserSecret>() });
}

#[test]
fn a_report_does_not_print_the_key_that_it_brings() {
    let api_key = Some(secret::<ApiKey>());
    assert_hidden(&OnboardingReport {
        steps: Vec::new(),
        psp_user_id: None,
        certificate_valid_until: None,
        at_bank: AtBank::NotAsked,
        api_key,
    });
}
