//! The template's routes are exactly those of the functions and of the API's document.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::json;
use testkit::TestApp;

use crate::{same::assert_same, template};

/// A route for clients of bunq's Python example. It is the same operation, so the document has it once.
const WITH_SLASH: &str = "GET /user/{user_id}/";

/// The route for all requests without a route of their own, so that their 404 is a problem like any other.
const OTHER: &str = "$default";

/// Returns the template's routes and the operation of each.
fn deployed() -> BTreeMap<String, String> {
    let resources = template::resources();
    let routes = resources.values().filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Route");
    let text = |route: &serde_json::Value, name: &str| route["Properties"][name].as_str().unwrap().to_owned();
    let named = routes.filter(|route| route["Properties"]["RouteKey"] != OTHER);
    named.map(|route| (text(route, "RouteKey"), text(route, "OperationName"))).collect()
}

#[test]
fn the_template_and_the_description_have_the_same_routes() {
    let document = serde_json::to_value(local::document()).unwrap();
    let mut described = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            described.insert(format!("{} {path}", method.to_uppercase()), id.to_owned());
        }
    }
    described.insert(WITH_SLASH.to_owned(), "find_user".to_owned());

    let lines =
        |routes: BTreeMap<String, String>| routes.into_iter().map(|(route, id)| format!("{route} ({id})")).collect();
    assert_same("template.yaml", lines(deployed()), "the functions' routers", lines(described));
}

#[test]
fn every_route_leads_to_the_function_that_has_it() {
    let resources = template::resources();
    let functions = [
        ("Oauth", keys(&json!(oauth::document()))),
        ("Users", keys(&json!(users::document()))),
        ("Payments", keys(&json!(payments::document()))),
        ("Psd2", keys(&json!(psd2::document()))),
        ("CredentialIp", keys(&json!(credential_ip::document()))),
        ("Events", keys(&json!(::events::document()))),
        ("Hooks", keys(&json!(hooks::document()))),
        ("Setup", keys(&json!(setup::document()))),
        ("Docs", keys(&json!(docs::document()))),
    ];
    for (group, mut routes) in functions {
        match group {
            "Users" => routes.insert(WITH_SLASH.to_owned()),
            "Docs" => routes.insert(OTHER.to_owned()),
            _ => false,
        };
        let target = format!("integrations/${{{group}Integration}}");
        let led = resources.values().filter(|resource| resource["Properties"]["Target"]["Fn::Sub"] == target);
        let led: BTreeSet<_> = led.map(|route| route["Properties"]["RouteKey"].as_str().unwrap().to_owned()).collect();
        assert_same(&format!("{group} in template.yaml"), led, "its router", routes);
    }
}

fn keys(document: &serde_json::Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &serde_json::Value)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

#[tokio::test]
async fn the_gateway_routes_what_api_gateway_routes() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address("2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11").await;
    let token = address.path().rsplit('/').next().unwrap();
    for route in deployed().keys() {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{file}", "style.css").replace("{callback_token}", token).replace(['{', '}'], "");

        let answer = app.send(app.request(method.parse::<Method>().unwrap(), &path)).await;

        // Any other 404 comes from the handler: the customer does not exist.
        let lost = answer.status == 405 || (answer.status == 404 && answer.json()["code"] == "route_not_found");
        assert!(!lost, "{route}: {}", answer.status);
    }
    // The gateway has no route that the template lacks.
    for (method, path) in [("GET", "/auth/"), ("POST", "/user/1"), ("GET", "/setup"), ("GET", "/user/1/accounts/2")] {
        let answer = app.send(app.request(method.parse::<Method>().unwrap(), path)).await;
        assert!(answer.status == 404 || answer.status == 405, "{method} {path}: {answer:?}");
    }
}
