//! Cursors of the listings of transactions. Each belongs to one listing of one account of one customer.

use shared::{
    bunq::transaction::sync::Cursor,
    http::{ConnectedUser, Problem},
    types::{bookmark::BookmarkKeys, ids::MonetaryAccountId},
};

/// Where a listing continues.
pub(crate) trait Position: Sized {
    /// The name of the listing. It is a part of the key of each cursor, so it never changes.
    const LISTING: &'static str;

    fn to_bytes(&self) -> Vec<u8>;

    /// Reads what [`Self::to_bytes`] wrote. Returns `None` if the bytes are of another version.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl Position for Cursor {
    const LISTING: &'static str = "sync_transactions";

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes).ok()
    }
}

/// Where a list of transactions continues.
pub(crate) struct Below {
    /// The payment below which it continues.
    pub(crate) id: u64,
    /// The number of the page, from 1.
    pub(crate) page: u16,
}

impl Position for Below {
    const LISTING: &'static str = "list_transactions";

    fn to_bytes(&self) -> Vec<u8> {
        [self.id.to_be_bytes().as_slice(), &self.page.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, page) = bytes.split_first_chunk()?;
        Some(Self { id: u64::from_be_bytes(*id), page: u16::from_be_bytes(page.try_into().ok()?) })
    }
}

/// Seals and opens the cursors of an account.
pub(crate) struct Cursors {
    keys: BookmarkKeys,
    account: String,
}

impl Cursors {
    /// # Errors
    /// Returns a [`Problem`] if the keys cannot be read.
    pub(crate) async fn of<S>(user: &ConnectedUser<S>, account: MonetaryAccountId) -> Result<Self, Problem> {
        let keys = user.tpp().identities.get().await?.bookmarks.clone();
        Ok(Self { keys, account: format!("{} {account}", user.connection.user_id) })
    }

    /// # Errors
    /// Returns `internal_error` if the cursor is too long, which none of this program is.
    pub(crate) fn seal<P: Position>(&self, position: &P) -> Result<String, Problem> {
        self.keys.seal(&self.place::<P>(), &position.to_bytes()).map_err(|_| Problem::internal())
    }

    /// # Errors
    /// Returns `cursor_invalid` if the text is not a cursor of this listing of this account, or of an unknown version.
    pub(crate) fn open<P: Position>(&self, cursor: &str) -> Result<P, Problem> {
        let bytes = self.keys.open(&self.place::<P>(), cursor).map_err(|_| Problem::cursor_invalid())?;
        P::from_bytes(&bytes).ok_or_else(Problem::cursor_invalid)
    }

    fn place<P: Position>(&self) -> String {
        format!("{} {}", P::LISTING, self.account)
    }
}
