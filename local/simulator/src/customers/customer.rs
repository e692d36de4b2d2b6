//! A person or a company that banks here, and how the bank writes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::customers::Account;
use crate::customers::parts::{Alias, address, avatar, euros, iban, label_user};
use crate::random::steady_uuid;
use crate::settings::Settings;
use crate::wire::object::{Object, object};

/// A person or a company that banks here.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Customer {
    pub(crate) id: u64,
    /// The name that tests and the authorize page use.
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) display_name: String,
    pub(crate) nick_name: String,
    /// Why one would pick this customer.
    pub(crate) about: String,
    pub(crate) identity: Identity,
    /// The mail address.
    pub(crate) alias: Alias,
    #[serde(skip)]
    pub(crate) accounts: Vec<Account>,
}

/// What differs between persons and companies.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Identity {
    Person { first_name: String, middle_name: String, last_name: String },
    Company { director: String },
}

impl Customer {
    /// `UserPerson` or `UserCompany`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.identity {
            Identity::Person { .. } => "UserPerson",
            Identity::Company { .. } => "UserCompany",
        }
    }

    pub(crate) fn account(&self, id: u64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The customer as GET user gives it.
    pub(crate) fn element(&self, settings: &Settings) -> Object {
        let public_uuid = steady_uuid(&self.display_name);
        let shared = object! {
            "id": self.id,
            "created": clock::text(self.created),
            "updated": clock::text(self.updated),
            "alias": [&self.alias],
            "avatar": avatar(&self.display_name, Some(public_uuid)),
            "status": "ACTIVE",
            "sub_status": "NONE",
            "public_uuid": public_uuid,
            "display_name": self.display_name,
            "public_nick_name": self.nick_name,
            "language": "nl_NL",
            "region": "nl_NL",
            "session_timeout": settings.session_timeout_seconds,
            "daily_limit_without_confirmation_login": euros(25_000),
            "relations": [(); 0],
            "notification_filters": [(); 0],
        };
        let own = match &self.identity {
            Identity::Person { first_name, middle_name, last_name } => {
                self.person([first_name, middle_name, last_name])
            }
            Identity::Company { director } => self.company(director),
        };
        Object::default().with(self.kind(), shared.and(own))
    }

    fn person(&self, [first_name, middle_name, last_name]: [&str; 3]) -> Object {
        let home = address("Keizersgracht", "391", "1016 EJ", "Amsterdam");
        object! {
            "first_name": first_name,
            "middle_name": middle_name,
            "last_name": last_name,
            "legal_name": self.display_name,
            "tax_resident": [object! { "country": "NL", "tax_number": "123456782", "status": "CONFIRMED" }],
            "address_main": home,
            "address_postal": home,
            "address_shipping": (),
            "date_of_birth": "1991-06-24",
            "place_of_birth": "Leeuwarden",
            "country_of_birth": "NL",
            "nationality": "NL",
            "all_nationality": ["NL"],
            "gender": "UNKNOWN",
            "version_terms_of_service": "3.2",
        }
    }

    fn company(&self, director: &str) -> Object {
        let home = address("Oudegracht", "212", "3511 NR", "Utrecht");
        object! {
            "name": self.display_name,
            "chamber_of_commerce_number": "68750110",
            "legal_form": "BV",
            "type_of_business_entity": "PRIVATE_LIMITED_COMPANY",
            "sector_of_industry": "BAKERY",
            "counter_bank_iban": iban("RABO", 317_284_651),
            "address_main": home,
            "address_postal": home,
            "address_shipping": (),
            "version_terms_of_service": "3.2",
            "directors": [label_user(director, "NL")],
            "country": "NL",
            "ubo": [object! { "name": director, "date_of_birth": "1968-02-11", "nationality": "NL" }],
            "customer": (),
            "customer_limit": (),
            "billing_contract": [(); 0],
            "deny_reason": (),
            "tax_resident": [(); 0],
        }
    }
}
