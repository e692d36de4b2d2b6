//! The page that imitates the bunq app.

use serde_json::json;

use crate::client::{Call, Reply, bank};
use crate::desk::{Desk, elsewhere, entry, euros, with};

fn form<'a>(desk: &'a Desk, path: &str, fields: &[(&str, &str)]) -> Call<'a> {
    desk.bank().form(path, fields)
}

async fn decide(desk: &Desk, draft: u64, customer: &str, decision: &str) -> Reply {
    let draft = draft.to_string();
    form(desk, "/app/draft", &[("draft", &draft), ("customer", customer), ("decision", decision)]).send().await
}

async fn page(desk: &Desk) -> String {
    desk.bank().get("/app?customer=person").send().await.ok().text
}

async fn ask(desk: &Desk, of: serde_json::Value) -> u64 {
    let body = json!({
        "amount_inquired": euros("40.00"), "counterparty_alias": of, "description": "Taart", "allow_bunqme": true,
    });
    desk.post("60101/request-inquiry", body).await.ok().id()
}

#[tokio::test]
async fn the_root_leads_to_the_app_and_the_app_to_its_customers() {
    let bank = bank().await;

    assert!(bank.get("/").send().await.ok().text.contains("href=\"/app\""));
    for path in ["/app", "/app?customer=nobody"] {
        let page = bank.get(path).send().await.ok();
        for name in ["person", "company", "empty", "strange"] {
            assert!(page.text.contains(&format!("href=\"/app?customer={name}\"")), "{name}");
        }
        let policy = page.header("Content-Security-Policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !page.text.contains("<script"), "{policy}");
    }
    for path in ["/app/sesame", "/sesame", "/_simulator/sesame"] {
        let page = bank.get(path).header("Accept", "text/html,*/*;q=0.8").send().await;
        assert!(page.status == 404 && page.text.contains("no such page") && page.text.contains("href=\"/\""), "{path}");
        assert!(page.header("Content-Security-Policy").unwrap().contains("default-src 'none'"));
        let program = bank.get(path).send().await;
        assert!(program.status == 404 && !program.text.contains('<'), "{path}: {}", program.text);
    }
    let api = bank.get("/v1/sesame").header("Accept", "text/html").send().await;
    api.refused_by_simulator(404, "no such endpoint");
    for name in ["empty", "strange", "company"] {
        bank.get(&format!("/app?customer={name}")).send().await.ok();
    }
}

#[tokio::test]
async fn a_customer_sees_accounts_payments_and_what_waits() {
    let desk = Desk::new().await;
    let nasty = with(entry("12.34"), "description", json!("<b>\"Factuur\"</b>"));
    let id = desk.post("60101/draft-payment", crate::desk::draft(json!([nasty]))).await.ok().id();

    let page = page(&desk).await;

    for part in [
        "data-account=\"60101\"",
        "EUR 1843.27",
        "EUR 512.90",
        "data-payment=\"110320\"",
        "EUR 12.34",
        "&lt;b&gt;&quot;Factuur&quot;&lt;/b&gt;",
        "NL91 ABNA 0417 1643 00",
        &format!("<li class=\"draft\" data-draft=\"{id}\">"),
        &format!("<button class=\"primary\" name=\"decision\" value=\"accept\" data-draft=\"{id}\">Accept</button>"),
        &format!("<button name=\"decision\" value=\"reject\" data-draft=\"{id}\">Reject</button>"),
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<b>"));
}

#[tokio::test]
async fn a_draft_says_who_made_it_and_when_it_runs() {
    let desk = Desk::new().await;
    let once = json!({"time_start": "2031-01-31 09:30:00", "recurrence_unit": "ONCE", "recurrence_size": 1});
    let weekly = json!({
        "time_start": "2031-01-31 09:30:00", "time_end": "2031-12-31 09:30:00",
        "recurrence_unit": "WEEKLY", "recurrence_size": 2,
    });
    for schedule in [once, weekly] {
        let body = with(crate::desk::draft(json!([entry("1.00")])), "schedule", schedule);
        desk.post("60101/draft-payment", body).await.ok();
    }

    let page = page(&desk).await;

    assert!(page.contains("Prepared by <q>Tests</q> · From Huishouden"));
    assert!(page.contains("once, on 2031-01-31 09:30 UTC"));
    assert!(page.contains("every 2 weeks from 2031-01-31 09:30 UTC until 2031-12-31 09:30 UTC"));
}

#[tokio::test]
async fn accepting_a_draft_pays_and_leads_back() {
    let desk = Desk::new().await;
    let id = desk.draft("43.27").await;

    let reply = decide(&desk, id, "person", "accept").await;

    assert_eq!((reply.status, reply.header("Location")), (303, Some("/app?customer=person")));
    let page = page(&desk).await;
    assert!(page.contains("EUR 1800.00") && !page.contains("data-draft"));
    assert_eq!(desk.objects("draft_payments").await[0]["status"], "ACCEPTED");
    let again = decide(&desk, id, "person", "reject").await;
    assert!(again.status == 409 && again.text.contains("it is ACCEPTED"), "{again:?}");
}

#[tokio::test]
async fn rejecting_a_draft_pays_nothing() {
    let desk = Desk::new().await;
    let id = desk.draft("43.27").await;

    assert_eq!(decide(&desk, id, "person", "reject").await.status, 303);

    assert_eq!(desk.objects("draft_payments").await[0]["status"], "REJECTED");
    assert!(desk.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_draft_over_the_balance_is_told_so() {
    let desk = Desk::new().await;
    let id = desk.draft("5000.00").await;

    let reply = decide(&desk, id, "person", "accept").await;

    assert!(reply.status == 409 && reply.text.contains("too little"), "{reply:?}");
    assert!(reply.text.contains("href=\"/app?customer=person\""));
    assert_eq!(desk.objects("draft_payments").await[0]["status"], "PENDING");
}

#[tokio::test]
async fn nobody_decides_for_another_customer_or_without_a_decision() {
    let desk = Desk::new().await;
    let id = desk.draft("1.00").await;

    for (customer, decision) in [("company", "accept"), ("nobody", "accept"), ("person", "perhaps"), ("person", "")] {
        assert_eq!(decide(&desk, id, customer, decision).await.status, 400, "{customer} {decision}");
    }
    assert_eq!(decide(&desk, 1, "person", "accept").await.status, 400);
    assert_eq!(desk.objects("draft_payments").await[0]["status"], "PENDING");
}

#[tokio::test]
async fn a_form_of_another_page_is_not_obeyed() {
    let desk = Desk::new().await;
    let id = desk.draft("1.00").await.to_string();
    let call = || form(&desk, "/app/draft", &[("draft", &id), ("customer", "person"), ("decision", "accept")]);
    let own = desk.bank().simulator.url().origin().ascii_serialization();

    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        assert_eq!(call().header(name, value).send().await.status, 403, "{name}: {value}");
    }
    assert_eq!(desk.objects("draft_payments").await[0]["status"], "PENDING");
    let reply = call().header("Origin", own).header("Sec-Fetch-Site", "same-origin").send().await;
    assert_eq!(reply.status, 303);
}

#[tokio::test]
async fn requests_are_answered_by_whom_they_ask_and_taken_back_by_who_made_them() {
    let desk = Desk::new().await;
    let company = ask(&desk, json!({"type": "EMAIL", "value": "administratie@bakkerijvandijk.example"})).await;
    let stranger = ask(&desk, elsewhere()).await;
    let send = async |id: u64, customer: &str, decision: &str| {
        let id = id.to_string();
        let fields = [("request", id.as_str()), ("customer", customer), ("decision", decision)];
        form(&desk, "/app/request", &fields).send().await.status
    };
    let theirs = desk.bank().get("/app?customer=company").send().await.ok().text;
    let ours = page(&desk).await;

    assert!(theirs.contains(&format!("value=\"accept\" data-request=\"{company}\"")));
    assert!(!theirs.contains(&format!("data-request=\"{stranger}\"")));
    assert!(ours.contains(&format!("value=\"revoke\" data-request=\"{stranger}\"")));
    assert!(!ours.contains(&format!("value=\"accept\" data-request=\"{company}\"")));
    assert_eq!(send(company, "person", "accept").await, 400);
    assert_eq!(send(company, "company", "revoke").await, 400);
    assert_eq!(send(company, "company", "accept").await, 303);
    assert_eq!(send(stranger, "person", "revoke").await, 303);
    let statuses: Vec<_> =
        desk.objects("request_inquiries").await.into_iter().map(|request| request["status"].clone()).collect();
    assert_eq!(statuses, ["ACCEPTED", "REVOKED"]);
    assert_eq!(desk.balance(60_101).await, "1883.27");
}
