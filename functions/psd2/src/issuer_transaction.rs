//! `/psd2/payment-service-provider-issuer-transaction`

use std::collections::HashMap;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use shared::{
    bunq::{
        DecodeError, Envelope, Page, Verified,
        calls::{
            CancelIssuerTransaction, CreateIssuerTransaction, FindIssuerTransaction, IssuerTransaction,
            ListIssuerTransactions,
        },
    },
    http::{
        BankAnswer, Element, Holder, IdempotencyHeader, JsonBody, OrderList, OwnSession, PathId, Place, Problem, Psd2,
        QueryParameters, list_orders, listing,
        openapi::{
            Answered, AnsweredToPay, AtBank, CreatedToPay, IdempotencyKeyHeader, Once, OrderQuery, PageQuery, Paged,
            Problems, TransactionPath, WithKey, WrongRequest,
            schemas::{IdAnswer, IssuerTransactionAnswer, IssuerTransactionList},
        },
        start,
    },
    store::OrderKind,
    tpp::{Listed, Mark, Order, Wanted, read_listed},
    types::{
        idempotency::RequestName,
        ids::{BunqUserId, IssuerTransactionId, MonetaryAccountId, PublicUuid},
        order_reference::OrderReference,
        schedule::BankTime,
    },
};

use crate::{
    body,
    public::pay_url,
    schema::{IssuerTransactionUpdate, NewIssuerTransaction},
};

const PATH: &str = "psd2/payment-service-provider-issuer-transaction";
/// How long a transaction can be paid where nobody says.
const USUAL_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const OBJECT: &str = "PaymentServiceProviderIssuerTransaction";

/// An issuer transaction to be made once.
struct TransactionOrder(IssuerTransaction);

impl Order for TransactionOrder {
    const KIND: OrderKind = OrderKind::IssuerTransaction;
    type Create = CreateIssuerTransaction;
    type List = ListIssuerTransactions;

    fn account(&self) -> Option<MonetaryAccountId> {
        None
    }

    fn create(&self, user: BunqUserId, name: &RequestName, began_at: Timestamp) -> CreateIssuerTransaction {
        let transaction = IssuerTransaction { time_expiry: Some(self.expiry(name, began_at)), ..self.0.clone() };
        CreateIssuerTransaction { user, transaction, request_id: name.bank_request_id().to_owned() }
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListIssuerTransactions {
        ListIssuerTransactions { user, page }
    }

    fn read(&self, page: &Verified, name: &RequestName, began_at: Timestamp) -> Result<Vec<Listed>, DecodeError> {
        let IssuerTransaction { amount, counterparty, description, .. } = &self.0;
        // Where nobody said the expiry, it hangs on when the first try began, which a lost store does not know.
        let mark = match self.0.time_expiry {
            Some(_) => Mark::Expiry(self.expiry(name, began_at)),
            None => Mark::Microseconds(name.mark()),
        };
        read_listed(page, OBJECT, &Wanted { amount, counterparty, description, mark })
    }
}

impl TransactionOrder {
    /// When it ends: what the caller said, or ten minutes after the first try began; and in its microseconds the
    /// request's own mark, since bunq keeps no reference with these.
    fn expiry(&self, name: &RequestName, began_at: Timestamp) -> BankTime {
        let end = self.0.time_expiry.map_or(began_at + USUAL_LIFETIME, BankTime::timestamp);
        BankTime::at(end).with_microseconds(name.mark())
    }
}

/// The TPP's list.
struct Transactions;

impl OrderList for Transactions {
    const KIND: OrderKind = OrderKind::IssuerTransaction;
    type List = ListIssuerTransactions;
    type Find = FindIssuerTransaction;
    type Id = IssuerTransactionId;

    fn account(&self) -> Option<MonetaryAccountId> {
        None
    }

    fn path(&self) -> &str {
        PATH
    }

    fn list(&self, user: BunqUserId, page: Page) -> ListIssuerTransactions {
        ListIssuerTransactions { user, page }
    }

    fn find(&self, user: BunqUserId, transaction: IssuerTransactionId) -> FindIssuerTransaction {
        FindIssuerTransaction { user, transaction }
    }

