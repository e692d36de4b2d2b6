//! `…/transactions/sync`: what changed in an account since a cursor.

use shared::{
    bunq::{
        LARGEST_PAGE, Neighbours, Page, Resource as _, Verified,
        calls::Payments,
        transaction::{Transaction, sync::Cursor},
    },
    http::{Code, RawElement, Size, json, prelude::*},
    types::ids::{MonetaryAccountId, PaymentId, TransactionId},
};

use crate::{
    cursor::Cursors,
    period::Bound,
    transaction::read_raw,
    view::{RemovedTransaction, TransactionChanges, TransactionView, transactions},
};

/// Read what changed in an account
///
/// Scope `accounts`. Without `cursor`, begins with the newest transaction and goes back through the whole history, or
/// to `since`. Repeat the request with `next_cursor` until `has_more` is false: then you have everything that was there
/// when this loop began. Store each transaction by `id`, and save `next_cursor` in the same transaction of your
/// database. Later requests with the saved cursor return what is new, what changed and what is gone.
///
/// Each request reads one page of bunq. No transaction is missed or returned twice in one loop, and a cursor may be
/// used again or in parallel. Changes and removals are found among the newest 150 transactions, if at most about 50
/// have arrived since the last loop. If bunq leaves out many payments that it listed before, the answer is a 502; if it
/// stays so, start again without a cursor.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/transactions/sync",
    params(UserPath, AccountPath, SyncQuery, RawQuery),
    security(("api_key" = ["accounts"])),
    responses(
        (status = 200, description = "What changed.", body = TransactionChanges),
        Problems<(WithKey, WrongRequest, (WithCursor, Unattended), ForCustomer, AtBank)>,
    )
)]
pub(crate) async fn sync_transactions(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (cursor, count, since, with_raw) = query.read(|parameters| {
        let (cursor, count) = (parameters.text("cursor"), parameters.count().unwrap_or(LARGEST_PAGE));
        let since = parameters.parsed::<Bound>("since");
        if cursor.is_some() && since.is_some() {
            parameters.refuse("since", "cannot be combined with cursor, which remembers it");
        }
        (cursor, count, since, read_raw(parameters))
    })?;
    let cursors = Cursors::of(&user, account).await?;
    let cursor = match cursor {
        Some(cursor) => cursors.open::<Cursor>(&cursor)?,
        None => Cursor::start(account.into(), since.map(|since| since.start().as_second())),
    };
    let part = if cursor.is_within_walk() { ReadPart::Further } else { ReadPart::First };
    let read = async || read_changes(&user, account, cursor, &cursors, (count, with_raw)).await;
    let changes = user.read((Information::Transactions(account), part), read).await?;
    Ok(json(changes))
}

async fn read_changes<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    cursor: Cursor,
    cursors: &Cursors,
    (count, with_raw): (u8, bool),
) -> Result<String, Problem> {
    let now = user.tpp().clock.now();
    let listed = read_page(user, account, cursor.page()).await?;
    let elements = RawElement::read_all(&listed.body)?;
    let payments = transactions(account, &elements, now);
    // Without the links, it is unknown whether there are older payments.
    let older = Neighbours::read(&listed.body).ok_or_else(Problem::bank_pages_astray)?.older;
    let only = payments.iter().map(|(transaction, _)| transaction.clone()).collect();
    let changes = cursor.advance(only, older, count).map_err(|_| Problem::bank_pages_astray())?;
    let view = |transaction: Transaction| {
        let element = payments.iter().find(|(one, _)| one.payment_id == transaction.payment_id);
        TransactionView::new(transaction, element.map(|(_, element)| *element).filter(|_| with_raw))
    };
    let removed = changes.removed.into_iter().filter_map(|id| PaymentId::try_from(id).ok());
    let text = serde_json::to_string(&TransactionChanges {
        added: changes.added.into_iter().map(view).collect(),
        modified: changes.modified.into_iter().map(view).collect(),
        removed: removed.map(|payment| RemovedTransaction::gone(TransactionId { account, payment })).collect(),
        next_cursor: cursors.seal(&changes.next)?,
        has_more: changes.has_more,
        as_of: format!("{now:.0}"),
    });
    let text = text.map_err(|_| Problem::internal())?;
    if Size::of(text.as_bytes()).fits(0) { Ok(text) } else { Err(Problem::answer_too_large()) }
}

/// Reads a page of the bank. If the answer is too large, reads a smaller page.
async fn read_page<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    mut page: Page,
) -> Result<Verified, Problem> {
    loop {
        match user.call(&Payments::list(account, page)).await {
            Err(problem) if problem.code() == Code::AnswerTooLarge && page.count > 1 => page.count /= 2,
            read => return read,
        }
    }
}
