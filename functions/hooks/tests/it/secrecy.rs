//! Nothing of a callback or its address is logged.

use testkit::{TestApp, callback, logs};

use crate::hints::payment;

#[tokio::test]
async fn neither_the_token_nor_the_body_is_in_a_log() {
    let app = TestApp::builder().with_callbacks().variable("CALLBACK_SOURCES", "192.0.2.1").start().await;
    let user_id = app.connect("person").await;
    let address = app.callback_address(&user_id).await;
    let token = address.path().rsplit('/').next().unwrap();
    let body = callback("MUTATION", "Payment", &payment());

    assert_eq!(app.call_back(&address, &body).await.status, 200);
    app.send(app.request(reqwest::Method::GET, address.as_str())).await.problem(405, "method_not_allowed");
    app.send(app.request(reqwest::Method::POST, &format!("{address}x")).body("J. Jansen")).await;

    let text = logs::text();
    assert!(text.contains("/hooks/bunq/{callback_token}"), "the request is logged");
    assert!(text.contains(&user_id) && text.contains("CallbacksFromElsewhere"));
    let key = app.read_secret("hook-key").await;
    let key = key["keys"]["1"].as_str().unwrap();
    for hidden in [token, &token[..43], key, "Jansen", "NL91", "98712.34", "Rent of"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}
