//! The state that survives a restart, and its file modes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use local_aws::LocalAws;

use crate::client::{CONNECTIONS, dynamodb, s, secrets, start_in};

const SECRET: &str = "bunq-tpp/tpp";

async fn fill(aws: &LocalAws) {
    let put = dynamodb(aws).put_item().table_name(CONNECTIONS);
    put.item("pk", s("USER#1")).send().await.unwrap();
    let create = secrets(aws).create_secret().name(SECRET);
    create.secret_string("first").send().await.unwrap();
    let put = secrets(aws).put_secret_value().secret_id(SECRET);
    put.secret_string("second").send().await.unwrap();
}

async fn assert_filled(aws: &LocalAws) {
    let item = dynamodb(aws).get_item().table_name(CONNECTIONS);
    let item = item.key("pk", s("USER#1")).send().await.unwrap();
    assert_eq!(item.item.unwrap()["pk"], s("USER#1"));
    let secret = secrets(aws).get_secret_value().secret_id(SECRET);
    let secret = secret.send().await.unwrap();
    assert_eq!(secret.secret_string(), Some("second"));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn items_and_secrets_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&aws).await;

    aws.stop().await;
    let aws = start_in(folder.path()).await;

    assert_filled(&aws).await;
}

#[tokio::test]
async fn what_was_answered_is_on_disk_before_any_stop() {
    let folder = tempfile::tempdir().unwrap();
    let killed = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&aws).await;

    // The copy is what a kill would leave.
    for name in files(folder.path()) {
        fs::copy(folder.path().join(&name), killed.path().join(&name)).unwrap();
    }
    let survivor = start_in(killed.path()).await;

    assert_filled(&survivor).await;
}

#[tokio::test]
async fn nobody_else_can_read_the_folder_or_a_file_in_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made/by/us");
    let aws = start_in(&folder).await;
    fill(&aws).await;

    let names = files(&folder);

    assert_eq!(names, ["dynamodb.sqlite", "lock", "secrets.json"]);
    assert_eq!(mode(&folder), 0o700);
    for name in names {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn files_that_were_opened_to_others_are_closed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&aws).await;
    aws.stop().await;
    let secrets = folder.path().join("secrets.json");
    let tables = folder.path().join("dynamodb.sqlite");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for file in [&secrets, &tables] {
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    }

    let aws = start_in(folder.path()).await;

    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&secrets), 0o600);
    assert_eq!(mode(&tables), 0o600);
    assert_filled(&aws).await;
}

#[tokio::test]
async fn a_secret_that_cannot_be_saved_is_an_error_and_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&aws).await;
    // A folder in the file's place makes the write fail, for root too.
    let file = folder.path().join("secrets.json");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();

    let put = secrets(&aws).put_secret_value().secret_id(SECRET);
    let put = put.secret_string("third").send().await;

    let error = put.unwrap_err().into_service_error();
    assert!(error.is_internal_service_error(), "{error:?}");
    assert_filled(&aws).await;
    assert_eq!(files(folder.path()), ["dynamodb.sqlite", "lock", "secrets.json"], "and no draft is left");
}
