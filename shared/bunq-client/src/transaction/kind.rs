//! What a payment is, from the bank's type and sub-type.
//!
//! The bank's documentation names the types; MASTERCARD, MAESTRO, SAVINGS, BUNQME and INTEREST are known from programs
//! that read payments. The ISO 20022 codes are those of the external code set of bank transactions:
//! <https://www.iso20022.org/catalogue-messages/additional-content-messages/external-code-sets>.

use serde::Serialize;

/// What a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// Money that was paid or received.
    Payment,
    /// Money that came back: it undoes an earlier transaction, wholly or in part.
    Reversal,
    /// A type or sub-type of the bank that this version does not know.
    Other,
}

/// How the money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = TransactionMethod))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A credit transfer, inside the bank or from bank to bank.
    Transfer,
    /// A card, at a shop or online.
    Card,
    /// A card, at a cash machine.
    Cash,
    /// A direct debit.
    DirectDebit,
    /// iDEAL.
    Ideal,
    /// The payer accepted a request for money.
    Request,
    /// Interest of the bank.
    Interest,
    /// A fee of the bank.
    Fee,
    /// A type of the bank that this version does not know.
    Other,
}

/// Whether money came in or went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = TransactionDirection))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The account received money. Also the direction of an amount of zero.
    In,
    /// The account paid.
    Out,
}

/// The bank transaction code of ISO 20022 for what is not known.
const UNKNOWN: &str = "PMNT-NTAV-NTAV";

/// What a type and a sub-type of the bank mean. The codes are for money that comes in, and for money that goes out.
struct Meaning {
    bank_types: &'static [&'static str],
    bank_sub_types: &'static [&'static str],
    is: TransactionType,
    method: Method,
    codes: [&'static str; 2],
}

const fn meaning(
    bank_types: &'static [&'static str],
    bank_sub_types: &'static [&'static str],
    is: TransactionType,
    method: Method,
    codes: [&'static str; 2],
) -> Meaning {
    Meaning { bank_types, bank_sub_types, is, method, codes }
}

const CARDS: &[&str] = &["MASTERCARD", "MAESTRO", "FIS"];
const BOOK: [&str; 2] = ["PMNT-RCDT-BOOK", "PMNT-ICDT-BOOK"];
const SEPA: [&str; 2] = ["PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"];
// A payment that is returned to its sender comes in; one that is returned by its receiver goes out.
const RETURNED: [&str; 2] = ["PMNT-ICDT-RRTN", "PMNT-RCDT-RRTN"];
const INTEREST: [&str; 2] = ["ACMT-MCOP-INTR", "ACMT-MDOP-INTR"];
const FEES: [&str; 2] = ["ACMT-MCOP-FEES", "ACMT-MDOP-FEES"];
const DEBITS: [&str; 2] = ["PMNT-IDDT-ESDD", "PMNT-RDDT-ESDD"];
const RETURNED_DEBITS: [&str; 2] = ["PMNT-RDDT-UPDD", "PMNT-IDDT-UPDD"];
const ABROAD: [&str; 2] = ["PMNT-RCDT-XBCT", "PMNT-ICDT-XBCT"];
const PURCHASES: [&str; 2] = ["PMNT-CCRD-RIMB", "PMNT-CCRD-POSD"];
const WITHDRAWALS: [&str; 2] = ["PMNT-CCRD-RIMB", "PMNT-CCRD-CWDL"];
const REFUNDS: [&str; 2] = ["PMNT-CCRD-RIMB", "PMNT-CCRD-DAJT"];

