//! The other side of a payment: how a client points to it, and how the bank shows it.

use crate::bank::Bank;
use crate::customers::parts::{avatar, iban, label_user};
use crate::customers::{Account, Customer};
use crate::wire::fields::{Field, Fields, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The fields of a pointer.
pub(crate) static POINTER: [Field; 4] = [text("type"), text("value"), optional_text("name"), optional_text("service")];

/// The mail address that pays what it is asked for, as in the bank's sandbox.
const SUGAR_DADDY: &str = "sugardaddy@bunq.com";
/// The mail address that examples pay to, as in the bank's sandbox.
const BRAVO: &str = "bravo@bunq.com";

/// Somebody, as payments show them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Party {
    /// Nothing for a shop that was paid by iDEAL or card.
    pub(crate) iban: Option<String>,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) merchant_category_code: Option<String>,
}

/// Whom a pointer led to.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Counterparty {
    pub(crate) party: Party,
    pub(crate) place: Place,
}

/// Where a counterparty banks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// In an account of this bank.
    Account(u64),
    /// At this bank, and never short of money.
    SugarDaddy,
    /// At this bank, and takes whatever is sent there.
    Bravo,
    /// In an account that this simulator does not keep.
    Elsewhere,
}

impl Party {
    pub(crate) fn of_account(customer: &Customer, account: &Account) -> Self {
        let iban = account.iban().map(str::to_owned);
        Self { iban, name: customer.display_name.clone(), merchant_category_code: None }
    }

    /// The holder of one of this bank's accounts.
    pub(crate) fn of(bank: &Bank, account_id: u64) -> Self {
        match bank.customers.account(account_id) {
            Some((customer, account)) => Self::of_account(customer, account),
            None => Self { iban: None, name: String::new(), merchant_category_code: None },
        }
    }

    /// Whether the IBAN is one of bunq's.
    pub(crate) fn is_bunq(&self) -> bool {
        self.iban.as_deref().and_then(|iban| iban.get(4..8)) == Some("BUNQ")
    }

    /// As a `LabelMonetaryAccount`. Recorded labels of strangers are full of nulls, and one without an IBAN has its
    /// user before its picture.
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

impl Counterparty {
    /// Follows the pointer in the field `counterparty_alias`.
    ///
    /// # Errors
    ///
    /// When it is no pointer. A mail address or telephone number that nobody here has leads elsewhere; whether that
    /// will do, the caller knows.
    pub(crate) fn read(bank: &Bank, fields: &Fields) -> Result<Self, Refusal> {
        let pointer = fields.object("counterparty_alias");
        let (kind, value, name) = (pointer.text("type"), pointer.text("value"), pointer.text("name"));
        let wrong = |words: &str| Err(Refusal::unrecorded(400, format!("counterparty_alias {words}")));
        match kind {
            "IBAN" if !is_iban(value) => return wrong("holds no IBAN."),
            "IBAN" if name.is_empty() => return wrong("needs a name beside an IBAN."),
            "EMAIL" if !is_mail_address(value) => return wrong("holds no mail address."),
            "PHONE_NUMBER" if !is_telephone_number(value) => {
                return wrong("holds no telephone number like +31612345678.");
            }
            "IBAN" | "EMAIL" | "PHONE_NUMBER" => {}
            _ => return wrong("must be of type IBAN, EMAIL or PHONE_NUMBER."),
        }
        if kind == "EMAIL" && value.eq_ignore_ascii_case(SUGAR_DADDY) {
            return Ok(Self { party: of_the_sandbox("Sugar Daddy", 2_025_000_007), place: Place::SugarDaddy });
        }
        if kind == "EMAIL" && value.eq_ignore_ascii_case(BRAVO) {
            return Ok(Self { party: of_the_sandbox("Bravo", 2_025_000_015), place: Place::Bravo });
        }
        // The bank shows its own customers by the names it knows them by.
        let known = bank.customers.account_by_alias(kind, value).map(|(customer, account)| Self {
            party: Party::of_account(customer, account),
            place: if account.first_cents().is_some() { Place::Account(account.id) } else { Place::Elsewhere },
        });
        let iban = (kind == "IBAN").then(|| value.to_owned());
        let name = if name.is_empty() { value } else { name }.to_owned();
        let stranger = Self { party: Party { iban, name, merchant_category_code: None }, place: Place::Elsewhere };
        Ok(known.unwrap_or(stranger))
    }
}

/// Somebody whom the bank's sandbox has for tests.
fn of_the_sandbox(name: &str, number: u64) -> Party {
    Party { iban: Some(iban("BUNQ", number)), name: name.to_owned(), merchant_category_code: None }
}

fn is_iban(text: &str) -> bool {
    let good = (15..=34).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    let rearranged = text.chars().skip(4).chain(text.chars().take(4));
    let remainder = rearranged.filter_map(|character| character.to_digit(36)).fold(0, |remainder, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (remainder * shift + digit) % 97
    });
    good && remainder == 1
}

fn is_mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
        && !text.contains(char::is_whitespace)
}

fn is_telephone_number(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_known_by_its_check_digits() {
        assert!(is_iban("NL91ABNA0417164300") && is_iban("GB29NWBK60161331926819") && is_iban(&iban("BUNQ", 1)));
        for text in ["NL92ABNA0417164300", "NL91 ABNA 0417 1643 00", "nl91abna0417164300", "NL91", "4417164300NL91ABNA"]
        {
            assert!(!is_iban(text), "{text}");
        }
    }
}
