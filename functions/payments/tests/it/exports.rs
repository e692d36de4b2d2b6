//! Transactions as files for bookkeeping: CSV and camt.053.

use serde_json::json;
use testkit::TestApp;

use crate::fixture::{ACCOUNT, connected, get_as, next_path, transactions_path};

const CSV: &str = "text/csv";
const XML: &str = "application/xml";

fn path(user_id: &str, query: &str) -> String {
    transactions_path(user_id, ACCOUNT, query)
}

/// The texts of an element, in the order of the document.
fn texts<'a>(xml: &'a str, element: &str) -> Vec<&'a str> {
    let (opening, closing) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&opening).skip(1).map(|rest| rest.split_once(&closing).unwrap().0).collect()
}

#[tokio::test]
async fn a_table_has_a_row_for_every_transaction_of_the_period() {
    let (app, user_id) = connected().await;

    let whole = get_as(&app, &path(&user_id, ""), CSV).await;
    let some = get_as(&app, &path(&user_id, "?from=2026-03-01&to=2026-03-31&count=3"), CSV).await;

    assert_eq!(whole.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!((whole.header("vary"), next_path(&whole)), ("accept", None));
    let rows: Vec<_> = whole.text.split("\r\n").collect();
    assert_eq!((rows.len(), rows[321]), (322, ""));
    assert!(rows[0].starts_with("id,account_id,payment_id,status,"));
    assert!(rows[1..321].iter().all(|row| row.starts_with("60101.")));
    let rest = get_as(&app, &next_path(&some).unwrap(), CSV).await;
    assert_eq!((some.text.lines().count(), rest.text.lines().count()), (4, 4));
    assert_eq!(rest.text.lines().next(), Some(rows[0]));
}

#[tokio::test]
async fn a_statement_leads_from_its_opening_to_its_closing_balance() {
    let (app, user_id) = connected().await;

    let whole = get_as(&app, &path(&user_id, ""), XML).await;

    assert_eq!(whole.header("content-type"), "application/xml");
    assert_eq!((whole.text.matches("<Ntry>").count(), next_path(&whole)), (320, None));
    assert_eq!(texts(&whole.text, "IBAN")[0].len(), "NL02BUNQ2055667788".len());
    // The account began with nothing, and the balance is the present one.
    let balances: Vec<_> =
        texts(&whole.text, "Bal").iter().map(|bal| bal.split_once("Ccy=\"EUR\">").unwrap().1).collect();
    assert!(balances[0].starts_with("0.00<") && balances[1].starts_with("1843.27<"), "{balances:?}");
}

#[tokio::test]
async fn a_statement_without_entries_has_the_balance_of_its_time() {
    let (app, user_id) = connected().await;
    let whole = get_as(&app, &path(&user_id, ""), CSV).await;
    let balance = |row: &str| row.rsplit(',').nth(2).unwrap().to_owned();
    let rows: Vec<_> = whole.text.lines().skip(1).collect();
    let closing = async |query: &str| {
        let xml = get_as(&app, &path(&user_id, query), XML).await.text;
        assert_eq!(xml.matches("<Ntry>").count(), 0, "{query}");
        texts(&xml, "Bal").last().unwrap().split_once("Ccy=\"EUR\">").unwrap().1.split_once('<').unwrap().0.to_owned()
    };

    assert_eq!(closing("?from=2100-01-01").await, "1843.27");
    assert_eq!(closing("?to=2001-01-01").await, "0.00");
    let (newer, older) = (rows[9].split(',').nth(5).unwrap(), rows[10].split(',').nth(5).unwrap());
    let between = format!("?from={}9Z&to={newer}", older.trim_end_matches('Z'));
    assert_eq!(closing(&between).await, balance(rows[10]));
}

#[tokio::test]
async fn a_statement_of_an_account_without_transactions_has_its_balance_and_days() {
    let app = TestApp::start().await;
    // The day must not end during the test.
    let left = 86_400 - app.clock.clock().now().as_second().rem_euclid(86_400);
    app.advance(if left < 3600 { left } else { 0 }).await;
    let account = json!({ "description": "new", "balance": "50.00", "opening_balance": "50.00" });
    app.bank.add_customers(json!({ "customers": [{ "name": "eva", "person": { "first_name": "Eva", "last_name": "Smit" }, "accounts": [account] }] })).await;
    let user_id = app.connect("eva").await;
    let accounts = app.get(&format!("/user/{user_id}/accounts?format=normalised")).await.json();
    let account = accounts["accounts"][0]["id"].as_u64().unwrap();
    let today = app.clock.clock().now().strftime("%Y-%m-%d").to_string();

    for (query, opening, closing) in [
        ("?from=2025-10-01&to=2025-10-31", "2025-10-01", "2025-10-31"),
        ("?to=2025-10-31", "2025-10-31", "2025-10-31"),
        ("?from=2025-10-01&to=2100-10-31", "2025-10-01", &*today),
        ("?from=2025-10-01", "2025-10-01", &*today),
        ("", &*today, &*today),
    ] {
        let answer = get_as(&app, &transactions_path(&user_id, account, query), XML).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        let balances = texts(&answer.text, "Bal");
        for (balance, day) in [(balances[0], opening), (balances[balances.len() - 1], closing)] {
            assert!(balance.contains("Ccy=\"EUR\">50.00<"), "{query}: {balance}");
            assert!(balance.contains(&format!("<Dt><Dt>{day}</Dt></Dt>")), "{query}: {balance}");
        }
    }
}

#[tokio::test]
async fn an_account_whose_balance_bunq_does_not_show_has_no_statement() {
    let (app, user_id) = connected().await;
    let external = transactions_path(&user_id, 60_107, "?from=2026-01-01");
    let body = json!({ "Response": [{ "MonetaryAccountExternal": { "id": 60_107, "balance": null } }] });
    let endpoint = "GET user/{user-id}/monetary-account/{monetary-account-id}";
    app.bank.fault(json!({ "endpoint": endpoint, "status": 200, "body": body })).await;

    let problem = get_as(&app, &external, XML).await.problem(502, "bank_unavailable");

    assert_eq!(problem["action"], "fix_request");
    assert_eq!(get_as(&app, &external, CSV).await.status, 200);
}

#[tokio::test]
async fn a_file_that_grows_too_large_leads_to_the_rest() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 9000).await;

    let (mut seen, mut pages, mut next) = (0, 0, Some(path(&user_id, "")));
    while let Some(path) = next {
        let part = get_as(&app, &path, XML).await;
        assert!(part.text.len() <= 5_000_000, "{}", part.text.len());
        seen += part.text.matches("<Ntry>").count();
        pages += 1;
        assert_eq!(texts(&part.text, "PgNb"), [pages.to_string()]);
        next = next_path(&part);
        assert_eq!(texts(&part.text, "LastPgInd"), [next.is_none().to_string()]);
    }

    assert_eq!(seen, 9320);
    assert!(pages > 1, "it was not large enough");
}

#[tokio::test]
async fn the_header_accept_selects_the_format() {
    let (app, user_id): (TestApp, String) = connected().await;
    let path = path(&user_id, "?count=1");
    let kind = async |accept: &str| {
        let answer = get_as(&app, &path, accept).await;
        answer.header("content-type").split(';').next().unwrap().to_owned()
    };

    for (accept, expected) in [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("image/png", "application/json"),
        ("TEXT/CSV", CSV),
        ("text/*;q=0.5, application/xml;q=0.4", CSV),
        ("text/csv;q=0, */*", "application/json"),
        ("text/csv;q=0.2, application/json;q=0.1", CSV),
        ("application/xml, text/csv;q=0.9", XML),
        ("application/json, application/xml", "application/json"),
        ("application/xml, */*", XML),
        ("text/csv;q=0.5, */*;q=0.5", CSV),
        ("text/xml", XML),
        ("text/csv;q=1.001, application/xml;q=0.001", XML),
    ] {
        assert_eq!(kind(accept).await, expected, "{accept}");
    }
    assert_eq!(get_as(&app, &format!("{path}&raw=true"), CSV).await.places(), ["raw"]);
    get_as(&app, &format!("{path}&cursor=x"), CSV).await.problem(400, "cursor_invalid");
}
