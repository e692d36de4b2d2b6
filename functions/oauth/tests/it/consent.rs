//! The sequence that connects a customer, and each sequence that must be refused.

use serde_json::json;
use testkit::TestApp;
use url::Url;

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn a_person_connects_and_gets_a_user_id() {
    let app = TestApp::start().await;

    let user_id = app.connect("person").await;

    assert_eq!(user_id.len(), 36);
    let profile = app.get(&format!("/user/{user_id}")).await;
    assert_eq!(profile.status, 200);
    assert!(profile.json()["Response"][0]["UserPerson"].is_object());
}

#[tokio::test]
async fn auth_sends_the_browser_to_the_bank_with_a_fresh_state_and_a_guarded_cookie() {
    let app = TestApp::start().await;

    let (cookie, first) = app.begin_consent().await;
    let (_, second) = app.begin_consent().await;

    assert_eq!(parameter(&first, "response_type"), "code");
    assert_eq!(parameter(&first, "redirect_uri"), format!("{}callback", app.url));
    assert_eq!(parameter(&first, "state").len(), 43, "256 bits");
    assert_ne!(parameter(&first, "state"), parameter(&second, "state"));
    assert!(cookie.starts_with("consent="), "{cookie}");
}

#[tokio::test]
async fn over_https_the_cookie_belongs_to_this_host_alone() {
    let app = TestApp::builder().variable("PUBLIC_URL", "https://tpp.example").start().await;

    let answer = app.send(app.request(reqwest::Method::GET, "/auth").header("host", "tpp.example")).await;

    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-consent="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=86400"] {
        assert!(cookie.contains(attribute), "{attribute} is missing: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn a_company_connects_like_a_person() {
    let app = TestApp::start().await;

    let user_id = app.connect("company").await;

    let profile = app.get(&format!("/user/{user_id}")).await.json();
    assert!(profile["Response"][0]["UserCompany"].is_object(), "{profile}");
}

#[tokio::test]
async fn a_second_consent_of_the_same_customer_keeps_the_user_id() {
    let app = TestApp::start().await;
    let first = app.connect("person").await;

    app.bank.settings(json!({ "reconsent_revokes": true, "fresh_api_key_id": true })).await;
    let second = app.connect("person").await;

    assert_eq!(first, second);
    assert_ne!(first, app.connect("company").await);
    assert_eq!(app.get(&format!("/user/{first}/accounts")).await.status, 200);
}

#[tokio::test]
async fn a_customer_whose_id_the_bank_leaves_out_connects_and_keeps_the_user_id() {
    let app = TestApp::start().await;
    app.bank.settings(json!({ "granted_id": "missing" })).await;

    let first = app.connect("person").await;
    let second = app.connect("person").await;

    assert_eq!(first, second);
    let profile = app.get(&format!("/user/{first}")).await.json();
    assert!(profile["Response"][0]["UserApiKey"].is_object(), "{profile}");
}

#[tokio::test]
async fn a_state_dies_after_ten_minutes() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    app.clock.advance(601);
    let answer = app.callback(&path, &cookie).await;

    answer.problem(422, "state_expired");
    assert_eq!(app.bank.count("POST token").await, 0);
}

#[tokio::test]
async fn another_browser_cannot_finish_a_consent_and_does_not_spoil_it() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let (other, _) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    app.callback(&path, &other).await.problem(422, "other_browser");
    app.callback(&path, "").await.problem(422, "other_browser");

    assert_eq!(app.bank.count("POST token").await, 0);
    assert_eq!(app.callback(&path, &cookie).await.status, 200);
}

#[tokio::test]
async fn two_tabs_of_one_browser_both_connect() {
    let app = TestApp::start().await;
    let (cookie, first) = app.begin_consent().await;
    let second = app.send(app.request(reqwest::Method::GET, "/auth").header("cookie", &cookie)).await;
    let second = Url::parse(second.header("location")).unwrap();

    for (page, customer) in [(first, "person"), (second, "company")] {
        let path = app.approve(&page, customer).await;
        assert_eq!(app.callback(&path, &cookie).await.status, 200);
    }
}

#[tokio::test]
async fn a_customer_who_says_no_is_not_connected() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.deny(&page).await;

    let answer = app.callback(&path, &cookie).await;

    assert_eq!(answer.problem(403, "consent_denied")["action"], "reauthorise");
    assert_eq!(app.bank.count("POST token").await, 0);
    app.callback(&path, &cookie).await.problem(403, "consent_denied");
}

