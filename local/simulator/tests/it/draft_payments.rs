use bunq_simulator::{Permission, Settings};
use serde_json::{Value, json};

use crate::client::key;
use crate::desk::{Desk, MAIN_BALANCE, draft, entry, euros, with};

const PATH: &str = "60101/draft-payment";

async fn find(desk: &Desk, id: u64) -> Value {
    desk.fields(&format!("{PATH}/{id}")).await
}

async fn scheduled(desk: &Desk, schedule: Value) -> crate::client::Reply {
    desk.post(PATH, with(draft(json!([entry("1.00")])), "schedule", schedule)).await
}

fn monthly() -> Value {
    json!({"time_start": "2031-01-31 09:30:00", "recurrence_unit": "MONTHLY", "recurrence_size": 1})
}

#[tokio::test]
async fn a_draft_needs_no_signature_and_waits() {
    let desk = Desk::new().await;

    let id = desk.draft("12.5").await;

    let waiting = find(&desk, id).await;
    assert_eq!((&waiting["status"], &waiting["type"]), (&json!("PENDING"), &json!("EBA_SCT")));
    assert!(waiting["object"].is_null() && waiting["responses"].is_null() && waiting["schedule"].is_null());
    assert_eq!(waiting["created"], waiting["updated"]);
    assert_eq!(waiting["user_alias_created"]["display_name"], "Sanne de Vries");
    let entry = &waiting["entries"][0];
    assert_eq!((&entry["amount"], &entry["merchant_reference"]), (&euros("12.50"), &json!("ref-7")));
    assert_eq!(entry["counterparty_alias"]["iban"], "NL91ABNA0417164300");
    assert_eq!((&entry["alias"]["display_name"], &entry["attachment"]), (&json!("Sanne de Vries"), &json!([])));
    assert_eq!(desk.balance(60_101).await, MAIN_BALANCE);
}

#[tokio::test]
async fn drafts_are_listed_by_account_newest_first() {
    let desk = Desk::new().await;
    let first = desk.draft("1.00").await;
    let second = desk.draft("2.00").await;

    let list = desk.list(PATH).await;

    assert_eq!(list.iter().map(|draft| draft["id"].as_u64().unwrap()).collect::<Vec<_>>(), [second, first]);
    assert!(desk.list("60102/draft-payment").await.is_empty());
    let elsewhere = desk.get(&format!("60102/draft-payment/{first}")).await;
    elsewhere.refused(404, &format!("Draft payment for id \"{first}\" not found."));
}

#[tokio::test]
async fn what_is_wrong_with_a_draft_is_named() {
    let desk = Desk::new().await;
    let good = draft(json!([entry("1.00")]));
    let with_entry = |field: &str, value: Value| draft(json!([with(entry("1.00"), field, value)]));

    for (body, text) in [
        (with(good.clone(), "id", json!(1)), "Superfluous field \"id\"."),
        (with_entry("alias", json!({})), "Superfluous field \"alias\"."),
        (
            with(good.clone(), "entries", entry("1.00")),
            "Invalid type for field \"entries\" (expected ARRAY containing STRUCT).",
        ),
        (with_entry("attachment", json!([{"id": "1"}])), "Invalid type for field \"id\" (expected INTEGER)."),
        (with(good.clone(), "schedule", json!("ONCE")), "Invalid type for field \"schedule\" (expected STRUCT)."),
    ] {
        desk.post(PATH, body).await.refused(400, text);
    }
    for (body, words) in [
        (with(good.clone(), "number_of_required_accepts", json!(2)), "must be 1"),
        (with(good.clone(), "number_of_required_accepts", Value::Null), "\"number_of_required_accepts\" is required"),
        (with(good.clone(), "entries", json!([])), "at least one"),
        (with(good.clone(), "status", json!("ACCEPTED")), "status must be"),
        (with(good, "status", json!("ACTIVE")), "beside a schedule"),
        (with_entry("description", Value::Null), "\"description\" is required"),
        (with_entry("description", json!("x".repeat(141))), "140 characters"),
        (with_entry("amount", euros("0.00")), "amount must be decimal"),
        (
            with_entry("counterparty_alias", json!({"type": "EMAIL", "value": "piet@elders.example"})),
            "belongs to no customer",
        ),
    ] {
        desk.post(PATH, body).await.refused_by_simulator(400, words);
    }
    assert!(desk.objects("draft_payments").await.is_empty());
}

#[tokio::test]
async fn a_schedule_is_kept_in_the_banks_own_form() {
    let desk = Desk::new().await;

    let id = scheduled(&desk, with(monthly(), "time_end", json!("2032-01-31 09:30:00.500000"))).await.ok().id();

    let expected = json!({
        "time_start": "2031-01-31 09:30:00.000000",
        "time_end": "2032-01-31 09:30:00.500000",
        "recurrence_unit": "MONTHLY",
        "recurrence_size": 1,
    });
    assert_eq!(find(&desk, id).await["schedule"], expected);
}

