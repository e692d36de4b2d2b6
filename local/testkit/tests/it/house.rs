//! The layers of the code: which module may name which. Each rule is also tested with a sample that violates it,
//! because a rule that finds nothing is worse than none.

use crate::{
    paths::paths,
    sources::{Source, crates, packages, sources},
};

/// Returns the layer of a module of `shared`.
fn floor(module: &str) -> Option<u8> {
    match module {
        "types" | "config" | "telemetry" => Some(0),
        "bunq" | "store" | "secrets" => Some(1),
        "tpp" => Some(2),
        "http" => Some(3),
        "lambda" => Some(4),
        _ => None,
    }
}

/// Returns the modules from the root of its crate to a file: `shared/src/tpp/once/mod.rs` is `tpp`, `once`.
fn modules(path: &str) -> Vec<&str> {
    let (_, inside) = path.split_once("src/").unwrap_or_else(|| panic!("{path} is not a source of a crate"));
    let mut modules: Vec<_> = inside.trim_end_matches(".rs").split('/').collect();
    if matches!(modules.last(), Some(&"mod" | &"lib" | &"main")) {
        modules.pop();
    }
    modules
}

/// Returns the module of the crate's root that a path leads to, if it leaves the file's own module.
fn destination<'a>(from: &[&str], path: &'a [String]) -> Option<&'a str> {
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    let at = match path.first().map(String::as_str) {
        Some("crate") => 1,
        Some("super") if ups >= from.len() => ups,
        _ => return None,
    };
    path.get(at).map(String::as_str)
}

/// Returns which paths of a file of `shared` lead to a higher layer, or to another module of the same layer. Modules of
/// the lowest layer may name each other.
fn against_the_floors(source: &Source) -> Vec<String> {
    let from = modules(&source.path);
    let Some(own) = from.first() else { return Vec::new() };
    let Some(own_floor) = floor(own) else { return vec![format!("{} is on no floor", source.path)] };
    let allowed = |to: &str| to == *own || floor(to).is_some_and(|to| to < own_floor || (to == 0 && own_floor == 0));
    paths(&source.text)
        .iter()
        .filter_map(|path| Some((path, destination(&from, path)?)))
        .filter(|(_, to)| floor(to).is_some() && !allowed(to))
        .map(|(path, _)| format!("{} names {}", source.path, path.join("::")))
        .collect()
}

/// Returns which paths of a file begin with a prefix, except in permitted files.
fn named_outside(source: &Source, begins: impl Fn(&[String]) -> bool, allowed: &[&str]) -> Vec<String> {
    if allowed.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    let named = paths(&source.text).into_iter().filter(|path| begins(path));
    named.map(|path| format!("{} names {}", source.path, path.join("::"))).collect()
}

fn is_aws(path: &[String]) -> bool {
    path.iter().any(|segment| segment.starts_with("aws_sdk") || segment.starts_with("aws_config"))
}

fn is_axum(path: &[String]) -> bool {
    path[0] == "axum"
}

fn is_reqwest(path: &[String]) -> bool {
    path[0] == "reqwest"
}

fn is_reqwest_but_its_error(path: &[String]) -> bool {
    is_reqwest(path) && path != ["reqwest", "Error"]
}

fn is_environment(path: &[String]) -> bool {
    path.starts_with(&["std".to_owned(), "env".to_owned()])
        // `use std::env;` is a complete path here. What follows is another path.
        || (path[0] == "env" && matches!(path.get(1).map(String::as_str), Some("var" | "var_os" | "vars" | "vars_os")))
}

