//! Real browsers: they send cookies and parameters of other programs, repeat requests, and prefetch.

use futures::future::join_all;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy},
    prop_oneof,
    test_runner::{Config, TestRunner},
};
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use serde_json::json;
use testkit::TestApp;
use tokio::runtime::Runtime;
use url::Url;

const PAGE: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Cookie headers that contain the consent's own cookie among others.
fn cookie_headers(own: &str) -> Vec<Vec<u8>> {
    let secret = own.split_once('=').unwrap().1;
    let text = [
        format!("theme=dark; {own}; language=nl"),
        format!("consent=true; {own}"),
        format!("{own}; consent=true"),
        format!("consent=; {own}; consent=\"\""),
        format!("consent={}; {own}", "A".repeat(42)),
        format!("consent; {own};;; =x; ="),
        format!("session={{\"a\":[1,2]}}; {own}; weird name=with space; a=\"b;c\""),
        format!("consent={}.{secret}", "B".repeat(42) + "A"),
    ];
    let bytes = [
        [b"name=Jos\xe9; ".as_slice(), own.as_bytes()].concat(),
        [own.as_bytes(), "; stad=Zürich; emoji=🍪".as_bytes()].concat(),
        [b"\xff\xfe=\x80; ".as_slice(), own.as_bytes(), b"; consent=\xff"].concat(),
    ];
    text.into_iter().map(String::into_bytes).chain(bytes).collect()
}

#[tokio::test]
async fn cookies_of_other_programs_spoil_nothing() {
    let app = TestApp::start().await;
    let (sample, _) = app.begin_consent().await;

    for at in 0..cookie_headers(&sample).len() {
        let (own, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        let cookie = HeaderValue::from_bytes(&cookie_headers(&own)[at]).unwrap();

        let answer = app.send(app.request(Method::GET, &path).header("cookie", cookie.clone())).await;

        assert_eq!(answer.status, 200, "{cookie:?}: {answer:?}");
    }
}

/// Bytes that a browser can send in a cookie header (RFC 9110 section 5.5), whatever their meaning for other programs.
fn foreign_cookies() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![0x20_u8..=0x7e, 0x80_u8..=0xff, Just(b'\t'), Just(b';'), Just(b'='), Just(b'"')];
    vec(prop_oneof![vec(byte, 0..24), Just(b"consent=".to_vec()), Just(b"; consent=x".to_vec())], 0..5)
        .prop_map(|parts| parts.concat())
}

