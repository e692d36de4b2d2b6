use bunq_simulator::{IpCheck, Options, Settings, WildcardIpApi};
use serde_json::{Value, json};

use crate::client::{BAD_KEY_OR_IP, Bank, Reply, bank, bank_with};
use crate::setup::{App, Provider};

const ELSEWHERE: &str = "203.0.113.9";

/// A provider whose key works only from this machine, and the path of the key's address list.
async fn at_home(settings: Settings) -> (Provider, String) {
    let provider = Provider::permitted(bank_with(settings).await, json!(["127.0.0.1"])).await;
    let ips = ips(&provider).await;
    (provider, ips)
}

async fn ips(provider: &Provider) -> String {
    let key = provider.get("credential-password-ip").await.ok().response(0)["CredentialPasswordIp"]["id"].clone();
    format!("credential-password-ip/{key}/ip")
}

async fn listed(provider: &Provider, ips: &str) -> Vec<(Value, Value)> {
    let reply = provider.get(ips).await.ok().json();
    let of = |element: &Value| (element["PermittedIp"]["ip"].clone(), element["PermittedIp"]["status"].clone());
    reply["Response"].as_array().unwrap().iter().rev().map(of).collect()
}

async fn from_elsewhere(provider: &Provider) -> Reply {
    provider.bank.get("/v1/user").token(&provider.session).from(ELSEWHERE).send().await
}

#[tokio::test]
async fn the_keys_of_a_provider_are_listed_without_their_secrets() {
    let (provider, ips) = at_home(Settings::default()).await;
    let id = provider.id + 1;

    let list = provider.get("credential-password-ip").await.ok();
    let one = provider.get(&format!("credential-password-ip/{id}")).await.ok();

    let key = list.response(0)["CredentialPasswordIp"].clone();
    assert_eq!(one.response(0)["CredentialPasswordIp"], key);
    assert_eq!(
        (&key["id"], &key["status"], &key["expiry_time"], &key["token_value"]),
        (&json!(id), &json!("ACTIVE"), &Value::Null, &Value::Null)
    );
    assert_eq!(key["permitted_device"], json!({"description": "tests", "ip": "127.0.0.1"}));
    assert!(!list.text.contains(&provider.api_key) && !one.text.contains(&provider.api_key));
    let path = provider.path("credential-password-ip");
    assert_eq!(
        list.json()["Pagination"],
        json!({"future_url": format!("{path}?newer_id={id}"), "newer_url": null, "older_url": null})
    );
    assert_eq!(ips, format!("credential-password-ip/{id}/ip"));
}

#[tokio::test]
async fn the_secret_of_a_used_key_is_shown_when_so_set() {
    let (provider, ips) = at_home(Settings { show_token_value: true, ..Settings::default() }).await;
    let one = ips.strip_suffix("/ip").unwrap();

    for path in ["credential-password-ip", one] {
        let key = provider.get(path).await.ok().response(0)["CredentialPasswordIp"].clone();
        assert_eq!((&key["status"], &key["token_value"]), (&json!("ACTIVE"), &json!(provider.api_key)), "{path}");
    }
}

#[tokio::test]
async fn the_addresses_of_the_device_server_are_on_the_list() {
    for (list, strict, expected) in [
        (json!([]), false, vec!["127.0.0.1"]),
        (json!(["127.0.0.1", ELSEWHERE, "127.0.0.1"]), false, vec!["127.0.0.1", ELSEWHERE]),
        (json!(["127.0.0.1", "*"]), false, vec!["127.0.0.1", "*"]),
        (json!(["*"]), false, vec!["*"]),
        (json!(["*"]), true, vec!["127.0.0.1"]),
    ] {
        let settings = Settings { strict_wildcard: strict, ..Settings::default() };
        let provider = Provider::permitted(bank_with(settings).await, list.clone()).await;

        let listed = listed(&provider, &ips(&provider).await).await;

        let expected: Vec<_> = expected.into_iter().map(|ip| (json!(ip), json!("ACTIVE"))).collect();
        assert_eq!(listed, expected, "{list}");
    }
}

