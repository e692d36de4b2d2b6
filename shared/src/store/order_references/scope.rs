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

/// The kind of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// A request for money (bunq's request-inquiry).
    RequestInquiry,
    /// A payment that waits for the customer's approval (bunq's draft-payment).
    DraftPayment,
    /// A payment by a customer of bunq who is not connected (bunq's issuer transaction).
    IssuerTransaction,
}

impl OrderKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::RequestInquiry => "request-inquiry",
            Self::DraftPayment => "draft-payment",
            Self::IssuerTransaction => "issuer-transaction",
        }
    }
}

/// The orders among which a reference is looked up: those of one kind that one workspace made for one account.
#[derive(Clone, Debug)]
pub struct OrderScope {
    /// The keys that seal the references.
    pub keys: SealingKeys,
    /// The customer, or the TPP itself for issuer transactions.
    pub owner: SessionOwner,
    /// The workspace whose API key made the orders.
    pub workspace: Workspace,
    /// The kind of order.
    pub kind: OrderKind,
    /// The account of the orders. `None` for issuer transactions, which have no account.
    pub account: Option<MonetaryAccountId>,
}

impl OrderScope {
    fn pk(&self, what: &str) -> String {
        let Self { owner, workspace, kind, account, .. } = self;
        let account = account.map(|account| account.to_string()).unwrap_or_default();
        let text = format!("{owner}/{workspace}/{}/{account}/{what}", kind.as_str());
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
