//! The envelope of bunq's answers, and what it holds.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};

use super::{
    Card, CredentialPasswordIp, DraftPayment, External, ExternalSavings, Investment, IssuerTransaction, Joint, Light,
    MonetaryAccount, Payment, PermittedIp, PublicIssuerTransaction, RequestInquiry, Savings, SwitchService, UserApiKey,
    UserCompany, UserPaymentServiceProvider, UserPerson,
};

/// Where bunq has the neighbours of a page. The paths are bunq's own: follow the `Link` header instead.
#[derive(ToSchema)]
pub struct Pagination {
    /// What will come after the newest element.
    #[schema(example = "/v1/user/50101/monetary-account/60101/payment?newer_id=70112")]
    pub future_url: Option<String>,
    /// The next newer page.
    pub newer_url: Option<String>,
    /// The next older page.
    #[schema(example = "/v1/user/50101/monetary-account/60101/payment?older_id=70063")]
    pub older_url: Option<String>,
}

/// The id of what was made or changed.
#[derive(ToSchema)]
pub struct Id {
    /// The id.
    #[schema(minimum = 1, example = 70201)]
    pub id: u64,
}

type Named = Vec<(String, RefOr<Schema>)>;

/// An element is one of its kinds, each an object with one required key, or of a kind that bunq has added since: a
/// client tells them apart by the key and then knows every field.
macro_rules! elements {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $kind_doc:literal])+ $wrapped:ident = $key:literal: $kind:ty),+ $(,)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(concat!($($doc),+), stringify!($name), &[$(stringify!($wrapped)),+])
            }
        }

        impl ToSchema for $name {
            fn schemas(schemas: &mut Named) {
                $(
                    let object = wrapped(concat!($($kind_doc),+), $key, &<$kind>::name());
                    schemas.push((stringify!($wrapped).to_owned(), object));
                    schemas.push((<$kind>::name().into_owned(), <$kind>::schema()));
                    <$kind>::schemas(schemas);
                )+
                schemas.push((other_name(stringify!($name)), other(&[$($key),+])));
            }
        }
    )+};
}

fn one_of(description: &str, name: &str, kinds: &[&str]) -> RefOr<Schema> {
    let description = format!("{} An object with one key, which names the kind.", description.trim_ascii_start());
    let kinds = kinds.iter().fold(OneOfBuilder::new(), |any, kind| any.item(Ref::from_schema_name(*kind)));
    kinds.item(Ref::from_schema_name(other_name(name))).description(Some(description)).into()
}

fn wrapped(description: &str, key: &str, schema: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(description.trim_ascii_start()));
    object.property(key, Ref::from_schema_name(schema)).required(key).into()
}

fn other_name(element: &str) -> String {
    format!("Other{element}")
}

/// Without `additionalProperties`: with them, generators of typed clients would let any field be of any type, also
/// those of the known kinds.
fn other(keys: &[&str]) -> RefOr<Schema> {
    let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^(?!({})$)", keys.join("|"))));
    let description = "An element of a kind that is not described here, under a key of its own: bunq adds kinds at any time. Skip it.";
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(description))
        .min_properties(Some(1))
        .property_names(Some(key))
        .into()
}

