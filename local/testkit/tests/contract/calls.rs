//! Every call to the bank that there is, with every field that it can have.

use std::fmt::Debug;

use serde_json::Value;
use shared::{
    bunq::{
        Call, From, Page,
        calls::{
            CancelDraftPayment, CancelIssuerTransaction, CreateCallbackUrl, CreateDeviceServer, CreateDraftPayment,
            CreateInstallation, CreateIssuerTransaction, CreateOauthClient, CreatePermittedIp, CreatePspCredential,
            CreateRequestInquiry, CreateSession, DraftPayment, DraftStatus, EndSession, FindDraftPayment,
            FindIssuerTransaction, FindOauthClient, FindPayment, FindPublicIssuerTransaction, FindRequestInquiry,
            FindUser, IssuerTransaction, ListCallbackUrls, ListDraftPayments, ListIssuerTransactions,
            ListMonetaryAccounts, ListOauthClients, ListPayments, ListPermittedIps, ListRequestInquiries, PublicPath,
            ReadCredentialPasswordIp, RequestInquiry, RevokeRequestInquiry, UpdatePermittedIp, Which,
        },
    },
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        ip::{IpStatus, PermittedAddress},
        money::Money,
        schedule::{Recurrence, Schedule},
        secret::{PspApiKey, Secret as _},
    },
};

/// One call as it is sent.
pub(crate) struct Sent {
    /// `POST user/{}/draft-payment`
    pub(crate) operation: String,
    pub(crate) body: Option<Value>,
}

/// `user/{user-id}` and `user/{id}` are the same.
pub(crate) fn without_names(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn sent(call: &impl Call) -> Sent {
    let request = call.build();
    let operation = format!("{} {}", request.method.as_str(), without_names(request.route));
    Sent { operation, body: request.body.map(|body| serde_json::from_slice(&body).unwrap()) }
}

fn read<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn every_call() -> Vec<Sent> {
    let (user, account, key, client) = (read("1"), read("2"), read("3"), read("4"));
    let page = Page { count: 1, from: From::Newest };
    let secret = PspApiKey::parse("0123456789abcdef0123456789abcdef".to_owned()).unwrap();
    let amount = Money { amount: read("12.50"), currency: read("EUR") };
    let address = Address::parse(CounterpartyType::Iban, "NL91ABNA0417164300").unwrap();
    let counterparty = Counterparty { address, name: Some("J. Jansen".to_owned()) };
    let (description, name) = ("Invoice 17".to_owned(), || "once".to_owned());
    let time = || read("2026-12-01 09:00:00");
    let inquiry =
        RequestInquiry { amount: amount.clone(), counterparty: counterparty.clone(), description: description.clone() };
    let draft = DraftPayment {
        amount: amount.clone(),
        counterparty: counterparty.clone(),
        description: description.clone(),
        status: Some(DraftStatus::Active),
        previous_updated: Some(time()),
        schedule: Some(Schedule {
            time_start: time(),
            time_end: Some(read("2027-12-01 09:00:00")),
            recurrence_unit: Recurrence::Monthly,
            recurrence_size: 1,
        }),
        attachments: vec![read("5")],
    };
    let transaction = IssuerTransaction {
        amount,
        counterparty,
        description,
        url_redirect: read("https://shop.example/thanks"),
        time_expiry: Some(time()),
        says_pending: true,
    };
    let public =
        |path| FindPublicIssuerTransaction { user, transaction: read("7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21"), path };
    let which = |which| ReadCredentialPasswordIp { user, which };
    vec![
        sent(&CreateInstallation { client_public_key: name() }),
        sent(&CreatePspCredential { certificate: name(), chain: name(), proof: name() }),
        sent(&CreateDeviceServer { description: name(), secret: secret.clone(), permitted_ips: vec![name()] }),
        sent(&CreateSession { secret }),
        sent(&EndSession),
        sent(&FindUser { user }),
        sent(&ListMonetaryAccounts { user, page: Page { count: 200, from: From::Newest } }),
        sent(&ListPayments { user, account, page }),
        sent(&FindPayment { user, account, payment: read("6") }),
        sent(&CreateRequestInquiry { user, account, inquiry, reference: name(), request_id: name() }),
        sent(&ListRequestInquiries { user, account, page }),
        sent(&FindRequestInquiry { user, account, inquiry: read("7") }),
        sent(&RevokeRequestInquiry { user, account, inquiry: read("7") }),
        sent(&CreateDraftPayment { user, account, draft, reference: name(), request_id: name() }),
        sent(&ListDraftPayments { user, account, page }),
        sent(&FindDraftPayment { user, account, draft: read("8") }),
        sent(&CancelDraftPayment { user, account, draft: read("8"), previous_updated: Some(time()) }),
        sent(&CreateIssuerTransaction { user, transaction, request_id: name() }),
        sent(&ListIssuerTransactions { user, page }),
        sent(&FindIssuerTransaction { user, transaction: read("9") }),
        sent(&CancelIssuerTransaction { user, transaction: read("9") }),
        sent(&public(PublicPath::User)),
        sent(&public(PublicPath::Root)),
        sent(&which(Which::Keys(page))),
        sent(&which(Which::Key(key))),
        sent(&which(Which::Ips(key, page))),
        sent(&which(Which::Ip(key, read("10")))),
        sent(&ListPermittedIps { user, key }),
        sent(&CreatePermittedIp {
            user,
            key,
            ip: PermittedAddress::One(read("185.40.108.9")),
            status: IpStatus::Active,
        }),
        sent(&UpdatePermittedIp { user, key, ip: read("10"), status: IpStatus::Inactive }),
        sent(&ListOauthClients { user }),
        sent(&CreateOauthClient { user }),
        sent(&FindOauthClient { user, client }),
        sent(&ListCallbackUrls { user, client }),
        sent(&CreateCallbackUrl { user, client, url: name() }),
    ]
}
