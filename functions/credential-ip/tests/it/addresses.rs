//! The addresses of a key: listed, read, added, activated and deactivated.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{ADDRESS, KEYS, OTHER, at_one_address, deactivate, ips, listed, objects, pairs, text};

#[tokio::test]
async fn the_keys_and_their_addresses_are_read() {
    let app = at_one_address().await;
    let id = app.read_secret("tpp").await["psp"]["credential_id"].clone();

    let keys = objects(&app.get(KEYS).await, "CredentialPasswordIp");
    let one = objects(&app.get(&format!("{KEYS}/{id}")).await, "CredentialPasswordIp");
    let addresses = objects(&app.get(&format!("{KEYS}/{id}/ip")).await, "PermittedIp");
    let address = objects(&app.get(&format!("{KEYS}/{id}/ip/{}", addresses[0]["id"])).await, "PermittedIp");

    assert_eq!((keys.len(), &keys[0]["id"], &keys[0]["status"]), (1, &id, &json!("ACTIVE")));
    assert_eq!(one, keys);
    assert_eq!(keys[0]["permitted_device"]["ip"], ADDRESS, "what the setup registered");
    assert_eq!(
        (addresses.len(), text(&addresses[0], "ip"), text(&addresses[0], "status")),
        (1, ADDRESS.into(), "ACTIVE".into())
    );
    assert_eq!(address, addresses);
}

#[tokio::test]
async fn the_setup_permits_every_address_in_the_sandbox_where_nobody_says() {
    let app = TestApp::start().await;

    assert_eq!(listed(&app).await, pairs(&[("*", "ACTIVE")]));
}

#[tokio::test]
async fn the_setup_permits_the_addresses_of_its_configuration() {
    let mut app =
        TestApp::builder().variable("PERMITTED_IPS", format!("{OTHER}, {ADDRESS}")).not_onboarded().start().await;
    app.bank.settings(json!({ "egress_ip": ADDRESS })).await;

    let report = app.setup(json!({})).await.unwrap();

    app.api_key = report["api_key"].as_str().unwrap().to_owned();
    let mut listed = listed(&app).await;
    listed.sort();
    assert_eq!(listed, pairs(&[(ADDRESS, "ACTIVE"), (OTHER, "ACTIVE")]));
}

#[tokio::test]
async fn an_address_is_added_switched_off_and_on_again() {
    let app = at_one_address().await;
    let list = ips(&app).await;

    let added = app.post(&list, &json!({ "ip": OTHER, "status": "ACTIVE" })).await;

    let id = added.json()["Response"][0]["Id"]["id"].as_u64().unwrap();
    let location = format!("{}{}/{id}", app.url, &list[1..]);
    assert_eq!((added.status, added.header("location")), (201, location.as_str()), "{added:?}");
    assert_eq!(text(&objects(&app.get(&location).await, "PermittedIp")[0], "ip"), OTHER);
    for status in ["INACTIVE", "ACTIVE", "INACTIVE"] {
        let changed = app.put(&location, &json!({ "status": status })).await;

        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(listed(&app).await, pairs(&[(ADDRESS, "ACTIVE"), (OTHER, status)]));
    }
}

#[tokio::test]
async fn an_address_is_active_unless_it_is_said_to_be_otherwise() {
    let app = at_one_address().await;
    let list = ips(&app).await;

    assert_eq!(app.post(&list, &json!({ "ip": OTHER })).await.status, 201);
    assert_eq!(app.post(&list, &json!({ "ip": "185.40.108.9", "status": "INACTIVE" })).await.status, 201);

    assert_eq!(listed(&app).await, pairs(&[(ADDRESS, "ACTIVE"), (OTHER, "ACTIVE"), ("185.40.108.9", "INACTIVE")]));
}

