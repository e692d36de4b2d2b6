//! Texts that callers and the bank write: amounts, times, counterparties, identifiers, references and names.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use shared::{
    bunq::transaction::start_of_day,
    http::preferred,
    types::{
        counterparty::{Address, CounterpartyType, IbanAddress},
        idempotency::{IdempotencyKey, RequestName},
        ids::{BunqUserId, ConsentId, PublicUuid, TransactionId, UserId},
        ip::PermittedAddress,
        money::{Amount, Currency},
        order_reference::OrderReference,
        reference::Reference,
        schedule::BankTime,
        secret::{BrowserSecret, ClaimProof, ConsentTicket, DisplayName, OauthState, Secret as _, SessionToken},
        since::Since,
        text::{Name, Text, check_visible},
        workspace::Workspace,
    },
};

use crate::harness::{Corpus, Limits, fuzz};

/// Reads a text, and checks that what was read is written as a text that reads as the same.
fn round_trip<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = text.parse().ok()?;
    assert_eq!(read.to_string().parse::<T>().ok().as_ref(), Some(&read), "{text:?}");
    Some(read)
}

/// Like [`round_trip`], for a type with one form.
fn one_form<T: FromStr + Display + PartialEq + Debug>(text: &str) -> bool {
    let read = round_trip::<T>(text);
    read.is_some_and(|read| {
        assert_eq!(read.to_string(), text);
        true
    })
}

fn text_target(name: &str, target: impl Fn(&str) -> bool) {
    let corpus = Corpus::lines("texts");
    fuzz(name, 5_000, &corpus, Limits::PURE, |input| std::str::from_utf8(input).is_ok_and(&target));
}

#[test]
fn an_amount_is_decimal_text_with_two_places() {
    text_target("money", |text| {
        let currency = one_form::<Currency>(text);
        let amount = round_trip::<Amount>(text).is_some_and(|amount| {
            let shown = amount.to_string();
            let (whole, places) = shown.split_once('.').unwrap();
            assert!(places.len() == 2 && (1..=12).contains(&whole.len()), "{shown}");
            assert!(shown.bytes().any(|byte| (b'1'..=b'9').contains(&byte)), "{shown}");
            true
        });
        currency || amount
    });
}

#[test]
fn a_time_is_one_moment() {
    text_target("times", |text| {
        if let Ok(day) = text.parse::<jiff::civil::Date>() {
            let _ = start_of_day(day);
        }
        let since = text.parse::<Since>().is_ok_and(|since| since.as_str() == text);
        let Ok(time) = text.parse::<BankTime>() else { return since };
        // The bank's form ends with microseconds.
        let shown = time.to_string();
        let again: BankTime = shown.parse().unwrap_or_else(|_| panic!("{text:?} is {shown:?}"));
        assert_eq!(again.to_string(), shown);
        let lost = time.timestamp().duration_since(again.timestamp());
        assert!(lost.as_nanos().unsigned_abs() < 1_000, "{text:?} is {shown:?}");
        let _ = time.with_microseconds(u32::MAX);
        true
    });
}

#[test]
fn a_counterparty_has_one_address_and_a_visible_name() {
    text_target("counterparty", |text| {
        let mut accepted = false;
        for kind in [CounterpartyType::Email, CounterpartyType::PhoneNumber, CounterpartyType::Iban] {
            let Ok(address) = Address::parse(kind, text) else { continue };
            assert_eq!(Address::parse(kind, address.value()).as_ref(), Ok(&address), "{text:?}");
            assert!(!format!("{address:?}").contains(address.value()));
            assert!(check_visible(address.value()).is_ok());
            let _ = address.is_outside_bunq();
            accepted = true;
        }
        let iban = text.parse::<IbanAddress>();
        assert_eq!(iban.is_ok(), Address::parse(CounterpartyType::Iban, text).is_ok());
        if let Ok(name) = text.parse::<Name>() {
            assert!(text.len() < 11 || !format!("{name:?}").contains(text));
            let name = name.into_string();
            assert!((1..=140).contains(&name.chars().count()) && name.trim() == name, "{name:?}");
            assert_eq!(name.parse::<Name>().unwrap().into_string(), name);
        }
        if let Ok(description) = text.parse::<Text<0, 140>>() {
            assert_eq!(description.as_str(), text);
            assert!(text.chars().count() <= 140 && !text.contains(char::is_control));
        }
        accepted
    });
}

