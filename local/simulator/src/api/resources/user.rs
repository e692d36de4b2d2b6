//! Users: persons, companies, payment service providers, and the `UserApiKey` of a consent.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::views::customer;
use crate::bank::Bank;
use crate::clock;
use crate::random::steady_uuid;
use crate::records::books::{Owner, PspUser};
use crate::records::customers::customer::Customer;
use crate::records::parts::{Alias, avatar, euros};
use crate::settings::{GrantedId, Permission};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The customer whose accounts a session sees, and which of them.
pub(crate) struct Granted<'a> {
    pub(crate) customer: &'a Customer,
    /// The accounts that the customer selected. `None` for the customer's own key, which sees all.
    account_ids: Option<&'a [u64]>,
}

impl Granted<'_> {
    pub(crate) fn sees(&self, account_id: u64) -> bool {
        self.account_ids.is_none_or(|ids| ids.contains(&account_id))
    }
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let owner = owner(bank, caller)?;
    listing(bank, call, vec![(owner.user_id(), of_owner(bank, owner)?)])
}

/// Returns the user of the session. The id of the granting user returns only that user.
pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let owner = owner(bank, caller)?;
    let id = call.id(0);
    if owner.user_id() == id {
        return of_owner(bank, owner).map(Answer::one);
    }
    granting(bank, owner, id)
        .map(|customer| Answer::one(customer::element(customer, &bank.settings)))
        .ok_or(unknown(id))
}

pub(crate) fn find_person(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    find_kind(bank, call, caller, "UserPerson")
}

pub(crate) fn find_company(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    find_kind(bank, call, caller, "UserCompany")
}

pub(crate) fn find_payment_service_provider(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(0);
    match owner(bank, caller)? {
        owner @ Owner::Psp { psp_user_id } if *psp_user_id == id => of_owner(bank, owner).map(Answer::one),
        Owner::Psp { .. } | Owner::Consent { .. } | Owner::Customer { .. } => Err(unknown(id)),
    }
}

/// The object of the user that an API key belongs to.
pub(crate) fn of_owner(bank: &Bank, owner: &Owner) -> Result<Object, Refusal> {
    match owner {
        Owner::Psp { psp_user_id } => {
            let user = bank.books.psp_user(*psp_user_id).ok_or(unknown(*psp_user_id))?;
            Ok(object! { "UserPaymentServiceProvider": provider(bank, user) })
        }
        Owner::Consent { user_api_key_id, .. } => {
            let key = bank.books.user_api_key(*user_api_key_id).ok_or(unknown(*user_api_key_id))?;
            let requester = bank.books.psp_user(key.psp_user_id).ok_or(unknown(key.psp_user_id))?;
            let customer = bank.customers.named(&key.customer).ok_or(unknown(key.id))?;
            let fields = object! {
                "id": key.id,
                "created": clock::text(key.created),
                "updated": clock::text(key.updated),
                "requested_by_user": object! { "UserPaymentServiceProvider": provider(bank, requester) },
                "granted_by_user": anchored(bank, customer),
            };
            Ok(object! { "UserApiKey": fields })
        }
        Owner::Customer { user_id, customer } => {
            let customer = bank.customers.named(customer).ok_or(unknown(*user_id))?;
            Ok(customer::element(customer, &bank.settings))
        }
    }
}

/// The id of the payment service provider in the path, if it is the caller.
///
/// # Errors
///
/// When the caller is another user, or not a payment service provider.
pub(crate) fn provider_in_path(bank: &Bank, call: &Call, caller: &Caller) -> Result<u64, Refusal> {
    let id = call.id(0);
    match owner(bank, caller)? {
        Owner::Psp { psp_user_id } if *psp_user_id == id => Ok(id),
        owner @ (Owner::Consent { .. } | Owner::Customer { .. }) if owner.user_id() == id => {
            Err(Refusal::unrecorded(403, "only a payment service provider may do this."))
        }
        Owner::Psp { .. } | Owner::Consent { .. } | Owner::Customer { .. } => Err(unknown(id)),
    }
}

/// The customer whose accounts the path names. `None` for a payment service provider, which has no accounts.
///
/// # Errors
///
/// When the id in the path does not belong to the session.
pub(crate) fn granted_in_path<'a>(
    bank: &'a Bank,
    call: &Call,
    caller: &Caller,
) -> Result<Option<Granted<'a>>, Refusal> {
    let owner = owner(bank, caller)?;
    let id = call.id(0);
    let lenient = bank.settings.granted_id_lenient && granting(bank, owner, id).is_some();
    if owner.user_id() != id && !lenient {
        return Err(unknown(id));
    }
    match owner {
        Owner::Psp { .. } => Ok(None),
        Owner::Consent { account_ids, .. } => {
            let customer = customer(bank, owner).ok_or(unknown(id))?;
            Ok(Some(Granted { customer, account_ids: Some(account_ids) }))
        }
        Owner::Customer { .. } => {
            let customer = customer(bank, owner).ok_or(unknown(id))?;
            Ok(Some(Granted { customer, account_ids: None }))
        }
    }
}

