//! Decisions about answers: by status, by text, and by the bank's signature. The bank is a listener that sends the
//! answer that the test gives it.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use bunq_client::{
    Bank, BankError, BunqUrls, Call as _, Credentials, Installation, InstallationKey, PublicKey, TokenError, Verified,
    calls::{CreateInstallation, FindUser},
    types::{
        deadline::Deadline,
        secret::{AuthorizationCode, ClientId, ClientSecret, InstallationToken, Secret as _},
    },
};
use tokio::{net::TcpListener, sync::OnceCell};
use url::Url;

/// Long enough for any machine. A call that must not be repeated is not repeated, whatever time is left.
const A_MINUTE: Duration = Duration::from_secs(60);

fn urls(address: &str) -> BunqUrls {
    let url = |path: &str| Url::parse(&format!("http://{address}{path}")).unwrap();
    BunqUrls { api: url("/v1"), authorize: url("/auth"), token: url("/v1/token"), pay: url("/pay") }
}

/// Starts a bank that gives every call the same answer, and returns the number of calls that it received.
async fn bank(status: u16, body: &str, signature: Option<&str>) -> (Bank, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (body, signature, counted) = (body.to_owned(), signature.map(str::to_owned), Arc::clone(&calls));
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
        if let Some(signature) = &signature {
            response = response.header("X-Bunq-Server-Signature", signature);
        }
        let response = response.header("X-Bunq-Client-Response-Id", "id-of-the-bank").body(Body::from(body.clone()));
        std::future::ready(response.unwrap())
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let bank = Bank::new(urls(&listener.local_addr().unwrap().to_string()), "test/1").unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap() });
    (bank, calls)
}

fn error_envelope(text: &str) -> String {
    let text = serde_json::json!({ "error_description": text, "error_description_translated": text });
    serde_json::json!({ "Error": [text] }).to_string()
}

/// Sends a write, so that a call that may have been executed is not repeated.
async fn write_to(bank: &Bank) -> BankError {
    write_within(A_MINUTE, bank).await
}

async fn write_within(time: Duration, bank: &Bank) -> BankError {
    let call = CreateInstallation { client_public_key: "key".to_owned() };
    bank.call_without_session(None, &call, Deadline::after(time)).await.unwrap_err()
}

/// Returns the bank's key pair. Its private key signs answers.
async fn server_key() -> &'static InstallationKey {
    static KEY: OnceCell<InstallationKey> = OnceCell::const_new();
    KEY.get_or_init(|| async { InstallationKey::generate().await.unwrap() }).await
}

async fn installation() -> Installation {
    let server_key = server_key().await;
    Installation {
        id: 1.try_into().unwrap(),
        token: InstallationToken::parse("token".to_owned()).unwrap(),
        key: server_key.clone(),
        server_key: PublicKey::from_pem(&server_key.public_pem().unwrap()).unwrap(),
    }
}

