//! Deleted and overwritten data is immediately in no byte of any file.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, DeleteRequest, Put, TransactWriteItem, Update, WriteRequest};

use crate::client::{CONNECTIONS, dynamodb, s, secrets, start_in};

/// A unique text of 64 characters.
fn marker() -> String {
    let part = || format!("{:016x}", RandomState::new().build_hasher().finish());
    [part(), part(), part(), part()].concat()
}

/// The files of a folder that contain a text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: &Path| fs::read(path).unwrap().windows(text.len()).any(|it| it == text.as_bytes());
    let found = entries.filter(|path| holds(path));
    let mut names: Vec<_> = found.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// The number of the texts that are in a file of the folder.
fn count_in(folder: &Path, texts: &[String]) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let content: Vec<u8> = entries.flat_map(|path| fs::read(path).unwrap()).collect();
    let content = String::from_utf8_lossy(&content);
    texts.iter().filter(|text| content.contains(text.as_str())).count()
}

/// Puts a connection that is in both indexes, with a sealed token.
async fn put(client: &Client, pk: &str, reference: &str, token: &str) {
    let put = client.put_item().table_name(CONNECTIONS).item("pk", s(pk)).item("listed", s("yes"));
    let put = put.item("connected_at", s("2026-11-22T10:00:00Z")).item("reference", s(reference));
    put.item("access_token", s(token)).send().await.unwrap();
}

async fn delete(client: &Client, pk: &str) {
    client.delete_item().table_name(CONNECTIONS).key("pk", s(pk)).send().await.unwrap();
}

#[tokio::test]
async fn a_deleted_item_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let [pk, reference, token] = [marker(), marker(), marker()];
    put(&client, &pk, &reference, &token).await;
    for text in [&pk, &reference, &token] {
        assert_eq!(files_with(folder.path(), text), ["dynamodb.sqlite"]);
    }

    delete(&client, &pk).await;

    for text in [&pk, &reference, &token] {
        assert_eq!(files_with(folder.path(), text), [""; 0], "while it runs");
    }
    aws.stop().await;
    for text in [&pk, &reference, &token] {
        assert_eq!(files_with(folder.path(), text), [""; 0], "after it has stopped");
    }
}

#[tokio::test]
async fn what_a_tombstone_leaves_out_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let [reference, token] = [marker(), marker()];
    put(&client, "USER#1", &reference, &token).await;
    assert_eq!(files_with(folder.path(), &reference), ["dynamodb.sqlite"]);

    let update = client.update_item().table_name(CONNECTIONS).key("pk", s("USER#1"));
    let update = update.update_expression("SET ended_at = :now REMOVE access_token, #reference, listed");
    let update = update.expression_attribute_names("#reference", "reference");
    update.expression_attribute_values(":now", s("2026-11-22T11:00:00Z")).send().await.unwrap();

    assert_eq!(files_with(folder.path(), "2026-11-22T11:00:00Z"), ["dynamodb.sqlite"]);
    for text in [&reference, &token] {
        assert_eq!(files_with(folder.path(), text), [""; 0], "while it runs");
    }
    aws.stop().await;
    for text in [&reference, &token] {
        assert_eq!(files_with(folder.path(), text), [""; 0], "after it has stopped");
    }
}

#[tokio::test]
async fn every_way_to_overwrite_and_delete_erases() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let markers: Vec<String> = (0..5).map(|_| marker()).collect();
    for (number, token) in markers.iter().enumerate() {
        put(&client, &format!("USER#{number}"), "a", token).await;
    }
    assert_eq!(count_in(folder.path(), &markers), 5);

    put(&client, "USER#0", "a", "another token").await;
    let key = |number: usize| ("pk", s(&format!("USER#{number}")));
    let (name, pk) = key(1);
    let over = Put::builder().table_name(CONNECTIONS).item(name, pk).build().unwrap();
    let (name, pk) = key(2);
    let update = Update::builder().table_name(CONNECTIONS).key(name, pk).update_expression("REMOVE access_token");
    let (name, pk) = key(3);
    let gone = Delete::builder().table_name(CONNECTIONS).key(name, pk).build().unwrap();
    let transaction = client.transact_write_items().transact_items(TransactWriteItem::builder().put(over).build());
    let transaction = transaction.transact_items(TransactWriteItem::builder().update(update.build().unwrap()).build());
    let transaction = transaction.transact_items(TransactWriteItem::builder().delete(gone).build());
    transaction.send().await.unwrap();
    assert_eq!(count_in(folder.path(), &markers), 1);
    let (name, pk) = key(4);
    let gone = DeleteRequest::builder().key(name, pk).build().unwrap();
    let batch = client.batch_write_item();
    batch.request_items(CONNECTIONS, vec![WriteRequest::builder().delete_request(gone).build()]).send().await.unwrap();

    assert_eq!(count_in(folder.path(), &markers), 0);
}

