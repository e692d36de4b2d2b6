//! The gateway knows its own name: a page in a browser that makes its name lead here gets nothing.

use crate::{
    browser::Browser,
    process::{Folder, Local},
};

/// The port of the API.
fn port(local: &Local) -> &str {
    local.url().rsplit(':').next().unwrap()
}

#[tokio::test]
async fn a_foreign_host_is_misdirected_whatever_it_asks() {
    let folder = Folder::onboarded();
    let (local, browser) = (Local::start(&folder.path(), &[]), Browser::new());

    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1", ""] {
        for path in ["/setup", "/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/request-inquiry", "/nowhere"] {
            let post =
                browser.post(&format!("{}{path}", local.url())).header("host", host).bearer_auth(local.api_key());
            let answer = browser.send(post.body("{}")).await;

            assert_eq!((answer.status, answer.text.as_str()), (421, ""), "{host} {path}");
        }
        let get = browser.get(&format!("{}/auth", local.url())).header("host", format!("{host}:{}", port(&local)));
        assert_eq!(browser.send(get).await.status, 421, "{host}");
    }
}

#[tokio::test]
async fn the_names_of_this_machine_are_known() {
    let folder = Folder::onboarded();
    let (local, browser) = (Local::start(&folder.path(), &[]), Browser::new());

    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let host = format!("{host}:{}", port(&local));
        let get = browser.get(&format!("{}/nowhere", local.url())).header("host", &host);

        assert_eq!(browser.send(get).await.status, 404, "{host}");
    }
}

#[tokio::test]
async fn auth_at_the_machines_address_leads_to_its_name() {
    let folder = Folder::onboarded();
    let (local, browser) = (Local::start(&folder.path(), &[]), Browser::new());
    let by_address = format!("http://127.0.0.1:{}/auth", port(&local));

    let plain = browser.send(browser.get(&by_address)).await;
    let with_query = browser.send(browser.get(&format!("{by_address}?x=1"))).await;

    assert_eq!((plain.status, plain.location.as_str()), (307, format!("{}/auth", local.url()).as_str()));
    assert_eq!((with_query.status, with_query.location), (307, format!("{}/auth?x=1", local.url())));
    assert_eq!(plain.cookie, "", "the cookie is for the name");
    assert_eq!(browser.send(browser.get(&plain.location)).await.status, 303);
}

#[tokio::test]
async fn behind_a_public_address_its_name_is_known_too() {
    let folder = Folder::onboarded();
    let (_listener, port) = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        (drop(listener), port)
    };
    let arguments = ["--public-url", "https://tpp.example", "--port", &port];
    let (local, browser) = (Local::start(&folder.path(), &arguments), Browser::new());
    let auth = format!("http://127.0.0.1:{port}/auth");

    let behind = browser.send(browser.get(&auth).header("host", "tpp.example")).await;
    let beside = browser.send(browser.get(&auth)).await;
    let foreign = browser.send(browser.get(&auth).header("host", "evil.example")).await;

    assert_eq!(local.url(), "https://tpp.example");
    assert_eq!(behind.status, 303, "{behind:?}");
    assert!(behind.cookie.starts_with("__Host-consent="), "{behind:?}");
    assert_eq!((beside.status, beside.location.as_str()), (307, "https://tpp.example/auth"));
    assert_eq!(foreign.status, 421);
}

#[tokio::test]
async fn a_page_cannot_set_the_deployment_up() {
    let folder = Folder::onboarded();
    let (local, browser) = (Local::start(&folder.path(), &[]), Browser::new());
    let setup = || {
        let post = browser.post(&format!("{}/setup", local.url())).header("content-type", "application/json");
        post.body("{\"action\":\"status\"}")
    };
    let signed = "AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/execute-api/aws4_request, Signature=0";

    assert_eq!(browser.send(setup()).await.status, 403);
    assert_eq!(browser.send(setup().bearer_auth(local.api_key())).await.status, 403, "not with an API key either");
    let answer = browser.send(setup().header("authorization", signed)).await;
    assert_eq!(answer.json()["onboarded"], true, "{answer:?}");
}
