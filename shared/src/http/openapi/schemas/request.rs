//! What request bodies are made of: ours, and checked; so these say exactly what is taken.

use crate::types::order_reference::OrderReference;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type, schema::AdditionalProperties,
    },
};

use super::LARGEST_ID;

macro_rules! schemas {
    ($($(#[$doc:meta])+ $name:ident = $schema:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

schemas! {
    /// A positive amount.
    Amount = OneOfBuilder::new()
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

    /// A currency.
    Currency = string()
        .enum_values(Some(CURRENCIES.split(' ')))
        .description(Some("A currency code of ISO 4217. bunq refuses what the account is not held in."))
        .examples(["EUR"]);

    /// A moment.
    Moment = string()
        .pattern(Some(MOMENT))
        .description(Some(
            "A time: UTC as bunq writes it, `2026-12-01 09:00:00` with or without microseconds, or ISO 8601 with an offset, `2026-12-01T10:00:00+01:00`.",
        ))
        .examples(["2026-12-01 09:00:00", "2026-12-01T10:00:00+01:00"]);

    /// A bunq id.
    BunqId = OneOfBuilder::new()
        .description(Some("An id of bunq's: a number, or a text that says one, up to 9223372036854775807."))
        .item(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(1))
                .maximum(Some(isize::try_from(LARGEST_ID).unwrap_or(isize::MAX))),
        )
        .item(string().pattern(Some("^[1-9][0-9]{0,18}$")));

    /// An IBAN.
    Iban = string()
        .format(Some(SchemaFormat::Custom("iban".to_owned())))
        .description(Some("An IBAN, with the length of its country and the right check digits; in groups of four or in one piece."))
        .examples(["NL91ABNA0417164300"]);

    /// Somebody's name.
    Name = visible_text()
        .min_length(Some(1))
        .max_length(Some(140))
        .pattern(Some(r"\S"))
        .description(Some("What they are called: 1 to 140 visible characters on one line, not counting spaces at either end."))
        .examples(["J. Jansen"]);
}

/// An ISO 8601 date and time with or without an offset, or bunq's form with a space.
const MOMENT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?\
                      (Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$";

/// Every code that is taken; a test compares them with the parser.
const CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
    CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP \
    GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT \
    LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD \
    OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC \
    SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG \
    XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL";

/// A text.
#[must_use]
pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text that people are shown: without control characters, line breaks, and anything else that is not visible.
#[must_use]
pub fn visible_text() -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom("visible-text".to_owned())))
}

/// What a caller calls an order.
#[must_use]
pub fn order_reference() -> ObjectBuilder {
    let text = string().min_length(Some(1)).max_length(Some(OrderReference::LONGEST));
    text.pattern(Some(OrderReference::PATTERN))
}

/// The same as a field of a body.
pub struct OrderReferenceField;

impl PartialSchema for OrderReferenceField {
    fn schema() -> RefOr<Schema> {
        let about = "Your own name for the order, such as an invoice's number: printable ASCII characters, without a space at \
                     either end. bunq does not see it. The list finds the order by it for 400 days, and the newest hundred of \
                     those with the same.";
        order_reference().description(Some(about)).examples(["invoice-17"]).into()
    }
}

impl ToSchema for OrderReferenceField {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("OrderReference")
    }
}

/// One text and no other.
#[must_use]
pub fn constant(text: &str) -> ObjectBuilder {
    string().enum_values(Some([text]))
}

/// An object without any field but those that it names.
#[must_use]
pub fn closed() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

/// Null, which stands for a field that is not there.
#[must_use]
pub fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

/// The same, or null.
#[must_use]
pub fn or_null(schema: impl Into<RefOr<Schema>>) -> Schema {
    OneOfBuilder::new().item(schema).item(null()).into()
}
