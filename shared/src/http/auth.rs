//! Checks the caller's API key (RFC 6750, `Authorization: Bearer`) and the scope that a route requires. A handler that
//! takes a [`Caller`] does not run without a valid key.

use std::{marker::PhantomData, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use http::header::AUTHORIZATION;

use tracing::{Span, field};

use super::{
    Problem,
    app::App,
    beside::{Beside, Finding},
    customer::{CUSTOMER_ADDRESS, note_customer},
    operation::check_query,
};
use crate::{
    config::BankWrite,
    store::{ApiKeyRecord, Found, KeyId, SessionOwner},
    telemetry::{Metric, count},
    tpp::{AccessError, Agreement, Needs, Prepared, Upkeep},
    types::{
        cache::Trust,
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
    /// Whether the route uses the bank or sealed data, and so the deployment's secrets.
    const USES_SECRETS: bool = true;
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

/// The route requires the scope `events`, and uses no secrets.
#[derive(Clone, Copy, Debug)]
pub struct EventsScope;

impl RequiredScope for EventsScope {
    const SCOPE: Scope = Scope::Events;
    const USES_SECRETS: bool = false;
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
        Ok(Self::enter(parts, app, None).await?.0)
    }
}

/// What the request may use, apart from its caller.
pub(super) struct Entry {
    /// Which values of memory.
    pub(super) trust: Trust,
    /// The connection of the owner, if it was read just now.
    pub(super) connection: Option<Found>,
}

impl<S: RequiredScope> Caller<S> {
    /// Checks the caller's key and scope. Makes memory ready for a request in a session of this owner.
    pub(super) async fn enter(parts: &Parts, app: &App, owner: Option<SessionOwner>) -> Result<(Self, Entry), Problem> {
        let key = presented(parts)?;
        let authorised = match key {
            Ok(key) => {
                let needs = if S::USES_SECRETS { Needs::new(&key, owner) } else { Needs::without_secrets(&key) };
                authorise(parts, app, &key, needs, S::SCOPE).await
            }
            Err(error) => Err(error),
        };
        if matches!(authorised, Err(AccessError::Invalid)) {
            count(Metric::ApiKeysRefused);
            tracing::warn!("api key: one that is not valid was refused");
        }
        let (record, entry) = authorised?;
        Span::current().record("key", field::display(record.id));
        if S::BANK_WRITE.is_some_and(|write| !app.tpp.config.bank_writes.contains(&write)) {
            return Err(Problem::bank_writes_off());
        }
        check_query(parts)?;
        let customer_is_present = note_customer(parts, app, S::USES_SECRETS).await?;
        let workspace = record.workspace.clone();
        Ok((Self { key: record.id, workspace, customer_is_present, scope: PhantomData }, entry))
    }
}

/// Reads the key that the caller presents.
fn presented(parts: &Parts) -> Result<Result<ApiKey, AccessError>, Problem> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return Err(Problem::api_key_missing()) };
    let (scheme, key) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(Problem::api_key_missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::api_key_missing());
    }
    Ok(ApiKey::parse(key.trim().to_owned()).map_err(|_| AccessError::Invalid))
}

async fn authorise(
    parts: &Parts,
    app: &App,
    key: &ApiKey,
    needs: Needs,
    scope: Scope,
) -> Result<(Arc<ApiKeyRecord>, Entry), AccessError> {
    let beside = parts.extensions.get::<Beside>();
    // A read without the customer is counted in the store. It must be counted once, and only for a valid key.
    let is_counted = app.tpp.config.unattended_reads_per_day.is_some()
        && needs.customer().is_some()
        && !parts.headers.contains_key(CUSTOMER_ADDRESS);
    // Without a call to the bank, the answer is as fast as the check, or the request waits for longer than the check.
    let checks_beside = beside.is_some_and(|beside| beside.may_run_again) && !is_counted && needs.uses_secrets();
    let Prepared { trust, upkeep, connection } = app.tpp.freshness.prepare(needs, checks_beside).await?;
    let authorised = app.tpp.access.authorise(key, scope, trust).await;
    // A refusal also depends on what memory holds, so it is checked, too. A refused request does not use a connection.
    let upkeep = upkeep.filter(|upkeep| authorised.is_ok() || matches!(upkeep, Upkeep::Check(_)));
    if let (Some(beside), Some(upkeep)) = (beside, upkeep) {
        let tpp = Arc::clone(&app.tpp);
        beside.start(async move {
            match tpp.freshness.run(upkeep).await {
                Agreement::Same => Finding::Valid,
                Agreement::Differs => Finding::Outdated,
            }
        });
    }
    Ok((authorised?, Entry { trust, connection }))
}
