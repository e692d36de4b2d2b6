//! The page that explains settings, faults, disturbances of callbacks and files of customers. It is generated from
//! their types, so it is always complete.

use axum::http::{HeaderMap, header::HOST};
use axum::response::Response;
use maud::{Markup, html};
use schemars::schema_for;
use serde_json::{Map, Value, json};

use crate::desk::callbacks::disturbances::Disturbances;
use crate::desk::faults::Fault;
use crate::pages::html as pages;
use crate::records::customer_file::format::CustomerFile;
use crate::settings::Settings;

/// Shows the page. Its examples contain the host of the request.
pub(super) async fn show(headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:4100");
    let (settings, faults) = (schema_for!(Settings).to_value(), schema_for!(Fault).to_value());
    let customers = schema_for!(CustomerFile).to_value();
    let defaults = json!(Settings::default());
    let main = html! {
        h1 { "Settings and faults" }
        p {
            "What a test or a developer can change about this bank. Changes take JSON and last until the simulator ends; \
             bunq has nothing like it."
        }
        h2 { "Settings" }
        p {
            "Where sources about bunq contradict each other, a setting chooses. " code { "GET /_simulator/settings" }
            " shows them, and " code { "PATCH" } " changes those that it names:"
        }
        pre {
            "curl -X PATCH http://" (host) "/_simulator/settings -H 'Content-Type: application/json' \
             -d '{\"rate_limits\":\"classic\"}'"
        }
        (fields(&settings, Some(&defaults)))
        h2 { "Faults" }
        p {
            "A fault disturbs some calls to one endpoint. " code { "POST /_simulator/faults" } " adds one, "
            code { "GET" } " lists them, and " code { "DELETE" }
            " ends all of them. This one answers the next session with 500:"
        }
        pre {
            "curl http://" (host) "/_simulator/faults -H 'Content-Type: application/json' \
             -d '{\"endpoint\":\"POST session-server\",\"status\":500}'"
        }
        (fields(&faults, None))
        h2 { "Callbacks" }
        p {
            "The bank sends callbacks to the targets of notification filters. " code { "GET /_simulator/callbacks" }
            " shows the tries, " code { "PATCH" } " changes the disturbances that it names, and " code { "DELETE" }
            " ends all of them:"
        }
        pre {
            "curl -X PATCH http://" (host) "/_simulator/callbacks -H 'Content-Type: application/json' \
             -d '{\"duplicate_every\":2}'"
        }
        (fields(&schema_for!(Disturbances).to_value(), Some(&json!(Disturbances::default()))))
        h2 { "Customers of your own" }
        p {
            "A JSON file describes customers with accounts and payments. " code { "--customers FILE" } " adds them when \
             the simulator starts, " code { "POST /_simulator/customers" } " while it runs, and "
            code { "GET /_simulator/customers/schema" } " shows the JSON schema for editors. Each customer has an API \
             key for the bank's client libraries; " code { "GET /_simulator/customers" } " shows it. This file has all \
             that is required:"
        }
        pre { (SMALL_FILE) }
        (fields(&customers, None))
        @for (name, part) in customers["$defs"].as_object().into_iter().flatten() {
            @if part["properties"].is_object() {
                h3 { (name) }
                (parts(&customers, part, None))
            }
        }
    };
    pages::response(pages::page(200, "Settings and faults", &main, ""))
}

/// A file with one customer.
const SMALL_FILE: &str = r#"{"customers": [{
  "name": "noor",
  "person": {"first_name": "Noor", "last_name": "Jansen"},
  "accounts": [{"balance": "250.00", "payments": [{"amount": "-12.50", "counterparty": "Bakkerij Smit"}]}]
}]}"#;

/// The fields of an object, each with its meaning, values and default.
fn fields(schema: &Value, defaults: Option<&Value>) -> Markup {
    parts(schema, schema, defaults)
}

/// The fields of `object`, a part of `schema`.
fn parts(schema: &Value, object: &Value, defaults: Option<&Value>) -> Markup {
    let none = Map::new();
    let properties = object["properties"].as_object().unwrap_or(&none);
    html! {
        dl {
            @for (name, field) in properties {
                @let values = values(schema, field);
                dt {
                    code { (name) }
                    @if let Some(default) = defaults.map(|all| &all[name]) { ", by default " code { (default) } }
                }
                dd {
                    p { (text(field)) }
                    @if !values.is_empty() {
                        ul { @for (value, meaning) in &values { li { code { (value) } ": " (meaning) } } }
                    }
                }
            }
        }
    }
}

/// The values of an enum field, each with its meaning.
fn values(schema: &Value, field: &Value) -> Vec<(String, String)> {
    let reference =
        |field: &Value| field["$ref"].as_str().and_then(|reference| reference.strip_prefix('#').map(str::to_owned));
    let of_option = || field["anyOf"].as_array().and_then(|variants| variants.iter().find_map(reference));
    let chosen = reference(field).or_else(of_option).and_then(|pointer| schema.pointer(&pointer));
    let variants = chosen.and_then(|schema| schema["oneOf"].as_array());
    variants.into_iter().flatten().map(|variant| (variant["const"].to_string(), text(variant))).collect()
}

/// The documentation of a type or field as plain text.
fn text(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('`', "").replace('\n', " ")
}
