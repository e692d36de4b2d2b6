//! Items and secrets that a person changed, or that another version has written.

use serde_json::{Value, json};
use testkit::events;

use super::deployment::Deployment;
use crate::harness::{Corpus, Limits, fuzz, prepare};

/// Operations that read what the stores hold, each with other items.
const READS: [&str; 9] = [
    "list_users",
    "find_connection",
    "list_accounts",
    "list_consents",
    "find_consent",
    "begin_consent",
    "claim_consent",
    "complete_consent",
    "create_draft_payment",
];

fn requests(deployment: &Deployment) -> Vec<Value> {
    let generated = events::generated();
    let of = |name: &&str| {
        generated.iter().find(|(path, _)| path.ends_with(&format!("/{name}.json"))).map(|(_, event)| event)
    };
    let found: Vec<_> = READS.iter().filter_map(of).collect();
    let fill =
        |event: &&Value| serde_json::from_str(&events::fill(&event.to_string(), &deployment.journey.places)).unwrap();
    found.iter().map(fill).collect()
}

#[test]
fn an_odd_item_or_secret_is_answered_without_a_panic() {
    let mut deployment = prepare(Deployment::start);
    odd_items(&mut deployment);
    odd_secrets(&mut deployment);
}

fn odd_items(deployment: &mut Deployment) {
    let requests = requests(deployment);
    let scan = |deployment: &Deployment, table: &str| -> Vec<Value> {
        let items = deployment.runtime.block_on(deployment.journey.app.scan(table));
        items.into_iter().map(|item| json!({ "TableName": table, "Item": item })).collect()
    };
    let puts = [scan(deployment, "connections"), scan(deployment, "ephemera")].concat();
    let corpus = Corpus::new(puts.iter().map(|put| put.to_string().into_bytes()).collect());
    fuzz("stored_items", 60, &corpus, Limits::WHOLE, |input| {
        let Ok(put) = serde_json::from_slice::<Value>(input) else { return false };
        let call = |deployment: &Deployment, target: &str, body: Value| {
            let target = format!("DynamoDB_20120810.{target}");
            deployment.runtime.block_on(deployment.journey.app.aws_call(&target, body))
        };
        let key = |put: &Value| (put["TableName"].clone(), put["Item"]["pk"].clone());
        if !key(&put).1.is_object() || call(deployment, "PutItem", put.clone()) != json!({}) {
            return false;
        }
        deployment.restart();
        let answers: Vec<_> = requests.iter().map(|event| deployment.answer(event.clone()).unwrap()).collect();
        // The item is as before for the next input.
        call(deployment, "DeleteItem", json!({ "TableName": put["TableName"], "Key": { "pk": put["Item"]["pk"] } }));
        for original in puts.iter().filter(|original| key(original) == key(&put)) {
            assert_eq!(call(deployment, "PutItem", original.clone()), json!({}));
        }
        answers.iter().any(|answer| answer["statusCode"].as_u64() >= Some(500))
    });
}

fn odd_secrets(deployment: &mut Deployment) {
    let mut requests = requests(deployment);
    requests.truncate(3);
    let secrets = deployment.runtime.block_on(deployment.journey.app.secrets());
    let named = secrets.iter().map(|(name, content)| json!({ "name": name, "content": content }).to_string().into());
    let corpus = Corpus::new(named.collect::<Vec<Vec<u8>>>());
    fuzz("stored_secrets", 60, &corpus, Limits::WHOLE, |input| {
        let Ok(written) = serde_json::from_slice::<Value>(input) else { return false };
        let Some(content) = written["name"].as_str().and_then(|name| secrets.get(name)) else { return false };
        let name = written["name"].as_str().and_then(|name| name.strip_prefix("test/")).unwrap();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let write = |deployment: &Deployment, text: &str| {
            deployment.runtime.block_on(deployment.journey.app.write_secret(name, text));
        };
        write(deployment, &text(&written["content"]));
        deployment.restart();
        let status = deployment.runtime.block_on(deployment.journey.app.setup(json!({ "action": "status" })));
        let answers: Vec<_> = requests.iter().map(|event| deployment.answer(event.clone()).unwrap()).collect();
        write(deployment, &text(content));
        status.is_err() || answers.iter().any(|answer| answer["statusCode"].as_u64() >= Some(500))
    });
}