#[tokio::test]
async fn a_code_that_the_bank_does_not_take_is_said_plainly() {
    let app = TestApp::start().await;
    for status in [400, 401] {
        app.bank.settings(json!({ "invalid_grant_status": status })).await;
        let (cookie, page) = app.begin_consent().await;
        let state = parameter(&page, "state");

        let answer = app.callback(&format!("/callback?code={}&state={state}", "0".repeat(64)), &cookie).await;

        assert_eq!(answer.problem(422, "code_refused")["action"], "reauthorise");
        assert!(!answer.text.contains(&state));
    }
}

#[tokio::test]
async fn the_way_back_says_nothing_of_the_bank_s_words_and_nothing_of_our_address() {
    let app = TestApp::start().await;
    let words = json!({ "Error": [{
        "error_description": "Words of the bank: Invalid hash \"false\".",
        "error_description_translated": "Words of the bank: Invalid hash \"false\".",
    }] });
    for endpoint in ["POST token", "POST session-server"] {
        for status in [400, 403, 404, 466, 490, 500] {
            for accept in ["application/json", "text/html"] {
                let (cookie, page) = app.begin_consent().await;
                let path = app.approve(&page, "person").await;
                app.bank.fault(json!({ "endpoint": endpoint, "status": status, "times": 1, "body": words })).await;
                let request = app.request(reqwest::Method::GET, &path).header("cookie", &cookie);

                let answer = app.send(request.header("accept", accept)).await;

                assert!(answer.status >= 300, "{endpoint} {status}: {answer:?}");
                for said in ["Words", "hash", "bunq_response_id"] {
                    assert!(!answer.text.contains(said), "{endpoint} {status} {accept}: {answer:?}");
                }
                app.bank.clear_faults().await;
            }
        }
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused_without_being_repeated() {
    let app = TestApp::start().await;
    for query in ["", "?code=secretcode", "?state=", "?state=a&state=secretcode", "?state=a", "?state=&code=secretcode"]
    {
        let answer = app.callback(&format!("/callback{query}"), "consent=x").await;

        answer.problem(422, "invalid_request");
        assert!(!answer.text.contains("secretcode"), "{query}");
    }
    for query in ["?state=a%0asecretcode&code=b", "?state=%ff&code=secretcode"] {
        let answer = app.callback(&format!("/callback{query}"), "consent=x").await;

        answer.problem(422, "state_invalid");
        assert!(!answer.text.contains("secretcode"), "{query}");
    }
}

#[tokio::test]
async fn a_busy_bank_costs_the_customer_a_reload_and_nothing_else() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    app.bank
        .fault(json!({
            "endpoint": "POST session-server", "status": 429, "times": 1,
            "body": { "Error": [{ "error_description": "Too many requests. You can do a maximum of 1 calls per 30 second to this endpoint." }] },
        }))
        .await;

    let busy = app.callback(&path, &cookie).await;
    let other = app.callback(&path, "consent=of-another-browser").await;
    let after = app.callback(&path, &cookie).await;

    assert_eq!(busy.problem(503, "bank_busy")["action"], "wait");
    assert_eq!(busy.header("retry-after"), "30");
    other.problem(422, "other_browser");
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(app.bank.count("POST token").await, 1, "the code works once, so it was not sent again");
}

#[tokio::test]
async fn a_token_endpoint_that_takes_no_calls_leaves_the_consent_as_it_was() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let text = "Too many requests. You can do a maximum of 5 calls per 3000 second to this endpoint.";
    let body = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": "POST token", "status": 429, "body": body })).await;

    let busy = app.callback(&path, &cookie).await;
    let after = app.callback(&path, &cookie).await;

    assert_eq!(busy.problem(503, "bank_busy")["action"], "wait");
    assert_eq!(after.status, 200, "{after:?}");
}

#[tokio::test]
async fn a_code_that_may_have_been_used_sends_the_customer_back_to_the_start() {
    let app = TestApp::start().await;
    // 491 is the bank's maintenance. Waiting for its end would not help: the code may be used.
    for status in [503, 491] {
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        app.bank.fault(json!({ "endpoint": "POST token", "status": status, "body": "" })).await;

        let answer = app.callback(&path, &cookie).await;

        assert_eq!(answer.problem(502, "bank_unavailable")["action"], "reauthorise");
        assert_eq!(answer.header("retry-after"), "");
    }
}

