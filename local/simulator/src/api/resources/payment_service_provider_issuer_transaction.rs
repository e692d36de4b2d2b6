//! Payment service provider issuer transactions: an application prepares a payment that any visitor of the bank's pay
//! page may make.

use jiff::Timestamp;

use crate::api::body::amount::AMOUNT;
use crate::api::body::counterparty::POINTER;
use crate::api::body::order;
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::issuer_transaction;
use crate::random;
use crate::records::counterparty::Party;
use crate::records::issuer_transaction::{IssuerTransaction, Settled};
use crate::records::parts::euros;
use crate::settings::PublicPath;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::call::REQUEST_ID;
use crate::wire::fields::{Field, Fields, object, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;
use crate::wire::web_address::is_web_address;

const TRANSACTION: [Field; 6] = [
    object("counterparty_alias", &POINTER),
    object("amount", &AMOUNT),
    text("description"),
    text("url_redirect"),
    optional_text("time_expiry"),
    optional_text("status"),
];

/// The lifetime in the bank's documentation, in seconds.
const TEN_MINUTES: u32 = 600;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &TRANSACTION)?;
    let now = bank.now();
    let order = order::read_without_payer(&bank.customers, &fields)?;
    let url_redirect = fields.text("url_redirect").to_owned();
    if !is_web_address(&url_redirect) {
        let words = "url_redirect must be an https URL; http is taken for localhost only.";
        return Err(Refusal::unrecorded(400, words));
    }
    let expires = match fields.optional_text("time_expiry") {
        Some(text) => expiry(text, now)?,
        None => clock::after(now, TEN_MINUTES),
    };
    if fields.optional_text("status").is_some_and(|status| status != "PENDING") {
        return Err(Refusal::unrecorded(400, "status must be PENDING."));
    }
    let id = bank.books.new_id();
    bank.books.issuer_transactions.push(IssuerTransaction {
        id,
        created: now,
        updated: now,
        public_uuid: random::uuid(),
        psp_user_id,
        order,
        url_redirect,
        expires,
        outcome: None,
        request_id: call.filled_header(REQUEST_ID).map(str::to_owned),
    });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let all = bank.books.issuer_transactions.iter();
    let own = all.filter(|transaction| transaction.psp_user_id == psp_user_id);
    listing_of(bank, call, own.map(|own| (own.id, own)).collect(), |transaction| element(bank, transaction))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|transaction| Answer::one(element(bank, transaction)))
}

/// Cancels a transaction.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    if Fields::read(call, &[text("status")])?.text("status") != "CANCELLED" {
        return Err(Refusal::unrecorded(400, "status must be CANCELLED."));
    }
    issuer_transaction::end(bank, id, Settled::Cancelled)?;
    Ok(Answer::id(id))
}

/// Returns the public view under a user, with a session, as in an older description of the API.
pub(crate) fn find_public_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    user::provider_in_path(bank, call, caller)?;
    public(bank, call, PublicPath::User)
}

/// Returns the public view at the root, without a token, as in a newer description of the API.
pub(crate) fn find_public(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    public(bank, call, PublicPath::Root)
}

fn public(bank: &Bank, call: &Call, path: PublicPath) -> Result<Answer, Refusal> {
    if ![PublicPath::Both, path].contains(&bank.settings.issuer_transaction_public_path) {
        return Err(Refusal::unknown_endpoint());
    }
    let transaction = issuer_transaction::by_public_uuid(bank, call.uuid());
    let refusal = || Refusal::unrecorded(404, "no issuer transaction has this public_uuid.");
    transaction.map(|transaction| Answer::one(public_element(bank, transaction))).ok_or_else(refusal)
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a IssuerTransaction, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let id = call.id(1);
    let own = issuer_transaction::find(bank, id).filter(|transaction| transaction.psp_user_id == psp_user_id);
    own.ok_or(Refusal::NotFound { thing: "Payment service provider issuer transaction", id })
}

fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    match clock::read(text).filter(|moment| clock::text(*moment) == text) {
        None => Err(Refusal::unrecorded(400, "time_expiry must be a time like YYYY-MM-DD hh:mm:ss.ffffff.")),
        Some(moment) if moment <= now => Err(Refusal::unrecorded(400, "time_expiry has passed.")),
        Some(moment) => Ok(moment),
    }
}

/// The object that the provider sees. The bank's client libraries cannot read an `alias` that is null, so only a paid
/// transaction has the key.
fn element(bank: &Bank, transaction: &IssuerTransaction) -> Object {
    let payer = match transaction.outcome {
        Some(Settled::Accepted { account_id }) => Some(Party::of(&bank.customers, account_id).label()),
        Some(Settled::Rejected | Settled::Cancelled) | None => None,
    };
    let fields = object! { "id": transaction.id }.and(public_fields(transaction, bank.now())).with_some("alias", payer);
    object! { "PaymentServiceProviderIssuerTransaction": fields }
}

/// The object that everyone may see, without the payer. No recording shows which fields the real bank returns.
fn public_element(bank: &Bank, transaction: &IssuerTransaction) -> Object {
    object! { "PaymentServiceProviderIssuerTransactionPublic": public_fields(transaction, bank.now()) }
}

fn public_fields(transaction: &IssuerTransaction, now: Timestamp) -> Object {
    let status = transaction.status(now);
    let updated = if status == "EXPIRED" { transaction.expires } else { transaction.updated };
    object! {
        "created": clock::text(transaction.created),
        "updated": clock::text(updated),
        "public_uuid": transaction.public_uuid.to_string(),
        "counterparty_alias": transaction.order.counterparty.party.label(),
        "amount": euros(transaction.order.cents),
        "description": transaction.order.description,
        "url_redirect": transaction.url_redirect,
        "time_expiry": clock::text(transaction.expires),
        "status": status,
    }
}
