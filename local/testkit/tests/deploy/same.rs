//! Compares two lists that must be the same. The failure names only the differences, because both lists have forty
//! lines.

use std::collections::BTreeSet;

/// Panics with the elements that only one of the lists has.
#[track_caller]
pub(crate) fn assert_same(one: &str, left: BTreeSet<String>, other: &str, right: BTreeSet<String>) {
    let lacks = |of: &BTreeSet<String>, in_: &BTreeSet<String>| {
        of.difference(in_).map(|line| format!("\n  {line}")).collect::<String>()
    };
    let differences = [(one, other, lacks(&left, &right)), (other, one, lacks(&right, &left))];
    let said = differences.iter().filter(|(_, _, lines)| !lines.is_empty());
    let said: Vec<_> = said.map(|(has, lacks, lines)| format!("{has} has, and {lacks} lacks:{lines}")).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
#[should_panic(expected = "the router has, and the template lacks:\n  GET /new")]
fn a_difference_is_named_and_nothing_else() {
    let routes = |routes: &[&str]| routes.iter().map(|route| (*route).to_owned()).collect();
    assert_same("the template", routes(&["GET /old"]), "the router", routes(&["GET /new", "GET /old"]));
}
