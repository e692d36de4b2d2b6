//! `draft-payment`: a payment that waits for the customer's approval in the bunq app. A TPP can create and cancel a
//! draft; it cannot accept one.

use std::collections::HashMap;

use shared::{
    bunq::{
        Resource as _,
        calls::{DraftPayment, DraftPayments},
    },
    http::{RawElement, prelude::*},
    types::ids::{DraftPaymentId, MonetaryAccountId},
};

use crate::body::{Cancellation, DraftPaymentUpdate, NewDraftPayment};

/// The payments that resulted from drafts. bunq states the payment's id in the draft.
fn paid(drafts: &[RawElement]) -> HashMap<u64, u64> {
    let payment = |draft: &RawElement| Some((draft.id()?, draft.object().pointer("/object/Payment/id")?.as_u64()?));
    drafts.iter().filter_map(payment).collect()
}

/// Draft a payment
///
/// Scope `payments`. The customer accepts or rejects the draft in the bunq app; nothing is paid before that.
#[utoipa::path(
    post,
    path = "/user/{user_id}/draft-payment",
    params(UserPath, IdempotencyKeyHeader),
    request_body(content = NewDraftPayment, description = "What is to be paid to whom.", example = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Invoice 17",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen"
    })),
    security(("api_key" = ["payments"])),
    responses(Created<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank, Once)>)
)]
pub(crate) async fn create_draft_payment(
    user: ConnectedUser<PaymentsScope>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (draft, reference) = body.read::<NewDraftPayment>()?.into_order();
    let started = user.create_once(&key, &draft, reference.as_ref()).await;
    Ok(created_response::<DraftPayments, _>(&user, &key, draft.account, started))
}

/// List drafts of payments
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment",
    params(UserPath, AccountPath, PageQuery, OrderQuery),
    security(("api_key" = ["accounts"])),
    responses(Paged<DraftPaymentList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_draft_payments(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    list_orders::<_, DraftPayment>(&user, account, query, async |drafts| paid(drafts)).await
}

/// Read a draft of a payment
///
/// Scope `accounts`. Once the draft is accepted, `object` contains the payment.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}",
    params(UserPath, AccountPath, DraftPaymentPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<DraftPaymentAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_draft_payment(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(draft): PathId<DraftPaymentId>,
) -> Result<BankAnswer, Problem> {
    user.call(&DraftPayments::find(account, draft)).await.map(BankAnswer)
}

/// Cancel a draft of a payment
///
/// Scope `payments`. The body is `{"status":"CANCELLED"}`. Add `previous_updated_timestamp` if the draft must not have
/// changed since you read it.
#[utoipa::path(
    put,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}",
    params(UserPath, AccountPath, DraftPaymentPath),
    request_body(content = DraftPaymentUpdate, description = "The draft's end.", example = json!({ "status": "CANCELLED" })),
    security(("api_key" = ["payments"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn update_draft_payment(
    user: ConnectedUser<PaymentsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(draft): PathId<DraftPaymentId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    let DraftPaymentUpdate { status: Cancellation::Cancelled, previous_updated_timestamp } = body.read()?;
    let mut body = json!({ "status": "CANCELLED" });
    if let Some(time) = previous_updated_timestamp {
        body["previous_updated_timestamp"] = json!(time.to_string());
    }
    user.call(&DraftPayments::update(account, draft, &body)).await.map(BankAnswer)
}
