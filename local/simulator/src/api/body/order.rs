//! A payment order in a request body: the body of a payment, or an entry of a draft or a batch.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::body::counterparty::{self, POINTER};
use crate::records::counterparty::{Counterparty, Place};
use crate::records::customers::Customers;
use crate::records::order::Order;
use crate::wire::fields::{Field, Fields, number, object, objects, optional_text, text};
use crate::wire::refusal::Refusal;

/// The fields of an order.
pub(crate) static ORDER: [Field; 5] = [
    object("amount", &AMOUNT),
    object("counterparty_alias", &POINTER),
    text("description"),
    optional_text("merchant_reference"),
    objects("attachment", &ATTACHMENT).optional(),
];

/// The fields of an attachment. The bank does not check the id.
pub(crate) static ATTACHMENT: [Field; 1] = [number("id")];

const LONGEST_DESCRIPTION: usize = 9_000;
const LONGEST_DESCRIPTION_ELSEWHERE: usize = 140;

/// Reads an [`ORDER`] that the account `account_id` pays.
///
/// # Errors
///
/// When a field is invalid, or the account would pay itself.
pub(crate) fn read(customers: &Customers, account_id: u64, fields: &Fields) -> Result<Order, Refusal> {
    let order = read_without_payer(customers, fields)?;
    if order.counterparty.place == Place::Account(account_id) {
        return Err(Refusal::unrecorded(400, "an account cannot pay itself."));
    }
    Ok(order)
}

/// Reads an order that any account may pay later.
///
/// # Errors
///
/// When the amount, the counterparty or the description is invalid.
pub(crate) fn read_without_payer(customers: &Customers, fields: &Fields) -> Result<Order, Refusal> {
    let cents = amount::read(fields, "amount")?;
    let counterparty = counterparty::read(customers, fields)?;
    if counterparty.place == Place::Elsewhere && counterparty.party.iban.is_none() {
        return Err(Refusal::unrecorded(400, "counterparty_alias belongs to no customer of this bank."));
    }
    let description = fields.text("description").to_owned();
    check_description(&description, &counterparty)?;
    Ok(Order {
        cents,
        counterparty,
        description,
        merchant_reference: fields.optional_text("merchant_reference").map(str::to_owned),
        attachment_ids: attachment_ids(fields),
    })
}

pub(crate) fn check_description(description: &str, counterparty: &Counterparty) -> Result<(), Refusal> {
    let longest = if counterparty.party.is_bunq() { LONGEST_DESCRIPTION } else { LONGEST_DESCRIPTION_ELSEWHERE };
    if description.chars().count() > longest {
        return Err(Refusal::unrecorded(400, format!("description may hold {longest} characters here.")));
    }
    Ok(())
}

pub(crate) fn attachment_ids(fields: &Fields) -> Vec<u64> {
    fields.objects("attachment").iter().filter_map(|attachment| attachment.number("id")).collect()
}
