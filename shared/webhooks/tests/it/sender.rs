//! Messages to receivers that behave well.

use std::time::Duration;

use jiff::Timestamp;
use standardwebhooks::Webhook;
use webhooks::{Failure, HmacSecret, Outcome, Receivers, Sender, SignedMessage, Signer, Signers};

use crate::receiver::{Answer, Names, Receiver, answer};

const BODY: &str = r#"{"type":"transaction.created","data":{"id":"1.2"}}"#;

fn message(secrets: [&HmacSecret; 2]) -> SignedMessage {
    let [new, old] = secrets.map(|secret| Signer::Hmac(secret.clone()));
    let signers = Signers::new(new).with_older(old);
    signers.sign(&"evt_k3v7".parse().unwrap(), Timestamp::now().as_second(), BODY.into()).unwrap()
}

fn any_message() -> SignedMessage {
    message([&HmacSecret::random(), &HmacSecret::random()])
}

#[tokio::test]
async fn a_message_arrives_with_its_signatures() {
    let (new, old) = (HmacSecret::random(), HmacSecret::random());
    for (scheme, host) in [("https", "localhost"), ("http", "localhost"), ("http", "127.0.0.1")] {
        let ok = answer("200 OK", "");
        let receiver = if scheme == "https" { Receiver::https(ok).await } else { Receiver::http(ok).await };
        let sender = receiver.sender();
        assert_eq!(sender.check(&receiver.url(scheme, host)).await, Ok(()));

        let outcome = sender.send(&receiver.url(scheme, host), message([&new, &old])).await;

        assert_eq!(outcome, Outcome::Delivered { status: 200 });
        let requests = receiver.requests();
        let [request] = requests.as_slice() else { panic!("{requests:?}") };
        assert_eq!(request.line, "POST /hooks?shop=1 HTTP/1.1");
        assert_eq!(request.body, BODY.as_bytes());
        for secret in [&new, &old] {
            Webhook::new(secret.expose()).unwrap().verify(&request.body, &request.headers).unwrap();
        }
        assert_eq!(request.headers["webhook-id"], "evt_k3v7");
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.headers["user-agent"], concat!("bunq-tpp/", env!("CARGO_PKG_VERSION")));
        let mut names: Vec<_> = request.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        let expected = [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp",
        ];
        assert_eq!(names, expected, "and nothing else");
    }
}

#[tokio::test]
async fn the_status_decides() {
    let slow = |status, seconds: Option<u64>| Outcome::Slow { status, retry_after: seconds.map(Duration::from_secs) };
    for (status, header, expected) in [
        ("200 OK", "", Outcome::Delivered { status: 200 }),
        ("202 Accepted", "", Outcome::Delivered { status: 202 }),
        ("410 Gone", "", Outcome::Gone),
        ("429 Too Many Requests", "retry-after: 120\r\n", slow(429, Some(120))),
        ("503 Service Unavailable", "Retry-After: 999999\r\n", slow(503, Some(86_400))),
        ("503 Service Unavailable", "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n", slow(503, Some(0))),
        ("502 Bad Gateway", "", slow(502, None)),
        ("504 Gateway Timeout", "retry-after: later\r\n", slow(504, None)),
        ("301 Moved", "location: https://elsewhere.example/\r\n", Outcome::Failed(Failure::Redirect { status: 301 })),
        ("304 Not Modified", "", Outcome::Failed(Failure::Redirect { status: 304 })),
        ("400 Bad Request", "", Outcome::Failed(Failure::Status { status: 400 })),
        ("404 Not Found", "retry-after: 5\r\n", Outcome::Failed(Failure::Status { status: 404 })),
        ("500 Error", "", Outcome::Failed(Failure::Status { status: 500 })),
    ] {
        let receiver = Receiver::http(answer(status, header)).await;
        let outcome = receiver.sender().send(&receiver.url("http", "localhost"), any_message()).await;
        assert_eq!(outcome, expected, "{status} {header}");
    }
    let receiver = Receiver::https(Answer::Text("HTTP/1.1 204 No Content\r\n\r\n".to_owned())).await;
    let outcome = receiver.sender().send(&receiver.url("https", "localhost"), any_message()).await;
    assert_eq!(outcome, Outcome::Delivered { status: 204 });
}

#[tokio::test]
async fn a_date_in_the_future_is_a_wait_from_now() {
    let date = Timestamp::now() + Duration::from_secs(3600);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let receiver = Receiver::http(answer("503 Busy", &format!("retry-after: {date}\r\n"))).await;

    let outcome = receiver.sender().send(&receiver.url("http", "localhost"), any_message()).await;

    let Outcome::Slow { retry_after: Some(wait), .. } = outcome else { panic!("{outcome:?}") };
    assert!((3500..=3600).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Receiver::http(answer("200 OK", "")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let header = format!("location: http://localhost:{}/\r\n", target.address.port());
        let receiver = Receiver::http(answer(status, &header)).await;

        let outcome = receiver.sender().send(&receiver.url("http", "localhost"), any_message()).await;

        assert_eq!(outcome, Outcome::Failed(Failure::Redirect { status: status[..3].parse().unwrap() }));
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn each_attempt_looks_up_the_name_and_opens_a_connection() {
    let receiver =
        Receiver::http(Answer::Begin("HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n")).await;
    let names = Names::always(receiver.address.ip());
    let sender = Sender::new(receiver.tls(), Receivers::Loopback, names.clone()).unwrap();

    for _ in 0..3 {
        let outcome = sender.send(&receiver.url("http", "localhost"), any_message()).await;
        assert_eq!(outcome, Outcome::Delivered { status: 200 });
    }

    assert_eq!((names.asked().len(), receiver.connections()), (3, 3));
    assert!(receiver.requests().iter().all(|request| !request.headers.contains_key("cookie")));
}
