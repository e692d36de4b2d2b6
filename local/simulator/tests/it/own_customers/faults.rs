//! Files of customers that are refused, and the text of the error.

use bunq_simulator::{Simulator, StartError};
use serde_json::json;

use super::{customers, options, person, post};
use crate::client::bank;

#[tokio::test]
async fn a_conflict_adds_no_customer_at_all() {
    let bank = bank().await;
    let before = customers(&bank).await;
    let taken = [
        (json!({"name": "person"}), "the name \"person\""),
        (json!({"id": 50_101}), "the user id 50101"),
        (json!({"mail_address": "Sanne@customers.example"}), "the mail address"),
        (json!({"name": "first"}), "the name \"first\""),
        (json!({"accounts": [{"id": 60_101}]}), "the account id 60101"),
        (json!({"accounts": [{"iban": "NL28BUNQ2091447310"}]}), "the IBAN \"NL28BUNQ2091447310\""),
        (json!({"accounts": [{"iban": "NL66BUNQ2055667788"}, {"iban": "NL66BUNQ2055667788"}]}), "the IBAN"),
        (json!({"accounts": [{"phone_number": "+31612345678"}]}), "the telephone number"),
        (json!({"api_key": "sandbox_ofthefirst"}), "this API key"),
        (
            json!({"accounts": [{"first_payment_id": 110_320, "payments": [{"amount": "1", "counterparty": "A"}]}]}),
            "payment ids",
        ),
    ];
    for (changes, words) in taken {
        let mut second = json!({"name": "second", "company": {"name": "Twee B.V.", "director": "Jan Smit"}});
        second.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let mut file = person("first", json!([]));
        file["customers"][0]["api_key"] = json!("sandbox_ofthefirst");
        file["customers"].as_array_mut().unwrap().push(second);

        let reply = post(&bank, &file.to_string()).await;

        assert_eq!(reply.status, 409, "{}", reply.text);
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(customers(&bank).await, before);
    assert_eq!(post(&bank, &person("first", json!([])).to_string()).await.json()["customers"][0]["id"], 200_001);
}

/// Accounts that are wrong, and a part of the error.
const WRONG_ACCOUNTS: [(&str, &str); 25] = [
    (r#"{"iban": "NL66BUNQ2055667789"}"#, "check digits"),
    (r#"{"iban": "NL91ABNA0417164300"}"#, "an IBAN of bunq"),
    (r#"{"iban": "BUNQ"}"#, "not an IBAN"),
    (r#"{"iban": "NL66BUNQ2100200003"}"#, "assigned by the simulator"),
    (r#"{"balance": "1.234"}"#, "not an amount"),
    (r#"{"balance": "1,50"}"#, "not an amount"),
    (r#"{"balance": 12.5}"#, "expected a string"),
    (r#"{"balance": "-1.00"}"#, "below zero"),
    (r#"{"saldo": "1.00"}"#, "unknown field `saldo`"),
    (r#"{"kind": "current"}"#, "unknown variant `current`"),
    (r#"{"kind": "joint"}"#, "needs a partner"),
    (r#"{"partner": "Jan"}"#, "only a joint account"),
    (r#"{"goal": "10.00"}"#, "only a savings account"),
    (r#"{"color": "orange"}"#, "not a color"),
    (r#"{"phone_number": "0612345678"}"#, "not a number"),
    (r#"{"created": "31-03-2026"}"#, "not a time"),
    (r#"{"id": 200001}"#, "from 1 to 200000"),
    (
        r#"{"balance": "1.00", "payments": [{"amount": "2.00", "counterparty": "A"}]}"#,
        "before the first one it would be -1.00",
    ),
    (r#"{"balance": "1.00", "opening_balance": "5.00"}"#, "give 5.00, not the balance 1.00"),
    (r#"{"opening_balance": "1.00", "payments": [{"amount": "-2.00", "counterparty": "A"}]}"#, "-1.00, below zero"),
    (
        r#"{"balance": "9.00", "opening_balance": "1.00", "payments": [{"amount": "-2.00", "counterparty": "A"},
        {"amount": "10.00", "counterparty": "A"}]}"#,
        "payment 1 does not fit the balance",
    ),
    (r#"{"payments": [{"amount": "0.00", "counterparty": "A"}]}"#, "payment 1 has the amount 0.00"),
    (
        r#"{"payments": [{"amount": "1", "counterparty": "A", "created": "2026-03-31"},
        {"amount": "1", "counterparty": "A", "created": "2026-03-30"}]}"#,
        "oldest first",
    ),
    (r#"{"generated": {"count": 5, "lines": "household"}}"#, "needs a balance"),
    (r#"{"kind": "external", "payments": [{"amount": "1.00", "counterparty": "A"}]}"#, "at another bank"),
];

/// Histories that are wrong, and a part of the error.
const WRONG_HISTORIES: [(&str, &str); 5] = [
    (r#"{"count": 0, "lines": "household"}"#, "from 1 to 730"),
    (r#"{"count": 731, "lines": "household"}"#, "from 1 to 730"),
    (r#"{"count": 5, "lines": "nothing"}"#, "no lines of the name \"nothing\""),
    (r#"{"count": 5, "lines": "none"}"#, "are empty"),
    (r#"{"count": 5, "lines": "turned"}"#, "is no range"),
];

/// Files that are wrong, and the error without its start.
const WRONG_FILES: [(&str, &str); 13] = [
    ("{\n\"customers\": [}", "line 2: expected value"),
    ("[]", "line 1: the file must be an object"),
    ("{}", "line 1: missing field `customers`"),
    ("{\"customers\": [],\n\"people\": []}", "line 2: unknown field `people`"),
    ("{\"customers\": [\n{\"name\": \"a\",\n\"persoon\": {}}]}", "line 3, customer \"a\": unknown field `persoon`"),
    ("{\"customers\": [\n\n{\"name\": \"a\"}]}", "line 3, customer \"a\": a customer has either"),
    ("{\"customers\": [{\"name\": \"A b\"}]}", "line 1, customer \"A b\": the name must be"),
    ("{\"customers\": [{\"name\": \"\"}]}", "line 1, customer \"\": the name must be"),
    ("{\"customers\": [{\"name\": \"psp\"}]}", "line 1, customer \"psp\": the simulator itself"),
    ("{\"customers\": [{\"name\": \"sandbox-7\"}]}", "line 1, customer \"sandbox-7\": the simulator itself"),
    (
        "{\"customers\": [{\"name\": \"a\", \"person\": {\"first_name\": \"\", \"last_name\": \"\"}}]}",
        "line 1, customer \"a\": the names",
    ),
    (
        "{\"customers\": [{\"name\": \"a\", \"company\": {\"name\": \"A\", \"director\": \"B\"}, \"api_key\": \"live_12345678\"}]}",
        "line 1, customer \"a\": the API key must be sandbox_",
    ),
    (
        "{\"customers\": [{\"name\": \"a\", \"mail_address\": \"a\", \"company\": {\"name\": \"A\", \"director\": \"B\"}}]}",
        "line 1, customer \"a\": \"a\" is not a mail address",
    ),
];

#[tokio::test]
async fn an_error_names_the_line_the_customer_and_the_account() {
    let bank = bank().await;
    let refused = async |file: &str, start: &str, words: &str| {
        let reply = post(&bank, file).await;
        assert_eq!(reply.status, 400, "{file}: {}", reply.text);
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(error.starts_with(start) && error.contains(words), "{file}: {error}");
    };
    let file = |account: &str| {
        format!(
            "{{\"lines\": {{\"none\": [], \"turned\": [{{\"least\": \"2\", \"most\": \"1\", \"counterparty\": \"A\"}}]}},\n\
             \"customers\": [\n\
             {{\"name\": \"good\", \"company\": {{\"name\": \"A\", \"director\": \"B\"}}}},\n\
             {{\"name\": \"jan\", \"person\": {{\"first_name\": \"Jan\", \"last_name\": \"Smit\"}}, \"accounts\": [\n\
             {{\"description\": \"First\"}},\n\
             {account}]}}]}}"
        )
    };
    for (account, words) in WRONG_ACCOUNTS {
        let account = account.replacen('{', "{\"description\": \"Second\", ", 1);
        refused(&file(&account), "line 6, customer \"jan\", account \"Second\": ", words).await;
    }
    for (history, words) in WRONG_HISTORIES {
        let account = format!("{{\"description\": \"Second\", \"balance\": \"9.00\", \"generated\": {history}}}");
        refused(&file(&account), "line 6, customer \"jan\", account \"Second\": ", words).await;
    }
    for (file, start) in WRONG_FILES {
        refused(file, start, "").await;
    }
    assert_eq!(customers(&bank).await.as_array().unwrap().len(), 4);

    let error = Simulator::start(options(&file("{\"iban\": \"NL00\"}"))).await.unwrap_err();
    let StartError::Customers { name, source } = error else { panic!("{error}") };
    assert_eq!((name.as_str(), source.line, source.customer.as_deref()), ("customers.json", 6, Some("jan")));
}
