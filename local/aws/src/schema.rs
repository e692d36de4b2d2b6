//! The schema of the tables. On AWS, the deployment's template creates them.

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use dynoxide::{Database, DynoxideError};

use crate::error::CreateTablesError;
use crate::tables::Tables;

const KEY: &str = "pk";
const SORT_KEY: &str = "sk";
const EXPIRY: &str = "expires_at";

/// A secondary index that contains keys only.
struct Index {
    name: &'static str,
    partition: &'static str,
    sort: &'static str,
}

const CONNECTIONS_INDEXES: [Index; 2] = [
    Index { name: "connections_by_time", partition: "listed", sort: "connected_at" },
    Index { name: "connections_by_reference", partition: "reference", sort: "connected_at" },
];

const EPHEMERA_INDEXES: [Index; 2] = [
    Index { name: "consents_by_time", partition: "listed", sort: "listed_at" },
    Index { name: "consents_by_reference", partition: "listed_reference", sort: "listed_at" },
];

/// Creates the tables unless they exist.
pub(crate) async fn create_tables(
    tables: &Tables,
    [connections, ephemera, events]: [&str; 3],
) -> Result<(), CreateTablesError> {
    let (connections, ephemera, events) = (connections.to_owned(), ephemera.to_owned(), events.to_owned());
    let database = tables.database().clone();
    let work = move || {
        for (table, indexes) in [(&connections, &CONNECTIONS_INDEXES), (&ephemera, &EPHEMERA_INDEXES)] {
            create(&database, table, &[KEY], indexes).map_err(|source| refused(table, source))?;
            check_indexes(&database, table, indexes)?;
        }
        create(&database, &events, &[KEY, SORT_KEY], &[]).map_err(|source| refused(&events, source))?;
        for table in [&ephemera, &events] {
            expire(&database, table).map_err(|source| refused(table, source))?;
        }
        Ok(())
    };
    // SQLite blocks its thread.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(CreateTablesError::Ending))?;
    tables.save().await.map_err(|source| CreateTablesError::Unsaved { source })
}

fn refused(table: &str, source: DynoxideError) -> CreateTablesError {
    CreateTablesError::Refused { table: table.to_owned(), source }
}

fn create(database: &Database, table: &str, keys: &[&'static str], indexes: &[Index]) -> Result<(), DynoxideError> {
    let made = indexes.iter().map(|index| GlobalSecondaryIndex {
        index_name: index.name.to_owned(),
        key_schema: index.key(),
        projection: keys_only(),
        provisioned_throughput: None,
    });
    let request = CreateTableRequest {
        table_name: table.to_owned(),
        key_schema: keys.iter().zip([KeyType::HASH, KeyType::RANGE]).map(|(key, kind)| element(key, kind)).collect(),
        attribute_definitions: attributes(keys, indexes),
        global_secondary_indexes: (!indexes.is_empty()).then(|| made.collect()),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        ..CreateTableRequest::default()
    };
    match database.create_table(request) {
        // It exists since an earlier run.
        Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
        other => other.map(drop),
    }
}

/// Checks that the table has the indexes: a state folder of an older version may hold one that lacks some.
fn check_indexes(database: &Database, table: &str, indexes: &[Index]) -> Result<(), CreateTablesError> {
    let request = DescribeTableRequest { table_name: table.to_owned() };
    let described = database.describe_table(request).map_err(|source| refused(table, source))?.table;
    let present = described.global_secondary_indexes.unwrap_or_default();
    let is_present = |index: &Index| present.iter().any(|present| present.index_name == index.name);
    if indexes.iter().all(is_present) { Ok(()) } else { Err(CreateTablesError::Outdated { table: table.to_owned() }) }
}

impl Index {
    fn key(&self) -> Vec<KeySchemaElement> {
        vec![element(self.partition, KeyType::HASH), element(self.sort, KeyType::RANGE)]
    }
}

fn element(attribute: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement { attribute_name: attribute.to_owned(), key_type }
}

/// The attributes of all keys. DynamoDB requires each of them once, and no other.
fn attributes(keys: &[&'static str], indexes: &[Index]) -> Vec<AttributeDefinition> {
    let mut names = keys.to_vec();
    for name in indexes.iter().flat_map(|index| [index.partition, index.sort]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let definition =
        |name: &str| AttributeDefinition { attribute_name: name.to_owned(), attribute_type: ScalarAttributeType::S };
    names.into_iter().map(definition).collect()
}

fn keys_only() -> Projection {
    Projection { projection_type: Some(ProjectionType::KEYS_ONLY), non_key_attributes: None }
}

fn expire(database: &Database, table: &str) -> Result<(), DynoxideError> {
    // Unlike AWS, the embedded database accepts the same setting twice.
    let request = UpdateTimeToLiveRequest {
        table_name: table.to_owned(),
        time_to_live_specification: TimeToLiveSpecification { attribute_name: EXPIRY.to_owned(), enabled: true },
    };
    database.update_time_to_live(request).map(drop)
}
