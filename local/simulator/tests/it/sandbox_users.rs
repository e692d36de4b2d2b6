//! Customers that tests create, and the rights that their own API keys have and providers do not.

use bunq_simulator::{Permission, Settings};
use serde_json::{Value, json};

use crate::client::{BAD_KEY_OR_IP, key};
use crate::customer_desk::CustomerDesk;
use crate::desk::{Desk, elsewhere, euros, with};
use crate::setup::Provider;

async fn provider() -> Provider {
    Provider::new(Settings::default()).await
}

fn to(value: &str, kind: &str, address: &str) -> Value {
    json!({
        "amount": euros(value),
        "counterparty_alias": {"type": kind, "value": address, "name": "Iemand"},
        "description": "Test",
    })
}

#[tokio::test]
async fn every_sandbox_user_is_another_customer_with_an_empty_account() {
    let provider = provider().await;
    let (bank, installation) = (&provider.bank, &provider.installation);

    let one = CustomerDesk::person(bank, installation).await;
    let other = CustomerDesk::made_by(bank, installation, "sandbox-user-company").await;

    assert!(one.api_key.starts_with("sandbox_") && one.api_key.len() == 64);
    assert!(one.user["UserPerson"]["first_name"].is_string());
    assert!(other.user["UserCompany"]["directors"].is_array());
    assert_ne!((one.id, one.account, &one.api_key), (other.id, other.account, &other.api_key));
    assert_eq!((one.balance(one.account).await, other.balance(other.account).await), (json!("0.00"), json!("0.00")));
    assert_eq!(one.fields(&format!("monetary-account/{}", one.account)).await["description"], "bunq account");
    one.get(&format!("monetary-account/{}", other.account))
        .await
        .refused(404, &format!("Monetary account for id \"{}\" not found.", other.account));
    let customers = bank.get("/_simulator/customers").send().await.ok().text;
    assert!(customers.contains(&format!("sandbox-{}", one.id)));
}

#[tokio::test]
async fn a_key_works_from_the_address_that_bound_it_and_grows_old_unused() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    let elsewhere = customer.call("GET", "card").from("198.51.100.7").send().await;
    elsewhere.refused(400, BAD_KEY_OR_IP);

    let made = provider.bank.post("/v1/sandbox-user-person", json!({})).send().await.ok().response(0);
    provider.bank.switch("settings", json!({"clock_offset_seconds": 3_601})).await;
    let device = json!({"description": "tests", "secret": made["ApiKey"]["api_key"]});
    let late = provider.bank.post("/v1/device-server", device).token(&provider.installation).send().await;
    late.refused(400, BAD_KEY_OR_IP);
}

#[tokio::test]
async fn a_customer_pays_others_and_bravo_takes_it() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    customer.fund().await;
    let paid = async |body: Value| customer.post(&customer.own("payment"), body).await;

    paid(to("0.01", "EMAIL", "bravo@bunq.com")).await.ok();
    paid(to("10.00", "EMAIL", "sanne@customers.example")).await.ok();
    paid(to("500.00", "EMAIL", "bravo@bunq.com")).await.refused_by_simulator(400, "too little");

    assert_eq!(customer.balance(customer.account).await, "489.99");
    let unsigned = customer.call("POST", &customer.own("payment")).json(to("1.00", "EMAIL", "bravo@bunq.com"));
    assert_eq!(unsigned.send().await.status, 466);
}

#[tokio::test]
async fn a_batch_is_paid_as_a_whole_and_read_again() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    customer.fund().await;
    let path = customer.own("payment-batch");
    let batch =
        |value: &str| json!({"payments": [to(value, "EMAIL", "bravo@bunq.com"), to(value, "EMAIL", "bravo@bunq.com")]});

    customer.post(&path, batch("300.00")).await.refused_by_simulator(400, "too little");
    let id = customer.post(&path, batch("3.00")).await.ok().id();

    let read = customer.fields(&format!("{path}/{id}")).await;
    assert_eq!((&read["id"], read["payments"].as_array().unwrap().len()), (&json!(id), 2));
    assert!(read["payments"].as_array().unwrap().iter().all(|payment| payment["batch_id"] == id));
    assert_eq!(customer.get(&path).await.ok().json()["Response"].as_array().unwrap().len(), 1);
    assert_eq!(customer.balance(customer.account).await, "494.00");
    customer.get(&format!("{path}/1")).await.refused(404, "Payment batch for id \"1\" not found.");
}

