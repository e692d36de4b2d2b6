//! The real answers of the routes conform to the document, for every kind of customer that the simulated bank has.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Journey, JsonBody as _, Operation, TestApp, every_operation, in_order, operation};

use crate::document::{document, faults, follow, list, validator};

/// Compares answers with the document.
struct Fits {
    document: Value,
    /// The validators by operation, status and media type, because making one takes longer than most answers.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Makes a deployment that knows the address that the bank sees it from.
async fn start() -> (TestApp, Fits) {
    let mut app = Journey::deployment().start().await;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    app.restart().await;
    (app, Fits { document: document(), validators: Mutex::default() })
}

impl Fits {
    async fn get(&self, app: &TestApp, id: &str, path: &str) -> Answer {
        let answer = app.get(path).await;
        self.check(id, &answer, 200);
        answer
    }

    /// Compares an answer with what the document says about its operation.
    #[track_caller]
    fn check(&self, id: &str, answer: &Answer, status: u16) {
        assert_eq!(answer.status, status, "{id}: {answer:?}");
        let operation = operation(id);
        self.check_headers(&operation, answer);
        if status == 204 || status == 303 {
            return;
        }
        if operation.value["responses"][status.to_string()].get("content").is_none() {
            assert_eq!(answer.text, "", "{id}: {status} has no documented body");
            return;
        }
        let media_type = answer.header("content-type");
        let essence = media_type.split(';').next().unwrap();
        let schema = [media_type, essence].iter().find_map(|one| operation.answer(&status.to_string(), one));
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

/// Returns the ids of the objects in an answer, of any kind.
fn ids(answer: &Answer) -> Vec<u64> {
    let body = answer.json();
    let elements = body["Response"].as_array().unwrap().iter();
    elements.filter_map(|element| element.as_object()?.values().next()?["id"].as_u64()).collect()
}

#[tokio::test]
async fn what_can_be_read_of_every_customer_fits() {
    let (app, fits) = start().await;
    for customer in ["person", "company", "empty", "strange"] {
        let user = app.connect(customer).await;
        let base = format!("/user/{user}");
        fits.get(&app, "find_user", &base).await;
        fits.get(&app, "find_connection", &format!("{base}/connection")).await;
        let accounts = ids(&fits.get(&app, "list_accounts", &format!("{base}/accounts")).await);
        for account in &accounts {
            let payments = format!("{base}/payments/{account}");
            fits.get(&app, "list_payments", &format!("{payments}?count=3")).await;
            let all = ids(&fits.get(&app, "list_payments", &format!("{payments}?all=true")).await);
            let account = format!("{base}/monetary-account/{account}");
            if let Some(payment) = all.first() {
                fits.get(&app, "find_payment", &format!("{account}/payment/{payment}")).await;
            }
            fits.get(&app, "list_request_inquiries", &format!("{account}/request-inquiry")).await;
            fits.get(&app, "list_draft_payments", &format!("{account}/draft-payment")).await;
        }
    }
    fits.get(&app, "list_users", "/users").await;
    fits.get(&app, "list_users", "/users?count=1").await;
}

/// Returns how to read an operation's object, and the list that contains it.
fn readers(of: &Operation<'_>) -> Vec<Operation<'static>> {
    let readers = every_operation().iter().filter(|one| {
        let rest = of.path.strip_prefix(one.path);
        one.method() == Method::GET && rest.is_some_and(|rest| rest.rfind('/').unwrap_or_default() == 0)
    });
    readers.copied().collect()
}

#[tokio::test]
async fn every_operation_fits() {
    let (app, fits) = start().await;
    let mut journey = Journey::of(app).await;
    for operation in in_order() {
        journey.renew(&operation).await;
        let answer = journey.send(&operation).await;
        fits.check(operation.id(), &answer, operation.success());
        // An object can still be read after it has ended.
        let readers = if operation.method() == Method::PUT { readers(&operation) } else { Vec::new() };
        assert!(operation.method() != Method::PUT || !readers.is_empty(), "{} can be read", operation.id());
        for reader in &readers {
            fits.check(reader.id(), &journey.send(reader).await, 200);
        }
    }
}

#[tokio::test]
async fn what_is_answered_again_fits() {
    let (app, fits) = start().await;
    let journey = Journey::of(app).await;
    for operation in every_operation().iter().filter(|operation| operation.takes_idempotency_key()) {
        for replayed in ["", "true"] {
            let request = journey.request(operation).header("idempotency-key", operation.id());
            let answer = journey.send_request(operation, request, &journey.body(operation)).await;
            assert_eq!(answer.header("idempotency-replayed"), replayed, "{answer:?}");
            fits.check(operation.id(), &answer, 201);
        }
    }
}

#[tokio::test]
async fn what_a_customer_has_decided_fits() {
    let (app, fits) = start().await;
    let journey = Journey::of(app).await;
    let app = &journey.app;
    let create = operation("create_draft_payment");
    let schedule = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
    for scheduled in [None, Some(schedule)] {
        let mut order = journey.body(&create);
        order["schedule"] = json!(scheduled);
        let created = journey.send_body(&create, &order).await;
        fits.check("create_draft_payment", &created, 201);
        app.bank.decide(ids(&created)[0], "accept").await;
        fits.get(app, "find_draft_payment", created.header("location")).await;
    }
    let ask = operation("create_request_inquiry");
    let mut order = journey.body(&ask);
    order["receiver_type"] = json!("EMAIL");
    order["receiver_value"] = json!("sugardaddy@bunq.com");
    let paid = journey.send_body(&ask, &order).await;
    fits.check("create_request_inquiry", &paid, 201);
    fits.get(app, "find_request_inquiry", paid.header("location")).await;
    app.bank.decide_issuer_transaction(journey.place("public_id"), "accept").await;
    for id in ["find_issuer_transaction", "find_public_issuer_transaction"] {
        fits.check(id, &journey.send(&operation(id)).await, 200);
    }
    for id in ["list_draft_payments", "list_request_inquiries", "list_issuer_transactions"] {
        fits.check(id, &journey.send(&operation(id)).await, 200);
    }
}

#[tokio::test]
async fn what_the_setup_answers_fits() {
    let (app, fits) = start().await;
    let send = async |body: Value| {
        let request = app.request(Method::POST, "/setup").json_body(&body);
        app.send(app.signed(request)).await
    };
    let made = send(json!({ "action": "create_api_key", "name": "test", "scopes": ["accounts", "psd2"] })).await;
    let id = made.json()["id"].clone();
    fits.check("run_setup", &made, 200);
    for body in [
        json!({}),
        json!({ "action": "run" }),
        json!({ "action": "status" }),
        json!({ "action": "revoke_api_key", "id": id }),
        json!({ "action": "list_api_keys" }),
        json!({ "action": "rotate_sealing_key" }),
        json!({ "action": "rotate_sealing_key", "secret": "delivery-key" }),
        json!({ "action": "reseal", "limit": 1 }),
        json!({ "action": "reseal", "secret": "delivery-key" }),
        json!({ "action": "rotate_installation" }),
        json!({ "action": "renew_certificate" }),
    ] {
        fits.check("run_setup", &send(body).await, 200);
    }
    let old = app.read_secret("sealing-key").await["current"].clone();
    fits.check("run_setup", &send(json!({ "action": "remove_sealing_key", "id": old })).await, 409);
    app.advance(720).await;
    for body in
        [json!({ "action": "rotate_sealing_key" }), json!({ "action": "status" }), json!({ "action": "reseal" })]
    {
        fits.check("run_setup", &send(body).await, 200);
    }
    app.advance(720).await;
    fits.check("run_setup", &send(json!({ "action": "remove_sealing_key", "id": old })).await, 200);
    fits.check("run_setup", &send(json!({ "action": "destroy" })).await, 422);
    let unsigned = app.request(Method::POST, "/setup").json_body(&json!({}));
    fits.check("run_setup", &app.send(unsigned).await, 403);
}

#[tokio::test]
async fn what_a_browser_is_answered_fits() {
    let (app, fits) = start().await;
    let asked = app.post("/consents", operation("create_consent").example().unwrap()).await;
    fits.check("create_consent", &asked, 201);
    fits.check("create_consent", &app.post("/consents", &json!({ "expires_in": 1 })).await, 422);
    let asked = asked.json();
    let begun = app.send(app.request(Method::GET, asked["url"].as_str().unwrap())).await;
    fits.check("begin_consent", &begun, 303);
    fits.check("begin_consent", &app.send(app.request(Method::GET, "/auth?ticket=")).await, 422);
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let path = app.approve(&begun.header("location").parse().unwrap(), "empty").await;
    let back = app.callback(&path, &cookie).await;
    fits.check("complete_consent", &back, 303);
    let consent = format!("/consents/{}", asked["consent_id"].as_str().unwrap());
    fits.check("find_consent", &app.get(&consent).await, 200);
    fits.check("find_consent", &app.get("/consents/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11").await, 404);
    let proof = back.header("location").rsplit_once("proof=").unwrap().1;
    let claim = format!("{consent}/claim");
    fits.check("claim_consent", &app.post(&claim, &json!({ "proof": "A".repeat(43) })).await, 422);
    fits.check("claim_consent", &app.post(&claim, &json!({ "proof": proof })).await, 200);
    fits.check("claim_consent", &app.post(&claim, &json!({ "proof": proof })).await, 409);
    fits.check("find_consent", &app.get(&consent).await, 200);
    let delete = app.send(app.request(Method::DELETE, &consent).bearer_auth(&app.api_key)).await;
    fits.check("delete_consent", &delete, 409);
    let other = app.ask_consent(&json!({})).await;
    fits.check("list_consents", &app.get("/consents?count=1").await, 200);
    let path = format!("/consents/{}", other["consent_id"].as_str().unwrap());
    let delete = app.send(app.request(Method::DELETE, &path).bearer_auth(&app.api_key)).await;
    fits.check("delete_consent", &delete, 204);
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let connected = app.callback(&path, &cookie).await;
    fits.check("complete_consent", &connected, 200);
    fits.check("complete_consent", &app.callback("/callback?state=x&code=y", &cookie).await, 422);
    let as_page = app.request(Method::GET, &path).header("cookie", &cookie).header("accept", "text/html");
    let redirect = app.send(as_page).await;
    fits.check("complete_consent", &redirect, 303);
    let result = app.send(app.request(Method::GET, &format!("/{}", redirect.header("location")))).await;
    fits.check("show_result", &result, 200);
    fits.check("show_result", &app.send(app.request(Method::GET, "/result")).await, 404);
    let (cookie, page) = app.begin_consent().await;
    let path = app.deny(&page).await;
    fits.check("complete_consent", &app.callback(&path, &cookie).await, 403);
    let user = connected.json()["new_user_id"].as_str().unwrap().to_owned();
    let deleted = app.send(app.request(Method::DELETE, &format!("/user/{user}")).bearer_auth(&app.api_key)).await;
    fits.check("delete_user", &deleted, 204);
}

#[tokio::test]
async fn what_is_refused_fits() {
    let (app, fits) = start().await;
    let user = app.connect("person").await;
    let accounts = format!("/user/{user}/accounts");
    fits.check("list_accounts", &app.send(app.request(Method::GET, &accounts)).await, 401);
    fits.check("list_accounts", &app.get_with_key(&accounts, "wrong").await, 401);
    let (_, other) = app.create_api_key(&["psd2"]).await;
    fits.check("list_accounts", &app.get_with_key(&accounts, &other).await, 403);
    fits.check("list_accounts", &app.get("/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/accounts").await, 404);
    fits.check("list_accounts", &app.get("/user/1/accounts").await, 422);
    let unknown = app.get(&format!("/user/{user}/payments/1")).await;
    fits.check("list_payments", &unknown, 404);
    for (status, expected) in [(400, 422), (403, 403), (429, 503), (500, 502), (491, 503)] {
        let refusal = json!({ "endpoint": "GET user/{user-id}/monetary-account", "status": status, "times": 9 });
        app.bank.fault(refusal).await;
        fits.check("list_accounts", &app.get(&accounts).await, expected);
        app.bank.clear_faults().await;
    }
    let path = format!("/user/{user}/draft-payment");
    let terms = operation("create_draft_payment").example().unwrap().clone();
    fits.check("create_draft_payment", &app.post_once(&path, "one", &terms).await, 201);
    let mut changed = terms.clone();
    changed["amount"] = json!("6.00");
    fits.check("create_draft_payment", &app.post_once(&path, "one", &changed).await, 422);
    fits.check("create_draft_payment", &app.post(&path, &json!({ "color": "red" })).await, 422);
}
