//! Who may call which route.

use std::collections::BTreeSet;

use reqwest::Method;
use testkit::TestApp;

const ROUTES: [(Method, &str); 6] = [
    (Method::POST, "/psd2/payment-service-provider-issuer-transaction"),
    (Method::GET, "/psd2/payment-service-provider-issuer-transaction"),
    (Method::GET, "/psd2/payment-service-provider-issuer-transaction/{transaction_id}"),
    (Method::PUT, "/psd2/payment-service-provider-issuer-transaction/{transaction_id}"),
    (Method::GET, "/psd2/payment-service-provider-issuer-transaction-public/{public_id}"),
    (Method::GET, "/psd2/redirect/{public_id}"),
];

#[tokio::test]
async fn every_route_needs_a_key_with_the_scope_psd2() {
    let app = TestApp::start().await;
    let (_, others) = app.create_api_key(&["accounts", "payments", "credentials", "admin"]).await;
    for (method, route) in ROUTES {
        let path =
            route.replace("{transaction_id}", "1").replace("{public_id}", "0190a6a0-7f3b-7c11-8a4e-111111111111");
        let request = || app.request(method.clone(), &path).header("content-type", "application/json").body("{}");

        let refused = app.send(request().bearer_auth(&others)).await;
        let unknown = app.send(request().bearer_auth("A".repeat(43))).await;
        let nobody = app.send(request()).await;

        let problem = refused.problem(403, "scope_missing");
        assert!(problem["detail"].as_str().unwrap().contains("`psd2`"), "{method} {route}: {problem}");
        unknown.problem(401, "api_key_invalid");
        nobody.problem(401, "api_key_missing");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[test]
fn the_list_above_has_every_route_there_is() {
    let openapi = psd2::router().into_openapi();
    let mut there = BTreeSet::new();
    for (path, item) in serde_json::to_value(openapi.paths).unwrap().as_object().unwrap() {
        there.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }

    let listed: BTreeSet<_> = ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();

    assert_eq!(listed, there);
}
