//! The payments that exist before the bank runs: those of a file of customers, and histories that follow from a
//! formula. They are the same on every start, so the state file does not hold them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::records::counterparty::Party;
use crate::records::customer_file::format::{Line, PaymentEntry};
use crate::records::customers::account::Account;
use crate::records::parts::iban;
use crate::records::payment::{Payment, PaymentKind, SubKind};

/// The payments that exist before the bank runs, by account.
#[derive(Default)]
pub(crate) struct History(BTreeMap<u64, Vec<Payment>>);

/// The day of the newest payments, 31 March 2026, as the seconds of its midnight.
const LAST_DAY: i64 = 1_774_915_200;
/// A generated history has at most one payment on each of these days.
pub(crate) const DAYS: u32 = 730;
/// The first payment of a generated history brings this much, unless the opening balance is given: an account begins
/// with nothing.
const FIRST_CENTS: i64 = 150_000;
/// Outside these balances, the holder moves money from and to savings at another bank.
const LEAST_CENTS: i64 = 10_000;
const MOST_CENTS: i64 = 1_500_000;

impl History {
    /// The first payments of an account, oldest first.
    pub(crate) fn of(&self, account_id: u64) -> &[Payment] {
        self.0.get(&account_id).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn add(&mut self, account_id: u64, payments: Vec<Payment>) {
        self.0.insert(account_id, payments);
    }

    /// The ids of the payments of each account.
    pub(crate) fn ids(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        self.0.values().filter_map(|payments| Some(payments.first()?.id..=payments.last()?.id))
    }
}

/// The payments of a file, with the ids from `first_id`. By default they are a day apart, at noon.
pub(crate) fn listed(account: &Account, first_id: u64, opening: i64, entries: &[PaymentEntry]) -> Vec<Payment> {
    let mut balance = opening;
    let mut days_back = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let payments = (first_id..).zip(entries).map(|(id, entry)| {
        days_back -= 1;
        balance += entry.amount.0;
        let created = entry.created.map_or(time(days_back, 12), |created| created.0);
        entry.line().payment(account.id, id, created, (entry.amount.0, balance))
    });
    payments.collect()
}

/// A history of `count` payments from `opening`, by default nothing, to the balance of the account, with the ids from
/// `first_id`.
pub(crate) fn generated(
    account: &Account,
    first_id: u64,
    opening: Option<i64>,
    count: u32,
    lines: &[Line],
) -> Vec<Payment> {
    let mut balance = opening.unwrap_or_default();
    let payments = (0..count).map(|number| {
        let dice = dice(account.id << 16 | u64::from(number));
        let line = &lines[number as usize * 11 % lines.len()];
        // At most one payment a day, between 07:00 and 22:00.
        let days_back = i64::from(count - 1 - number) * i64::from(DAYS) / i64::from(count);
        let of_day = SignedDuration::from_micros(i64::try_from(dice % (15 * 3_600_000_000)).unwrap_or_default());
        let start = time(days_back, 7);
        let created = start.checked_add(of_day).unwrap_or(start);
        let planned = line.cents(dice);
        // The last payment leads to the balance of the account.
        let moved = match balance + planned {
            _ if number + 1 == count => Some(account.cents - balance),
            _ if number == 0 && opening.is_none() => Some((FIRST_CENTS + planned).clamp(LEAST_CENTS, MOST_CENTS)),
            after if after < LEAST_CENTS => Some(75_000),
            after if after > MOST_CENTS => Some(-500_000),
            _ => None,
        };
        balance += moved.unwrap_or(planned);
        let mut payment =
            line.payment(account.id, first_id + u64::from(number), created, (moved.unwrap_or(planned), balance));
        payment.description = filled(&payment.description, created, number);
        payment.merchant_reference = payment.merchant_reference.map(|words| filled(&words, created, number));
        if moved.is_some() {
            payment.kind = PaymentKind::EbaSct;
            payment.sub_kind = SubKind::Sct;
            payment.merchant_reference = None;
            payment.description = if payment.cents < 0 { "Naar spaarrekening" } else { "Van spaarrekening" }.to_owned();
            let iban = Some(iban("INGB", 4_471_317));
            payment.counterparty = Party { iban, name: account.holder.clone(), merchant_category_code: None };
        }
        payment
    });
    payments.collect()
}

/// This hour of a day before the last one.
fn time(days_back: i64, hour: i64) -> Timestamp {
    Timestamp::from_second(LAST_DAY - days_back * 86_400 + hour * 3_600).unwrap_or_default()
}

impl PaymentEntry {
    fn line(&self) -> Line {
        Line {
            least: self.amount,
            most: self.amount,
            counterparty: self.counterparty.clone(),
            counterparty_iban: self.counterparty_iban.clone(),
            description: self.description.clone(),
            kind: self.kind,
            sub_kind: self.sub_kind,
            merchant_category_code: self.merchant_category_code.clone(),
            merchant_reference: self.merchant_reference.clone(),
        }
    }
}

impl Line {
    fn cents(&self, dice: u64) -> i64 {
        let spread = self.most.0.abs_diff(self.least.0) + 1;
        self.least.0 + i64::try_from(dice % spread).unwrap_or_default()
    }

    /// A payment of this line. `cents` holds the amount, and the balance after it.
    fn payment(&self, account_id: u64, id: u64, created: Timestamp, cents: (i64, i64)) -> Payment {
        let counterparty = Party {
            iban: self.counterparty_iban.as_ref().map(|iban| iban.0.clone()),
            name: self.counterparty.clone(),
            merchant_category_code: self.merchant_category_code.clone(),
        };
        let by_iban = match counterparty.iban {
            None => PaymentKind::Ideal,
            Some(_) => PaymentKind::ordered(counterparty.is_bunq()),
        };
        let kind = self.kind.unwrap_or(by_iban);
        let by_kind = match kind {
            PaymentKind::EbaSct => SubKind::Sct,
            PaymentKind::EbaSdd => SubKind::Sdd,
            PaymentKind::Bunq | PaymentKind::Ideal | PaymentKind::Swift | PaymentKind::Fis | PaymentKind::Interest => {
                SubKind::Payment
            }
        };
        Payment {
            id,
            created,
            account_id,
            cents: cents.0,
            balance_after: cents.1,
            counterparty,
            description: self.description.clone(),
            kind,
            sub_kind: self.sub_kind.unwrap_or(by_kind),
            merchant_reference: self.merchant_reference.clone(),
            attachment_ids: Vec::new(),
            batch_id: None,
            changed: None,
        }
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
