//! `draft-payment`: a payment that waits for the customer's yes in the bunq app. A TPP can draft and take back; it
//! cannot accept.

use std::collections::HashMap;

use axum::response::Response;
use jiff::Timestamp;
use shared::{
    bunq::{
        DecodeError, Page, Verified,
        calls::{
            CancelDraftPayment, CreateDraftPayment, DraftPayment, DraftStatus, FindDraftPayment, ListDraftPayments,
        },
    },
    http::{
        Accounts, BankAnswer, ConnectedUser, Element, Fields, Holder, IdempotencyHeader, JsonBody, OrderList, PathId,
        Payments, Problem, QueryParameters, list_orders, listing,
        openapi::{
            AccountPath, Answered, AtBank, Created, DraftPaymentPath, ForCustomer, IdempotencyKeyHeader, Once,
            OrderQuery, PageQuery, Paged, Problems, UserPath, WithKey, WrongRequest,
            schemas::{DraftPaymentAnswer, DraftPaymentList, IdAnswer},
        },
        start,
    },
    store::OrderKind,
    tpp::{Listed, Mark, Order, Wanted, read_listed},
    types::{
        idempotency::RequestName,
        ids::{AttachmentId, BunqUserId, DraftPaymentId, MonetaryAccountId},
        order_reference::OrderReference,
        schedule::{BankTime, Recurrence, Schedule},
    },
};

use crate::{
    order::{Purpose, Terms, read_terms},
    schema::{DraftPaymentUpdate, NewDraftPayment},
};

fn path<S>(user: &ConnectedUser<S>, account: MonetaryAccountId) -> String {
    format!("user/{}/monetary-account/{account}/draft-payment", user.connection.user_id)
}

struct DraftOrder {
    account: MonetaryAccountId,
    draft: DraftPayment,
}

impl Order for DraftOrder {
    const KIND: OrderKind = OrderKind::DraftPayment;
    type Create = CreateDraftPayment;
    type List = ListDraftPayments;

    fn account(&self) -> Option<MonetaryAccountId> {
        Some(self.account)
    }

    fn create(&self, user: BunqUserId, name: &RequestName, _: Timestamp) -> CreateDraftPayment {
        CreateDraftPayment {
            user,
            account: self.account,
            draft: self.draft.clone(),
            reference: name.reference().to_owned(),
            request_id: name.bank_request_id().to_owned(),
        }
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListDraftPayments {
        ListDraftPayments { user, account: self.account, page }
    }

    fn read(&self, page: &Verified, name: &RequestName, _: Timestamp) -> Result<Vec<Listed>, DecodeError> {
        let DraftPayment { amount, counterparty, description, .. } = &self.draft;
        let wanted = Wanted { amount, counterparty, description, mark: Mark::Reference(name.reference()) };
        read_listed(page, "DraftPayment", &wanted)
    }
}

/// An account's list.
struct Drafts {
    account: MonetaryAccountId,
    path: String,
}

impl OrderList for Drafts {
    const KIND: OrderKind = OrderKind::DraftPayment;
    type List = ListDraftPayments;
    type Find = FindDraftPayment;
    type Id = DraftPaymentId;