#[tokio::test]
async fn who_is_asked_answers_the_request() {
    let provider = provider().await;
    let asked = CustomerDesk::person(&provider.bank, &provider.installation).await;
    let asking = CustomerDesk::person(&provider.bank, &provider.installation).await;
    asked.fund().await;
    let alias = asked.fields(&format!("monetary-account/{}", asked.account)).await["alias"][0].clone();
    let ask = async || {
        let body = json!({
            "amount_inquired": euros("7.50"),
            "counterparty_alias": alias,
            "description": "Taart",
            "allow_bunqme": false,
        });
        asking.post(&asking.own("request-inquiry"), body).await.ok().id();
    };
    let path = asked.own("request-response");

    ask().await;
    ask().await;
    let list = asked.get(&path).await.ok();
    let ids: Vec<u64> =
        [0, 1].map(|place| list.response(place)["RequestResponse"]["id"].as_u64().unwrap()).into_iter().collect();
    let unsigned = asked.call("PUT", &format!("{path}/{}", ids[0])).json(json!({"status": "ACCEPTED"})).send().await;
    assert_eq!(unsigned.status, 466);
    let accepted = asked.put(&format!("{path}/{}", ids[0]), json!({"status": "ACCEPTED"})).await.ok().response(0);
    let rejected = asked.put(&format!("{path}/{}", ids[1]), json!({"status": "REJECTED"})).await.ok().response(0);

    assert_eq!(accepted["RequestResponse"]["status"], "ACCEPTED");
    assert_eq!(rejected["RequestResponse"]["status"], "REJECTED");
    assert_eq!(
        (asked.balance(asked.account).await, asking.balance(asking.account).await),
        (json!("492.50"), json!("7.50"))
    );
    asked.get(&format!("{path}/1")).await.refused(404, "Request response for id \"1\" not found.");
}

#[tokio::test]
async fn an_account_is_opened_changed_and_closed() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    let open = async |kind: &str, body: Value| customer.post(&format!("monetary-account-{kind}"), body).await;

    let limit = euros("2500.00");
    let bank = open("bank", json!({"currency": "EUR", "description": "Reizen", "daily_limit": limit})).await.ok().id();
    let savings = open("savings", json!({"currency": "EUR", "savings_goal": euros("200.00")})).await.ok().id();
    customer.put(&format!("monetary-account-bank/{bank}"), json!({"setting": {"color": "#112233"}})).await.ok();
    let changed = customer.fields(&format!("monetary-account-bank/{bank}")).await;
    assert_eq!((&changed["description"], &changed["setting"]["color"]), (&json!("Reizen"), &json!("#112233")));
    assert_eq!(changed["daily_limit"], limit);
    assert_eq!(changed["setting"]["restriction_chat"], "ALLOW_INCOMING");
    let goal = customer.fields(&format!("monetary-account-savings/{savings}")).await;
    assert_eq!((&goal["savings_goal"], &goal["savings_goal_progress"]), (&euros("200.00"), &json!(0)));

    let closing = json!({
        "status": "CANCELLED", "sub_status": "REDEMPTION_VOLUNTARY", "reason": "OTHER", "reason_description": "Klaar",
    });
    assert_eq!(customer.put(&format!("monetary-account-bank/{bank}"), closing).await.ok().id(), bank);
    let closed = customer.fields(&format!("monetary-account/{bank}")).await;
    assert_eq!((&closed["status"], &closed["reason_description"]), (&json!("CANCELLED"), &json!("Klaar")));
    let pay = customer.post(&format!("monetary-account/{bank}/payment"), to("1.00", "EMAIL", "bravo@bunq.com")).await;
    pay.refused_by_simulator(400, "closed");
    for (body, words) in [
        (json!({}), "\"currency\" is required"),
        (json!({"currency": "USD"}), "must be EUR"),
        (json!({"currency": "EUR", "daily_limit": euros("10000.01")}), "at most"),
        (json!({"currency": "EUR", "status": "SLEEPY"}), "status must be"),
        (json!({"currency": "EUR", "avatar_uuid": "x"}), "avatar"),
    ] {
        open("bank", body).await.refused_by_simulator(400, words);
    }
    open("savings", json!({"currency": "EUR", "display_name": "x"}))
        .await
        .refused(400, "Superfluous field \"display_name\".");
}

