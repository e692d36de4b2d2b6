//! What a role may write by an update. An update creates a missing item. So a permission for updates allows items of
//! any content, unless it names the attributes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use testkit::TestApp;

use crate::{aws_log::Access, deployment::GROUPS, roles::grants, template};

const ACTION: &str = "dynamodb:UpdateItem";
/// The attributes that decide whether a key is valid, for which workspace, and for which scopes.
const OF_ACCESS: [&str; 6] = ["hash", "id", "scopes", "workspace", "created_at", "expires_at"];

fn update(key: &str, attributes: impl IntoIterator<Item = String>) -> Access {
    let attributes: BTreeSet<_> = attributes.into_iter().chain(["pk".to_owned()]).collect();
    Access { action: ACTION.to_owned(), resource: "connections".to_owned(), keys: [key.to_owned()].into(), attributes }
}

async fn write(app: &TestApp, pk: &Value, attributes: Map<String, Value>) {
    let (mut sets, mut names, mut values) = (Vec::new(), Map::new(), Map::new());
    for (at, (name, value)) in attributes.into_iter().enumerate() {
        sets.push(format!("#n{at} = :v{at}"));
        names.insert(format!("#n{at}"), json!(name));
        values.insert(format!(":v{at}"), value);
    }
    let body = json!({
        "TableName": "connections", "Key": { "pk": pk }, "UpdateExpression": format!("SET {}", sets.join(", ")),
        "ExpressionAttributeNames": names, "ExpressionAttributeValues": values,
    });
    let answer = app.aws_call("DynamoDB_20120810.UpdateItem", body).await;
    assert!(answer.get("__type").is_none(), "{answer}");
}

#[test]
fn every_permission_to_update_names_its_attributes() {
    let resources = template::resources();
    let mut updates = 0;
    for group in GROUPS {
        for grant in grants(&resources, group).into_iter().filter(|grant| grant.action == ACTION) {
            updates += 1;
            assert!(grant.attributes.contains(&"pk".to_owned()), "{group}: {grant:?}");
            let deciding = grant.attributes.iter().find(|name| OF_ACCESS.contains(&name.as_str()));
            // In sessions, consents and logs of deliveries, `expires_at` is DynamoDB's own time to live, and a log's
            // `workspace` is that of an event.
            let is_log = grant.resource == "events" && grant.keys == ["LOG#*"];
            assert!(deciding.is_none() || grant.resource == "ephemera" || is_log, "{group}: {grant:?}");
        }
    }
    assert!(updates > 10, "{updates}");
}

#[tokio::test]
async fn no_update_that_a_role_allows_makes_an_api_key() {
    const ROUTE: &str = "/user/00000000-0000-4000-8000-000000000000/accounts";
    let resources = template::resources();
    let app = TestApp::start().await;
    let (_, key) = app.create_api_key(&["accounts"]).await;
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
    let items = app.scan("connections").await.into_iter();
    let whole: Vec<_> = items.filter(|item| item["name"]["S"] == "test").collect();
    let [Value::Object(whole)] = whole.as_slice() else { panic!("{whole:?}") };
    let (mut attributes, pk) = (whole.clone(), whole["pk"].clone());
    attributes.remove("pk");
    let name = pk["S"].as_str().unwrap();

    // No role may write all attributes at once. If one could, the item would be a key.
    let everything = update(name, attributes.keys().cloned());
    let mut tried = 0;
    for group in GROUPS {
        for grant in grants(&resources, group) {
            assert!(!grant.allows(&everything), "{group}: {grant:?}");
            if !grant.allows(&update(name, [])) {
                continue;
            }
            // Writes as many attributes as it allows, to an item that does not exist.
            tried += 1;
            let delete = json!({ "TableName": "connections", "Key": { "pk": pk } });
            app.aws_call("DynamoDB_20120810.DeleteItem", delete).await;
            let time = json!({ "S": "2026-01-01T00:00:00Z" });
            let written = grant.attributes.iter().filter(|name| !["pk", "ids"].contains(&name.as_str()));
            let written = written.map(|name| (name.clone(), attributes.get(name).unwrap_or(&time).clone()));
            write(&app, &pk, written.collect()).await;
            app.clock.advance(61);
            app.get_with_key(ROUTE, &key).await.problem(401, "api_key_invalid");
        }
    }
    assert!(tried >= 5, "four functions note the use of a key, and the setup revokes one: {tried}");
    write(&app, &pk, attributes.into_iter().filter(|(name, _)| name != "revoked_at").collect()).await;
    let remove = json!({ "TableName": "connections", "Key": { "pk": pk }, "UpdateExpression": "REMOVE revoked_at" });
    app.aws_call("DynamoDB_20120810.UpdateItem", remove).await;
    app.clock.advance(61);
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
}
