//! Transactions as files for bookkeeping programs: [`csv`] for spreadsheets, and [`camt`], the statement of ISO 20022.
//!
//! Both render each transaction alone, so a caller knows the size of a file before it is complete. `TRANSACTIONS.md`
//! has the mapping.

pub mod camt;
pub mod csv;
mod error;

pub use self::error::ExportError;
