//! What the routes really answer fits the document, for every kind of customer that the simulated bank has.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, JsonBody as _, TestApp};

use crate::document::{Operation, document, faults, follow, list, operations, validator};

const TRANSACTIONS: &str = "/psd2/payment-service-provider-issuer-transaction";

/// A deployment whose answers are compared with the document.
struct Checked {
    app: TestApp,
    document: Value,
    /// By operation, status and media type: making one takes longer than most answers.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Checked {
    async fn start() -> Self {
        let mut app = TestApp::start().await;
        app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
        app.restart().await;
        Self { app, document: document(), validators: Mutex::default() }
    }

    async fn get(&self, id: &str, path: &str) -> Answer {
        let answer = self.app.get(path).await;
        self.check(id, &answer, 200);
        answer
    }

    /// Compares an answer with what the document says of its operation.
    #[track_caller]
    fn check(&self, id: &str, answer: &Answer, status: u16) {
        assert_eq!(answer.status, status, "{id}: {answer:?}");
        let operations = operations(&self.document);
        let operation = operations.iter().find(|operation| operation.id() == id);
        let operation = operation.unwrap_or_else(|| panic!("{id} is not documented"));
        self.check_headers(operation, answer);
        if status == 204 || status == 303 {
            return;
        }
        let media_type = answer.header("content-type");
        let schema = operation.answer(&status.to_string(), media_type);
        let schema = schema.unwrap_or_else(|| panic!("{id}: {status} {media_type} is not documented"));
        if !media_type.contains("json") {
            return;
        }
        let name = format!("{id} {status} {media_type}");
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(name).or_insert_with(|| Arc::new(validator(&self.document, schema))).clone();
        drop(validators);
        assert_eq!(list(&validator, &answer.json()), [""; 0], "{id}: {}", answer.text);
    }

    #[track_caller]
    fn check_headers(&self, operation: &Operation<'_>, answer: &Answer) {
        let headers = &operation.value["responses"][answer.status.to_string()]["headers"];
        let told = [
            "bunq-response-id",
            "idempotency-key",
            "idempotency-replayed",
            "link",
            "location",
            "retry-after",
            "set-cookie",
            "www-authenticate",
            "x-request-id",
        ];
        for name in told.into_iter().filter(|name| answer.headers.contains_key(*name)) {
            let documented =
                headers.as_object().and_then(|headers| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
            let (_, header) = documented.unwrap_or_else(|| panic!("{}: {name} is not documented", operation.id()));
            let schema = &follow(&self.document, header)["schema"];
            let value = match schema["type"].as_str() {
                Some("integer") => json!(answer.header(name).parse::<u64>().unwrap()),
                _ => json!(answer.header(name)),
            };
            assert_eq!(faults(&self.document, schema, &value), [""; 0], "{}: {name}", operation.id());
        }
    }
}

/// The ids of the objects in an answer, whatever their kind.
fn ids(answer: &Answer) -> Vec<u64> {
    let body = answer.json();
    let elements = body["Response"].as_array().unwrap().iter();
    elements.filter_map(|element| element.as_object()?.values().next()?["id"].as_u64()).collect()
}

#[tokio::test]
async fn what_can_be_read_of_every_customer_fits() {
    let checked = Checked::start().await;
    for customer in ["person", "company", "empty", "strange"] {
        let user = checked.app.connect(customer).await;
        let base = format!("/user/{user}");
        checked.get("find_user", &base).await;
        checked.get("find_connection", &format!("{base}/connection")).await;
        let accounts = ids(&checked.get("list_accounts", &format!("{base}/accounts")).await);
        for account in &accounts {
            let payments = format!("{base}/payments/{account}");
            checked.get("list_payments", &format!("{payments}?count=3")).await;
            let all = ids(&checked.get("list_payments", &format!("{payments}?all=true")).await);
            let account = format!("{base}/monetary-account/{account}");
            if let Some(payment) = all.first() {
                checked.get("find_payment", &format!("{account}/payment/{payment}")).await;
            }
            checked.get("list_request_inquiries", &format!("{account}/request-inquiry")).await;
            checked.get("list_draft_payments", &format!("{account}/draft-payment")).await;
        }
    }
    checked.get("list_users", "/users").await;
    checked.get("list_users", "/users?count=1").await;
}

#[tokio::test]
async fn what_starts_and_ends_payments_fits() {
    let checked = Checked::start().await;
    let app = &checked.app;
    let user = app.connect("person").await;
    let account = format!("/user/{user}/monetary-account/60101");
    let terms = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });

    for (resource, id) in [("request-inquiry", "request_inquiry"), ("draft-payment", "draft_payment")] {
        let (path, listing) = (format!("/user/{user}/{resource}"), format!("{account}/{resource}"));
        let created = app.post_once(&path, resource, &terms).await;
        checked.check(&format!("create_{id}"), &created, 201);
        let replayed = app.post_once(&path, resource, &terms).await;
        assert_eq!(replayed.header("idempotency-replayed"), "true");
        checked.check(&format!("create_{id}"), &replayed, 201);
        checked.get(&format!("find_{id}"), created.header("location")).await;
        let status = if id == "draft_payment" { "CANCELLED" } else { "REVOKED" };
        let ended = app.put(created.header("location"), &json!({ "status": status })).await;
        checked.check(&format!("update_{id}"), &ended, 200);
        checked.get(&format!("find_{id}"), created.header("location")).await;
        let plural = if id == "draft_payment" { "list_draft_payments" } else { "list_request_inquiries" };
        checked.get(plural, &listing).await;
    }

    let schedule = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
    for scheduled in [None, Some(schedule)] {
        let mut terms = terms.clone();
        terms["schedule"] = json!(scheduled);
        let created = app.post(&format!("/user/{user}/draft-payment"), &terms).await;
        checked.check("create_draft_payment", &created, 201);
        app.bank.decide(ids(&created)[0], "accept").await;
        checked.get("find_draft_payment", created.header("location")).await;
    }
    let sugar = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "",
        "receiver_type": "EMAIL", "receiver_value": "sugardaddy@bunq.com",
    });
    let paid = app.post(&format!("/user/{user}/request-inquiry"), &sugar).await;
    checked.check("create_request_inquiry", &paid, 201);
    checked.get("find_request_inquiry", paid.header("location")).await;
}

