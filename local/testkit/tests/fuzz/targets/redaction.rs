//! Texts of the bank that quote a credential.

use shared::bunq::SentCredentials;

use crate::harness::{Corpus, Limits, fuzz};

/// The credential in the files of the corpus.
const CREDENTIAL: &str = "Zq7Lw2-Ty9+Xp4Kv8Rm1Uh6/Nc3Gj5=";
/// So many characters of a credential are a quotation.
const SHARED: usize = 12;

#[test]
fn no_text_quotes_a_credential() {
    let sent = SentCredentials::new([CREDENTIAL]);
    let credential = CREDENTIAL.to_ascii_lowercase();
    let parts: Vec<_> = (0..=credential.len() - SHARED).map(|at| &credential[at..at + SHARED]).collect();
    fuzz(
        "redaction",
        1_500,
        &Corpus::lines("redaction"),
        Limits { memory: (1 << 20, 2_000), ..Limits::PURE },
        |text| {
            let Ok(text) = std::str::from_utf8(text) else { return false };
            let redacted = sent.redact(text);
            let folded = redacted.to_ascii_lowercase();
            assert!(parts.iter().all(|part| !folded.contains(part)), "{redacted}");
            let hex = folded.as_bytes().split(|byte| !byte.is_ascii_hexdigit()).map(<[u8]>::len).max();
            assert!(hex.unwrap_or_default() < 20, "{redacted}");
            assert!(redacted.len() <= 10 * (text.len() + 1));
            // What is left may be joined to a quotation only by the mark.
            assert!(sent.redact(&redacted).len() <= redacted.len() + 10);
            redacted != text
        },
    );
}
