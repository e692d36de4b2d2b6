//! The indexes over the connections, through AWS's own client.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, IndexStatus, KeyType, ProjectionType, PutRequest, TableDescription, WriteRequest,
};

use crate::client::{CONNECTIONS, EPHEMERA, dynamodb, n, s, start, start_in};

const BY_TIME: &str = "connections_by_time";
const BY_REFERENCE: &str = "connections_by_reference";

type Item = HashMap<String, AttributeValue>;

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

/// Fills the table with connections, given as (id, time).
async fn fill(client: &Client, connections: &[(usize, String)]) {
    for part in connections.chunks(25) {
        let writes = part.iter().map(|(id, time)| {
            let put = PutRequest::builder().item("pk", s(&format!("USER#{id:03}"))).item("listed", s("yes"));
            let put = put.item("connected_at", s(time)).item("reference", s("a")).item("access_token", s("sealed"));
            WriteRequest::builder().put_request(put.build().unwrap()).build()
        });
        let written = client.batch_write_item().request_items(CONNECTIONS, writes.collect()).send().await.unwrap();
        assert!(written.unprocessed_items().unwrap().is_empty());
    }
}

/// One page of an index, the newest items first, and the start key of the next page.
async fn page(client: &Client, index: &str, limit: i32, start: Option<Item>) -> (Vec<Item>, Option<Item>) {
    let (attribute, value) = if index == BY_TIME { ("listed", "yes") } else { ("reference", "a") };
    let query = client.query().table_name(CONNECTIONS).index_name(index).key_condition_expression("#a = :a");
    let query = query.expression_attribute_names("#a", attribute).expression_attribute_values(":a", s(value));
    let query = query.limit(limit).scan_index_forward(false).set_exclusive_start_key(start);
    let page = query.send().await.unwrap();
    (page.items().to_vec(), page.last_evaluated_key().cloned())
}

async fn pages(client: &Client, index: &str, limit: i32) -> Vec<Vec<Item>> {
    let (mut pages, mut start) = (Vec::new(), None);
    loop {
        let (items, next) = page(client, index, limit, start).await;
        pages.push(items);
        match next {
            Some(next) => start = Some(next),
            None => return pages,
        }
    }
}

/// A table's indexes by name, with the attributes of their keys.
fn indexes(table: &TableDescription) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<_> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            assert_eq!(index.index_status(), Some(&IndexStatus::Active));
            assert_eq!(index.projection().unwrap().projection_type(), Some(&ProjectionType::KeysOnly));
            assert_eq!(index.key_schema()[0].key_type(), &KeyType::Hash);
            assert_eq!(index.key_schema()[1].key_type(), &KeyType::Range);
            let key: Vec<_> = index.key_schema().iter().map(|it| it.attribute_name()).collect();
            (index.index_name().unwrap(), key)
        })
        .collect();
    found.sort();
    found
}

fn attributes(table: &TableDescription) -> BTreeSet<&str> {
    table.attribute_definitions().iter().map(|it| it.attribute_name()).collect()
}

#[tokio::test]
async fn the_indexes_are_as_the_template_makes_them() {
    let aws = start().await;
    let client = dynamodb(&aws);

    let made = client.describe_table().table_name(CONNECTIONS).send().await.unwrap().table.unwrap();
    let other = client.describe_table().table_name(EPHEMERA).send().await.unwrap().table.unwrap();

    assert_eq!(
        indexes(&made),
        [(BY_REFERENCE, vec!["reference", "connected_at"]), (BY_TIME, vec!["listed", "connected_at"])]
    );
    assert_eq!(attributes(&made), BTreeSet::from(["connected_at", "listed", "pk", "reference"]));
    assert_eq!(
        indexes(&other),
        [
            ("consents_by_reference", vec!["listed_reference", "listed_at"]),
            ("consents_by_time", vec!["listed", "listed_at"])
        ]
    );
    assert_eq!(attributes(&other), BTreeSet::from(["listed", "listed_at", "listed_reference", "pk"]));
}

#[tokio::test]
async fn pages_hold_every_item_once_and_the_newest_first() {
    let aws = start().await;
    let client = dynamodb(&aws);
    // The order of the writes differs from the order of the times.
    let time = |id: usize| format!("2026-11-22T10:{:02}:{:02}Z", id / 60, id % 60);
    let connections: Vec<_> = (0..250).map(|number| (number * 7) % 250).map(|id| (id, time(id))).collect();
    fill(&client, &connections).await;

    for index in [BY_TIME, BY_REFERENCE] {
        let pages = pages(&client, index, 40).await;

        let sizes: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [40, 40, 40, 40, 40, 40, 10], "{index}");
        let found: Vec<_> = pages.iter().flatten().map(|item| text(item, "pk").to_owned()).collect();
        let newest_first: Vec<_> = (0..250).rev().map(|id| format!("USER#{id:03}")).collect();
        assert_eq!(found, newest_first, "{index}");
    }
}

