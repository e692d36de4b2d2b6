//! The envelope of bunq's answers, and what it holds.

use utoipa::ToSchema;

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

macro_rules! elements {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $kind:ty),+ $(,)? })+) => {$(
        $(#[$doc])+
        ///
        /// An object with one key, which names the kind. bunq adds kinds: one that is not named here is valid.
        #[derive(ToSchema)]
        #[schema(rename_all = "PascalCase")]
        pub struct $name {
            $($(#[$field_doc])+ #[schema(nullable = false)] pub $field: Option<$kind>),+
        }
    )+};
}

elements! {
    /// An account of any kind.
    AccountElement {
        /// A usual account at bunq.
        monetary_account_bank: MonetaryAccount,
        /// An account of two people.
        monetary_account_joint: Joint,
        /// A savings account.
        monetary_account_savings: Savings,
        /// The balance of a credit card.
        monetary_account_card: Card,
        /// An account at another bank, which the customer reads in the bunq app.
        monetary_account_external: External,
        /// A savings account at another bank.
        monetary_account_external_savings: ExternalSavings,
        /// An account with limits, of a customer who is not fully identified.
        monetary_account_light: Light,
        /// An account for investments.
        monetary_account_investment: Investment,
        /// An account on its way from another bank.
        monetary_account_switch_service: SwitchService,
    }

    /// A user of any kind.
    UserElement {
        /// A person.
        user_person: UserPerson,
        /// A company.
        user_company: UserCompany,
        /// What stands for the consent itself, where bunq does not say whose it is.
        user_api_key: UserApiKey,
        /// A payment service provider, such as this one.
        user_payment_service_provider: UserPaymentServiceProvider,
    }

    /// A payment.
    PaymentElement {
        /// The payment.
        payment: Payment,
    }

    /// A request for money.
    RequestInquiryElement {
        /// The request.
        request_inquiry: RequestInquiry,
    }

    /// A draft.
    DraftPaymentElement {
        /// The draft.
        draft_payment: DraftPayment,
    }

    /// An issuer transaction.
    IssuerTransactionElement {
        /// The transaction.
        payment_service_provider_issuer_transaction: IssuerTransaction,
    }

    /// What anybody may see of an issuer transaction.
    PublicIssuerTransactionElement {
        /// The public view. No recording of bunq's shows its name; the simulated bank calls it so.
        payment_service_provider_issuer_transaction_public: PublicIssuerTransaction,
        /// The public view under the name of the transaction.
        payment_service_provider_issuer_transaction: PublicIssuerTransaction,
    }

    /// A key of the TPP at bunq.
    CredentialElement {
        /// The key's state, without the key.
        credential_password_ip: CredentialPasswordIp,
    }

    /// An address that may use a key.
    PermittedIpElement {
        /// The address.
        permitted_ip: PermittedIp,
    }

    /// The id of something.
    IdElement {
        /// The id.
        id: Id,
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

macro_rules! lists {
    ($($(#[$doc:meta])+ $name:ident of $element:ident;)+) => {$(
        $(#[$doc])+
        #[derive(ToSchema)]
        #[schema(rename_all = "PascalCase")]
        pub struct $name {
            /// The elements, newest first.
            pub response: Vec<$element>,
            /// bunq's own pages. Not there where several pages were put together.
            #[schema(nullable = false)]
            pub pagination: Option<Pagination>,
        }
    )+};
}

lists! {
    /// The accounts that a customer granted.
    AccountList of AccountElement;
    /// A page of payments.
    PaymentList of PaymentElement;
    /// A page of requests for money.
    RequestInquiryList of RequestInquiryElement;
    /// A page of drafts.
    DraftPaymentList of DraftPaymentElement;
    /// A page of issuer transactions.
    IssuerTransactionList of IssuerTransactionElement;
    /// A page of the TPP's keys at bunq.
    CredentialList of CredentialElement;
    /// A page of addresses.
    PermittedIpList of PermittedIpElement;
}
