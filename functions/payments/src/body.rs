//! What a caller says of a payment or a request, as in bunq's Python example.

use std::str::FromStr;

use shared::{
    body,
    bunq::calls::{DraftPayment, DraftStatus, RequestInquiry},
    field,
    http::{
        FieldGroup, Fields, Form, NamedSchemas, Shape,
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

/// bunq's limits of a description: of a payment that leaves bunq, and of anything else.
const OUT_OF_BUNQ: usize = 140;
const WITHIN_BUNQ: usize = 9000;

body! {
    /// What is to be paid to whom. `monetary_account_id` is the account that pays.
    pub(crate) struct NewDraftPayment titled "Draft payment" {
        required monetary_account_id: MonetaryAccountId,
        required amount: Amount,
        required currency: Currency,
        /// What for: visible characters, on one line. May be empty. A payment to an IBAN outside bunq takes 140
        /// characters.
        required description: Text<0, WITHIN_BUNQ>,
        group receiver: Receiver,
        /// `ACTIVE` with a schedule only: bunq refuses it otherwise.
        optional status: DraftStatus,
        /// How many people must accept. bunq takes no other number.
        optional number_of_required_accepts: RequiredAccepts,
        optional previous_updated_timestamp: BankTime,
        optional schedule: NewSchedule,
        list attachment_ids: AttachmentId,
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
    /// The order at the bank, and the caller's name for it.
    pub(crate) fn into_order(self) -> (DraftPayment, Option<OrderReference>) {
        // The bank is always told how many people must accept.
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
            attachments: self.attachment_ids,
        };
        (draft, self.reference)
    }
}

body! {
    /// What is asked of whom. `monetary_account_id` is the account that receives.
    pub(crate) struct NewRequestInquiry titled "Request" {
        required monetary_account_id: MonetaryAccountId,
        required amount: Amount,
        required currency: Currency,
        /// What for: visible characters, on one line. May be empty.
        required description: Text<0, WITHIN_BUNQ>,
        group receiver: Receiver,
        optional reference: OrderReference,
    }
}

impl NewRequestInquiry {
    /// The order at the bank, and the caller's name for it.
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
    /// When a payment runs, and how often.
    pub(crate) struct NewSchedule {
        /// The first time; not in the past.
        required time_start: BankTime,
        /// The last time, after `time_start`; by default the payment runs until it is stopped.
        optional time_end: BankTime,
        /// How often.
        required recurrence_unit: Recurrence,
        /// Every how many units, as a number or a text that says one.
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
        /// The draft's `updated`, as it was read: bunq refuses if it has changed since.
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
    /// `CANCELLED` takes the draft back. Only the customer accepts or rejects, in the bunq app.
    pub(crate) enum Cancellation { Cancelled = "CANCELLED" }
    else "must be CANCELLED: only the customer accepts or rejects, in the bunq app"
}

words! {
    /// `REVOKED` takes the request back.
    pub(crate) enum Revocation { Revoked = "REVOKED" } else "must be REVOKED"
}

field! {
    RequiredAccepts: number = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([1])))
        .item(one_of(["1"]));

    RecurrenceSize: number as "RecurrenceSize" = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(u32::MAX)))
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

/// Every how many units a payment runs.
pub(crate) struct RecurrenceSize(u32);

impl FromStr for RecurrenceSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let size = text.parse().ok().filter(|size| *size > 0);
        size.map(Self).ok_or("must be a whole number, at least 1")
    }
}

/// Who receives, in three fields: `receiver_type` says what `receiver_value` is.
pub(crate) struct Receiver(Counterparty);

impl FieldGroup for Receiver {
    fn take(fields: &mut Fields) -> Option<Self> {
        let kind = fields.required("receiver_type");
        let value = fields.required::<String>("receiver_value");
        // bunq wants to know whose IBAN it is.
        let name = match kind {
            Some(CounterpartyType::Iban) => fields.required::<Name>("receiver_name"),
            _ => fields.optional::<Name>("receiver_name"),
        };
        let address = Address::parse(kind?, &value?);
        let address = address.map_err(|error| fields.refuse("receiver_value", &error.to_string())).ok()?;
        Some(Self(Counterparty { address, name: name.map(Name::into_string) }))
    }

    fn forms() -> Vec<Form> {
        let to = |kind: CounterpartyType| Shape::new(&[]).with("receiver_type", one_of([kind.as_str()]), &[], true);
        let address = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
        let number = string().pattern(Some(r"^\+[1-9][0-9]{6,14}$"));
        let e164 = "In the international form of E.164.";
        vec![
            Form::new(
                "to an IBAN",
                to(CounterpartyType::Iban)
                    .required::<IbanAddress>("receiver_value", &[])
                    .required::<Name>("receiver_name", &[]),
            ),
            Form::new(
                "to an e-mail address",
                to(CounterpartyType::Email)
                    .with("receiver_value", address, &[], true)
                    .optional::<Name>("receiver_name", &[]),
            ),
            Form::new(
                "to a phone number",
                to(CounterpartyType::PhoneNumber)
                    .with("receiver_value", number, &[e164], true)
                    .optional::<Name>("receiver_name", &[]),
            ),
        ]
    }

    fn register(schemas: &mut NamedSchemas) {
        <IbanAddress as shared::http::BodyField>::register(schemas);
        <Name as shared::http::BodyField>::register(schemas);
    }
}
