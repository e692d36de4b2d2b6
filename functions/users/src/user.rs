//! GET /user/{user_id}: the customer's profile.

use shared::{
    bunq::calls::FindUser,
    http::{
        Accounts, BankAnswer, ConnectedUser, Problem,
        openapi::{Answered, AtBank, ForCustomer, Problems, UserPath, WithKey, WrongRequest, schemas::UserAnswer},
    },
};

/// Read a customer's profile
///
/// Scope `accounts`. The answer is bunq's own: `UserPerson` or `UserCompany`, or `UserApiKey` where bunq does not say whose it is.
#[utoipa::path(
    get,
    path = "/user/{user_id}",
    operation_id = "find_user",
    tag = "users",
    params(UserPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<UserAnswer>, Problems<(WithKey, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_user(user: ConnectedUser<Accounts>) -> Result<BankAnswer, Problem> {
    // The one call where bunq takes the customer's own id, and says more then.
    user.call(&FindUser { other: user.connection.granted_id }).await.map(BankAnswer)
}
