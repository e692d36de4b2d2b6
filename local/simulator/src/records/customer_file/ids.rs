//! The ids of customers of a file. They follow from the file, so they are the same on every start.

/// The first id that the bank assigns. Ids in files of customers are lower.
pub(crate) const FIRST_ID: u64 = 200_001;

/// Assigns ids in the order of the file.
pub(crate) struct Ids {
    /// The next id that the bank would assign.
    pub(crate) next: u64,
}

impl Ids {
    /// The id of an entry, or the next one.
    ///
    /// # Errors
    ///
    /// When the id of the entry is one that the bank may assign.
    pub(super) fn one(&mut self, own: Option<u64>) -> Result<u64, String> {
        self.block(own, 1)
    }

    /// The first of `count` consecutive ids.
    ///
    /// # Errors
    ///
    /// When one of the ids is one that the bank may assign.
    pub(super) fn block(&mut self, own: Option<u64>, count: u64) -> Result<u64, String> {
        let Some(first) = own else {
            let first = self.next;
            self.next += count;
            return Ok(first);
        };
        let is_free = first > 0 && first.checked_add(count).is_some_and(|end| end <= FIRST_ID);
        is_free.then_some(first).ok_or_else(|| format!("ids of your own must be from 1 to {}", FIRST_ID - 1))
    }
}
