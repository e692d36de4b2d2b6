//! Texts and URLs: which texts can be shown to a customer, and to which URLs a customer can be sent.

use proptest::prelude::*;
use shared::types::{
    counterparty::{Address, CounterpartyType},
    redirect_url::RedirectUrl,
    text::{Name, Text, TextError, check_visible},
};
use url::Url;

/// Characters of each category that is rejected, regardless of the characters next to them.
const HIDDEN: &[char] = &[
    '\0',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{9f}', // control characters
    '\u{2028}',
    '\u{2029}', // line breaks
    '\u{61c}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202b}',
    '\u{202c}',
    '\u{202d}',
    '\u{202e}',
    '\u{2066}',
    '\u{2067}',
    '\u{2068}',
    '\u{2069}', // controls of the writing direction
    '\u{ad}',
    '\u{180e}',
    '\u{200b}',
    '\u{2060}',
    '\u{2061}',
    '\u{2064}',
    '\u{206f}',
    '\u{feff}',
    '\u{fff9}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{1d173}', // other format characters
    '\u{34f}',
    '\u{115f}',
    '\u{1160}',
    '\u{17b4}',
    '\u{180b}',
    '\u{3164}',
    '\u{ffa0}',
    '\u{fe00}',
    '\u{e0100}',
    '\u{2800}', // rendered as blank
    '\u{e000}',
    '\u{f8ff}',
    '\u{10fffd}', // private use
    '\u{378}',
    '\u{fdd0}',
    '\u{fffe}',
    '\u{ffff}',
    '\u{10ffff}',
    '\u{1fffe}', // unassigned code points and noncharacters
];

#[test]
fn what_is_not_visible_is_refused_wherever_it_stands() {
    for sign in HIDDEN {
        for text in [
            format!("{sign}"),
            format!("{sign}Rent"),
            format!("Rent{sign}"),
            format!("Re{sign}nt"),
            format!("سل{sign}ام"),
        ] {
            assert_eq!(check_visible(&text), Err(TextError::Character(*sign)), "{text:?}");
            assert!(text.parse::<Text<0, 100>>().is_err() && text.parse::<Name>().is_err(), "{text:?}");
            let address = format!("{text}@example.nl");
            assert!(Address::parse(CounterpartyType::Email, &address).is_err(), "{address:?}");
        }
    }
}

#[test]
fn what_people_write_is_allowed() {
    for text in [
        "Rent of May, 1.250,00 € (two rooms) #7 / 50% & \"more\" <ok> \\",
        "Jürgen Müller-Lüdenscheidt",
        "Łukasz Żółć, Ærø, Çelik, Ñuñez, İstanbul",
        "Αθήνα Москва Ереван თბილისი",
        "אב ג'ד 12",
        "سلام ۱۲",
        "می‌خواهم کتاب‌ها",
        "क्‍ष श्री",
        "ශ්‍රී ලංකා",
        "র‍্যাব",
        "東京 서울 กรุงเทพ",
        "e\u{301} combined",
        "😀 👍🏽 👨‍👩‍👧 ❤️ 🏳️‍🌈 👩🏽‍🚒 1️⃣ 🇳🇱 ☺︎",
        "non\u{a0}breaking",
        "",
        " ",
    ] {
        assert_eq!(check_visible(text), Ok(()), "{text}");
    }
}

