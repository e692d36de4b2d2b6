//! Checks the caller's API key (RFC 6750, `Authorization: Bearer`) and the scope that a route requires. A handler that
//! takes a [`Caller`] does not run without a valid key.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};
use http::header::AUTHORIZATION;

use tracing::{Span, field};

use super::{Problem, app::App, customer::note_customer, operation::check_query};
use crate::{
    config::BankWrite,
    store::KeyId,
    telemetry::{Metric, count},
    tpp::AccessError,
    types::{
        scope::Scope,
        secret::{ApiKey, Secret as _},
        workspace::Workspace,
    },
};

/// A scope that a route requires, as a type.
pub trait RequiredScope: Send + Sync + 'static {
    /// The scope.
    const SCOPE: Scope;
    /// What the route changes at the bank beyond the roles of PSD2. The deployment must permit it (`BANK_WRITES`).
    const BANK_WRITE: Option<BankWrite> = None;
}

macro_rules! required_scopes {
    ($($name:ident = $scope:ident),+ $(,)?) => {$(
        #[doc = concat!("The route requires [`Scope::", stringify!($scope), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl RequiredScope for $name {
            const SCOPE: Scope = Scope::$scope;
        }
    )+};
}

required_scopes! {
    AccountsScope = Accounts,
    ConnectionsScope = Connections,
    PaymentsScope = Payments,
    Psd2Scope = Psd2,
    CredentialsScope = Credentials,
}

/// The route requires the scope `writes`, and that the deployment permits changes of accounts.
#[derive(Clone, Copy, Debug)]
pub struct AccountWritesScope;

impl RequiredScope for AccountWritesScope {
    const SCOPE: Scope = Scope::Writes;
    const BANK_WRITE: Option<BankWrite> = Some(BankWrite::Accounts);
}

/// A caller whose API key is valid and has the scope `S`.
#[derive(Clone, Debug)]
pub struct Caller<S> {
    /// The id of the API key.
    pub key: KeyId,
    /// The workspace of the API key. The caller can reach only the customers of this workspace.
    pub workspace: Workspace,
    /// Whether the customer is present, as the caller says.
    pub customer_is_present: bool,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> FromRequestParts<App> for Caller<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
        let (Some(header), None) = (headers.next(), headers.next()) else { return Err(Problem::api_key_missing()) };
        let (scheme, key) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(Problem::api_key_missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::api_key_missing());
        }
        let key = ApiKey::parse(key.trim().to_owned()).map_err(|_| AccessError::Invalid);
        let authorised = match key {
            Ok(key) => app.tpp.access.authorise(&key, S::SCOPE).await,
            Err(error) => Err(error),
        };
        if matches!(authorised, Err(AccessError::Invalid)) {
            count(Metric::ApiKeysRefused);
            tracing::warn!("api key: one that is not valid was refused");
        }
        let record = authorised?;
        Span::current().record("key", field::display(record.id));
        if S::BANK_WRITE.is_some_and(|write| !app.tpp.config.bank_writes.contains(&write)) {
            return Err(Problem::bank_writes_off());
        }
        check_query(parts)?;
        let customer_is_present = note_customer(parts, app).await?;
        Ok(Self { key: record.id, workspace: record.workspace.clone(), customer_is_present, scope: PhantomData })
    }
}
