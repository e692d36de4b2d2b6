//! The features of DynamoDB that the store needs: conditions, transactions, returned values, expiry.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TableStatus, TimeToLiveStatus, TransactWriteItem,
};

use crate::client::{CONNECTIONS, EPHEMERA, EVENTS, dynamodb, n, s, start};

async fn put_new(client: &aws_sdk_dynamodb::Client, key: &str) -> Result<PutItemOutput, SdkError<PutItemError>> {
    client
        .put_item()
        .table_name(CONNECTIONS)
        .item("pk", s(key))
        .item("version", n(1))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
}

fn transact_put(key: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(CONNECTIONS)
        .item("pk", s(key))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn a_put_whose_condition_fails_is_a_typed_error_and_changes_nothing() {
    let aws = start().await;
    let client = dynamodb(&aws);
    put_new(&client, "USER#1").await.unwrap();

    let error = put_new(&client, "USER#1").await.unwrap_err();

    match error.into_service_error() {
        PutItemError::ConditionalCheckFailedException(failed) => {
            assert_eq!(failed.message(), Some("The conditional request failed"));
            assert_eq!(failed.item().unwrap()["version"], n(1));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cancelled_transaction_says_which_item_was_the_reason_and_writes_none() {
    let aws = start().await;
    let client = dynamodb(&aws);
    put_new(&client, "USER#taken").await.unwrap();

    let error = client
        .transact_write_items()
        .transact_items(transact_put("USER#free"))
        .transact_items(transact_put("USER#taken"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}");
    };
    let reasons: Vec<_> = cancelled.cancellation_reasons().iter().filter_map(|it| it.code()).collect();
    assert_eq!(reasons, ["None", "ConditionalCheckFailed"]);
    let free = client.get_item().table_name(CONNECTIONS).key("pk", s("USER#free")).send().await.unwrap();
    assert_eq!(free.item, None);
}

#[tokio::test]
async fn a_transaction_whose_conditions_hold_writes_every_item() {
    let aws = start().await;
    let client = dynamodb(&aws);

    client
        .transact_write_items()
        .transact_items(transact_put("USER#1"))
        .transact_items(transact_put("GRANTED#2"))
        .send()
        .await
        .unwrap();

    for key in ["USER#1", "GRANTED#2"] {
        let error = put_new(&client, key).await.unwrap_err();
        assert!(error.into_service_error().is_conditional_check_failed_exception());
    }
}

#[tokio::test]
async fn an_update_returns_the_values_after_it_and_holds_to_its_condition() {
    let aws = start().await;
    let client = dynamodb(&aws);
    put_new(&client, "USER#1").await.unwrap();
    let update = |expected| {
        client
            .update_item()
            .table_name(CONNECTIONS)
            .key("pk", s("USER#1"))
            .update_expression("SET #v = #v + :one, holder = :holder")
            .condition_expression("#v = :expected")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":holder", s("container"))
            .expression_attribute_values(":expected", n(expected))
            .return_values(ReturnValue::AllNew)
            .send()
    };

    let updated = update(1).await.unwrap().attributes.unwrap();
    let refused = update(1).await.unwrap_err().into_service_error();

    assert_eq!(updated["version"], n(2));
    assert_eq!(updated["holder"], s("container"));
    assert_eq!(updated["pk"], s("USER#1"));
    assert!(refused.is_conditional_check_failed_exception());
}

#[tokio::test]
async fn an_update_returns_the_values_before_it_when_asked() {
    let aws = start().await;
    let client = dynamodb(&aws);
    put_new(&client, "USER#1").await.unwrap();

    let before = client
        .update_item()
        .table_name(CONNECTIONS)
        .key("pk", s("USER#1"))
        .update_expression("SET version = :new")
        .expression_attribute_values(":new", n(7))
        .return_values(ReturnValue::UpdatedOld)
        .send()
        .await
        .unwrap();

    assert_eq!(before.attributes.unwrap()["version"], n(1));
}

#[tokio::test]
async fn a_conditional_delete_hands_the_item_over_exactly_once() {
    let aws = start().await;
    let client = dynamodb(&aws);
    client
        .put_item()
        .table_name(EPHEMERA)
        .item("pk", s("STATE#1"))
        .item("expires_at", n(2_000_000_000))
        .send()
        .await
        .unwrap();
    let consume = || {
        client
            .delete_item()
            .table_name(EPHEMERA)
            .key("pk", s("STATE#1"))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", n(1_900_000_000))
            .return_values(ReturnValue::AllOld)
            .send()
    };

    let first = consume().await.unwrap();
    let second = consume().await.unwrap_err().into_service_error();

    assert_eq!(first.attributes.unwrap()["expires_at"], n(2_000_000_000));
    assert!(second.is_conditional_check_failed_exception());
}

#[tokio::test]
async fn the_tables_are_as_the_template_makes_them() {
    let aws = start().await;
    let client = dynamodb(&aws);

    for (table, keys) in [(CONNECTIONS, &["pk"][..]), (EPHEMERA, &["pk"]), (EVENTS, &["pk", "sk"])] {
        let made = client.describe_table().table_name(table).send().await;
        let made = made.unwrap().table.unwrap();
        assert_eq!(made.table_status, Some(TableStatus::Active));
        assert_eq!(made.key_schema().iter().map(|key| key.attribute_name()).collect::<Vec<_>>(), keys);
        let billing = made.billing_mode_summary().unwrap();
        assert_eq!(billing.billing_mode().unwrap().as_str(), "PAY_PER_REQUEST");
    }
    for table in [EPHEMERA, EVENTS] {
        let expiry = client.describe_time_to_live().table_name(table).send();
        let expiry = expiry.await.unwrap().time_to_live_description.unwrap();
        assert_eq!(expiry.time_to_live_status, Some(TimeToLiveStatus::Enabled));
        assert_eq!(expiry.attribute_name(), Some("expires_at"));
    }
}

#[tokio::test]
async fn making_the_tables_again_keeps_what_is_in_them() {
    let aws = start().await;
    let client = dynamodb(&aws);
    put_new(&client, "USER#1").await.unwrap();

    aws.create_tables([CONNECTIONS, EPHEMERA, EVENTS]).await.unwrap();

    let error = put_new(&client, "USER#1").await.unwrap_err();
    assert!(error.into_service_error().is_conditional_check_failed_exception());
}

#[tokio::test]
async fn a_table_with_an_impossible_name_is_refused_by_name() {
    let aws = start().await;

    let error = aws.create_tables(["no table/", EPHEMERA, EVENTS]).await.unwrap_err();

    assert!(error.to_string().starts_with("cannot create the table no table/: "));
}
