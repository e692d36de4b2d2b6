//! A consent belongs to the person who started it: tickets, claims, and the limits of an attacker.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, JsonBody as _, TestApp};
use url::Url;

const BACK: &str = "https://app.example/bank";

fn with_return() -> Value {
    json!({ "reference": "customer-17", "return_url": BACK })
}

/// Has a customer consent at the bank, in the browser of this cookie. Returns the answer of the callback.
async fn consent(app: &TestApp, (cookie, page): &(String, Url), customer: &str) -> Answer {
    let path = app.approve(page, customer).await;
    app.callback(&path, cookie).await
}

/// The parameters with which the browser returns to the application.
fn brought_back(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 303, "{answer:?}");
    let back = Url::parse(answer.header("location")).unwrap();
    assert!(back.as_str().starts_with(BACK), "{back}");
    let of =
        |name| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default();
    (of("consent_id"), of("proof"))
}

async fn claim(app: &TestApp, id: &str, proof: &str) -> Answer {
    app.post(&format!("/consents/{id}/claim"), &json!({ "proof": proof })).await
}

async fn found(app: &TestApp, id: &str) -> Value {
    let found = app.get(&format!("/consents/{id}")).await;
    assert_eq!(found.status, 200, "{found:?}");
    found.json()
}

#[tokio::test]
async fn an_application_starts_a_consent_and_claims_what_its_customer_gave() {
    let app = TestApp::start().await;
    let answer = app.post("/consents", &with_return()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let asked = answer.json();
    let id = asked["consent_id"].as_str().unwrap();
    assert!(answer.header("location").ends_with(&format!("/consents/{id}")));
    assert_eq!((&asked["status"], &asked["reference"]), (&json!("pending"), &json!("customer-17")));

    let opened = app.open_consent(asked["url"].as_str().unwrap()).await;
    assert_eq!(found(&app, id).await["status"], "opened");
    let (back, proof) = brought_back(&consent(&app, &opened, "person").await);
    assert_eq!((back.as_str(), proof.len()), (id, 43));
    let before = found(&app, id).await;
    assert_eq!((&before["status"], &before["user_id"]), (&json!("opened"), &Value::Null));
    assert_eq!(app.get("/users").await.json()["users"], json!([]));

    let claimed = claim(&app, id, &proof).await;

    assert_eq!(claimed.status, 200, "{claimed:?}");
    let user_id = claimed.json()["user_id"].as_str().unwrap().to_owned();
    assert_eq!(claimed.json()["reference"], "customer-17");
    let after = found(&app, id).await;
    assert_eq!((&after["status"], &after["user_id"]), (&json!("completed"), &json!(user_id)));
    assert_eq!(after.get("url"), None, "the ticket is shown once");
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    assert_eq!(app.bank.count("POST session-server").await, 1, "the session of the consent is used");
    claim(&app, id, &proof).await.problem(409, "already_claimed");
}

#[tokio::test]
async fn an_attacker_whose_ticket_a_victim_opens_gets_nothing() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&with_return()).await;
    let id = asked["consent_id"].as_str().unwrap();

    // The victim opens the attacker's link and consents at the real bank. The proof is in the victim's browser.
    let victim = app.open_consent(asked["url"].as_str().unwrap()).await;
    let (_, proof) = brought_back(&consent(&app, &victim, "person").await);

    assert_eq!(app.get("/users").await.json()["users"], json!([]), "nobody can read it");
    let connections = app.scan("connections").await;
    assert!(!connections.iter().any(|item| item["pk"]["S"].as_str().unwrap().starts_with("USER#")), "{connections:?}");
    // The attacker knows the consent, but has no proof and cannot open the ticket to get one.
    claim(&app, id, &"A".repeat(43)).await.problem(422, "proof_invalid");
    let ticket = Url::parse(asked["url"].as_str().unwrap()).unwrap();
    let path = format!("{}?{}", ticket.path(), ticket.query().unwrap());
    app.send(app.request(Method::GET, &path)).await.problem(422, "other_browser");
    // Ten minutes later nothing can be claimed, even with the proof; the session at the bank is ended.
    app.advance(601).await;
    claim(&app, id, &proof).await.problem(409, "claim_expired");
    assert_eq!(found(&app, id).await["status"], "expired");
    assert_eq!(app.bank.sessions_of("person").await, 0);
    let items = app.scan("ephemera").await;
    assert!(!items.iter().any(|item| item["pk"]["S"].as_str().unwrap().starts_with("UNCLAIMED#")), "{items:?}");
}

