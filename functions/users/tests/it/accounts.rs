//! The accounts of a customer.

use serde_json::{Value, json};

use crate::{
    fixture::connected,
    reading::{assert_is_answer_of_the_bank, elements, kinds},
};

#[tokio::test]
async fn a_customer_without_accounts_has_an_empty_list() {
    let (app, accounts) = connected("empty").await;

    let answer = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&answer);
    assert_eq!(answer.json()["Response"], json!([]));
}

#[tokio::test]
async fn accounts_full_of_nulls_or_of_unknown_kinds_break_nothing() {
    let (app, accounts) = connected("strange").await;

    let profile = app.get(accounts.trim_end_matches("/accounts")).await;
    let accounts = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&profile);
    assert_is_answer_of_the_bank(&accounts);
    let kinds: Vec<_> = elements(&accounts).into_iter().collect();
    let (kind, switch) = &kinds[0];
    assert_eq!((kind.as_str(), &switch["iban"]), ("MonetaryAccountSwitchService", &Value::Null));
    let (kind, hologram) = &kinds[1];
    assert_eq!(kind, "MonetaryAccountHolographic");
    assert_eq!(hologram["hologram"], json!({ "layers": 7, "projection": "ISOMETRIC" }));
    let (kind, external) = &kinds[2];
    assert_eq!(kind, "MonetaryAccountExternal");
    let aliases = external["alias"].as_array().unwrap();
    assert!(aliases.len() == 2 && aliases.iter().all(|alias| alias["value"].is_null()), "{aliases:?}");
    assert_eq!(external["currency"], Value::Null);
    assert_eq!(kinds[3].0, "MonetaryAccountBank");
}

#[tokio::test]
async fn accounts_that_fill_several_pages_are_all_reached_by_the_links() {
    let (app, accounts) = connected("person").await;
    let whole = kinds(&app.get(&accounts).await);
    let (mut seen, mut next) = (Vec::new(), Some(format!("{accounts}?count=3")));

    while let Some(path) = next {
        let page = app.get(&path).await;
        assert_is_answer_of_the_bank(&page);
        seen.extend(kinds(&page));
        let links = page.header("link").split(", ").find(|link| link.ends_with("rel=\"next\"")).map(str::to_owned);
        next = links.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
    }

    assert_eq!(seen, whole);
    assert_eq!(app.get(&format!("{accounts}?older_id=1")).await.json()["Response"], json!([]));
    app.get(&format!("{accounts}?older_id=x")).await.problem(422, "invalid_request");
}
