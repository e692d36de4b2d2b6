//! Events of API Gateway whose path, query or body would not make a request without being escaped or refused.

use lambda_http::{Body, http::Request};
use serde_json::{Value, json};
use shared::lambda::read_event;

fn version_2(path: &str, query: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": { "host": "api.example", "x-forwarded-proto": "https" },
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "api.example", "domainPrefix": "api", "requestId": "r",
            "http": { "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "" },
            "routeKey": "$default", "stage": "$default", "time": "", "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    })
}

fn version_1(path: &str) -> Value {
    json!({
        "version": "1.0", "resource": path, "path": path, "httpMethod": "GET",
        "headers": { "host": "api.example" }, "multiValueHeaders": { "host": ["api.example"] },
        "queryStringParameters": null, "multiValueQueryStringParameters": null, "pathParameters": null,
        "stageVariables": null, "body": null, "isBase64Encoded": false,
        "requestContext": { "accountId": "1", "apiId": "a", "httpMethod": "GET", "path": path, "stage": "$default",
            "identity": { "sourceIp": "192.0.2.1" }, "requestId": "r", "resourceId": "x", "resourcePath": path },
    })
}

fn request(event: Value) -> Request<Body> {
    read_event(event).unwrap().into()
}

#[test]
fn a_query_of_any_characters_is_a_query() {
    for (sent, expected) in [
        ("a=<b>", "a=%3Cb%3E"),
        ("a=\"b\"", "a=%22b%22"),
        ("a=b c", "a=b%20c"),
        ("a=b#c&d=e", "a=b%23c&d=e"),
        ("a=\u{1}\u{7f}", "a=%01%7F"),
        ("a=%20{}|^`é", "a=%20{}|^`é"),
        ("", ""),
    ] {
        let request = request(version_2("/users", sent));

        assert_eq!((request.uri().path(), request.uri().query().unwrap_or_default()), ("/users", expected), "{sent}");
    }
}

#[test]
fn a_path_that_the_gateway_has_decoded_stays_a_path() {
    for (decoded, expected) in [
        ("/user/a?count=5/accounts", "/user/a%3Fcount=5/accounts"),
        ("/user/a#b", "/user/a%23b"),
        ("/user/a\\b", "/user/a%5Cb"),
        ("/user/a b\"<>é\n", "/user/a%20b%22%3C%3E%C3%A9"),
        ("/user/%41/100%", "/user/%41/100%"),
        ("", "/"),
    ] {
        for event in [version_2(decoded, "count=7"), version_1(decoded)] {
            let has_query = event["version"] == "2.0";

            let request = request(event);

            let query = has_query.then_some("count=7");
            assert_eq!((request.uri().path(), request.uri().query()), (expected, query), "{decoded:?}");
        }
    }
}

#[test]
fn a_parameter_without_values_is_left_out() {
    for name in ["multiValueQueryStringParameters", "queryStringParameters"] {
        let mut event = version_1("/users");
        event[name] = json!({ "a": [], "count": ["7"] });

        assert_eq!(request(event).uri().query(), Some("count=7"), "{name}");
    }
}

#[test]
fn an_event_of_which_no_request_can_be_made_is_an_error() {
    let with = |pointer: &str, value: Value| {
        [version_2("/users", ""), version_1("/users")].map(|mut event| {
            *event.pointer_mut(pointer).unwrap() = value.clone();
            event
        })
    };
    let not_base64 = with("/isBase64Encoded", json!(true)).map(|mut event| {
        event["body"] = json!("{}");
        event
    });
    let long = version_2("/users", &"a".repeat(70_000));
    let hosts = [with("/headers/host", json!(".1")), with("/headers/host", json!("["))];

    for event in hosts.into_iter().chain([not_base64]).flatten().chain([long]) {
        assert!(read_event(event.clone()).is_err(), "{event}");
    }
    for event in with("/requestContext/stage", json!("prod")) {
        assert_eq!(request(event).uri().path(), "/prod/users");
    }
}
