//! `request-inquiry`: asks somebody for money.

use std::collections::HashMap;

use axum::response::Response;
use jiff::Timestamp;
use shared::{
    bunq::{
        DecodeError, Page, Verified,
        calls::{CreateRequestInquiry, FindRequestInquiry, ListRequestInquiries, RequestInquiry, RevokeRequestInquiry},
    },
    http::{
        Accounts, BankAnswer, ConnectedUser, Element, Holder, IdempotencyHeader, JsonBody, OrderList, PathId, Payments,
        Problem, QueryParameters, list_orders, listing,
        openapi::{
            AccountPath, Answered, AtBank, Created, ForCustomer, IdempotencyKeyHeader, Once, OrderQuery, PageQuery,
            Paged, Problems, RequestInquiryPath, UserPath, WithKey, WrongRequest,
            schemas::{IdAnswer, RequestInquiryAnswer, RequestInquiryList},
        },
        start,
    },
    store::OrderKind,
    tpp::{Listed, Mark, Order, Wanted, read_listed},
    types::{
        idempotency::RequestName,
        ids::{BunqUserId, MonetaryAccountId, RequestInquiryId},
    },
};

use crate::{
    order::{Purpose, Terms, read_terms},
    paid,
    schema::{NewRequestInquiry, RequestInquiryUpdate},
};

fn path<S>(user: &ConnectedUser<S>, account: MonetaryAccountId) -> String {
    format!("user/{}/monetary-account/{account}/request-inquiry", user.connection.user_id)
}

struct InquiryOrder {
    account: MonetaryAccountId,
    inquiry: RequestInquiry,
}

impl Order for InquiryOrder {
    const KIND: OrderKind = OrderKind::RequestInquiry;
    type Create = CreateRequestInquiry;
    type List = ListRequestInquiries;

    fn account(&self) -> Option<MonetaryAccountId> {
        Some(self.account)
    }

    fn create(&self, user: BunqUserId, name: &RequestName, _: Timestamp) -> CreateRequestInquiry {
        CreateRequestInquiry {
            user,
            account: self.account,
            inquiry: self.inquiry.clone(),
            reference: name.reference().to_owned(),
            request_id: name.bank_request_id().to_owned(),
        }
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListRequestInquiries {
        ListRequestInquiries { user, account: self.account, page }
    }

    fn read(&self, page: &Verified, name: &RequestName, _: Timestamp) -> Result<Vec<Listed>, DecodeError> {
        let RequestInquiry { amount, counterparty, description } = &self.inquiry;
        let wanted = Wanted { amount, counterparty, description, mark: Mark::Reference(name.reference()) };
        read_listed(page, "RequestInquiry", &wanted)
    }
}

/// An account's list.
struct Inquiries {
    account: MonetaryAccountId,
    path: String,
}

impl OrderList for Inquiries {
    const KIND: OrderKind = OrderKind::RequestInquiry;
    type List = ListRequestInquiries;
    type Find = FindRequestInquiry;
    type Id = RequestInquiryId;

    fn account(&self) -> Option<MonetaryAccountId> {
        Some(self.account)
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListRequestInquiries {
        ListRequestInquiries { user, account: self.account, page }
    }

    fn find(&self, user: BunqUserId, inquiry: RequestInquiryId) -> FindRequestInquiry {
        FindRequestInquiry { user, account: self.account, inquiry }
    }

    async fn payments<S: Sync>(&self, session: &Holder<S>, orders: &[Element]) -> HashMap<u64, u64> {
        paid::payments(session, self.account, orders).await
    }
}

/// Ask somebody for money
///
/// Scope `payments`. bunq sends the request to the receiver; the money arrives when they accept. In bunq's sandbox, and
/// in the simulated bank, `sugardaddy@bunq.com` accepts at once, up to 500 euros.
#[utoipa::path(
    post,
    path = "/user/{user_id}/request-inquiry",
    operation_id = "create_request_inquiry",
    tag = "payments",
    params(UserPath, IdempotencyKeyHeader),
    request_body(content = NewRequestInquiry, description = "What is asked of whom.", example = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen"
    })),
    security(("api_key" = ["payments"])),
    responses(Created<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank, Once)>)
)]
pub(crate) async fn create_request_inquiry(
    user: ConnectedUser<Payments>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let Terms { account, amount, counterparty, description, reference } =
        body.read(|fields| read_terms(fields, Purpose::Request))?;
    let order = InquiryOrder { account, inquiry: RequestInquiry { amount, counterparty, description } };
    let path = path(&user, account);
    Ok(start(&user, &key, (&path, &order.inquiry.to_json()), &order, reference.as_ref(), async |_, _| {}).await)
}

/// List what was asked
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry",
    operation_id = "list_request_inquiries",
    tag = "payments",
    params(UserPath, AccountPath, PageQuery, OrderQuery),
    security(("api_key" = ["accounts"])),
    responses(Paged<RequestInquiryList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_request_inquiries(
    user: ConnectedUser<Accounts>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (page, filter) = query.read(|parameters| {
        let page = parameters.page();
        (page, parameters.filter(page))
    })?;
    if let Some(filter) = filter {
        let list = Inquiries { account, path: path(&user, account) };
        return list_orders(&user, &list, page, &filter).await;
    }
    listing(&user, &path(&user, account), page, |user| ListRequestInquiries { user, account, page }).await
}

/// Read what was asked
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry/{request_inquiry_id}",
    operation_id = "find_request_inquiry",
    tag = "payments",
    params(UserPath, AccountPath, RequestInquiryPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<RequestInquiryAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_request_inquiry(
    user: ConnectedUser<Accounts>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(inquiry): PathId<RequestInquiryId>,
) -> Result<BankAnswer, Problem> {
    user.call(|user| FindRequestInquiry { user, account, inquiry }).await.map(BankAnswer)
}

/// Take back what was asked
///
/// Scope `payments`. The body is `{"status":"REVOKED"}`.
#[utoipa::path(
    put,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry/{request_inquiry_id}",
    operation_id = "update_request_inquiry",
    tag = "payments",
    params(UserPath, AccountPath, RequestInquiryPath),
    request_body(content = RequestInquiryUpdate, description = "The request's end.", example = json!({ "status": "REVOKED" })),
    security(("api_key" = ["payments"])),
    responses(Answered<RequestInquiryAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn update_request_inquiry(
    user: ConnectedUser<Payments>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(inquiry): PathId<RequestInquiryId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    body.read(|fields| {
        let status = fields.required::<String>("status");
        if status.as_ref().is_some_and(|status| status != "REVOKED") {
            fields.refuse("status", "must be REVOKED");
        }
        status
    })?;
    user.call(|user| RevokeRequestInquiry { user, account, inquiry }).await.map(BankAnswer)
}
