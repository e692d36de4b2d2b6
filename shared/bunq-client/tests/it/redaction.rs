//! No text of the bank contains a credential that we sent, however the bank quotes it. The bank is a listener that
//! repeats its request.

use std::{net::Ipv4Addr, time::Duration};

use axum::{
    body::Body,
    extract,
    http::{Response, StatusCode},
};
use bunq_client::{
    Bank, BankError, BunqUrls, Call as _, Credentials, Installation, InstallationKey, PublicKey, REDACTED, Request,
    SentCredentials, Session, SessionlessCall as _, TokenError, Verified,
    calls::{CreateDeviceServer, CreatePspCredential, CreateSession, FindUser},
    types::{
        deadline::Deadline,
        secret::{
            AccessToken, AuthorizationCode, ClientId, ClientSecret, InstallationToken, PspApiKey, Secret as _,
            SessionToken,
        },
    },
};
use proptest::prelude::*;
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

/// A text with fewer characters of a credential reveals nothing of it.
const SHARED: usize = 12;

fn deadline() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

/// Starts a bank that refuses every call, and repeats the whole call in its text, both unchanged and escaped.
async fn echo(status: u16) -> Bank {
    let answer = async move |request: extract::Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let headers = ["X-Bunq-Client-Authentication", "X-Bunq-Client-Signature"].into_iter().filter_map(header);
        let said: Vec<_> = headers.chain([body, parts.uri.to_string()]).collect();
        let texts: Vec<_> = said
            .iter()
            .flat_map(|text| [format!("Invalid hash \"{text}\"."), percent_encoded(text), text.replace('/', "\\/")])
            .map(|text| json!({ "error_description": text, "error_description_translated": text.to_uppercase() }))
            .collect();
        let token = parts.headers.get("X-Bunq-Client-Authentication").cloned();
        let mut response = Response::new(Body::from(json!({ "Error": texts }).to_string()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if let Some(token) = token {
            response.headers_mut().insert("X-Bunq-Client-Response-Id", token);
        }
        response
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap() });
    let url = |path: &str| Url::parse(&format!("http://{address}{path}")).unwrap();
    let urls = BunqUrls { api: url("/v1"), authorize: url("/auth"), token: url("/v1/token"), pay: url("/pay") };
    Bank::new(urls, "test/1").unwrap()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Returns the bank's text, and checks that no part of it is a part of a credential.
#[track_caller]
fn said(error: &BankError, credentials: &[&str]) -> Vec<String> {
    assert_eq!(error.response_id(), None, "the bank put a token in the place of its response id");
    let (BankError::Refused(refusal) | BankError::Failed(refusal)) = error else { panic!("{error:?}") };
    let texts = refusal.texts.iter();
    let texts: Vec<_> =
        texts.flat_map(|text| [text.error_description.clone(), text.error_description_translated.clone()]).collect();
    for text in &texts {
        assert_quotes_nothing(text, credentials);
    }
    texts
}

#[track_caller]
fn assert_quotes_nothing(text: &str, credentials: &[&str]) {
    let lower = text.to_ascii_lowercase();
    for credential in credentials {
        let credential = credential.to_ascii_lowercase();
        for at in 0..=credential.len().saturating_sub(SHARED) {
            let part = &credential[at..(at + SHARED).min(credential.len())];
            assert!(!lower.contains(part), "{part} of a credential is in {text}");
            assert!(!lower.contains(&percent_encoded(part).to_lowercase()), "{part} of a credential is in {text}");
        }
    }
}

async fn installation() -> Installation {
    let key = InstallationKey::generate().await.unwrap();
    let server_key = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let token = InstallationToken::parse("installation+token/of=64".to_owned()).unwrap();
    Installation { id: 1.try_into().unwrap(), token, key, server_key }
}

/// Returns the texts of a refused call. Its signature is a credential, too.
async fn refused(
    status: u16,
    credentials: Credentials<'_>,
    request: &Request,
    secrets: &[&str],
    key: &InstallationKey,
) -> Vec<String> {
    let error = echo(status).await.send::<Verified>(credentials, request, deadline()).await.unwrap_err();
    let signature = key.sign(request.body.as_deref().unwrap_or_default()).unwrap();
    said(&error, &[secrets, &[signature.as_str()]].concat())
}

#[tokio::test]
async fn no_refusal_repeats_what_a_call_sent_as_a_credential() {
    let installation = installation().await;
    let (key, token) = (&installation.key, installation.token.expose());
    let session = SessionToken::parse("Session_Token.abcdefghijklmnopqrstuvwxyz".to_owned()).unwrap();
    let access = AccessToken::parse("0123456789abcdef".repeat(4)).unwrap();
    let psp = PspApiKey::parse("sandbox_0123456789abcdefghij".to_owned()).unwrap();
    let proof = key.sign(b"proof").unwrap();

    let as_installation = Credentials::Installation(&installation);
    for status in [400, 403] {
        let user = 7.try_into().unwrap();
        let in_session = Credentials::Session(Session { installation: &installation, token: &session, user });
        let find = FindUser::default().build(user);
        let texts = refused(status, in_session, &find, &[session.expose()], key).await;
        assert!(texts.iter().any(|text| text == &format!("Invalid hash \"{REDACTED}\".")), "{texts:?}");
        let device = CreateDeviceServer { description: "tpp".to_owned(), secret: psp.clone(), permitted_ips: vec![] };
        refused(status, as_installation, &device.build(), &[token, psp.expose()], key).await;
        let certificate = String::new();
        let psp = CreatePspCredential { chain: certificate.clone(), certificate, proof: proof.clone() };
        refused(status, as_installation, &psp.build(), &[token, &proof], key).await;
    }
    for status in [400, 401, 404, 466, 500] {
        let open = CreateSession { secret: access.clone() };
        refused(status, as_installation, &open.build(), &[token, access.expose()], key).await;
    }
}

#[tokio::test]
async fn a_refused_exchange_repeats_neither_code_nor_client() {
    let code = AuthorizationCode::parse("code-of-a-customer/1".to_owned()).unwrap();
    let client = ClientId::parse("client-id-of-the-tpp".to_owned()).unwrap();
    let password = ClientSecret::parse("client=secret+of&the?tpp".to_owned()).unwrap();
    let redirect = Url::parse("https://tpp.example/callback").unwrap();

    let exchanged = echo(400)
        .await
        .exchange_code(
            (&code, &bunq_client::types::secret::OauthState::random()),
            &redirect,
            (&client, &password),
            deadline(),
        )
        .await;

    let TokenError::Bank(error) = exchanged.unwrap_err() else { panic!("it was not the bank") };
    said(&error, &[code.expose(), client.expose(), password.expose()]);
}

#[test]
fn what_a_caller_needs_of_a_text_stays() {
    let sent = SentCredentials::new(["0123456789abcdef0123456789abcdef", "short"]);
    for text in [
        "Invalid hash \"false\".",
        "User credentials are incorrect. Incorrect API key or IP address.",
        "Superfluous field \"description\".",
        "Monetary account for id \"60101\" not found.",
        "The response 89dcaa5c-fa55-4068-9822-3f87985d2268 is short.",
        "You can do a maximum of 3 calls per 3 second to this endpoint.",
        "NL91ABNA0417164300 is no account. 100% \\ & &amp; %zz \\u12 é 😀",
        "",
    ] {
        assert_eq!(sent.redact(text), text);
    }
}

#[test]
fn a_credential_that_looks_escaped_is_found_in_each_form() {
    for credential in ["!!\"0a0\\'", "\\\"\\\"\\\"\\\"", "%41%41%41", "&#x41;ab"] {
        let sent = SentCredentials::new([credential]);
        for way in 0..11 {
            assert_eq!(
                sent.redact(&format!("<{}>", written(credential, way))),
                format!("<{REDACTED}>"),
                "{credential}"
            );
        }
    }
}

#[test]
fn a_long_run_of_hexadecimal_digits_is_taken_for_somebody_s_token() {
    let sent = SentCredentials::default();
    let token = "0123456789abcdefABCD";
    for (left, right) in
        [("\"", "\""), ("'", "'"), ("\u{201c}", "\u{201d}"), ("`", "`"), (" ", "."), ("%", "%"), ("x", "z")]
    {
        let text = format!("Invalid hash {left}{token}{right}.");
        assert_eq!(sent.redact(&text), format!("Invalid hash {left}{REDACTED}{right}."));
    }
    assert_eq!(sent.redact("0123456789abcdefABC"), "0123456789abcdefABC", "nineteen");
}

#[test]
fn a_bank_that_talks_without_end_is_cut_short() {
    let text = json!({ "error_description": "x".repeat(100_000), "error_description_translated": "" });
    let body = json!({ "Error": vec![text; 1000] }).to_string();

    let texts = bunq_client::Envelope::error_texts(body.as_bytes(), &SentCredentials::default());

    assert_eq!(texts.len(), 20);
    assert!(texts.iter().all(|text| text.error_description.len() == 1000));
}

/// Writes a credential in one of several ways.
fn written(credential: &str, way: usize) -> String {
    let each = |write: &dyn Fn(char) -> String| credential.chars().map(write).collect::<String>();
    match way {
        0 => credential.to_owned(),
        1 => credential.to_ascii_uppercase(),
        2 => credential.to_ascii_lowercase(),
        3 => percent_encoded(credential),
        4 => percent_encoded(credential).to_lowercase(),
        5 => percent_encoded(credential).replace('%', "%25"),
        6 => each(&|sign| format!("\\u{:04x}", u32::from(sign))),
        7 => each(&|sign| format!("&#{};", u32::from(sign))),
        8 => each(&|sign| format!("&#x{:X};", u32::from(sign))),
        9 => credential.replace('/', "\\/").replace('"', "\\\""),
        _ => credential.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;"),
    }
}

proptest! {
    #[test]
    fn no_way_to_write_a_credential_gets_through(
        credential in "[!-~]{8,80}",
        way in 0_usize..11,
        (before, after) in ("\\PC{0,40}", "\\PC{0,40}"),
    ) {
        // JSON escapes a backslash, too. One at the end would escape what follows.
        prop_assume!(way != 9 || !credential.ends_with('\\'));
        let sent = SentCredentials::new([credential.as_str()]);
        let text = format!("{before}{}{after}", written(&credential, way));

        let redacted = sent.redact(&text);

        prop_assert!(redacted.contains(REDACTED), "{redacted}");
        let lower = redacted.to_ascii_lowercase();
        prop_assert!(!lower.contains(&credential.to_ascii_lowercase()), "{redacted}");
        prop_assert!(!lower.contains(&written(&credential, way).to_ascii_lowercase()), "{redacted}");
    }

    #[test]
    fn a_credential_that_is_cut_gets_through_neither(
        credential in "[!-~]{40,80}",
        (from, length) in (0_usize..28, 12_usize..40),
        (before, after) in ("[ a-z\"]{0,20}", "[ a-z\"]{0,20}"),
    ) {
        let part = &credential[from..(from + length).min(credential.len())];

        let redacted = SentCredentials::new([credential.as_str()]).redact(&format!("{before}{part}{after}"));

        for window in part.as_bytes().windows(12) {
            let window = std::str::from_utf8(window).unwrap().to_ascii_lowercase();
            prop_assert!(!redacted.to_ascii_lowercase().contains(&window), "{redacted}");
        }
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,200}|[%&\\\\u0-9a-f;#x]{0,200}") {
        let sent = SentCredentials::new(["&#x41;%41\\u0041abcdefgh"]);

        let redacted = sent.redact(&text);

        prop_assert_eq!(sent.redact(&redacted), redacted);
    }

    #[test]
    fn a_text_without_a_credential_stays_as_it_is(text in "[g-z \"%&;]{0,200}") {
        prop_assert_eq!(SentCredentials::new(["0123456789abcdef"]).redact(&text), text);
    }
}