    /// The payment is in an account that nobody has granted.
    async fn payments<S: Sync>(&self, _: &Holder<S>, _: &[Element]) -> HashMap<u64, u64> {
        HashMap::new()
    }
}

/// Where the customer pays, as a `Link` of relation `payment`; none where the bank does not say the public name.
fn payment_link<S>(session: &Holder<S>, answer: &Verified) -> Option<HeaderValue> {
    #[derive(Deserialize)]
    struct Named {
        public_uuid: String,
    }
    let named: Named = Envelope::parse(&answer.body).ok()?.find(OBJECT).ok()?;
    let url = pay_url(session, named.public_uuid.parse::<PublicUuid>().ok()?);
    HeaderValue::try_from(format!("<{url}>; rel=\"payment\"")).ok()
}

/// Make an issuer transaction
///
/// Scope `psd2`. The `Link` of relation `payment` in the answer is bunq's page where the customer pays.
#[utoipa::path(
    post,
    path = "/psd2/payment-service-provider-issuer-transaction",
    operation_id = "create_issuer_transaction",
    tag = "psd2",
    params(IdempotencyKeyHeader),
    request_body(content = NewIssuerTransaction, description = "Who receives how much.", example = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Order 1042",
        "url_redirect": "https://shop.example/thanks"
    })),
    security(("api_key" = ["psd2"])),
    responses(CreatedToPay<IdAnswer>, Problems<(WithKey, WrongRequest, AtBank, Once)>)
)]
pub(crate) async fn create_issuer_transaction(
    session: OwnSession<Psd2>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (transaction, reference) = body.read(|fields| {
        let reference = fields.optional::<OrderReference>("reference");
        Some((body::read(fields, &session)?, reference))
    })?;
    // Whoever asks again after the time has passed gets the answer that there was.
    let past = transaction.time_expiry.is_some_and(|time| time.timestamp() <= session.tpp().now());
    if past && !session.has_begun(&key).await? {
        return Err(Problem::invalid(Place::Body("/time_expiry"), "must be in the future"));
    }
    let (content, order) = (transaction.to_json(), TransactionOrder(transaction));
    let link = async |id: u64, response: &mut Response| {
        // The bank answers an id; the public name takes another call. Without it the answer is still good.
        let Ok(transaction) = IssuerTransactionId::try_from(id) else { return };
        let found = session.call(|user| FindIssuerTransaction { user, transaction }).await.ok();
        if let Some(link) = found.and_then(|found| payment_link(&session, &found)) {
            response.headers_mut().insert(header::LINK, link);
        }
    };
    Ok(start(&session, &key, (PATH, &content), &order, reference.as_ref(), link).await)
}

/// List issuer transactions
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/payment-service-provider-issuer-transaction",
    operation_id = "list_issuer_transactions",
    tag = "psd2",
    params(PageQuery, OrderQuery),
    security(("api_key" = ["psd2"])),
    responses(Paged<IssuerTransactionList>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn list_issuer_transactions(
    session: OwnSession<Psd2>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (page, filter) = query.read(|parameters| {
        let page = parameters.page();
        (page, parameters.filter(page))
    })?;
    if let Some(filter) = filter {
        return list_orders(&session, &Transactions, page, &filter).await;
    }
    listing(&session, PATH, page, |user| ListIssuerTransactions { user, page }).await
}

/// Read an issuer transaction
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/payment-service-provider-issuer-transaction/{transaction_id}",
    operation_id = "find_issuer_transaction",
    tag = "psd2",
    params(TransactionPath),
    security(("api_key" = ["psd2"])),
    responses(AnsweredToPay<IssuerTransactionAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn find_issuer_transaction(
    session: OwnSession<Psd2>,
    PathId(transaction): PathId<IssuerTransactionId>,
) -> Result<Response, Problem> {
    let answer = session.call(|user| FindIssuerTransaction { user, transaction }).await?;
    let link = payment_link(&session, &answer);
    let mut response = BankAnswer(answer).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Take an issuer transaction back
///
/// Scope `psd2`. The body is `{"status":"CANCELLED"}`.
#[utoipa::path(
    put,
    path = "/psd2/payment-service-provider-issuer-transaction/{transaction_id}",
    operation_id = "update_issuer_transaction",
    tag = "psd2",
    params(TransactionPath),
    request_body(content = IssuerTransactionUpdate, description = "The transaction's end.", example = json!({ "status": "CANCELLED" })),
    security(("api_key" = ["psd2"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn update_issuer_transaction(
    session: OwnSession<Psd2>,
    PathId(transaction): PathId<IssuerTransactionId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    body.read(|fields| {
        let status = fields.required::<String>("status");
        if status.as_ref().is_some_and(|status| status != "CANCELLED") {
            fields.refuse("status", "must be CANCELLED");
        }
        status
    })?;
    session.call(|user| CancelIssuerTransaction { user, transaction }).await.map(BankAnswer)
}
