//! Events of API Gateway, of both payload versions, through the routes of all functions.

use serde_json::{Map, Value, json};
use testkit::{events, every_operation};

use super::deployment::Deployment;
use crate::harness::{Corpus, Limits, fuzz, prepare};

/// Headers that our routes read, besides those of the events.
const HEADERS: [(&str, &str); 6] = [
    ("psu-ip-address", "203.0.113.7"),
    ("if-none-match", "\"abc\", W/\"def\""),
    ("if-modified-since", "Sun, 22 Nov 2026 12:00:00 GMT"),
    ("sec-purpose", "prefetch"),
    ("cookie", "theme=dark"),
    ("accept-language", "nl"),
];

/// What ends the objects of the deployment, so that nothing would be left to ask for.
const ENDS: [&str; 2] = ["delete_user", "delete_permitted_ip"];

/// Returns the event of each operation, of payload version 2.0, with values of the deployment. A body of JSON is an
/// object here, so that its fields are changed, too.
fn filled(deployment: &Deployment) -> Vec<Value> {
    let kept = every_operation().iter().filter(|operation| !ENDS.contains(&operation.id()));
    let generated = events::generated();
    let event = |path: String| {
        let text = events::fill(&generated[&path].to_string(), &deployment.journey.places);
        let mut event: Value = serde_json::from_str(&text).unwrap();
        if let Some(body) = event["body"].as_str().and_then(|body| serde_json::from_str(body).ok()) {
            event["body"] = body;
        }
        event
    };
    kept.map(|operation| event(format!("{}/{}.json", operation.function(), operation.id()))).collect()
}

/// Writes the body of an event as text, as API Gateway does.
fn with_text(mut event: Value) -> Value {
    if let Some(body @ (Value::Object(_) | Value::Array(_))) = event.get("body") {
        event["body"] = json!(body.to_string());
    }
    event
}

/// Returns the same event in payload version 1.0.
fn version_1(event: &Value) -> Value {
    let lists = |fields: &Value| -> Map<String, Value> {
        let fields = fields.as_object().into_iter().flatten();
        fields.map(|(name, value)| (name.clone(), json!([value]))).collect()
    };
    let mut headers = event["headers"].clone();
    if let Some(cookies) = event["cookies"].as_array() {
        let cookies: Vec<_> = cookies.iter().filter_map(Value::as_str).collect();
        headers["cookie"] = json!(cookies.join("; "));
    }
    let http = &event["requestContext"]["http"];
    let route = event["routeKey"].as_str().and_then(|key| key.split_once(' ')).map_or("/", |(_, path)| path);
    json!({
        "version": "1.0", "resource": route, "path": event["rawPath"], "httpMethod": http["method"],
        "headers": headers, "multiValueHeaders": lists(&headers),
        "queryStringParameters": event["queryStringParameters"],
        "multiValueQueryStringParameters": lists(&event["queryStringParameters"]),
        "pathParameters": event["pathParameters"], "stageVariables": null, "body": event["body"],
        "isBase64Encoded": false,
        "requestContext": {
            "accountId": "1", "apiId": "a", "httpMethod": http["method"], "path": event["rawPath"],
            "stage": "$default", "identity": { "sourceIp": "192.0.2.1" }, "requestId": "JKJaXmPLvHcESHA=",
            "resourceId": event["routeKey"], "resourcePath": route,
        },
    })
}

/// The parts of a request that its sender chooses.
fn sent(event: &Value) -> Value {
    let mut sent = json!({
        "method": event["requestContext"]["http"]["method"], "path": event["rawPath"], "query": event["rawQueryString"],
        "headers": event["headers"], "body": event["body"], "cookies": event["cookies"],
    });
    for (name, value) in HEADERS.iter().skip(event.to_string().len() % 3).step_by(3) {
        sent["headers"][name] = json!(value);
    }
    sent
}

/// Makes the event that API Gateway makes of a request. It reads HTTP first, so no header has a line end, and decodes
/// the path: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
fn received(sent: &Value, template: &Value) -> Value {
    let mut event = template.clone();
    let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let path = format!("/{}", text(&sent["path"]).trim_start_matches('/'));
    let query: String =
        text(&sent["query"]).chars().filter(|sign| !sign.is_control() && !" #".contains(*sign)).collect();
    let mut headers = Map::new();
    for (name, value) in sent["headers"].as_object().into_iter().flatten() {
        let name: String = name.chars().filter(|sign| sign.is_ascii_alphanumeric() || "-_".contains(*sign)).collect();
        let value: String = text(value).chars().filter(|sign| !sign.is_control()).collect();
        headers.insert(name.to_ascii_lowercase(), json!(value));
    }
    for name in ["host", "x-forwarded-proto", "x-forwarded-for", "x-forwarded-port"] {
        headers.insert(name.to_owned(), template["headers"][name].clone());
    }
    let context = &mut event["requestContext"]["http"];
    if let Some(method) = sent["method"].as_str().filter(|method| ["GET", "POST", "PUT", "HEAD"].contains(method)) {
        context["method"] = json!(method);
    }
    context["path"] = json!(path);
    let cookies = sent["cookies"].as_array().into_iter().flatten().map(text);
    event["cookies"] = cookies.map(|cookie| json!(cookie.replace(|sign: char| sign.is_control(), ""))).collect();
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!(query);
    event["headers"] = json!(headers);
    let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    event["queryStringParameters"] = json!(pairs.collect::<std::collections::BTreeMap<_, _>>());
    event["body"] = match &sent["body"] {
        Value::Null => Value::Null,
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    };
    event
}

#[test]
fn every_request_that_api_gateway_passes_on_is_answered() {
    let deployment = prepare(Deployment::start);
    let events = filled(&deployment);
    let template = events[0].clone();
    let corpus = Corpus::new(events.iter().map(|event| sent(event).to_string().into_bytes()).collect());
    fuzz("requests", 600, &corpus, Limits::WHOLE, |input| {
        let Ok(sent) = serde_json::from_slice::<Value>(input) else { return false };
        let event = received(&sent, &template);
        let event = if input.len() % 4 == 0 { version_1(&event) } else { event };
        let answer = deployment.answer(event).expect("an answer");
        let problem = answer["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        assert_ne!(problem.unwrap_or_default()["code"], "internal_error", "{answer}");
        answer["statusCode"].as_u64() < Some(400)
    });
    // What API Gateway does not send is an error, and not the end of the process.
    let both = events.into_iter().flat_map(|event| [version_1(&event), event]);
    let corpus = Corpus::new(both.map(|event| event.to_string().into_bytes()).collect());
    fuzz("events", 400, &corpus, Limits::WHOLE, |input| {
        let Ok(event) = serde_json::from_slice(input) else { return false };
        deployment.answer(with_text(event)).is_some_and(|answer| answer["statusCode"].as_u64() < Some(400))
    });
}