fn sample(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[track_caller]
fn assert_none(broken: impl IntoIterator<Item = String>) {
    let broken: Vec<_> = broken.into_iter().collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn imports_run_downwards_and_store_and_secrets_do_not_name_each_other() {
    let sources = sources("shared/src");
    assert!(sources.len() > 40, "all of them are looked at: {}", sources.len());

    assert_none(sources.iter().flat_map(against_the_floors));
}

#[test]
fn the_rule_of_the_floors_sees_what_breaks_it() {
    for (path, text) in [
        ("shared/src/types/ids.rs", "use crate::bunq::Bank;"),
        ("shared/src/store/mod.rs", "use crate::bunq::Bank;"),
        ("shared/src/config.rs", "fn x() { crate::tpp::Tpp::new() }"),
        ("shared/src/config/mod.rs", "use crate::{types::scope::Scope, store::{Store, StoreError}};"),
        ("shared/src/store/table.rs", "use super::super::secrets::Secrets;"),
        ("shared/src/store/mod.rs", "use super::secrets::Secrets;"),
        ("shared/src/secrets/shapes.rs", "fn x(_: crate::store::Store) {}"),
        ("shared/src/tpp/onboarding/run.rs", "use crate::http::Problem;"),
        ("shared/src/tpp/onboarding/run.rs", "use super::super::super::lambda;"),
        ("shared/src/http/auth.rs", "use crate::lambda::compose;"),
        ("shared/src/attic.rs", ""),
    ] {
        assert!(!against_the_floors(&sample(path, text)).is_empty(), "{path}: {text}");
    }
    for (path, text) in [
        ("shared/src/types/sealing.rs", "use super::secret::Secret; use crate::types::ids::UserId;"),
        ("shared/src/config.rs", "use crate::types::ids::UserId;"),
        ("shared/src/tpp/onboarding/run.rs", "use crate::{bunq::Bank, store::Store, secrets::Secrets, tpp::Tpp};"),
        ("shared/src/tpp/onboarding/run.rs", "use super::super::identity; // crate::http::Problem"),
        ("shared/src/lambda/deployment.rs", "use crate::http::service;"),
        ("shared/src/lib.rs", "pub mod store;"),
    ] {
        assert_none(against_the_floors(&sample(path, text)));
    }
}

#[test]
fn the_aws_sdk_is_named_by_store_secrets_and_lambda_only() {
    let allowed = ["shared/src/store/", "shared/src/secrets/", "shared/src/lambda/"];
    let all = sources("shared/src").into_iter().chain(function_sources());

    assert_none(all.flat_map(|source| named_outside(&source, is_aws, &allowed)));

    let bad = sample("shared/src/tpp/mod.rs", "use serde_dynamo::aws_sdk_dynamodb_1::to_item; use aws_config::Region;");
    assert_eq!(named_outside(&bad, is_aws, &allowed).len(), 2);
}

#[test]
fn axum_is_named_by_http_and_lambda_only() {
    let allowed = ["shared/src/http/", "shared/src/lambda/"];

    assert_none(sources("shared/src").iter().flat_map(|source| named_outside(source, is_axum, &allowed)));

    let bad = sample("shared/src/tpp/mod.rs", "use axum::Router; // axum::Json");
    assert_eq!(named_outside(&bad, is_axum, &allowed), ["shared/src/tpp/mod.rs names axum::Router"]);
}

#[test]
fn reqwest_is_named_by_the_client_only_and_its_error_by_lambda() {
    let (lambda, others): (Vec<_>, Vec<_>) = sources("shared/src")
        .into_iter()
        .chain(function_sources())
        .partition(|source| source.path == "shared/src/lambda/deployment.rs");
    assert_eq!(lambda.len(), 1);

    assert_none(others.iter().flat_map(|source| named_outside(source, is_reqwest, &[])));
    assert_none(lambda.iter().flat_map(|source| named_outside(source, is_reqwest_but_its_error, &[])));

    let bad = sample("shared/src/lambda/deployment.rs", "fn x() -> Result<reqwest::Client, reqwest::Error> {}");
    assert_eq!(
        named_outside(&bad, is_reqwest_but_its_error, &[]),
        ["shared/src/lambda/deployment.rs names reqwest::Client"]
    );
}

#[test]
fn the_environment_is_read_by_config_only() {
    let allowed = ["shared/src/config/mod.rs"];
    let all = sources("shared/src").into_iter().chain(function_sources());

    assert_none(all.flat_map(|source| named_outside(&source, is_environment, &allowed)));

    for text in ["std::env::var(name)", "use std::{env, fmt};", "use std::env::var;", "env::var_os(name)"] {
        let bad = sample("functions/users/src/user.rs", text);
        assert_eq!(named_outside(&bad, is_environment, &allowed).len(), 1, "{text}");
    }
    let fine = sample("shared/src/http/layers.rs", "env!(\"CARGO_PKG_VERSION\")");
    assert_none(named_outside(&fine, is_environment, &allowed));
}

fn function_sources() -> Vec<Source> {
    crates("functions").iter().flat_map(|name| sources(&format!("functions/{name}/src"))).collect()
}

/// Returns whether a crate may name another crate of the workspace.
fn may_depend(folder: &str, on: &str) -> bool {
    match folder {
        "shared/bunq-client" | "local/loopback" => false,
        "shared" => on == "shared/bunq-client",
        // These are checked before the purpose of a request is known.
        "local/simulator" | "local/aws" => on == "local/loopback",
        _ if folder.starts_with("functions/") => on == "shared",
        _ => true,
    }
}

#[test]
fn functions_know_shared_only_and_what_stands_for_others_knows_nothing_of_ours() {
    let packages = packages();
    let expected = crates("functions").len() + crates("local").len() + 2;
    assert_eq!(packages.len(), expected, "{packages:?}");
    let users = packages.iter().find(|package| package.folder == "functions/users").unwrap();
    assert_eq!(users.dependencies, ["shared"], "dependencies are seen");
    assert!(users.test_dependencies.contains(&"local/testkit".to_owned()), "and those of tests");

    let broken = packages.iter().flat_map(|package| {
        let named = package.dependencies.iter().filter(|on| !may_depend(&package.folder, on));
        named.map(|on| format!("{} depends on {on}", package.folder))
    });
    assert_none(broken);
    let in_tests = packages.iter().flat_map(|package| {
        let named = package.test_dependencies.iter().filter(|on| match package.folder.as_str() {
            "local/simulator" | "local/aws" => true,
            folder => folder.starts_with("functions/") && on.starts_with("functions/"),
        });
        named.map(|on| format!("the tests of {} depend on {on}", package.folder))
    });
    assert_none(in_tests);

    for (folder, on, allowed) in [
        ("functions/users", "functions/oauth", false),
        ("functions/users", "local/gateway", false),
        ("functions/users", "shared", true),
        ("functions/users", "shared/bunq-client", false),
        ("shared", "shared/bunq-client", true),
        ("shared/bunq-client", "shared", false),
        ("local/aws", "shared", false),
        ("local/aws", "local/loopback", true),
        ("local/simulator", "local/aws", false),
        ("local/loopback", "shared", false),
        ("local/gateway", "functions/users", true),
    ] {
        assert_eq!(may_depend(folder, on), allowed, "{folder} {on}");
    }
}

/// Returns the files that have more lines than permitted.
fn longer_than(lines: usize, sources: &[Source]) -> Vec<String> {
    let counted =
        sources.iter().map(|source| (source, source.text.lines().count())).filter(|(_, count)| *count > lines);
    counted.map(|(source, count)| format!("{} has {count} lines", source.path)).collect()
}

#[test]
fn the_main_of_a_function_has_ten_lines_at_the_most() {
    let mains: Vec<_> = function_sources().into_iter().filter(|source| source.path.ends_with("/src/main.rs")).collect();
    assert_eq!(mains.len(), crates("functions").len(), "each has one");

    assert_none(longer_than(10, &mains));

    assert_eq!(longer_than(10, &[sample("functions/x/src/main.rs", &"\n".repeat(11))]).len(), 1);
}

#[test]
fn no_source_has_more_than_three_hundred_lines() {
    let local = crates("local").into_iter().map(|name| format!("local/{name}/src"));
    let all: Vec<_> = local
        .chain(["shared/src".to_owned(), "shared/bunq-client/src".to_owned()])
        .flat_map(|folder| sources(&folder))
        .collect();
    let all: Vec<_> = all.into_iter().chain(function_sources()).collect();
    assert!(all.len() > 100, "all of them are looked at: {}", all.len());

    assert_none(longer_than(300, &all));

    assert_eq!(longer_than(300, &[sample("a.rs", &"\n".repeat(301)), sample("b.rs", &"\n".repeat(300))]).len(), 1);
}
