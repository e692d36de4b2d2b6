//! `/user/{user_id}/accounts` and `/user/{user_id}/monetary-account`: the accounts to which the customer granted
//! access. bunq lets no PSD2 party open or change one, so those two routes are closed unless the operator opens them.

use jiff::Timestamp;
use serde_json::Value;
use shared::{
    body,
    bunq::{
        LARGEST_PAGE, Neighbours, Resource as _,
        calls::{BankAccounts, MonetaryAccounts},
        types::json::without_nulls,
    },
    http::{links, part_of, prelude::*},
    tpp::{Order, Wanted},
    types::{
        idempotency::RequestName,
        ids::MonetaryAccountId,
        money::{Amount, Currency, Money},
        text::Text,
    },
    words,
};

use crate::normalised::{AccountFormat, ListedAccounts, NormalisedAccounts};

body! {
    /// The body of `create_account`.
    pub(crate) struct NewAccount {
        /// The currency of the account.
        required currency: Currency,
        /// What the customer calls the account.
        required description: Text<1, 140>,
        /// How much may be paid from the account in a day; bunq's default is 1000 euros.
        optional daily_limit: DailyLimit,
    }
}

body! {
    /// How much may be paid from the account in a day.
    pub(crate) struct DailyLimit {
        required value: Amount,
        /// The currency of the account.
        required currency: Currency,
    }
}

body! {
    /// The body of `update_account`. An absent field stays as it is. To close the account, set `status` to `CANCELLED`,
    /// `sub_status` to `REDEMPTION_VOLUNTARY` and `reason` to `OTHER`.
    pub(crate) struct AccountUpdate {
        /// What the customer calls the account.
        optional description: Text<1, 140>,
        optional daily_limit: DailyLimit,
        optional status: AccountStatus,
        optional sub_status: AccountSubStatus,
        optional reason: Reason,
        /// Why the account is closed, in the customer's words.
        optional reason_description: Text<1, 140>,
    }
}

words! {
    /// Whether the account can be used.
    pub(crate) enum AccountStatus {
        Active = "ACTIVE",
        Blocked = "BLOCKED",
        Cancelled = "CANCELLED",
        PendingReopen = "PENDING_REOPEN",
    }
    else "must be ACTIVE, BLOCKED, CANCELLED or PENDING_REOPEN"
}

words! {
    /// What the status means in detail: `NONE` for `ACTIVE` and `PENDING_REOPEN`, the next two for `BLOCKED`, the
    /// others for `CANCELLED`.
    pub(crate) enum AccountSubStatus {
        None = "NONE",
        Completely = "COMPLETELY",
        OnlyAcceptingIncoming = "ONLY_ACCEPTING_INCOMING",
        RedemptionVoluntary = "REDEMPTION_VOLUNTARY",
        RedemptionInvoluntary = "REDEMPTION_INVOLUNTARY",
        Permanent = "PERMANENT",
    }
    else "must be NONE, COMPLETELY, ONLY_ACCEPTING_INCOMING, REDEMPTION_VOLUNTARY, REDEMPTION_INVOLUNTARY or PERMANENT"
}

words! {
    /// Why the account is closed: bunq knows `OTHER` only.
    pub(crate) enum Reason { Other = "OTHER" } else "must be OTHER"
}

impl From<DailyLimit> for Money {
    fn from(DailyLimit { value: amount, currency }: DailyLimit) -> Self {
        Self { amount, currency }
    }
}

/// An account to open.
struct AccountOrder {
    currency: Currency,
    description: String,
    daily_limit: Option<Money>,
}

impl From<NewAccount> for AccountOrder {
    fn from(NewAccount { currency, description, daily_limit }: NewAccount) -> Self {
        Self { currency, description: description.into_string(), daily_limit: daily_limit.map(Money::from) }
    }
}

impl Order for AccountOrder {
    const KIND: &'static str = "account";
    type Resource = BankAccounts;

    fn parent(&self) {}

    fn content(&self) -> Value {
        without_nulls(json!({
            "currency": self.currency.to_string(),
            "description": self.description,
            "daily_limit": self.daily_limit.as_ref().map(Money::to_json),
        }))
    }

    /// bunq keeps no mark of ours with an account.
    fn body(&self, _: &RequestName, _: Timestamp) -> Value {
        self.content()
    }

    fn wanted(&self, _: &RequestName, _: Timestamp) -> Wanted<'_> {
        Wanted::Object(vec![("currency", self.currency.to_string()), ("description", self.description.clone())])
    }
}

impl AccountUpdate {
    /// The fields to change, in bunq's form.
    fn into_json(self) -> Value {
        without_nulls(json!({
            "description": self.description.map(Text::into_string),
            "daily_limit": self.daily_limit.map(|limit| Money::from(limit).to_json()),
            "status": self.status.map(|status| status.to_string()),
            "sub_status": self.sub_status.map(|status| status.to_string()),
            "reason": self.reason.map(|reason| reason.to_string()),
            "reason_description": self.reason_description.map(Text::into_string),
        }))
    }
}

