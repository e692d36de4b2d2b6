//! The page that explains settings, faults, disturbances of callbacks and files of customers. It is generated from
//! their types, so it is always complete.

use axum::http::{HeaderMap, header::HOST};
use axum::response::Response;
use maud::{Markup, html};
use schemars::schema_for;
use serde_json::{Value, json};

use crate::desk::callbacks::disturbances::Disturbances;
use crate::desk::faults::Fault;
use crate::pages::html as pages;
use crate::records::customer_file::format::CustomerFile;
use crate::reference::SettingReference;
use crate::reference::schema::{Field, fields, fields_of};
use crate::settings::Settings;

/// Shows the page. Its examples contain the host of the request.
pub(super) async fn show(headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:4100");
    let settings = Settings::reference().into_iter().map(of_setting);
    let faults = fields(&schema_for!(Fault).to_value()).into_iter().map(of_field);
    let disturbances = fields(&schema_for!(Disturbances).to_value()).into_iter().map(of_disturbance);
    let customers = schema_for!(CustomerFile).to_value();
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
        (entries(settings))
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
        (entries(faults))
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
        (entries(disturbances))
        h2 { "Customers of your own" }
        p {
            "A JSON file describes customers with accounts and payments. " code { "--customers FILE" }
            " adds them when the simulator starts, " code { "POST /_simulator/customers" } " while it runs, and "
            code { "GET /_simulator/customers/schema" } " shows the JSON schema for editors. Each customer has an API \
             key for the bank's client libraries; " code { "GET /_simulator/customers" } " shows it. This file has all \
             that is required:"
        }
        pre { (SMALL_FILE) }
        (entries(fields(&customers).into_iter().map(of_field)))
        @for (name, part) in customers["$defs"].as_object().into_iter().flatten() {
            @if part["properties"].is_object() {
                h3 { (name) }
                (entries(fields_of(&customers, part).into_iter().map(of_field)))
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

/// One field, with its meaning and values.
struct Entry {
    name: String,
    meaning: String,
    kind: String,
    values: Vec<(String, String)>,
    default: Option<Value>,
    sources: Option<&'static str>,
}

fn of_setting(setting: SettingReference) -> Entry {
    let SettingReference { name, meaning, values, kind, default, sources } = setting;
    Entry { name, meaning, kind, values, default: Some(default), sources: Some(sources) }
}

fn of_disturbance(field: Field) -> Entry {
    let default = json!(Disturbances::default())[&field.name].clone();
    Entry { default: Some(default), ..of_field(field) }
}

fn of_field(field: Field) -> Entry {
    let Field { name, meaning, values, kind } = field;
    Entry { name, meaning, kind, values, default: None, sources: None }
}

fn entries(entries: impl Iterator<Item = Entry>) -> Markup {
    html! {
        dl {
            @for entry in entries {
                dt {
                    code { (entry.name) }
                    @if let Some(default) = &entry.default { ", by default " code { (default) } }
                }
                dd {
                    p { (plain(&entry.meaning)) }
                    @if entry.values.is_empty() {
                        @if !entry.kind.is_empty() { p { "Values: " (entry.kind) "." } }
                    } @else {
                        ul { @for (value, meaning) in &entry.values { li { code { (value) } ": " (plain(meaning)) } } }
                    }
                    @if let Some(sources) = entry.sources { p { "Sources: " (plain(sources)) } }
                }
            }
        }
    }
}

/// A text without the marks of code.
fn plain(text: &str) -> String {
    text.replace('`', "")
}
