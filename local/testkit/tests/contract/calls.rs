//! Every call to the bank, with every field that it can have.

use std::fmt::Debug;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    bunq::{
        Call, Create, Find, List, Page, PageStart, Request, SessionlessCall as _, Update,
        calls::{
            CallbackUrls, CreateDeviceServer, CreateInstallation, CreatePspCredential, CreateSession,
            CredentialPasswordIps, DraftPayment, DraftPayments, DraftStatus, EndSession, FindPublicIssuerTransaction,
            FindUser, IssuerTransaction, IssuerTransactions, MonetaryAccounts, OauthClients, Payments, PermittedIps,
            PublicPath, RequestInquiries, RequestInquiry,
        },
    },
    tpp::Order,
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        idempotency::{IdempotencyKey, RequestName},
        money::Money,
        schedule::{Recurrence, Schedule},
        secret::{PspApiKey, Secret as _},
        workspace::Workspace,
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
    written(call.build(read("1")))
}

fn written(request: Request) -> Sent {
    let operation = format!("{} {}", request.method.as_str(), without_names(request.route));
    Sent { operation, body: request.body.map(|body| serde_json::from_slice(&body).unwrap()) }
}

fn read<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn every_call() -> Vec<Sent> {
    let (account, key, client) = (read("2"), read("3"), read("4"));
    let page = Page { count: 1, from: PageStart::Newest };
    let secret = PspApiKey::parse("0123456789abcdef0123456789abcdef".to_owned()).unwrap();
    let amount = Money { amount: read("12.50"), currency: read("EUR") };
    let address = Address::parse(CounterpartyType::Iban, "NL91ABNA0417164300").unwrap();
    let counterparty = Counterparty { address, name: Some("J. Jansen".to_owned()) };
    let (description, name) = ("Invoice 17".to_owned(), || "once".to_owned());
    let time = || read("2026-12-01 09:00:00");
    let inquiry = RequestInquiry {
        account,
        amount: amount.clone(),
        counterparty: counterparty.clone(),
        description: description.clone(),
    };
    let draft = DraftPayment {
        account,
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
        explicit_status: true,
    };
    let public = |path| FindPublicIssuerTransaction { transaction: read("7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21"), path };
    let cancelled = || json!({ "status": "CANCELLED", "previous_updated_timestamp": "2026-12-01 09:00:00.000000" });
    let status = |status: &str| json!({ "status": status });
    vec![
        written(CreateInstallation { client_public_key: name() }.build()),
        written(CreatePspCredential { certificate: name(), chain: name(), proof: name() }.build()),
        written(
            CreateDeviceServer { description: name(), secret: secret.clone(), permitted_ips: vec![name()] }.build(),
        ),
        written(CreateSession { secret }.build()),
        sent(&EndSession),
        sent(&FindUser::default()),
        sent(&List::<MonetaryAccounts>::new((), page)),
        sent(&List::<Payments>::new(account, page)),
        sent(&Find::<Payments>::new(account, read("6"))),
        sent(&create(&inquiry)),
        sent(&List::<RequestInquiries>::new(account, page)),
        sent(&Find::<RequestInquiries>::new(account, read("7"))),
        sent(&Update::<RequestInquiries> { parent: account, id: read("7"), body: status("REVOKED") }),
        sent(&create(&draft)),
        sent(&List::<DraftPayments>::new(account, page)),
        sent(&Find::<DraftPayments>::new(account, read("8"))),
        sent(&Update::<DraftPayments> { parent: account, id: read("8"), body: cancelled() }),
        sent(&create(&transaction)),
        sent(&List::<IssuerTransactions>::new((), page)),
        sent(&Find::<IssuerTransactions>::new((), read("9"))),
        sent(&Update::<IssuerTransactions> { parent: (), id: read("9"), body: status("CANCELLED") }),
        sent(&public(PublicPath::User)),
        sent(&public(PublicPath::Root)),
        sent(&List::<CredentialPasswordIps>::new((), page)),
        sent(&Find::<CredentialPasswordIps>::new((), key)),
        sent(&List::<PermittedIps>::new(key, page)),
        sent(&Find::<PermittedIps>::new(key, read("10"))),
        sent(&Create::<PermittedIps>::new(key, json!({ "ip": "185.40.108.9", "status": "ACTIVE" }))),
        sent(&Update::<PermittedIps> { parent: key, id: read("10"), body: status("INACTIVE") }),
        sent(&List::<OauthClients>::new((), page)),
        sent(&Create::<OauthClients>::new((), status("ACTIVE"))),
        sent(&Find::<OauthClients>::new((), client)),
        sent(&List::<CallbackUrls>::new(client, page)),
        sent(&Create::<CallbackUrls>::new(client, json!({ "url": "https://tpp.example/callback" }))),
    ]
}

/// Returns the call that creates an order, with the mark of a request.
fn create<O: Order>(order: &O) -> Create<O::Resource> {
    let name = RequestName::new(&Workspace::default(), &IdempotencyKey::parse("once").unwrap());
    Create::new(order.parent(), order.body(&name, Timestamp::UNIX_EPOCH))
}
