//! A page of transactions as JSON.

use shared::{
    bunq::transaction::Transaction,
    http::{Problem, RawElement, Size},
};

use crate::{listing::Document, view::TransactionView};

/// Room for what follows the transactions: the longest cursor.
const ROOM: usize = 4_096;

/// The transactions so far.
pub(crate) struct JsonPage {
    transactions: String,
    size: Size,
    with_raw: bool,
}

impl JsonPage {
    pub(crate) fn new(with_raw: bool) -> Self {
        Self { transactions: String::new(), size: Size::default(), with_raw }
    }
}

impl Document for JsonPage {
    fn add(&mut self, transaction: Transaction, element: &RawElement) -> Result<bool, Problem> {
        let view = TransactionView::new(transaction, Some(element).filter(|_| self.with_raw));
        let text = serde_json::to_string(&view).map_err(|_| Problem::internal())?;
        let size = self.size.and(Size::of(text.as_bytes())).and(Size::of(b","));
        if !size.fits(ROOM) {
            return Ok(false);
        }
        self.size = size;
        if !self.transactions.is_empty() {
            self.transactions.push(',');
        }
        self.transactions.push_str(&text);
        Ok(true)
    }

    fn finish(self, next_cursor: Option<&str>) -> Result<String, Problem> {
        let next = serde_json::to_string(&next_cursor).map_err(|_| Problem::internal())?;
        Ok(format!("{{\"transactions\":[{}],\"next_cursor\":{next}}}", self.transactions))
    }
}
