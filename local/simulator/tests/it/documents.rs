//! The documents that are generated from the code. `UPDATE_DOCUMENT=1` writes them instead of comparing them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use bunq_simulator::{SettingReference, Settings};
use serde_json::Value;

use crate::client::bank;

/// Compares a file of this package with its expected content, or writes it.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the variable is for the person who runs the test")]
fn assert_written(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("UPDATE_DOCUMENT").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        return;
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == text,
        "local/simulator/{path} is not what the code says. Write it with\n    \
         UPDATE_DOCUMENT=1 cargo test -p bunq-simulator --test it documents\nand read the difference."
    );
}

#[test]
fn the_document_of_the_settings_is_of_this_code() {
    let mut text = "\
<!-- Generated from `Settings` and `src/reference/sources.rs`. Do not edit; see the end of README.md. -->

# Settings

Sources about bunq contradict each other in places, and some answers were never recorded. Each such point is a setting.
The default is what most sources report. `--set NAME=VALUE`, `--settings FILE` and `PATCH /_simulator/settings` change
settings; `--list-settings` prints this list.

The sources are bunq's documentation, bunq's OpenAPI description, bunq's client libraries, recordings of production,
the [Python example](https://github.com/two-trick-pony-NL/PSD2-Implementation-for-bunq-API) of a TPP, other programs
that use bunq, and reports of users.
"
    .to_owned();
    for SettingReference { name, meaning, values, kind, default, sources } in Settings::reference() {
        write!(text, "\n## `{name}`\n\n{meaning}\n\nDefault: `{default}`. ").unwrap();
        if values.is_empty() {
            writeln!(text, "Values: {kind}.").unwrap();
        } else {
            text += "Values:\n\n";
        }
        for (value, meaning) in values {
            writeln!(text, "- `{value}`: {meaning}").unwrap();
        }
        writeln!(text, "\nSources: {sources}").unwrap();
    }

    assert_written("docs/settings.md", &text);
}

#[tokio::test]
async fn the_document_of_the_endpoints_is_of_this_code() {
    let mut text = "\
# Endpoints

Faults, the list of calls and rate limits name an endpoint by its method and the template of its path. All templates are
under `/v1/`, except `auth` and `pay`. A signature that is optional may be missing, but not wrong; on a GET,
it is not checked. `GET /_simulator/endpoints` returns this table as JSON, from which it is generated.

| method | template | token | signature |
|---|---|---|---|
"
    .to_owned();
    let listed = bank().await.get("/_simulator/endpoints").send().await.ok().json();
    for endpoint in listed["endpoints"].as_array().unwrap() {
        let field = |name: &str| endpoint[name].as_str().unwrap();
        let (method, template) = (field("method"), field("template"));
        writeln!(text, "| {method} | `{template}` | {} | {} |", field("token"), field("signature")).unwrap();
    }

    assert_written("docs/endpoints.md", &text);
}

#[test]
fn every_setting_has_a_meaning_sources_and_values() {
    let defaults: Value = serde_json::to_value(Settings::default()).unwrap();
    let settings = Settings::reference();

    assert_eq!(settings.len(), defaults.as_object().unwrap().len());
    for SettingReference { name, meaning, values, kind, default, sources } in settings {
        assert!(meaning.len() > 10, "{name} has no meaning");
        assert!(sources.ends_with('.'), "{name} has no sources");
        assert!(values.is_empty() != kind.is_empty() && !kind.contains("JSON"), "{name} has no values, or two kinds");
        for (value, meaning) in &values {
            assert!(meaning.len() > 4, "{value} of {name} has no meaning");
        }
        let default = default.to_string();
        assert!(values.is_empty() || values.iter().any(|(value, _)| *value == default), "{name}");
    }
}

#[tokio::test]
async fn the_document_of_the_switches_has_every_switch_with_its_methods() {
    let bank = bank().await;
    let mut expected = BTreeSet::new();
    // A route is the only text that begins so, besides the prefix itself.
    for route in include_str!("../../src/switches/mod.rs").split("\"/_simulator/").skip(1) {
        let (name, _) = route.split_once('"').unwrap();
        let reply = bank.call("OPTIONS", &format!("/_simulator/{name}")).send().await;
        let methods = reply.header("Allow").unwrap_or_default().split(',').filter(|method| *method != "HEAD");
        expected.extend(methods.filter(|method| !method.is_empty()).map(|method| format!("{method} {name}")));
    }

    let mut documented = BTreeSet::new();
    for row in include_str!("../../docs/switches.md").lines().filter(|line| line.starts_with("| ")) {
        let (methods, rest) = row.trim_start_matches("| ").split_once(" `").unwrap_or_default();
        let name = rest.split('`').next().unwrap();
        let methods = methods.split(|c: char| !c.is_ascii_uppercase()).filter(|method| !method.is_empty());
        documented.extend(methods.map(|method| format!("{method} {name}")));
    }

    assert!(expected.len() > 10);
    assert_eq!(documented, expected);
}