#[tokio::test]
async fn what_the_tpp_has_of_its_own_fits() {
    let checked = Checked::start().await;
    let app = &checked.app;
    let transaction = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Order 7",
        "url_redirect": "https://shop.example/thanks",
    });
    for decision in ["accept", "cancel"] {
        let created = app.post(TRANSACTIONS, &transaction).await;
        checked.check("create_issuer_transaction", &created, 201);
        let found = checked.get("find_issuer_transaction", created.header("location")).await.json();
        let found = &found["Response"][0]["PaymentServiceProviderIssuerTransaction"];
        let public = found["public_uuid"].as_str().unwrap();
        checked.get("find_public_issuer_transaction", &format!("{TRANSACTIONS}-public/{public}")).await;
        checked.check("redirect_to_pay_page", &app.get(&format!("/psd2/redirect/{public}")).await, 303);
        if decision == "cancel" {
            let ended = app.put(created.header("location"), &json!({ "status": "CANCELLED" })).await;
            checked.check("update_issuer_transaction", &ended, 200);
        } else {
            app.bank.decide_issuer_transaction(public, decision).await;
        }
        checked.get("find_issuer_transaction", created.header("location")).await;
    }
    checked.get("list_issuer_transactions", TRANSACTIONS).await;

    let key = ids(&checked.get("list_credential_password_ips", "/credential-password-ip").await)[0];
    let key = format!("/credential-password-ip/{key}");
    checked.get("find_credential_password_ip", &key).await;
    let created = app.post(&format!("{key}/ip"), &json!({ "ip": "185.40.108.9" })).await;
    checked.check("create_permitted_ip", &created, 201);
    checked.get("find_permitted_ip", created.header("location")).await;
    let ended = app.put(created.header("location"), &json!({ "status": "INACTIVE" })).await;
    checked.check("update_permitted_ip", &ended, 200);
    checked.get("list_permitted_ips", &format!("{key}/ip")).await;
    checked.get("find_egress", "/credential-password-ip/egress").await;
}

#[tokio::test]
async fn what_the_setup_answers_fits() {
    let checked = Checked::start().await;
    let send = async |body: Value| {
        let request = checked.app.request(Method::POST, "/setup").json_body(&body);
        checked.app.send(checked.app.signed(request)).await
    };
    let made = send(json!({ "action": "create_api_key", "name": "test", "scopes": ["accounts", "psd2"] })).await;
    let id = made.json()["id"].clone();
    checked.check("run_setup", &made, 200);
    for body in [
        json!({}),
        json!({ "action": "run" }),
        json!({ "action": "status" }),
        json!({ "action": "revoke_api_key", "id": id }),
        json!({ "action": "list_api_keys" }),
    ] {
        checked.check("run_setup", &send(body).await, 200);
    }
    checked.check("run_setup", &send(json!({ "action": "destroy" })).await, 422);
    let unsigned = checked.app.request(Method::POST, "/setup").json_body(&json!({}));
    checked.check("run_setup", &checked.app.send(unsigned).await, 403);
}