#[tokio::test]
async fn an_address_that_the_bank_could_never_see_is_refused_with_the_reason() {
    let app = at_one_address().await;
    let list = ips(&app).await;
    app.bank.forget_calls().await;
    let malformed = "must be an IPv4 address";
    for (ip, why) in [
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "shared"),
        ("100.127.255.255", "shared"),
        ("0.0.0.0", "reserved"),
        ("255.255.255.255", "reserved"),
        ("240.0.0.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("192.0.2.1", "documentation"),
        ("185.40.108", malformed),
        ("185.40.108.256", malformed),
        ("185.040.108.007", malformed),
        ("185.40.108.0/24", malformed),
        ("185.40.108.7:443", malformed),
        (" 185.40.108.7", malformed),
        ("3106434055", malformed),
        ("0xb9286c07", malformed),
        ("１８５.40.108.7", malformed),
        ("bunq.com", malformed),
        ("", malformed),
        ("2a03:b0c0::1", malformed),
        ("::ffff:185.40.108.7", malformed),
        ("**", malformed),
        ("*.*.*.*", malformed),
        ("185.40.108.*", malformed),
    ] {
        for path in [list.clone(), format!("{list}?allow_wildcard=true")] {
            let reasons = app.post(&path, &json!({ "ip": ip })).await.reasons();

            assert_eq!(reasons.len(), 1, "{ip}: {reasons:?}");
            assert_eq!(reasons[0].0, "/ip", "{ip}");
            assert!(reasons[0].1.contains(why), "{ip}: {reasons:?}");
        }
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn addresses_next_to_those_that_are_refused_are_good() {
    let app = at_one_address().await;
    let list = ips(&app).await;
    let good =
        ["9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "1.1.1.1"];
    for ip in good {
        let added = app.post(&list, &json!({ "ip": ip })).await;

        assert_eq!(added.status, 201, "{ip}: {added:?}");
    }
    assert_eq!(listed(&app).await.len(), 1 + good.len());
}

#[tokio::test]
async fn any_address_is_permitted_only_where_it_is_said_twice() {
    let app = at_one_address().await;
    app.bank.settings(json!({ "wildcard_ip_api": "allow" })).await;
    let list = ips(&app).await;
    let wildcard = json!({ "ip": "*" });
    for query in ["", "?allow_wildcard=false"] {
        let reasons = app.post(&format!("{list}{query}"), &wildcard).await.reasons();

        assert!(reasons[0].0 == "/ip" && reasons[0].1.contains("?allow_wildcard=true"), "{reasons:?}");
    }
    for query in ["?allow_wildcard=1", "?allow_wildcard=", "?allow_wildcard=true&allow_wildcard=true", "?wildcard=true"]
    {
        let reasons = app.post(&format!("{list}{query}"), &wildcard).await.reasons();

        assert!(query.contains(&reasons[0].0), "{query}: {reasons:?}");
    }
    assert_eq!(listed(&app).await, pairs(&[(ADDRESS, "ACTIVE")]));

    let allowed = app.post(&format!("{list}?allow_wildcard=true"), &wildcard).await;

    assert_eq!(allowed.status, 201, "{allowed:?}");
    assert_eq!(listed(&app).await, pairs(&[(ADDRESS, "ACTIVE"), ("*", "ACTIVE")]));
}

#[tokio::test]
async fn a_wildcard_that_the_bank_refuses_is_refused_in_its_words() {
    let app = at_one_address().await;
    app.bank.settings(json!({ "wildcard_ip_api": "refuse" })).await;

    let answer = app.post(&format!("{}?allow_wildcard=true", ips(&app).await), &json!({ "ip": "*" })).await;

    let problem = answer.problem(422, "bank_refused");
    assert!(!problem["errors"].as_array().unwrap().is_empty(), "{problem}");
}

#[tokio::test]
async fn a_body_that_cannot_be_is_refused_where_it_is_wrong() {
    let app = at_one_address().await;
    let list = ips(&app).await;
    let one = format!("{list}/1");
    app.bank.forget_calls().await;
    let post: [(Value, &str); 6] = [
        (json!({}), "/ip"),
        (json!({ "ip": null }), "/ip"),
        (json!({ "ip": 3106434055_u32 }), "/ip"),
        (json!({ "ip": OTHER, "status": "active" }), "/status"),
        (json!({ "ip": OTHER, "status": "REVOKED" }), "/status"),
        (json!({ "ip": OTHER, "token_value": "x" }), "/token_value"),
    ];
    for (body, pointer) in post {
        assert_eq!(app.post(&list, &body).await.reasons()[0].0, pointer, "{body}");
    }
    let put = [
        (json!({}), "/status"),
        (json!({ "status": "" }), "/status"),
        (json!({ "status": true }), "/status"),
        (json!({ "status": "ACTIVE", "ip": OTHER }), "/ip"),
    ];
    for (body, pointer) in put {
        assert_eq!(app.put(&one, &body).await.reasons()[0].0, pointer, "{body}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn lists_are_read_page_by_page_by_following_their_links() {
    let app = at_one_address().await;
    let list = ips(&app).await;
    for last in 8..12 {
        assert_eq!(app.post(&list, &json!({ "ip": format!("185.40.108.{last}") })).await.status, 201);
    }
    let (mut page, mut seen) = (app.get(&format!("{list}?count=2")).await, Vec::new());

    loop {
        seen.extend(objects(&page, "PermittedIp").iter().map(|ip| text(ip, "ip")));
        let next = page.header("link").split(", ").find(|link| link.ends_with("; rel=\"next\"")).map(str::to_owned);
        let Some(next) = next else { break };
        let url = next.trim_start_matches('<').split('>').next().unwrap();
        assert!(url.starts_with(&format!("{}{}?", app.url, &list[1..])), "our own address: {url}");
        page = app.get(url).await;
    }

    assert_eq!(seen, [11, 10, 9, 8, 7].map(|last| format!("185.40.108.{last}")));
    let keys = app.get(&format!("{KEYS}?count=1")).await;
    assert!(keys.header("link").contains(&format!("{}credential-password-ip?", app.url)), "{keys:?}");
    assert_eq!(app.get(&format!("{KEYS}?count=0")).await.reasons()[0].0, "count");
    assert_eq!(app.get(&format!("{list}?page=2")).await.reasons()[0].0, "page");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_no_id_is_refused() {
    let app = at_one_address().await;
    let list = ips(&app).await;

    app.get(&format!("{KEYS}/999999")).await.problem(404, "bank_refused");
    app.get(&format!("{KEYS}/999999/ip")).await.problem(404, "bank_refused");
    app.get(&format!("{list}/999999")).await.problem(404, "bank_refused");
    app.put(&format!("{list}/999999"), &json!({ "status": "ACTIVE" })).await.problem(404, "bank_refused");
    assert_eq!(app.get(&format!("{KEYS}/egres")).await.reasons()[0].0, "credential_password_ip_id");
    assert_eq!(app.get(&format!("{list}/x")).await.reasons()[0].0, "item_id");
    let twice = app.get(&format!("{KEYS}/credential-password-ip/1")).await;
    twice.problem(404, "route_not_found");
}

#[tokio::test]
async fn one_of_two_addresses_can_be_switched_off_and_the_other_goes_on() {
    let app = at_one_address().await;
    assert_eq!(app.post(&ips(&app).await, &json!({ "ip": OTHER })).await.status, 201);

    assert_eq!(deactivate(&app, OTHER).await.status, 200);

    assert_eq!(listed(&app).await, pairs(&[(ADDRESS, "ACTIVE"), (OTHER, "INACTIVE")]));
}
