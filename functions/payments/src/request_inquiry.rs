//! `request-inquiry`: asks a person for money.

use shared::{
    bunq::{
        Resource as _,
        calls::{RequestInquiries, RequestInquiry},
    },
    http::{RawElement, prelude::*},
    types::ids::{MonetaryAccountId, RequestInquiryId},
};

use crate::{
    body::{NewRequestInquiry, RequestInquiryUpdate, Revocation},
    paid,
};

/// Request money
///
/// Scope `payments`. bunq sends the request to the receiver; the money arrives when the receiver accepts. In bunq's
/// sandbox, and in the simulated bank, `sugardaddy@bunq.com` accepts at once, up to 500 euros.
#[utoipa::path(
    post,
    path = "/user/{user_id}/request-inquiry",
    params(UserPath, IdempotencyKeyHeader),
    request_body(content = NewRequestInquiry, description = "What is asked of whom.", example = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen"
    })),
    security(("api_key" = ["payments"])),
    responses(Created<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank, Once)>)
)]
pub(crate) async fn create_request_inquiry(
    user: ConnectedUser<PaymentsScope>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (inquiry, reference) = body.read::<NewRequestInquiry>()?.into_order();
    let started = user.create_once(&key, &inquiry, reference.as_ref()).await;
    Ok(created_response::<RequestInquiries, _>(&user, &key, inquiry.account, started))
}

/// List requests for money
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry",
    params(UserPath, AccountPath, PageQuery, OrderQuery),
    security(("api_key" = ["accounts"])),
    responses(Paged<RequestInquiryList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_request_inquiries(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let paid = async |inquiries: &[RawElement]| paid::payments(&user, account, inquiries).await;
    list_orders::<_, RequestInquiry>(&user, account, query, paid).await
}

/// Read a request for money
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry/{request_inquiry_id}",
    params(UserPath, AccountPath, RequestInquiryPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<RequestInquiryAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_request_inquiry(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(inquiry): PathId<RequestInquiryId>,
) -> Result<BankAnswer, Problem> {
    user.call(&RequestInquiries::find(account, inquiry)).await.map(BankAnswer)
}

/// Revoke a request for money
///
/// Scope `payments`. The body is `{"status":"REVOKED"}`.
#[utoipa::path(
    put,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry/{request_inquiry_id}",
    params(UserPath, AccountPath, RequestInquiryPath),
    request_body(content = RequestInquiryUpdate, description = "The request's end.", example = json!({ "status": "REVOKED" })),
    security(("api_key" = ["payments"])),
    responses(Answered<RequestInquiryAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn update_request_inquiry(
    user: ConnectedUser<PaymentsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(inquiry): PathId<RequestInquiryId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    let RequestInquiryUpdate { status: Revocation::Revoked } = body.read()?;
    let body = json!({ "status": "REVOKED" });
    user.call(&RequestInquiries::update(account, inquiry, &body)).await.map(BankAnswer)
}
