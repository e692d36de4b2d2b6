//! Access control: every operation of the document, with every key that must not call it.

use testkit::{Answer, Journey, TestApp};

use crate::operations::{Operation, operations};

const SCOPES: [&str; 7] = ["accounts", "connections", "payments", "psd2", "credentials", "writes", "events"];

async fn call(app: &TestApp, operation: &Operation, key: Option<&str>) -> Answer {
    let request = app.request(operation.method.clone(), &operation.path);
    app.send(match key {
        Some(key) => request.bearer_auth(key),
        None => request,
    })
    .await
}

#[tokio::test]
async fn an_operation_is_done_for_nobody_without_a_key_that_has_its_scope() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let (revoked_id, revoked) = app.create_api_key(&SCOPES).await;
    app.setup(serde_json::json!({ "action": "revoke_api_key", "id": revoked_id })).await.unwrap();
    app.bank.forget_calls().await;
    let guarded: Vec<_> = operations(&user_id).into_iter().filter(|operation| operation.scope.is_some()).collect();
    assert!(guarded.len() > 25, "{}", guarded.len());

    for operation in &guarded {
        let scope = operation.scope.as_deref().unwrap();
        assert!(SCOPES.contains(&scope), "{}: {scope}", operation.id);
        let nobody = call(&app, operation, None).await;
        nobody.problem(401, "api_key_missing");
        // RFC 9110 section 15.5.2.
        assert_eq!(nobody.header("www-authenticate"), "Bearer", "{}", operation.id);
        for key in ["tpp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", revoked.as_str(), &app.api_key[1..]] {
            call(&app, operation, Some(key)).await.problem(401, "api_key_invalid");
        }
    }
    for scope in SCOPES {
        let others: Vec<_> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        let (_, key) = app.create_api_key(&others).await;
        for operation in guarded.iter().filter(|operation| operation.scope.as_deref() == Some(scope)) {
            let refused = call(&app, operation, Some(&key)).await.problem(403, "scope_missing");
            assert!(refused["detail"].as_str().unwrap().contains(scope), "{}: {refused}", operation.id);
        }
    }
    assert_eq!(app.bank.total().await, 0, "the bank heard of none of it");
    assert_eq!(app.get(&format!("/user/{user_id}")).await.status, 200, "nothing was deleted");
}

#[tokio::test]
async fn a_key_with_the_scope_alone_is_let_in() {
    let app = Journey::deployment().start().await;
    let user_id = app.connect("person").await;
    for scope in SCOPES {
        let (_, key) = app.create_api_key(&[scope]).await;
        let allowed = operations(&user_id).into_iter().filter(|operation| operation.scope.as_deref() == Some(scope));
        // Reads only, because a deletion would leave nothing for the next operation.
        for operation in allowed.filter(|operation| operation.method.is_safe()) {
            let answer = call(&app, &operation, Some(&key)).await;
            assert!(![401, 403].contains(&answer.status), "{}: {answer:?}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_customer_of_another_workspace_is_one_that_does_not_exist() {
    const UNKNOWN: &str = "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";
    let app = Journey::deployment().start().await;
    let user_id = app.connect("person").await;
    let (_, key) = app.create_api_key_in("shop", &SCOPES).await;
    app.bank.forget_calls().await;
    let of_customers = |user_id: &str| {
        let all = operations(user_id).into_iter().filter(|operation| operation.path.starts_with("/user/"));
        all.collect::<Vec<_>>()
    };
    let known = of_customers(&user_id);
    assert!(known.len() > 10, "{}", known.len());

    for (theirs, nobodys) in known.iter().zip(of_customers(UNKNOWN)) {
        let [theirs, nobodys] = [call(&app, theirs, Some(&key)).await, call(&app, &nobodys, Some(&key)).await];
        let [theirs, nobodys] = [theirs, nobodys].map(|answer| {
            let mut problem = answer.problem(404, "user_not_found");
            problem.as_object_mut().unwrap().remove("request_id");
            problem
        });
        assert_eq!(theirs, nobodys);
    }
    assert_eq!(app.bank.total().await, 0);
    assert_eq!(app.get(&format!("/user/{user_id}")).await.status, 200, "nothing was deleted");
}

#[tokio::test]
async fn what_needs_no_api_key_is_a_short_list() {
    let app = TestApp::start().await;
    let open = operations("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11").into_iter().filter(|one| one.scope.is_none());
    let mut open: Vec<_> = open.collect();
    open.sort_by(|one, other| one.id.cmp(&other.id));

    let ids: Vec<_> = open.iter().map(|operation| operation.id.as_str()).collect();
    let public = [
        "begin_consent",
        "check_health",
        "complete_consent",
        "find_asset",
        "find_document",
        "receive_callback",
        "run_setup",
        "show_docs",
        "show_home",
        "show_result",
    ];
    assert_eq!(ids, public);
    for operation in open.iter().filter(|operation| operation.id == "run_setup") {
        // API Gateway's own answer to a caller who is not authorised by IAM.
        assert_eq!(call(&app, operation, Some(&app.api_key)).await.status, 403);
    }
}
