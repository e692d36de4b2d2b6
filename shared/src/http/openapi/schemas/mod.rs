//! Schemas of bodies: those of requests, and the names of those of bunq's answers.
//!
//! bunq's answers are passed on, so no function knows their fields. Their schemas are data of whatever builds the
//! document: `local/gateway/bank`.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema},
};

/// The largest id of bunq's: they are signed 64-bit on the wire.
pub const LARGEST_ID: i64 = i64::MAX;

macro_rules! names {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("`", stringify!($name), "` in `local/gateway/bank/ours.toml`.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Ref::from_schema_name(stringify!($name)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

names! {
    AccountList,
    CredentialAnswer,
    CredentialList,
    DraftPaymentAnswer,
    DraftPaymentList,
    IdAnswer,
    IssuerTransactionAnswer,
    IssuerTransactionList,
    PaymentAnswer,
    PaymentList,
    PermittedIpAnswer,
    PermittedIpList,
    PublicIssuerTransactionAnswer,
    RequestInquiryAnswer,
    RequestInquiryList,
    UserAnswer,
}
