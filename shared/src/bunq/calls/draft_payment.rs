//! `/user/{id}/monetary-account/{id}/draft-payment`: a payment that waits for the customer's yes in the bunq app.

use serde_json::{Value, json};

use crate::{
    bunq::{Call, Created, DecodeError, Envelope, Page, Request, Verified, created},
    types::{
        counterparty::Counterparty,
        ids::{AttachmentId, BunqUserId, DraftPaymentId, MonetaryAccountId},
        money::Money,
        schedule::{BankTime, Schedule},
    },
};

const ROUTE: &str = "user/{id}/monetary-account/{id}/draft-payment";

fn path(user: BunqUserId, account: MonetaryAccountId) -> String {
    format!("user/{user}/monetary-account/{account}/draft-payment")
}

/// In which state a draft begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftStatus {
    /// It waits for the customer.
    Pending,
    /// bunq's own examples send it with a schedule.
    Active,
}

impl DraftStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
        }
    }
}

/// What is to be paid to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPayment {
    /// How much.
    pub amount: Money,
    /// To whom.
    pub counterparty: Counterparty,
    /// What for.
    pub description: String,
    /// In which state it begins, where the caller says.
    pub status: Option<DraftStatus>,
    /// When it was last changed, as far as the caller knows.
    pub previous_updated: Option<BankTime>,
    /// When it runs, where not at once.
    pub schedule: Option<Schedule>,
    /// What goes along.
    pub attachments: Vec<AttachmentId>,
}

impl DraftPayment {
    /// bunq's form of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut entry = json!({
            "amount": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
        });
        if !self.attachments.is_empty() {
            entry["attachment"] = self.attachments.iter().map(|id| json!({ "id": id })).collect();
        }
        // bunq takes one accept and no other number.
        let mut draft = json!({ "entries": [entry], "number_of_required_accepts": 1 });
        if let Some(status) = self.status {
            draft["status"] = json!(status.as_str());
        }
        if let Some(time) = self.previous_updated {
            draft["previous_updated_timestamp"] = json!(time.to_string());
        }
        if let Some(schedule) = &self.schedule {
            draft["schedule"] = schedule.to_json();
        }
        draft
    }
}

/// Drafts it.
#[derive(Clone, Debug)]
pub struct CreateDraftPayment {
    /// The customer.
    pub user: BunqUserId,
    /// The account that pays.
    pub account: MonetaryAccountId,
    /// What is to be paid.
    pub draft: DraftPayment,
    /// By which it is found again.
    pub reference: String,
    /// The same on every try.
    pub request_id: String,
}

impl Call for CreateDraftPayment {
    type Output = Created;

    fn build(&self) -> Request {
        let mut body = self.draft.to_json();
        body["entries"][0]["merchant_reference"] = json!(self.reference);
        Request::post(ROUTE, path(self.user, self.account), &body).with_request_id(&self.request_id)
    }

    fn decode(&self, answer: Verified) -> Result<Created, DecodeError> {
        created(answer)
    }
}

/// Lists drafts, newest first.
#[derive(Clone, Copy, Debug)]
pub struct ListDraftPayments {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which of them.
    pub page: Page,
}

impl Call for ListDraftPayments {
    type Output = Verified;

    fn build(&self) -> Request {
        Request::get(ROUTE, path(self.user, self.account), self.page.query())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Reads one.
#[derive(Clone, Copy, Debug)]
pub struct FindDraftPayment {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which.
    pub draft: DraftPaymentId,
}

impl Call for FindDraftPayment {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("{}/{}", path(self.user, self.account), self.draft);
        Request::get("user/{id}/monetary-account/{id}/draft-payment/{id}", path, Vec::new())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Takes a draft back.
#[derive(Clone, Copy, Debug)]
pub struct CancelDraftPayment {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which.
    pub draft: DraftPaymentId,
    /// When it was last changed, as far as the caller knows: the bank refuses where it has changed since.
    pub previous_updated: Option<BankTime>,
}

impl Call for CancelDraftPayment {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("{}/{}", path(self.user, self.account), self.draft);
        let mut body = json!({ "status": "CANCELLED" });
        if let Some(time) = self.previous_updated {
            body["previous_updated_timestamp"] = json!(time.to_string());
        }
        Request::put("user/{id}/monetary-account/{id}/draft-payment/{id}", path, &body)
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
