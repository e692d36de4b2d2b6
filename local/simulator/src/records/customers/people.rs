//! The customers of the first day. Each of them covers a case that a client must handle.

use jiff::Timestamp;

use crate::records::customers::account::{Account, AccountKind, Setting};
use crate::records::customers::customer::{Customer, Identity};
use crate::records::parts::Alias;

/// 8 March 2021, 09:12:03 and 09:14:27.
const CREATED: Timestamp = Timestamp::constant(1_615_194_723, 771_184_000);
const OPENED: Timestamp = Timestamp::constant(1_615_194_867, 418_305_000);
/// 30 September and 17 October 2025.
const UPDATED: Timestamp = Timestamp::constant(1_759_262_504, 530_092_000);
const ACCOUNT_UPDATED: Timestamp = Timestamp::constant(1_760_726_751, 6_420_000);

/// An account of the first day.
struct Seed {
    id: u64,
    kind: AccountKind,
    description: &'static str,
    number: u64,
    cents: i64,
    color: &'static str,
}

pub(super) fn person() -> Customer {
    let partner = "Bram Visser".to_owned();
    let mut customer = someone(50_101, "person", ["Sanne", "de", "Vries"], "A person with accounts of seven kinds");
    customer.accounts = vec![
        seed(60_101, AccountKind::Bank, "Huishouden", 2_091_447_310, 184_327, "#FF7819"),
        seed(60_102, AccountKind::Bank, "Vaste lasten", 2_091_447_329, 96_150, "#2196F3"),
        seed(60_103, AccountKind::Joint { partner }, "Samen thuis", 2_091_447_337, 241_005, "#4CAF50"),
        seed(60_104, goal(200_000), "Zomer in Zeeland", 2_091_447_345, 84_000, "#FFC107"),
        seed(60_105, AccountKind::Card, "Travel Card", 2_091_447_353, 15_075, "#9C27B0"),
        seed(60_106, AccountKind::External, "ING Betaalrekening", 4_471_309, 51_290, "#607D8B"),
        seed(60_107, AccountKind::ExternalSavings, "ING Oranje Spaarrekening", 4_471_317, 1_200_000, "#795548"),
    ]
    .into_iter()
    .map(|seed| seed.account(&customer))
    .collect();
    // The telephone number and mail address of a person also lead to the first account.
    if let Some(first) = customer.accounts.first_mut() {
        let contacts = [("PHONE_NUMBER", "+31612345678"), ("EMAIL", "sanne@customers.example")];
        first.aliases.splice(0..0, contacts.map(|(kind, value)| Alias::new(kind, value, value)));
    }
    customer
}

pub(super) fn company() -> Customer {
    let name = "Bakkerij Van Dijk B.V.";
    let mut customer = Customer {
        id: 50_201,
        name: "company".to_owned(),
        created: CREATED,
        updated: UPDATED,
        display_name: name.to_owned(),
        nick_name: "Bakkerij Van Dijk".to_owned(),
        about: "A company with three accounts".to_owned(),
        identity: Identity::Company { director: "Jan van Dijk".to_owned() },
        alias: Alias::new("EMAIL", "administratie@bakkerijvandijk.example", name),
        accounts: Vec::new(),
    };
    customer.accounts = vec![
        seed(60_201, AccountKind::Bank, "Zakelijke rekening", 2_064_118_902, 1_284_990, "#3F51B5"),
        seed(60_202, AccountKind::Bank, "Kassa", 2_064_118_910, 73_455, "#009688"),
        seed(60_203, goal(500_000), "BTW", 2_064_118_929, 462_118, "#E91E63"),
    ]
    .into_iter()
    .map(|seed| seed.account(&customer))
    .collect();
    customer
}

pub(super) fn empty() -> Customer {
    someone(50_301, "empty", ["Daan", "", "Bakker"], "A person without any account")
}

pub(super) fn strange() -> Customer {
    let about = "A person with an account full of nulls and one of an unknown kind";
    let mut customer = someone(50_401, "strange", ["Femke", "van den", "Berg"], about);
    customer.accounts = vec![
        seed(60_401, AccountKind::Bank, "Betaalrekening", 2_077_350_164, 30_219, "#FF7819"),
        seed(60_402, AccountKind::ExternalOfNulls, "Oude rekening", 0, 0, "#607D8B"),
        seed(60_403, AccountKind::Holographic, "Hologram", 2_077_350_172, 700, "#00BCD4"),
        seed(60_404, AccountKind::SwitchService, "Overstapservice", 0, 0, "#607D8B"),
    ]
    .into_iter()
    .map(|seed| seed.account(&customer))
    .collect();
    customer
}

fn goal(cents: i64) -> AccountKind {
    AccountKind::Savings { goal_cents: Some(cents) }
}

fn seed(id: u64, kind: AccountKind, description: &'static str, number: u64, cents: i64, color: &'static str) -> Seed {
    Seed { id, kind, description, number, cents, color }
}

impl Seed {
    fn account(self, customer: &Customer) -> Account {
        let holder = (customer.id, customer.display_name.as_str());
        Account {
            updated: ACCOUNT_UPDATED,
            description: self.description.to_owned(),
            cents: self.cents,
            setting: Setting::of_color(self.color),
            ..Account::new(self.id, OPENED, self.kind, holder, self.number)
        }
    }
}

fn someone(id: u64, name: &str, names: [&str; 3], about: &str) -> Customer {
    let [first_name, middle_name, last_name] = names.map(str::to_owned);
    let display_name = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
    let mail_address = format!("{}@customers.example", first_name.to_lowercase());
    Customer {
        id,
        name: name.to_owned(),
        created: CREATED,
        updated: UPDATED,
        alias: Alias::new("EMAIL", &mail_address, &display_name),
        display_name,
        nick_name: first_name.clone(),
        about: about.to_owned(),
        identity: Identity::Person { first_name, middle_name, last_name },
        accounts: Vec::new(),
    }
}
