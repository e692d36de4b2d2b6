//! Opens and changes accounts, for a customer with an own API key. No role of PSD2 includes this.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::gate::Caller;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::ledger::sandbox;
use crate::records::customers::account::{Account, AccountKind, Setting};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, object, objects, optional_text, text};
use crate::wire::refusal::Refusal;

static SETTING: [Field; 5] = [
    optional_text("color"),
    optional_text("icon"),
    optional_text("default_avatar_status"),
    optional_text("restriction_chat"),
    optional_text("sdd_expiration_action"),
];

/// The fields that accounts of every kind have.
const SHARED: [Field; 9] = [
    optional_text("currency"),
    optional_text("description"),
    object("daily_limit", &AMOUNT).optional(),
    optional_text("avatar_uuid"),
    optional_text("status"),
    optional_text("sub_status"),
    optional_text("reason"),
    optional_text("reason_description"),
    object("setting", &SETTING).optional(),
];
const OF_BANK: [Field; 2] = [optional_text("display_name"), optional_text("country_iban")];
static CO_OWNER: [Field; 2] = [optional_text("alias"), text("status")];
const OF_SAVINGS: [Field; 2] =
    [object("savings_goal", &AMOUNT).optional(), objects("all_co_owner", &CO_OWNER).optional()];

/// EUR 10,000, the most that the bank allows.
const MOST_DAILY_LIMIT_CENTS: i64 = 1_000_000;

pub(crate) fn create_bank(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[&SHARED[..], &OF_BANK].concat())?;
    create(bank, call, caller, &fields, AccountKind::Bank)
}

pub(crate) fn create_savings(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[&SHARED[..], &OF_SAVINGS].concat())?;
    if !fields.objects("all_co_owner").is_empty() {
        return Err(Refusal::unrecorded(400, "all_co_owner must be empty; this bank opens no shared savings."));
    }
    create(bank, call, caller, &fields, AccountKind::Savings { goal_cents: None })
}

pub(crate) fn update_bank(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    update(bank, call, caller, &[&SHARED[..], &OF_BANK].concat())
}

pub(crate) fn update_savings(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    update(bank, call, caller, &[&SHARED[..], &OF_SAVINGS].concat())
}

fn create(
    bank: &mut Bank,
    call: &Call,
    caller: &Caller,
    fields: &Fields,
    kind: AccountKind,
) -> Result<Answer, Refusal> {
    let customer = user::writing_in_path(bank, call, caller)?.clone();
    if !fields.has("currency") {
        return Err(Refusal::missing("currency"));
    }
    let mut account = sandbox::open(bank, &customer, kind);
    let id = account.id;
    change(bank, &mut account, fields)?;
    bank.keep_account(&customer.name, account);
    user::grant_account(bank, caller, id);
    Ok(Answer::id(id))
}

fn update(bank: &mut Bank, call: &Call, caller: &Caller, allowed: &[Field]) -> Result<Answer, Refusal> {
    let customer = user::writing_in_path(bank, call, caller)?.name.clone();
    let mut account = monetary_account::in_path(bank, call, caller)?.clone();
    let id = account.id;
    change(bank, &mut account, &Fields::read(call, allowed)?)?;
    account.updated = bank.now();
    bank.keep_account(&customer, account);
    Ok(Answer::id(id))
}

/// Writes the fields of a body into an account.
fn change(bank: &Bank, account: &mut Account, fields: &Fields) -> Result<(), Refusal> {
    // Every account here is in euros.
    if fields.optional_text("currency").is_some_and(|currency| currency != "EUR") {
        return Err(Refusal::unrecorded(400, "currency must be EUR, the currency of every account here."));
    }
    if fields.optional_text("country_iban").is_some_and(|country| country != "NL") {
        return Err(Refusal::unrecorded(400, "country_iban must be NL; this bank has Dutch IBANs only."));
    }
    if fields.has("daily_limit") {
        account.daily_limit_cents = amount::read(fields, "daily_limit")?;
        if account.daily_limit_cents > MOST_DAILY_LIMIT_CENTS {
            return Err(Refusal::unrecorded(400, "daily_limit may be EUR 10000.00 at most."));
        }
    }
    if let (AccountKind::Savings { goal_cents }, true) = (&mut account.kind, fields.has("savings_goal")) {
        *goal_cents = Some(amount::read(fields, "savings_goal")?);
    }
    if let Some(uuid) = fields.optional_text("avatar_uuid") {
        let chosen = bank.books.avatars.iter().find(|avatar| avatar.uuid.to_string() == uuid);
        let chosen = chosen.ok_or_else(|| Refusal::unrecorded(400, "no avatar has this avatar_uuid."))?;
        account.avatar = Some(chosen.uuid);
    }
    if fields.optional_text("status").is_some_and(|status| !STATUSES.contains(&status)) {
        return Err(Refusal::unrecorded(400, format!("status must be one of {}.", STATUSES.join(", "))));
    }
    set(&mut account.description, fields, "description");
    set(&mut account.status, fields, "status");
    set(&mut account.sub_status, fields, "sub_status");
    set(&mut account.shown_name, fields, "display_name");
    let sent = |name: &str, old: Option<String>| fields.optional_text(name).map(str::to_owned).or(old);
    account.reason = sent("reason", account.reason.take());
    account.reason_description = sent("reason_description", account.reason_description.take());
    let setting = fields.object("setting");
    let Setting { color, icon, default_avatar_status, restriction_chat, sdd_expiration_action } = &mut account.setting;
    set(color, &setting, "color");
    set(default_avatar_status, &setting, "default_avatar_status");
    set(restriction_chat, &setting, "restriction_chat");
    set(sdd_expiration_action, &setting, "sdd_expiration_action");
    *icon = setting.optional_text("icon").map(str::to_owned).or(icon.take());
    Ok(())
}

const STATUSES: [&str; 4] = ["ACTIVE", "BLOCKED", "CANCELLED", "PENDING_REOPEN"];

fn set(field: &mut String, fields: &Fields, name: &str) {
    if let Some(text) = fields.optional_text(name) {
        text.clone_into(field);
    }
}
