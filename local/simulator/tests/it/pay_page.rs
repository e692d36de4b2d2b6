//! The page on which a customer pays an issuer transaction.

use bunq_simulator::Settings;
use serde_json::json;

use crate::client::Reply;
use crate::desk::with;
use crate::issuer_transactions::{REDIRECT, create, find, transaction};
use crate::setup::Provider;

struct Page {
    provider: Provider,
    id: u64,
    uuid: String,
}

impl Page {
    async fn new(value: &str) -> Self {
        let provider = Provider::new(Settings::default()).await;
        let (id, uuid) = create(&provider, transaction(value)).await;
        Self { provider, id, uuid }
    }

    async fn get(&self, rest: &str) -> Reply {
        self.provider.bank.get(&format!("/pay?transactionId={}{rest}", self.uuid)).send().await
    }

    async fn decide(&self, customer: &str, account: &str, decision: &str) -> Reply {
        let fields = [
            ("transactionId", self.uuid.as_str()),
            ("customer", customer),
            ("account", account),
            ("decision", decision),
        ];
        self.provider.bank.form("/pay", &fields).send().await
    }

    async fn status(&self) -> String {
        find(&self.provider, self.id).await["status"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_page_says_who_gets_how_much_and_asks_who_pays() {
    let page = Page::new("12.50").await;

    let reply = page.get("").await.ok();
    let root = page.provider.bank.get(&format!("/?transactionId={}", page.uuid)).send().await.ok();

    assert_eq!(root.text, reply.text);
    for part in ["EUR 12.50", "Piet Elders", "NL91 ABNA 0417 1643 00", "Bestelling 7", "<q>Tests</q>", " UTC"] {
        assert!(reply.text.contains(part), "{part}");
    }
    for name in ["person", "company", "empty", "strange"] {
        let address = format!("href=\"/pay?transactionId={}&amp;customer={name}\"", page.uuid);
        assert!(reply.text.contains(&address), "{name}");
    }
    let policy = reply.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' https://app.example;"));
    assert!(!reply.text.contains("<script") && reply.header("Cache-Control") == Some("no-store"));
    let home = page.provider.bank.get("/").send().await.ok();
    assert!(home.text.contains("/_simulator/overview") && home.text.contains("href=\"/app/ips\""));
}

#[tokio::test]
async fn a_customer_pays_from_a_bank_account() {
    let page = Page::new("12.50").await;

    let person = page.get("&customer=person").await.ok().text;
    let empty = page.get("&customer=empty").await.ok().text;

    assert_eq!(person.matches("type=\"radio\"").count(), 2);
    assert_eq!(person.matches(" checked").count(), 1);
    for part in ["value=\"60101\" checked", "value=\"60102\"", "EUR 1843.27", "value=\"accept\"", "value=\"reject\""] {
        assert!(person.contains(part), "{part}");
    }
    assert!(empty.contains("no account") && !empty.contains("value=\"accept\"") && empty.contains("value=\"reject\""));
}

#[tokio::test]
async fn what_an_application_wrote_is_text_on_the_page() {
    let provider = Provider::new(Settings::default()).await;
    let nasty = "<script>alert(\"1\")</script>'&";
    let mut body = with(transaction("1.00"), "description", json!(nasty));
    body["counterparty_alias"]["name"] = json!(nasty);
    let (_, uuid) = create(&provider, body).await;

    let reply = provider.bank.get(&format!("/pay?transactionId={uuid}&customer=person")).send().await.ok();

    assert!(!reply.text.contains("<script"));
    assert_eq!(reply.text.matches("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'&amp;").count(), 2);
}

#[tokio::test]
async fn accepting_pays_and_leads_to_the_application() {
    let page = Page::new("43.27").await;

    let reply = page.decide("person", "60102", "accept").await;

    assert_eq!((reply.status, reply.header("Location")), (303, Some(REDIRECT)));
    let paid = find(&page.provider, page.id).await;
    assert_eq!((&paid["status"], &paid["alias"]["display_name"]), (&json!("ACCEPTED"), &json!("Sanne de Vries")));
    let payments = page.provider.bank.objects("payments").await;
    assert_eq!((&payments[0]["account"], &payments[0]["amount"]), (&json!(60_102), &json!("-43.27")));
    let again = page.decide("person", "60102", "accept").await;
    assert!(again.status == 410 && again.text.contains("it is ACCEPTED"), "{again:?}");
    let shown = page.get("").await;
    assert!(shown.status == 410 && shown.text.contains("it is ACCEPTED"), "{shown:?}");
    assert_eq!(page.provider.bank.objects("payments").await.len(), 1);
}

#[tokio::test]
async fn refusing_pays_nothing_and_leads_to_the_application() {
    let page = Page::new("43.27").await;

    let reply = page.decide("empty", "", "reject").await;

    assert_eq!((reply.status, reply.header("Location")), (303, Some(REDIRECT)));
    assert_eq!(page.status().await, "REJECTED");
    assert!(page.provider.bank.objects("payments").await.is_empty());
}

#[tokio::test]
async fn too_much_and_the_own_account_are_told_on_the_page() {
    let page = Page::new("1843.28").await;
    let iban = json!({"type": "EMAIL", "value": "sanne@customers.example"});
    let (id, uuid) = create(&page.provider, with(transaction("1.00"), "counterparty_alias", iban)).await;
    let own = Page { id, uuid, provider: page.provider };

    let itself = own.decide("person", "60101", "accept").await;
    assert!(itself.status == 409 && itself.text.contains("cannot pay itself"), "{itself:?}");
    assert_eq!(own.status().await, "PENDING");

    let page = Page { provider: own.provider, ..page };
    let reply = page.decide("person", "60101", "accept").await;
    assert!(reply.status == 409 && reply.text.contains("too little"), "{reply:?}");
    assert!(reply.text.contains(&format!("href=\"/pay?transactionId={}&amp;customer=person\"", page.uuid)));
    assert_eq!(page.status().await, "PENDING");
}

#[tokio::test]
async fn forms_without_a_payer_or_a_decision_do_nothing() {
    let page = Page::new("1.00").await;

    for (customer, account, decision) in [
        ("person", "60101", "perhaps"),
        ("person", "60101", ""),
        ("person", "", "accept"),
        // A savings account, and an account of another customer.
        ("person", "60104", "accept"),
        ("person", "60201", "accept"),
        ("nobody", "60101", "accept"),
        ("nobody", "", "reject"),
    ] {
        assert_eq!(page.decide(customer, account, decision).await.status, 400, "{customer} {account} {decision}");
    }
    assert_eq!(page.status().await, "PENDING");
}

#[tokio::test]
async fn unknown_and_expired_transactions_are_told_so() {
    let page = Page::new("1.00").await;
    let bank = &page.provider.bank;

    for path in
        ["/pay", "/pay?transactionId=", "/pay?transactionId=x", "/?transactionId=x", "/pay?transactionId=%3Cb%3E"]
    {
        let reply = bank.get(path).send().await;
        assert!(reply.status == 404 && reply.text.contains("no such payment"), "{path}: {reply:?}");
    }
    bank.switch("settings", json!({"clock_offset_seconds": 601})).await;
    for reply in
        [page.get("").await, page.get("&customer=person").await, page.decide("person", "60101", "accept").await]
    {
        assert!(reply.status == 410 && reply.text.contains("it is EXPIRED"), "{reply:?}");
    }
}

#[tokio::test]
async fn a_form_of_another_page_is_not_obeyed() {
    let page = Page::new("1.00").await;
    let fields =
        [("transactionId", page.uuid.as_str()), ("customer", "person"), ("account", "60101"), ("decision", "accept")];
    let call = || page.provider.bank.form("/pay", &fields);

    for (name, value) in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        assert_eq!(call().header(name, value).send().await.status, 403, "{name}: {value}");
    }
    assert_eq!(page.status().await, "PENDING");
    let own = page.provider.bank.simulator.url().origin().ascii_serialization();
    assert_eq!(call().header("Origin", own).header("Sec-Fetch-Site", "same-origin").send().await.status, 303);
}

#[tokio::test]
async fn visits_are_counted_without_the_transaction() {
    let page = Page::new("1.00").await;
    page.get("&customer=person").await.ok();

    let calls = page.provider.bank.get("/_simulator/calls").send().await;

    assert_eq!(calls.json()["counts"]["GET pay"], 1);
    assert!(!calls.text.contains(&page.uuid));
}
