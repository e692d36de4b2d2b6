//! Compares answers of the simulator with recorded ones of the bank: the keys, their order, and their types.
//! `tests/recorded/extract.py` creates the extract of the recordings.

mod answers;
mod differences;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use self::answers::Answers;
use self::differences::{DIFFERENCES, EXAMPLES, NOT_COMPARED};
use self::tree::{Tree, compare};

#[tokio::test]
async fn answers_have_the_keys_that_were_recorded() {
    let Tree::Object(shapes) = Tree::read(include_str!("../../recorded/shapes.json")) else { panic!() };
    let mut answers = Answers::default();
    answers.of_a_provider().await;
    answers.of_a_customer().await;
    answers.of_money().await;
    answers.of_refusals().await;

    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for (name, recording) in &shapes {
        let shape = recording.get("body");
        let Some(ours) = answers.0.get(name.as_str()) else {
            without.insert(name.as_str());
            continue;
        };
        // A callback has one more object around the object than the API has.
        let is_callback =
            matches!(shape, Tree::Object(fields) if fields.first().is_some_and(|(name, _)| name == "NotificationUrl"));
        let is_joint = name == "sdk-python/MonetaryAccountJoint";
        let wrapped = is_joint.then(|| Tree::Object(vec![("MonetaryAccountJoint".to_owned(), shape.clone())]));
        let shape = wrapped.as_ref().unwrap_or(shape);
        let shape = if is_callback { shape.get("NotificationUrl/object") } else { shape };
        let mut differences = compare("answer", shape, ours);
        differences.retain(|difference| !(EXAMPLES.contains(&name.as_str()) && difference.ends_with("another order")));
        for difference in differences {
            let of_this = format!("{name}: {difference}");
            let known = DIFFERENCES.iter().any(|(known, _)| *known == of_this);
            found.entry(if known { of_this } else { difference }).or_default().insert(name.clone());
        }
    }

    assert_eq!(without, NOT_COMPARED.iter().map(|(name, _)| *name).collect());
    let known: BTreeSet<&str> = DIFFERENCES.iter().map(|(difference, _)| *difference).collect();
    let new: Vec<_> = found.iter().filter(|(difference, _)| !known.contains(difference.as_str())).collect();
    assert!(new.is_empty(), "correct these, or give the reason in DIFFERENCES: {new:#?}");
    let gone: Vec<_> = known.iter().filter(|difference| !found.contains_key(**difference)).collect();
    assert!(gone.is_empty(), "these are differences no more: {gone:#?}");
    assert!(DIFFERENCES.iter().chain(NOT_COMPARED).all(|(_, reason)| !reason.is_empty()));
}
