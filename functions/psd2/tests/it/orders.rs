//! Following issuer transactions: by status, by time, and by the caller's reference.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{PATH, created_id, transaction};

async fn make(app: &TestApp, reference: Option<&str>) -> u64 {
    let mut body = transaction("Order");
    if let Some(reference) = reference {
        body["reference"] = json!(reference);
    }
    created_id(&app.post(PATH, &body).await)
}

fn orders(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["Orders"].clone()
}

#[tokio::test]
async fn a_transaction_is_found_by_its_name_and_its_status() {
    let app = TestApp::start().await;
    let named = make(&app, Some("order 1042")).await;
    let plain = make(&app, None).await;
    let cancelled = make(&app, None).await;
    assert_eq!(app.put(&format!("{PATH}/{cancelled}"), &json!({ "status": "CANCELLED" })).await.status, 200);

    let line = |id: u64, reference: Option<&str>| json!({ "id": id, "reference": reference, "payment_id": null });
    let found = orders(&app.get(&format!("{PATH}?reference=order%201042")).await);
    assert_eq!(found, json!([line(named, Some("order 1042"))]));
    let pending = orders(&app.get(&format!("{PATH}?status=PENDING&created_from=2000-01-01")).await);
    assert_eq!(pending, json!([line(plain, None), line(named, Some("order 1042"))]));
    assert_eq!(orders(&app.get(&format!("{PATH}?status=CANCELLED")).await), json!([line(cancelled, None)]));
}

#[tokio::test]
async fn a_name_of_another_workspace_is_not_seen() {
    let app = TestApp::start().await;
    make(&app, Some("order 1042")).await;
    let (_, key) = app.create_api_key_in("shop", &["psd2"]).await;

    let found = app.get_with_key(&format!("{PATH}?reference=order%201042"), &key).await;
    let pending = app.get_with_key(&format!("{PATH}?status=PENDING"), &key).await;

    assert_eq!(orders(&found), json!([]));
    assert_eq!(orders(&pending)[0]["reference"], Value::Null);
}
