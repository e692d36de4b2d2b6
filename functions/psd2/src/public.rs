//! The public view of an issuer transaction, and the page where it is paid.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use shared::{
    bunq::calls::{FindPublicIssuerTransaction, PublicPath},
    http::{
        BankAnswer, Holder, OwnSession, PathId, Problem, Psd2,
        openapi::{
            Answered, AtBank, Problems, PublicIdPath, WithKey, WrongRequest, schemas::PublicIssuerTransactionAnswer,
        },
    },
    types::ids::PublicUuid,
};
use url::Url;

/// bunq's page where a customer pays.
pub(crate) fn pay_url<S>(session: &Holder<S>, transaction: PublicUuid) -> Url {
    let mut url = session.tpp().config.bunq.pay.clone();
    url.query_pairs_mut().append_pair("transactionId", &transaction.to_string());
    url
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
    session: OwnSession<Psd2>,
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
    session: OwnSession<Psd2>,
    PathId(transaction): PathId<PublicUuid>,
) -> Result<Response, Problem> {
    let url = pay_url(&session, transaction);
    let location = HeaderValue::try_from(url.as_str()).map_err(|_| Problem::internal())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
