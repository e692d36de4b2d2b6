//! The orders among which a reference is looked up.

use crate::{
    store::sessions::SessionOwner,
    types::{
        ids::MonetaryAccountId,
        order_reference::OrderReference,
        sealing::SealingKeys,
        secret::{Secret as _, sha256_hex},
        workspace::Workspace,
    },
};

/// The orders among which a reference is looked up: those of one kind that one workspace made for one account.
#[derive(Clone, Debug)]
pub struct OrderScope {
    /// The keys that seal the references.
    pub keys: SealingKeys,
    /// The customer, or the TPP itself for issuer transactions.
    pub owner: SessionOwner,
    /// The workspace whose API key made the orders.
    pub workspace: Workspace,
    /// The kind of order, such as `draft-payment`.
    pub kind: &'static str,
    /// The account of the orders. `None` if they belong to no account, such as issuer transactions.
    pub account: Option<MonetaryAccountId>,
}

impl OrderScope {
    fn pk(&self, what: &str) -> String {
        let Self { owner, workspace, kind, account, .. } = self;
        let account = account.map(|account| account.to_string()).unwrap_or_default();
        let text = format!("{owner}/{workspace}/{kind}/{account}/{what}");
        match owner {
            SessionOwner::Customer(_) => format!("ORDER#{}", self.keys.pseudonym(&text)),
            // A hash without a key: the deployment's key can be rotated, and a lookup must find older references.
            SessionOwner::Tpp => format!("ORDER#{}", sha256_hex(text.as_bytes())),
        }
    }

    pub(super) fn pk_of_id(&self, id: u64) -> String {
        self.pk(&format!("id/{id}"))
    }

    pub(super) fn pk_of_reference(&self, reference: &OrderReference) -> String {
        self.pk(&format!("reference/{}", reference.expose()))
    }
}
