//! `/user/{user_id}/payments/{monetary_account_id}`: the payments of an account, one page at a time or all at once; and
//! one payment.

use shared::{
    bunq::{PageStart, Resource as _, calls::Payments},
    http::{part_of, prelude::*},
    types::{
        ids::{MonetaryAccountId, PaymentId},
        since::Since,
    },
};

use crate::walk;

/// List an account's payments
///
/// Scope `accounts`. Returns the payments newest first, as bunq wrote them. By default, the answer is one page, with
/// `Link` headers to the next (older), the previous (newer) and the latest page. With `all=true`, the answer is
/// everything back to `since` in one array, up to 5 MB and while time remains. If the array is incomplete, a `next`
/// link points to the remaining payments. The same happens if bunq's pages stop leading to older payments; if no
/// payment was read before that, the answer is a 502.
#[utoipa::path(
    get,
    path = "/user/{user_id}/payments/{monetary_account_id}",
    params(
        UserPath,
        AccountPath,
        PageQuery,
        WalkQuery,
    ),
    security(("api_key" = ["accounts"])),
    responses(Paged<PaymentList>, Problems<(WithKey, WrongRequest, Unattended, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_payments(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (page, walk) = query.read(|parameters| {
        let page = parameters.page();
        let all = parameters.optional::<bool>("all", "must be true or false").unwrap_or(false);
        let since = parameters.parsed::<Since>("since");
        if all && matches!(page.from, PageStart::NewerThan(_)) {
            parameters.refuse("newer_id", "cannot be combined with all: a walk goes from the newest to the oldest");
        }
        if since.is_some() && !all {
            parameters.refuse("since", "needs all=true");
        }
        (page, all.then_some(since))
    })?;
    let read = async || match walk {
        Some(ref since) => walk::all(&user, account, page.from, since.as_ref()).await,
        None => {
            let path = format!("user/{}/payments/{account}", user.connection.user_id);
            listing(&user, &path, page, &Payments::list(account, page)).await
        }
    };
    user.read((Information::Transactions(account), part_of(page.from)), read).await
}

/// Read one payment
///
/// Scope `accounts`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}/payment/{payment_id}",
    params(UserPath, AccountPath, PaymentPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<PaymentAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_payment(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
    PathId(payment): PathId<PaymentId>,
) -> Result<BankAnswer, Problem> {
    user.call(&Payments::find(account, payment)).await.map(BankAnswer)
}
