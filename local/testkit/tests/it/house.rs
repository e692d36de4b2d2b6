//! Which crate may depend on which, and how long a file may be. `.ci/modules/check` checks the modules of the crates.
//! Each rule is also tested with a sample that violates it, because a rule that finds nothing is worse than none.

use crate::sources::{Source, crates, packages, sources};

fn sample(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[track_caller]
fn assert_none(broken: impl IntoIterator<Item = String>) {
    let broken: Vec<_> = broken.into_iter().collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

fn function_sources() -> Vec<Source> {
    crates("functions").iter().flat_map(|name| sources(&format!("functions/{name}/src"))).collect()
}

/// Returns whether a crate may name another crate of the workspace.
fn may_depend(folder: &str, on: &str) -> bool {
    match folder {
        "shared/bunq-client" | "shared/webhooks" | "local/loopback" => false,
        "shared" => on == "shared/bunq-client" || on == "shared/webhooks",
        // These are checked before the purpose of a request is known.
        "local/simulator" | "local/aws" => on == "local/loopback",
        _ if folder.starts_with("functions/") => on == "shared",
        _ => true,
    }
}

#[test]
fn functions_know_shared_only_and_what_stands_for_others_knows_nothing_of_ours() {
    let packages = packages();
    let expected = crates("functions").len() + crates("local").len() + 4;
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
        ("shared", "shared/webhooks", true),
        ("functions/events", "shared/webhooks", false),
        ("shared/bunq-client", "shared", false),
        ("shared/webhooks", "shared", false),
        ("local/aws", "shared", false),
        ("local/aws", "local/loopback", true),
        ("local/simulator", "local/aws", false),
        ("local/loopback", "shared", false),
        ("local/gateway", "functions/users", true),
    ] {
        assert_eq!(may_depend(folder, on), allowed, "{folder} {on}");
    }
}

/// Returns whether a crate may depend on a crate of others, outside its tests. Functions reach AWS and the bank through
/// `shared` only, and the client and the sender of webhooks know neither AWS nor our own HTTP.
fn may_depend_outside(folder: &str, on: &str) -> bool {
    // `aws-lc-rs` is a library of cryptography.
    let is_aws = (on.starts_with("aws-") && on != "aws-lc-rs") || on == "serde_dynamo";
    match folder {
        "shared/bunq-client" | "shared/webhooks" => !is_aws && on != "axum",
        _ if folder.starts_with("functions/") => !is_aws && on != "reqwest",
        _ => true,
    }
}

#[test]
fn functions_depend_on_no_client_of_aws_and_on_no_http_client() {
    let packages = packages();
    let shared = packages.iter().find(|package| package.folder == "shared").unwrap();
    assert!(shared.outside_dependencies.contains(&"aws-sdk-dynamodb".to_owned()), "they are seen: {shared:?}");

    let broken = packages.iter().flat_map(|package| {
        let named = package.outside_dependencies.iter().filter(|on| !may_depend_outside(&package.folder, on));
        named.map(|on| format!("{} depends on {on}", package.folder))
    });
    assert_none(broken);

    for (folder, on, allowed) in [
        ("functions/users", "aws-sdk-dynamodb", false),
        ("functions/users", "serde_dynamo", false),
        ("functions/users", "reqwest", false),
        ("functions/users", "axum", true),
        ("shared/bunq-client", "axum", false),
        ("shared/bunq-client", "aws-sdk-dynamodb", false),
        ("shared/bunq-client", "aws-lc-rs", true),
        ("shared/bunq-client", "reqwest", true),
        ("shared/webhooks", "axum", false),
        ("shared/webhooks", "aws-sdk-dynamodb", false),
        ("shared", "aws-sdk-dynamodb", true),
    ] {
        assert_eq!(may_depend_outside(folder, on), allowed, "{folder} {on}");
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
        .chain(["shared/src", "shared/bunq-client/src", "shared/webhooks/src"].map(str::to_owned))
        .flat_map(|folder| sources(&folder))
        .collect();
    let all: Vec<_> = all.into_iter().chain(function_sources()).collect();
    assert!(all.len() > 100, "all of them are looked at: {}", all.len());

    assert_none(longer_than(300, &all));

    assert_eq!(longer_than(300, &[sample("a.rs", &"\n".repeat(301)), sample("b.rs", &"\n".repeat(300))]).len(), 1);
}
