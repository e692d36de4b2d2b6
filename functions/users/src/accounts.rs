//! `GET /user/{user_id}/accounts`: the accounts to which the customer granted access.

use axum::response::Response;
use shared::{
    bunq::{LARGEST_PAGE, Resource as _, calls::MonetaryAccounts},
    http::{
        Accounts, ConnectedUser, Problem, QueryParameters, listing,
        openapi::{
            AtBank, ForCustomer, LargePageQuery, Paged, Problems, UserPath, WithKey, WrongRequest, schemas::AccountList,
        },
    },
};

/// List a customer's accounts
///
/// Scope `accounts`. Returns bunq's own answer, with every kind of account, including kinds that bunq adds later. A
/// customer with more than 200 accounts has several pages: follow the `Link` of relation `next`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/accounts",
    operation_id = "list_accounts",
    tag = "users",
    params(UserPath, LargePageQuery),
    security(("api_key" = ["accounts"])),
    responses(Paged<AccountList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_accounts(user: ConnectedUser<Accounts>, query: QueryParameters) -> Result<Response, Problem> {
    let page = query.read(|parameters| parameters.page_of(LARGEST_PAGE))?;
    let path = format!("user/{}/accounts", user.connection.user_id);
    listing(&user, &path, page, &MonetaryAccounts::list((), page)).await
}
