//! The bodies of payments and requests, with the fields of bunq's Python example.

use std::str::FromStr;

use shared::{
    body,
    bunq::calls::{DraftPayment, DraftStatus, RequestInquiry},
    field,
    http::{
        BodyField, FieldGroup, Fields, NamedSchemas, Shape,
        body::{one_of, string},
    },
    types::{
        counterparty::{Address, Counterparty, CounterpartyType, IbanAddress},
        ids::{AttachmentId, MonetaryAccountId},
        money::{Amount, Currency, Money},
        order_reference::OrderReference,
        schedule::{BankTime, Recurrence, Schedule},
        text::{Name, Text},
    },
    words,
};
use utoipa::openapi::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};

/// bunq's maximum lengths of a description: for a payment that leaves bunq, and for anything else.
const OUT_OF_BUNQ: usize = 140;
const WITHIN_BUNQ: usize = 9000;

body! {
    /// A payment to draft: the amount and the receiver. `monetary_account_id` is the account that pays.
    pub(crate) struct NewDraftPayment titled "Draft payment" {
        required monetary_account_id: MonetaryAccountId,
        required amount: Amount,
        required currency: Currency,
        /// The description of the payment: visible characters, on one line. May be empty. A payment to an IBAN outside
        /// bunq accepts 140 characters.
        required description: Text<0, WITHIN_BUNQ>,
        group receiver: Receiver,
        /// `ACTIVE`, only together with a schedule: otherwise bunq refuses it.
        optional status: DraftStatus,
        /// How many people must accept the draft: 1. bunq accepts no other number.
        optional number_of_required_accepts: RequiredAccepts,
        optional previous_updated_timestamp: BankTime,
        optional schedule: NewSchedule,
        optional attachment_ids: Vec<AttachmentId>,
        optional reference: OrderReference,
    }
    check(fields) {
        let leaves_bunq = receiver.as_ref().is_some_and(|Receiver(to)| to.address.is_outside_bunq());
        let is_long = description.as_ref().is_some_and(|text| text.as_str().chars().count() > OUT_OF_BUNQ);
        if leaves_bunq && is_long {
            fields.refuse("description", &format!("must be at most {OUT_OF_BUNQ} characters"));
        }
    }
}

impl NewDraftPayment {
    /// Returns the order to send to the bank, and the reference that the caller gave it, if any.
    pub(crate) fn into_order(self) -> (DraftPayment, Option<OrderReference>) {
        // The call to the bank always states how many people must accept.
        let (None | Some(RequiredAccepts::One)) = self.number_of_required_accepts;
        let Receiver(counterparty) = self.receiver;
        let draft = DraftPayment {
            account: self.monetary_account_id,
            amount: Money { amount: self.amount, currency: self.currency },
            counterparty,
            description: self.description.into_string(),
            status: self.status,
            previous_updated: self.previous_updated_timestamp,
            schedule: self.schedule.map(Into::into),
            attachments: self.attachment_ids.unwrap_or_default(),
        };
        (draft, self.reference)
    }
}

body! {
    /// A request for money: the amount and the person who is asked. `monetary_account_id` is the account that receives.
    pub(crate) struct NewRequestInquiry titled "Request" {
        required monetary_account_id: MonetaryAccountId,
        required amount: Amount,
        required currency: Currency,
        /// The description of the request: visible characters, on one line. May be empty.
        required description: Text<0, WITHIN_BUNQ>,
        group receiver: Receiver,
        optional reference: OrderReference,
    }
}

impl NewRequestInquiry {
    /// Returns the order to send to the bank, and the reference that the caller gave it, if any.
    pub(crate) fn into_order(self) -> (RequestInquiry, Option<OrderReference>) {
        let Receiver(counterparty) = self.receiver;
        let inquiry = RequestInquiry {
            account: self.monetary_account_id,
            amount: Money { amount: self.amount, currency: self.currency },
            counterparty,
            description: self.description.into_string(),
        };
        (inquiry, self.reference)
    }
}

body! {
    /// When and how often a payment runs.
    pub(crate) struct NewSchedule {
        /// The time of the first payment; not in the past.
        required time_start: BankTime,
        /// The time of the last payment, after `time_start`. By default, the payment runs until it is stopped.
        optional time_end: BankTime,
        /// The unit of the interval between two payments.
        required recurrence_unit: Recurrence,
        /// The number of units between two payments, as a number or as a text that contains one.
        required recurrence_size: RecurrenceSize,
    }
    check(fields) {
        if time_end.zip(time_start).is_some_and(|(end, start)| end <= start) {
            fields.refuse("time_end", "must be after time_start");
        }
    }
}