/// A database that works on its file leaves stale copies of moved rows, but only for some orders of changes.
#[tokio::test]
async fn no_order_of_changes_leaves_anything_behind() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let (mut live, mut gone) = (Vec::<(String, String)>::new(), Vec::new());
    for turn in 0..400 {
        let random = RandomState::new().build_hasher().finish();
        let pick = usize::try_from(random % 1_000_003).unwrap();
        let filled = |token: &str| token.to_owned() + &"x".repeat(pick % 1500);
        let known = (turn % 2 == 1 && !live.is_empty()).then(|| pick % live.len());
        match known {
            Some(index) if turn % 4 == 1 => {
                let token = marker();
                put(&client, &live[index].0, "a", &filled(&token)).await;
                gone.push(std::mem::replace(&mut live[index].1, token));
            }
            Some(index) => {
                let (pk, token) = live.swap_remove(index);
                delete(&client, &pk).await;
                gone.extend([pk, token]);
            }
            None => {
                let (pk, token) = (marker(), marker());
                put(&client, &pk, "a", &filled(&token)).await;
                live.push((pk, token));
            }
        }
    }

    let live: Vec<String> = live.into_iter().flat_map(|(pk, token)| [pk, token]).collect();
    assert_eq!(count_in(folder.path(), &live), live.len());
    assert_eq!((gone.len(), count_in(folder.path(), &gone)), (300, 0));
}

#[tokio::test]
async fn what_was_answered_to_many_at_once_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let write = |token: String| {
        let client = client.clone();
        tokio::spawn(async move {
            put(&client, &token, "a", &token).await;
            token
        })
    };
    let writes: Vec<_> = (0..40).map(|_| write(marker())).collect();

    for write in writes {
        let token = write.await.unwrap();
        let file = fs::read(folder.path().join("dynamodb.sqlite")).unwrap();
        assert!(String::from_utf8_lossy(&file).contains(&token));
    }
}

#[tokio::test]
async fn what_a_kill_left_of_a_write_is_gone_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    put(&dynamodb(&aws), "USER#1", "a", "b").await;
    aws.stop().await;
    let [draft, journal] = [marker(), marker()];
    fs::write(folder.path().join("dynamodb.sqlite.1.draft"), &draft).unwrap();
    fs::write(folder.path().join("dynamodb.sqlite.1.draft-journal"), &journal).unwrap();
    fs::write(folder.path().join("secrets.json.mine"), "a copy of the owner's").unwrap();

    let aws = start_in(folder.path()).await;

    for text in [&draft, &journal] {
        assert_eq!(files_with(folder.path(), text), [""; 0]);
    }
    let item = dynamodb(&aws).get_item().table_name(CONNECTIONS).key("pk", s("USER#1")).send().await.unwrap();
    assert_eq!(item.item.unwrap()["access_token"], s("b"));
    assert!(folder.path().join("secrets.json.mine").exists());
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_is_an_error_and_is_saved_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    let token = marker();
    // A folder in the file's place makes the write fail, for root too.
    let obstacle = folder.path().join("dynamodb.sqlite");
    fs::remove_file(&obstacle).unwrap();
    fs::create_dir(&obstacle).unwrap();

    let refused = client.put_item().table_name(CONNECTIONS).item("pk", s(&token)).send().await;
    fs::remove_dir(&obstacle).unwrap();

    let error = refused.unwrap_err().into_service_error();
    assert!(error.is_internal_server_error(), "{error:?}");
    assert_eq!(files_with(folder.path(), &token), [""; 0]);
    put(&client, "USER#1", "a", "b").await;
    assert_eq!(files_with(folder.path(), &token), ["dynamodb.sqlite"]);
}

#[tokio::test]
async fn of_a_secret_the_file_holds_the_current_and_the_previous_value_and_none_after_its_deletion() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    let client = secrets(&aws);
    let values = [marker(), marker(), marker()];
    client.create_secret().name("bunq-tpp/tpp").secret_string(&values[0]).send().await.unwrap();
    for value in &values[1..] {
        client.put_secret_value().secret_id("bunq-tpp/tpp").secret_string(value).send().await.unwrap();
    }
    let files = || values.each_ref().map(|value| files_with(folder.path(), value));

    assert_eq!(files(), [vec![], vec!["secrets.json".to_owned()], vec!["secrets.json".to_owned()]]);
    let gone = client.delete_secret().secret_id("bunq-tpp/tpp").force_delete_without_recovery(true);
    gone.send().await.unwrap();
    assert_eq!(files(), [const { Vec::<String>::new() }; 3]);
}
