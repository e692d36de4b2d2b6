//! The values on which money depends, over wide ranges of inputs.

use proptest::prelude::*;
use shared::{
    bunq::{Neighbours, Onward, Page, PageStart},
    http::links,
    types::{
        counterparty::{Address, CounterpartyType},
        idempotency::{IdempotencyKey, RequestHash, RequestName},
        money::{Amount, Currency},
        schedule::BankTime,
    },
};
use url::Url;

/// The check digits that ISO 13616 requires, computed here independently of the library.
fn iban(country: &str, account: &str) -> String {
    let digits = |text: &str| text.chars().map(|sign| sign.to_digit(36).unwrap().to_string()).collect::<String>();
    let number = digits(&format!("{account}{country}00"));
    let rest = number.bytes().fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("{country}{:02}{account}", 98 - rest)
}

proptest! {
    #[test]
    fn an_amount_keeps_every_cent(whole in 0_u64..1_000_000_000_000, cents in 0_u32..100) {
        prop_assume!(whole > 0 || cents > 0);
        let text = format!("{whole}.{cents:02}");
        prop_assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
    }

    #[test]
    fn an_amount_of_one_place_or_none_means_the_same(whole in 1_u64..1_000_000, tenth in 0_u32..10) {
        let one = format!("{whole}.{tenth}").parse::<Amount>().unwrap();
        let two = format!("{whole}.{tenth}0").parse::<Amount>().unwrap();
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(whole.to_string().parse::<Amount>().unwrap(), format!("{whole}.00").parse::<Amount>().unwrap());
    }

    #[test]
    fn a_text_is_an_amount_only_in_one_grammar(text in "\\PC{0,16}") {
        let digits = |part: &str| !part.is_empty() && part.chars().all(|sign| sign.is_ascii_digit());
        let (whole, places) = text.split_once('.').map_or((text.as_str(), None), |(whole, places)| (whole, Some(places)));
        let fits = digits(whole) && whole.len() <= 12 && (whole == "0" || !whole.starts_with('0'))
            && places.is_none_or(|places| digits(places) && places.len() <= 2)
            && text.chars().any(|sign| ('1'..='9').contains(&sign));
        prop_assert_eq!(text.parse::<Amount>().is_ok(), fits, "{}", text);
    }

    #[test]
    fn a_dutch_iban_with_right_check_digits_is_taken_and_any_other_refused(
        bank in "[A-Z]{4}", number in "[0-9]{10}", wrong in 1_u32..97, lower in any::<bool>(),
    ) {
        let right = iban("NL", &format!("{bank}{number}"));
        let written = if lower { right.to_lowercase() } else { right.clone() };
        let address = Address::parse(CounterpartyType::Iban, &written).unwrap();
        prop_assert_eq!(address.value(), right.as_str());
        let digits = (right[2..4].parse::<u32>().unwrap() + wrong) % 97;
        let other = format!("NL{digits:02}{}", &right[4..]);
        prop_assume!(other != right);
        prop_assert!(Address::parse(CounterpartyType::Iban, &other).is_err() || digits < 2);
    }

    #[test]
    fn an_iban_is_read_through_any_white_space_and_nothing_else(
        number in "[0-9]{10}", at in 0_usize..=18, space in proptest::sample::select(vec![
            " ", "\t", "\r\n", "\u{a0}", "\u{202f}", "\u{2007}", "\u{3000}", "\u{200b}", "\u{feff}",
        ]), other in "[^A-Za-z0-9\\s\\p{Cf}]",
    ) {
        let right = iban("NL", &format!("ABNA{number}"));
        let put = |text: &str| format!("{}{text}{}", &right[..at], &right[at..]);
        let address = Address::parse(CounterpartyType::Iban, &put(space)).unwrap();
        prop_assert_eq!(address.value(), right.as_str());
        prop_assert!(Address::parse(CounterpartyType::Iban, &put(&other)).is_err(), "{}", put(&other));
    }

    #[test]
    fn no_letter_outside_ascii_becomes_part_of_an_iban(sign in "[^\\x00-\\x7f\\s\\p{Cf}]", at in 0_usize..18) {
        // This includes a letter whose uppercase form is ASCII and matches the check digits: that would be another
        // account.
        let right = iban("NL", "ABNA0417164300");
        let with = format!("{}{sign}{}", &right[..at], &right[at + 1..]);
        prop_assert!(Address::parse(CounterpartyType::Iban, &with).is_err());
    }

    #[test]
    fn a_time_is_the_moment_that_it_says_or_refused(
        second in 0_i64..4_000_000_000, micros in 0_u32..1_000_000, minutes in -1439_i32..1440,
        zone in proptest::sample::select(vec!["[Europe/Amsterdam]", "[UTC]", "[+01:00]", " CET", "W", ".", "+1", "x"]),
    ) {
        let moment = jiff::Timestamp::from_microsecond(second * 1_000_000 + i64::from(micros)).unwrap();
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
        let sign = if minutes < 0 { '-' } else { '+' };
        let written = |local: jiff::civil::DateTime| {
            let (date, micros) = (local.date(), local.subsec_nanosecond() / 1000);
            format!("{date}T{:02}:{:02}:{:02}.{micros:06}", local.hour(), local.minute(), local.second())
        };
        let hours = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        let with_offset = format!("{}{hours}", written(offset.to_datetime(moment)));
        let utc = written(jiff::tz::Offset::UTC.to_datetime(moment));
        // Programs write up to nine decimals; bunq keeps six.
        for text in [with_offset.clone(), utc.clone(), format!("{utc}Z"), utc.replace('T', " "), format!("{utc}000")] {
            prop_assert_eq!(text.parse::<BankTime>().unwrap().timestamp(), moment, "{}", text);
        }
        for text in [format!("{utc}{zone}"), format!("{with_offset}{zone}"), format!("{utc}0000")] {
            prop_assert!(text.parse::<BankTime>().is_err(), "{}", text);
        }
    }

    #[test]
    fn a_key_in_quotes_is_the_same_key(key in "[#-~][ -~]{0,39}") {
        let quoted = format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""));
        prop_assert_eq!(IdempotencyKey::parse(&quoted), IdempotencyKey::parse(&key));
    }

    #[test]
    fn a_phone_number_is_e164(country in 1_u32..100, number in "[0-9]{6,12}", noise in "[ ()-]") {
        let right = format!("+{country}{number}");
        prop_assert!(Address::parse(CounterpartyType::PhoneNumber, &right).is_ok());
        for wrong in [right.replace('+', ""), format!("{right}{noise}"), right.replacen('+', "00", 1), format!("+0{number}")] {
            prop_assert!(Address::parse(CounterpartyType::PhoneNumber, &wrong).is_err(), "{}", wrong);
        }
    }

    #[test]
    fn no_address_shows_itself(local in "[a-z]{3,8}") {
        let address = Address::parse(CounterpartyType::Email, &format!("{local}@example.nl")).unwrap();
        let shown = format!("{address:?}");
        prop_assert!(!shown.contains(&local));
    }

    #[test]
    fn the_bank_s_id_of_a_request_is_its_workspaces_alone(a in "[#-~][ -~]{0,39}", b in "[#-~][ -~]{0,39}", one in "[a-f]{1,8}", other in "[a-f]{1,8}") {
        let name = |workspace: &str, key: &str| RequestName::new(&workspace.parse().unwrap(), &IdempotencyKey::parse(key).unwrap());
        prop_assert_eq!(name(&one, &a), name(&one, &a));
        if (&one, &a) != (&other, &b) {
            prop_assert_ne!(name(&one, &a), name(&other, &b));
            prop_assert_ne!(name(&one, &a).bank_request_id().to_owned(), name(&other, &b).bank_request_id().to_owned());
        }
        prop_assert_ne!(name(&one, &a).bank_request_id().to_owned(), name(&one, &a).reference().to_owned());
    }

    #[test]
    fn a_body_s_hash_does_not_depend_on_how_it_is_written(
        fields in proptest::collection::btree_map("[a-z]{1,6}", "[ -~]{0,8}", 1..6), shuffle in any::<u64>(),
    ) {
        let mut members: Vec<_> = fields.iter().map(|(name, value)| format!("{}: {}", serde_json::json!(name), serde_json::json!(value))).collect();
        let at = usize::try_from(shuffle).unwrap_or(0) % members.len();
        members.rotate_left(at);
        let written = serde_json::from_str(&format!("{{ {} }}", members.join(" ,\n"))).unwrap();
        prop_assert_eq!(RequestHash::new("r", &serde_json::json!(fields)), RequestHash::new("r", &written));
        prop_assert_ne!(RequestHash::new("r", &written), RequestHash::new("s", &written));
    }

    #[test]
    fn links_are_our_own_urls_with_the_bank_s_ids(older in any::<Option<u64>>(), newer in any::<Option<u64>>(), count in 1_u8..=200) {
        let listing = Url::parse("https://tpp.example/user/x/payments/1").unwrap();
        let page = Page { count, from: PageStart::OlderThan(3) };
        let [(_, header)] = links(&listing, page, Neighbours { older, newer }).unwrap();
        let header = header.to_str().unwrap();
        let expect = |name: &str, id: Option<u64>, relation: &str| {
            let link = id.map(|id| format!("<https://tpp.example/user/x/payments/1?count={count}&{name}={id}>; rel=\"{relation}\""));
            (header.contains(&format!("rel=\"{relation}\"")), link)
        };
        for (found, link) in [expect("older_id", older, "next"), expect("newer_id", newer, "prev")] {
            prop_assert_eq!(found, link.is_some());
            prop_assert!(link.is_none_or(|link| header.contains(&link)));
        }
        let latest = format!("<https://tpp.example/user/x/payments/1?count={count}>; rel=\"latest\"");
        prop_assert!(header.ends_with(&latest));
    }

    #[test]
    fn the_neighbours_of_a_page_are_read_by_name(id in any::<u64>(), count in any::<Option<u8>>(), first in any::<bool>()) {
        let count = count.map(|count| format!("count={count}"));
        let older = format!("older_id={id}");
        let query = match (count, first) {
            (Some(count), true) => format!("{count}&{older}"),
            (Some(count), false) => format!("{older}&{count}"),
            (None, _) => older,
        };
        let body = serde_json::json!({ "Response": [], "Pagination": { "older_url": format!("/v1/user/1/x?{query}"), "newer_url": null, "future_url": null } });
        prop_assert_eq!(Neighbours::of(body.to_string().as_bytes()), Neighbours { older: Some(id), newer: None });
    }

    #[test]
    fn nothing_that_is_no_listing_has_neighbours(body in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(Neighbours::of(&body), Neighbours::default());
    }
}

