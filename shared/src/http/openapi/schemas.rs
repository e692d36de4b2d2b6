//! The names of the schemas of bunq's answers.
//!
//! bunq's answers are passed on unchanged, so no Rust type describes them. The program that builds the document
//! defines their schemas: `local/gateway/bank`.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema},
};

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
    AccountAnswer,
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
