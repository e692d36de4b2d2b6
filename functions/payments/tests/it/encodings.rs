//! How a body and its values may be encoded, and which encodings are refused with the true reason.

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected, created_id, draft, inquiry};

async fn post_bytes(app: &TestApp, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
    let request = app.request(Method::POST, path).bearer_auth(&app.api_key).header("Content-Type", content_type);
    app.send(request.body(body)).await
}

#[tokio::test]
async fn a_body_in_another_encoding_is_refused_for_that() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let text = draft("Café").to_string();
    let latin: Vec<u8> = text.chars().map(|sign| u8::try_from(u32::from(sign)).unwrap()).collect();
    let utf_16 = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>();
    let ascii: Vec<u8> = draft("x").to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [vec![0xff, 0xfe], utf_16(u16::to_le_bytes)].concat();
    let utf_32: Vec<u8> = text.chars().flat_map(|sign| u32::from(sign).to_be_bytes()).collect();
    let json = "application/json";
    let said = "application/json; charset=ISO-8859-1";
    for (content_type, body) in [
        (json, latin.clone()),
        (said, latin),
        (said, text.clone().into_bytes()),
        (json, utf_16(u16::to_be_bytes)),
        (json, utf_16(u16::to_le_bytes)),
        (json, ascii),
        (json, marked),
        (json, utf_32),
    ] {
        let answer = post_bytes(&app, &path, content_type, body).await;

        let problem = answer.problem(422, "invalid_request");
        assert_eq!(problem["errors"], json!([{ "pointer": "", "detail": "must be UTF-8" }]));
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn utf_8_is_taken_with_a_mark_and_with_any_name_that_fits() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let marked = [b"\xef\xbb\xbf".to_vec(), draft("Café").to_string().into_bytes()].concat();
    for (content_type, body) in [
        ("application/json", marked),
        ("application/json;charset=\"UTF-8\"", draft("Café").to_string().into_bytes()),
        ("application/json; charset=iso-8859-1", draft("Cafe").to_string().into_bytes()),
    ] {
        let answer = post_bytes(&app, &path, content_type, body).await;
        assert_eq!(answer.status, 201, "{content_type}: {answer:?}");
    }
}

#[tokio::test]
async fn ibans_are_taken_as_people_paste_them_and_only_if_every_sign_belongs_to_one() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/request-inquiry");
    let ask = async |iban: &str| {
        let mut body = draft("x");
        body["receiver_value"] = json!(iban);
        app.post(&path, &body).await
    };
    for good in [
        "NL91\u{a0}ABNA\u{a0}0417\u{a0}1643\u{a0}00",
        "nl91\tabna\u{202f}0417164300\n",
        "\u{feff}NL91ABNA0417164300\u{200b}",
        "PK36SCBL0000001123456702",
        "HN54PISA00000000000000123124",
    ] {
        let answer = ask(good).await;
        assert_ne!(answer.json()["errors"][0]["pointer"], "/receiver_value", "{good:?}: {answer:?}");
    }
    for bad in
        ["GB77\u{df}BK60161331926819", "\u{fb01}2112345600000785", "NL91-ABNA-0417164300", "NL91ABNA041716430\u{ff10}"]
    {
        let problem = ask(bad).await;
        assert_eq!(problem.problem(422, "invalid_request")["errors"][0]["pointer"], "/receiver_value", "{bad:?}");
    }
    let unknown = ask("QQ10ABCD1234").await.problem(422, "invalid_request")["errors"][0]["detail"].clone();
    let wrong = ask("PK37SCBL0000001123456702").await.problem(422, "invalid_request")["errors"][0]["detail"].clone();
    assert!(
        unknown.as_str().unwrap().contains("IBAN") && wrong.as_str().unwrap().contains("check digits"),
        "{unknown} {wrong}"
    );
}