#[test]
fn a_time_is_written_as_the_bank_wants_it_however_it_came() {
    for text in [
        "2026-12-01 09:00:00",
        "2026-12-01 09:00:00.000000",
        "2026-12-01T09:00:00",
        "2026-12-01T10:00:00+01:00",
        "2026-12-01T09:00:00Z",
    ] {
        assert_eq!(text.parse::<BankTime>().unwrap().to_string(), "2026-12-01 09:00:00.000000", "{text}");
    }
    for text in ["", "2026-12-01", "09:00", "2026-13-01 09:00:00", "tomorrow", "2026-12-01 25:00:00"] {
        assert!(text.parse::<BankTime>().is_err(), "{text}");
    }
}

#[test]
fn a_currency_is_one_of_iso_4217_in_capitals() {
    assert!("EUR".parse::<Currency>().is_ok());
    for text in ["", "eur", "EURO", "XXY", "E R"] {
        assert!(text.parse::<Currency>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_walk_believes_no_bank_and_ends(
        answers in proptest::collection::vec((proptest::collection::vec(0_u64..60, 0..5), proptest::option::of(0_u64..60)), 1..200),
    ) {
        let (mut page, mut seen) = (Page { count: 200, from: PageStart::Newest }, Vec::new());
        let mut steps = 0;
        for (ids, older) in answers {
            steps += 1;
            let onward = page.onward(&ids, older);
            if onward == Onward::Repeats {
                break;
            }
            prop_assert!(ids.iter().all(|id| seen.iter().all(|before| id < before)), "a page holds what was seen");
            seen.extend(ids.iter().copied().min());
            match onward {
                Onward::Older(id) => page.from = PageStart::OlderThan(id),
                Onward::End | Onward::Repeats | Onward::Stuck => break,
            }
        }
        prop_assert!(steps <= 61, "each page is below the one before");
    }
}
