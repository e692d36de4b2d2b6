//! Which callers may read a customer, and that other callers learn nothing.

use std::time::Duration;

use reqwest::{
    Method,
    header::{AUTHORIZATION, HeaderValue},
};
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{assert_discreet, connected, get_at, process};

const UNKNOWN: &str = "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";

/// The routes that read one customer, and the scope that each route requires.
fn scoped_routes(user_id: &str) -> [(String, &'static str); 4] {
    [("", "accounts"), ("/", "accounts"), ("/accounts", "accounts"), ("/connection", "connections")]
        .map(|(rest, scope)| (format!("/user/{user_id}{rest}"), scope))
}

/// The routes that read one customer.
fn routes(user_id: &str) -> [String; 4] {
    scoped_routes(user_id).map(|(path, _)| path)
}

fn user_id(accounts: &str) -> &str {
    accounts.trim_start_matches("/user/").trim_end_matches("/accounts")
}

async fn get_with(app: &TestApp, path: &str, headers: &[HeaderValue]) -> Answer {
    let request = app.request(Method::GET, path);
    app.send(headers.iter().fold(request, |request, value| request.header(AUTHORIZATION, value.clone()))).await
}

/// A problem without the fields that differ between any two requests.
fn lasting(mut problem: Value) -> Value {
    problem.as_object_mut().unwrap().remove("request_id").unwrap();
    problem
}

#[tokio::test]
async fn who_has_no_key_gets_the_same_401_whether_the_customer_exists_or_not() {
    let (app, accounts) = connected("person").await;
    let text = |text: &str| HeaderValue::from_str(text).unwrap();
    let good = text(&format!("Bearer {}", app.api_key));
    let credentials = [
        ("api_key_missing", vec![]),
        ("api_key_missing", vec![good.clone(), good.clone()]),
        ("api_key_missing", vec![good, text("Bearer other")]),
        ("api_key_missing", vec![text(&app.api_key)]),
        ("api_key_missing", vec![text("Bearer")]),
        ("api_key_missing", vec![text(&format!("Basic {}", app.api_key))]),
        ("api_key_missing", vec![text(&format!("Bearer:{}", app.api_key))]),
        ("api_key_missing", vec![HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap()]),
        ("api_key_invalid", vec![text(&format!("Bearer {} {}", app.api_key, app.api_key))]),
        ("api_key_invalid", vec![text(&format!("Bearer {},", app.api_key))]),
        ("api_key_invalid", vec![text(&format!("Bearer {}", "x".repeat(5000)))]),
        ("api_key_invalid", vec![text("Bearer garbage")]),
        ("api_key_invalid", vec![text(&format!("Bearer {}", "A".repeat(43)))]),
        ("api_key_invalid", vec![text(&format!("Bearer {}", app.api_key.to_lowercase()))]),
        ("api_key_invalid", vec![text(&format!("Bearer {}", &app.api_key[1..]))]),
    ];

    for (code, headers) in &credentials {
        let mut seen = Vec::new();
        for path in [user_id(&accounts), UNKNOWN, "no-uuid"].iter().flat_map(|user| routes(user)) {
            let answer = get_with(&app, &path, headers).await;

            let problem = answer.problem(401, code);
            assert_eq!(problem["action"], "fix_request", "{path} {headers:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_discreet(&answer);
            seen.push(lasting(problem));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "the answers differ: {seen:?}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn the_word_bearer_may_be_written_in_any_case() {
    let (app, accounts) = connected("empty").await;
    for scheme in ["bearer", "BEARER"] {
        let header = HeaderValue::from_str(&format!("{scheme} {}", app.api_key)).unwrap();

        assert_eq!(get_with(&app, &accounts, &[header]).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn a_revoked_key_works_nowhere_after_a_minute_and_never_in_a_new_process() {
    let (app, accounts) = connected("empty").await;
    let (id, key) = app.create_api_key(&["accounts"]).await;
    assert_eq!(app.get_with_key(&accounts, &key).await.status, 200);

    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    let new = process(&app, Duration::from_secs(30)).await;
    let in_new = app.send(app.request(Method::GET, new.join(&accounts).unwrap().as_str()).bearer_auth(&key)).await;
    app.clock.advance(61);

    in_new.problem(401, "api_key_invalid");
    for path in routes(user_id(&accounts)) {
        app.get_with_key(&path, &key).await.problem(401, "api_key_invalid");
    }
    assert_eq!(get_at(&app, &new, &accounts).await.status, 200, "other keys go on");
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which_one_it_lacks_and_nothing_else() {
    let (app, accounts) = connected("person").await;
    let (_, key) = app.create_api_key(&["payments", "psd2", "credentials"]).await;

    for (path, scope) in [user_id(&accounts), UNKNOWN, "no-uuid"].iter().flat_map(|user| scoped_routes(user)) {
        let problem = app.get_with_key(&path, &key).await.problem(403, "scope_missing");

        assert_eq!(problem["action"], "fix_request");
        assert_eq!(problem["detail"], format!("The API key lacks the scope `{scope}`."));
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn one_scope_is_enough_and_the_scope_that_reads_accounts_ends_no_connection() {
    let (app, accounts) = connected("empty").await;
    let (_, reads) = app.create_api_key(&["accounts"]).await;
    let (_, manages) = app.create_api_key(&["connections"]).await;
    let user = format!("/user/{}", user_id(&accounts));
    let delete = async |key: &str| app.send(app.request(Method::DELETE, &user).bearer_auth(key)).await;

    for (path, scope) in scoped_routes(user_id(&accounts)).into_iter().chain([("/users".to_owned(), "connections")]) {
        let (key, other) = if scope == "accounts" { (&reads, &manages) } else { (&manages, &reads) };
        assert_eq!(app.get_with_key(&path, key).await.status, 200, "{path}");
        app.get_with_key(&path, other).await.problem(403, "scope_missing");
    }
    delete(&reads).await.problem(403, "scope_missing");
    assert_eq!(app.get(&accounts).await.status, 200, "nothing was deleted");
    assert_eq!(delete(&manages).await.status, 204);
}

#[tokio::test]
async fn a_user_id_that_cannot_be_is_named() {
    let (app, accounts) = connected("person").await;
    let known = user_id(&accounts);
    let malformed = [
        "1".to_owned(),
        "50101".to_owned(),
        known.to_uppercase(),
        known.replace('-', ""),
        format!("%7B{known}%7D"),
        format!("urn:uuid:{known}"),
        format!("{known}%20"),
        format!("%20{known}"),
        format!("{known}%2F"),
        "%00".to_owned(),
        "%ff".to_owned(),
        "x".repeat(4000),
    ];

    for path in malformed.iter().flat_map(|user| routes(user)).chain(["/user//accounts".to_owned()]) {
        let answer = app.get(&path).await;

        let problem = answer.problem(422, "invalid_request");
        assert_eq!(problem["action"], "fix_request", "{path}");
        assert_eq!(problem["errors"][0]["parameter"], "user_id", "{path}");
        assert!(problem["detail"].as_str().unwrap().contains("user_id"), "{path}: {problem}");
        assert!(!answer.text.contains(known), "{path}: {problem}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_user_id_that_nobody_has_is_not_found() {
    let app = TestApp::start().await;

    for path in routes(UNKNOWN) {
        let problem = app.get(&path).await.problem(404, "user_not_found");

        assert_eq!(problem["action"], "reauthorise", "{path}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_customer_who_connects_is_found_by_a_process_that_did_not_find_them_before() {
    let (app, accounts) = connected("empty").await;
    let other = process(&app, Duration::from_secs(30)).await;
    get_at(&app, &other, &format!("/user/{UNKNOWN}")).await.problem(404, "user_not_found");
    let company = app.connect("company").await;

    assert_eq!(get_at(&app, &other, &format!("/user/{company}")).await.status, 200);
    assert_eq!(get_at(&app, &other, &accounts).await.status, 200);
}

#[tokio::test]
async fn a_route_that_there_is_not_is_a_problem() {
    let (app, accounts) = connected("empty").await;
    let paths = ["/user".to_owned(), "/user/".to_owned(), format!("{accounts}/1"), "/users/".to_owned()];

    for path in paths {
        for answer in [app.get(&path).await, app.send(app.request(Method::GET, &path)).await] {
            assert_eq!(answer.problem(404, "route_not_found")["action"], "fix_request", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn a_method_that_a_route_has_not_is_a_problem_that_names_those_it_has() {
    let (app, accounts) = connected("empty").await;

    for path in routes(user_id(&accounts)) {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            // `DELETE` of a customer is a valid method.
            if method == Method::DELETE && path == accounts.trim_end_matches("/accounts") {
                continue;
            }
            let request = app.request(method.clone(), &path).bearer_auth(&app.api_key);
            let answer = app.send(request.body("{}")).await;

            assert_eq!(answer.problem(405, "method_not_allowed")["action"], "fix_request", "{method} {path}");
            // RFC 9110 section 15.5.6.
            assert!(answer.header("allow").contains("GET"), "{method} {path}: {answer:?}");
        }
    }
    assert_eq!(app.bank.total().await, 0);
}
