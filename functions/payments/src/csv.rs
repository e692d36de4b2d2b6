//! Transactions as CSV.

use shared::{
    bunq::{export::csv, transaction::Transaction},
    http::{LARGEST_ANSWER, Problem, RawElement},
};

use crate::listing::Document;

/// The rows so far.
pub(crate) struct CsvTable(String);

impl CsvTable {
    /// # Errors
    /// Returns `internal_error` if the names of the columns cannot be written.
    pub(crate) fn new() -> Result<Self, Problem> {
        csv::header().map(Self).map_err(|_| Problem::internal())
    }
}

impl Document for CsvTable {
    fn add(&mut self, transaction: Transaction, _: &RawElement) -> Result<bool, Problem> {
        let row = csv::row(&transaction).map_err(|_| Problem::internal())?;
        let fits = self.0.len() + row.len() <= LARGEST_ANSWER;
        if fits {
            self.0.push_str(&row);
        }
        Ok(fits)
    }

    fn finish(self, _: Option<&str>) -> Result<String, Problem> {
        Ok(self.0)
    }
}
