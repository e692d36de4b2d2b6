//! The other side of a payment, and its label.

use serde::{Deserialize, Serialize};

use crate::records::customers::Customers;
use crate::records::customers::account::Account;
use crate::records::customers::customer::Customer;
use crate::records::parts::{avatar, label_user};
use crate::wire::object::{Object, object};

/// A payer or payee.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Party {
    /// `None` for a shop that was paid by iDEAL or card.
    pub(crate) iban: Option<String>,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) merchant_category_code: Option<String>,
}

/// The payee that a pointer leads to, and where its account is.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Counterparty {
    pub(crate) party: Party,
    pub(crate) place: Place,
}

/// The place of a counterparty's account.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// An account of this bank, with its id.
    Account(u64),
    /// The sandbox's sugar daddy at this bank, who always has enough money.
    SugarDaddy,
    /// The sandbox's test payee at this bank, who accepts every payment.
    Bravo,
    /// An account that this simulator does not keep.
    Elsewhere,
}

impl Party {
    pub(crate) fn of_account(customer: &Customer, account: &Account) -> Self {
        let iban = account.iban().map(str::to_owned);
        Self { iban, name: customer.display_name.clone(), merchant_category_code: None }
    }

    /// The holder of an account of this bank.
    pub(crate) fn of(customers: &Customers, account_id: u64) -> Self {
        match customers.account(account_id) {
            Some((customer, account)) => Self::of_account(customer, account),
            None => Self { iban: None, name: String::new(), merchant_category_code: None },
        }
    }

    /// Whether the account is at bunq.
    pub(crate) fn is_bunq(&self) -> bool {
        self.iban.as_deref().and_then(|iban| iban.get(4..8)) == Some("BUNQ")
    }

    /// The `LabelMonetaryAccount`. In recordings, labels of other banks' customers are full of nulls, and a label
    /// without an IBAN has its user before its avatar.
    pub(crate) fn label(&self) -> Object {
        let own = self.is_bunq();
        let country = self.iban.as_deref().and_then(|iban| iban.get(..2)).unwrap_or("NL");
        let stranger = || {
            object! {
                "uuid": (),
                "display_name": self.name,
                "country": country,
                "avatar": (),
                "public_nick_name": self.name,
            }
        };
        let user = if own { label_user(&self.name, country) } else { stranger() };
        let first = object! { "iban": self.iban, "is_light": own.then_some(false), "display_name": self.name };
        let sides = match self.iban {
            Some(_) => object! { "avatar": avatar(&self.name, None), "label_user": user },
            None => object! { "label_user": user, "avatar": () },
        };
        let last = object! { "country": country, "merchant_category_code"?: self.merchant_category_code.as_ref() };
        first.and(sides).and(last)
    }
}
