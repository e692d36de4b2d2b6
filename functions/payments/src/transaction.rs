//! `/user/{user_id}/monetary-account/{monetary_account_id}/transactions`: the payments of an account in one shape.

use axum::http::HeaderMap;
use shared::{
    bunq::{
        Resource as _,
        account::Account,
        calls::{MonetaryAccounts, Payments},
    },
    http::{Parameters, RawElement, next_link, prelude::*},
    types::ids::{MonetaryAccountId, TransactionId},
};

use crate::{
    camt::CamtStatement,
    csv::CsvTable,
    cursor::{Below, Cursors},
    format::Format,
    json::JsonPage,
    listing::{Limits, Listing},
    period::Period,
    view::{TransactionPage, TransactionView, transactions},
};

/// The number of transactions of a page by default.
const USUAL_PAGE: u8 = 50;
/// The most pages of the bank that are read for one page.
const MOST_PAGES: usize = 10;

/// List an account's transactions
///
/// Scope `accounts`. Returns the payments of the account in one shape, newest first. bunq has no filter by date, so its
/// pages are read down to `from`: at most ten for one answer in JSON. So an answer with fewer than `count`
/// transactions, even none, can have a `next_cursor`.
///
/// With `Accept: text/csv` or `Accept: application/xml`, the answer is a file for bookkeeping: a table, or a statement
/// in camt.053.001.08 of ISO 20022. By default it has everything in the period, up to 5 MB and while time remains. If
/// that is not everything, the `next` link leads to the rest, which is a file of its own. A statement lists the oldest
/// transaction first, and its first page has the newest transactions.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/transactions",
    params(UserPath, AccountPath, TransactionQuery, RawQuery),
    security(("api_key" = ["accounts"])),
    responses(
        (status = 200, description = "A page of transactions.", headers(
            ("Link" = String, description = "The `next` page (RFC 8288), where there is one.")
        ), content(
            (TransactionPage = "application/json"),
            (String = "text/csv"),
            (String = "application/xml"),
        )),
        Problems<(WithKey, WrongRequest, (WithCursor, Unattended), ForCustomer, (AtBank, AsStatement))>,
    )
)]
pub(crate) async fn list_transactions(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    headers: HeaderMap,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let format = Format::of(&headers);
    let (period, count, cursor, with_raw) = query.read(|parameters| {
        let (period, count) = (Period::read(parameters), parameters.count());
        let (cursor, with_raw) = (parameters.text("cursor"), read_raw(parameters));
        if with_raw && format != Format::Json {
            parameters.refuse("raw", "needs an answer in JSON");
        }
        (period, count, cursor, with_raw)
    })?;
    let limits = match format {
        Format::Json => Limits { transactions: Some(count.unwrap_or(USUAL_PAGE)), pages: MOST_PAGES },
        Format::Csv | Format::Camt => Limits { transactions: count, pages: usize::MAX },
    };
    let cursors = Cursors::of(&user, account).await?;
    let start = cursor.map(|cursor| cursors.open::<Below>(&cursor)).transpose()?;
    let part = if start.is_none() { ReadPart::First } else { ReadPart::Further };
    let listing = Listing { user: &user, account, period: &period, start, limits };
    let write = async || match format {
        Format::Json => listing.write(&cursors, JsonPage::new(with_raw)).await,
        Format::Csv => listing.write(&cursors, CsvTable::new()?).await,
        Format::Camt => {
            let of = find_account(&user, account).await?;
            let statement = CamtStatement::new(of, &period, user.tpp().clock.now(), listing.page());
            listing.write(&cursors, statement).await
        }
    };
    let (body, next) = user.read((Information::Transactions(account), part), write).await?;
    let link = next.and_then(|next| {
        let customer = user.connection.user_id;
        let mut url = user.public_url(&format!("user/{customer}/monetary-account/{account}/transactions"));
        url.query_pairs_mut()
            .extend_pairs(period.query())
            .extend_pairs(count.map(|count| ("count", count.to_string())))
            .extend_pairs(with_raw.then_some(("raw", "true")))
            .append_pair("cursor", &next);
        next_link(&url)
    });
    let headers = [(header::CONTENT_TYPE, format.content_type()), (header::VARY, "accept")];
    Ok((headers, link, body).into_response())
}

async fn find_account<S>(user: &ConnectedUser<S>, account: MonetaryAccountId) -> Result<Account, Problem> {
    let found = user.call(&MonetaryAccounts::find((), account)).await?;
    let element = RawElement::read_all(&found.body)?.into_iter().next();
    element.and_then(|element| Account::read(&element.whole()).ok()).ok_or_else(Problem::bank_not_understood)
}

/// Read one transaction
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/transactions/{transaction_id}",
    params(UserPath, AccountPath, AccountTransactionPath, RawQuery),
    security(("api_key" = ["accounts"])),
    responses(
        (status = 200, description = "The transaction.", body = TransactionView),
        Problems<(WithKey, WrongRequest, (ForCustomer, OfTransaction), AtBank)>,
    )
)]
pub(crate) async fn find_transaction(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(id): PathId<TransactionId>,
    query: QueryParameters,
) -> Result<Json<TransactionView>, Problem> {
    let with_raw = query.read(read_raw)?;
    if id.account != account {
        return Err(Problem::transaction_not_found());
    }
    let found = user.find(&Payments::find(account, id.payment)).await?.ok_or_else(Problem::transaction_not_found)?;
    let elements = RawElement::read_all(&found.body)?;
    let listed = transactions(account, &elements, user.tpp().clock.now()).into_iter();
    let mut found = listed.filter(|(transaction, _)| transaction.payment_id == u64::from(id.payment));
    let (transaction, element) = found.next().ok_or_else(Problem::bank_not_understood)?;
    Ok(Json(TransactionView::new(transaction, Some(element).filter(|_| with_raw))))
}

/// Reads whether the caller requests bunq's objects, too.
pub(crate) fn read_raw(parameters: &mut Parameters) -> bool {
    parameters.optional::<bool>("raw", "must be true or false").unwrap_or(false)
}
