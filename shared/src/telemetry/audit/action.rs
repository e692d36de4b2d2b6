//! The actions of audit lines. Each operation of the API's OpenAPI document is one action, named by its operation id.
//! The setup and findings during a request add more.

/// The kind of object that an action concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A consent.
    Consent,
    /// A customer's connection. Its id is the `user_id`.
    Connection,
    /// A customer's account. Its id is the bank's account id.
    Account,
    /// A payment.
    Payment,
    /// A request for money.
    RequestInquiry,
    /// A payment that waits for the customer's approval.
    DraftPayment,
    /// An issuer transaction.
    IssuerTransaction,
    /// An API key of the TPP at the bank.
    CredentialPasswordIp,
    /// An IP address that may use an API key of the TPP at the bank.
    PermittedIp,
    /// An API key of this API.
    ApiKey,
    /// An endpoint of webhooks.
    WebhookEndpoint,
    /// An event of a workspace.
    WebhookEvent,
}

impl ObjectKind {
    /// Returns the name of this kind of object, as audit lines write it.
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
            Self::WebhookEndpoint => "webhook_endpoint",
            Self::WebhookEvent => "webhook_event",
        }
    }
}

/// The effect of an action on its object. It decides which [`Outcome`](super::Outcome) a failure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The action changes nothing.
    Reads,
    /// The action takes effect at most once, even if it is retried. A failure means that nothing changed, unless the
    /// problem states that the outcome is unknown.
    StartsOnce,
    /// The action changes something. After a failure it can be unknown whether it did.
    Changes,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $effect:ident $($object:ident)?),+ $(,)?) => {
        /// What a caller requested, or what was found while a request was handled.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$doc])*
                $name
            ),+
        }

        impl Action {
            /// Returns the name of the action in an audit line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// Returns the effect of the action on its object.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect),+ }
            }

            /// Returns the kind of object that the action concerns, or `None` if it has no object.
            #[must_use]
            pub const fn object(self) -> Option<ObjectKind> {
                match self { $(Self::$name => actions!(@object $($object)?)),+ }
            }

            /// Returns the action of an operation by its id in the OpenAPI document, or `None` if no action has this
            /// id.
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

    ListWebhookEvents = "list_webhook_events": Reads WebhookEvent,
    CreateWebhookEndpoint = "create_webhook_endpoint": Changes WebhookEndpoint,
    ListWebhookEndpoints = "list_webhook_endpoints": Reads WebhookEndpoint,
    FindWebhookEndpoint = "find_webhook_endpoint": Reads WebhookEndpoint,
    UpdateWebhookEndpoint = "update_webhook_endpoint": Changes WebhookEndpoint,
    DeleteWebhookEndpoint = "delete_webhook_endpoint": Changes WebhookEndpoint,
    RotateWebhookSecret = "rotate_webhook_secret": Changes WebhookEndpoint,
    FindWebhookEvent = "find_webhook_event": Reads WebhookEvent,
    RedeliverWebhookEvent = "redeliver_webhook_event": Changes WebhookEvent,
    ReplayWebhookEvents = "replay_webhook_events": Changes WebhookEndpoint,
    TestWebhookEndpoint = "test_webhook_endpoint": Changes WebhookEndpoint,

    ListUsers = "list_users": Reads Connection,
    FindConnection = "find_connection": Reads Connection,
    DeleteUser = "delete_user": Changes Connection,
    FindNotifications = "find_notifications": Reads Connection,
    UpdateNotifications = "update_notifications": Changes Connection,
    FindUser = "find_user": Reads Connection,
    ListAccounts = "list_accounts": Reads Account,
    CreateAccount = "create_account": StartsOnce Account,
    FindAccount = "find_account": Reads Account,
    UpdateAccount = "update_account": Changes Account,

    ListPayments = "list_payments": Reads Payment,
    FindPayment = "find_payment": Reads Payment,
    ListTransactions = "list_transactions": Reads Payment,
    FindTransaction = "find_transaction": Reads Payment,
    SyncTransactions = "sync_transactions": Reads Payment,
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

    /// An action of the setup. Its object is the first API key, if the setup created it.
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
    /// An action of the setup.
    RotateSealingKey = "rotate_sealing_key": Changes,
    /// An action of the setup.
    Reseal = "reseal": Changes,
    /// An action of the setup.
    RemoveSealingKey = "remove_sealing_key": Changes,
    /// An action of the setup.
    RotateInstallation = "rotate_installation": Changes,
    /// An action of the setup.
    RenewCertificate = "renew_certificate": Changes,

    /// Not an operation: the bank refused a customer's token for the first time, and the connection was marked as
    /// revoked.
    FindRevokedConsent = "find_revoked_consent": Changes Connection,

    /// Not an operation: callbacks of the bank named a customer, and what they may concern was read.
    AnswerCallbacks = "answer_callbacks": Reads Connection,

    /// Not an operation: a connection gained another reference by a consent, or lost one of several.
    ChangeReference = "change_reference": Changes Connection,
}
