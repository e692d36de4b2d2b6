//! Payments. A customer with an API key makes them. An application of a payment service provider reads them; to make
//! one it prepares a draft.

use crate::bank::Bank;
use crate::money::ledger;
use crate::money::order::{ORDER, Order};
use crate::money::payment::SubKind;
use crate::resources::{monetary_account, user};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, flag};
use crate::wire::gate::Caller;
use crate::wire::page::listing_of;
use crate::wire::refusal::Refusal;

static PAYMENT: [Field; 6] = {
    let [amount, counterparty, description, reference, attachment] = ORDER;
    [amount, counterparty, description, reference, attachment, flag("allow_bunqto").optional()]
};

pub(crate) const NOT_BY_A_PROVIDER: &str = "a payment service provider may not pay; it may create a draft payment.";

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    user::check_may_pay(bank, caller, NOT_BY_A_PROVIDER)?;
    let order = Order::read(bank, account_id, &Fields::read(call, &PAYMENT)?)?;
    let ids = ledger::pay(bank, account_id, &[order], SubKind::Payment, None)?;
    Ok(Answer::id(ids.first().copied().unwrap_or_default()))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let payments = ledger::payments(bank, account.id);
    listing_of(bank, call, payments.into_iter().map(|payment| (payment.id, payment)).collect(), |payment| {
        payment.element(bank)
    })
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let payment = ledger::payments(bank, account.id).into_iter().find(|payment| payment.id == id);
    let payment = payment.ok_or(Refusal::NotFound { thing: "Payment", id })?;
    Ok(Answer::one(payment.element(bank)))
}
