//! `GET /user/{user_id}`: the customer's profile.

use shared::{bunq::calls::FindUser, http::prelude::*};

/// Read a customer's profile
///
/// Scope `accounts`. Returns bunq's own answer: `UserPerson` or `UserCompany`, or `UserApiKey` if bunq does not state
/// the customer's identity.
#[utoipa::path(
    get,
    path = "/user/{user_id}",
    params(UserPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<UserAnswer>, Problems<(WithKey, WrongRequest, Unattended, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_user(user: ConnectedUser<AccountsScope>) -> Result<BankAnswer, Problem> {
    // Only in this call does bunq accept the customer's own id, and its answer then contains more.
    let call = FindUser { other: user.connection.granted_id };
    user.read((Information::Customer, ReadPart::First), async || user.call(&call).await.map(BankAnswer)).await
}