#[tokio::test]
async fn a_schedule_with_times_of_another_form_is_refused() {
    let desk = Desk::new().await;

    for time in ["2031-01-31T09:30:00", "2031-01-31T09:30:00Z", "2031-01-31 09:30", "2031-02-31 09:30:00", "soon"] {
        scheduled(&desk, with(monthly(), "time_start", json!(time)))
            .await
            .refused_by_simulator(400, "\"time_start\" has the wrong type");
    }
    for (field, value, words) in [
        ("time_start", json!("2021-01-31 09:30:00"), "has passed"),
        ("time_end", json!("2031-01-31 09:30:00"), "must come after"),
        ("recurrence_unit", json!("FORTNIGHTLY"), "recurrence_unit must be"),
        ("recurrence_size", json!(0), "at least 1"),
        ("recurrence_size", Value::Null, "\"recurrence_size\" is required"),
    ] {
        scheduled(&desk, with(monthly(), field, value)).await.refused_by_simulator(400, words);
    }
}

#[tokio::test]
async fn a_scheduled_draft_pays_nothing_when_it_is_accepted() {
    let desk = Desk::new().await;
    let body = with(with(draft(json!([entry("1.00")])), "schedule", monthly()), "status", json!("ACTIVE"));
    let id = desk.post(PATH, body).await.ok().id();

    desk.bank().switch("draft", json!({"draft": id, "decision": "accept"})).await;

    let accepted = find(&desk, id).await;
    let object = &accepted["object"]["ScheduledPayment"];
    assert_eq!((&accepted["status"], &object["status"]), (&json!("ACCEPTED"), &json!("ACTIVE")));
    assert_eq!(object["payment"]["amount"], euros("-1.00"));
    for field in ["time_start", "time_end", "recurrence_unit", "recurrence_size"] {
        assert_eq!(object["schedule"][field], accepted["schedule"][field], "{field}");
    }
    assert_eq!(object["schedule"]["time_next"], "2031-02-28 09:30:00.000000");
    assert!(desk.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_provider_takes_its_draft_back() {
    let desk = Desk::new().await;
    for status in ["CANCELLED", "REJECTED"] {
        let id = desk.draft("1.00").await;

        assert_eq!(desk.put(&format!("{PATH}/{id}"), json!({"status": status})).await.ok().id(), id);

        assert_eq!(find(&desk, id).await["status"], status);
        desk.put(&format!("{PATH}/{id}"), json!({"status": "CANCELLED"})).await.refused_by_simulator(400, status);
    }
}

#[tokio::test]
async fn a_draft_that_changed_since_it_was_read_is_not_changed_again() {
    let desk = Desk::new().await;
    let id = desk.draft("1.00").await;
    let path = format!("{PATH}/{id}");
    let updated = find(&desk, id).await["updated"].clone();
    let body = |previous: &Value| json!({"status": "CANCELLED", "previous_updated_timestamp": previous});

    desk.put(&path, body(&json!("2026-01-01 00:00:00.000000"))).await.refused_by_simulator(400, "has changed");
    desk.put(&path, body(&updated)).await.ok();

    desk.put(&path, with(body(&updated), "entries", json!([]))).await.refused(400, "Superfluous field \"entries\".");
    desk.put(&path, json!({})).await.refused_by_simulator(400, "\"status\" is required");
}

#[tokio::test]
async fn accepting_is_signed_and_not_a_providers_to_do() {
    let desk = Desk::new().await;
    let id = desk.draft("1.00").await;
    let put = || desk.call("PUT", &format!("{PATH}/{id}")).json(json!({"status": "ACCEPTED"}));

    let unsigned = put().send().await;
    let signed = put().signed(key(0)).send().await;

    unsigned.refused(466, "For this operation a request signature is required. Check the urls for more information.");
    signed.refused_by_simulator(403, "only the customer");
    assert_eq!(find(&desk, id).await["status"], "PENDING");
}

#[tokio::test]
async fn a_provider_that_may_accept_pays() {
    let desk = Desk::with(Settings { tpp_accepts_drafts: Permission::Allow, ..Settings::default() }).await;
    let id = desk.draft("43.27").await;

    let put = desk.call("PUT", &format!("{PATH}/{id}")).json(json!({"status": "ACCEPTED"})).signed(key(0));
    put.send().await.ok();

    assert_eq!(find(&desk, id).await["object"]["Payment"]["amount"], euros("-43.27"));
    assert_eq!(desk.balance(60_101).await, "1800.00");
}

#[tokio::test]
async fn a_draft_grows_too_old() {
    let desk = Desk::with(Settings { draft_payment_validity_seconds: 60, ..Settings::default() }).await;
    let id = desk.draft("1.00").await;

    desk.bank().switch("settings", json!({"clock_offset_seconds": 61})).await;

    let expired = find(&desk, id).await;
    assert_eq!(expired["status"], "EXPIRED");
    assert_ne!(expired["created"], expired["updated"]);
    let decide = desk.bank().post("/_simulator/draft", json!({"draft": id, "decision": "accept"})).send().await;
    assert_eq!(decide.status, 409);
}