static MEANINGS: &[Meaning] = {
    use Method::{Card, Cash, DirectDebit, Fee, Ideal, Interest, Request, Transfer};
    use TransactionType::{Payment, Reversal};
    &[
        meaning(&["BUNQ"], &["PAYMENT"], Payment, Transfer, BOOK),
        meaning(&["BUNQ"], &["REQUEST"], Payment, Request, BOOK),
        meaning(&["BUNQ"], &["BILLING"], Payment, Fee, FEES),
        meaning(&["SAVINGS"], &["PAYMENT"], Payment, Transfer, BOOK),
        meaning(&["BUNQ", "SAVINGS"], &["REVERSAL"], Reversal, Transfer, RETURNED),
        meaning(&["EBA_SCT"], &["SCT", "PAYMENT", "NLO"], Payment, Transfer, SEPA),
        meaning(&["SWIFT"], &["PAYMENT"], Payment, Transfer, ABROAD),
        meaning(&["EBA_SCT", "SWIFT"], &["REVERSAL"], Reversal, Transfer, RETURNED),
        meaning(&["EBA_SDD"], &["SDD", "PAYMENT"], Payment, DirectDebit, DEBITS),
        meaning(&["EBA_SDD"], &["REVERSAL"], Reversal, DirectDebit, RETURNED_DEBITS),
        meaning(&["IDEAL"], &["PAYMENT"], Payment, Ideal, SEPA),
        meaning(&["IDEAL"], &["REVERSAL"], Reversal, Ideal, RETURNED),
        meaning(&["BUNQME"], &["PAYMENT", "REQUEST"], Payment, Request, SEPA),
        meaning(CARDS, &["PAYMENT"], Payment, Card, PURCHASES),
        meaning(CARDS, &["WITHDRAWAL"], Payment, Cash, WITHDRAWALS),
        meaning(CARDS, &["REVERSAL"], Reversal, Card, REFUNDS),
        meaning(&["INTEREST"], &["PAYMENT"], Payment, Interest, INTEREST),
    ]
};

/// What the bank's type and sub-type mean: the type, the method, and the bank transaction code of ISO 20022.
///
/// A payment without a sub-type, as old ones are, is an ordinary payment of its type: the first row of the type. A
/// sub-type that is not known leaves the method as it is for the type. Nothing is an error, since the bank adds types
/// at any time.
pub(super) fn read(
    bank_type: Option<&str>,
    bank_sub_type: Option<&str>,
    direction: Option<Direction>,
) -> (TransactionType, Method, &'static str) {
    let of_type = || MEANINGS.iter().filter(|row| bank_type.is_some_and(|known| row.bank_types.contains(&known)));
    let known = of_type().find(|row| bank_sub_type.is_none_or(|known| row.bank_sub_types.contains(&known)));
    match (known, of_type().next()) {
        (Some(row), _) => {
            let [incoming, outgoing] = row.codes;
            let code = match direction {
                Some(Direction::In) => incoming,
                Some(Direction::Out) => outgoing,
                None => UNKNOWN,
            };
            (row.is, row.method, code)
        }
        (None, Some(row)) => (TransactionType::Other, row.method, UNKNOWN),
        (None, None) => (TransactionType::Other, Method::Other, UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_the_table_has_one_meaning_and_codes_of_iso_20022() {
        for (place, row) in MEANINGS.iter().enumerate() {
            for other in &MEANINGS[place + 1..] {
                let types = row.bank_types.iter().any(|own| other.bank_types.contains(own));
                let sub_types = row.bank_sub_types.iter().any(|own| other.bank_sub_types.contains(own));
                assert!(!(types && sub_types), "{:?} {:?}", row.bank_types, row.bank_sub_types);
            }
            for code in row.codes {
                let parts: Vec<&str> = code.split('-').collect();
                assert!(parts.len() == 3 && parts.iter().all(|part| part.len() == 4), "{code}");
            }
        }
    }

    #[test]
    fn without_a_sub_type_it_is_an_ordinary_payment() {
        for row in MEANINGS {
            for bank_type in row.bank_types {
                let (is, method, code) = read(Some(bank_type), None, Some(Direction::Out));
                let ordinary =
                    ["PAYMENT", "SCT", "SDD"].map(|sub| read(Some(bank_type), Some(sub), Some(Direction::Out)));
                assert!(is == TransactionType::Payment && ordinary.contains(&(is, method, code)), "{bank_type}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_other() {
        let of = |bank_type, sub_type| read(bank_type, sub_type, Some(Direction::Out));
        assert_eq!(of(Some("EBA_SDD"), Some("HOLOGRAM")), (TransactionType::Other, Method::DirectDebit, UNKNOWN));
        assert_eq!(of(Some("HOLOGRAM"), Some("PAYMENT")), (TransactionType::Other, Method::Other, UNKNOWN));
        assert_eq!(of(None, Some("PAYMENT")), (TransactionType::Other, Method::Other, UNKNOWN));
        assert_eq!(of(None, None), (TransactionType::Other, Method::Other, UNKNOWN));
    }
}
