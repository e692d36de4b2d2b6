//! Implements the types of body fields. `FromStr` of each type parses the field; its schema is defined here.

use utoipa::openapi::{KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type};

use super::{
    BodyField, Fields,
    shape::{one_of, string, visible_text},
};
use crate::{
    bunq::calls::DraftStatus,
    field,
    store::KeyId,
    types::{
        counterparty::{CounterpartyType, IbanAddress},
        ids::{AttachmentId, MonetaryAccountId, UserId},
        ip::{IpStatus, PermittedAddress},
        money::{Amount, Currency},
        notification::FilterCategory,
        order_reference::OrderReference,
        redirect_url::RedirectUrl,
        reference::Reference,
        return_url::ReturnUrl,
        schedule::{BankTime, Recurrence},
        scope::Scope,
        text::{Name, Text},
        webhook::{EndpointState, EventFilter, SignatureKind, WebhookEndpointId},
        workspace::Workspace,
    },
};

field! {
    String: text = string();

    Amount: number as "Amount" = OneOfBuilder::new()
        .description(Some("A positive amount: decimal text with at most two places and twelve digits before them, or a number that is written like that."))
        .item(string().pattern(Some(r"^([1-9][0-9]{0,11}(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$")).examples(["12.50"]))
        .item(
            ObjectBuilder::new()
                .schema_type(Type::Number)
                .minimum(Some(0.01))
                .maximum(Some(999_999_999_999.99))
                .multiple_of(Some(0.01))
                .description(Some("Read as it is written: `12.5` and `12.50`, not `1.25e1`.")),
        );

    Currency: text as "Currency" = one_of(Currency::codes())
        .description(Some("A currency code of ISO 4217. bunq refuses what the account is not held in."))
        .examples(["EUR"]);

    BankTime: text as "Moment" = string()
        .pattern(Some(MOMENT))
        .description(Some(
            "A time: UTC as bunq writes it, `2026-12-01 09:00:00` with or without microseconds, or ISO 8601 with an offset, `2026-12-01T10:00:00+01:00`.",
        ))
        .examples(["2026-12-01 09:00:00", "2026-12-01T10:00:00+01:00"]);

    MonetaryAccountId: number as "BunqId" = bunq_id();
    AttachmentId: number as "BunqId" = bunq_id();

    IbanAddress: text as "Iban" = string()
        .format(Some(SchemaFormat::Custom("iban".to_owned())))
        .description(Some("An IBAN, with the length of its country and the right check digits; in groups of four or in one piece."))
        .examples(["NL91ABNA0417164300"]);

    CounterpartyType: text = one_of(CounterpartyType::ALL.iter().map(|kind| kind.as_str()));

    Name: text as "Name" = visible_text()
        .min_length(Some(1))
        .max_length(Some(140))
        .pattern(Some(r"\S"))
        .description(Some("What they are called: 1 to 140 visible characters on one line, not counting spaces at either end."))
        .examples(["J. Jansen"]);

    OrderReference: text as "OrderReference" = order_reference()
        .description(Some(
            "Your own name for the order, such as an invoice's number: printable ASCII characters, without a space at \
             either end. bunq does not see it. The list finds the order by it for 400 days, and the newest hundred of \
             those with the same.",
        ))
        .examples(["invoice-17"]);

    Recurrence: text as "RecurrenceUnit" = one_of(Recurrence::ALL.iter().map(|unit| unit.as_str())).description(Some("How often."));

    DraftStatus: text = one_of(DraftStatus::ALL.iter().map(|status| status.as_str()));

    RedirectUrl: text = string()
        .format(Some(SchemaFormat::Custom("uri".to_owned())))
        .pattern(Some("^https?://"))
        .examples(["https://shop.example/thanks"]);

    PermittedAddress: text = string()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Ipv4)))
        .pattern(Some(PUBLIC))
        .examples(["185.40.108.7"]);

    IpStatus: text = one_of(IpStatus::ALL.iter().map(|status| status.as_str())).description(Some("Whether bunq takes calls from it."));

    Scope: text = one_of(Scope::ALL.iter().map(|scope| scope.as_str()));

    Workspace: text = string()
        .max_length(Some(Workspace::LONGEST))
        .pattern(Some("^[a-z0-9-]{1,32}$"))
        .default(Some(Workspace::DEFAULT.into()))
        .examples(["bookkeeping"]);

    Reference: text = string()
        .min_length(Some(1))
        .max_length(Some(Reference::LONGEST))
        .pattern(Some("^[A-Za-z0-9._-]+$"))
        .examples(["customer-17"]);

    ReturnUrl: text = string().max_length(Some(ReturnUrl::LONGEST)).examples(["https://app.example/bank"]);

    EventFilter: text = string()
        .max_length(Some(64))
        .pattern(Some(r"^(\*|[a-z]+\.(\*|[a-z]+))$"))
        .description(Some("The type of an event, a group such as `connection.*`, or `*` for all types, also those to come."))
        .examples(["connection.*"]);
    EndpointState: text = one_of(EndpointState::ALL.iter().map(|state| state.as_str()));
    SignatureKind: text = one_of(SignatureKind::ALL.iter().map(|kind| kind.as_str()));

    WebhookEndpointId: text = string()
        .pattern(Some(WebhookEndpointId::PATTERN))
        .examples(["we_7c2f0e4c569e4b0d8f9d2f4a112f1c7a"]);

    FilterCategory: text = string()
        .max_length(Some(FilterCategory::LONGEST))
        .pattern(Some(FilterCategory::PATTERN))
        .examples(["MUTATION"]);

    UserId: text = uuid();
    KeyId: text = uuid();
}