#[test]
fn a_joiner_that_joins_nothing_is_refused() {
    for joiner in ['\u{200c}', '\u{200d}'] {
        for text in ["J", "J Jansen", "1", "é", "с", "東", "😀", " ", "س", "क"] {
            for text in [
                format!("{joiner}{text}"),
                format!("{text}{joiner}"),
                format!("J{joiner}ansen {text}"),
                format!("{text}{joiner}a"),
                format!("{text}{joiner}{joiner}{text}"),
            ] {
                assert_eq!(check_visible(&text), Err(TextError::Character(joiner)), "{text:?}");
            }
        }
    }
    assert!(check_visible("😀\u{200c}😀").is_err(), "emoji are joined by the joiner only");
    for text in ["a\u{fe0f}", "\u{fe0f}", " \u{fe0f}", "❤\u{fe0f}\u{fe0f}", "é\u{fe0e}"] {
        assert!(check_visible(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_length_is_counted_in_characters() {
    assert!("é".repeat(140).parse::<Text<1, 140>>().is_ok() && "😀".repeat(140).parse::<Name>().is_ok());
    for (text, must) in
        [("é".repeat(141), "must be 1 to 140 characters"), (String::new(), "must be 1 to 140 characters")]
    {
        assert_eq!(text.parse::<Text<1, 140>>().unwrap_err().to_string(), must);
        assert_eq!(text.parse::<Name>().unwrap_err().to_string(), must);
    }
    assert_eq!(" J. Jansen ".parse::<Name>().unwrap().into_string(), "J. Jansen");
    assert!("   ".parse::<Name>().is_err() && "J. Jansen\n".parse::<Name>().is_err());
}

#[test]
fn a_redirect_is_written_in_one_way_only() {
    for text in [
        "https://good.example",
        "https://good.example/",
        "https://good.example/thanks?order=7&x=%2Fa#top",
        "https://xn--bcher-kva.example/",
        "https://good.example:8443/a/b",
        "https://good.example/a[]?b[]=c",
        "http://[::1]/done",
        "http://127.0.0.1:3000/done",
    ] {
        assert!(text.parse::<RedirectUrl>().is_ok(), "{text}");
    }
    for text in [
        "https://evil.example\\@good.example",
        "https:\\\\good.example/",
        "https://good.example/\r\nSet-Cookie:x",
        "https://good.example/a\tb",
        "\thttps://good.example/",
        " https://good.example/",
        "https://good.example/ ",
        "https://good.example/a b",
        "https://user@good.example/",
        "https://user:password@good.example/",
        "https://@good.example/",
        "https://:@good.example/",
        "HTTPS://good.example/",
        "https://Good.example/",
        "https://bücher.example/",
        "https://аррӏе.example/",
        "https://good.example:443/",
        "https://good.example/../a",
        "https://good.example/%2e%2E/a",
        "https://good.example/\u{202e}moc",
        "https://good.example?x=1",
        "https://good.example#x",
        "https:good.example",
        "https:///good.example/",
        "https:/good.example/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://good.example/%",
        "https://good.example/%zz",
        "https://good.example/?x=\\y",
        "https://good.example/?x=a|b",
        "https://good.example/?x=<b>",
        "https://good.example/#\"'`",
        "https://good%2eexample/",
        "https://ｇood.example/",
        "//good.example/",
        "/done",
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.nl",
    ] {
        assert!(text.parse::<RedirectUrl>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_text_that_is_taken_has_no_hidden_character(text in "\\PC{0,30}", at in 0_usize..30, hidden in prop::sample::select(HIDDEN)) {
        let mut signs: Vec<char> = text.chars().collect();
        signs.insert(at.min(signs.len()), hidden);

        let refused = signs.iter().collect::<String>().parse::<Text<0, 100>>();

        prop_assert!(refused.is_err());
    }

    #[test]
    fn any_text_is_taken_as_it_is_or_refused(text in any::<String>()) {
        if let Ok(taken) = text.parse::<Text<0, 100>>() {
            let taken = taken.into_string();
            prop_assert!(!taken.chars().any(char::is_control));
            prop_assert_eq!(taken, text);
        }
    }

    #[test]
    fn a_redirect_that_is_taken_is_sent_as_it_was_written(
        text in "https?:[/\\\\]{0,3}[a-zA-Z0-9.:@%\\\\\\[\\]é\u{202e}]{0,20}[/?#\\\\]?[ -~\t\r\n]{0,20}",
    ) {
        if let Ok(taken) = text.parse::<RedirectUrl>() {
            let sent = taken.as_url().as_str();
            prop_assert!(sent == text || sent == format!("{text}/"), "{sent}");
            prop_assert!(sent.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'));
            let again = Url::parse(sent).unwrap();
            prop_assert_eq!(again.as_str(), sent);
            prop_assert!(!sent.contains('@') || taken.as_url().username().is_empty());
        }
    }
}
