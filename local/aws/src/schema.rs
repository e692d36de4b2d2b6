//! The two tables. In the cloud the deployment's template makes them; here nothing else would.

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::types::{AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType};
use dynoxide::{Database, DynoxideError};

use crate::error::CreateTablesError;

const KEY: &str = "pk";
const EXPIRY: &str = "expires_at";

/// Makes both tables unless they are there.
pub(crate) async fn create_tables(
    database: &Database,
    connections: &str,
    ephemera: &str,
) -> Result<(), CreateTablesError> {
    let (connections, ephemera) = (connections.to_owned(), ephemera.to_owned());
    let database = database.clone();
    let work = move || {
        create(&database, &connections).map_err(|source| refused(connections, source))?;
        create(&database, &ephemera)
            .and_then(|()| expire(&database, &ephemera))
            .map_err(|source| refused(ephemera, source))
    };
    // SQLite waits for the disk.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(CreateTablesError::Ending))
}

fn refused(table: String, source: DynoxideError) -> CreateTablesError {
    CreateTablesError::Refused { table, source }
}

fn create(database: &Database, table: &str) -> Result<(), DynoxideError> {
    let request = CreateTableRequest {
        table_name: table.to_owned(),
        key_schema: vec![KeySchemaElement { attribute_name: KEY.to_owned(), key_type: KeyType::HASH }],
        attribute_definitions: vec![AttributeDefinition {
            attribute_name: KEY.to_owned(),
            attribute_type: ScalarAttributeType::S,
        }],
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        ..CreateTableRequest::default()
    };
    match database.create_table(request) {
        // There from an earlier run.
        Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
        other => other.map(drop),
    }
}

fn expire(database: &Database, table: &str) -> Result<(), DynoxideError> {
    // Unlike AWS, the embedded database takes the same setting twice.
    let request = UpdateTimeToLiveRequest {
        table_name: table.to_owned(),
        time_to_live_specification: TimeToLiveSpecification { attribute_name: EXPIRY.to_owned(), enabled: true },
    };
    database.update_time_to_live(request).map(drop)
}