/// List a customer's accounts
///
/// Scope `accounts`. Returns bunq's own answer, with every kind of account, including kinds that bunq adds later. With
/// `format=normalised`, returns the accounts in one shape instead, whatever their kind. A customer with more than 200
/// accounts has several pages: follow the `Link` of relation `next`.
#[utoipa::path(
    get,
    path = "/user/{user_id}/accounts",
    params(UserPath, AccountFormatQuery, LargePageQuery),
    security(("api_key" = ["accounts"])),
    responses(
        (status = 200, description = "One page.", body = ListedAccounts, headers(
            ("Bunq-Response-Id" = String, description = "bunq's name of its answer, without `format=normalised`."),
            ("Link" = String, description = "The pages beside this one (RFC 8288).")
        )),
        Problems<(WithKey, WrongRequest, Unattended, ForCustomer, AtBank)>,
    )
)]
pub(crate) async fn list_accounts(
    user: ConnectedUser<AccountsScope>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (page, format) = query.read(|parameters| {
        let format = parameters.parsed::<AccountFormat>("format");
        (parameters.page_of(LARGEST_PAGE), format.unwrap_or(AccountFormat::Bunq))
    })?;
    let path = format!("user/{}/accounts", user.connection.user_id);
    let list = MonetaryAccounts::list((), page);
    let read = async || match format {
        AccountFormat::Bunq => listing(&user, &path, page, &list).await,
        AccountFormat::Normalised => {
            let listed = user.call(&list).await?;
            let accounts = NormalisedAccounts::read(&listed.body)?;
            let mut url = user.public_url(&path);
            url.query_pairs_mut().append_pair("format", "normalised");
            let links = links(&url, page, Neighbours::of(&listed.body));
            Ok((links, Json(accounts)).into_response())
        }
    };
    user.read((Information::Accounts, part_of(page.from)), read).await
}

/// Read an account
///
/// Scope `accounts`. The account can be of any kind.
#[utoipa::path(
    get,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}",
    params(UserPath, AccountPath),
    security(("api_key" = ["accounts"])),
    responses(Answered<AccountAnswer>, Problems<(WithKey, WrongRequest, Unattended, ForCustomer, AtBank)>)
)]
pub(crate) async fn find_account(
    user: ConnectedUser<AccountsScope>,
    PathId(account): PathId<MonetaryAccountId>,
) -> Result<BankAnswer, Problem> {
    let call = MonetaryAccounts::find((), account);
    user.read((Information::Account(account), ReadPart::First), async || user.call(&call).await.map(BankAnswer)).await
}

/// Open an account
///
/// Scope `writes`. The operator must permit it (`BANK_WRITES=accounts`), and bunq refuses it to a PSD2 party. The
/// account is a usual one (`MonetaryAccountBank`). bunq lists it only if the customer's consent includes it. Give each
/// account another description: after a lost answer, the account is recognised by its description and currency.
#[utoipa::path(
    post,
    path = "/user/{user_id}/monetary-account",
    params(UserPath, IdempotencyKeyHeader),
    request_body(content = NewAccount, description = "The account.", example = json!({
        "currency": "EUR", "description": "Holidays", "daily_limit": { "value": "500.00", "currency": "EUR" }
    })),
    security(("api_key" = ["writes"])),
    responses(Created<IdAnswer>, Problems<(WithKey, Writing, WrongRequest, ForCustomer, (AtBank, Once))>)
)]
pub(crate) async fn create_account(
    user: ConnectedUser<AccountWritesScope>,
    key: IdempotencyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let account = AccountOrder::from(body.read::<NewAccount>()?);
    let started = user.create_once(&key, &account, None).await;
    Ok(created_response::<MonetaryAccounts, _>(&user, &key, (), started))
}

/// Change or close an account
///
/// Scope `writes`. The operator must permit it (`BANK_WRITES=accounts`), and bunq refuses it to a PSD2 party. The
/// account must be a usual one (`MonetaryAccountBank`).
#[utoipa::path(
    put,
    path = "/user/{user_id}/monetary-account/{monetary_account_id}",
    params(UserPath, AccountPath),
    request_body(content = AccountUpdate, description = "The changes.", example = json!({ "description": "Holidays 2027" })),
    security(("api_key" = ["writes"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, Writing, WrongRequest, ForCustomer, AtBank)>)
)]
pub(crate) async fn update_account(
    user: ConnectedUser<AccountWritesScope>,
    PathId(account): PathId<MonetaryAccountId>,
    body: JsonBody,
) -> Result<BankAnswer, Problem> {
    let body = body.read::<AccountUpdate>()?.into_json();
    user.call(&BankAccounts::update((), account, &body)).await.map(BankAnswer)
}
