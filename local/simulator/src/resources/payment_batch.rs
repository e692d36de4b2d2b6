//! Payment batches: several payments in one call, all or none.

use crate::bank::Bank;
use crate::money::order::{ORDER, Order};
use crate::money::payment_batch::{self, PaymentBatch};
use crate::resources::{monetary_account, payment, user};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, flag, objects};
use crate::wire::gate::Caller;
use crate::wire::page::listing_of;
use crate::wire::refusal::Refusal;

static ENTRY: [Field; 6] = {
    let [amount, counterparty, description, reference, attachment] = ORDER;
    [amount, counterparty, description, reference, attachment, flag("allow_bunqto").optional()]
};

/// The schemas wrap the payments in one more object; client libraries send the list itself.
pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    user::check_may_pay(bank, caller, payment::NOT_BY_A_PROVIDER)?;
    let fields = Fields::read(call, &[objects("payments", &ENTRY)])?;
    let orders = fields.objects("payments");
    let orders = orders.iter().map(|order| Order::read(bank, account_id, order)).collect::<Result<Vec<_>, _>>()?;
    if orders.is_empty() {
        return Err(Refusal::unrecorded(400, "payments must hold at least one."));
    }
    Ok(Answer::id(payment_batch::pay(bank, account_id, &orders)?.0))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let batches = bank.books.payment_batches.iter().filter(|batch| batch.account_id == account.id);
    listing_of(bank, call, batches.map(|batch| (batch.id, batch)).collect(), |batch| batch.element(bank))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let known = |batch: &&PaymentBatch| batch.id == id && batch.account_id == account.id;
    let batch = bank.books.payment_batches.iter().find(known);
    batch.map(|batch| Answer::one(batch.element(bank))).ok_or(Refusal::NotFound { thing: "Payment batch", id })
}
