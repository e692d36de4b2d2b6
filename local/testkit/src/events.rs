//! The events that API Gateway sends to a function: one for each operation, made from the API's document. They are
//! stored in `events/`, where `sam local invoke` finds them.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::operations::{Operation, every_operation};

/// Placeholders that are not ids.
const OTHER_PLACES: [&str; 7] = ["API_KEY", "STATE", "CODE", "BROWSER", "TICKET", "PROOF", "CALLBACK_TOKEN"];

/// Fields and parameters with values that were issued before, although no path contains them.
const HANDED_OUT: [&str; 3] = ["state", "code", "proof"];

const HOST: &str = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";

/// Returns whether a word of an event is a placeholder: `API_KEY`, or an id such as `USER_ID`. `events/fill` has the
/// same rule.
#[must_use]
pub fn is_place(word: &str) -> bool {
    let is_id = |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && !name.is_empty();
    OTHER_PLACES.contains(&word) || word.strip_suffix("_ID").is_some_and(is_id)
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Returns the placeholders in a text.
#[must_use]
pub fn places_in(text: &str) -> BTreeSet<String> {
    text.split(|letter| !is_of_word(letter)).filter(|word| is_place(word)).map(str::to_owned).collect()
}

/// Fills in the placeholders of a text, as `events/fill` does. A placeholder without a value stays.
#[must_use]
pub fn fill(text: &str, places: &BTreeMap<String, String>) -> String {
    let word = |word: &str| {
        let (name, rest) = word.split_at(word.trim_end_matches(|letter| !is_of_word(letter)).len());
        places.get(name).filter(|_| is_place(name)).map_or(name, String::as_str).to_owned() + rest
    };
    text.split_inclusive(|letter| !is_of_word(letter)).map(word).collect()
}

/// Returns the event of each operation, by its path below `events/`.
#[must_use]
pub fn generated() -> BTreeMap<String, Value> {
    let path = |operation: &Operation<'_>| format!("{}/{}.json", operation.function(), operation.id());
    every_operation().iter().map(|operation| (path(operation), event(operation))).collect()
}

/// Returns the placeholder of a parameter or field, if its value depends on the deployment.
fn place(name: &str) -> Option<String> {
    let mut of_paths = every_operation().iter().flat_map(|operation| operation.parameters("path"));
    let known = HANDED_OUT.contains(&name) || of_paths.any(|(parameter, _)| parameter == name);
    let place = name.to_uppercase();
    (known && is_place(&place)).then_some(place)
}

/// Returns the path parameters of an operation, with placeholders as their values.
#[must_use]
pub fn path_parameters<'a>(operation: &Operation<'a>) -> BTreeMap<&'a str, String> {
    let value = |name: &str| match name {
        "file" => "style.css".to_owned(),
        // Ours, in the account of the path. The others with this name are bunq's.
        "transaction_id" if operation.path.contains("{monetary_account_id}") => {
            "MONETARY_ACCOUNT_ID.PAYMENT_ID".to_owned()
        }
        name => place(name).unwrap_or_else(|| panic!("{}: what is a good {name}?", operation.id())),
    };
    operation.parameters("path").map(|(name, _)| (name, value(name))).collect()
}

/// Returns the query parameters that an operation requires, or whose values depend on the deployment.
#[must_use]
pub fn query_parameters(operation: &Operation<'_>) -> BTreeMap<String, String> {
    let parameters = operation.parameters("query").filter_map(|(name, parameter)| match place(name) {
        Some(place) => Some((name.to_owned(), place)),
        None if parameter["required"] == true => panic!("{}: what is a good {name}?", operation.id()),
        None => None,
    });
    parameters.collect()
}

/// Returns the documented example of a body, with placeholders for values that depend on the deployment.
#[must_use]
pub fn body(operation: &Operation<'_>) -> Option<Value> {
    operation.example().cloned().map(with_places)
}

fn with_places(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let place = place(&name).map(Value::String);
                (name, place.unwrap_or_else(|| with_places(value)))
            };
            Value::Object(fields.into_iter().map(field).collect())
        }
        Value::Array(elements) => elements.into_iter().map(with_places).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Returns the media type that a caller expects, if there is only one.
fn accepted(operation: &Operation<'_>) -> &'static str {
    let answer = &operation.value["responses"][operation.success().to_string()]["content"];
    let mut types = answer.as_object().into_iter().flatten().map(|(name, _)| name.split(';').next());
    match (types.next().flatten(), types.next()) {
        (Some("application/json"), None) => "application/json",
        (Some("text/html"), None) => "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        _ => "*/*",
    }
}

fn event(operation: &Operation<'_>) -> Value {
    let (parameters, query) = (path_parameters(operation), query_parameters(operation));
    let path = parameters
        .iter()
        .fold(operation.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    let route = format!("{} {}", operation.method(), operation.path);
    let raw_query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": raw_query.join("&"),
        "headers": headers(operation),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": HOST,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": operation.method().as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8.15.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_348_800_000_u64,
        },
        "isBase64Encoded": false,
    });
    if operation.is_for_iam() {
        event["requestContext"]["authorizer"] = json!({ "iam": {
            "accessKey": "AKIAEXAMPLE",
            "accountId": "123456789012",
            "callerId": "AIDAEXAMPLE",
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": "arn:aws:iam::123456789012:user/owner",
            "userId": "AIDAEXAMPLE",
        } });
    }
    if query.contains_key("state") {
        // Only the browser that began the consent may continue. The first cookie name is for HTTPS, the second for a
        // local stack.
        event["cookies"] = json!(["theme=dark", "__Host-consent=BROWSER", "consent=BROWSER", "language=nl"]);
    }
    if !parameters.is_empty() {
        event["pathParameters"] = json!(parameters);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query);
    }
    if let Some(body) = body(operation) {
        event["body"] = json!(body.to_string());
    }
    event
}

fn headers(operation: &Operation<'_>) -> Map<String, Value> {
    let mut headers = BTreeMap::from([
        ("accept", accepted(operation).to_owned()),
        ("host", HOST.to_owned()),
        ("user-agent", "curl/8.15.0".to_owned()),
        ("x-amzn-trace-id", "Root=1-6742f5c0-0123456789abcdef01234567".to_owned()),
        ("x-forwarded-for", "192.0.2.1".to_owned()),
        ("x-forwarded-port", "443".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
    ]);
    if operation.scope().is_some() {
        headers.insert("authorization", "Bearer API_KEY".to_owned());
    }
    if operation.is_for_iam() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/eu-central-1/execute-api/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=EXAMPLE";
        headers.insert("authorization", signed.to_owned());
        headers.insert("x-amz-date", "20261122T120000Z".to_owned());
    }
    if operation.example().is_some() {
        headers.insert("content-type", "application/json".to_owned());
    }
    if operation.takes_idempotency_key() {
        // An idempotency key identifies one request, so each operation has its own.
        headers.insert("idempotency-key", format!("example-{}", operation.id().replace('_', "-")));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}
