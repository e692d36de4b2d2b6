//! Customers that the user adds, by a file at the start and by a switch.

mod faults;
mod schema;
mod sums;

use std::path::Path;

use bunq_simulator::{CustomersErrorKind, CustomersText, Options, Simulator, StartError};
use serde_json::{Value, json};

use crate::client::{Bank, Reply, bank};
use crate::customer_desk::CustomerDesk;

const EXAMPLE: &str = include_str!("../../../examples/customers.json");

fn options(json: &str) -> Options {
    let customers = CustomersText { name: "customers.json".to_owned(), json: json.to_owned() };
    Options { customers: Some(customers), ..Options::default() }
}

fn stored(json: &str, path: &Path) -> Options {
    Options { state_file: Some(path.to_owned()), ..options(json) }
}

/// A file with one person, and these accounts.
fn person(name: &str, accounts: Value) -> Value {
    let names = json!({"first_name": "Eva", "last_name": "Smit"});
    json!({"customers": [{"name": name, "person": names, "accounts": accounts}]})
}

async fn post(bank: &Bank, body: &str) -> Reply {
    bank.call("POST", "/_simulator/customers").header("Content-Type", "application/json").body(body).send().await
}

async fn customers(bank: &Bank) -> Value {
    bank.get("/_simulator/customers").send().await.ok().json()["customers"].clone()
}

/// The entry of a customer in the list.
async fn named(bank: &Bank, name: &str) -> Value {
    let customers = customers(bank).await;
    customers.as_array().unwrap().iter().find(|customer| customer["name"] == name).unwrap().clone()
}

async fn desk<'a>(bank: &'a Bank, installation: &str, name: &str) -> CustomerDesk<'a> {
    CustomerDesk::with_key(bank, installation, named(bank, name).await["api_key"].as_str().unwrap()).await
}

/// All payments of an account, oldest first.
async fn payments(desk: &CustomerDesk<'_>, account: u64) -> Vec<Value> {
    let mut path = Some(format!("/v1/user/{}/monetary-account/{account}/payment?count=200", desk.id));
    let mut payments = Vec::new();
    while let Some(next) = path {
        let page = desk.bank.get(&next).token(&desk.session).send().await.ok().json();
        payments.extend(page["Response"].as_array().unwrap().iter().map(|element| element["Payment"].clone()));
        path = page["Pagination"]["older_url"].as_str().map(str::to_owned);
    }
    payments.reverse();
    payments
}

#[tokio::test]
async fn a_customer_of_a_file_is_read_with_an_api_key() {
    let bank = Bank::start(options(EXAMPLE)).await;
    let installation = bank.install(0).await;
    let names: Vec<Value> = customers(&bank).await.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["person", "company", "empty", "strange", "noor", "fietsenmaker"]);

    let noor = desk(&bank, &installation, "noor").await;

    assert_eq!((noor.api_key.as_str(), noor.id, noor.account), ("sandbox_noor00000001", 200_001, 200_002));
    assert_eq!(noor.user["UserPerson"]["display_name"], "Noor Jansen");
    assert_eq!(noor.user["UserPerson"]["alias"][0]["value"], "noor@customers.example");
    let account = noor.fields(&format!("monetary-account/{}", noor.account)).await;
    assert_eq!(account["alias"][0]["value"], "NL66BUNQ2055667788");
    assert_eq!((&account["description"], &account["balance"]["value"]), (&json!("Current account"), &json!("1234.56")));
    let payments = payments(&noor, noor.account).await;
    let shown = |payment: &Value| {
        let [id, created, kind, sub_kind, description] =
            ["id", "created", "type", "sub_type", "description"].map(|field| payment[field].clone());
        let alias = &payment["counterparty_alias"];
        json!([
            id,
            created,
            payment["amount"]["value"],
            kind,
            sub_kind,
            alias["display_name"],
            alias["iban"],
            description
        ])
    };
    assert_eq!(
        payments.iter().map(shown).collect::<Vec<_>>(),
        [
            json!([
                200_003,
                "2026-03-27 09:00:00.000000",
                "2100.00",
                "EBA_SCT",
                "SCT",
                "Werkgever B.V.",
                "NL91ABNA0417164300",
                "Salaris maart"
            ]),
            json!([200_004, "2026-03-28 17:41:09.250000", "-23.75", "FIS", "PAYMENT", "Albert Heijn 1521", null, ""]),
            json!([
                200_005,
                "2026-03-30 12:00:00.000000",
                "-841.69",
                "EBA_SDD",
                "SDD",
                "Woonstichting De Linde",
                "NL29TRIO0000000001",
                "Huur april"
            ]),
        ]
    );
    let savings = noor.get("monetary-account-savings").await.ok().response(0)["MonetaryAccountSavings"].clone();
    assert_eq!(
        (&savings["savings_goal"]["value"], &savings["balance"]["value"]),
        (&json!("2000.00"), &json!("350.00"))
    );
}

