//! Helpers that these tests share.

use std::{
    net::Ipv4Addr,
    time::{Duration, SystemTime},
};

use axum::{Router, extract::Request, middleware::map_request};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use shared::{
    config::Config,
    http::{App, service},
    lambda::compose,
};
use testkit::{Answer, TestApp};
use tokio::net::TcpListener;

/// The call that reads accounts, as in the bank's call log.
pub(crate) const ACCOUNTS: &str = "GET user/{user-id}/monetary-account";
/// The call that reads a profile.
pub(crate) const PROFILE: &str = "GET user/{user-id}";
/// The call that opens a session.
pub(crate) const SESSION: &str = "POST session-server";

/// An onboarded deployment with one connected customer, and the path of that customer's accounts. The bank's call log
/// is empty.
pub(crate) async fn connected(customer: &str) -> (TestApp, String) {
    let app = TestApp::start().await;
    let user_id = app.connect(customer).await;
    app.bank.forget_calls().await;
    (app, format!("/user/{user_id}/accounts"))
}

/// bunq's error envelope.
pub(crate) fn bank_error(text: &str) -> Value {
    json!({ "Error": [{ "error_description": text, "error_description_translated": text }] })
}

/// A fault of the bank's account list, however often it is called.
pub(crate) fn always(mut fault: Value) -> Value {
    fault["endpoint"] = json!(ACCOUNTS);
    fault["times"] = json!(1000);
    fault
}

/// A process of the function with nothing in memory, to which Lambda gives this long for each request. The function
/// keeps one second of it for itself. Everything except the Lambda runtime is as in the cloud.
pub(crate) async fn process(app: &TestApp, time: Duration) -> Url {
    process_with(app, until(time)).await
}

/// Like [`process`], but the process finds AWS at another address.
pub(crate) async fn process_at(app: &TestApp, aws: &Url, time: Duration) -> Url {
    let config = Config::parse(|name| app.variables().get(name).cloned()).unwrap();
    let parts = compose(config, &app.aws_at(aws.as_str()), app.clock.clock()).unwrap();
    serve_with(parts, until(time)).await
}

fn until(time: Duration) -> impl Fn() -> u64 + Clone + Send + Sync + 'static {
    move || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        u64::try_from((now + time).as_millis()).unwrap()
    }
}

/// A process of the function with nothing in memory, whose runtime states this deadline (epoch milliseconds) for each
/// request.
pub(crate) async fn process_with(app: &TestApp, deadline_ms: impl Fn() -> u64 + Clone + Send + Sync + 'static) -> Url {
    serve_with(app.compose().await, deadline_ms).await
}

async fn serve_with(parts: App, deadline_ms: impl Fn() -> u64 + Clone + Send + Sync + 'static) -> Url {
    let deadline = move |mut request: Request| {
        let mut context = lambda_http::Context::default();
        context.deadline = deadline_ms();
        request.extensions_mut().insert(context);
        async { request }
    };
    serve(service(users::router(), parts).layer(map_request(deadline))).await
}

/// Serves routes until the test ends.
pub(crate) async fn serve(routes: Router) -> Url {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    Url::parse(&format!("http://{address}")).unwrap()
}

/// Sends a GET request to another process of the deployment.
pub(crate) async fn get_at(app: &TestApp, process: &Url, path: &str) -> Answer {
    let url = process.join(path).unwrap();
    app.send(app.request(Method::GET, url.as_str()).bearer_auth(&app.api_key)).await
}

/// Checks that an answer contains no token, no key, and no internals of the deployment.
#[track_caller]
pub(crate) fn assert_discreet(answer: &Answer) {
    // Our API keys have 43 characters, the bank's tokens 64, a UUID 36.
    let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "_-+/=".contains(letter);
    let longest = answer.text.split(|letter| !is_of_token(letter)).map(str::len).max();
    assert!(longest < Some(40), "{answer:?}");
    for word in
        ["aws", "dynamo", "secret", "exception", "table", "ephemera", "127.0.0.1", "http://", "sealing", "test/"]
    {
        assert!(!answer.text.to_lowercase().contains(word), "{word}: {answer:?}");
    }
}
