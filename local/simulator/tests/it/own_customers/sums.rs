//! The payments of an account and its balance agree.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{EXAMPLE, desk, options, payments, person, post};
use crate::client::{Bank, bank};
use crate::customer_desk::CustomerDesk;

fn cents(text: &Value) -> i64 {
    text.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// Asserts that the payments of every account lead from the opening balance to the balance. Returns their number.
async fn assert_sums(desk: &CustomerDesk<'_>, openings: &[(&str, i64)]) -> usize {
    let accounts = desk.get("monetary-account?count=200").await.ok().json();
    let mut count = 0;
    for account in accounts["Response"].as_array().unwrap() {
        let account = account.as_object().unwrap().values().next().unwrap();
        let payments = payments(desk, account["id"].as_u64().unwrap()).await;
        let description = account["description"].as_str().unwrap_or_default();
        let known = openings.iter().find(|(of, _)| *of == description);
        let Some(mut balance) = known.map(|(_, cents)| *cents) else {
            assert_eq!(payments.len(), 0, "{description}");
            continue;
        };
        for payment in &payments {
            balance += cents(&payment["amount"]["value"]);
            assert_eq!(cents(&payment["balance_after_mutation"]["value"]), balance, "{payment}");
            assert!(balance >= 0, "{payment}");
        }
        assert_eq!(balance, cents(&account["balance"]["value"]), "{description}");
        count += payments.len();
    }
    count
}

#[tokio::test]
async fn the_payments_of_every_account_add_up_to_its_balance() {
    let bank = Bank::start(options(EXAMPLE)).await;
    let installation = bank.install(0).await;
    for customer in ["person", "company", "strange"] {
        bank.switch("api-key", json!({"customer": customer})).await;
    }
    let built_in = ["Huishouden", "Vaste lasten", "Samen thuis", "Zomer in Zeeland", "Travel Card"];
    let built_in = built_in.into_iter().chain(["Zakelijke rekening", "Kassa", "BTW", "Betaalrekening"]);
    let openings: Vec<(&str, i64)> = built_in.map(|description| (description, 0)).chain([("Hologram", 0)]).collect();

    assert_eq!(assert_sums(&desk(&bank, &installation, "person").await, &openings).await, 530);
    assert_eq!(assert_sums(&desk(&bank, &installation, "company").await, &openings).await, 203);
    assert_eq!(assert_sums(&desk(&bank, &installation, "strange").await, &openings).await, 25);
    let openings = [("Current account", 0), ("Holiday", 35_000)];
    assert_eq!(assert_sums(&desk(&bank, &installation, "noor").await, &openings).await, 3);
    let openings = [("Till", 250_000), ("Household", 0)];
    assert_eq!(assert_sums(&desk(&bank, &installation, "fietsenmaker").await, &openings).await, 160);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_payments_that_fit_the_balance_add_up_to_it(
        opening in 0_i64..100_000,
        amounts in prop::collection::vec(prop_oneof![-50_000_i64..0, 1_i64..50_000], 0..30),
        count in 1_u32..=730,
    ) {
        let text = |cents: i64| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
        let lowest = amounts.iter().scan(opening, |balance, cents| { *balance += cents; Some(*balance) }).min();
        let balance = opening + amounts.iter().sum::<i64>();
        let listed: Vec<Value> =
            amounts.iter().map(|cents| json!({"amount": text(*cents), "counterparty": "A"})).collect();
        let accounts = json!([
            {"description": "listed", "balance": text(balance), "payments": listed},
            {"description": "generated", "balance": "77.77", "generated": {"count": count, "lines": "business"}},
        ]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bank = bank().await;
            let reply = post(&bank, &person("eva", accounts).to_string()).await;
            if balance < 0 || lowest.is_some_and(|lowest| lowest < 0) {
                assert_eq!(reply.status, 400, "{}", reply.text);
                return;
            }
            assert_eq!(reply.status, 201, "{}", reply.text);
            let installation = bank.install(0).await;
            let eva = desk(&bank, &installation, "eva").await;
            let sums = assert_sums(&eva, &[("listed", opening), ("generated", 0)]).await;
            assert_eq!(sums, amounts.len() + count as usize);
        });
    }
}
