//! `/psd2/payment-service-provider-issuer-transaction`: the TPP creates, lists, reads and cancels issuer transactions.
//! Also their public view, and the page where a customer pays one.

use std::collections::HashMap;

use serde::Deserialize;
use shared::{
    bunq::{
        Envelope, Resource as _, Verified,
        calls::{FindPublicIssuerTransaction, IssuerTransaction, IssuerTransactions, PublicPath},
    },
    http::prelude::*,
    types::ids::{IssuerTransactionId, PublicUuid},
};
use url::Url;

use crate::body::{Cancellation, IssuerTransactionUpdate, NewIssuerTransaction};

/// bunq's page where a customer pays.
fn pay_url<S>(session: &Holder<S>, transaction: PublicUuid) -> Url {
    let mut url = session.tpp().config.bunq.pay.clone();
    url.query_pairs_mut().append_pair("transactionId", &transaction.to_string());
    url
}

/// The page where the customer pays, as a `Link` of relation `payment`; `None` if the bank does not state the public
/// name.
fn payment_link<S>(session: &Holder<S>, answer: &Verified) -> Option<HeaderValue> {
    #[derive(Deserialize)]
    struct Named {
        public_uuid: String,
    }
    let named: Named = Envelope::parse(&answer.body).ok()?.find(IssuerTransactions::NAME).ok()?;
    let url = pay_url(session, named.public_uuid.parse::<PublicUuid>().ok()?);
    HeaderValue::try_from(format!("<{url}>; rel=\"payment\"")).ok()
}

/// Create an issuer transaction
///
/// Scope `psd2`. The `Link` of relation `payment` in the answer is bunq's page where the customer pays.
#[utoipa::path(
    post,
    path = "/psd2/payment-service-provider-issuer-transaction",
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
    session: OwnSession<Psd2Scope>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (transaction, reference) =
        body.read_with::<NewIssuerTransaction>(&session.tpp().config.environment)?.into_order();
    // A caller who retries after the expiry gets the original answer.
    let past = transaction.time_expiry.is_some_and(|time| time.timestamp() <= session.tpp().clock.now());
    if past && !session.has_begun(&key).await? {
        return Err(Problem::invalid(Place::Body("/time_expiry"), "must be in the future"));
    }
    let started = session.create_once(&key, &transaction, reference.as_ref()).await;
    let id = started.as_ref().ok().and_then(|started| IssuerTransactionId::try_from(started.id).ok());
    if let Some(id) = id {
        session.tpp().issuer_transactions.watch(&session.caller.workspace, id, &transaction).await;
    }
    let mut response = created_response::<IssuerTransactions, _>(&session, &key, (), started);
    // bunq answers an id; the public name needs another call. Without the public name the answer is still valid.
    if let Some(id) = id
        && let Ok(found) = session.call(&IssuerTransactions::find((), id)).await
        && let Some(link) = payment_link(&session, &found)
    {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// List issuer transactions
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/payment-service-provider-issuer-transaction",
    params(PageQuery, OrderQuery),
    security(("api_key" = ["psd2"])),
    responses(Paged<IssuerTransactionList>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn list_issuer_transactions(
    session: OwnSession<Psd2Scope>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    // The payments are in accounts to which no customer has granted access.
    list_orders::<_, IssuerTransaction>(&session, (), query, async |_| HashMap::new()).await
}

/// Read an issuer transaction
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/payment-service-provider-issuer-transaction/{transaction_id}",
    params(TransactionPath),
    security(("api_key" = ["psd2"])),
    responses(AnsweredToPay<IssuerTransactionAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn find_issuer_transaction(
    session: OwnSession<Psd2Scope>,
    PathId(transaction): PathId<IssuerTransactionId>,
) -> Result<Response, Problem> {
    let answer = session.call(&IssuerTransactions::find((), transaction)).await?;
    session.tpp().issuer_transactions.note(transaction, &answer).await;
    let link = payment_link(&session, &answer);
    let mut response = BankAnswer(answer).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Cancel an issuer transaction
///
/// Scope `psd2`. The body is `{"status":"CANCELLED"}`.
#[utoipa::path(
    put,
    path = "/psd2/payment-service-provider-issuer-transaction/{transaction_id}",
    params(TransactionPath),
    request_body(content = IssuerTransactionUpdate, description = "The transaction's end.", example = json!({ "status": "CANCELLED" })),
    security(("api_key" = ["psd2"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn update_issuer_transaction(
    session: OwnSession<Psd2Scope>,
    PathId(transaction): PathId<IssuerTransactionId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    let IssuerTransactionUpdate { status: Cancellation::Cancelled } = body.read()?;
    let body = json!({ "status": "CANCELLED" });
    session.call(&IssuerTransactions::update((), transaction, &body)).await.map(BankAnswer)
}

/// Read the public view of an issuer transaction
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/payment-service-provider-issuer-transaction-public/{public_id}",
    params(PublicIdPath),
    security(("api_key" = ["psd2"])),
    responses(Answered<PublicIssuerTransactionAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn find_public_issuer_transaction(
    session: OwnSession<Psd2Scope>,
    PathId(transaction): PathId<PublicUuid>,
) -> Result<BankAnswer, Problem> {
    let path = if session.tpp().config.public_path_at_root { PublicPath::Root } else { PublicPath::User };
    session.call(&FindPublicIssuerTransaction { transaction, path }).await.map(BankAnswer)
}

/// Redirect to the page where an issuer transaction is paid
///
/// Scope `psd2`.
#[utoipa::path(
    get,
    path = "/psd2/redirect/{public_id}",
    params(PublicIdPath),
    security(("api_key" = ["psd2"])),
    responses(
        (status = 303, description = "To bunq's page.", headers(("Location" = String, description = "bunq's page."))),
        Problems<(WithKey, WrongRequest)>,
    )
)]
pub(crate) async fn redirect_to_pay_page(
    session: OwnSession<Psd2Scope>,
    PathId(transaction): PathId<PublicUuid>,
) -> Result<Redirect, Problem> {
    Ok(Redirect::to(pay_url(&session, transaction).as_str()))
}
