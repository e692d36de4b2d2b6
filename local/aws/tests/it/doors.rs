//! The requests that the port refuses before it verifies a signature.

use local_aws::{LocalAws, Options};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{http, start};

#[tokio::test]
async fn a_request_for_another_name_than_this_machines_is_misdirected() {
    let names = vec!["host.docker.internal".parse().unwrap()];
    let aws = LocalAws::start(Options { names, ..Options::default() }).await.unwrap();
    let ask = async |host: &str| {
        let answer = http().get(format!("{}/_local/calls", aws.url())).header("host", host).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };

    for host in ["evil.example", "localhost.evil.example", "0.0.0.0", "172.17.0.1", ""] {
        assert_eq!(ask(host).await, (StatusCode::MISDIRECTED_REQUEST, String::new()), "{host}");
    }
    for host in ["localhost", "127.0.0.1", "[::1]:4566", "host.docker.internal:4566"] {
        assert_eq!(ask(host).await.0, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_turns_no_switch() {
    let aws = start().await;
    let url = format!("{}/_local/faults", aws.url());
    let fault = r#"{"target": "DynamoDB_20120810.GetItem", "error": "InternalServerError"}"#;
    let send = async |method: Method, headers: &[(&str, &str)], body: &'static str| {
        let request = http().request(method, &url).body(body);
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .send()
            .await
            .unwrap()
            .status()
    };

    // A page can send this without a preflight, with and without its origin.
    for kind in
        ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "text/plain; application/json"]
    {
        let headers = [("content-type", kind)];
        assert_eq!(send(Method::POST, &headers, fault).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(send(Method::POST, &[], fault).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(send(Method::DELETE, &[], fault).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let json = ("content-type", "application/json; charset=utf-8");
    for origin in ["http://evil.example", "null", "http://localhost:3000"] {
        for method in [Method::POST, Method::DELETE, Method::GET] {
            let status = send(method.clone(), &[json, ("origin", origin)], fault).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {origin}");
        }
    }
    assert_eq!(send(Method::POST, &[json], fault).await, StatusCode::NO_CONTENT);
    assert_eq!(send(Method::DELETE, &[], "").await, StatusCode::NO_CONTENT);
}

/// The paused clock advances to the server's deadline as soon as all tasks are idle.
#[tokio::test]
async fn a_request_that_does_not_end_is_not_waited_for() {
    let aws = start().await;
    tokio::time::pause();

    for (text, beginning) in [
        ("POST / HTTP/1.1\r\nX-Slow: ", ""),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{", "HTTP/1.1 408 "),
    ] {
        let mut stream = TcpStream::connect(aws.address()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(beginning) && answer.is_empty() == beginning.is_empty(), "{text}: {answer}");
    }
}
