//! The types of a file of customers. Their documentation is the JSON schema of the file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::customer_file::values::{Cents, Iban, Moment};
use crate::records::payment::{PaymentKind, SubKind};

/// Customers for the simulator, with their accounts and payments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Customers")]
pub(crate) struct CustomerFile {
    /// The address of this schema, for editors. The simulator does not read it.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// The customers.
    pub(crate) customers: Vec<CustomerEntry>,
    /// Recurring payments for generated histories, by a name of your choice. Besides these, there are `household`,
    /// `fixed_costs`, `savings`, `card`, `business` and `strange`.
    #[serde(default)]
    pub(crate) lines: BTreeMap<String, Vec<Line>>,
}

/// A person or a company with accounts at the bank.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Customer")]
pub(crate) struct CustomerEntry {
    /// The name of the customer in switches and in the state file: up to 40 letters a to z, digits, `-` and `_`.
    pub(crate) name: String,
    /// A remark for the visitor of a page who selects a customer.
    pub(crate) about: Option<String>,
    /// The names of a person. A customer has either `person` or `company`.
    pub(crate) person: Option<PersonEntry>,
    /// The names of a company. A customer has either `person` or `company`.
    pub(crate) company: Option<CompanyEntry>,
    /// The public nickname; by default the first name of a person, or the name of a company.
    pub(crate) nick_name: Option<String>,
    /// The mail address; by default `<name>@customers.example`.
    pub(crate) mail_address: Option<String>,
    /// The time when the customer joined the bank; by default in March 2021.
    pub(crate) created: Option<Moment>,
    /// The API key for the bank's client libraries: `sandbox_` and 8 to 100 letters a to z and digits. By default it
    /// follows from the name. `GET /_simulator/customers` shows it.
    pub(crate) api_key: Option<String>,
    /// The id of the user, below 200001; by default the bank assigns one.
    pub(crate) id: Option<u64>,
    /// The accounts. The first open one also receives payments to the mail address of the customer.
    #[serde(default)]
    pub(crate) accounts: Vec<AccountEntry>,
}

/// The names of a person.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Person")]
pub(crate) struct PersonEntry {
    /// The first name.
    pub(crate) first_name: String,
    /// The part between first and last name, such as `van den`.
    #[serde(default)]
    pub(crate) middle_name: String,
    /// The last name.
    pub(crate) last_name: String,
}

/// The names of a company.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Company")]
pub(crate) struct CompanyEntry {
    /// The name of the company.
    pub(crate) name: String,
    /// The full name of its director.
    pub(crate) director: String,
}

/// An account and its payments.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Account")]
pub(crate) struct AccountEntry {
    /// The description that the holder gave the account; by default `bunq account`.
    pub(crate) description: Option<String>,
    /// The kind of the account; by default `bank`.
    #[serde(default)]
    pub(crate) kind: Kind,
    /// The balance after all payments, such as `1843.27`. By default it is the opening balance and all `payments`. An
    /// account with a generated history needs a balance.
    pub(crate) balance: Option<Cents>,
    /// The balance before the first payment. By default it is the balance without the payments, or zero for a generated
    /// history, which then begins with a deposit of about `1500.00`.
    pub(crate) opening_balance: Option<Cents>,
    /// The payments, oldest first. An account has either `payments` or `generated`, and none at another bank.
    #[serde(default)]
    pub(crate) payments: Vec<PaymentEntry>,
    /// A history of two years up to 31 March 2026 that the simulator generates.
    pub(crate) generated: Option<Generated>,
    /// The IBAN, with or without spaces; by default the bank assigns one.
    pub(crate) iban: Option<Iban>,
    /// The second holder of a `joint` account. It needs one.
    pub(crate) partner: Option<String>,
    /// The goal of a `savings` account; by default it has none.
    pub(crate) goal: Option<Cents>,
    /// A telephone number whose payments arrive in this account, such as `+31612345678`.
    pub(crate) phone_number: Option<String>,
    /// A mail address whose payments arrive in this account.
    pub(crate) mail_address: Option<String>,
    /// The color in the app, such as `#FF7819`.
    pub(crate) color: Option<String>,
    /// The time when the account was opened; by default in March 2021.
    pub(crate) created: Option<Moment>,
    /// The id of the account, below 200001; by default the bank assigns one.
    pub(crate) id: Option<u64>,
    /// The id of the first payment; the others have the next ids, all below 200001. By default the bank assigns them.
    pub(crate) first_payment_id: Option<u64>,
}

