//! The requests that are answered: those of this machine's programs, and of this server's pages.

use bunq_simulator::Options;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Bank, bank};

const PATHS: [&str; 7] = ["/", "/auth", "/v1/user", "/pay", "/app", "/_simulator/settings", "/_simulator/customers"];

#[tokio::test]
async fn a_request_for_another_name_than_this_machines_is_misdirected() {
    let names = vec!["host.docker.internal".parse().unwrap()];
    let bank = Bank::start(Options { names, ..Options::default() }).await;

    for path in PATHS {
        for host in ["evil.example", "localhost.evil.example", "172.17.0.1"] {
            let reply = bank.get(path).header("Host", host).send().await;
            assert_eq!((reply.status, reply.text.as_str()), (421, ""), "{host} {path}");
        }
        for host in ["localhost:4100", "127.0.0.1", "[::1]", "host.docker.internal:4100"] {
            assert_ne!(bank.get(path).header("Host", host).send().await.status, 421, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_reads_nothing_and_sends_no_form() {
    let bank = bank().await;
    let own = bank.simulator.url().origin().ascii_serialization();

    for path in PATHS {
        for method in ["GET", "POST", "OPTIONS"] {
            for origin in ["https://evil.example", "null", "http://localhost:3000"] {
                let reply = bank.call(method, path).header("Origin", origin).send().await;
                assert_eq!((reply.status, reply.text.as_str()), (403, ""), "{method} {path} {origin}");
                assert_eq!(reply.header("access-control-allow-origin"), None);
            }
        }
        assert_ne!(bank.get(path).header("Origin", own.clone()).send().await.status, 403, "{path}");
    }
    let consent = || bank.form("/auth", &[("decision", "allow")]);
    assert_eq!(consent().header("Sec-Fetch-Site", "cross-site").send().await.status, 403);
    assert_ne!(consent().header("Sec-Fetch-Site", "same-origin").send().await.status, 403);
}

#[tokio::test]
async fn a_switch_takes_json_that_says_so() {
    let bank = bank().await;
    let change = json!({"denial": "stay"}).to_string();

    for kind in ["text/plain", "application/x-www-form-urlencoded", "text/plain; application/json", ""] {
        for (method, path) in
            [("POST", "settings"), ("PATCH", "settings"), ("POST", "expire-sessions"), ("DELETE", "faults")]
        {
            let call = bank.call(method, &format!("/_simulator/{path}")).header("Content-Type", kind);
            assert_eq!(call.body(change.clone()).send().await.status, 415, "{method} {path} {kind}");
        }
    }
    assert_eq!(bank.call("POST", "/_simulator/expire-sessions").send().await.status, 415, "without a body, too");
    let untyped = bank.call("POST", "/_simulator/settings").body(change.clone()).send().await;
    assert_eq!(untyped.status, 415);
    assert_ne!(bank.get("/_simulator/settings").send().await.json()["denial"], "stay");

    let call = bank.call("POST", "/_simulator/settings").header("Content-Type", "Application/JSON; charset=utf-8");
    assert_eq!(call.body(change).send().await.status, 200);
    assert_eq!(bank.call("DELETE", "/_simulator/faults").send().await.status, 204);
}

/// The paused clock jumps to the server's deadline as soon as all tasks are idle.
#[tokio::test]
async fn a_request_that_does_not_end_is_not_waited_for() {
    let bank = bank().await;
    tokio::time::pause();

    for (text, beginning) in [
        ("POST /v1/installation HTTP/1.1\r\nX-Slow: ", ""),
        ("POST /v1/installation HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{", "HTTP/1.1 408 "),
    ] {
        let mut stream = TcpStream::connect(bank.simulator.address()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(beginning) && answer.is_empty() == beginning.is_empty(), "{text}: {answer}");
    }
}