#[tokio::test]
async fn a_description_is_as_long_as_the_bank_takes_it() {
    let (app, user_id) = connected().await;
    let (draft_path, inquiry_path) =
        (format!("/user/{user_id}/draft-payment"), format!("/user/{user_id}/request-inquiry"));
    let mut to_bunq = draft(&"x".repeat(9000));
    to_bunq["receiver_value"] = json!("NL18BUNQ2025104049");

    let outside = app.post(&draft_path, &draft(&"x".repeat(141))).await;
    let within = app.post(&draft_path, &to_bunq).await;
    let asked = app.post(&inquiry_path, &inquiry(&"x".repeat(200))).await;
    let mut of_iban = draft(&"x".repeat(200));
    of_iban["receiver_value"] = json!("NL18BUNQ2025104049");
    let asked_of_iban = app.post(&inquiry_path, &of_iban).await;

    assert_eq!(outside.problem(422, "invalid_request")["errors"][0]["pointer"], "/description");
    for taken in [within, asked, asked_of_iban] {
        // The bank may still refuse it; this API accepts it.
        assert_ne!(taken.json()["code"], "invalid_request", "{taken:?}");
    }
}

#[tokio::test]
async fn the_start_of_a_schedule_is_sent_in_the_documented_form() {
    let (app, user_id) = connected().await;
    for (written, sent) in [
        ("2126-12-01T09:00:00", "2126-12-01 09:00:00.000000"),
        ("2126-12-01T09:00:00.123", "2126-12-01 09:00:00.123000"),
        ("2126-12-01 09:00:00.123456", "2126-12-01 09:00:00.123456"),
        ("2126-12-01T09:00:00+01:00", "2126-12-01 08:00:00.000000"),
    ] {
        let mut body = draft(written);
        body["schedule"] = json!({ "time_start": written, "recurrence_unit": "ONCE", "recurrence_size": 1 });

        let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

        assert_eq!(answer.status, 201, "{written}: {answer:?}");
        let id = created_id(&answer.json());
        let draft = app.get(&format!("/user/{user_id}/monetary-account/{ACCOUNT}/draft-payment/{id}")).await;
        assert!(draft.text.contains(&format!("\"time_start\":\"{sent}\"")), "{sent}: {}", draft.text);
    }
    let mut zoned = draft("x");
    let start = "2126-12-01T09:00:00[Europe/Amsterdam]";
    zoned["schedule"] = json!({ "time_start": start, "recurrence_unit": "ONCE", "recurrence_size": 1 });
    let refused = app.post(&format!("/user/{user_id}/draft-payment"), &zoned).await;
    assert_eq!(refused.problem(422, "invalid_request")["errors"][0]["pointer"], "/schedule/time_start");
}

#[tokio::test]
async fn a_key_in_quotes_names_the_same_order_as_without() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");

    let first = app.post_once(&path, "invoice-17", &draft("x")).await;
    let again = app.post_once(&path, "\"invoice-17\"", &draft("x")).await;
    let torn = app.post_once(&path, "\"invoice-17", &draft("x")).await;

    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotency-replayed"), "true");
    torn.problem(422, "invalid_request");
}

#[tokio::test]
async fn a_parameter_that_a_route_does_not_have_is_refused_after_the_key() {
    let (app, user_id) = connected().await;
    let paths = [
        format!("/user/{user_id}/monetary-account/{ACCOUNT}/payment/1"),
        format!("/user/{user_id}/monetary-account/{ACCOUNT}/draft-payment/1"),
        format!("/user/{user_id}/payments/{ACCOUNT}"),
        format!("/user/{user_id}"),
        format!("/user/{user_id}/"),
        format!("/user/{user_id}/accounts"),
        format!("/user/{user_id}/connection"),
        "/credential-password-ip".to_owned(),
        "/users".to_owned(),
    ];
    for path in paths {
        let answer = app.get(&format!("{path}?colour=green")).await;

        let problem = answer.problem(422, "invalid_request");
        assert_eq!(
            problem["errors"][0],
            json!({ "parameter": "colour", "detail": "is not a parameter of this route" }),
            "{path}"
        );
        app.get_with_key(&format!("{path}?colour=green"), "wrong").await.problem(401, "api_key_invalid");
    }
    let started = app.post(&format!("/user/{user_id}/draft-payment?dry_run=true"), &draft("x")).await;
    assert_eq!(started.problem(422, "invalid_request")["errors"][0]["parameter"], "dry_run");
    assert_eq!(app.bank.total().await, 0, "nothing was asked of the bank, and nothing started");
}
