//! Other applications write the same list at the same time.

use std::collections::BTreeSet;

use serde_json::json;

use super::fixture::{READ, USUAL, WRITE, at_bank, connected, enable, foreign, name, others, ours, states};

/// Categories of ours, and others.
const CATEGORIES: [&str; 6] = ["MUTATION", "OAUTH", "REQUEST", "SHARE", "CHAT", "BILLING"];

/// A sequence that looks random and is the same in every run (Numerical Recipes, section 7.1).
struct Sequence(u32);

impl Sequence {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(self.0 >> 8).unwrap() % end
    }
}

type Filters = BTreeSet<(String, String)>;

fn is_ours(app: &testkit::TestApp, filter: &serde_json::Value) -> bool {
    filter["target"].as_str().unwrap().starts_with(app.url.join("hooks/bunq/").unwrap().as_str())
}

fn names<'a>(filters: impl Iterator<Item = &'a serde_json::Value>) -> Filters {
    filters.map(name).collect()
}

#[tokio::test]
async fn a_hundred_checks_lose_no_filter_of_another_application_without_a_word() {
    checks_lose_nothing(100).await;
}

/// Takes a minute: `cargo test -p users --test it a_thousand_checks -- --ignored`
#[tokio::test]
#[ignore = "takes a minute"]
async fn a_thousand_checks_lose_no_filter_of_another_application_without_a_word() {
    checks_lose_nothing(1000).await;
}

/// Checks the filters this many times, while other applications write the same list.
async fn checks_lose_nothing(checks: u32) {
    let (app, path) = connected().await;
    let mut sequence = Sequence(17);
    let (mut before, mut reported, mut in_window, mut survived) = (Filters::new(), 0, 0, 0_u32);

    for number in 0..checks {
        // Each application has one host, so a filter is recognised.
        let host = format!("app-{number}.example");
        let category = CATEGORIES[sequence.below(CATEGORIES.len())];
        let filter = |more: serde_json::Value| {
            let mut filter =
                json!({ "customer": "person", "category": category, "target": format!("https://{host}/hook") });
            filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            filter
        };
        let has_place = before.iter().filter(|(one, _): &&(String, String)| one == category).count() < 2;
        // What another application does before the check, or between two calls of it.
        let mut added = None;
        match sequence.below(8) {
            0 | 1 if has_place => drop(app.bank.set_foreign_filter(filter(json!({}))).await),
            2 if has_place => {
                app.bank.set_foreign_filter(filter(json!({ "after": "read" }))).await;
                added = Some("read");
            }
            3 if has_place => {
                app.bank.set_foreign_filter(filter(json!({ "after": "write" }))).await;
                added = Some("write");
            }
            4 => drop(app.bank.set_foreign_filter(filter(json!({ "replaces": true }))).await),
            5 => drop(app.bank.set_foreign_filter(filter(json!({ "replaces": true, "after": "write" }))).await),
            6 => {
                if let Some(gone) = at_bank(&app, false).await.first() {
                    app.bank.remove_foreign_filter(gone["id"].as_u64().unwrap()).await;
                }
            }
            _ => {}
        }
        let mut expected = names(at_bank(&app, false).await.iter());
        expected.extend(before);
        // Another choice each time, so that each check has to write.
        let first = if number % 2 == 0 { "IDEAL" } else { "SOFORT" };
        let chosen = [&[first], &USUAL[..sequence.below(USUAL.len() + 1)]].concat();

        let answer = app.put(&path, &json!({ "enabled": true, "categories": chosen })).await;

        let (state, of_categories) = states(&answer);
        let (there, is_ours) = (app.bank.filters().await, |filter: &serde_json::Value| is_ours(&app, filter));
        before = names(there.iter().filter(|filter| !is_ours(filter)));
        let told = answer.json()["lost"].as_array().unwrap().clone();
        let told: Filters = told
            .iter()
            .map(|lost| (lost["category"].as_str().unwrap().to_owned(), lost["host"].as_str().unwrap().to_owned()))
            .collect();
        for gone in expected.difference(&before) {
            assert!(told.contains(gone), "check {number}: {gone:?} is gone and not reported: {answer:?}");
            reported += 1;
        }
        survived += u32::try_from(expected.intersection(&before).count()).unwrap();
        if added == Some("read") && !before.contains(&(category.to_owned(), host.clone())) {
            // It was written after our read and before our write. The bank has no conditional write, so nothing shows
            // it to us.
            in_window += 1;
        }
        for (category, of_category) in chosen.iter().zip(&of_categories) {
            let is_there = there.iter().any(|filter| is_ours(filter) && filter["category"] == *category);
            assert!(is_there || of_category != "ok", "check {number}: {category} of {chosen:?}: {answer:?}");
        }
        assert!(["ok", "partial", "full"].contains(&state.as_str()), "check {number}: {answer:?}");
    }

    let (reads, writes) = (app.bank.count(READ).await, app.bank.count(WRITE).await);
    let numbers =
        format!("{reads} reads, {writes} writes, {survived} kept, {reported} reported, {in_window} in between");
    assert!(survived > checks && reported > checks / 10 && in_window > 0, "the applications wrote less: {numbers}");
}

#[tokio::test]
async fn what_another_application_adds_right_after_our_write_stays() {
    let (app, path) = connected().await;
    let filter = json!({
        "customer": "person", "category": "MUTATION", "target": "https://late.example/", "after": "write",
    });
    app.bank.set_foreign_filter(filter).await;

    let answer = enable(&app, &path).await;

    assert_eq!((states(&answer).0.as_str(), &answer.json()["foreign"]), ("ok", &json!(1)));
    assert_eq!((ours(&app).await.len(), others(&app).await.len(), app.bank.count(WRITE).await), (4, 1, 1));
}

#[tokio::test]
async fn an_application_that_replaces_the_list_once_is_answered_by_a_second_write() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "books.example").await;
    let filter = json!({
        "customer": "person", "category": "CHAT", "target": "https://rude.example/", "replaces": true, "after": "write",
    });
    app.bank.set_foreign_filter(filter).await;

    let answer = enable(&app, &path).await;

    assert_eq!((states(&answer).0.as_str(), app.bank.count(WRITE).await), ("ok", 2));
    assert_eq!(ours(&app).await, USUAL);
    assert_eq!(others(&app).await, [("CHAT".to_owned(), "rude.example".to_owned())]);
    assert_eq!(answer.json()["lost"][0]["host"], "books.example", "what the other one has removed is reported");
}

#[tokio::test]
async fn requests_at_the_same_time_write_once() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "books.example").await;

    let answers = futures::future::join_all((0..8).map(|_| enable(&app, &path))).await;

    assert!(answers.iter().all(|answer| states(answer).0 == "ok"), "{answers:?}");
    assert_eq!((app.bank.count(WRITE).await, ours(&app).await.len(), others(&app).await.len()), (1, 4, 1));
}
