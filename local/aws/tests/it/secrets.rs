//! The behaviour of Secrets Manager that the functions need, mainly its errors.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;

use crate::client::{secrets, start};

const TPP: &str = "bunq-tpp/tpp";
const TOKEN: &str = "0d6f2fc0-2f4a-4c1c-9d2a-0e6a3b1b7b11";

#[tokio::test]
async fn a_secret_whose_name_has_a_slash_is_kept_and_read() {
    let aws = start().await;
    let client = secrets(&aws);

    let created = client.create_secret().name(TPP).secret_string("one");
    let created = created.send().await.unwrap();
    let put = client.put_secret_value().secret_id(TPP).secret_string("two");
    let put = put.send().await.unwrap();

    let value = client.get_secret_value().secret_id(TPP).send().await.unwrap();
    assert_eq!(value.secret_string(), Some("two"));
    assert_eq!(value.name(), Some(TPP));
    assert_eq!(value.version_id(), put.version_id());
    assert_eq!(value.arn(), created.arn());
    let by_arn = client.get_secret_value().secret_id(created.arn().unwrap());
    assert_eq!(by_arn.send().await.unwrap().secret_string(), Some("two"));
}

#[tokio::test]
async fn creating_a_secret_that_is_there_is_a_typed_error_and_changes_nothing() {
    let aws = start().await;
    let client = secrets(&aws);
    let create = |value| client.create_secret().name(TPP).secret_string(value).send();
    create("one").await.unwrap();

    let error = create("two").await.unwrap_err().into_service_error();

    assert!(error.is_resource_exists_exception(), "{error:?}");
    let value = client.get_secret_value().secret_id(TPP).send().await.unwrap();
    assert_eq!(value.secret_string(), Some("one"));
}

#[tokio::test]
async fn a_missing_secret_is_not_found_by_any_operation() {
    let aws = start().await;
    let client = secrets(&aws);

    let get = client.get_secret_value().secret_id(TPP).send().await;
    let put = client.put_secret_value().secret_id(TPP).secret_string("v");
    let put = put.send().await;
    let describe = client.describe_secret().secret_id(TPP).send().await;

    let get = get.unwrap_err().into_service_error();
    assert!(get.is_resource_not_found_exception(), "{get:?}");
    let put = put.unwrap_err().into_service_error();
    assert!(put.is_resource_not_found_exception(), "{put:?}");
    let describe = describe.unwrap_err().into_service_error();
    assert!(describe.is_resource_not_found_exception(), "{describe:?}");
}

#[tokio::test]
async fn a_secret_without_a_value_is_described_but_has_no_current_version() {
    let aws = start().await;
    let client = secrets(&aws);
    client.create_secret().name(TPP).send().await.unwrap();

    let get = client.get_secret_value().secret_id(TPP).send().await;
    let described = client.describe_secret().secret_id(TPP).send().await;

    let error = get.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    assert_eq!(
        error.message(),
        Some("Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
    );
    let described = described.unwrap();
    assert_eq!(described.name(), Some(TPP));
    assert_eq!(described.version_ids_to_stages(), None);
}

#[tokio::test]
async fn a_description_names_the_current_and_one_previous_version() {
    let aws = start().await;
    let client = secrets(&aws);
    client.create_secret().name(TPP).secret_string("0").send().await.unwrap();
    let mut versions = Vec::new();
    for value in ["1", "2", "3"] {
        let put = client.put_secret_value().secret_id(TPP).secret_string(value);
        versions.push(put.send().await.unwrap().version_id.unwrap());
    }

    let described = client.describe_secret().secret_id(TPP).send().await.unwrap();

    let stages = described.version_ids_to_stages.unwrap();
    assert_eq!(stages.len(), 2, "{stages:?}");
    assert_eq!(stages[&versions[2]], ["AWSCURRENT"]);
    assert_eq!(stages[&versions[1]], ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn a_change_that_is_sent_twice_with_its_token_happens_once() {
    let aws = start().await;
    let client = secrets(&aws);
    let create = || {
        let create = client.create_secret().name(TPP).secret_string("one");
        create.client_request_token(TOKEN).send()
    };
    let put = |value: &'static str| {
        let put = client.put_secret_value().secret_id(TPP).secret_string(value);
        put.client_request_token(TOKEN).send()
    };

    let created = create().await.unwrap();
    let again = create().await.unwrap();
    let put_again = put("one").await.unwrap();
    let other_value = put("two").await.unwrap_err().into_service_error();

    assert_eq!(created.version_id(), Some(TOKEN));
    assert_eq!(again.version_id(), Some(TOKEN));
    assert_eq!(again.arn(), created.arn());
    assert_eq!(put_again.version_stages(), ["AWSCURRENT"]);
    assert!(other_value.is_resource_exists_exception(), "{other_value:?}");
}

#[tokio::test]
async fn a_change_without_a_text_value_is_refused_instead_of_lost() {
    let aws = start().await;
    let client = secrets(&aws);
    client.create_secret().name(TPP).send().await.unwrap();

    let nothing = client.put_secret_value().secret_id(TPP).send().await;
    let bytes = client.put_secret_value().secret_id(TPP);
    let bytes = bytes.secret_binary(Blob::new("bytes")).send().await;

    let nothing = nothing.unwrap_err().into_service_error();
    assert!(nothing.is_invalid_request_exception(), "{nothing:?}");
    let bytes = bytes.unwrap_err().into_service_error();
    assert!(bytes.is_invalid_request_exception(), "{bytes:?}");
}
