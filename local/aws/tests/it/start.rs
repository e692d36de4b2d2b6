//! The errors of a start.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::types::{AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType};
use local_aws::{CreateTablesError, LocalAws, Options, StartError};

use crate::client::{CONNECTIONS, EPHEMERA, EVENTS, dynamodb, start, start_in};

async fn refused(options: Options) -> StartError {
    LocalAws::start(options).await.unwrap_err()
}

fn in_folder(folder: &Path) -> Options {
    Options { state_dir: Some(folder.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let aws = start().await;
    let listen = aws.address();

    let error = refused(Options { listen, ..Options::default() });
    let error = error.await;

    assert!(matches!(error, StartError::AddressTaken { address } if address == listen));
    assert_eq!(error.to_string(), format!("{listen} is already taken by another process"));
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));

    let error = refused(Options { listen, ..Options::default() });

    assert!(matches!(error.await, StartError::NotLoopback { .. }));
}

#[tokio::test]
async fn a_folder_in_use_is_refused_until_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let first = start_in(folder.path()).await;

    let error = refused(in_folder(folder.path())).await;
    first.stop().await;
    let second = LocalAws::start(in_folder(folder.path())).await;

    assert!(matches!(error, StartError::FolderLocked { .. }), "{error}");
    assert!(error.to_string().ends_with(" is in use by another process"));
    assert!(second.is_ok());
}

#[tokio::test]
async fn a_stop_frees_the_port() {
    let aws = start().await;
    let listen = aws.address();

    aws.stop().await;

    let again = LocalAws::start(Options { listen, ..Options::default() });
    assert_eq!(again.await.unwrap().address(), listen);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();

    let error = refused(in_folder(&file.join("state"))).await;

    assert!(matches!(error, StartError::FolderUnwritable { .. }), "{error}");
}

#[tokio::test]
async fn a_folder_with_other_things_in_it_is_not_taken_away_from_its_users() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();

    let error = refused(in_folder(folder.path())).await;

    assert!(matches!(error, StartError::FolderOpen { .. }), "{error}");
    let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[tokio::test]
async fn a_damaged_secrets_file_is_refused_without_quoting_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let content = r#"{"secrets": "top secret"}"#;
    fs::write(folder.path().join("secrets.json"), content).unwrap();

    let error = refused(in_folder(folder.path())).await;

    assert!(matches!(error, StartError::SecretsMalformed { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("top secret"));
}

#[tokio::test]
async fn a_damaged_tables_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let content = "no database at all, but long enough to be looked at as if it were one of them";
    fs::write(folder.path().join("dynamodb.sqlite"), content.repeat(64)).unwrap();

    let error = refused(in_folder(folder.path())).await;

    assert!(matches!(error, StartError::TablesUnreadable { .. }), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
}

#[tokio::test]
async fn a_table_that_lacks_an_index_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let database = Database::memory().unwrap();
    let key = KeySchemaElement { attribute_name: "pk".to_owned(), key_type: KeyType::HASH };
    let attribute = AttributeDefinition { attribute_name: "pk".to_owned(), attribute_type: ScalarAttributeType::S };
    let table = CreateTableRequest {
        table_name: CONNECTIONS.to_owned(),
        key_schema: vec![key],
        attribute_definitions: vec![attribute],
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        ..CreateTableRequest::default()
    };
    database.create_table(table).unwrap();
    database.vacuum_into(file.to_str().unwrap()).unwrap();

    let aws = LocalAws::start(in_folder(folder.path())).await.unwrap();
    let error = aws.create_tables([CONNECTIONS, EPHEMERA, EVENTS]).await.unwrap_err();

    assert!(matches!(&error, CreateTablesError::Outdated { table } if table == CONNECTIONS), "{error}");
    assert!(error.to_string().ends_with("delete the state folder and start again"), "{error}");
    let tables = dynamodb(&aws).list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), [CONNECTIONS]);
}
