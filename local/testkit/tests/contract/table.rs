//! The table of operations that the functions read instead of the document, as Rust source.

use shared::telemetry::audit::Action;

use crate::document::{Operation, document, operations};

/// The width of a line that rustfmt uses, in columns.
const WIDTH: usize = 120;

const HEAD: &str = "\
//! Every operation of `docs/openapi.json`. Written by `UPDATE_DOCUMENT=1 cargo test -p testkit --test contract drift`.

use http::Method;

use super::operation::Operation;
use crate::telemetry::audit::Action;

pub(super) static OPERATIONS: &[Operation] = &[
";

pub(crate) fn table() -> String {
    let document = document();
    let rows = operations(&document).iter().map(row).collect::<String>();
    format!("{HEAD}{rows}];\n")
}

fn row(operation: &Operation<'_>) -> String {
    let action =
        if is_audited(operation) { format!("Some(Action::{:?})", action(operation)) } else { "None".to_owned() };
    let parameters = operation.value["parameters"].as_array().into_iter().flatten();
    let of_query = parameters.filter(|parameter| parameter["in"] == "query");
    let names: Vec<_> = of_query.map(|parameter| parameter["name"].to_string()).collect();
    let fields = [
        format!("Method::{}", operation.method.to_uppercase()),
        format!("\"{}\"", operation.path),
        action,
        format!("&[{}]", names.join(", ")),
    ];
    let line = format!("    Operation::new({}),\n", fields.join(", "));
    if line.trim_end().len() <= WIDTH {
        return line;
    }
    let lines = fields.iter().map(|field| format!("        {field},\n")).collect::<String>();
    format!("    Operation::new(\n{lines}    ),\n")
}

/// Operations that need no key and belong to no consent, such as pages, leave no audit line.
fn is_audited(operation: &Operation<'_>) -> bool {
    let of_consent = operation.value["tags"][0] == "oauth";
    let wants_key = operation.value["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
    of_consent || wants_key
}

fn action(operation: &Operation<'_>) -> Action {
    let id = operation.id();
    Action::of_operation(id).unwrap_or_else(|| panic!("{id} has no action in shared/src/telemetry/audit/action.rs"))
}