#[tokio::test]
async fn a_victims_own_connection_is_not_touched_before_a_claim() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let before = app.get(&format!("/user/{user_id}/connection")).await.json();

    let asked = app.ask_consent(&with_return()).await;
    let victim = app.open_consent(asked["url"].as_str().unwrap()).await;
    let (id, proof) = brought_back(&consent(&app, &victim, "person").await);

    assert_eq!(app.get(&format!("/user/{user_id}/connection")).await.json(), before);
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    let claimed = claim(&app, &id, &proof).await.json();
    assert_eq!((&claimed["user_id"], &claimed["references"]), (&json!(user_id), &json!(["customer-17"])));
}

#[tokio::test]
async fn a_later_consent_adds_its_reference_and_takes_none_away() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "one").await;
    assert_eq!(app.connect_as("person", "two").await, user_id);
    let asked = app.ask_consent(&json!({ "reference": "three", "user_id": user_id })).await;
    let opened = app.open_consent(asked["url"].as_str().unwrap()).await;
    assert_eq!(consent(&app, &opened, "person").await.status, 200);
    assert_eq!(app.connect("person").await, user_id);
    app.advance(60).await;
    let again = app.ask_consent(&json!({ "reference": "two" })).await;
    let opened = app.open_consent(again["url"].as_str().unwrap()).await;
    assert_eq!(consent(&app, &opened, "person").await.status, 200);

    let connection = app.get(&format!("/user/{user_id}/connection")).await.json();

    let references = connection["references"].as_array().unwrap();
    let names: Vec<_> = references.iter().map(|one| one["reference"].as_str().unwrap()).collect();
    assert_eq!((&connection["reference"], names), (&json!("one"), vec!["one", "two", "three"]));
    assert_eq!(references[1]["consent_id"], again["consent_id"], "its last consent");
    assert_eq!(references[1]["consented_at"], connection["consented_at"]);
    assert!(references[0]["consented_at"].as_str() < references[1]["consented_at"].as_str());
}

#[tokio::test]
async fn another_customer_than_the_one_asked_is_refused() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for body in [json!({ "user_id": user_id }), json!({ "user_id": user_id, "return_url": BACK })] {
        let asked = app.ask_consent(&body).await;
        let opened = app.open_consent(asked["url"].as_str().unwrap()).await;

        consent(&app, &opened, "company").await.problem(403, "wrong_customer");

        let after = found(&app, asked["consent_id"].as_str().unwrap()).await;
        assert_eq!((&after["status"], &after["code"]), (&json!("failed"), &json!("wrong_customer")));
        assert_eq!(app.get("/users").await.json()["users"].as_array().unwrap().len(), 1);
        assert_eq!(app.bank.sessions_of("company").await, 0);
    }
    let nobody = json!({ "user_id": "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11" });
    app.post("/consents", &nobody).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn a_return_url_is_measured_when_it_is_percent_encoded() {
    let app = TestApp::start().await;
    // A quotation mark becomes three characters.
    let url = |marks: usize| json!({ "return_url": format!("{BACK}?a={}", "\"".repeat(marks)) });
    let most = (2000 - BACK.len() - "?a=".len()) / 3;

    app.post("/consents", &url(most + 1)).await.problem(422, "invalid_request");
    let asked = app.post("/consents", &url(most)).await;

    assert_eq!(asked.status, 201, "{asked:?}");
    let id = asked.json()["consent_id"].as_str().unwrap().to_owned();
    assert_eq!(found(&app, &id).await["status"], "pending", "it can be read again");
}

#[tokio::test]
async fn a_callback_that_comes_twice_brings_the_same_proof_back() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&with_return()).await;
    let (cookie, page) = app.open_consent(asked["url"].as_str().unwrap()).await;
    let path = app.approve(&page, "person").await;

    let (first, second) = tokio::join!(app.callback(&path, &cookie), app.callback(&path, &cookie));

    assert_eq!(brought_back(&first), brought_back(&second));
    let (id, proof) = brought_back(&first);
    assert_eq!(claim(&app, &id, &proof).await.status, 200);
    assert_eq!(brought_back(&app.callback(&path, &cookie).await), (id, String::new()), "a proof works once");
}

