//! Payment service provider issuer transaction: a payment for the bank's pay page, made by an application for whoever
//! comes.

use jiff::Timestamp;

use crate::bank::Bank;
use crate::clock;
use crate::money::amount::AMOUNT;
use crate::money::counterparty::POINTER;
use crate::money::issuer_transaction::{self, IssuerTransaction, Settled};
use crate::money::order::Order;
use crate::random;
use crate::resources::user;
use crate::settings::PublicPath;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, object, optional_text, text};
use crate::wire::gate::{Caller, REQUEST_ID};
use crate::wire::page::listing_of;
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

/// As documented.
const TEN_MINUTES: u32 = 600;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &TRANSACTION)?;
    let now = bank.now();
    let order = Order::from_anybody(bank, &fields)?;
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
    listing_of(bank, call, own.map(|own| (own.id, own)).collect(), |transaction| transaction.element(bank))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|transaction| Answer::one(transaction.element(bank)))
}

/// Takes a transaction back.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    if Fields::read(call, &[text("status")])?.text("status") != "CANCELLED" {
        return Err(Refusal::unrecorded(400, "status must be CANCELLED."));
    }
    issuer_transaction::end(bank, id, Settled::Cancelled)?;
    Ok(Answer::id(id))
}

/// The public view where an older description of the API has it: below a user, with a session.
pub(crate) fn find_public_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    user::provider_in_path(bank, call, caller)?;
    public(bank, call, PublicPath::User)
}

/// The public view where a newer description has it: at the root, for everybody.
pub(crate) fn find_public(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    public(bank, call, PublicPath::Root)
}

fn public(bank: &Bank, call: &Call, path: PublicPath) -> Result<Answer, Refusal> {
    if ![PublicPath::Both, path].contains(&bank.settings.issuer_transaction_public_path) {
        return Err(Refusal::unknown_endpoint());
    }
    let transaction = issuer_transaction::by_public_uuid(bank, call.uuid());
    let refusal = || Refusal::unrecorded(404, "no issuer transaction has this public_uuid.");
    transaction.map(|transaction| Answer::one(transaction.public_element(bank))).ok_or_else(refusal)
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
