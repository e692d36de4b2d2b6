//! Every call to the bank, with every field that it can have.

use std::fmt::Debug;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    bunq::{
        Call, Page, PageStart, Request, Resource as _, SessionlessCall as _,
        calls::{
            CallbackUrls, CreateDeviceServer, CreateInstallation, CreatePspCredential, CreateSession,
            CredentialPasswordIps, DraftPayment, DraftPayments, DraftStatus, EndSession, FindPublicIssuerTransaction,
            FindUser, IssuerTransaction, IssuerTransactions, ListNotificationFilters, MonetaryAccounts,
            NotificationFilter, OauthClients, Payments, PermittedIps, PublicPath, ReplaceNotificationFilters,
            RequestInquiries, RequestInquiry,
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
    let filter = NotificationFilter {
        category: "MUTATION".to_owned(),
        target: "https://tpp.example/hooks".to_owned(),
        verification: vec!["BUNQ_CERTIFICATE".to_owned()],
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
        sent(&ListNotificationFilters { page }),
        sent(&ReplaceNotificationFilters { filters: vec![filter] }),
        sent(&MonetaryAccounts::list((), page)),
        sent(&Payments::list(account, page)),
        sent(&Payments::find(account, read("6"))),
        sent(&create(&inquiry)),
        sent(&RequestInquiries::list(account, page)),
        sent(&RequestInquiries::find(account, read("7"))),
        sent(&RequestInquiries::update(account, read("7"), &status("REVOKED"))),
        sent(&create(&draft)),
        sent(&DraftPayments::list(account, page)),
        sent(&DraftPayments::find(account, read("8"))),
        sent(&DraftPayments::update(account, read("8"), &cancelled())),
        sent(&create(&transaction)),
        sent(&IssuerTransactions::list((), page)),
        sent(&IssuerTransactions::find((), read("9"))),
        sent(&IssuerTransactions::update((), read("9"), &status("CANCELLED"))),
        sent(&public(PublicPath::User)),
        sent(&public(PublicPath::Root)),
        sent(&CredentialPasswordIps::list((), page)),
        sent(&CredentialPasswordIps::find((), key)),
        sent(&PermittedIps::list(key, page)),
        sent(&PermittedIps::find(key, read("10"))),
        sent(&PermittedIps::create(key, &json!({ "ip": "185.40.108.9", "status": "ACTIVE" }))),
        sent(&PermittedIps::update(key, read("10"), &status("INACTIVE"))),
        sent(&OauthClients::list((), page)),
        sent(&OauthClients::create((), &status("ACTIVE"))),
        sent(&OauthClients::find((), client)),
        sent(&CallbackUrls::list(client, page)),
        sent(&CallbackUrls::create(client, &json!({ "url": "https://tpp.example/callback" }))),
    ]
}

/// Returns the call that creates an order, with the mark of a request.
fn create<O: Order>(order: &O) -> impl Call + use<O> {
    let name = RequestName::new(&Workspace::default(), &IdempotencyKey::parse("once").unwrap());
    O::Resource::create(order.parent(), &order.body(&name, Timestamp::UNIX_EPOCH))
}
