//! A customer who is deleted is gone from the disk, not only from the answers.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    process::{Folder, Local},
};

/// The embedded AWS wants a signature to be there and checks none.
const SIGNED: &str =
    "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

async fn scan(browser: &Browser, local: &Local, table: &str) -> Vec<Value> {
    let request = browser
        .post(local.aws_url())
        .header("x-amz-target", "DynamoDB_20120810.Scan")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20260101T000000Z")
        .header("authorization", SIGNED)
        .body(json!({ "TableName": table }).to_string());
    let answer = browser.send(request).await;
    answer.json()["Items"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone()
}

/// Every file of the embedded AWS, byte for byte.
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
    let items =
        [scan(&browser, &local, "bunq-tpp-connections").await, scan(&browser, &local, "bunq-tpp-ephemera").await]
            .concat();
    let sealed = |user_id: &str| -> Vec<String> {
        let of_user = items.iter().filter(|item| item["pk"]["S"].as_str().unwrap().ends_with(user_id));
        let attributes =
            of_user.flat_map(|item| ["access_token", "display_name", "token"].map(|name| &item[name]["S"]));
        attributes.filter_map(Value::as_str).map(str::to_owned).collect()
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