async fn read_from(bank: &Bank) -> Result<String, BankError> {
    let find = FindUser::default().build(7.try_into().unwrap());
    let credentials = installation().await;
    let sent = bank.send::<Verified>(Credentials::Installation(&credentials), &find, Deadline::after(A_MINUTE));
    let answer = sent.await?;
    Ok(String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn refusals_are_those_from_400_to_499_that_are_nothing_else() {
    for status in [400, 401, 403, 404, 405, 466, 490, 499] {
        let (bank, calls) = bank(status, &error_envelope("No."), None).await;

        let error = write_to(&bank).await;

        let BankError::Refused(refusal) = &error else { panic!("{status}: {error:?}") };
        assert_eq!((refusal.status, refusal.texts[0].error_description.as_str()), (status, "No."));
        assert_eq!(error.response_id(), Some("id-of-the-bank"));
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_without_the_banks_envelope_is_not_the_banks() {
    for body in ["", "<html>Forbidden</html>", "{\"Error\":\"no\"}", "{\"Response\":[]}"] {
        let (bank, _) = bank(403, body, None).await;

        let error = write_to(&bank).await;

        assert!(matches!(&error, BankError::Foreign { status: 403 }), "{body}: {error:?}");
        assert!(!error.certainly_not_executed(), "{body}");
    }
}

#[tokio::test]
async fn maintenance_has_two_statuses() {
    for status in [491, 503] {
        for body in ["", "<html>We are moving.</html>"] {
            let (bank, calls) = bank(status, body, None).await;

            assert!(matches!(write_to(&bank).await, BankError::Maintenance { .. }), "{status}");
            assert_eq!(calls.load(Ordering::SeqCst), 1, "it is unknown whether it was executed");
        }
    }
}

#[tokio::test]
async fn any_other_status_is_a_failure_that_is_not_repeated_for_a_write() {
    for status in [500, 502, 504, 599] {
        let (bank, calls) = bank(status, "", None).await;

        let error = write_to(&bank).await;

        assert!(matches!(&error, BankError::Failed(refusal) if refusal.status == status), "{status}: {error:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_the_banks_and_is_not_followed() {
    for status in [300, 302, 304, 307, 399] {
        let (bank, calls) = bank(status, "", None).await;

        let error = write_to(&bank).await;

        assert!(matches!(&error, BankError::Foreign { status: seen } if *seen == status), "{status}: {error:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test]
async fn a_rate_limit_lasts_as_long_as_its_text_says() {
    let text = |calls: u64, seconds: &str| {
        error_envelope(&format!(
            "Too many requests. You can do a maximum of {calls} calls per {seconds} to this endpoint."
        ))
    };
    let cases = [
        (text(3, "3 second"), 3),
        (text(1, "30 second"), 30),
        (text(5, "3 seconds"), 3),
        (text(5, "0 seconds"), 1),
        (text(5, "999999999 seconds"), 3600),
        (text(5, "minute"), 3),
        (error_envelope("Too many requests."), 3),
        ("<html>slow down</html>".to_owned(), 3),
        (String::new(), 3),
    ];
    for status in [429, 409] {
        for (body, seconds) in &cases {
            // A 409 can have another cause, such as a request id that was used before. Only its text makes it a rate
            // limit.
            if status == 409 && !body.contains("Too many requests") {
                let (bank, _) = bank(status, body, None).await;
                let error = write_within(Duration::from_secs(9), &bank).await;
                assert!(matches!(error, BankError::Refused(_) | BankError::Foreign { .. }), "{body}: {error:?}");
                continue;
            }
            let (bank, calls) = bank(status, body, None).await;
            let (wait_of_the_bank, moment) = (Duration::from_secs(*seconds), Duration::from_millis(1));

            let error = write_within(wait_of_the_bank - moment, &bank).await;

            assert_eq!(calls.load(Ordering::SeqCst), 1, "the deadline is before the bank takes another call");
            let BankError::RateLimited { wait, .. } = error else { panic!("{status} {body}: {error:?}") };
            assert_eq!(wait, wait_of_the_bank, "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_read_is_tried_four_times_and_no_more() {
    let (bank, calls) = bank(500, "", None).await;
    let find = FindUser::default().build(7.try_into().unwrap());

    let sent = bank.send::<Verified>(Credentials::Anonymous, &find, Deadline::after(A_MINUTE)).await;

    assert!(matches!(sent.unwrap_err(), BankError::Failed(_)));
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_success_is_believed_with_the_banks_signature_over_the_raw_body_only() {
    let body = "{\"Response\": [ ]}";
    let sign = async |body: &str| server_key().await.sign(body.as_bytes()).unwrap();
    let (good, other) = (sign(body).await, sign("{\"Response\":[]}").await);

    assert_eq!(read_from(&bank(200, body, Some(&good)).await.0).await.unwrap(), body);
    for signature in [None, Some(other.as_str()), Some(""), Some("garbage")] {
        let (bank, calls) = bank(200, body, signature).await;

        let error = read_from(&bank).await.unwrap_err();

        assert!(matches!(error, BankError::Signature { .. }), "{signature:?}: {error:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 2, "it is asked for again once: something may have spoilt it");
    }
}

#[tokio::test]
async fn a_refusal_is_believed_without_a_signature_but_not_with_a_wrong_one() {
    let body = error_envelope("No.");
    let good = server_key().await.sign(body.as_bytes()).unwrap();
    let wrong = server_key().await.sign(b"another").unwrap();

    for signature in [None, Some(good.as_str())] {
        let error = read_from(&bank(400, &body, signature).await.0).await.unwrap_err();
        assert!(matches!(error, BankError::Refused(_)), "{error:?}");
    }
    let error = read_from(&bank(400, &body, Some(&wrong)).await.0).await.unwrap_err();
    assert!(matches!(error, BankError::Signature { .. }), "{error:?}");
}

#[tokio::test]
async fn a_signed_answer_that_is_no_success_is_not_understood() {
    for body in ["", "[]", "{}", "<html></html>", "{\"Error\":[]}"] {
        let signature = server_key().await.sign(body.as_bytes()).unwrap();

        let error = read_from(&bank(200, body, Some(&signature)).await.0).await.unwrap_err();

        assert!(matches!(error, BankError::Undecodable { .. }), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let (bank, _) = bank(200, &" ".repeat(8 * 1024 * 1024 + 1), None).await;
    let find = FindUser::default().build(7.try_into().unwrap());

    let sent = bank.send::<Verified>(Credentials::Anonymous, &find, Deadline::after(A_MINUTE)).await;

    assert!(matches!(sent.unwrap_err(), BankError::TooLarge));
}

#[tokio::test]
async fn a_bank_that_cannot_be_reached_is_an_error_that_holds_nothing_of_the_url() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let bank = Bank::new(urls(&listener.local_addr().unwrap().to_string()), "test/1").unwrap();
    drop(listener);
    let secret = |text: &str| format!("{text}-nobody-may-see");
    let code = AuthorizationCode::parse(secret("code")).unwrap();
    let client = ClientId::parse(secret("client-id")).unwrap();
    let password = ClientSecret::parse(secret("client-secret")).unwrap();
    let redirect = Url::parse("https://tpp.example/callback").unwrap();

    let exchanged = bank
        .exchange_code(
            (&code, &bunq_client::types::secret::OauthState::random()),
            &redirect,
            (&client, &password),
            Deadline::after(A_MINUTE),
        )
        .await;

    let error = exchanged.unwrap_err();
    assert!(matches!(&error, TokenError::Bank(BankError::Unreachable(_))), "{error:?}");
    for text in [format!("{error:?}"), error.to_string()] {
        assert!(!text.contains("nobody-may-see") && !text.contains("token"), "{text}");
    }
}
