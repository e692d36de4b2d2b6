//! Payments. A customer with an API key makes them. An application of a payment service provider reads them, and
//! creates drafts instead.

use crate::api::body::order::{self, ORDER};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::{balance, transfer};
use crate::records::counterparty::Party;
use crate::records::customers::Customers;
use crate::records::parts::euros;
use crate::records::payment::{Payment, PaymentKind, SubKind};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, flag};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

static PAYMENT: [Field; 6] = {
    let [amount, counterparty, description, reference, attachment] = ORDER;
    [amount, counterparty, description, reference, attachment, flag("allow_bunqto").optional()]
};

pub(crate) const NOT_BY_A_PROVIDER: &str = "a payment service provider may not pay; it may create a draft payment.";

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    user::check_may_pay(bank, caller, NOT_BY_A_PROVIDER)?;
    let order = order::read(&bank.customers, account_id, &Fields::read(call, &PAYMENT)?)?;
    let ids = transfer::pay(bank, account_id, &[order], SubKind::Payment, None)?;
    Ok(Answer::id(ids.first().copied().unwrap_or_default()))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let payments = balance::payments(bank, account.id);
    listing_of(bank, call, payments.into_iter().map(|payment| (payment.id, payment)).collect(), |payment| {
        element(&bank.customers, &payment)
    })
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let payment = balance::payments(bank, account.id).into_iter().find(|payment| payment.id == id);
    let payment = payment.ok_or(Refusal::NotFound { thing: "Payment", id })?;
    Ok(Answer::one(element(&bank.customers, &payment)))
}

/// The object of a payment.
pub(crate) fn element(customers: &Customers, payment: &Payment) -> Object {
    object! { "Payment": fields(customers, payment) }
}

/// The fields of a payment. A batch contains them too. Those after `request_reference_split_the_bill` are newer than
/// every recording.
pub(crate) fn fields(customers: &Customers, payment: &Payment) -> Object {
    let created = clock::text(payment.created);
    let sent = payment.cents < 0 && payment.kind == PaymentKind::EbaSct;
    object! {
        "id": payment.id,
        "created": created,
        "updated": payment.changed.map_or_else(|| created.clone(), clock::text),
        "monetary_account_id": payment.account_id,
        "amount": euros(payment.cents),
        "description": payment.description,
        "type": payment.kind,
        "merchant_reference": payment.merchant_reference,
        "alias": Party::of(customers, payment.account_id).label(),
        "counterparty_alias": payment.counterparty.label(),
        "attachment": attachments(&payment.attachment_ids, payment.account_id),
        "geolocation": (payment.kind == PaymentKind::Fis).then(in_amsterdam),
        "batch_id": payment.batch_id,
        "scheduled_id": (),
        "address_billing": (),
        "address_shipping": (),
        "sub_type": payment.sub_kind,
        "request_reference_split_the_bill": [(); 0],
        "payment_arrival_expected": sent.then(|| object! { "status": "ARRIVED", "time": created }),
        "balance_after_mutation": euros(payment.balance_after),
        "payment_auto_allocate_instance": (),
        "payment_suspended_outgoing": (),
        "payment_fee": (),
        "bunqto_status": (),
        "bunqto_sub_status": (),
        "bunqto_share_url": (),
        "bunqto_expiry": (),
        "bunqto_time_responded": (),
    }
}

pub(crate) fn attachments(ids: &[u64], account_id: u64) -> Vec<Object> {
    ids.iter().map(|id| object! { "id": id, "monetary_account_id": account_id }).collect()
}

/// The recording has fractions, though the schema has whole numbers.
fn in_amsterdam() -> Object {
    object! { "latitude": 52.387862883215, "longitude": 4.8333778222355, "altitude": 0, "radius": 65 }
}
