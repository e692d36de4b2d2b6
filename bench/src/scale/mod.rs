//! Simulates days of deployments of different sizes on a virtual clock, with the turns that the functions use, and
//! writes docs/SCALING.md. The store and the bank are in memory, so a day takes a second.

mod day;
mod fleet;
mod table;

use std::path::Path;

use shared::config::BankLimits;

use crate::{Failure, progress};
use day::{Day, Kind};
use table::{Row, text};

/// The sizes and numbers of addresses in the table.
const CUSTOMERS: [usize; 4] = [100, 1_000, 10_000, 100_000];
const ADDRESSES: [usize; 4] = [1, 2, 5, 20];

/// Simulates all days, and writes the document below `root`.
pub(crate) fn measure(root: &Path) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for limits in [BankLimits::Classic, BankLimits::Newer] {
        for customers in CUSTOMERS {
            for addresses in ADDRESSES {
                for kind in [Kind::Usual, Kind::Salary] {
                    progress(&format!("{limits:?}, {customers} customers, {addresses} addresses, {kind:?}"));
                    let day = Day { limits, customers, addresses, kind };
                    rows.push(Row { day, result: day.simulate() });
                }
            }
        }
    }
    let mut most = Vec::new();
    for limits in [BankLimits::Classic, BankLimits::Newer] {
        for kind in [Kind::Usual, Kind::Salary] {
            progress(&format!("{limits:?}, {kind:?}: how many customers one address serves"));
            most.push((limits, kind, most_customers(limits, kind)));
        }
    }
    std::fs::write(root.join("docs/SCALING.md"), text(&rows, &most)?)?;
    Ok(())
}

/// Finds how many customers one address serves well, to two digits.
fn most_customers(limits: BankLimits, kind: Kind) -> usize {
    let is_good = |customers| Day { limits, customers, addresses: 1, kind }.simulate().is_good();
    let (mut good, mut bad) = (100, 200_000);
    while bad - good > good / 20 {
        let middle = usize::midpoint(good, bad);
        if is_good(middle) { good = middle } else { bad = middle }
    }
    let unit = 10_usize.pow(good.ilog10().saturating_sub(1));
    good / unit * unit
}