#[tokio::test]
async fn a_ticket_works_in_one_browser_until_the_customer_has_consented() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&json!({ "reference": "customer-17" })).await;
    let url = asked["url"].as_str().unwrap();
    let (cookie, _) = app.open_consent(url).await;
    let open = async |cookie: &str| app.send(app.request(Method::GET, url).header("cookie", cookie)).await;

    open("").await.problem(422, "other_browser");
    let again = open(&cookie).await;
    assert_eq!(again.status, 303, "a reload, or the back button: {again:?}");
    let page = Url::parse(again.header("location")).unwrap();
    assert_eq!(consent(&app, &(cookie.clone(), page), "person").await.status, 200);
    open(&cookie).await.problem(422, "ticket_used");
    open("").await.problem(422, "other_browser");
}

#[tokio::test]
async fn who_said_no_can_start_the_same_consent_again_while_the_ticket_lives() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&json!({ "reference": "customer-17", "return_url": BACK, "expires_in": 3600 })).await;
    let id = asked["consent_id"].as_str().unwrap();
    let (cookie, page) = app.open_consent(asked["url"].as_str().unwrap()).await;
    let get = async |path: &str| {
        let request = app.request(Method::GET, path).header("cookie", &cookie);
        app.send(request.header("accept", "text/html")).await
    };
    let denied = app.deny(&page).await;
    let result = get(&denied).await.header("location").to_owned();
    assert_eq!(found(&app, id).await["status"], "denied");
    let page = get(&format!("/{result}")).await;
    let again = format!("auth?again={id}");
    assert!(page.text.contains(&format!("href=\"{again}\"")), "{page:?}");
    assert!(page.text.contains(&format!("href=\"{BACK}?consent_id={id}\"")), "{page:?}");

    let begun = get(&format!("/{again}")).await;
    assert_eq!(found(&app, id).await["status"], "opened");
    let page = Url::parse(begun.header("location")).unwrap();
    let (back, proof) = brought_back(&consent(&app, &(cookie.clone(), page), "person").await);

    assert_eq!(claim(&app, &back, &proof).await.json()["reference"], "customer-17");
    // Another browser cannot open it, and no browser can after the ticket's end.
    app.send(app.request(Method::GET, &format!("/{again}"))).await.problem(422, "other_browser");
    let other = app.ask_consent(&json!({})).await;
    let never_opened = format!("/auth?again={}", other["consent_id"].as_str().unwrap());
    app.send(app.request(Method::GET, &never_opened)).await.problem(422, "ticket_invalid");
}

