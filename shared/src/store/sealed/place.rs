//! The places of a walk over both tables.

use serde::{Deserialize, Serialize};

/// A table of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkTable {
    /// The Connections table.
    Connections,
    /// The Ephemera table.
    Ephemera,
}

/// Where a walk continues: after an item, or at the beginning of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkPlace {
    pub(super) table: WalkTable,
    pub(super) after: Option<String>,
}

impl WalkPlace {
    /// The beginning of a walk.
    pub const START: Self = Self { table: WalkTable::Connections, after: None };

    /// Returns the place after a page that ended with this key, or with the table. Returns `None` at the end.
    pub(super) fn next(table: WalkTable, last: Option<String>) -> Option<Self> {
        match (table, last) {
            (table, Some(after)) => Some(Self { table, after: Some(after) }),
            (WalkTable::Connections, None) => Some(Self { table: WalkTable::Ephemera, after: None }),
            (WalkTable::Ephemera, None) => None,
        }
    }
}
