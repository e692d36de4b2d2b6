//! The data of a deleted customer is deleted from the disk, too.

use std::{collections::HashMap, path::Path};

use aws_sdk_dynamodb::{
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};

use crate::{
    browser::Browser,
    process::{Folder, Local, access_key},
};

async fn scan(folder: &Path, local: &Local, table: &str) -> Vec<HashMap<String, AttributeValue>> {
    let (id, secret) = access_key(folder);
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(id, secret, None, None, "test"))
        .endpoint_url(local.aws_url())
        .build();
    let scan = aws_sdk_dynamodb::Client::from_conf(config).scan().table_name(table).send().await;
    scan.unwrap().items.unwrap()
}

/// The text of an attribute, if the item has the attribute.
fn text<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> Option<&'a String> {
    item.get(name).and_then(|value| value.as_s().ok())
}

/// The bytes of all files of the embedded AWS.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder.join("aws")).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_deleted_customer_leaves_no_byte_of_their_tokens_on_the_disk() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &[]);
    let user_id = browser.connect(&local, "person").await;
    let stays = browser.connect(&local, "company").await;
    browser.assert_reads_accounts(&local, local.api_key(), &user_id).await;
    let items = [
        scan(&folder.path(), &local, "bunq-tpp-connections").await,
        scan(&folder.path(), &local, "bunq-tpp-ephemera").await,
        scan(&folder.path(), &local, "bunq-tpp-events").await,
    ]
    .concat();
    let sealed = |user_id: &str| -> Vec<String> {
        let of_user = items.iter().filter(|item| text(item, "pk").unwrap().ends_with(user_id));
        of_user
            .flat_map(|item| ["access_token", "display_name", "token"].map(|name| text(item, name)))
            .flatten()
            .cloned()
            .collect()
    };
    let (gone, kept) = (sealed(&user_id), sealed(&stays));
    assert_eq!((gone.len(), kept.len()), (3, 3), "a consent, a name and a session each");
    let before = bytes(&folder.path());
    assert!(gone.iter().chain(&kept).all(|text| holds(&before, text)), "what is looked for can be found");

    let url = format!("{}/user/{user_id}", local.url());
    let deleted = browser.send(browser.delete(&url).bearer_auth(local.api_key())).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");

    let running = bytes(&folder.path());
    assert_eq!(local.signal("INT").code(), Some(0));
    for (when, left) in [("while it runs", running), ("after its end", bytes(&folder.path()))] {
        for text in &gone {
            assert!(!holds(&left, text), "{when}");
        }
        assert!(kept.iter().all(|text| holds(&left, text)), "{when}: the other customer's are there");
    }
}
