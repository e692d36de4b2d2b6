//! GET /user/{user_id}/accounts: the accounts that the customer granted.

use shared::{
    bunq::calls::ListMonetaryAccounts,
    http::{
        Accounts, BankAnswer, ConnectedUser, Problem,
        openapi::{Answered, AtBank, ForCustomer, Problems, UserPath, WithKey, WrongRequest, schemas::AccountList},
    },
};

/// List a customer's accounts
///
/// Scope `accounts`. The answer is bunq's own, with every kind of account, also kinds that bunq adds.
#[utoipa::path(
    get,
    path = "/user/{user_id}/accounts",
    operation_id = "list_accounts",
    tag = "users",
    params(UserPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<AccountList>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn list_accounts(user: ConnectedUser<Accounts>) -> Result<BankAnswer, Problem> {
    user.call(|user| ListMonetaryAccounts { user }).await.map(BankAnswer)
}
