//! Callbacks that are not taken.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, callback};
use url::Url;

use crate::hints::payment;

fn body() -> Value {
    callback("MUTATION", "Payment", &payment())
}

/// Returns a problem without what differs in each.
fn unlike(answer: &Answer) -> Value {
    let mut problem = answer.problem(404, "route_not_found");
    problem.as_object_mut().unwrap().remove("request_id");
    problem
}

fn with_token(address: &Url, token: &str) -> Url {
    let mut address = address.clone();
    address.set_path(&format!("/hooks/bunq/{token}"));
    address
}

#[tokio::test]
async fn a_wrong_token_looks_like_a_route_that_does_not_exist() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    let other = app.callback_address(&app.connect("company").await).await;
    let token = |address: &Url| address.path().rsplit('/').next().unwrap().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(token(&address)).unwrap();
    let other = URL_SAFE_NO_PAD.decode(token(&other)).unwrap();
    assert_eq!((bytes.len(), token(&address).len()), (33, 44));
    let changed = (0..33).map(|place| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    });
    let crossed = URL_SAFE_NO_PAD.encode([&bytes[..17], &other[17..]].concat());
    let lengths = [0, 1, 16, 17, 18, 32].map(|length| URL_SAFE_NO_PAD.encode(&bytes[..length]));
    let longer = URL_SAFE_NO_PAD.encode([bytes.as_slice(), &[0]].concat());
    let odd = ["%00", "%FF", "a.b", "=", "x"].map(str::to_owned);
    let wrong = changed.chain([crossed, longer]).chain(lengths).chain(odd);
    let unknown = unlike(&app.send(app.request(Method::POST, "/no/such/route")).await);

    for token in wrong {
        let answer = app.call_back(&with_token(&address, &token), &body()).await;
        assert_eq!(unlike(&answer), unknown, "{token}");
    }

    assert_eq!(app.hints().await.len(), 0);
    assert_eq!(app.call_back(&address, &body()).await.status, 200, "the right one is taken");
}

#[tokio::test]
async fn without_callbacks_every_token_is_wrong() {
    let mut app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    app.set_variable("HINTS_QUEUE", "");
    app.restart().await;

    app.call_back(&address, &body()).await.problem(404, "route_not_found");
}

#[tokio::test]
async fn the_key_before_is_valid_until_it_is_removed() {
    let mut app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect("person").await;
    let old = app.callback_address(&user_id).await;
    let mut secret = app.read_secret("hook-key").await;
    assert_eq!(secret["current"], 1, "{}", secret["current"]);
    secret["keys"]["2"] = json!("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    secret["current"] = json!(2);
    app.write_secret("hook-key", &secret.to_string()).await;
    app.restart().await;
    let new = app.callback_address(&user_id).await;
    assert_ne!(old, new);
    for address in [&old, &new] {
        assert_eq!(app.call_back(address, &body()).await.status, 200);
    }

    secret["keys"].as_object_mut().unwrap().remove("1");
    app.write_secret("hook-key", &secret.to_string()).await;
    app.restart().await;

    app.call_back(&old, &body()).await.problem(404, "route_not_found");
    assert_eq!(app.call_back(&new, &body()).await.status, 200);
}

#[tokio::test]
async fn a_key_that_was_added_is_valid_without_a_restart() {
    let app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect("person").await;
    let old = app.callback_address(&user_id).await;
    assert_eq!(app.call_back(&old, &body()).await.status, 200);
    let mut secret = app.read_secret("hook-key").await;
    secret["keys"]["2"] = json!("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    secret["current"] = json!(2);
    app.write_secret("hook-key", &secret.to_string()).await;
    // Another process makes it.
    let new = app.callback_address(&user_id).await;
    assert_ne!(old, new);

    for address in [&old, &new] {
        assert_eq!(app.call_back(address, &body()).await.status, 200);
    }

    // A stranger who invents keys makes the process read the secret again once in ten seconds.
    app.forget_aws_calls().await;
    let token = new.path().rsplit('/').next().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    for key in 3..=9 {
        let invented = URL_SAFE_NO_PAD.encode([&[key], &bytes[1..]].concat());
        app.call_back(&with_token(&new, &invented), &body()).await.problem(404, "route_not_found");
    }
    assert_eq!(app.aws_calls().await, json!({}));
    app.advance(11).await;
    for key in 3..=9 {
        let invented = URL_SAFE_NO_PAD.encode([&[key], &bytes[1..]].concat());
        app.call_back(&with_token(&new, &invented), &body()).await.problem(404, "route_not_found");
    }
    assert_eq!(app.aws_calls().await, json!({ "secretsmanager.GetSecretValue": 1 }));
}

#[tokio::test]
async fn a_body_of_more_than_256_kib_is_refused() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    let send = async |length: usize| {
        let request = app.request(Method::POST, address.as_str()).body(" ".repeat(length));
        app.send(request).await
    };

    send(256 * 1024 + 1).await.problem(413, "body_too_large");
    assert_eq!(app.hints().await.len(), 0);

    assert_eq!(send(256 * 1024).await.status, 200);
}

#[tokio::test]
async fn another_source_is_refused_only_if_the_operator_says_so() {
    for (sources, strict, status) in [
        ("185.40.108.0/22", "false", 200),
        ("185.40.108.0/22", "true", 403),
        ("185.40.108.0/22, 127.0.0.1", "true", 200),
        ("*", "true", 200),
    ] {
        let app = TestApp::builder().with_callbacks();
        let app = app.variable("CALLBACK_SOURCES", sources).variable("CALLBACK_SOURCES_STRICT", strict).start().await;
        let address = app.callback_address(&app.connect("person").await).await;
        // Any caller can write this header.
        let request = app.request(Method::POST, address.as_str()).header("X-Forwarded-For", "185.40.108.10");

        let answer = app.send(request.body(body().to_string())).await;

        assert_eq!(answer.status, status, "{sources} {strict}: {answer:?}");
        assert_eq!(app.hints().await.len(), usize::from(status == 200), "{sources} {strict}");
        if status == 403 {
            answer.problem(403, "source_not_permitted");
        }
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        app.send(app.request(method, address.as_str())).await.problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn the_door_opens_with_one_secret_and_one_queue_and_no_table() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    for secret in ["tpp", "oauth-client", "sealing-key", "psd2-certificate", "delivery-key"] {
        app.delete_secret(secret).await;
    }
    let mut app = app;
    app.restart().await;
    app.bank.forget_calls().await;
    app.forget_aws_calls().await;

    assert_eq!(app.call_back(&address, &body()).await.status, 200);

    let expected = json!({ "AmazonSQS.SendMessage": 1, "secretsmanager.GetSecretValue": 1 });
    assert_eq!(app.aws_calls().await, expected);
    assert_eq!(app.bank.total().await, 0);
}
