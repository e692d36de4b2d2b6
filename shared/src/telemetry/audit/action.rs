//! What a caller asked for. Each operation of the API's document is one action, under its operation id; the setup and
//! the bank add some.

/// The kind of the object that an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A consent, from its beginning to its claim.
    Consent,
    /// A customer's connection; its id is the `user_id`.
    Connection,
    /// A customer's account; its id is the account's.
    Account,
    /// A payment.
    Payment,
    /// A request for money.
    RequestInquiry,
    /// A payment that waits for the customer.
    DraftPayment,
    /// An issuer transaction.
    IssuerTransaction,
    /// A key of the TPP at the bank.
    CredentialPasswordIp,
    /// An address that may use such a key.
    PermittedIp,
    /// A key of this API.
    ApiKey,
}

impl ObjectKind {
    /// The kind in an audit line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Connection => "connection",
            Self::Account => "account",
            Self::Payment => "payment",
            Self::RequestInquiry => "request_inquiry",
            Self::DraftPayment => "draft_payment",
            Self::IssuerTransaction => "issuer_transaction",
            Self::CredentialPasswordIp => "credential_password_ip",
            Self::PermittedIp => "permitted_ip",
            Self::ApiKey => "api_key",
        }
    }
}

/// What an action does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// It changes something once, whatever is lost: an error that does not say otherwise means that nothing was
    /// changed.
    StartsOnce,
    /// It changes something. If its answer is lost, nobody knows whether it did.
    Changes,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $effect:ident $($object:ident)?),+ $(,)?) => {
        /// What a caller asked for, or what was found on the way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$doc])*
                $name
            ),+
        }

        impl Action {
            /// The action in an audit line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What it does.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect),+ }
            }

            /// The kind of the object that it is about.
            #[must_use]
            pub const fn object(self) -> Option<ObjectKind> {
                match self { $(Self::$name => actions!(@object $($object)?)),+ }
            }

            /// The action of an operation, by its id in the API's document.
            #[must_use]
            pub fn of_operation(id: &str) -> Option<Self> {
                [$(Self::$name),+].into_iter().find(|action| action.as_str() == id)
            }
        }
    };
    (@object) => { None };
    (@object $object:ident) => { Some(ObjectKind::$object) };
}

actions! {
    BeginConsent = "begin_consent": StartsOnce Consent,
    CompleteConsent = "complete_consent": StartsOnce Consent,
    ShowResult = "show_result": Reads Consent,
    CreateConsent = "create_consent": Changes Consent,
    ListConsents = "list_consents": Reads Consent,
    FindConsent = "find_consent": Reads Consent,
    DeleteConsent = "delete_consent": Changes Consent,
    ClaimConsent = "claim_consent": Changes Consent,

    ListUsers = "list_users": Reads Connection,
    FindConnection = "find_connection": Reads Connection,
    DeleteUser = "delete_user": Changes Connection,
    FindUser = "find_user": Reads Connection,
    ListAccounts = "list_accounts": Reads Account,

    ListPayments = "list_payments": Reads Payment,
    FindPayment = "find_payment": Reads Payment,
    CreateRequestInquiry = "create_request_inquiry": StartsOnce RequestInquiry,
    ListRequestInquiries = "list_request_inquiries": Reads RequestInquiry,
    FindRequestInquiry = "find_request_inquiry": Reads RequestInquiry,
    UpdateRequestInquiry = "update_request_inquiry": Changes RequestInquiry,
    CreateDraftPayment = "create_draft_payment": StartsOnce DraftPayment,
    ListDraftPayments = "list_draft_payments": Reads DraftPayment,
    FindDraftPayment = "find_draft_payment": Reads DraftPayment,
    UpdateDraftPayment = "update_draft_payment": Changes DraftPayment,

    CreateIssuerTransaction = "create_issuer_transaction": StartsOnce IssuerTransaction,
    ListIssuerTransactions = "list_issuer_transactions": Reads IssuerTransaction,
    FindIssuerTransaction = "find_issuer_transaction": Reads IssuerTransaction,
    UpdateIssuerTransaction = "update_issuer_transaction": Changes IssuerTransaction,
    FindPublicIssuerTransaction = "find_public_issuer_transaction": Reads IssuerTransaction,
    RedirectToPayPage = "redirect_to_pay_page": Reads IssuerTransaction,

    ListCredentialPasswordIps = "list_credential_password_ips": Reads CredentialPasswordIp,
    FindCredentialPasswordIp = "find_credential_password_ip": Reads CredentialPasswordIp,
    ListPermittedIps = "list_permitted_ips": Reads PermittedIp,
    CreatePermittedIp = "create_permitted_ip": Changes PermittedIp,
    FindPermittedIp = "find_permitted_ip": Reads PermittedIp,
    UpdatePermittedIp = "update_permitted_ip": Changes PermittedIp,
    FindEgress = "find_egress": Reads CredentialPasswordIp,

    /// Its object is the first API key, if it made that.
    RunSetup = "run_setup": Changes ApiKey,
    /// An action of the setup.
    ReadSetupStatus = "read_setup_status": Reads,
    /// An action of the setup.
    CreateApiKey = "create_api_key": Changes ApiKey,
    /// An action of the setup.
    ListApiKeys = "list_api_keys": Reads ApiKey,
    /// An action of the setup. Its object is the successor.
    RotateApiKey = "rotate_api_key": Changes ApiKey,
    /// An action of the setup.
    RevokeApiKey = "revoke_api_key": Changes ApiKey,

    /// The bank refused a customer's token for the first time: the connection is marked as revoked.
    FindRevokedConsent = "find_revoked_consent": Changes Connection,

    /// A connection got another reference, by a consent, or lost one of several.
    ChangeReference = "change_reference": Changes Connection,

    /// An operation that has no action of its own. A test holds that there is none.
    Unlisted = "unlisted": Changes,
}