#[tokio::test]
async fn pages_hold_every_item_once_where_times_are_the_same() {
    let aws = start().await;
    let client = dynamodb(&aws);
    // Three times for 250 items: each page but the first starts among equals.
    let connections: Vec<_> = (0..250).map(|id| (id, format!("2026-11-22T10:00:0{}Z", id % 3))).collect();
    fill(&client, &connections).await;

    for (index, limit) in [(BY_TIME, 40), (BY_REFERENCE, 40), (BY_TIME, 1), (BY_TIME, 250), (BY_REFERENCE, 1000)] {
        let found: Vec<Item> = pages(&client, index, limit).await.concat();

        let times: Vec<_> = found.iter().map(|item| text(item, "connected_at")).collect();
        assert!(times.is_sorted_by(|one, next| one >= next), "{index} {limit}");
        let keys: BTreeSet<_> = found.iter().map(|item| text(item, "pk")).collect();
        assert_eq!((found.len(), keys.len()), (250, 250), "{index} {limit}");
    }
}

#[tokio::test]
async fn a_page_can_start_after_an_item_that_is_gone() {
    let aws = start().await;
    let client = dynamodb(&aws);
    let connections: Vec<_> = (0..10).map(|id| (id, format!("2026-11-22T10:00:0{}Z", id / 5))).collect();
    fill(&client, &connections).await;
    let (first, start) = page(&client, BY_TIME, 4, None).await;

    let last = first.last().unwrap()["pk"].clone();
    client.delete_item().table_name(CONNECTIONS).key("pk", last).send().await.unwrap();
    let (second, _) = page(&client, BY_TIME, 10, start).await;

    let keys: BTreeSet<_> = first.iter().chain(&second).map(|item| text(item, "pk").to_owned()).collect();
    assert_eq!((first.len(), second.len(), keys.len()), (4, 6, 10));
}

#[tokio::test]
async fn an_index_holds_keys_only_and_of_items_that_have_them() {
    let aws = start().await;
    let client = dynamodb(&aws);
    fill(&client, &[(1, "2026-11-22T10:00:00Z".to_owned()), (2, "2026-11-22T10:00:01Z".to_owned())]).await;
    client.put_item().table_name(CONNECTIONS).item("pk", s("GRANTED#1")).send().await.unwrap();

    let update = client.update_item().table_name(CONNECTIONS).key("pk", s("USER#002"));
    let update = update.update_expression("REMOVE listed, #reference");
    update.expression_attribute_names("#reference", "reference").send().await.unwrap();

    let (by_time, _) = page(&client, BY_TIME, 10, None).await;
    let (by_reference, _) = page(&client, BY_REFERENCE, 10, None).await;
    assert_eq!((by_time.len(), by_reference.len()), (1, 1));
    let names = |item: &Item| item.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&by_time[0]), ["connected_at", "listed", "pk"].map(str::to_owned).into());
    assert_eq!(names(&by_reference[0]), ["connected_at", "pk", "reference"].map(str::to_owned).into());
}

#[tokio::test]
async fn an_item_whose_key_has_another_type_is_refused() {
    let aws = start().await;
    let client = dynamodb(&aws);

    let put = client.put_item().table_name(CONNECTIONS).item("pk", s("USER#1")).item("listed", s("yes"));
    let refused = put.item("connected_at", n(1_790_000_000)).send().await.unwrap_err().into_service_error();

    assert_eq!(refused.meta().code(), Some("ValidationException"));
}

#[tokio::test]
async fn an_index_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let connections: Vec<_> = (0..30).map(|id| (id, format!("2026-11-22T10:00:{id:02}Z"))).collect();
    fill(&dynamodb(&aws), &connections).await;
    let before = pages(&dynamodb(&aws), BY_TIME, 7).await;

    aws.stop().await;
    let aws = start_in(folder.path()).await;

    assert_eq!(pages(&dynamodb(&aws), BY_TIME, 7).await, before);
    delete_all(&dynamodb(&aws), &before.concat()).await;
    assert_eq!(page(&dynamodb(&aws), BY_TIME, 7, None).await, (Vec::new(), None));
}

async fn delete_all(client: &Client, items: &[Item]) {
    for item in items {
        client.delete_item().table_name(CONNECTIONS).key("pk", item["pk"].clone()).send().await.unwrap();
    }
}
