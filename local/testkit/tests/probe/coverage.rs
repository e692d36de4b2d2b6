//! Every setting of the simulated bank is decided by a question, or named among those for people.

use std::collections::BTreeSet;

use bunq_simulator::Settings;

use crate::{
    probe::{all, people::FOR_PEOPLE},
    readings::cases,
};

/// Settings that say nothing about the bank; they serve tests.
const NO_QUESTIONS: [&str; 3] = ["clock_offset_seconds", "egress_ip", "notification_filter_page_size"];

#[test]
fn every_setting_has_a_question_or_a_reason() {
    let asked = all().flat_map(|question| question.settings.iter().copied());
    let for_people = FOR_PEOPLE.iter().flat_map(|one| one.settings.iter().copied());
    let mut named: Vec<_> = asked.chain(for_people).chain(NO_QUESTIONS).collect();
    named.sort_unstable();
    let settings: BTreeSet<_> = Settings::reference().into_iter().map(|setting| setting.name).collect();
    assert!(settings.len() > 40, "they are seen: {settings:?}");

    // Each once: a setting that is asked is not also for people.
    assert_eq!(named, settings.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn every_value_of_a_setting_that_a_question_decides_is_tested() {
    let cases = cases();
    let asked: BTreeSet<_> =
        all().flat_map(|question| question.settings.iter().map(|setting| (question.id, *setting))).collect();
    let tested: BTreeSet<_> = cases.iter().map(|case| (case.question, case.setting)).collect();
    assert_eq!(asked, tested);

    for setting in Settings::reference() {
        let mut values: Vec<_> =
            cases.iter().filter(|case| case.setting == setting.name).map(|case| case.value.to_string()).collect();
        if values.is_empty() {
            continue;
        }
        values.sort();
        let mut all: Vec<_> = setting.values.into_iter().map(|(value, _)| value).collect();
        all.sort();
        match setting.kind.as_str() {
            "" => assert_eq!(values, all, "{}", setting.name),
            "true or false" => assert_eq!(values, ["false", "true"], "{}", setting.name),
            _ => assert!(values.len() > 1, "{}", setting.name),
        }
    }
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = all().map(|question| question.id).chain(FOR_PEOPLE.iter().map(|one| one.id)).collect();
    let number = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), number);
}
