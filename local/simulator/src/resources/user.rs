//! Users: persons, companies, payment service providers, and the user that stands for a consent.

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::books::{Owner, PspUser};
use crate::clock;
use crate::customers::Customer;
use crate::customers::parts::avatar;
use crate::random::steady_uuid;
use crate::settings::GrantedId;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::gate::Caller;
use crate::wire::page::listing;
use crate::wire::refusal::Refusal;

/// Whose accounts a session sees.
pub(crate) struct Granted<'a> {
    pub(crate) customer: &'a Customer,
    pub(crate) account_ids: &'a [u64],
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let owner = owner(bank, caller)?;
    listing(call, vec![(owner.user_id(), of_owner(bank, owner)?)])
}

/// The session's user; with the granting user's id that user alone.
pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let owner = owner(bank, caller)?;
    let id = call.id(0);
    if owner.user_id() == id {
        return of_owner(bank, owner).map(Answer::one);
    }
    granting(bank, owner, id).map(|customer| Answer::one(customer.element(&bank.settings))).ok_or(unknown(id))
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
        Owner::Psp { .. } | Owner::Consent { .. } => Err(unknown(id)),
    }
}

/// The one-key object that stands for the user of an API key.
pub(crate) fn of_owner(bank: &Bank, owner: &Owner) -> Result<Value, Refusal> {
    match owner {
        Owner::Psp { psp_user_id } => {
            let user = bank.books.psp_user(*psp_user_id).ok_or(unknown(*psp_user_id))?;
            Ok(json!({"UserPaymentServiceProvider": provider(bank, user)}))
        }
        Owner::Consent { user_api_key_id, .. } => {
            let key = bank.books.user_api_key(*user_api_key_id).ok_or(unknown(*user_api_key_id))?;
            let requester = bank.books.psp_user(key.psp_user_id).ok_or(unknown(key.psp_user_id))?;
            let customer = bank.customers.named(&key.customer).ok_or(unknown(key.id))?;
            Ok(json!({"UserApiKey": {
                "id": key.id,
                "created": clock::text(key.created),
                "updated": clock::text(key.updated),
                "requested_by_user": {"UserPaymentServiceProvider": provider(bank, requester)},
                "granted_by_user": anchored(bank, customer),
            }}))
        }
    }
}

/// The payment service provider in the path, if it is the caller.
pub(crate) fn provider_in_path(bank: &Bank, call: &Call, caller: &Caller) -> Result<u64, Refusal> {
    let id = call.id(0);
    match owner(bank, caller)? {
        Owner::Psp { psp_user_id } if *psp_user_id == id => Ok(id),
        Owner::Consent { user_api_key_id, .. } if *user_api_key_id == id => {
            Err(Refusal::unrecorded(403, "only a payment service provider may do this."))
        }
        Owner::Psp { .. } | Owner::Consent { .. } => Err(unknown(id)),
    }
}

/// Whose accounts the path means. A payment service provider has none of its own.
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
            Ok(Some(Granted { customer, account_ids }))
        }
    }
}

fn find_kind(bank: &Bank, call: &Call, caller: &Caller, kind: &str) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let element = granting(bank, owner(bank, caller)?, id).map(|customer| customer.element(&bank.settings));
    element.filter(|element| element.get(kind).is_some()).map(Answer::one).ok_or(unknown(id))
}

fn owner<'a>(bank: &'a Bank, caller: &Caller) -> Result<&'a Owner, Refusal> {
    let credential = bank.books.credential(caller.session()?.credential_id).ok_or(Refusal::SessionEnded)?;
    Ok(&credential.owner)
}

fn customer<'a>(bank: &'a Bank, owner: &Owner) -> Option<&'a Customer> {
    let Owner::Consent { user_api_key_id, .. } = owner else { return None };
    bank.customers.named(&bank.books.user_api_key(*user_api_key_id)?.customer)
}

fn granting<'a>(bank: &'a Bank, owner: &Owner, id: u64) -> Option<&'a Customer> {
    customer(bank, owner).filter(|customer| customer.id == id)
}

fn unknown(id: u64) -> Refusal {
    Refusal::NotFound { thing: "User", id }
}

fn provider(bank: &Bank, user: &PspUser) -> Value {
    let public_uuid = steady_uuid(&user.distinguished_name);
    let created = clock::text(user.created);
    json!({
        "id": user.id,
        "created": created,
        "updated": created,
        "alias": [{
            "type": "CERTIFICATE_DISTINGUISHED_NAME",
            "value": user.distinguished_name,
            "name": user.common_name,
        }],
        "avatar": avatar(&user.distinguished_name),
        "status": "ACTIVE",
        "sub_status": "NONE",
        "public_uuid": public_uuid,
        "display_name": user.common_name,
        "public_nick_name": user.common_name,
        "language": "en_US",
        "region": "en_US",
        "session_timeout": bank.settings.psp_session_timeout_seconds,
        "daily_limit_without_confirmation_login": {"currency": "EUR", "value": "250.00"},
        "relations": [],
        "notification_filters": [],
        "certificate_distinguished_name": user.distinguished_name,
    })
}

/// The granting user as it stands inside a `UserApiKey`: little more than a name.
fn anchored(bank: &Bank, customer: &Customer) -> Value {
    let mut user = json!({
        "display_name": customer.display_name,
        "public_nick_name": customer.nick_name,
        "avatar": avatar(&customer.name),
        "session_timeout": bank.settings.session_timeout_seconds,
    });
    match bank.settings.granted_id {
        GrantedId::Present => user["id"] = json!(customer.id),
        GrantedId::Missing => {}
    }
    json!({customer.kind(): user})
}
