//! Messages to receivers that behave badly. Where a test waits for a time limit, its clock is paused and jumps to the
//! limit when nothing else is left to do.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::{net::TcpListener, time};
use webhooks::{Failure, HmacSecret, Outcome, Receivers, Sender, SignedMessage, Signer, Signers};

use crate::receiver::{Answer, Names, Receiver, answer};

/// More than the buffers of a connection hold, and much less than a gigabyte.
const BUFFERS: usize = 64 * 1024 * 1024;

fn message() -> SignedMessage {
    let signers = Signers::new(Signer::Hmac(HmacSecret::random()));
    signers.sign(&"evt_1".parse().unwrap(), Timestamp::now().as_second(), "{}".into()).unwrap()
}

/// Sends a message to a receiver. Returns the outcome and the seconds that this took by the paused clock.
async fn send(receiver: &Receiver, scheme: &str) -> (Outcome, u64) {
    let start = time::Instant::now();
    let outcome = receiver.sender().send(&receiver.url(scheme, "localhost"), message()).await;
    (outcome, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_costs_fifteen_seconds() {
    for (begin, expected) in [
        ("", Outcome::Failed(Failure::Timeout)),
        ("HTTP/1.1 200", Outcome::Failed(Failure::Timeout)),
        ("HTTP/1.1 200 OK\r\ncontent-le", Outcome::Failed(Failure::Timeout)),
        ("HTTP/1.1 100 Continue\r\n\r\n", Outcome::Failed(Failure::Timeout)),
        // The status counts, whatever happens to the body.
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", Outcome::Delivered { status: 200 }),
        ("HTTP/1.1 500 Error\r\ntransfer-encoding: chunked\r\n\r\n", Outcome::Failed(Failure::Status { status: 500 })),
    ] {
        assert_eq!(send(&Receiver::http(Answer::Begin(begin)).await, "http").await, (expected, 15), "{begin}");
        assert_eq!(send(&Receiver::https(Answer::Begin(begin)).await, "https").await, (expected, 15), "{begin}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_without_a_handshake_costs_five_seconds() {
    let receiver = Receiver::http(Answer::AtOnce("")).await;

    assert_eq!(send(&receiver, "https").await, (Outcome::Failed(Failure::Timeout), 5));
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_does_not_end_costs_five_seconds() {
    struct Never;
    impl webhooks::Lookup for Never {
        fn lookup(&self, _: &str) -> webhooks::Addresses {
            Box::pin(std::future::pending())
        }
    }
    let receiver = Receiver::http(answer("200 OK", "")).await;
    let sender = Sender::new(receiver.tls(), Receivers::Loopback, Never).unwrap();
    let url = receiver.url("http", "localhost");
    let start = time::Instant::now();

    assert_eq!(sender.send(&url, message()).await, Outcome::Failed(Failure::Timeout));
    assert_eq!(sender.check(&url).await, Err(Failure::Timeout));

    assert_eq!((start.elapsed().as_secs(), receiver.connections()), (10, 0));
}

#[tokio::test]
async fn a_connection_that_ends_early_is_a_failure() {
    for text in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 two\r\n\r\n", "hello\r\n\r\n", "\0\0\0"]
    {
        let receiver = Receiver::http(Answer::Text(text.to_owned())).await;
        assert_eq!(send(&receiver, "http").await.0, Outcome::Failed(Failure::Connection), "{text}");
        let receiver = Receiver::https(Answer::Text(text.to_owned())).await;
        assert_eq!(send(&receiver, "https").await.0, Outcome::Failed(Failure::Connection), "{text}");
    }
    // A body that ends early does not change the status.
    let receiver = Receiver::http(Answer::Text("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_owned())).await;
    assert_eq!(send(&receiver, "http").await.0, Outcome::Delivered { status: 200 });
}

#[tokio::test]
async fn a_closed_port_is_a_failure() {
    let receiver = Receiver::http(answer("200 OK", "")).await;
    let port = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let url = webhooks::EndpointUrl::parse(&format!("http://localhost:{port}/"), Receivers::Loopback).unwrap();

    assert_eq!(receiver.sender().send(&url, message()).await, Outcome::Failed(Failure::Connection));
}

#[tokio::test]
async fn an_answer_of_a_gigabyte_is_not_read() {
    for (head, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n", Outcome::Delivered { status: 200 }),
        ("HTTP/1.1 500 Error\r\n\r\n", Outcome::Failed(Failure::Status { status: 500 })),
        ("HTTP/1.1 200 OK\r\nx-long: ", Outcome::Failed(Failure::Connection)),
        ("HTTP/1.1 200 ", Outcome::Failed(Failure::Connection)),
    ] {
        for scheme in ["http", "https"] {
            let start = Instant::now();
            let receiver = match scheme {
                "http" => Receiver::http(Answer::Flood(head)).await,
                _ => Receiver::https(Answer::Flood(head)).await,
            };

            assert_eq!(send(&receiver, scheme).await.0, expected, "{head}");

            assert!(receiver.written() < BUFFERS, "{head}: {}", receiver.written());
            assert!(start.elapsed() < Duration::from_secs(10), "{head}: {:?}", start.elapsed());
        }
    }
}

#[tokio::test]
async fn a_receiver_that_cannot_prove_its_name_is_refused() {
    let receiver = Receiver::https(answer("200 OK", "")).await;
    let stranger = Receiver::https(answer("200 OK", "")).await;
    let names = || Names::always(receiver.address.ip());

    // Another authority, a name that the certificate does not have, and an answer that is not TLS.
    let untrusting = Sender::new(stranger.tls(), Receivers::Loopback, names()).unwrap();
    let outcome = untrusting.send(&receiver.url("https", "localhost"), message()).await;
    assert_eq!(outcome, Outcome::Failed(Failure::Tls));
    let outcome = receiver.sender().send(&receiver.url("https", "api.localhost"), message()).await;
    assert_eq!(outcome, Outcome::Failed(Failure::Tls));
    let plain = Receiver::http(Answer::AtOnce("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    assert_eq!(send(&plain, "https").await.0, Outcome::Failed(Failure::Tls));

    assert!(receiver.requests().is_empty());
}
