//! The views of a consent in answers.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    store::{Connection, Consent, ConsentEnd, ConsentFailure, ConsentStatus},
    types::{
        ids::{ConsentId, UserId},
        reference::Reference,
        return_url::ReturnUrl,
    },
};

/// A consent.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Consent)]
pub(crate) struct ConsentView {
    /// Our id of the consent.
    #[schema(value_type = uuid::Uuid)]
    consent_id: ConsentId,
    /// Where to send the customer's browser, once. Only the answer that created the consent contains it; it cannot be
    /// read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://tpp.example/auth?ticket=…")]
    url: Option<String>,
    status: ConsentStatus,
    /// Why the consent failed.
    #[schema(required)]
    code: Option<ConsentFailure>,
    /// Your own name for the customer, as you sent it.
    #[schema(value_type = Option<String>, required, example = "customer-17")]
    reference: Option<Reference>,
    /// Where the browser goes after the consent.
    #[schema(value_type = Option<String>, required, example = "https://app.example/bank")]
    return_url: Option<ReturnUrl>,
    /// The connection, once the consent is completed.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    user_id: Option<UserId>,
    /// When the consent was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when the address of the consent works.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    expires_at: Option<Timestamp>,
    /// When the consent ended.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Timestamp>,
}

impl ConsentView {
    /// Adds the address that opens the consent. Only the answer that created the consent shows it.
    pub(crate) fn with_url(self, url: String) -> Self {
        Self { url: Some(url), ..self }
    }

    pub(crate) fn new(consent: Consent, now: Timestamp) -> Self {
        let expires_at = consent.expires_at();
        Self {
            consent_id: consent.consent_id,
            url: None,
            status: consent.status(now),
            code: match consent.end {
                Some(ConsentEnd::Failed { code }) => Some(code),
                Some(ConsentEnd::Completed { .. } | ConsentEnd::Unclaimed { .. } | ConsentEnd::Denied) | None => None,
            },
            user_id: match consent.end {
                Some(ConsentEnd::Completed { user_id }) => Some(user_id),
                Some(ConsentEnd::Failed { .. } | ConsentEnd::Unclaimed { .. } | ConsentEnd::Denied) | None => None,
            },
            reference: consent.reference,
            return_url: consent.return_url,
            created_at: consent.created_at,
            expires_at,
            ended_at: consent.ended_at,
        }
    }
}

/// A page of consents.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ConsentPage {
    /// The newest first.
    pub(crate) consents: Vec<ConsentView>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

/// A claimed connection.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Claimed {
    /// Our id of the customer: it is part of every path from now on.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// The first of `references`; null if there is none.
    #[schema(value_type = Option<String>, required, example = "customer-17")]
    reference: Option<Reference>,
    /// All references of the connection, the oldest first. References other than yours mean that this bunq customer
    /// also stands for other users of yours.
    #[schema(value_type = Vec<String>, example = json!(["customer-17"]))]
    references: Vec<Reference>,
    /// When the customer first connected.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// When the customer last consented.
    #[schema(value_type = String, format = DateTime)]
    consented_at: Timestamp,
}

impl From<Connection> for Claimed {
    fn from(connection: Connection) -> Self {
        Self {
            user_id: connection.user_id,
            reference: connection.reference().cloned(),
            references: connection.references.into_iter().map(|one| one.reference).collect(),
            connected_at: connection.connected_at,
            consented_at: connection.consented_at,
        }
    }
}