#[tokio::test]
async fn a_ticket_ends_and_can_be_withdrawn() {
    let app = TestApp::start().await;
    let short = app.ask_consent(&json!({ "expires_in": 60 })).await;
    let withdrawn = app.ask_consent(&json!({})).await;
    let opened = app.ask_consent(&json!({})).await;
    app.open_consent(opened["url"].as_str().unwrap()).await;
    let delete = async |asked: &Value| {
        let path = format!("/consents/{}", asked["consent_id"].as_str().unwrap());
        app.send(app.request(Method::DELETE, &path).bearer_auth(&app.api_key)).await
    };

    for _ in 0..2 {
        assert_eq!(delete(&withdrawn).await.status, 204);
    }
    delete(&opened).await.problem(409, "consent_not_pending");
    app.clock.advance(61);

    for (asked, code, status) in [(&short, "ticket_expired", "expired"), (&withdrawn, "ticket_withdrawn", "failed")] {
        app.send(app.request(Method::GET, asked["url"].as_str().unwrap())).await.problem(422, code);
        assert_eq!(found(&app, asked["consent_id"].as_str().unwrap()).await["status"], status);
    }
    for ticket in ["", "x", &"A".repeat(43), "a&ticket=b"] {
        app.send(app.request(Method::GET, &format!("/auth?ticket={ticket}"))).await.problem(422, "ticket_invalid");
    }
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let app = TestApp::start().await;
    for (body, pointer) in [
        (json!({ "return_url": "https://evil.example/bank" }), "/return_url"),
        (json!({ "return_url": "http://app.example/bank" }), "/return_url"),
        (json!({ "return_url": "https://app.example:8443/bank" }), "/return_url"),
        (json!({ "return_url": "https://app.example@evil.example/" }), "/return_url"),
        (json!({ "return_url": "https://app.example\\@evil.example/" }), "/return_url"),
        (json!({ "return_url": "https://app.example/\r\nbank" }), "/return_url"),
        (json!({ "return_url": "/bank" }), "/return_url"),
        (json!({ "expires_in": 59 }), "/expires_in"),
        (json!({ "expires_in": 86401 }), "/expires_in"),
        (json!({ "reference": "with space" }), "/reference"),
        (json!({ "user_id": "1" }), "/user_id"),
        (json!({ "colour": "red" }), "/colour"),
    ] {
        let refused = app.post("/consents", &body).await;
        assert_eq!(refused.problem(422, "invalid_request")["errors"][0]["pointer"], pointer, "{body}");
    }
    let nulls = json!({ "reference": null, "return_url": null, "user_id": null, "expires_in": null });
    assert_eq!(app.post("/consents", &nulls).await.status, 201);
    app.post("/consents/1/claim", &json!({ "proof": "A".repeat(43) })).await.problem(422, "invalid_request");
    let id = app.ask_consent(&json!({})).await["consent_id"].as_str().unwrap().to_owned();
    claim(&app, &id, "short").await.problem(422, "invalid_request");
    claim(&app, &id, &"A".repeat(43)).await.problem(409, "consent_not_claimable");
}

#[tokio::test]
async fn consents_are_listed_the_newest_first_in_pages() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for at in 0..5 {
        let reference = if at == 3 { "other" } else { "customer-17" };
        let asked = app.ask_consent(&json!({ "reference": reference })).await;
        ids.insert(0, asked["consent_id"].as_str().unwrap().to_owned());
        app.clock.advance(1);
    }
    app.begin_consent().await;
    let listed = async |query: &str| {
        let page = app.get(&format!("/consents?{query}")).await.json();
        let ids = page["consents"].as_array().unwrap().iter();
        let ids: Vec<_> = ids.map(|one| one["consent_id"].as_str().unwrap().to_owned()).collect();
        (ids, page["next_cursor"].as_str().map(str::to_owned))
    };

    let (first, cursor) = listed("count=2").await;
    let (second, _) = listed(&format!("count=3&cursor={}", cursor.unwrap())).await;

    assert_eq!([first, second].concat(), ids);
    assert_eq!(listed("").await, (ids.clone(), None), "one that a browser began is not there");
    ids.remove(1);
    assert_eq!(listed("reference=customer-17").await, (ids, None));
    assert_eq!(listed("reference=nobody").await.0, Vec::<String>::new());
}

#[tokio::test]
async fn a_consent_is_its_workspaces_own() {
    let app = TestApp::start().await;
    let made = app
        .setup(json!({ "action": "create_api_key", "name": "other", "scopes": ["connections"], "workspace": "other" }));
    let key = made.await.unwrap()["api_key"].as_str().unwrap().to_owned();
    let asked = app.ask_consent(&with_return()).await;
    let opened = app.open_consent(asked["url"].as_str().unwrap()).await;
    let (id, proof) = brought_back(&consent(&app, &opened, "person").await);
    let path = format!("/consents/{id}");

    app.get_with_key(&path, &key).await.problem(404, "consent_not_found");
    assert_eq!(app.get_with_key("/consents", &key).await.json()["consents"], json!([]));
    let send = async |method, path: &str, body: &Value| {
        app.send(app.request(method, path).bearer_auth(&key).json_body(body)).await
    };
    send(Method::DELETE, &path, &json!({})).await.problem(404, "consent_not_found");
    let claim_path = format!("{path}/claim");
    send(Method::POST, &claim_path, &json!({ "proof": proof })).await.problem(404, "consent_not_found");
    assert_eq!(claim(&app, &id, &proof).await.status, 200);
}

