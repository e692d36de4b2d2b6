//! If the schema of a query parameter allows a value, the API does not reject its shape. If the schema forbids it, the
//! API rejects it.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Journey, every_operation};

use crate::document::{document, list, validator};

/// Returns the value of a parameter's text as its schema sees it: a number or a boolean, if the text is one.
fn value_of(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer") => text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number)),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), |flag| json!(flag)),
        _ => json!(text),
    }
}

#[tokio::test]
async fn parameters_agree() {
    let (journey, document) = (Journey::start().await, document());
    let texts = [
        "",
        "0",
        "1",
        "50",
        "100",
        "101",
        "200",
        "201",
        "-1",
        "1.5",
        "x",
        "x y",
        "true",
        "false",
        "TRUE",
        "2026-01-31",
        "2026-02-30",
        "a.b-c_d",
    ];
    let lists = every_operation().iter().filter(|operation| {
        operation.method() == Method::GET && operation.scope().is_some() && operation.parameters("query").count() > 0
    });
    for operation in lists {
        let (id, path) = (operation.id(), journey.path(operation));
        for (name, parameter) in operation.parameters("query") {
            // A cursor is a value from the previous page.
            if name == "cursor" {
                continue;
            }
            // A walk goes from the newest to the oldest, and only a walk has a start.
            let walks = operation.parameters("query").any(|(name, _)| name == "all");
            let befores: &[&str] = match name {
                "since" if walks => &["all=true&"],
                "newer_id" | "all" => &[""],
                _ if walks => &["", "all=true&"],
                _ => &[""],
            };
            let validator = validator(&document, &parameter["schema"]);
            for (text, before) in texts.iter().flat_map(|text| befores.iter().map(move |before| (text, before))) {
                let fits = list(&validator, &value_of(&parameter["schema"], text)).is_empty();
                let answer = journey.app.get(&format!("{path}?{before}{name}={}", text.replace(' ', "%20"))).await;
                let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
                assert_eq!(refused, !fits, "{id}: {name}={text}: {answer:?}");
            }
        }
        journey.app.get(&format!("{path}?surplus=1")).await.problem(422, "invalid_request");
    }
}

/// A fuzzer found a key that its pattern matched and the API refused: a quote at the beginning and none at the end.
#[tokio::test]
async fn keys_of_requests_agree() {
    let (journey, document) = (Journey::start().await, document());
    let keys = [
        "invoice-2026-17",
        "x",
        "a b",
        r#"a"b"#,
        r"a\b",
        r#"a""#,
        r#""a""#,
        r#""""#,
        r#"""#,
        r#""a"#,
        r#""I'8s"#,
        r#""a"b"#,
        r#""a"b""#,
        r#""a\"b""#,
        r#""a\""#,
        r#""a\\""#,
        r#""a\b""#,
        r#"" ""#,
    ];
    let operations = every_operation().iter().filter(|operation| {
        operation.scope().is_some() && operation.parameters("header").any(|(name, _)| name == "Idempotency-Key")
    });
    for operation in operations {
        let (_, parameter) = operation.parameters("header").find(|(name, _)| *name == "Idempotency-Key").unwrap();
        let validator = validator(&document, &parameter["schema"]);
        for key in keys {
            let fits = list(&validator, &json!(key)).is_empty();
            let request = journey.request(operation).header("Idempotency-Key", key);
            let answer = journey.send_request(operation, request, &json!({})).await;
            let refused = answer.text.contains("Idempotency-Key");
            assert_eq!(refused, !fits, "{}: {key}: {answer:?}", operation.id());
        }
    }
}