#[tokio::test]
async fn what_a_browser_is_answered_fits() {
    let checked = Checked::start().await;
    let app = &checked.app;
    let asked =
        app.post("/consents", &json!({ "reference": "customer-17", "return_url": "https://app.example/bank" })).await;
    checked.check("create_consent", &asked, 201);
    checked.check("create_consent", &app.post("/consents", &json!({ "expires_in": 1 })).await, 422);
    let asked = asked.json();
    let begun = app.send(app.request(Method::GET, asked["url"].as_str().unwrap())).await;
    checked.check("begin_consent", &begun, 303);
    checked.check("begin_consent", &app.send(app.request(Method::GET, "/auth?ticket=")).await, 422);
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let path = app.approve(&begun.header("location").parse().unwrap(), "empty").await;
    let back = app.callback(&path, &cookie).await;
    checked.check("complete_consent", &back, 303);
    let consent = format!("/consents/{}", asked["consent_id"].as_str().unwrap());
    checked.check("find_consent", &app.get(&consent).await, 200);
    checked.check("find_consent", &app.get("/consents/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11").await, 404);
    let proof = back.header("location").rsplit_once("proof=").unwrap().1;
    let claim = format!("{consent}/claim");
    checked.check("claim_consent", &app.post(&claim, &json!({ "proof": "A".repeat(43) })).await, 422);
    checked.check("claim_consent", &app.post(&claim, &json!({ "proof": proof })).await, 200);
    checked.check("claim_consent", &app.post(&claim, &json!({ "proof": proof })).await, 409);
    checked.check("find_consent", &app.get(&consent).await, 200);
    let delete = app.send(app.request(Method::DELETE, &consent).bearer_auth(&app.api_key)).await;
    checked.check("delete_consent", &delete, 409);
    let other = app.ask_consent(&json!({})).await;
    checked.check("list_consents", &app.get("/consents?count=1").await, 200);
    let path = format!("/consents/{}", other["consent_id"].as_str().unwrap());
    let delete = app.send(app.request(Method::DELETE, &path).bearer_auth(&app.api_key)).await;
    checked.check("delete_consent", &delete, 204);
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let connected = app.callback(&path, &cookie).await;
    checked.check("complete_consent", &connected, 200);
    checked.check("complete_consent", &app.callback("/callback?state=x&code=y", &cookie).await, 422);
    let as_page = app.request(Method::GET, &path).header("cookie", &cookie).header("accept", "text/html");
    let redirect = app.send(as_page).await;
    checked.check("complete_consent", &redirect, 303);
    let result = app.send(app.request(Method::GET, &format!("/{}", redirect.header("location")))).await;
    checked.check("show_result", &result, 200);
    checked.check("show_result", &app.send(app.request(Method::GET, "/result")).await, 404);
    let (cookie, page) = app.begin_consent().await;
    let path = app.deny(&page).await;
    checked.check("complete_consent", &app.callback(&path, &cookie).await, 403);
    let user = connected.json()["new_user_id"].as_str().unwrap().to_owned();
    let deleted = app.send(app.request(Method::DELETE, &format!("/user/{user}")).bearer_auth(&app.api_key)).await;
    checked.check("delete_user", &deleted, 204);
}

#[tokio::test]
async fn what_is_refused_fits() {
    let checked = Checked::start().await;
    let app = &checked.app;
    let user = app.connect("person").await;
    let accounts = format!("/user/{user}/accounts");
    checked.check("list_accounts", &app.send(app.request(Method::GET, &accounts)).await, 401);
    checked.check("list_accounts", &app.get_with_key(&accounts, "wrong").await, 401);
    let (_, other) = app.create_api_key(&["psd2"]).await;
    checked.check("list_accounts", &app.get_with_key(&accounts, &other).await, 403);
    checked.check("list_accounts", &app.get("/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/accounts").await, 404);
    checked.check("list_accounts", &app.get("/user/1/accounts").await, 422);
    let unknown = app.get(&format!("/user/{user}/payments/1")).await;
    checked.check("list_payments", &unknown, 404);
    for (status, expected) in [(400, 422), (403, 403), (429, 503), (500, 502), (491, 503)] {
        let refusal = json!({ "endpoint": "GET user/{user-id}/monetary-account", "status": status, "times": 9 });
        app.bank.fault(refusal).await;
        checked.check("list_accounts", &app.get(&accounts).await, expected);
        app.bank.clear_faults().await;
    }
    let path = format!("/user/{user}/draft-payment");
    let terms = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    checked.check("create_draft_payment", &app.post_once(&path, "one", &terms).await, 201);
    let mut changed = terms.clone();
    changed["amount"] = json!("6.00");
    checked.check("create_draft_payment", &app.post_once(&path, "one", &changed).await, 422);
    checked.check("create_draft_payment", &app.post(&path, &json!({ "color": "red" })).await, 422);
}