impl BodyField for bool {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.flag(name)
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

impl<const LEAST: usize, const MOST: usize> BodyField for Text<LEAST, MOST> {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.string(name)
    }

    fn schema() -> RefOr<Schema> {
        visible_text().min_length((LEAST > 0).then_some(LEAST)).max_length(Some(MOST)).into()
    }
}

/// Returns the schema of a caller's reference of an order.
pub(crate) fn order_reference() -> ObjectBuilder {
    let text = string().min_length(Some(1)).max_length(Some(OrderReference::LONGEST));
    text.pattern(Some(OrderReference::PATTERN))
}

/// Returns the schema of a UUID.
pub(crate) fn uuid() -> ObjectBuilder {
    string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
}

fn bunq_id() -> OneOfBuilder {
    OneOfBuilder::new()
        .description(Some("An id of bunq's: a number, or a text that says one, up to 9223372036854775807."))
        .item(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(1))
                .maximum(Some(isize::MAX)),
        )
        .item(string().pattern(Some(up_to(isize::MAX))))
}

/// Returns the pattern of the whole numbers from 1 to `largest`, without leading zeros.
fn up_to(largest: isize) -> String {
    let digits = largest.to_string();
    let rest = |place: usize| match digits.len() - place - 1 {
        0 => String::new(),
        left => format!("[0-9]{{{left}}}"),
    };
    let shorter = format!("[1-9][0-9]{{0,{}}}", digits.len().saturating_sub(2));
    // As many digits, of which the first are the same and the next is smaller.
    let smaller = digits.char_indices().filter_map(|(place, digit)| {
        let least = if place == 0 { '1' } else { '0' };
        let most = char::from_digit(digit.to_digit(10)?.checked_sub(1)?, 10)?;
        (least <= most).then(|| format!("{}[{least}-{most}]{}", &digits[..place], rest(place)))
    });
    let parts: Vec<_> = [shorter].into_iter().chain(smaller).chain([digits.clone()]).collect();
    format!("^({})$", parts.join("|"))
}

/// Matches an ISO 8601 date and time with or without an offset, or bunq's form with a space.
const MOMENT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?\
                      (Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$";

/// Rejects private, loopback, link-local, reserved and multicast addresses.
const PUBLIC: &str = r"^(?!0\.|10\.|127\.|169\.254\.|172\.(1[6-9]|2[0-9]|3[01])\.|192\.168\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|22[4-9]\.|2[3-5][0-9]\.)";
