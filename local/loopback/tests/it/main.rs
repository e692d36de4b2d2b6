//! Tests of the server through its socket. The clock is paused: it advances to the next deadline as soon as all tasks
//! are idle, so waiting takes no time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use loopback::{Hosts, Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LIMITS: Limits = Limits {
    head: Duration::from_secs(30),
    body: Duration::from_secs(30),
    body_bytes: 8,
    grace: Duration::from_secs(3),
};

/// A server that echoes the body of a request. It stops when the sender is dropped.
async fn echo() -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let service = async |_, request: Request<Bytes>| Ok::<_, Infallible>(Response::new(Full::new(request.into_body())));
    let service = move |peer, request| {
        let answer = service;
        async move { answer(peer, request).await }
    };
    let server = serve(listener, Hosts::of(address), LIMITS, service, async { drop(stopped.await) });
    (address, stop, tokio::spawn(server))
}

/// Sends a text on a new connection and reads until the server closes it.
async fn exchange(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn status(answer: &str) -> &str {
    answer.split_whitespace().nth(1).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_whole_request_is_answered() {
    let (address, _stop, _server) = echo().await;

    let answer =
        exchange(address, "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
            .await;

    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nhello"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let (address, _stop, _server) = echo().await;

    for head in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        assert_eq!(exchange(address, head).await, "", "{head:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_not_waited_for() {
    let (address, _stop, _server) = echo().await;

    for body in ["Content-Length: 5\r\n\r\nhell", "Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n"] {
        let answer = exchange(address, &format!("POST / HTTP/1.1\r\nHost: localhost\r\n{body}")).await;
        assert_eq!(status(&answer), "408", "{body:?}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_large_is_refused() {
    let (address, _stop, _server) = echo().await;

    for body in ["Content-Length: 9\r\n\r\n123456789", "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n"]
    {
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        assert_eq!(status(&exchange(address, &format!("{head}{body}")).await), "413", "{body:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_for_another_server_or_from_another_page_does_not_reach_the_service() {
    let (address, _stop, _server) = echo().await;
    let ask =
        async |headers: &str| exchange(address, &format!("GET / HTTP/1.1\r\nConnection: close\r\n{headers}\r\n")).await;

    assert_eq!(status(&ask("Host: evil.example\r\n").await), "421");
    assert_eq!(status(&ask("").await), "421");
    assert_eq!(status(&ask("Host: localhost\r\nOrigin: http://evil.example\r\n").await), "403");
    assert_eq!(status(&ask("Host: localhost\r\n").await), "200");
}

#[tokio::test(start_paused = true)]
async fn a_silent_caller_does_not_keep_the_server_from_stopping() {
    let (address, stop, server) = echo().await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(
        status(&exchange(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await),
        "200"
    );

    drop(stop);
    server.await.unwrap();

    assert_eq!(silent.read(&mut [0; 8]).await.unwrap(), 0, "the connection is closed");
    assert!(TcpStream::connect(address).await.is_err(), "the port is free");
}