#[tokio::test]
async fn an_added_address_may_call() {
    let (provider, ips) = at_home(Settings::default()).await;
    from_elsewhere(&provider).await.refused(400, BAD_KEY_OR_IP);

    let id = provider.post(&ips, json!({"ip": ELSEWHERE})).await.ok().id();

    from_elsewhere(&provider).await.ok();
    provider.bank.session(&provider.installation, &provider.api_key).from(ELSEWHERE).send().await.ok();
    let one = provider.get(&format!("{ips}/{id}")).await.ok().response(0)["PermittedIp"].clone();
    assert_eq!((&one["ip"], &one["status"], &one["updated"]), (&json!(ELSEWHERE), &json!("ACTIVE"), &one["created"]));
    let list = provider.get(&ips).await.ok().json();
    assert_eq!(list["Response"][0]["PermittedIp"], one);
    assert_eq!(list["Pagination"]["future_url"], format!("{}?newer_id={id}", provider.path(&ips)));
}

#[tokio::test]
async fn an_address_is_switched_off_and_on() {
    let (provider, ips) = at_home(Settings::default()).await;
    let id = provider.post(&ips, json!({"ip": ELSEWHERE, "status": "INACTIVE"})).await.ok().id();
    let one = format!("{ips}/{id}");
    from_elsewhere(&provider).await.refused(400, BAD_KEY_OR_IP);

    assert_eq!(provider.put(&one, json!({"status": "ACTIVE"})).await.ok().id(), id);
    from_elsewhere(&provider).await.ok();
    provider.put(&one, json!({"ip": ELSEWHERE, "status": "INACTIVE"})).await.ok();

    from_elsewhere(&provider).await.refused(400, BAD_KEY_OR_IP);
    let shown = provider.get(&one).await.ok().response(0)["PermittedIp"].clone();
    assert_eq!(shown["status"], "INACTIVE");
    assert!(shown["updated"].as_str() > shown["created"].as_str());
}

#[tokio::test]
async fn whoever_deactivates_the_own_address_is_locked_out() {
    let (provider, ips) = at_home(Settings::default()).await;
    let id = provider.get(&ips).await.ok().response(0)["PermittedIp"]["id"].clone();
    let one = format!("{ips}/{id}");

    provider.put(&one, json!({"status": "INACTIVE"})).await.ok();

    provider.put(&one, json!({"status": "ACTIVE"})).await.refused(400, BAD_KEY_OR_IP);
    let session = provider.bank.session(&provider.installation, &provider.api_key).send().await;
    session.refused(400, BAD_KEY_OR_IP);
    let device = json!({"description": "again", "secret": provider.api_key, "permitted_ips": ["127.0.0.1"]});
    let device = provider.bank.post("/v1/device-server", device).token(&provider.installation).send().await;
    device.refused(400, BAD_KEY_OR_IP);
    provider.bank.switch("settings", json!({"ip_check": IpCheck::Sessions})).await;
    provider.put(&one, json!({"status": "ACTIVE"})).await.ok();
}

#[tokio::test]
async fn an_address_cannot_become_another() {
    let (provider, ips) = at_home(Settings::default()).await;
    let id = provider.post(&ips, json!({"ip": ELSEWHERE})).await.ok().id();
    let one = format!("{ips}/{id}");

    let other = json!({"ip": "203.0.113.10", "status": "ACTIVE"});
    provider.put(&one, other).await.refused_by_simulator(400, "cannot be changed");
    provider.put(&one, json!({"ip": ELSEWHERE})).await.refused_by_simulator(400, "\"status\" is required");
    provider.put(&one, json!({"status": "GONE"})).await.refused_by_simulator(400, "ACTIVE or INACTIVE");
    provider.post(&ips, json!({"ip": ELSEWHERE})).await.refused_by_simulator(400, "on the list");
}