#[tokio::test]
async fn a_provider_may_not_write_accounts_unless_a_setting_says_so() {
    let desk = Desk::new().await;
    let path = format!("/v1/user/{}/monetary-account-bank", desk.customer.id);
    let open = async || desk.bank().post(&path, json!({"currency": "EUR"})).token(&desk.customer.session).send().await;
    let change = async || {
        let body = json!({"description": "Anders"});
        let path = format!("{path}/60101");
        desk.bank().call("PUT", &path).json(body).token(&desk.customer.session).send().await
    };
    let upload = async || {
        let call = desk.call("POST", "60101/attachment").header("Content-Type", "image/png").body("png");
        call.header("X-Bunq-Attachment-Description", "bon").send().await
    };

    for refused in [open().await, change().await, upload().await] {
        refused.refused_by_simulator(403, "own API key");
    }
    desk.bank().switch("settings", json!({"tpp_writes": Permission::Allow})).await;

    let id = open().await.ok().id();
    assert_eq!(desk.fields(&id.to_string()).await["balance"], euros("0.00"));
    change().await.ok();
    assert_eq!(desk.fields("60101").await["description"], "Anders");
    upload().await.ok();
}

#[tokio::test]
async fn files_come_back_as_they_were_and_become_avatars() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    let upload = async |call: crate::client::Call<'_>| {
        let call = call.header("Content-Type", "image/png").header("X-Bunq-Attachment-Description", "bon");
        call.body("not quite a picture").signed(key(0)).send().await
    };
    let public = |path: &str| customer.bank.call("GET", &format!("/v1/{path}")).token(&customer.session).send();

    let made = upload(customer.bank.call("POST", "/v1/attachment-public").token(&customer.session)).await.ok();
    let uuid = made.response(0)["Uuid"]["uuid"].as_str().unwrap().to_owned();
    let content = public(&format!("attachment-public/{uuid}/content")).await.ok();
    assert_eq!((content.text.as_str(), content.header("Content-Type")), ("not quite a picture", Some("image/png")));
    assert!(content.header("X-Bunq-Server-Signature").is_some());
    let about = public(&format!("attachment-public/{uuid}")).await.ok().response(0);
    assert_eq!(about["AttachmentPublic"]["attachment"]["description"], "bon");
    public("attachment-public/x").await.refused_by_simulator(404, "no public attachment");

    let body = json!({"attachment_public_uuid": uuid});
    let avatar = customer.bank.post("/v1/avatar", body).token(&customer.session).send().await.ok().response(0);
    let avatar = avatar["Uuid"]["uuid"].as_str().unwrap().to_owned();
    let shown = public(&format!("avatar/{avatar}")).await.ok().response(0);
    assert_eq!(shown["Avatar"]["image"][0]["attachment_public_uuid"], uuid);
    let opened =
        customer.post("monetary-account-bank", json!({"currency": "EUR", "avatar_uuid": avatar})).await.ok().id();
    assert_eq!(customer.fields(&format!("monetary-account/{opened}")).await["avatar"]["uuid"], avatar);

    let id = upload(customer.call("POST", &customer.own("attachment"))).await.ok().id();
    let own = customer.own(&format!("attachment/{id}/content"));
    for path in [own.as_str(), &format!("attachment/{id}/content")] {
        assert_eq!(customer.get(path).await.ok().text, "not quite a picture");
    }
    assert_eq!(customer.fields(&format!("attachment/{id}")).await["id"], id);
    let text = customer.call("POST", &customer.own("attachment")).header("Content-Type", "text/plain").body("x");
    text.send().await.refused_by_simulator(400, "Content-Type");
}

