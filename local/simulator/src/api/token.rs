//! POST /v1/token: exchanges an authorization code for an access token. The parameters are in the query. Errors have
//! the form of OAuth, not of the API.

use axum::http::header;

use crate::bank::Bank;
use crate::ledger::psp_draft_payment;
use crate::random;
use crate::records::books::{AuthorizationCode, Credential, CredentialStatus, OauthClientStatus, Owner, UserApiKey};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::object;

/// Why the bank issues no access token.
enum TokenError {
    InvalidRequest(&'static str),
    UnsupportedGrantType,
    InvalidClient,
    InvalidGrant,
}

pub(crate) fn exchange(bank: &mut Bank, call: &Call) -> Answer {
    let mut answer = match issue(bank, call) {
        Ok((access_token, state)) => {
            Answer::json(200, &object! { "access_token": access_token, "token_type": "bearer", "state": state })
        }
        Err(error) => error.answer(bank),
    };
    answer.set(header::CACHE_CONTROL, "no-store");
    answer
}

fn issue(bank: &mut Bank, call: &Call) -> Result<(String, Option<String>), TokenError> {
    let parameter =
        |name| call.query_value(name).filter(|value| !value.is_empty()).ok_or(TokenError::InvalidRequest(name));
    let grant_type = parameter("grant_type")?;
    let (code, redirect_uri) = (parameter("code")?, parameter("redirect_uri")?);
    let (client_id, client_secret) = (parameter("client_id")?, parameter("client_secret")?);
    if grant_type != "authorization_code" {
        return Err(TokenError::UnsupportedGrantType);
    }
    let mut clients = bank.books.oauth_clients.iter();
    let client = clients
        .find(|client| client.client_id == client_id && client.secret == client_secret)
        .filter(|client| client.status == OauthClientStatus::Active)
        .ok_or(TokenError::InvalidClient)?;
    let (oauth_client_id, psp_user_id) = (client.id, client.psp_user_id);

    let now = bank.now();
    let fits = |known: &&mut AuthorizationCode| {
        known.code == code
            && known.oauth_client_id == oauth_client_id
            && known.redirect_uri == redirect_uri
            && !known.used
            && now < known.expires
    };
    let code = bank.books.codes.iter_mut().find(fits).ok_or(TokenError::InvalidGrant)?;
    code.used = true;
    let (customer, account_ids, state) = (code.customer.clone(), code.account_ids.clone(), code.state.clone());

    psp_draft_payment::exchange(bank, psp_user_id, &customer);
    if bank.settings.reconsent_revokes {
        revoke(bank, psp_user_id, &customer);
    }
    let user_api_key_id = user_api_key(bank, psp_user_id, customer);
    let access_token = random::token();
    let credential = Credential {
        id: bank.books.new_id(),
        created: now,
        updated: now,
        owner: Owner::Consent { user_api_key_id, account_ids },
        secret: access_token.clone(),
        status: CredentialStatus::Active,
        expires: None,
        permitted: None,
    };
    bank.books.credentials.push(credential);
    Ok((access_token, state))
}

/// The id of the `UserApiKey` for the consents of this customer to this application.
fn user_api_key(bank: &mut Bank, psp_user_id: u64, customer: String) -> u64 {
    let mut keys = bank.books.user_api_keys.iter();
    let known = keys.rfind(|key| key.psp_user_id == psp_user_id && key.customer == customer);
    if let Some(key) = known.filter(|_| !bank.settings.fresh_api_key_id) {
        return key.id;
    }
    let (id, now) = (bank.books.new_id(), bank.now());
    bank.books.user_api_keys.push(UserApiKey { id, created: now, updated: now, psp_user_id, customer });
    id
}

fn revoke(bank: &mut Bank, psp_user_id: u64, customer: &str) {
    let keys = bank.books.user_api_keys.iter();
    let ids: Vec<u64> =
        keys.filter(|key| key.psp_user_id == psp_user_id && key.customer == customer).map(|key| key.id).collect();
    let now = bank.now();
    let of_customer = |credential: &Credential| match &credential.owner {
        Owner::Consent { user_api_key_id, .. } => ids.contains(user_api_key_id),
        Owner::Psp { .. } | Owner::Customer { .. } => false,
    };
    bank.books.revoke(of_customer, now);
}

impl TokenError {
    /// Only the text of `invalid_grant` is recorded.
    fn answer(&self, bank: &Bank) -> Answer {
        let (status, error, description) = match self {
            Self::InvalidRequest(name) => (400, "invalid_request", format!("Simulator: the query lacks {name}.")),
            Self::UnsupportedGrantType => {
                (400, "unsupported_grant_type", "Simulator: grant_type must be authorization_code.".to_owned())
            }
            Self::InvalidClient => (401, "invalid_client", "Simulator: unknown client, or a wrong secret.".to_owned()),
            Self::InvalidGrant => {
                let status = bank.settings.invalid_grant_status.into();
                (status, "invalid_grant", "The authorization code is invalid or expired.".to_owned())
            }
        };
        Answer::json(status, &object! { "error": error, "error_description": description })
    }
}
