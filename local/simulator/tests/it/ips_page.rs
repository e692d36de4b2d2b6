//! The page on which a provider permits addresses without an API key.

use serde_json::json;

use crate::client::{BAD_KEY_OR_IP, Reply, bank};
use crate::setup::Provider;

const PATH: &str = "/app/ips";

/// A provider whose only address has changed.
async fn locked_out() -> Provider {
    let provider = Provider::permitted(bank().await, json!(["127.0.0.1"])).await;
    provider.bank.switch("settings", json!({"egress_ip": "198.51.100.7"})).await;
    provider
}

async fn send(provider: &Provider, fields: &[(&str, &str)]) -> Reply {
    provider.bank.form(PATH, fields).send().await
}

async fn page(provider: &Provider) -> String {
    let reply = provider.bank.get(PATH).send().await.ok();
    assert!(reply.header("Content-Security-Policy").unwrap().contains("default-src 'none'"));
    assert!(!reply.text.contains("<script"));
    reply.text
}

/// The ids of the only key and of its only address, as in the forms of the page.
fn ids(page: &str) -> (String, String) {
    let value = |name: &str| {
        let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    (value("credential"), value("ip_id"))
}

#[tokio::test]
async fn before_there_is_a_provider_the_page_says_so() {
    let bank = bank().await;

    assert!(bank.get(PATH).send().await.ok().text.contains("No payment service provider"));
}

#[tokio::test]
async fn who_is_locked_out_permits_the_new_address() {
    let provider = locked_out().await;
    provider.get("credential-password-ip").await.refused(400, BAD_KEY_OR_IP);
    let before = page(&provider).await;
    assert!(before.contains("Tests AISP PISP") && before.contains("data-ip=\"127.0.0.1\" data-status=\"ACTIVE\""));
    assert!(!before.contains(&provider.api_key));
    let (key, _) = ids(&before);

    let reply = send(&provider, &[("credential", &key), ("ip", " 198.51.100.7 "), ("decision", "add")]).await;

    assert_eq!((reply.status, reply.header("Location")), (303, Some(PATH)));
    provider.get("credential-password-ip").await.ok();
    assert!(page(&provider).await.contains("data-ip=\"198.51.100.7\" data-status=\"ACTIVE\""));
}

#[tokio::test]
async fn addresses_are_deactivated_and_permitted() {
    let provider = Provider::permitted(bank().await, json!(["127.0.0.1"])).await;
    let (key, ip) = ids(&page(&provider).await);
    let change = |decision: &'static str| {
        let (provider, key, ip) = (&provider, key.clone(), ip.clone());
        async move { send(provider, &[("credential", &key), ("ip_id", &ip), ("decision", decision)]).await.status }
    };

    assert_eq!(change("deactivate").await, 303);
    provider.get("credential-password-ip").await.refused(400, BAD_KEY_OR_IP);
    assert!(page(&provider).await.contains("data-status=\"INACTIVE\""));
    assert_eq!(change("permit").await, 303);
    provider.get("credential-password-ip").await.ok();
}

#[tokio::test]
async fn every_address_can_be_permitted_here() {
    let provider = locked_out().await;
    let (key, _) = ids(&page(&provider).await);

    assert_eq!(send(&provider, &[("credential", &key), ("ip", "*"), ("decision", "add")]).await.status, 303);

    provider.get("credential-password-ip").await.ok();
}

#[tokio::test]
async fn forms_that_cannot_be_obeyed_are_told_why() {
    let provider = Provider::permitted(bank().await, json!(["127.0.0.1"])).await;
    let (key, ip) = ids(&page(&provider).await);

    for (fields, status) in [
        (vec![("credential", key.as_str()), ("ip", "<b>"), ("decision", "add")], 400),
        (vec![("credential", &key), ("ip", "2001:db8::1"), ("decision", "add")], 400),
        (vec![("credential", &key), ("ip", "127.0.0.1"), ("decision", "add")], 409),
        (vec![("credential", &key), ("ip_id", &ip), ("decision", "perhaps")], 400),
        (vec![("credential", &key), ("ip_id", "1"), ("decision", "deactivate")], 400),
        (vec![("credential", &ip), ("ip_id", &ip), ("decision", "deactivate")], 400),
        (vec![], 400),
    ] {
        let reply = send(&provider, &fields).await;
        assert_eq!(reply.status, status, "{fields:?}");
        assert!(reply.text.contains("role=\"alert\"") && reply.text.contains("href=\"/app/ips\""));
        assert!(!reply.text.contains("<b>"));
    }
    provider.get("credential-password-ip").await.ok();
}

#[tokio::test]
async fn a_form_of_another_page_is_not_obeyed() {
    let provider = Provider::permitted(bank().await, json!(["127.0.0.1"])).await;
    let (key, ip) = ids(&page(&provider).await);
    let call = || provider.bank.form(PATH, &[("credential", &key), ("ip_id", &ip), ("decision", "deactivate")]);

    for (name, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-site")] {
        assert_eq!(call().header(name, value).send().await.status, 403, "{name}: {value}");
    }
    provider.get("credential-password-ip").await.ok();
}
