//! Pointers in request bodies: how a client names the other side of a payment.

use crate::records::counterparty::{Counterparty, Party, Place};
use crate::records::customers::Customers;
use crate::records::parts::{iban, is_iban, is_mail_address, is_telephone_number};
use crate::wire::fields::{Field, Fields, optional_text, text};
use crate::wire::refusal::Refusal;

/// The fields of a pointer.
pub(crate) static POINTER: [Field; 4] = [text("type"), text("value"), optional_text("name"), optional_text("service")];

/// The mail address that pays every request up to a limit, as in the bank's sandbox.
const SUGAR_DADDY: &str = "sugardaddy@bunq.com";
/// The mail address that the bank's examples pay to.
const BRAVO: &str = "bravo@bunq.com";

/// Finds the counterparty that the field `counterparty_alias` points to. A mail address or a telephone number that
/// belongs to no customer gives [`Place::Elsewhere`]; the caller decides whether it accepts that.
///
/// # Errors
///
/// When the pointer has an unknown type, or a value that does not fit its type.
pub(crate) fn read(customers: &Customers, fields: &Fields) -> Result<Counterparty, Refusal> {
    let pointer = fields.object("counterparty_alias");
    let (kind, value, name) = (pointer.text("type"), pointer.text("value"), pointer.text("name"));
    check_pointer("counterparty_alias", &pointer)?;
    if kind == "IBAN" && name.is_empty() {
        return Err(Refusal::unrecorded(400, "counterparty_alias needs a name beside an IBAN."));
    }
    if kind == "EMAIL" && value.eq_ignore_ascii_case(SUGAR_DADDY) {
        return Ok(Counterparty { party: of_the_sandbox("Sugar Daddy", 2_025_000_007), place: Place::SugarDaddy });
    }
    if kind == "EMAIL" && value.eq_ignore_ascii_case(BRAVO) {
        return Ok(Counterparty { party: of_the_sandbox("Bravo", 2_025_000_015), place: Place::Bravo });
    }
    Ok(of(customers, kind, value, name))
}

/// The counterparty with this IBAN, in the field `counterparty_iban`. `name` is that in `counterparty_name`.
///
/// # Errors
///
/// When the IBAN is invalid or the name is empty.
pub(crate) fn of_iban(customers: &Customers, iban: &str, name: &str) -> Result<Counterparty, Refusal> {
    if !is_iban(iban) {
        return Err(Refusal::unrecorded(400, "counterparty_iban holds no IBAN."));
    }
    if name.is_empty() {
        return Err(Refusal::unrecorded(400, "counterparty_name must not be empty."));
    }
    Ok(of(customers, "IBAN", iban, name))
}

/// Checks that the value of the pointer in the field `field` fits its type.
///
/// # Errors
///
/// When the type is unknown, or the value does not fit it.
pub(crate) fn check_pointer(field: &str, pointer: &Fields) -> Result<(), Refusal> {
    let value = pointer.text("value");
    let wrong = |words: &str| Err(Refusal::unrecorded(400, format!("{field} {words}")));
    match pointer.text("type") {
        "IBAN" if !is_iban(value) => wrong("holds no IBAN."),
        "EMAIL" if !is_mail_address(value) => wrong("holds no mail address."),
        "PHONE_NUMBER" if !is_telephone_number(value) => wrong("holds no telephone number like +31612345678."),
        "IBAN" | "EMAIL" | "PHONE_NUMBER" => Ok(()),
        _ => wrong("must be of type IBAN, EMAIL or PHONE_NUMBER."),
    }
}

/// The counterparty of a valid pointer.
fn of(customers: &Customers, kind: &str, value: &str, name: &str) -> Counterparty {
    // The bank shows a customer by its own name for the customer, not by the name in the pointer.
    let known = customers.account_by_alias(kind, value).map(|(customer, account)| Counterparty {
        party: Party::of_account(customer, account),
        place: if account.first_cents().is_some() { Place::Account(account.id) } else { Place::Elsewhere },
    });
    let iban = (kind == "IBAN").then(|| value.to_owned());
    let name = if name.is_empty() { value } else { name }.to_owned();
    let stranger = Counterparty { party: Party { iban, name, merchant_category_code: None }, place: Place::Elsewhere };
    known.unwrap_or(stranger)
}

/// An account that exists in the bank's sandbox for tests.
fn of_the_sandbox(name: &str, number: u64) -> Party {
    Party { iban: Some(iban("BUNQ", number)), name: name.to_owned(), merchant_category_code: None }
}
