//! What the bodies of this group may hold, for the document. The rules are the readers' ([`crate::order`] and the
//! resources' own).

use std::borrow::Cow;

use shared::http::openapi::schemas::request::{
    Amount, BunqId, Currency, Iban, Moment, Name, OrderReferenceField, closed, constant, null, or_null, string,
    visible_text,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type},
};

use crate::order::WITHIN_BUNQ;

type Named = Vec<(String, RefOr<Schema>)>;

fn refer<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

fn name<T: ToSchema>(schemas: &mut Named) {
    schemas.push((T::name().into_owned(), T::schema()));
}

/// The fields that both bodies have, once for each type of receiver; `more` adds the others. Generators name types by
/// the titles, so no two are alike.
fn to_each_receiver(what: &str, description: &str, more: impl Fn(ObjectBuilder) -> ObjectBuilder) -> RefOr<Schema> {
    let terms = |to: &str, kind, receiver: RefOr<Schema>| terms(&format!("{what} to {to}"), kind, receiver);
    let to_iban = terms("an IBAN", "IBAN", refer::<Iban>().into())
        .property("receiver_name", refer::<Name>())
        .required("receiver_name");
    let address = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
    let to_address = terms("an e-mail address", "EMAIL", address.into());
    let number =
        string().pattern(Some(r"^\+[1-9][0-9]{6,14}$")).description(Some("In the international form of E.164."));
    let to_number = terms("a phone number", "PHONE_NUMBER", number.into());
    let [to_address, to_number] =
        [to_address, to_number].map(|terms| terms.property("receiver_name", or_null(refer::<Name>())));
    let any = [to_iban, to_address, to_number].into_iter().fold(OneOfBuilder::new(), |any, one| any.item(more(one)));
    any.description(Some(description)).into()
}

fn terms(title: &str, kind: &str, receiver: RefOr<Schema>) -> ObjectBuilder {
    let description = "What for: visible characters, on one line. May be empty. A payment to an IBAN outside bunq takes 140 characters.";
    let description = visible_text().max_length(Some(WITHIN_BUNQ)).description(Some(description));
    [
        ("monetary_account_id", RefOr::from(refer::<BunqId>())),
        ("amount", refer::<Amount>().into()),
        ("currency", refer::<Currency>().into()),
        ("description", description.into()),
        ("receiver_type", constant(kind).into()),
        ("receiver_value", receiver),
    ]
    .into_iter()
    .fold(closed().title(Some(title)), |terms, (field, schema)| terms.property(field, schema).required(field))
}

/// The body of `create_request_inquiry`.
pub(crate) struct NewRequestInquiry;

impl PartialSchema for NewRequestInquiry {
    fn schema() -> RefOr<Schema> {
        let description = "What is asked of whom. `monetary_account_id` is the account that receives.";
        to_each_receiver("Request", description, |terms| {
            terms.property("reference", or_null(refer::<OrderReferenceField>()))
        })
    }
}

impl ToSchema for NewRequestInquiry {
    fn schemas(schemas: &mut Named) {
        name::<Amount>(schemas);
        name::<BunqId>(schemas);
        name::<Currency>(schemas);
        name::<Iban>(schemas);
        name::<Name>(schemas);
        name::<OrderReferenceField>(schemas);
    }
}

/// The body of `create_draft_payment`.
pub(crate) struct NewDraftPayment;

impl PartialSchema for NewDraftPayment {
    fn schema() -> RefOr<Schema> {
        let description = "What is to be paid to whom. `monetary_account_id` is the account that pays.";
        to_each_receiver("Draft payment", description, |terms| {
            let one = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([1]));
            let accepts = OneOfBuilder::new().item(one).item(constant("1")).item(null());
            let accepts = accepts.description(Some("How many people must accept. bunq takes no other number."));
            let status = string().enum_values(Some(["PENDING", "ACTIVE"]));
            let status = or_null(status.description(Some("`ACTIVE` with a schedule only: bunq refuses it otherwise.")));
            let attachments = ArrayBuilder::new().items(refer::<BunqId>()).max_items(Some(100)).build();
            terms
                .property("status", status)
                .property("number_of_required_accepts", accepts)
                .property("previous_updated_timestamp", or_null(refer::<Moment>()))
                .property("schedule", or_null(refer::<NewSchedule>()))
                .property("attachment_ids", or_null(Schema::Array(attachments)))
                .property("reference", or_null(refer::<OrderReferenceField>()))
        })
    }
}

impl ToSchema for NewDraftPayment {
    fn schemas(schemas: &mut Named) {
        NewRequestInquiry::schemas(schemas);
        name::<NewSchedule>(schemas);
        NewSchedule::schemas(schemas);
    }
}

/// When a payment runs, and how often.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read field by field; only the document needs the shape")]
pub(crate) struct NewSchedule {
    /// The first time; not in the past.
    time_start: Moment,
    /// The last time, after `time_start`; none: until somebody stops it.
    time_end: Option<Moment>,
    /// How often.
    recurrence_unit: Unit,
    /// Every how many units, as a number or a text that says one.
    recurrence_size: Size,
}

/// How often.
#[derive(ToSchema)]
#[schema(as = RecurrenceUnit, rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "only the document needs the names")]
enum Unit {
    Once,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A number above zero.
struct Size;

impl PartialSchema for Size {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(u32::MAX as usize));
        OneOfBuilder::new().item(number).item(string().pattern(Some("^[1-9][0-9]{0,8}$"))).into()
    }
}

impl ToSchema for Size {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RecurrenceSize")
    }
}

/// The body of `update_request_inquiry`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read field by field; only the document needs the shape")]
pub(crate) struct RequestInquiryUpdate {
    #[schema(inline)]
    status: Revoked,
}

/// `REVOKED` takes the request back.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "only the document needs the name")]
enum Revoked {
    Revoked,
}

/// The body of `update_draft_payment`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read field by field; only the document needs the shape")]
pub(crate) struct DraftPaymentUpdate {
    #[schema(inline)]
    status: Cancelled,
    /// The draft's `updated`, as it was read: bunq refuses where it has changed since.
    previous_updated_timestamp: Option<Moment>,
}

/// `CANCELLED` takes the draft back. Only the customer accepts or rejects, in the bunq app.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "only the document needs the name")]
enum Cancelled {
    Cancelled,
}