#[tokio::test]
async fn a_deployment_without_open_consents_stores_nothing_and_calls_nobody() {
    let app = TestApp::builder().variable("OPEN_CONSENT", "false").start().await;
    let items = app.scan("ephemera").await;

    let program = app.send(app.request(Method::GET, "/auth?utm_source=news")).await;
    let page = app.send(app.request(Method::GET, "/auth").header("accept", "text/html")).await;

    program.problem(403, "ticket_missing");
    assert!(page.status == 403 && page.text.contains("Begin where you were asked"), "{page:?}");
    assert_eq!((program.header("set-cookie"), page.header("set-cookie")), ("", ""));
    assert_eq!(app.scan("ephemera").await, items);
    assert_eq!(app.bank.total().await, 0);
    let asked = app.ask_consent(&json!({})).await;
    let opened = app.open_consent(asked["url"].as_str().unwrap()).await;
    assert_eq!(consent(&app, &opened, "person").await.status, 200);
}

/// One browser opens one consent twice, and the customer consents both times.
async fn two_visits(app: &TestApp) -> (String, String, [String; 2]) {
    let asked = app.ask_consent(&with_return()).await;
    let url = asked["url"].as_str().unwrap();
    let (cookie, first) = app.open_consent(url).await;
    let second = app.send(app.request(Method::GET, url).header("cookie", &cookie)).await;
    let second = Url::parse(second.header("location")).unwrap();
    let paths = [app.approve(&first, "person").await, app.approve(&second, "person").await];
    (asked["consent_id"].as_str().unwrap().to_owned(), cookie, paths)
}

async fn unclaimed(app: &TestApp) -> usize {
    let items = app.scan("ephemera").await;
    items.iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("UNCLAIMED#")).count()
}

#[tokio::test]
async fn two_tabs_that_end_at_once_bring_one_proof_back_and_leave_one_session() {
    let app = TestApp::start().await;
    let (id, cookie, [first, second]) = two_visits(&app).await;
    app.bank.fault(json!({ "endpoint": "POST token", "delay_ms": 300, "times": 2 })).await;

    let (first, second) = tokio::join!(app.callback(&first, &cookie), app.callback(&second, &cookie));

    let (first, second) = (brought_back(&first), brought_back(&second));
    assert_eq!((&first, first.1.len()), (&second, 43));
    assert_eq!((unclaimed(&app).await, app.bank.sessions_of("person").await), (1, 1));
    assert_eq!(claim(&app, &id, &first.1).await.status, 200);
}

#[tokio::test]
async fn a_tab_that_ends_after_the_claim_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let (id, cookie, [slow, fast]) = two_visits(&app).await;
    app.bank.fault(json!({ "endpoint": "POST token", "delay_ms": 1500, "times": 1 })).await;
    let fast_and_claimed = async {
        // The slow callback has reached the bank by then: it has consumed the fault.
        while app.bank.count("POST token").await == 0 {
            tokio::task::yield_now().await;
        }
        let (_, proof) = brought_back(&app.callback(&fast, &cookie).await);
        claim(&app, &id, &proof).await
    };

    let (slow, claimed) = tokio::join!(app.callback(&slow, &cookie), fast_and_claimed);

    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(brought_back(&slow), (id.clone(), String::new()), "there is nothing left to claim");
    assert_eq!((unclaimed(&app).await, app.bank.sessions_of("person").await), (0, 1));
    assert_eq!(found(&app, &id).await["status"], "completed");
}

#[tokio::test]
async fn the_result_of_a_claimed_consent_names_nobody_and_every_result_ends_after_a_day() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&with_return()).await;
    let opened = app.open_consent(asked["url"].as_str().unwrap()).await;
    let (id, proof) = brought_back(&consent(&app, &opened, "person").await);
    let user_id = claim(&app, &id, &proof).await.json()["user_id"].as_str().unwrap().to_owned();
    let result = async || app.send(app.request(Method::GET, &format!("/result?consent_id={id}"))).await;

    let shown = result().await;
    app.clock.advance(86_401);
    let later = result().await;

    assert!(shown.status == 200 && !shown.text.contains(&user_id), "{shown:?}");
    later.problem(404, "consent_not_found");
}