#[tokio::test]
async fn a_lost_answer_of_the_store_costs_no_consent() {
    let app = TestApp::start().await;
    for target in ["UpdateItem", "PutItem", "TransactWriteItems", "DeleteItem"] {
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        app.aws_fault(json!({ "target": format!("DynamoDB_20120810.{target}"), "drop": "after" })).await;

        let answer = app.callback(&path, &cookie).await;

        assert_eq!(answer.status, 200, "{target}: {answer:?}");
    }
}

#[tokio::test]
async fn a_given_consent_that_cannot_be_kept_is_stored_as_a_connection_all_the_same() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    // The SDK tries three times. The first write after the exchange fails, and the next ones succeed. Two writes come
    // before it.
    let fault =
        json!({ "target": "DynamoDB_20120810.UpdateItem", "nth": 3, "times": 3, "error": "InternalServerError" });
    app.aws_fault(fault).await;

    let answer = app.callback(&path, &cookie).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn an_exchange_whose_answer_is_lost_is_not_repeated() {
    let app = TestApp::start().await;
    for drop in ["before", "after"] {
        app.bank.forget_calls().await;
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        app.bank.fault(json!({ "endpoint": "POST token", "drop": drop })).await;

        app.callback(&path, &cookie).await.problem(502, "bank_unavailable");

        assert_eq!(app.bank.count("POST token").await, 1, "{drop}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_talks_nonsense_is_a_bad_gateway() {
    let app = TestApp::start().await;
    let nonsense = [
        json!({ "status": 200, "body": "<html>hello</html>", "content_type": "text/html" }),
        json!({ "status": 200, "body": "" }),
        json!({ "status": 200, "body": "{\"access_token\":\"\"}" }),
        json!({ "status": 200, "body": "{\"token_type\":\"bearer\"}" }),
        json!({ "status": 500, "body": "oops" }),
        json!({ "status": 302, "body": "" }),
    ];
    for mut fault in nonsense {
        fault["endpoint"] = json!("POST token");
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        app.bank.fault(fault.clone()).await;

        let answer = app.callback(&path, &cookie).await;

        assert_eq!(answer.status, 502, "{fault}: {answer:?}");
        app.bank.clear_faults().await;
    }
}

#[tokio::test]
async fn where_the_bank_wants_a_device_for_each_token_the_switch_registers_one() {
    let without = TestApp::start().await;
    without.bank.settings(json!({ "access_token_device": "required" })).await;
    let (cookie, page) = without.begin_consent().await;
    let path = without.approve(&page, "person").await;
    without.callback(&path, &cookie).await.problem(403, "consent_revoked");

    let with = TestApp::builder().variable("DEVICE_PER_CONNECTION", "true").start().await;
    with.bank.settings(json!({ "access_token_device": "required" })).await;
    let user_id = with.connect("person").await;

    assert_eq!(with.bank.count("POST device-server").await, 1);
    assert_eq!(with.get(&format!("/user/{user_id}/accounts")).await.status, 200);
}

#[tokio::test]
async fn nobody_can_connect_before_the_setup_has_run() {
    let app = TestApp::builder().not_onboarded().start().await;

    let answer = app.send(app.request(reqwest::Method::GET, "/auth")).await;

    assert_eq!(answer.problem(503, "not_onboarded")["action"], "contact_support");
}

#[tokio::test]
async fn a_consent_that_meets_a_dead_store_is_a_problem_and_not_a_connection() {
    let app = TestApp::start().await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let fault = |target: &str| json!({ "target": target, "times": 20, "error": "InternalServerError" });
    app.aws_fault(fault("DynamoDB_20120810.TransactWriteItems")).await;

    let answer = app.callback(&path, &cookie).await;

    assert_eq!(answer.problem(503, "store_unavailable")["action"], "wait");
    app.aws_recover().await;
    assert_eq!(app.callback(&path, &cookie).await.status, 200, "what the customer gave was kept");
}

#[tokio::test]
async fn a_code_that_was_given_for_another_visit_connects_nobody() {
    let app = TestApp::start().await;
    let (_, victims_page) = app.begin_consent().await;
    let stolen = Url::parse(&format!("http://tpp.example{}", app.approve(&victims_page, "person").await)).unwrap();
    let (cookie, page) = app.begin_consent().await;

    let path = format!("/callback?state={}&code={}", parameter(&page, "state"), parameter(&stolen, "code"));
    let injected = app.callback(&path, &cookie).await;

    injected.problem(422, "code_refused");
    assert_eq!(app.get("/users").await.json()["users"], json!([]));
}