/// The customer in the path, if the caller may change accounts and attachments. Customers with an own API key may;
/// payment service providers may if a setting allows it, though no role of PSD2 includes it.
///
/// # Errors
///
/// When the caller may not, or the path names another user.
pub(crate) fn writing_in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a Customer, Refusal> {
    let refusal = || Refusal::unrecorded(403, "only a customer with an own API key may do this.");
    let granted = granted_in_path(bank, call, caller)?.ok_or_else(refusal)?;
    if is_customer(bank, caller)? || bank.settings.tpp_writes == Permission::Allow {
        Ok(granted.customer)
    } else {
        Err(refusal())
    }
}

/// Checks that the caller may pay. A customer may; a payment service provider may if a setting allows it.
///
/// # Errors
///
/// Refuses with the text `otherwise` when the caller may not.
pub(crate) fn check_may_pay(bank: &Bank, caller: &Caller, otherwise: &str) -> Result<(), Refusal> {
    if is_customer(bank, caller)? || bank.settings.direct_payments == Permission::Allow {
        Ok(())
    } else {
        Err(Refusal::unrecorded(403, otherwise))
    }
}

/// Whether the session was opened with the API key of a customer.
pub(crate) fn is_customer(bank: &Bank, caller: &Caller) -> Result<bool, Refusal> {
    Ok(matches!(owner(bank, caller)?, Owner::Customer { .. }))
}

/// The name of the caller that the customer sees: the provider of the application, or the customer.
pub(crate) fn known_as(bank: &Bank, caller: &Caller) -> Result<String, Refusal> {
    let name = match owner(bank, caller)? {
        Owner::Psp { psp_user_id } => bank.books.psp_user(*psp_user_id).map(|user| user.common_name.clone()),
        Owner::Consent { user_api_key_id, .. } => {
            let provider = bank.books.user_api_key(*user_api_key_id).map(|key| key.psp_user_id);
            provider.and_then(|id| bank.books.psp_user(id)).map(|user| user.common_name.clone())
        }
        Owner::Customer { customer, .. } => {
            bank.customers.named(customer).map(|customer| customer.display_name.clone())
        }
    };
    Ok(name.unwrap_or_default())
}

/// Adds a new account to the consent that opened it.
pub(crate) fn grant_account(bank: &mut Bank, caller: &Caller, account_id: u64) {
    let credential = caller.session().ok().and_then(|session| bank.books.credential_mut(session.credential_id));
    if let Some(Owner::Consent { account_ids, .. }) = credential.map(|credential| &mut credential.owner) {
        account_ids.push(account_id);
    }
}

fn find_kind(bank: &Bank, call: &Call, caller: &Caller, kind: &str) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let customer = granting(bank, owner(bank, caller)?, id).filter(|customer| customer.kind() == kind);
    customer.map(|customer| Answer::one(customer::element(customer, &bank.settings))).ok_or(unknown(id))
}

fn owner<'a>(bank: &'a Bank, caller: &Caller) -> Result<&'a Owner, Refusal> {
    let credential = bank.books.credential(caller.session()?.credential_id).ok_or(Refusal::SessionEnded)?;
    Ok(&credential.owner)
}

fn customer<'a>(bank: &'a Bank, owner: &Owner) -> Option<&'a Customer> {
    match owner {
        Owner::Psp { .. } => None,
        Owner::Consent { user_api_key_id, .. } => {
            bank.customers.named(&bank.books.user_api_key(*user_api_key_id)?.customer)
        }
        Owner::Customer { customer, .. } => bank.customers.named(customer),
    }
}

fn granting<'a>(bank: &'a Bank, owner: &Owner, id: u64) -> Option<&'a Customer> {
    customer(bank, owner).filter(|customer| customer.id == id)
}

fn unknown(id: u64) -> Refusal {
    Refusal::NotFound { thing: "User", id }
}

fn provider(bank: &Bank, user: &PspUser) -> Object {
    let public_uuid = steady_uuid(&user.distinguished_name);
    let created = clock::text(user.created);
    object! {
        "id": user.id,
        "created": created,
        "updated": created,
        "alias": [Alias::new("CERTIFICATE_DISTINGUISHED_NAME", &user.distinguished_name, &user.common_name)],
        "avatar": avatar(&user.distinguished_name, Some(public_uuid)),
        "status": "ACTIVE",
        "sub_status": "NONE",
        "public_uuid": public_uuid,
        "display_name": user.common_name,
        "public_nick_name": user.common_name,
        "language": "en_US",
        "region": "en_US",
        "session_timeout": bank.settings.psp_session_timeout_seconds,
        "daily_limit_without_confirmation_login": euros(25_000),
        "relations": [(); 0],
        "notification_filters": [(); 0],
        "certificate_distinguished_name": user.distinguished_name,
    }
}

/// The granting user inside a `UserApiKey`. It has little more than a name.
fn anchored(bank: &Bank, customer: &Customer) -> Object {
    let user = object! {
        "id"?: (bank.settings.granted_id == GrantedId::Present).then_some(customer.id),
        "display_name": customer.display_name,
        "public_nick_name": customer.nick_name,
        "avatar": avatar(&customer.display_name, Some(steady_uuid(&customer.display_name))),
        "session_timeout": bank.settings.session_timeout_seconds,
    };
    Object::default().with(customer.kind(), user)
}
