//! The JSON schema of a file of customers.

use serde_json::Value;

use super::EXAMPLE;
use crate::client::bank;

#[tokio::test]
async fn the_schema_has_every_field_of_the_example() {
    fn has(schema: &Value, part: &Value, value: &Value) {
        let part = part["$ref"].as_str().map_or(part, |pointer| schema.pointer(&pointer[1..]).unwrap());
        let part = part["anyOf"]
            .get(0)
            .and_then(|first| first["$ref"].as_str())
            .map_or(part, |pointer| schema.pointer(&pointer[1..]).unwrap());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                let field = part["properties"]
                    .get(name)
                    .or(part["additionalProperties"].as_object().map(|_| &part["additionalProperties"]));
                has(schema, field.unwrap_or_else(|| panic!("{name} is not in the schema")), value);
            }),
            Value::Array(elements) => elements.iter().for_each(|element| has(schema, &part["items"], element)),
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }
    let bank = bank().await;

    let schema = bank.get("/_simulator/customers/schema").send().await.ok().json();

    has(&schema, &schema, &serde_json::from_str(EXAMPLE).unwrap());
    assert_eq!(schema["$defs"]["Account"]["additionalProperties"], false);
    let page = bank.get("/_simulator").header("Accept", "text/html").send().await.ok();
    for name in ["opening_balance", "counterparty_iban", "nick_name", "external_of_nulls", "least"] {
        assert!(page.text.contains(name), "{name}");
    }
    assert!(page.text.contains("<li><code>&quot;EBA_SDD&quot;</code>: A SEPA direct debit.</li>"));
    assert!(!page.text.contains("<li><code>null</code>"));
}