#[test]
fn an_identifier_has_one_form() {
    text_target("identifiers", |text| {
        let ids = [one_form::<UserId>(text), one_form::<ConsentId>(text), one_form::<BunqUserId>(text)];
        let _ = round_trip::<PublicUuid>(text);
        let address = round_trip::<PermittedAddress>(text).is_some();
        one_form::<TransactionId>(text) || address || ids.contains(&true)
    });
}

#[test]
fn a_reference_is_within_its_limits() {
    text_target("references", |text| {
        let reference = text.parse::<Reference>().is_ok();
        assert!(!reference || one_form_of(&text.parse::<Reference>().unwrap(), text, Reference::LONGEST));
        let workspace = text.parse::<Workspace>();
        assert!(workspace.as_ref().is_ok_and(|own| one_form_of(own, text, Workspace::LONGEST)) || workspace.is_err());
        if let Ok(own) = text.parse::<OrderReference>() {
            assert!(own.expose() == text && (1..=OrderReference::LONGEST).contains(&text.len()));
            assert!(text.len() < 6 || !format!("{own:?}").contains(text));
        }
        if let Ok(key) = IdempotencyKey::parse(text) {
            assert!((1..=255).contains(&key.as_str().len()) && key.as_str().is_ascii());
            let quoted = format!("\"{}\"", key.as_str().replace('\\', "\\\\").replace('"', "\\\""));
            assert_eq!(IdempotencyKey::parse(&quoted).as_ref(), Ok(&key), "{text:?}");
            let name = RequestName::new(&Workspace::default(), &key);
            assert_eq!((name.as_str().len(), name.bank_request_id().len(), name.reference().len()), (64, 32, 32));
            let _ = name.mark();
        }
        reference
    });
}

fn one_form_of(own: &impl Display, text: &str, longest: usize) -> bool {
    own.to_string() == text && (1..=longest).contains(&text.len())
}

#[test]
fn a_secret_has_our_form_and_is_not_shown() {
    text_target("browser_secrets", |text| {
        let hidden = |debug: String| assert!(text.len() < 14 || !debug.contains(text), "{debug}");
        if let Ok(token) = SessionToken::parse(text.to_owned()) {
            assert!(token.expose() == text && text.len() <= 4096);
            hidden(format!("{token:?}"));
        }
        if let Ok(name) = DisplayName::parse(text.to_owned()) {
            assert!(text.chars().count() <= 200);
            hidden(format!("{name:?}"));
        }
        let ours = [
            BrowserSecret::of_our_form(text).map(|secret| format!("{secret:?}")),
            ConsentTicket::of_our_form(text).map(|secret| format!("{secret:?}")),
            ClaimProof::of_our_form(text).map(|secret| format!("{secret:?}")),
            OauthState::of_our_form(text).map(|secret| format!("{secret:?}")),
        ];
        let accepted = ours[0].is_some();
        assert!(ours.iter().all(|shown| shown.is_some() == accepted) && (!accepted || text.len() == 43), "{text:?}");
        ours.into_iter().flatten().for_each(hidden);
        accepted
    });
}

#[test]
fn accept_chooses_one_of_the_offers() {
    let corpus = Corpus::lines("accept");
    fuzz("accept", 5_000, &corpus, Limits::PURE, |input| {
        let mut headers = reqwest::header::HeaderMap::new();
        for line in input.split(|byte| *byte == b'\n') {
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(line) else { return false };
            headers.append("accept", value);
        }
        let chosen =
            preferred(&headers, ("json", "application/json"), &[("csv", "text/csv"), ("xml", "application/xml")]);
        assert!(["json", "csv", "xml"].contains(&chosen));
        chosen != "json"
    });
}