impl From<NewSchedule> for Schedule {
    fn from(new: NewSchedule) -> Self {
        let NewSchedule { time_start, time_end, recurrence_unit, recurrence_size: RecurrenceSize(recurrence_size) } =
            new;
        Self { time_start, time_end, recurrence_unit, recurrence_size }
    }
}

body! {
    /// The body of `update_draft_payment`.
    pub(crate) struct DraftPaymentUpdate {
        required status: Cancellation,
        /// The `updated` of the draft when you read it. bunq refuses the update if the draft has changed since.
        optional previous_updated_timestamp: BankTime,
    }
}

body! {
    /// The body of `update_request_inquiry`.
    pub(crate) struct RequestInquiryUpdate {
        required status: Revocation,
    }
}

words! {
    /// `CANCELLED` cancels the draft. Only the customer can accept or reject it, in the bunq app.
    pub(crate) enum Cancellation { Cancelled = "CANCELLED" }
    else "must be CANCELLED: only the customer accepts or rejects, in the bunq app"
}

words! {
    /// `REVOKED` revokes the request.
    pub(crate) enum Revocation { Revoked = "REVOKED" } else "must be REVOKED"
}

field! {
    RequiredAccepts: number = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([1])))
        .item(one_of(["1"]));

    RecurrenceSize: number as "RecurrenceSize" = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(LARGEST_SIZE)))
        .item(string().pattern(Some("^[1-9][0-9]{0,8}$")));
}

/// How many people must accept a draft: one.
pub(crate) enum RequiredAccepts {
    One,
}

impl FromStr for RequiredAccepts {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "1" { Ok(Self::One) } else { Err("must be 1: bunq takes no other number") }
    }
}

/// The largest number of units between two payments: nine digits.
const LARGEST_SIZE: u32 = 999_999_999;

/// The number of units between two payments.
pub(crate) struct RecurrenceSize(u32);

impl FromStr for RecurrenceSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain = !text.starts_with(['0', '+']);
        let size = text.parse().ok().filter(|size| is_plain && *size <= LARGEST_SIZE);
        size.map(Self).ok_or("must be a whole number, at least 1")
    }
}

/// The receiver, in three fields: `receiver_type` is the kind of alias in `receiver_value`.
pub(crate) struct Receiver(Counterparty);

impl FieldGroup for Receiver {
    fn take(fields: &mut Fields) -> Option<Self> {
        let kind = fields.required("receiver_type");
        let value = fields.required::<String>("receiver_value");
        // bunq requires the name of the IBAN's owner.
        let name = match kind {
            Some(CounterpartyType::Iban) => fields.required::<Name>("receiver_name"),
            _ => Name::take(fields, "receiver_name"),
        };
        let address = Address::parse(kind?, &value?);
        let address = address.map_err(|error| fields.refuse("receiver_value", &error.to_string())).ok()?;
        Some(Self(Counterparty { address, name: name.map(Name::into_string) }))
    }

    fn forms() -> Vec<(&'static str, Shape)> {
        let to = |kind: CounterpartyType| Shape::new(&[]).with("receiver_type", one_of([kind.as_str()]), &[], true);
        let address = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
        let number = string().pattern(Some(r"^\+[1-9][0-9]{6,14}$"));
        let e164 = "In the international form of E.164.";
        vec![
            (
                "to an IBAN",
                to(CounterpartyType::Iban)
                    .required::<IbanAddress>("receiver_value", &[])
                    .required::<Name>("receiver_name", &[]),
            ),
            (
                "to an e-mail address",
                to(CounterpartyType::Email)
                    .with("receiver_value", address, &[], true)
                    .optional::<Name>("receiver_name", &[]),
            ),
            (
                "to a phone number",
                to(CounterpartyType::PhoneNumber)
                    .with("receiver_value", number, &[e164], true)
                    .optional::<Name>("receiver_name", &[]),
            ),
        ]
    }

    fn register(schemas: &mut NamedSchemas) {
        IbanAddress::register(schemas);
        Name::register(schemas);
    }
}
