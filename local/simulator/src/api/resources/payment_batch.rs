//! Payment batches: several payments in one call. The bank makes all of them or none.

use jiff::Timestamp;

use crate::api::body::order::{self, ORDER};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::{monetary_account, payment, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::payment_batch;
use crate::records::payment_batch::PaymentBatch;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, flag, objects};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

static ENTRY: [Field; 6] = {
    let [amount, counterparty, description, reference, attachment] = ORDER;
    [amount, counterparty, description, reference, attachment, flag("allow_bunqto").optional()]
};

/// Creates a batch. The schemas have an object around the payments; client libraries send the list itself.
pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    user::check_may_pay(bank, caller, payment::NOT_BY_A_PROVIDER)?;
    let fields = Fields::read(call, &[objects("payments", &ENTRY)])?;
    let orders = fields.objects("payments");
    let orders =
        orders.iter().map(|sent| order::read(&bank.customers, account_id, sent)).collect::<Result<Vec<_>, _>>()?;
    if orders.is_empty() {
        return Err(Refusal::unrecorded(400, "payments must hold at least one."));
    }
    Ok(Answer::id(payment_batch::pay(bank, account_id, &orders)?.0))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let batches = bank.books.payment_batches.iter().filter(|batch| batch.account_id == account.id);
    listing_of(bank, call, batches.map(|batch| (batch.id, batch)).collect(), |batch| of_batch(bank, batch))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let known = |batch: &&PaymentBatch| batch.id == id && batch.account_id == account.id;
    let batch = bank.books.payment_batches.iter().find(known);
    batch.map(|batch| Answer::one(of_batch(bank, batch))).ok_or(Refusal::NotFound { thing: "Payment batch", id })
}

fn of_batch(bank: &Bank, batch: &PaymentBatch) -> Object {
    element(bank, batch.id, batch.created, &batch.payment_ids)
}

/// The object of a batch. The payments are a list, as in the recording; the schemas have an object around it.
pub(crate) fn element(bank: &Bank, id: u64, created: Timestamp, payment_ids: &[u64]) -> Object {
    let moment = clock::text(created);
    let made = bank.books.payments.iter().filter(|payment| payment_ids.contains(&payment.id));
    let payments: Vec<Object> = made.map(|made| payment::fields(&bank.customers, made)).collect();
    object! { "PaymentBatch": object! { "id": id, "created": moment, "updated": moment, "payments": payments } }
}