elements! {
    /// An account of any kind.
    AccountElement {
        /// A usual account at bunq.
        WrappedMonetaryAccountBank = "MonetaryAccountBank": MonetaryAccount,
        /// An account of two people.
        WrappedMonetaryAccountJoint = "MonetaryAccountJoint": Joint,
        /// A savings account.
        WrappedMonetaryAccountSavings = "MonetaryAccountSavings": Savings,
        /// The balance of a credit card.
        WrappedMonetaryAccountCard = "MonetaryAccountCard": Card,
        /// An account at another bank, which the customer reads in the bunq app.
        WrappedMonetaryAccountExternal = "MonetaryAccountExternal": External,
        /// A savings account at another bank.
        WrappedMonetaryAccountExternalSavings = "MonetaryAccountExternalSavings": ExternalSavings,
        /// An account with limits, of a customer who is not fully identified.
        WrappedMonetaryAccountLight = "MonetaryAccountLight": Light,
        /// An account for investments.
        WrappedMonetaryAccountInvestment = "MonetaryAccountInvestment": Investment,
        /// An account on its way from another bank.
        WrappedMonetaryAccountSwitchService = "MonetaryAccountSwitchService": SwitchService,
    }

    /// A user of any kind.
    UserElement {
        /// A person.
        WrappedUserPerson = "UserPerson": UserPerson,
        /// A company.
        WrappedUserCompany = "UserCompany": UserCompany,
        /// What stands for the consent itself, where bunq does not say whose it is.
        WrappedUserApiKey = "UserApiKey": UserApiKey,
        /// A payment service provider, such as this one.
        WrappedUserPaymentServiceProvider = "UserPaymentServiceProvider": UserPaymentServiceProvider,
    }

    /// A payment.
    PaymentElement {
        /// The payment.
        WrappedPayment = "Payment": Payment,
    }

    /// A request for money.
    RequestInquiryElement {
        /// The request.
        WrappedRequestInquiry = "RequestInquiry": RequestInquiry,
    }

    /// A draft.
    DraftPaymentElement {
        /// The draft.
        WrappedDraftPayment = "DraftPayment": DraftPayment,
    }

    /// An issuer transaction.
    IssuerTransactionElement {
        /// The transaction.
        WrappedPaymentServiceProviderIssuerTransaction = "PaymentServiceProviderIssuerTransaction": IssuerTransaction,
    }

    /// What anybody may see of an issuer transaction.
    PublicIssuerTransactionElement {
        /// The public view. No recording of bunq's shows its name; the simulated bank calls it so.
        WrappedPaymentServiceProviderIssuerTransactionPublic = "PaymentServiceProviderIssuerTransactionPublic": PublicIssuerTransaction,
        /// The public view under the name of the transaction.
        WrappedPublicIssuerTransaction = "PaymentServiceProviderIssuerTransaction": PublicIssuerTransaction,
    }

    /// A key of the TPP at bunq.
    CredentialElement {
        /// The key's state, without the key.
        WrappedCredentialPasswordIp = "CredentialPasswordIp": CredentialPasswordIp,
    }

    /// An address that may use a key.
    PermittedIpElement {
        /// The address.
        WrappedPermittedIp = "PermittedIp": PermittedIp,
    }

    /// The id of something.
    IdElement {
        /// The id.
        WrappedId = "Id": Id,
    }
}

macro_rules! answers {
    ($($(#[$doc:meta])+ $name:ident of $element:ident;)+) => {$(
        $(#[$doc])+
        #[derive(ToSchema)]
        #[schema(rename_all = "PascalCase")]
        pub struct $name {
            /// One element.
            pub response: Vec<$element>,
        }
    )+};
}

answers! {
    /// A user.
    UserAnswer of UserElement;
    /// One payment.
    PaymentAnswer of PaymentElement;
    /// One request for money.
    RequestInquiryAnswer of RequestInquiryElement;
    /// One draft.
    DraftPaymentAnswer of DraftPaymentElement;
    /// One issuer transaction.
    IssuerTransactionAnswer of IssuerTransactionElement;
    /// What anybody may see of one issuer transaction.
    PublicIssuerTransactionAnswer of PublicIssuerTransactionElement;
    /// One key's state.
    CredentialAnswer of CredentialElement;
    /// One address.
    PermittedIpAnswer of PermittedIpElement;
    /// The id of what was made or changed.
    IdAnswer of IdElement;
}

/// An order of the list in our words: its reference, and the payment that resulted from it.
#[derive(ToSchema)]
pub struct OrderLine {
    /// The order's id at bunq, as in `Response`.
    #[schema(minimum = 1, example = 70301)]
    pub id: u64,
    /// What you call it; null if you gave it no `reference`, more than 400 days ago, or under a connection that was
    /// deleted since.
    #[schema(required, example = "invoice-17")]
    pub reference: Option<String>,
    /// The payment that resulted from it; null if there is none, none that is certain, or bunq did not answer this
    /// time. Always null for issuer transactions: their payment is in an account that nobody has granted.
    #[schema(required, minimum = 1, example = 70112)]
    pub payment_id: Option<u64>,
}

macro_rules! lists {
    ($($(#[$doc:meta])+ $name:ident of $element:ident $(with $orders:ident)?;)+) => {$(
        $(#[$doc])+
        #[derive(ToSchema)]
        #[schema(rename_all = "PascalCase")]
        pub struct $name {
            /// The elements, newest first.
            pub response: Vec<$element>,
            /// bunq's own pages. Absent where several pages were put together.
            #[schema(nullable = false)]
            pub pagination: Option<Pagination>,
            $(
                /// With `status`, `created_from` or `reference`: our line about each element, in the same order.
                #[schema(nullable = false)]
                pub $orders: Option<Vec<OrderLine>>,
            )?
        }
    )+};
}

lists! {
    /// The accounts that a customer granted.
    AccountList of AccountElement;
    /// A page of payments.
    PaymentList of PaymentElement;
    /// A page of requests for money.
    RequestInquiryList of RequestInquiryElement with orders;
    /// A page of drafts.
    DraftPaymentList of DraftPaymentElement with orders;
    /// A page of issuer transactions.
    IssuerTransactionList of IssuerTransactionElement with orders;
    /// A page of the TPP's keys at bunq.
    CredentialList of CredentialElement;
    /// A page of addresses.
    PermittedIpList of PermittedIpElement;
}