    fn account(&self) -> Option<MonetaryAccountId> {
        Some(self.account)
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListDraftPayments {
        ListDraftPayments { user, account: self.account, page }
    }

    fn find(&self, user: BunqUserId, draft: DraftPaymentId) -> FindDraftPayment {
        FindDraftPayment { user, account: self.account, draft }
    }

    async fn payments<S: Sync>(&self, _: &Holder<S>, orders: &[Element]) -> HashMap<u64, u64> {
        let payment = |draft: &Element| Some((draft.id()?, draft.object().pointer("/object/Payment/id")?.as_u64()?));
        orders.iter().filter_map(payment).collect()
    }
}

fn read_draft(fields: &mut Fields) -> Option<(DraftOrder, Option<OrderReference>)> {
    let terms = read_terms(fields, Purpose::Payment);
    let status = fields.optional::<String>("status").and_then(|status| match status.as_str() {
        "PENDING" => Some(DraftStatus::Pending),
        "ACTIVE" => Some(DraftStatus::Active),
        _ => {
            fields.refuse("status", "must be PENDING, or ACTIVE with a schedule");
            None
        }
    });
    if fields.optional_number::<String>("number_of_required_accepts").is_some_and(|accepts| accepts != "1") {
        fields.refuse("number_of_required_accepts", "must be 1: bunq takes no other number");
    }
    let previous_updated = fields.optional::<BankTime>("previous_updated_timestamp");
    let schedule = fields.object("schedule", read_schedule);
    let attachments = fields.list_of_numbers::<AttachmentId>("attachment_ids");
    let Terms { account, amount, counterparty, description, reference } = terms?;
    let draft = DraftPayment { amount, counterparty, description, status, previous_updated, schedule, attachments };
    Some((DraftOrder { account, draft }, reference))
}

fn read_schedule(fields: &mut Fields) -> Option<Schedule> {
    let time_start = fields.required::<BankTime>("time_start");
    let time_end = fields.optional::<BankTime>("time_end");
    let recurrence_unit = fields.required::<Recurrence>("recurrence_unit");
    let recurrence_size = fields.required_number::<u32>("recurrence_size");
    if recurrence_size == Some(0) {
        fields.refuse("recurrence_size", "must be at least 1");
    }
    if time_end.zip(time_start).is_some_and(|(end, start)| end <= start) {
        fields.refuse("time_end", "must be after time_start");
    }
    Some(Schedule {
        time_start: time_start?,
        time_end,
        recurrence_unit: recurrence_unit?,
        recurrence_size: recurrence_size?,
    })
}

/// Draft a payment
///
/// Scope `payments`. The customer accepts or rejects it in the bunq app; nothing is paid before that.
#[utoipa::path(
    post,
    path = "/user/{user_id}/draft-payment",
    operation_id = "create_draft_payment",
    tag = "payments",
    params(UserPath, IdempotencyKeyHeader),
    request_body(content = NewDraftPayment, description = "What is to be paid to whom.", example = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Invoice 17",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen"
    })),
    security(("api_key" = ["payments"])),
    responses(Created<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank, Once)>)
)]
pub(crate) async fn create_draft_payment(
    user: ConnectedUser<Payments>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (order, reference) = body.read(read_draft)?;
    let path = path(&user, order.account);
    Ok(start(&user, &key, (&path, &order.draft.to_json()), &order, reference.as_ref(), async |_, _| {}).await)
}

/// List drafts
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment",
    operation_id = "list_draft_payments",
    tag = "payments",
    params(UserPath, AccountPath, PageQuery, OrderQuery),
    security(("api_key" = ["accounts"])),
    responses(Paged<DraftPaymentList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_draft_payments(
    user: ConnectedUser<Accounts>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (page, filter) = query.read(|parameters| {
        let page = parameters.page();
        (page, parameters.filter(page))
    })?;
    if let Some(filter) = filter {
        let list = Drafts { account, path: path(&user, account) };
        return list_orders(&user, &list, page, &filter).await;
    }
    listing(&user, &path(&user, account), page, |user| ListDraftPayments { user, account, page }).await
}

/// Read a draft
///
/// Scope `accounts`. Once it is accepted, `object` holds the payment.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}",
    operation_id = "find_draft_payment",
    tag = "payments",
    params(UserPath, AccountPath, DraftPaymentPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<DraftPaymentAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_draft_payment(
    user: ConnectedUser<Accounts>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(draft): PathId<DraftPaymentId>,
) -> Result<BankAnswer, Problem> {
    user.call(|user| FindDraftPayment { user, account, draft }).await.map(BankAnswer)
}

/// Take a draft back
///
/// Scope `payments`. The body is `{"status":"CANCELLED"}`, with `previous_updated_timestamp` where the draft must not
/// have changed since.
#[utoipa::path(
    put,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}",
    operation_id = "update_draft_payment",
    tag = "payments",
    params(UserPath, AccountPath, DraftPaymentPath),
    request_body(content = DraftPaymentUpdate, description = "The draft's end.", example = json!({ "status": "CANCELLED" })),
    security(("api_key" = ["payments"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn update_draft_payment(
    user: ConnectedUser<Payments>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(draft): PathId<DraftPaymentId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    let previous_updated = body.read(|fields| {
        let status = fields.required::<String>("status");
        if status.as_ref().is_some_and(|status| status != "CANCELLED") {
            fields.refuse("status", "must be CANCELLED: only the customer accepts or rejects, in the bunq app");
        }
        Some(fields.optional::<BankTime>("previous_updated_timestamp"))
    })?;
    user.call(|user| CancelDraftPayment { user, account, draft, previous_updated }).await.map(BankAnswer)
}