#[test]
fn a_consent_is_found_among_cookies_of_any_bytes() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(foreign_cookies(), foreign_cookies()), |(before, after)| {
        runtime.block_on(async {
            let (own, page) = app.begin_consent().await;
            let path = app.approve(&page, "person").await;
            let header = [before.as_slice(), b"; ", own.as_bytes(), b"; ", after.as_slice()].concat();

            let request = app.request(Method::GET, &path).header("cookie", HeaderValue::from_bytes(&header).unwrap());

            assert_eq!(app.send(request).await.status, 200, "{:?}", String::from_utf8_lossy(&header));
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn two_cookie_headers_are_read_as_one() {
    let app = TestApp::start().await;
    let (own, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let request = app.request(Method::GET, &path).header("cookie", "consent=true").header("cookie", own);

    assert_eq!(app.send(request).await.status, 200);
}

#[tokio::test]
async fn a_cookie_that_is_not_of_our_form_is_not_adopted() {
    let app = TestApp::start().await;
    for foreign in ["consent=true", "consent=x.y", &format!("consent={}", "a".repeat(44))] {
        let answer = app.send(app.request(Method::GET, "/auth").header("cookie", foreign)).await;

        let secret = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
        assert_eq!(secret.len(), 43, "{foreign}: {secret}");
    }
}

#[tokio::test]
async fn parameters_of_others_are_ignored() {
    let app = TestApp::start().await;
    let cookie = async |query: &str| {
        let answer = app.send(app.request(Method::GET, &format!("/auth?{query}"))).await;
        assert_eq!(answer.status, 303, "{query}: {answer:?}");
        let page = Url::parse(answer.header("location")).unwrap();
        (answer.header("set-cookie").split(';').next().unwrap().to_owned(), page)
    };
    for query in ["fbclid=x", "utm_source=news", "fbclid=x&fbclid=y", "a&a&a", "=", "%ff=%zz", "x=%3Cscript%3E"] {
        let (cookie, page) = cookie(query).await;
        let path = app.approve(&page, "person").await;

        let answer = app.callback(&format!("{path}&{query}"), &cookie).await;

        assert_eq!(answer.status, 200, "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn a_callback_that_comes_again_is_answered_the_same() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let first = app.callback(&path, &cookie).await;
    let again = app.callback(&path, &cookie).await;

    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(app.bank.count("POST token").await, 1, "a code works once");
}

#[tokio::test]
async fn callbacks_that_come_at_once_are_all_answered_the_same() {
    let app = TestApp::start().await;
    // The exchange is slow, so that the other callbacks arrive while the first one is still running.
    app.bank.fault(json!({ "endpoint": "POST token", "delay_ms": 600 })).await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let answers = join_all((0..4).map(|_| app.callback(&path, &cookie))).await;

    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (200, &answers[0].text), "{answer:?}");
    }
    assert_eq!(app.bank.count("POST token").await, 1);
    assert_eq!(app.bank.count("POST session-server").await, 1);
}

#[tokio::test]
async fn a_code_that_was_lost_is_lost_for_whoever_comes_again() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    app.bank.fault(json!({ "endpoint": "POST token", "drop": "after" })).await;

    for _ in 0..2 {
        let answer = app.callback(&path, &cookie).await;
        assert_eq!(answer.problem(502, "bank_unavailable")["action"], "reauthorise");
    }
    assert_eq!(app.bank.count("POST token").await, 1);
}

#[tokio::test]
async fn what_only_looks_ahead_uses_nothing_up() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let items = app.scan("ephemera").await;

    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
        ("x-purpose", "preview"),
    ] {
        for path in ["/auth", &path] {
            let request = app.request(Method::GET, path).header("cookie", &cookie).header("accept", PAGE);
            let ahead = app.send(request.header(HeaderName::from_static(name), value)).await;
            assert_eq!((ahead.status, ahead.header("set-cookie")), (503, ""), "{name}: {value}");
        }
    }
    for path in ["/auth", &path] {
        let head = app.send(app.request(Method::HEAD, path).header("cookie", &cookie)).await;
        assert_eq!(head.status, 503, "{path}");
    }

    assert_eq!(app.scan("ephemera").await, items);
    assert_eq!(app.callback(&path, &cookie).await.status, 200);
}

#[tokio::test]
async fn a_page_is_redirected_to_so_that_code_and_state_leave_the_address() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let open = async |path: &str| {
        app.send(app.request(Method::GET, path).header("cookie", &cookie).header("accept", PAGE)).await
    };

    let redirect = open(&path).await;
    let location = redirect.header("location").to_owned();
    let shown = [open(&format!("/{location}")).await, open(&format!("/{location}")).await];

    assert_eq!(redirect.status, 303, "{redirect:?}");
    for secret in path.split(['?', '&']).skip(1).filter_map(|pair| pair.split_once('=')) {
        assert!(!location.contains(secret.1), "{location}");
    }
    for page in shown {
        assert!(page.status == 200 && page.text.contains("Your bunq account is connected"), "{page:?}");
    }
}

#[tokio::test]
async fn the_cookie_is_replaced_after_each_completed_consent_and_other_tabs_go_on() {
    let app = TestApp::start().await;
    let secrets = |cookie: &str| {
        let value = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        value.split('.').map(str::to_owned).collect::<Vec<_>>()
    };
    let (cookie, first) = app.begin_consent().await;
    let second = app.send(app.request(Method::GET, "/auth").header("cookie", &cookie)).await;
    let second = Url::parse(second.header("location")).unwrap();

    let path = app.approve(&first, "person").await;
    let completed = app.callback(&path, &cookie).await;
    let replaced = completed.header("set-cookie").split(';').next().unwrap().to_owned();
    let path = app.approve(&second, "company").await;
    let other = app.callback(&path, &replaced).await;

    assert_ne!(secrets(&replaced)[0], secrets(&cookie)[0]);
    assert_eq!(other.status, 200, "{other:?}");
    // A consent that starts from now on is bound to the new secret only.
    let begun = app.send(app.request(Method::GET, "/auth").header("cookie", &replaced)).await;
    let path = app.approve(&Url::parse(begun.header("location")).unwrap(), "person").await;
    app.callback(&path, &cookie).await.problem(422, "other_browser");
    assert_eq!(app.callback(&path, &replaced).await.status, 200);
}

#[tokio::test]
async fn an_error_of_the_bank_is_not_the_customers_decision() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();

    let answer = app.callback(&format!("/callback?error=server_error&state={state}"), &cookie).await;

    assert_eq!(answer.problem(502, "consent_failed")["action"], "reauthorise");
}

#[tokio::test]
async fn json_is_answered_to_whoever_does_not_ask_for_a_page() {
    let app = TestApp::start().await;
    for accept in ["*/*", "application/json", "application/json, text/html;q=0", ""] {
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;

        let answer = app.send(app.request(Method::GET, &path).header("cookie", cookie).header("accept", accept)).await;

        assert_eq!(answer.json()["message"], "OAuth success", "{accept}");
    }
}