/// The kind of an account.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AccountKind")]
pub(crate) enum Kind {
    /// A current account.
    #[default]
    Bank,
    /// An account with a second holder, the `partner`.
    Joint,
    /// A savings account, with a `goal` if you like.
    Savings,
    /// The account of a card.
    Card,
    /// An account at another bank.
    External,
    /// A savings account at another bank.
    ExternalSavings,
    /// An account at another bank whose synchronisation is broken: its fields are null.
    ExternalOfNulls,
    /// An account that moves here from another bank. It has few fields.
    SwitchService,
    /// A kind that does not exist at the bank, so that clients meet an unknown one.
    Holographic,
}

/// A history that the simulator generates from recurring payments. It is the same on every start.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GeneratedHistory")]
pub(crate) struct Generated {
    /// The number of payments, from 1 to 730. The last one makes the balance right.
    pub(crate) count: u32,
    /// The name of the recurring payments: a key of `lines` of the same file, or `household`, `fixed_costs`,
    /// `savings`, `card`, `business` or `strange`.
    pub(crate) lines: String,
}

/// One payment. The simulator does not book it in the account of the counterparty.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentEntry {
    /// The amount, such as `-12.50`. It is negative if the money left the account.
    pub(crate) amount: Cents,
    /// The name of the counterparty.
    pub(crate) counterparty: String,
    /// The IBAN of the counterparty. A shop that is paid by card or iDEAL has none.
    pub(crate) counterparty_iban: Option<Iban>,
    /// The description; by default it is empty.
    #[serde(default)]
    pub(crate) description: String,
    /// The time of the payment. By default, the payments are a day apart, and the last one is on 31 March 2026.
    pub(crate) created: Option<Moment>,
    /// The type, as the bank writes it. By default `BUNQ`, `EBA_SCT` or, without an IBAN, `IDEAL`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<PaymentKind>,
    /// The subtype, as the bank writes it. By default `SCT` or `SDD` for these types, else `PAYMENT`.
    #[serde(rename = "sub_type")]
    pub(crate) sub_kind: Option<SubKind>,
    /// The merchant category code of a payment by card, such as `5411`.
    pub(crate) merchant_category_code: Option<String>,
    /// The reference of the merchant.
    pub(crate) merchant_reference: Option<String>,
}

/// A recurring payment of a generated history.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// The least amount, such as `-84.60`. Amounts are negative if the money leaves the account.
    pub(crate) least: Cents,
    /// The largest amount, such as `-3.90`.
    pub(crate) most: Cents,
    /// The name of the counterparty.
    pub(crate) counterparty: String,
    /// The IBAN of the counterparty. A shop that is paid by card or iDEAL has none.
    pub(crate) counterparty_iban: Option<Iban>,
    /// The description; by default it is empty. `{month}` and `{number}` are replaced.
    #[serde(default)]
    pub(crate) description: String,
    /// The type, as the bank writes it. By default `BUNQ`, `EBA_SCT` or, without an IBAN, `IDEAL`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<PaymentKind>,
    /// The subtype, as the bank writes it. By default `SCT` or `SDD` for these types, else `PAYMENT`.
    #[serde(rename = "sub_type")]
    pub(crate) sub_kind: Option<SubKind>,
    /// The merchant category code of a payment by card, such as `5411`.
    pub(crate) merchant_category_code: Option<String>,
    /// The reference of the merchant. `{month}` and `{number}` are replaced.
    pub(crate) merchant_reference: Option<String>,
}
