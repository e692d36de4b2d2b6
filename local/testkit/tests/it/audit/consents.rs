//! Consents, how the bank ends one, and the setup.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{JsonBody as _, TestApp, logs};

use super::{audited, one};

#[tokio::test]
async fn each_step_of_a_consent_leaves_a_line() {
    logs::capture();
    let app = TestApp::start().await;
    let begun = one(&app.send(app.request(Method::GET, "/auth")).await);
    assert_eq!((&begun["action"], &begun["outcome"]), (&json!("begin_consent"), &json!("done")), "{begun}");

    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let connected = app.callback(&path, &cookie).await;
    let user_id = connected.json()["new_user_id"].clone();
    let line = one(&connected);
    assert_eq!((&line["action"], &line["outcome"]), (&json!("complete_consent"), &json!("done")), "{line}");
    assert_eq!((&line["user_id"], &line["object_kind"]), (&user_id, &json!("consent")), "{line}");
    assert_eq!(line["workspace"], "default", "{line}");
    let again = one(&app.callback(&path, &cookie).await);
    assert_eq!((&again["outcome"], &again["object_id"]), (&json!("done"), &line["object_id"]), "the same, told again");

    let (cookie, page) = app.begin_consent().await;
    let denied = app.deny(&page).await;
    for accept in ["application/json", "text/html"] {
        let (cookie, denied) = match accept {
            "text/html" => {
                let (cookie, page) = app.begin_consent().await;
                (cookie, app.deny(&page).await)
            }
            _ => (cookie.clone(), denied.clone()),
        };
        let request = app.request(Method::GET, &denied).header("cookie", cookie).header("accept", accept);
        let line = one(&app.send(request).await);
        let expected = (&json!("refused"), &json!("consent_denied"));
        assert_eq!((&line["outcome"], &line["code"]), expected, "as {accept}: {line}");
    }
}

#[tokio::test]
async fn a_consent_that_the_bank_no_longer_takes_is_found_once() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let path = format!("/user/{user_id}/accounts");
    app.bank.revoke("person").await;

    let refused = app.get(&path).await;
    let lines = audited(&refused);
    let [found, line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&found["action"], &found["outcome"]), (&json!("find_revoked_consent"), &json!("done")), "{found}");
    assert_eq!((&found["user_id"], &found["object_id"]), (&json!(user_id), &json!(user_id)), "{found}");
    assert_eq!(found["api_key_id"], line["api_key_id"], "whose call found it: {found}");
    assert_eq!((&line["action"], &line["code"]), (&json!("list_accounts"), &json!("consent_revoked")), "{line}");

    let again = one(&app.get(&path).await);
    assert_eq!(again["code"], "consent_revoked", "it was found once: {again}");
}

/// A real function writes the audit line of a direct invocation to its log. This test uses the route that does the
/// same.
#[tokio::test]
async fn each_action_of_the_setup_is_an_action_of_the_audit() {
    logs::capture();
    let app = TestApp::start().await;
    let setup = async |body: Value| {
        let request = app.request(Method::POST, "/setup").json_body(&body);
        app.send(app.signed(request)).await
    };

    let made = setup(json!({ "action": "create_api_key", "name": "Mr. Secret's", "scopes": ["accounts"] })).await;
    let id = made.json()["id"].clone();
    let line = one(&made);
    println!("{line}");
    assert_eq!((&line["action"], &line["outcome"]), (&json!("create_api_key"), &json!("done")), "{line}");
    assert_eq!((&line["object_kind"], &line["object_id"]), (&json!("api_key"), &id), "{line}");
    assert!(!line.to_string().contains("Secret"), "{line}");

    let line = one(&setup(json!({ "action": "revoke_api_key", "id": id })).await);
    println!("{line}");
    assert_eq!((&line["action"], &line["object_id"]), (&json!("revoke_api_key"), &id), "{line}");

    let nobody = json!("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11");
    let line = one(&setup(json!({ "action": "revoke_api_key", "id": nobody })).await);
    assert_eq!((&line["outcome"], &line["object_id"]), (&json!("refused"), &nobody), "{line}");

    for (body, action, outcome) in [
        (json!({}), "run_setup", "done"),
        (json!({ "action": "status" }), "read_setup_status", "done"),
        (json!({ "action": "list_api_keys" }), "list_api_keys", "done"),
        (json!({ "action": "rotate_sealing_key" }), "rotate_sealing_key", "done"),
        (json!({ "action": "reseal" }), "reseal", "done"),
        (json!({ "action": "remove_sealing_key", "id": "k0" }), "remove_sealing_key", "refused"),
        (json!({ "action": "rotate_installation" }), "rotate_installation", "done"),
        (json!({ "action": "renew_certificate" }), "renew_certificate", "done"),
        (json!({ "action": "destroy" }), "run_setup", "refused"),
    ] {
        let line = one(&setup(body).await);
        println!("{line}");
        assert_eq!((&line["action"], &line["outcome"]), (&json!(action), &json!(outcome)), "{line}");
    }
}
