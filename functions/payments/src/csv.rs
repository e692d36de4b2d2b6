//! Transactions as CSV.

use shared::{
    bunq::{export::csv, transaction::Transaction},
    http::{Problem, RawElement, Size},
};

use crate::listing::Document;

/// The rows so far.
pub(crate) struct CsvTable {
    rows: String,
    size: Size,
}

impl CsvTable {
    /// # Errors
    /// Returns `internal_error` if the names of the columns cannot be written.
    pub(crate) fn new() -> Result<Self, Problem> {
        let rows = csv::header().map_err(|_| Problem::internal())?;
        Ok(Self { size: Size::of(rows.as_bytes()), rows })
    }
}

impl Document for CsvTable {
    fn add(&mut self, transaction: Transaction, _: &RawElement) -> Result<bool, Problem> {
        let row = csv::row(&transaction).map_err(|_| Problem::internal())?;
        let size = self.size.and(Size::of(row.as_bytes()));
        if !size.fits(0) {
            return Ok(false);
        }
        self.size = size;
        self.rows.push_str(&row);
        Ok(true)
    }

    fn finish(self, _: Option<&str>) -> Result<String, Problem> {
        Ok(self.rows)
    }
}
