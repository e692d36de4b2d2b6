//! The JSON of a customer.

use crate::clock;
use crate::random::steady_uuid;
use crate::records::customers::customer::{Customer, Identity};
use crate::records::parts::{address, avatar, euros, iban, label_user};
use crate::settings::Settings;
use crate::wire::object::{Object, object};

/// The object that GET user returns for a customer.
pub(crate) fn element(customer: &Customer, settings: &Settings) -> Object {
    let public_uuid = steady_uuid(&customer.display_name);
    let shared = object! {
        "id": customer.id,
        "created": clock::text(customer.created),
        "updated": clock::text(customer.updated),
        "alias": [&customer.alias],
        "avatar": avatar(&customer.display_name, Some(public_uuid)),
        "status": "ACTIVE",
        "sub_status": "NONE",
        "public_uuid": public_uuid,
        "display_name": customer.display_name,
        "public_nick_name": customer.nick_name,
        "language": "nl_NL",
        "region": "nl_NL",
        "session_timeout": settings.session_timeout_seconds,
        "daily_limit_without_confirmation_login": euros(25_000),
        "relations": [(); 0],
        "notification_filters": [(); 0],
    };
    let own = match &customer.identity {
        Identity::Person { first_name, middle_name, last_name } => {
            person(customer, [first_name, middle_name, last_name])
        }
        Identity::Company { director } => company(customer, director),
    };
    Object::default().with(customer.kind(), shared.and(own))
}

fn person(customer: &Customer, [first_name, middle_name, last_name]: [&str; 3]) -> Object {
    let home = address("Keizersgracht", "391", "1016 EJ", "Amsterdam");
    object! {
        "first_name": first_name,
        "middle_name": middle_name,
        "last_name": last_name,
        "legal_name": customer.display_name,
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

fn company(customer: &Customer, director: &str) -> Object {
    let home = address("Oudegracht", "212", "3511 NR", "Utrecht");
    object! {
        "name": customer.display_name,
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
