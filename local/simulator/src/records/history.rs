//! The payments that exist when the bank starts. They follow from a formula, so they and their ids are the same on
//! every start, and the state file does not hold them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::records::counterparty::Party;
use crate::records::customers::Customers;
use crate::records::customers::account::Account;
use crate::records::history_lines::{BUSINESS, CARD, FIXED_COSTS, HOUSEHOLD, Line, SAVINGS, STRANGE, Where};
use crate::records::parts::iban;
use crate::records::payment::{Payment, PaymentKind, SubKind};

/// The payments of the first day, by account.
pub(crate) struct History(BTreeMap<u64, Vec<Payment>>);

/// The history of one account.
struct Chapter {
    account_id: u64,
    /// The id of the first payment. All ids are lower than those that the bank assigns later.
    first_id: u64,
    count: u32,
    lines: &'static [Line],
}

const CHAPTERS: [Chapter; 9] = [
    Chapter { account_id: 60_101, first_id: 110_001, count: 320, lines: HOUSEHOLD },
    Chapter { account_id: 60_102, first_id: 120_001, count: 96, lines: FIXED_COSTS },
    Chapter { account_id: 60_103, first_id: 130_001, count: 60, lines: HOUSEHOLD },
    Chapter { account_id: 60_104, first_id: 140_001, count: 24, lines: SAVINGS },
    Chapter { account_id: 60_105, first_id: 150_001, count: 30, lines: CARD },
    Chapter { account_id: 60_201, first_id: 160_001, count: 150, lines: BUSINESS },
    Chapter { account_id: 60_202, first_id: 170_001, count: 45, lines: BUSINESS },
    Chapter { account_id: 60_203, first_id: 180_001, count: 8, lines: SAVINGS },
    Chapter { account_id: 60_401, first_id: 190_001, count: 25, lines: STRANGE },
];

/// The day of the newest payments, 31 March 2026, as the seconds of its midnight.
const LAST_DAY: i64 = 1_774_915_200;
const DAYS: i64 = 730;
/// The balance of every account before its first payment.
const START_CENTS: i64 = 150_000;
/// Outside these balances, the holder moves money from and to savings at another bank.
const LEAST_CENTS: i64 = 10_000;
const MOST_CENTS: i64 = 1_500_000;

impl History {
    pub(crate) fn of_the_first_day(customers: &Customers) -> Self {
        let chapters = CHAPTERS.iter().filter_map(|chapter| {
            let (customer, account) = customers.account(chapter.account_id)?;
            Some((chapter.account_id, chapter.payments(&customer.display_name, account)))
        });
        Self(chapters.collect())
    }

    /// The first payments of an account, oldest first.
    pub(crate) fn of(&self, account_id: u64) -> &[Payment] {
        self.0.get(&account_id).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Chapter {
    fn payments(&self, holder: &str, account: &Account) -> Vec<Payment> {
        let mut balance = START_CENTS;
        let payments = (0..self.count).map(|number| {
            let dice = dice(self.account_id << 16 | u64::from(number));
            let line = &self.lines[number as usize * 11 % self.lines.len()];
            let created = self.moment(number, dice);
            let planned = line.cents(dice);
            // The last payment leads to the balance of the first day.
            let moved = match balance + planned {
                _ if number + 1 == self.count => Some(account.cents - balance),
                after if after < LEAST_CENTS => Some(75_000),
                after if after > MOST_CENTS => Some(-500_000),
                _ => None,
            };
            let cents = moved.unwrap_or(planned);
            balance += cents;
            let mut payment = Payment {
                id: self.first_id + u64::from(number),
                created,
                account_id: self.account_id,
                cents,
                balance_after: balance,
                counterparty: line.party(),
                description: filled(line.words, created, number),
                kind: line.kind,
                sub_kind: line.sub_kind,
                merchant_reference: line.reference.map(|reference| filled(reference, created, number)),
                attachment_ids: Vec::new(),
                batch_id: None,
            };
            if moved.is_some() {
                payment.kind = PaymentKind::EbaSct;
                payment.sub_kind = SubKind::Sct;
                payment.merchant_reference = None;
                payment.description = if cents < 0 { "Naar spaarrekening" } else { "Van spaarrekening" }.to_owned();
                let iban = Some(iban("INGB", 4_471_317));
                payment.counterparty = Party { iban, name: holder.to_owned(), merchant_category_code: None };
            }
            payment
        });
        payments.collect()
    }

    /// At most one payment a day, between 07:00 and 22:00.
    fn moment(&self, number: u32, dice: u64) -> Timestamp {
        let days_back = i64::from(self.count - 1 - number) * DAYS / i64::from(self.count);
        let of_day = SignedDuration::from_micros(i64::try_from(dice % (15 * 3_600_000_000)).unwrap_or_default());
        let start = Timestamp::from_second(LAST_DAY - days_back * 86_400 + 7 * 3_600).unwrap_or_default();
        start.checked_add(of_day).unwrap_or(start)
    }
}

impl Line {
    fn cents(&self, dice: u64) -> i64 {
        let spread = self.most_cents.abs_diff(self.least_cents) + 1;
        self.least_cents + i64::try_from(dice % spread).unwrap_or_default()
    }

    fn party(&self) -> Party {
        let iban = match self.account {
            Where::Hidden => None,
            Where::Dutch(bank, number) => Some(iban(bank, number)),
            Where::Abroad(iban) => Some(iban.to_owned()),
        };
        Party { iban, name: self.who.to_owned(), merchant_category_code: self.category.map(str::to_owned) }
    }
}

/// A description with the month and a number filled in.
fn filled(words: &str, created: Timestamp, number: u32) -> String {
    const MONTHS: [&str; 12] = [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ];
    let date = created.to_zoned(TimeZone::UTC).date();
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    words
        .replace("{month}", &format!("{month} {}", date.year()))
        .replace("{number}", &format!("{:05}", 40_000 + number * 17))
}

/// SplitMix64: one seed always gives the same number, and near seeds give unrelated numbers.
fn dice(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_ends_with_what_it_holds_on_the_first_day() {
        let customers = Customers::of_the_first_day();
        let history = History::of_the_first_day(&customers);

        for (id, payments) in &history.0 {
            let first_cents = customers.account(*id).unwrap().1.first_cents();
            assert_eq!(payments.last().map(|payment| payment.balance_after), first_cents, "{id}");
            let mut balance = START_CENTS;
            for payment in payments {
                balance += payment.cents;
                assert_eq!((payment.balance_after, payment.cents != 0), (balance, true), "{}", payment.id);
                assert!(balance > 0, "{}", payment.id);
            }
            assert!(payments.is_sorted_by(|one, next| one.created < next.created && one.id < next.id), "{id}");
        }
    }

    #[test]
    fn the_last_day_is_the_one_that_is_named() {
        let last = History::of_the_first_day(&Customers::of_the_first_day()).of(60_101).last().unwrap().created;
        assert_eq!(last.to_string().get(..10), Some("2026-03-31"));
    }
}
