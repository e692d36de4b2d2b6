//! The records of the bank, as the state file holds them.
//!
//! Only callback URLs are ever deleted. An ended session stays, since it decides which key signs the answer that
//! reports its end.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::arrivals::Arrivals;
use crate::records::attachment::{Attachment, StoredAvatar};
use crate::records::customer_file::customer::OwnCustomer;
use crate::records::customer_file::ids::FIRST_ID;
use crate::records::customers::account::KeptAccount;
use crate::records::customers::customer::Customer;
use crate::records::draft_payment::DraftPayment;
use crate::records::issuer_transaction::IssuerTransaction;
use crate::records::notification::Notifications;
use crate::records::payment::{Payment, PaymentChange};
use crate::records::payment_batch::PaymentBatch;
use crate::records::permitted::Permitted;
use crate::records::psp_draft_payment::PspDraftPayment;
use crate::records::request_inquiry::RequestInquiry;

// A state file of an older version lacks the newest fields.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Books {
    last_id: u64,
    pub(crate) installations: Vec<Installation>,
    pub(crate) psp_users: Vec<PspUser>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) devices: Vec<Device>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) oauth_clients: Vec<OauthClient>,
    pub(crate) callback_urls: Vec<CallbackUrl>,
    pub(crate) user_api_keys: Vec<UserApiKey>,
    pub(crate) codes: Vec<AuthorizationCode>,
    /// Payments made while the bank ran. Those before follow from the files of customers.
    pub(crate) payments: Vec<Payment>,
    pub(crate) arrivals: Vec<Arrivals>,
    /// Changes of payments, by the id of the payment.
    pub(crate) changes: BTreeMap<u64, PaymentChange>,
    pub(crate) request_inquiries: Vec<RequestInquiry>,
    pub(crate) draft_payments: Vec<DraftPayment>,
    pub(crate) issuer_transactions: Vec<IssuerTransaction>,
    /// Absent in the state files of older versions.
    pub(crate) psp_draft_payments: Vec<PspDraftPayment>,
    pub(crate) payment_batches: Vec<PaymentBatch>,
    /// Customers that the user added from a file.
    pub(crate) own_customers: Vec<OwnCustomer>,
    /// Customers that POST sandbox-user created.
    pub(crate) customers: Vec<Customer>,
    pub(crate) accounts: Vec<KeptAccount>,
    pub(crate) notifications: Notifications,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) avatars: Vec<StoredAvatar>,
    /// The request ids of calls that change something, by caller.
    pub(crate) request_ids: BTreeMap<String, BTreeSet<String>>,
}

impl Books {
    pub(crate) fn new_id(&mut self) -> u64 {
        self.new_ids(1)
    }

    /// Assigns `count` consecutive ids, and returns the first.
    pub(crate) fn new_ids(&mut self, count: u64) -> u64 {
        let first = self.newest_id() + 1;
        self.last_id = first + count - 1;
        first
    }

    /// The last id that was assigned.
    pub(crate) fn newest_id(&self) -> u64 {
        self.last_id.max(FIRST_ID - 1)
    }

    pub(crate) fn installation(&self, id: u64) -> Option<&Installation> {
        self.installations.iter().find(|installation| installation.id == id)
    }

    pub(crate) fn credential(&self, id: u64) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    pub(crate) fn credential_mut(&mut self, id: u64) -> Option<&mut Credential> {
        self.credentials.iter_mut().find(|credential| credential.id == id)
    }