#[tokio::test]
async fn only_ipv4_addresses_are_taken_and_every_address_by_setting() {
    let (provider, ips) = at_home(Settings::default()).await;
    let post = |ip: &str| provider.post(&ips, json!({"ip": ip}));

    post("*").await.refused_by_simulator(400, "in the app only");
    post("2001:db8::1").await.refused_by_simulator(400, "IPv4");
    for text in ["home", "", "203.0.113", "203.0.113.9/32", "203.0.113.999"] {
        post(text).await.refused_by_simulator(400, "neither an IP address");
    }
    provider.post(&ips, json!({"status": "ACTIVE"})).await.refused_by_simulator(400, "\"ip\" is required");
    let extra = provider.post(&ips, json!({"ip": ELSEWHERE, "description": "x"})).await;
    extra.refused(400, "Superfluous field \"description\".");
    assert_eq!(listed(&provider, &ips).await.len(), 1);

    let allow = json!({"wildcard_ip_api": WildcardIpApi::Allow, "ipv6_permitted_ips": true});
    provider.bank.switch("settings", allow).await;
    post("2001:db8::1").await.ok();
    post("*").await.ok();
    from_elsewhere(&provider).await.ok();
    let key = provider.get("credential-password-ip").await.ok().response(0);
    assert_eq!(key["CredentialPasswordIp"]["permitted_device"]["ip"], "*");
}

#[tokio::test]
async fn a_key_that_no_device_server_bound_has_no_list() {
    let (provider, _) = at_home(Settings::default()).await;
    let body = provider.bank.credential_body(&provider.installation, "Tests AISP PISP");
    let path = "/v1/payment-service-provider-credential";
    let fresh = provider.bank.post(path, body).token(&provider.installation).send().await.ok().response(0);
    let id = fresh["CredentialPasswordIp"]["id"].as_u64().unwrap();

    let list = provider.get(&format!("credential-password-ip/{id}/ip")).await.ok();
    let added = provider.post(&format!("credential-password-ip/{id}/ip"), json!({"ip": ELSEWHERE})).await;

    assert_eq!(list.json()["Response"], json!([]));
    added.refused_by_simulator(400, "first device-server");
    assert_eq!(provider.get(&format!("credential-password-ip/{id}")).await.ok().response(0), fresh);
}

#[tokio::test]
async fn only_the_provider_itself_sees_its_keys() {
    let app = App::new(Settings::default()).await;
    let customer = app.connect("person").await;
    let provider = &app.provider;
    let ips = ips(provider).await;
    let own = |rest: &str| format!("/v1/user/{}/{rest}", customer.id);
    let get = |path: String| app.bank().get(&path).token(&customer.session).send();

    for path in ["credential-password-ip", "credential-password-ip/1", &ips, "credential-password-ip/1/ip/1"] {
        get(own(path)).await.refused_by_simulator(403, "only a payment service provider");
        let user = format!("User for id \"{}\" not found.", provider.id);
        get(provider.path(path)).await.refused(404, &user);
    }
    let consent = provider.id + 100;
    let unknown = provider.get(&format!("credential-password-ip/{consent}")).await;
    unknown.refused(404, &format!("Credential password ip for id \"{consent}\" not found."));
    provider.get(&format!("{ips}/1")).await.refused(404, "Permitted ip for id \"1\" not found.");
}

#[tokio::test]
async fn an_access_token_without_a_device_follows_its_provider() {
    let bank = bank().await;
    let app = Provider::permitted(bank, json!(["127.0.0.1"])).await.app().await;
    let customer = app.connect("person").await;
    let ips = ips(&app.provider).await;
    let user = || app.bank().get("/v1/user").token(&customer.session).from(ELSEWHERE).send();
    user().await.refused(400, BAD_KEY_OR_IP);

    app.provider.post(&ips, json!({"ip": ELSEWHERE})).await.ok();

    user().await.ok();
    let session = app.bank().session(&app.provider.installation, &customer.access_token).from(ELSEWHERE);
    session.send().await.ok();
}

#[tokio::test]
async fn lists_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let options = || Options { state_file: Some(path.clone()), ..Options::default() };
    let provider = Provider::permitted(Bank::start(options()).await, json!(["127.0.0.1"])).await;
    let ips = ips(&provider).await;
    provider.post(&ips, json!({"ip": ELSEWHERE, "status": "INACTIVE"})).await.ok();
    let before = provider.get(&ips).await.ok().json();
    let Provider { bank, .. } = provider;
    bank.simulator.stop().await;

    let provider = Provider { bank: Bank::start(options()).await, ..provider };

    assert_eq!(provider.get(&ips).await.ok().json(), before);
}