#[tokio::test]
async fn events_span_the_accounts_that_are_seen() {
    let desk = Desk::new().await;
    let draft = desk.draft("1.00").await;
    let events = async |query: &str| {
        let path = format!("/v1/user/{}/event{query}", desk.customer.id);
        let reply = desk.bank().get(&path).token(&desk.customer.session).send().await.ok().json();
        reply["Response"].as_array().unwrap().clone()
    };

    let newest = &events("?count=1").await[0]["Event"];
    assert_eq!((&newest["object"]["DraftPayment"]["id"], &newest["status"]), (&json!(draft), &json!("AWAITING_REPLY")));
    assert_eq!((&newest["action"], &newest["monetary_account_id"]), (&json!("CREATE"), &json!("60101")));
    assert_eq!(events("?status=AWAITING_REPLY").await.len(), 1);
    let others = events("?monetary_account_id=60102,60103&count=200").await;
    assert_eq!(others.len(), 96 + 60);
    assert!(others.iter().all(|event| event["Event"]["object"]["Payment"].is_object()));
    assert_eq!(events(&format!("/{draft}")).await[0]["Event"]["id"], draft);
}

#[tokio::test]
async fn an_accepted_draft_with_a_schedule_is_a_schedule() {
    let provider = provider().await;
    let customer = CustomerDesk::person(&provider.bank, &provider.installation).await;
    let entry = with(to("1.00", "IBAN", "NL91ABNA0417164300"), "counterparty_alias", elsewhere());
    let schedule = json!({"time_start": "2031-01-31 09:30:00", "recurrence_unit": "MONTHLY", "recurrence_size": 1});
    let body = json!({"entries": [entry], "number_of_required_accepts": 1, "schedule": schedule});
    let draft = customer.post(&customer.own("draft-payment"), body).await.ok().id();
    assert!(customer.get("schedule").await.ok().json()["Response"].as_array().unwrap().is_empty());

    // A customer with an own key may accept a draft.
    let accept = customer.put(&customer.own(&format!("draft-payment/{draft}")), json!({"status": "ACCEPTED"})).await;

    accept.ok();
    let listed = customer.get("schedule").await.ok().response(0)["Schedule"].clone();
    assert_eq!((&listed["status"], &listed["time_start"]), (&json!("ACTIVE"), &json!("2031-01-31 09:30:00.000000")));
    assert_eq!(listed["object"]["ScheduledPayment"]["payment"]["amount"], euros("-1.00"));
    let path = customer.own(&format!("schedule/{}", listed["id"]));
    assert_eq!(customer.fields(&path).await, listed);
    assert_eq!(customer.fields(&customer.own("schedule")).await, listed);
}

#[tokio::test]
async fn there_are_no_cards_but_names_for_them() {
    let desk = Desk::new().await;
    let get = |rest: &str| {
        let path = format!("/v1/user/{}/{rest}", desk.customer.id);
        let call = desk.bank().get(&path).token(&desk.customer.session);
        async move { call.send().await }
    };

    assert!(get("card").await.ok().json()["Response"].as_array().unwrap().is_empty());
    get("card/7").await.refused(404, "Card for id \"7\" not found.");
    let names = get("card-name").await.ok().response(0);
    assert_eq!(names["CardUserNameArray"]["possible_card_name_array"], json!(["Sanne de Vries", "S. de Vries"]));
}
