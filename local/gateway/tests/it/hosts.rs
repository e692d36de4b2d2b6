//! The gateway accepts its own host names only, as a defence against DNS rebinding.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    browser::Browser,
    process::{Folder, Local, access_key},
};

fn free_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port().to_string()
}

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
    let port = free_port();
    let arguments = ["--public-url", "https://tpp.example/base/", "--port", &port];
    let (local, browser) = (Local::start(&folder.path(), &arguments), Browser::new());
    let auth = format!("http://127.0.0.1:{port}/auth");

    let behind = browser.send(browser.get(&auth).header("host", "tpp.example")).await;
    // This tunnel replaces the public host by this machine's name. A redirect to the public URL would loop.
    let rewritten = browser.send(browser.get(&auth).header("host", format!("localhost:{port}"))).await;
    let foreign = browser.send(browser.get(&auth).header("host", "evil.example")).await;

    assert_eq!(local.url().trim_end_matches('/'), "https://tpp.example/base");
    assert_eq!(behind.status, 303, "{behind:?}");
    assert!(behind.cookie.starts_with("__Host-consent="), "{behind:?}");
    assert_eq!(rewritten.status, 303, "{rewritten:?}");
    assert!(rewritten.location.contains("redirect_uri=https%3A%2F%2Ftpp.example%2Fbase%2Fcallback"), "{rewritten:?}");
    assert_eq!(foreign.status, 421);
}

/// Runs curl as in the README: with a signature by the access key of the state folder.
fn curl(folder: &Path, url: &str, arguments: &[&str]) -> (String, String) {
    let (id, secret) = access_key(folder);
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--noproxy", "*", "-w", "\n%{http_code}", "--aws-sigv4", "aws:amz:eu-central-1:execute-api"]);
    curl.args(["--user", &format!("{id}:{secret}"), "-H", "Content-Type: application/json"]).args(arguments);
    let output = curl.arg(url).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

#[tokio::test]
async fn nobody_sets_a_deployment_up_without_the_key_of_the_state_folder_under_any_name() {
    let folder = Folder::onboarded();
    let port = free_port();
    let _local = Local::start(&folder.path(), &["--public-url", "https://tpp.example", "--port", &port]);
    let (url, browser) = (format!("http://127.0.0.1:{port}/setup"), Browser::new());
    let (id, _) = access_key(&folder.path());
    let ours = format!("AWS4-HMAC-SHA256 Credential={id}/20260101/eu-central-1/execute-api/aws4_request, Signature=0");

    for host in ["tpp.example", "localhost", &format!("127.0.0.1:{port}")] {
        for forged in [
            "AWS4-HMAC-SHA256 Credential=x/x/x/execute-api/aws4_request",
            "AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/execute-api/aws4_request, SignedHeaders=host, \
             Signature=0",
            &ours,
            "",
        ] {
            let post = browser.post(&url).header("host", host).header("content-type", "application/json");
            let post = post.header("authorization", forged).body("{\"action\":\"list_api_keys\"}");
            let answer = browser.send(post).await;
            assert_eq!((answer.status, answer.text.as_str()), (403, r#"{"message":"Forbidden"}"#), "{host} {forged}");
        }
        let key = fs::read_to_string(folder.path().join("api-key")).unwrap();
        let with_key = browser.post(&url).header("host", host).bearer_auth(key).body("{}");
        assert_eq!(browser.send(with_key).await.status, 403, "not with an API key either");
        let (status, body) =
            curl(&folder.path(), &url, &["-H", &format!("Host: {host}"), "-d", r#"{"action":"status"}"#]);
        assert_eq!(status, "200", "{host}: {body}");
        assert!(body.contains("\"onboarded\":true"), "{body}");
    }
    let other = Folder::new();
    drop(Local::start(&other.path(), &[]));
    assert_eq!(curl(&other.path(), &url, &["-d", r#"{"action":"status"}"#]).0, "403", "another folder's key");
}

/// Each port has its checks. An unknown port would have none.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_listens_on_three_ports_and_no_other() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &[]);
    let user_id = browser.connect(&local, "person").await;
    browser.assert_reads_accounts(&local, local.api_key(), &user_id).await;

    let sockets = fs::read_dir(format!("/proc/{}/fd", local.pid())).unwrap();
    let sockets: Vec<_> = sockets.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok()).collect();
    let mut listening = Vec::new();
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/{}/net/{table}", local.pid())).unwrap();
        for line in table.lines().skip(1) {
            let columns: Vec<_> = line.split_whitespace().collect();
            let (address, state, inode) = (columns[1], columns[3], columns[9]);
            if state == "0A" && sockets.contains(&PathBuf::from(format!("socket:[{inode}]"))) {
                let (_, port) = address.rsplit_once(':').unwrap();
                listening.push(u16::from_str_radix(port, 16).unwrap().to_string());
            }
        }
    }
    listening.sort();
    let mut known = [local.url(), local.bank_url(), local.aws_url()]
        .map(|url| url.trim_end_matches('/').rsplit(':').next().unwrap().to_owned());
    known.sort();
    assert_eq!(listening, known);
}

#[tokio::test]
async fn no_port_answers_a_page_of_another_site() {
    let folder = Folder::onboarded();
    let (local, browser) = (Local::start(&folder.path(), &[]), Browser::new());

    for url in [local.url(), local.bank_url(), local.aws_url()] {
        for (name, value, status) in [
            ("host", "evil.example", 421),
            ("host", "evil.example:4566", 421),
            ("origin", "http://evil.example", 403),
            ("origin", "null", 403),
        ] {
            for request in [browser.get(url), browser.post(url), browser.delete(url)] {
                let answer = browser.send(request.header(name, value)).await;
                assert_eq!((answer.status, answer.text.as_str()), (status, ""), "{url} {name}: {value}");
            }
        }
    }
}
