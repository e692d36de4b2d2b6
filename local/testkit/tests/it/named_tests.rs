//! If a document names a test, the test exists. In both tables of `docs/SECURITY.md`, each row names a test or says why
//! there is none.

use std::{collections::BTreeMap, fs};

use crate::sources::{Source, crates, root, sources};

const SECURITY: &str = "docs/SECURITY.md";
const DOCUMENTS: [&str; 4] = [SECURITY, "docs/ARCHITECTURE.md", "docs/INTEGRATING.md", "docs/RELIABILITY.md"];
const OWASP: &str = "## OWASP API Security Top 10 (2023)";
const RFC_9700: &str = "## RFC 9700 (Best Current Practice for OAuth 2.0 Security)";
/// How the last cell of a row begins if the row names no test.
const UNTESTED: &str = "No test: ";
/// The maximum number of lines between a test's attribute and its function.
const NEAR: usize = 3;

/// A test as a document names it: `<crate> <modules>::<function>`, or `<file>.py <function>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named<'a> {
    place: &'a str,
    path: &'a str,
}

/// Returns the texts between backticks in a line.
fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Returns the tests that a line names.
fn tests_in(line: &str) -> Vec<Named<'_>> {
    let named = code(line).filter_map(|code| code.split_once(' ')).map(|(place, path)| Named { place, path });
    let is_test = |named: &Named<'_>| {
        named.path.split("::").all(is_name) && (named.path.contains("::") || named.place.ends_with(".py"))
    };
    named.filter(is_test).collect()
}

/// Returns the sources of each crate, including its tests, by the crate's name.
fn of_crates() -> BTreeMap<String, Vec<Source>> {
    let of = |parent: &str| crates(parent).into_iter().map(|name| format!("{parent}/{name}")).collect::<Vec<_>>();
    let ours = ["shared", "shared/bunq-client", "shared/webhooks"].map(str::to_owned).to_vec();
    let folders = [of("functions"), of("local"), ours].concat();
    let named = folders.into_iter().map(|folder| {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let parts = ["src", "tests"].map(|part| format!("{folder}/{part}"));
        let parts = parts.into_iter().filter(|part| root().join(part).is_dir());
        (name.unwrap().to_owned(), parts.flat_map(|part| sources(&part)).collect())
    });
    named.collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn exists(named: &Named<'_>, crates: &BTreeMap<String, Vec<Source>>) -> bool {
    if named.place.ends_with(".py") {
        let text = fs::read_to_string(root().join(named.place)).unwrap_or_default();
        return text.lines().any(|line| line.starts_with(&format!("def {}(", named.path)));
    }
    let Some((modules, function)) = named.path.rsplit_once("::") else { return false };
    let sources = crates.get(named.place).into_iter().flatten();
    sources.filter(|source| is_module(&source.path, modules)).any(|source| has_test(&source.text, function))
}

/// Returns whether a file contains these modules: `audit::context` is `audit/context.rs`, below any folder.
fn is_module(path: &str, modules: &str) -> bool {
    let stem = path.trim_end_matches(".rs").trim_end_matches("/mod").trim_end_matches("/main");
    stem.ends_with(&format!("/{}", modules.replace("::", "/")))
}

/// Returns whether a source has a function with this name that its attribute makes a test.
fn has_test(text: &str, function: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    let heads = [format!("fn {function}("), format!("async fn {function}(")];
    let is_test = |line: &&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    lines.iter().enumerate().any(|(at, line)| {
        let above = &lines[at.saturating_sub(NEAR)..at];
        heads.iter().any(|head| line.starts_with(head.as_str())) && above.iter().any(is_test)
    })
}

/// Returns the cells of each row of the table below a heading, without the table's head.
fn rows<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let below = text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with("## "));
    let rows = below.filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')).skip(2);
    rows.map(|row| row.split('|').map(str::trim).collect()).collect()
}

/// Returns what a row begins with: its number in OWASP's list, or in the RFC.
fn numbers<'a>(rows: &[Vec<&'a str>]) -> Vec<&'a str> {
    rows.iter().filter_map(|row| row.first()?.split(' ').next()).collect()
}

#[test]
fn every_test_that_a_document_names_exists() {
    let (texts, crates) = (DOCUMENTS.map(read), of_crates());
    let lines: Vec<_> = texts.iter().flat_map(|text| text.lines()).collect();

    let mut named: Vec<_> = lines.iter().flat_map(|line| tests_in(line)).collect();
    named.sort_unstable();
    named.dedup();

    assert!(named.len() > 25, "{}", named.len());
    let missing: Vec<_> = named.iter().filter(|named| !exists(named, &crates)).collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
    // No other name has so many words. It is a test without its crate, which this check would not look for.
    let bare = lines.iter().flat_map(|line| code(line)).filter(|code| is_name(code) && code.matches('_').count() > 4);
    assert_eq!(bare.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_test_that_does_not_exist_is_seen() {
    let crates = of_crates();
    let here = "named_tests::a_test_that_does_not_exist_is_seen";

    assert!(exists(&Named { place: "testkit", path: here }, &crates));
    for (place, path) in [
        ("testkit", "named_tests::no_such_test"),
        ("testkit", "house::a_test_that_does_not_exist_is_seen"),
        ("testkit", "named_tests::is_module"),
        ("users", here),
        ("nowhere", here),
        (".ci/deploy/test_translated.py", "test_nothing"),
        (".ci/deploy/no_such_file.py", "test_the_setup_is_for_iam_only"),
    ] {
        assert!(!exists(&Named { place, path }, &crates), "{place} {path}");
    }
    let line = "`POST /setup` and `a b`, `oauth tickets::x`, `tests.py test_x`, `CamelCase::x y::Z`";
    let named = tests_in(line).into_iter().map(|named| (named.place, named.path));
    assert_eq!(named.collect::<Vec<_>>(), [("oauth", "tickets::x"), ("tests.py", "test_x")]);
}

#[test]
fn every_row_names_a_test_or_says_why_there_is_none() {
    let text = read(SECURITY);
    let (owasp, rfc) = (rows(&text, OWASP), rows(&text, RFC_9700));

    let expected: Vec<_> = (1..=10).map(|number| format!("API{number}")).collect();
    assert_eq!(numbers(&owasp), expected);
    let practices = ["2.1", "2.1.1", "2.1.2", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6"].map(str::to_owned);
    let attacks = (1..=17).map(|number| format!("4.{number}"));
    let expected: Vec<_> = practices.into_iter().chain(attacks).collect();
    assert_eq!(numbers(&rfc), expected);

    for row in owasp.iter().chain(&rfc) {
        let [_, what, tests] = row.as_slice() else { panic!("three cells: {row:?}") };
        let reason = tests.strip_prefix(UNTESTED).unwrap_or_default();
        assert!(!what.is_empty() && (reason.len() > 20 || !tests_in(tests).is_empty()), "{row:?}");
    }
}
