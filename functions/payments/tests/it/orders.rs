//! Following orders: by status, by time, by the caller's reference, and to the resulting payment.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected, created_id, draft, inquiry};

const LIST: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry";

struct Customer {
    app: TestApp,
    user_id: String,
}

impl Customer {
    async fn new() -> Self {
        let (app, user_id) = connected().await;
        Self { app, user_id }
    }

    async fn ask(&self, description: &str, reference: Option<&str>) -> u64 {
        self.order("request-inquiry", inquiry(description), reference).await
    }

    /// Asks a person, who does not pay automatically.
    async fn ask_somebody(&self, description: &str, reference: Option<&str>) -> u64 {
        let mut body = inquiry(description);
        body["receiver_value"] = json!("receiver@example.nl");
        self.order("request-inquiry", body, reference).await
    }

    async fn draft(&self, description: &str, reference: Option<&str>) -> u64 {
        self.order("draft-payment", draft(description), reference).await
    }

    async fn order(&self, kind: &str, mut body: Value, reference: Option<&str>) -> u64 {
        if let Some(reference) = reference {
            body["reference"] = json!(reference);
        }
        let answer = self.app.post(&format!("/user/{}/{kind}", self.user_id), &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        created_id(&answer.json())
    }

    async fn list(&self, kind: &str, query: &str) -> Answer {
        let path = format!("/user/{}/monetary-account/{ACCOUNT}/{kind}?{query}", self.user_id);
        let answer = self.app.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }
}

fn ids(answer: &Answer) -> Vec<u64> {
    let answer = answer.json();
    let elements = answer["Response"].as_array().unwrap();
    let ids: Vec<_> = elements
        .iter()
        .map(|element| element.as_object().unwrap().values().next().unwrap()["id"].as_u64().unwrap())
        .collect();
    let lines: Vec<_> = answer["Orders"].as_array().unwrap().iter().map(|line| line["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, lines);
    ids
}

fn line(answer: &Answer, id: u64) -> Value {
    let lines = answer.json()["Orders"].as_array().unwrap().clone();
    lines.into_iter().find(|line| line["id"] == id).unwrap()
}

fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    (!link.is_empty()).then(|| link.trim_start_matches('<').split('>').next().unwrap().to_owned())
}

#[tokio::test]
async fn a_status_is_filtered_and_walked_to_its_end() {
    let customer = Customer::new().await;
    let mut pending = Vec::new();
    for at in 0..7 {
        customer.ask(&format!("paid {at}"), None).await;
        pending.push(customer.ask_somebody(&format!("open {at}"), None).await);
    }
    pending.reverse();

    let first = customer.list("request-inquiry", "status=PENDING&count=3").await;
    let second = customer.app.get(&next(&first).unwrap()).await;
    let third = customer.app.get(&next(&second).unwrap()).await;

    assert_eq!([ids(&first), ids(&second), ids(&third)].concat(), pending);
    assert_eq!((ids(&first).len(), next(&third)), (3, None));
    assert_eq!(ids(&customer.list("request-inquiry", "status=ACCEPTED").await).len(), 7);
    assert_eq!(ids(&customer.list("request-inquiry", "status=UNHEARD_OF").await), Vec::<u64>::new());
    assert_eq!(line(&first, pending[0]), json!({ "id": pending[0], "reference": null, "payment_id": null }));
    let plain = customer.list("request-inquiry", "count=3").await.json();
    assert_eq!(
        (plain.get("Orders"), plain["Pagination"].is_object()),
        (None, true),
        "without a filter it is bunq's page"
    );
}

#[tokio::test]
async fn what_is_older_than_a_time_is_left_out_and_not_walked_through() {
    let customer = Customer::new().await;
    let old = customer.draft("old", None).await;
    let created =
        customer.list("draft-payment", "status=PENDING").await.json()["Response"][0]["DraftPayment"]["created"]
            .as_str()
            .unwrap()
            .to_owned();
    customer.app.advance(3600).await;
    let new = customer.draft("new", None).await;
    let later = format!("{}Z", &created.replace(' ', "T")[..19]);

    let all = customer.list("draft-payment", &format!("created_from={later}")).await;
    let fresh = (later.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(60)).to_string();
    let one = customer.list("draft-payment", &format!("created_from={fresh}&status=PENDING")).await;

    assert_eq!(ids(&all), [new, old]);
    assert_eq!(ids(&one), [new]);
    assert_eq!(ids(&customer.list("draft-payment", "created_from=2090-01-01").await), Vec::<u64>::new());
}

#[tokio::test]
async fn an_order_is_found_by_the_callers_name_at_once_and_shows_it() {
    let customer = Customer::new().await;
    let first = customer.ask_somebody("Invoice", Some("2026/017 (A. Person)")).await;
    customer.ask_somebody("Invoice", None).await;
    let other = customer.ask_somebody("Invoice", Some("2026/018")).await;
    let again = customer.ask_somebody("Reminder", Some("2026/017 (A. Person)")).await;

    let named = customer.list("request-inquiry", "reference=2026/017%20(A.%20Person)").await;

    assert_eq!((ids(&named), next(&named)), (vec![again, first], None));
    assert_eq!(line(&named, first)["reference"], "2026/017 (A. Person)");
    assert_eq!(ids(&customer.list("request-inquiry", "reference=2026/018").await), [other]);
    assert_eq!(ids(&customer.list("request-inquiry", "reference=nothing").await), Vec::<u64>::new());
    assert_eq!(ids(&customer.list("draft-payment", "reference=2026/018").await), Vec::<u64>::new(), "another kind");
    assert_eq!(ids(&customer.list("request-inquiry", "reference=2026/018&status=ACCEPTED").await), Vec::<u64>::new());
    let all = customer.list("request-inquiry", "status=PENDING").await;
    assert_eq!(line(&all, other)["reference"], "2026/018");
    assert_eq!(all.json()["Orders"].as_array().unwrap().iter().filter(|line| line["reference"].is_null()).count(), 1);
}

#[tokio::test]
async fn a_name_belongs_to_its_request_and_is_kept_once_however_often_it_is_sent() {
    let customer = Customer::new().await;
    let path = format!("/user/{}/draft-payment", customer.user_id);
    let mut body = draft("x");
    body["reference"] = json!("bill-1");
    // The outcome is stored first, and then the reference. The write of the reference fails, and the caller retries.
    let first = customer.app.post_once(&path, "key", &body).await;
    let again = customer.app.post_once(&path, "key", &body).await;

    assert_eq!((first.status, again.status, again.text == first.text), (201, 201, true));
    assert_eq!(ids(&customer.list("draft-payment", "reference=bill-1").await), [created_id(&first.json())]);
    body["reference"] = json!("bill-2");
    customer.app.post_once(&path, "key", &body).await.problem(422, "idempotency_key_reused");
    body.as_object_mut().unwrap().remove("reference");
    customer.app.post_once(&path, "key", &body).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn names_are_sealed_and_end_with_the_connection() {
    let customer = Customer::new().await;
    customer.draft("x", Some("Very-Own-Name")).await;
    let kept = async || {
        let items = customer.app.scan("ephemera").await;
        let items = items.into_iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("ORDER#"));
        items.collect::<Vec<_>>()
    };
    let before = kept().await;
    assert_eq!(before.len(), 2);
    assert!(!json!(before).to_string().contains("Very-Own-Name"));
    assert!(before.iter().all(|item| item["expires_at"]["N"].is_string()), "{before:?}");

    let path = format!("/user/{}", customer.user_id);
    let request = customer.app.request(Method::DELETE, &path).bearer_auth(&customer.app.api_key);
    assert_eq!(customer.app.send(request).await.status, 204);
    let user_id = customer.app.connect("person").await;

    let path = format!("/user/{user_id}/monetary-account/{ACCOUNT}/draft-payment?reference=Very-Own-Name");
    assert_eq!(ids(&customer.app.get(&path).await), Vec::<u64>::new());
    assert_eq!(kept().await, before, "nobody can open them");
}

#[tokio::test]
async fn an_accepted_draft_names_its_payment() {
    let customer = Customer::new().await;
    let draft = customer.draft("lunch", Some("bill-7")).await;
    customer.draft("other", None).await;
    assert_eq!(line(&customer.list("draft-payment", "reference=bill-7").await, draft)["payment_id"], Value::Null);
    customer.app.bank.decide(draft, "accept").await;

    let accepted = customer.list("draft-payment", "status=ACCEPTED").await;

    let payments = customer.app.get(&format!("/user/{}/payments/{ACCOUNT}?count=1", customer.user_id)).await.json();
    let expected =
        json!({ "id": draft, "reference": "bill-7", "payment_id": payments["Response"][0]["Payment"]["id"] });
    assert_eq!(accepted.json()["Orders"], json!([expected]));
}

#[tokio::test]
async fn a_paid_request_names_its_payment_only_without_a_doubt() {
    let customer = Customer::new().await;
    let paid = customer.ask("Invoice 17", Some("inv-17")).await;
    customer.app.advance(600).await;
    let twins = [customer.ask("twice", None).await, customer.ask("twice", None).await];
    customer.app.advance(600).await;
    let late = customer.ask("twice", None).await;
    let payments = customer.app.get(&format!("/user/{}/payments/{ACCOUNT}?count=4", customer.user_id)).await.json();
    let payment = |at: usize| payments["Response"][at]["Payment"]["id"].clone();

    let accepted = customer.list("request-inquiry", "status=ACCEPTED").await;
    let named = customer.list("request-inquiry", "reference=inv-17").await;

    assert_eq!(line(&accepted, late)["payment_id"], payment(0));
    assert!(twins.iter().all(|twin| line(&accepted, *twin)["payment_id"].is_null()), "either could be either");
    assert_eq!(line(&accepted, paid)["payment_id"], payment(3));
    assert_eq!(line(&named, paid), json!({ "id": paid, "reference": "inv-17", "payment_id": payment(3) }));
}

#[tokio::test]
async fn a_list_is_good_though_the_payments_cannot_be_read() {
    let customer = Customer::new().await;
    let paid = customer.ask("Invoice 17", None).await;
    let fault =
        json!({ "endpoint": "GET user/{id}/monetary-account/{id}/payment", "status": 500, "body": "", "times": 9 });
    customer.app.bank.fault(fault).await;

    let accepted = customer.list("request-inquiry", "status=ACCEPTED").await;

    assert_eq!(line(&accepted, paid)["payment_id"], Value::Null);
}

#[tokio::test]
async fn a_failure_on_the_way_gives_what_there_is_and_where_to_go_on() {
    let customer = Customer::new().await;
    let mut all = Vec::new();
    for at in 0..205 {
        all.push(customer.ask_somebody(&format!("open {at}"), None).await);
    }
    all.reverse();
    // The first page has one pending order less than requested.
    customer.ask("paid", None).await;
    let fault = json!({ "endpoint": LIST, "nth": 2, "status": 500, "body": "", "times": 4 });
    customer.app.bank.fault(fault).await;

    let first = customer.list("request-inquiry", "status=PENDING&count=200&created_from=2000-01-01").await;
    let rest = customer.app.get(&next(&first).unwrap()).await;

    assert_eq!([ids(&first), ids(&rest)].concat(), all);
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_by_name() {
    let customer = Customer::new().await;
    for kind in ["request-inquiry", "draft-payment"] {
        for (query, parameter) in [
            ("status=pending", "status"),
            ("status=", "status"),
            ("status=A&status=B", "status"),
            ("created_from=yesterday", "created_from"),
            ("reference=", "reference"),
            ("reference=%20x", "reference"),
            ("reference=%C3%A9", "reference"),
            ("status=PENDING&newer_id=5", "newer_id"),
        ] {
            let path = format!("/user/{}/monetary-account/{ACCOUNT}/{kind}?{query}", customer.user_id);
            let problem = customer.app.get(&path).await.problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}");
        }
        for reference in [json!(""), json!("é"), json!(" x"), json!("x".repeat(65)), json!(7), json!(["x"])] {
            let mut body = if kind == "draft-payment" { draft("x") } else { inquiry("x") };
            body["reference"] = reference.clone();
            let answer = customer.app.post(&format!("/user/{}/{kind}", customer.user_id), &body).await;
            assert_eq!(answer.problem(422, "invalid_request")["errors"][0]["pointer"], "/reference", "{reference}");
        }
    }
}

#[tokio::test]
async fn a_name_is_not_looked_for_in_an_account_that_was_not_granted() {
    let customer = Customer::new().await;
    for kind in ["draft-payment", "request-inquiry"] {
        let path = format!("/user/{}/monetary-account/60201/{kind}?reference=x", customer.user_id);
        customer.app.get(&path).await.problem(404, "account_not_granted");
    }
}

#[tokio::test]
async fn many_orders_of_one_name_are_walked_and_the_newest_hundred_are_found() {
    let customer = Customer::new().await;
    let mut all = Vec::new();
    for at in 0..103 {
        all.push(customer.draft(&format!("rent {at}"), Some("rent")).await);
    }
    all.reverse();

    let (mut seen, mut page) = (Vec::new(), customer.list("draft-payment", "reference=rent&count=40").await);
    loop {
        seen.extend(ids(&page));
        assert!(page.json()["Orders"].as_array().unwrap().iter().all(|line| line["reference"] == "rent"));
        let Some(path) = next(&page) else { break };
        page = customer.app.get(&path).await;
    }

    assert_eq!(seen, all[..100]);
    let oldest = customer.list("draft-payment", "status=PENDING&count=200").await;
    assert_eq!(line(&oldest, all[102])["reference"], "rent", "it still has its name");
}

#[tokio::test]
async fn orders_of_one_name_at_once_all_have_it() {
    let customer = Customer::new().await;
    let parts: Vec<_> = (0..6).map(|at| format!("part {at}")).collect();
    let mut made = join_all(parts.iter().map(|part| customer.draft(part, Some("batch")))).await;
    made.sort_unstable_by(|one, other| other.cmp(one));

    assert_eq!(ids(&customer.list("draft-payment", "reference=batch").await), made);
}

#[tokio::test]
async fn one_of_several_that_cannot_be_read_is_where_the_next_request_begins() {
    let customer = Customer::new().await;
    let first = customer.draft("one", Some("both")).await;
    let second = customer.draft("two", Some("both")).await;
    let find = "GET user/{id}/monetary-account/{id}/draft-payment/{id}";
    customer.app.bank.fault(json!({ "endpoint": find, "nth": 2, "status": 500, "body": "", "times": 4 })).await;

    let page = customer.list("draft-payment", "reference=both").await;
    let rest = customer.app.get(&next(&page).unwrap()).await;

    assert_eq!((ids(&page), ids(&rest)), (vec![second], vec![first]));
}

#[tokio::test]
async fn another_workspace_sees_no_names_of_this_one() {
    let app = TestApp::builder().variable("ALLOW_SHARED_CUSTOMERS", "true").start().await;
    let user_id = app.connect("person").await;
    let other = app.connect_in("shop", "person").await;
    let mut body = draft("x");
    body["reference"] = json!("bill-1");
    assert_eq!(app.post(&format!("/user/{user_id}/draft-payment"), &body).await.status, 201);
    let (_, key) = app.create_api_key_in("shop", &["accounts"]).await;

    let list = |user_id: &str| format!("/user/{user_id}/monetary-account/{ACCOUNT}/draft-payment");
    let named = app.get_with_key(&format!("{}?reference=bill-1", list(&other)), &key).await;
    let pending = app.get_with_key(&format!("{}?status=PENDING", list(&other)), &key).await;

    assert_eq!(ids(&named), Vec::<u64>::new());
    assert_eq!(pending.json()["Orders"][0]["reference"], Value::Null, "the same account, and another program's name");
}
