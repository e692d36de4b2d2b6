//! Who banks here: each customer is there for one thing that a client must get right.

use serde_json::{Value, json};

use crate::customers::accounts::{Holder, Seed};
use crate::customers::parts::{address, avatar, iban, label_user, pointer};
use crate::customers::{Account, Customer, Kind};
use crate::random::steady_uuid;

pub(super) fn person() -> Customer {
    let holder = Holder { id: 50_101, name: "Sanne de Vries" };
    let accounts = vec![
        with_contacts(holder.bank(&seed(60_101, "Huishouden", 2_091_447_310, 184_327, "#FF7819")), &holder),
        holder.bank(&seed(60_102, "Vaste lasten", 2_091_447_329, 96_150, "#2196F3")),
        holder.joint(&seed(60_103, "Samen thuis", 2_091_447_337, 241_005, "#4CAF50"), "Bram Visser"),
        holder.savings(&seed(60_104, "Zomer in Zeeland", 2_091_447_345, 84_000, "#FFC107"), 200_000),
        holder.card(&seed(60_105, "Travel Card", 2_091_447_353, 15_075, "#9C27B0")),
        holder.external(&seed(60_106, "ING Betaalrekening", 4_471_309, 51_290, "#607D8B"), "INGB"),
        holder.external_savings(&seed(60_107, "ING Oranje Spaarrekening", 4_471_317, 1_200_000, "#795548"), "INGB"),
    ];
    person_named("person", &holder, ["Sanne", "de", "Vries"], "A person with accounts of seven kinds", accounts)
}

pub(super) fn company() -> Customer {
    let holder = Holder { id: 50_201, name: "Bakkerij Van Dijk B.V." };
    let accounts = vec![
        holder.bank(&seed(60_201, "Zakelijke rekening", 2_064_118_902, 1_284_990, "#3F51B5")),
        holder.bank(&seed(60_202, "Kassa", 2_064_118_910, 73_455, "#009688")),
        holder.savings(&seed(60_203, "BTW", 2_064_118_929, 462_118, "#E91E63"), 500_000),
    ];
    let home = address("Oudegracht", "212", "3511 NR", "Utrecht");
    let fields = json!({
        "id": holder.id,
        "created": CREATED,
        "updated": UPDATED,
        "public_uuid": steady_uuid("company"),
        "name": holder.name,
        "display_name": holder.name,
        "public_nick_name": "Bakkerij Van Dijk",
        "alias": [pointer("EMAIL", "administratie@bakkerijvandijk.example", holder.name)],
        "chamber_of_commerce_number": "68750110",
        "legal_form": "BV",
        "type_of_business_entity": "PRIVATE_LIMITED_COMPANY",
        "sector_of_industry": "BAKERY",
        "counter_bank_iban": iban("RABO", 317_284_651),
        "avatar": avatar("company"),
        "address_main": home,
        "address_postal": home,
        "address_shipping": null,
        "version_terms_of_service": "3.2",
        "directors": [label_user("Jan van Dijk", "NL")],
        "language": "nl_NL",
        "country": "NL",
        "region": "nl_NL",
        "ubo": [{"name": "Jan van Dijk", "nationality": "NL", "date_of_birth": "1968-02-11"}],
        "status": "ACTIVE",
        "sub_status": "NONE",
        "daily_limit_without_confirmation_login": {"currency": "EUR", "value": "250.00"},
        "notification_filters": [],
        "customer": null,
        "customer_limit": null,
        "billing_contract": [],
        "deny_reason": null,
        "relations": [],
        "tax_resident": [],
    });
    Customer {
        id: holder.id,
        name: "company".to_owned(),
        display_name: holder.name.to_owned(),
        nick_name: "Bakkerij Van Dijk".to_owned(),
        about: "A company with three accounts",
        kind: Kind::Company,
        fields,
        accounts,
    }
}

pub(super) fn empty() -> Customer {
    let holder = Holder { id: 50_301, name: "Daan Bakker" };
    person_named("empty", &holder, ["Daan", "", "Bakker"], "A person without any account", Vec::new())
}

pub(super) fn strange() -> Customer {
    let holder = Holder { id: 50_401, name: "Femke van den Berg" };
    let accounts = vec![
        holder.bank(&seed(60_401, "Betaalrekening", 2_077_350_164, 30_219, "#FF7819")),
        holder.external_of_nulls(&seed(60_402, "Oude rekening", 0, 0, "#607D8B")),
        holder.holographic(&seed(60_403, "Hologram", 2_077_350_172, 700, "#00BCD4")),
        holder.switch_service(&seed(60_404, "Overstapservice", 0, 0, "#607D8B")),
    ];
    let about = "A person with an account full of nulls and one of an unknown kind";
    person_named("strange", &holder, ["Femke", "van den", "Berg"], about, accounts)
}

const CREATED: &str = "2021-03-08 09:12:03.771184";
const UPDATED: &str = "2025-09-30 20:01:44.530092";

fn seed(id: u64, description: &'static str, number: u64, cents: i64, color: &'static str) -> Seed {
    Seed { id, description, number, cents, color }
}

/// The first account of a person is also reached by mail address and telephone number.
fn with_contacts(mut account: Account, holder: &Holder<'_>) -> Account {
    if let Some(aliases) = account.fields["alias"].as_array_mut() {
        aliases.push(pointer("EMAIL", "sanne@customers.example", holder.name));
        aliases.push(pointer("PHONE_NUMBER", "+31612345678", holder.name));
    }
    account
}

fn person_named(
    name: &str,
    holder: &Holder<'_>,
    names: [&str; 3],
    about: &'static str,
    accounts: Vec<Account>,
) -> Customer {
    let [first_name, middle_name, last_name] = names;
    Customer {
        id: holder.id,
        name: name.to_owned(),
        display_name: holder.name.to_owned(),
        nick_name: first_name.to_owned(),
        about,
        kind: Kind::Person,
        fields: person_fields(name, holder, [first_name, middle_name, last_name]),
        accounts,
    }
}

fn person_fields(name: &str, holder: &Holder<'_>, [first_name, middle_name, last_name]: [&str; 3]) -> Value {
    let home = address("Keizersgracht", "391", "1016 EJ", "Amsterdam");
    json!({
        "id": holder.id,
        "created": CREATED,
        "updated": UPDATED,
        "public_uuid": steady_uuid(name),
        "first_name": first_name,
        "middle_name": middle_name,
        "last_name": last_name,
        "legal_name": holder.name,
        "display_name": holder.name,
        "public_nick_name": first_name,
        "alias": [pointer("EMAIL", &format!("{}@customers.example", first_name.to_lowercase()), holder.name)],
        "tax_resident": [{"country": "NL", "tax_number": "123456782", "status": "CONFIRMED"}],
        "address_main": home,
        "address_postal": home,
        "address_shipping": null,
        "date_of_birth": "1991-06-24",
        "place_of_birth": "Leeuwarden",
        "country_of_birth": "NL",
        "nationality": "NL",
        "all_nationality": ["NL"],
        "language": "nl_NL",
        "region": "nl_NL",
        "gender": "UNKNOWN",
        "avatar": avatar(name),
        "version_terms_of_service": "3.2",
        "status": "ACTIVE",
        "sub_status": "NONE",
        "daily_limit_without_confirmation_login": {"currency": "EUR", "value": "250.00"},
        "notification_filters": [],
        "relations": [],
    })
}