#[tokio::test]
async fn the_same_file_gives_the_same_ids_with_and_without_a_state_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let first = Bank::start(stored(EXAMPLE, &path)).await;
    let shown = customers(&first).await;
    let installation = first.install(0).await;
    let noor = desk(&first, &installation, "noor").await;
    let before = payments(&noor, noor.account).await;
    let (session, account, id) = (noor.session.clone(), noor.account, noor.id);
    first.simulator.stop().await;

    let again = Bank::start(stored(EXAMPLE, &path)).await;
    let without = Bank::start(options(EXAMPLE)).await;

    assert_eq!((customers(&again).await, customers(&without).await), (shown.clone(), shown));
    let path = format!("/v1/user/{id}/monetary-account/{account}/payment");
    let after = again.get(&path).token(&session).send().await.ok().json();
    let after: Vec<&Value> = after["Response"].as_array().unwrap().iter().rev().map(|one| &one["Payment"]).collect();
    assert_eq!(after, before.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_may_grow_but_may_not_change_a_stored_customer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let mut file = person("eva", json!([{"balance": "10.00"}]));
    Bank::start(stored(&file.to_string(), &path)).await.simulator.stop().await;

    file["customers"].as_array_mut().unwrap().insert(0, person("jan", json!([]))["customers"][0].clone());
    let grown = Bank::start(stored(&file.to_string(), &path)).await;
    let (eva, jan) = (named(&grown, "eva").await, named(&grown, "jan").await);
    grown.simulator.stop().await;
    file["customers"][1]["accounts"][0]["balance"] = json!("11.00");
    let error = Simulator::start(stored(&file.to_string(), &path)).await.unwrap_err();

    assert_eq!((&eva["id"], &jan["id"]), (&json!(200_001), &json!(200_004)));
    let StartError::Customers { source, .. } = &error else { panic!("{error}") };
    assert_eq!((source.customer.as_deref(), source.kind), (Some("eva"), CustomersErrorKind::Conflict));
}

#[tokio::test]
async fn customers_that_a_switch_adds_are_shown_and_stay() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let options = || Options { state_file: Some(path.clone()), ..Options::default() };
    let first = Bank::start(options()).await;
    let accounts = json!([
        {"description": "Daily", "balance": "100.00", "payments": [{"amount": "-2.50", "counterparty": "Bakker"}]},
        {"kind": "external", "balance": "7.00", "iban": "NL91ABNA0417164300"},
    ]);

    let reply = post(&first, &person("eva", accounts).to_string()).await;

    assert_eq!(reply.status, 201, "{}", reply.text);
    let eva = reply.json()["customers"][0].clone();
    let api_key = eva["api_key"].as_str().unwrap();
    assert!(api_key.starts_with("sandbox_") && api_key.len() == 64);
    assert_eq!((&eva["id"], &eva["kind"]), (&json!(200_001), &json!("UserPerson")));
    let daily = json!({"id": 200_002, "kind": "MonetaryAccountBank", "description": "Daily",
        "iban": eva["accounts"][0]["iban"], "balance": "100.00", "payments": 1});
    let external = json!({"id": 200_004, "kind": "MonetaryAccountExternal", "description": "bunq account",
        "iban": "NL91ABNA0417164300", "balance": "7.00", "payments": 0});
    assert_eq!(eva["accounts"], json!([daily, external]));
    assert_eq!(eva["accounts"][0]["iban"].as_str().unwrap().get(4..), Some("BUNQ2100200002"));
    let installation = first.install(0).await;
    let mut desk = desk(&first, &installation, "eva").await;
    desk.fund().await;
    let (session, account, id) = (std::mem::take(&mut desk.session), desk.account, desk.id);
    first.simulator.stop().await;

    let again = Bank::start(options()).await;

    let path = format!("/v1/user/{id}/monetary-account/{account}");
    let account = again.get(&path).token(&session).send().await.ok().response(0);
    assert_eq!(account["MonetaryAccountBank"]["balance"]["value"], "600.00");
    let payments = again.get(&format!("{path}/payment")).token(&session).send().await.ok().json();
    assert_eq!(payments["Response"].as_array().unwrap().len(), 2);
    assert_eq!(post(&again, &person("eva", json!([])).to_string()).await.status, 409);
}

#[tokio::test]
async fn a_state_file_of_an_older_version_takes_customers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    Bank::start(stored("{\"customers\": []}", &path)).await.simulator.stop().await;
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(state["books"].as_object_mut().unwrap().remove("own_customers").is_some());
    std::fs::write(&path, state.to_string()).unwrap();

    let bank = Bank::start(stored(EXAMPLE, &path)).await;

    assert_eq!(named(&bank, "noor").await["id"], 200_001);
}

#[tokio::test]
async fn a_built_in_customer_gets_an_api_key_by_a_switch() {
    let bank = bank().await;
    let installation = bank.install(0).await;
    assert_eq!(named(&bank, "person").await["api_key"], Value::Null);

    let given = bank.switch("api-key", json!({"customer": "person"})).await.json();

    assert_eq!(named(&bank, "person").await["api_key"], given["api_key"]);
    let person = desk(&bank, &installation, "person").await;
    assert_eq!(person.id, 50_101);
    assert_eq!(person.balance(60_101).await, "1843.27");
    assert_eq!(bank.post("/_simulator/api-key", json!({"customer": "nobody"})).send().await.status, 404);
}
