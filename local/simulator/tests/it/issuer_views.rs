//! The public view of an issuer transaction.

use bunq_simulator::{PublicPath, Settings};
use serde_json::{Value, json};

use crate::issuer_transactions::{create, transaction};
use crate::setup::{App, Provider};

const PUBLIC: &str = "payment-service-provider-issuer-transaction-public";

#[tokio::test]
async fn both_paths_show_the_same_without_who_paid() {
    let provider = Provider::new(Settings::default()).await;
    let (_, uuid) = create(&provider, transaction("12.50")).await;
    provider.bank.switch("issuer-transaction", json!({"public_uuid": uuid, "decision": "accept"})).await;

    let of_user = provider.get(&format!("{PUBLIC}/{uuid}")).await.ok().response(0);
    let at_root = provider.bank.get(&format!("/v1/{PUBLIC}/{uuid}")).send().await.ok();

    assert_eq!(at_root.response(0), of_user);
    let shown = &of_user["PaymentServiceProviderIssuerTransactionPublic"];
    assert_eq!((&shown["public_uuid"], &shown["status"]), (&json!(uuid), &json!("ACCEPTED")));
    assert_eq!((&shown["id"], &shown["alias"]), (&Value::Null, &Value::Null));
    assert!(at_root.header("X-Bunq-Server-Signature").is_some());
    assert!(!at_root.text.contains("Sanne"));
}

#[tokio::test]
async fn the_path_below_a_user_needs_the_users_session() {
    let app = App::new(Settings::default()).await;
    let customer = app.connect("person").await;
    let (_, uuid) = create(&app.provider, transaction("1.00")).await;
    let path = app.provider.path(&format!("{PUBLIC}/{uuid}"));

    app.bank().get(&path).send().await.refused(401, "Insufficient authentication.");
    assert_eq!(app.bank().get(&path).token(&customer.session).send().await.status, 404);
    let own = format!("/v1/user/{}/{PUBLIC}/{uuid}", customer.id);
    app.bank().get(&own).token(&customer.session).send().await.refused_by_simulator(403, "only a payment");
}

#[tokio::test]
async fn what_is_no_transaction_is_not_found() {
    let provider = Provider::new(Settings::default()).await;
    let (id, _) = create(&provider, transaction("1.00")).await;

    for item in ["00000000-0000-4000-8000-000000000000", &id.to_string(), "x", "a%20b", ""] {
        let at_root = provider.bank.get(&format!("/v1/{PUBLIC}/{item}")).send().await;
        at_root.refused_by_simulator(404, "no issuer transaction");
        let of_user = provider.get(&format!("{PUBLIC}/{item}")).await;
        of_user.refused_by_simulator(404, "no issuer transaction");
    }
    let put = provider.bank.call("PUT", &format!("/v1/{PUBLIC}/x")).json(json!({"status": "CANCELLED"})).send().await;
    assert_eq!(put.status, 405);
}

#[tokio::test]
async fn one_of_the_paths_may_not_exist() {
    for (path, root, user) in [(PublicPath::Root, 200, 404), (PublicPath::User, 404, 200)] {
        let settings = Settings { issuer_transaction_public_path: path, ..Settings::default() };
        let provider = Provider::new(settings).await;
        let (_, uuid) = create(&provider, transaction("1.00")).await;

        assert_eq!(provider.bank.get(&format!("/v1/{PUBLIC}/{uuid}")).send().await.status, root);
        assert_eq!(provider.get(&format!("{PUBLIC}/{uuid}")).await.status, user);
    }
}

#[tokio::test]
async fn faults_and_counts_know_the_templates() {
    let provider = Provider::new(Settings::default()).await;
    let (_, uuid) = create(&provider, transaction("1.00")).await;
    let fault = json!({"endpoint": format!("GET {PUBLIC}/{{uuid}}"), "status": 500});
    provider.bank.switch("faults", fault).await;

    assert_eq!(provider.bank.get(&format!("/v1/{PUBLIC}/{uuid}")).send().await.status, 500);
    provider.bank.get(&format!("/v1/{PUBLIC}/{uuid}")).send().await.ok();
    let calls = provider.bank.get("/_simulator/calls").send().await.json();
    assert_eq!(calls["counts"][format!("GET {PUBLIC}/{{item-uuid}}")], 2);
}