    pub(crate) fn session_mut(&mut self, id: u64) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    pub(crate) fn psp_user(&self, id: u64) -> Option<&PspUser> {
        self.psp_users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_api_key(&self, id: u64) -> Option<&UserApiKey> {
        self.user_api_keys.iter().find(|key| key.id == id)
    }

    pub(crate) fn oauth_client(&self, id: u64) -> Option<&OauthClient> {
        self.oauth_clients.iter().find(|client| client.id == id)
    }

    /// Revokes the API keys that `condition` selects, and ends their sessions. Returns the number of keys.
    pub(crate) fn revoke(&mut self, condition: impl Fn(&Credential) -> bool, now: Timestamp) -> usize {
        let mut revoked = BTreeSet::new();
        for credential in self.credentials.iter_mut().filter(|credential| condition(credential)) {
            if credential.status != CredentialStatus::Revoked {
                credential.status = CredentialStatus::Revoked;
                credential.updated = now;
                revoked.insert(credential.id);
            }
        }
        for session in self.sessions.iter_mut().filter(|session| revoked.contains(&session.credential_id)) {
            session.ended = true;
        }
        revoked.len()
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) token_id: u64,
    pub(crate) token: String,
    /// In canonical form, so that one key has one text.
    pub(crate) client_public_key: String,
    /// In PKCS#8. `None` if the installation has no server key of its own.
    pub(crate) server_key: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PspUser {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) common_name: String,
    pub(crate) distinguished_name: String,
}

/// An API key of a payment service provider or a customer, or the access token of a consent.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Credential {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) owner: Owner,
    pub(crate) secret: String,
    pub(crate) status: CredentialStatus,
    /// When the key expires if it is not used.
    pub(crate) expires: Option<Timestamp>,
    /// The addresses that may use the key. `None` until a call binds the key.
    pub(crate) permitted: Option<Permitted>,
}

impl Credential {
    /// A new API key that does not expire.
    pub(crate) fn new(id: u64, created: Timestamp, owner: Owner, secret: String) -> Self {
        let status = CredentialStatus::PendingFirstUse;
        Self { id, created, updated: created, owner, secret, status, expires: None, permitted: None }
    }

    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        self.status != CredentialStatus::Revoked && self.expires.is_none_or(|expires| now < expires)
    }
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Owner {
    Psp {
        psp_user_id: u64,
    },
    Consent {
        user_api_key_id: u64,
        account_ids: Vec<u64>,
    },
    /// The own key of a customer.
    Customer {
        user_id: u64,
        customer: String,
    },
}

impl Owner {
    /// The id of the user whose sessions this key opens.
    pub(crate) fn user_id(&self) -> u64 {
        match self {
            Self::Psp { psp_user_id } => *psp_user_id,
            Self::Consent { user_api_key_id, .. } => *user_api_key_id,
            Self::Customer { user_id, .. } => *user_id,
        }
    }

    pub(crate) fn is_same_user(&self, other: &Self) -> bool {
        self.user_id() == other.user_id()
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CredentialStatus {
    PendingFirstUse,
    Active,
    Revoked,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Device {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) installation_id: u64,
    pub(crate) credential_id: u64,
    pub(crate) description: String,
    pub(crate) ip: IpAddr,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Session {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) token: String,
    pub(crate) installation_id: u64,
    pub(crate) credential_id: u64,
    pub(crate) timeout_seconds: u32,
    pub(crate) expires: Timestamp,
    pub(crate) ended: bool,
}

impl Session {
    pub(crate) fn is_alive(&self, now: Timestamp) -> bool {
        !self.ended && now < self.expires
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct OauthClient {
    pub(crate) id: u64,
    pub(crate) psp_user_id: u64,
    pub(crate) status: OauthClientStatus,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OauthClientStatus {
    Active,
    Cancelled,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CallbackUrl {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) oauth_client_id: u64,
    pub(crate) url: String,
}

/// The consent of a customer to a payment service provider. Its sessions belong to this user.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct UserApiKey {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) psp_user_id: u64,
    /// The name of the customer in this simulator.
    pub(crate) customer: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct AuthorizationCode {
    pub(crate) code: String,
    pub(crate) oauth_client_id: u64,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) customer: String,
    pub(crate) account_ids: Vec<u64>,
    pub(crate) expires: Timestamp,
    pub(crate) used: bool,
}
