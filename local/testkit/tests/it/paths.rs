//! Finds the paths in Rust source, for the rules about which module may name which. Comments and texts are not code.

/// Splits source into words and signs, without comments, texts and characters.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match (rest[at..].find("/*"), rest[at..].find("*/")) {
            (Some(begin), Some(end)) if begin < end => (depth, at) = (depth + 1, at + begin + 2),
            (_, Some(end)) if depth == 1 => return at + end + 2,
            (_, Some(end)) => (depth, at) = (depth.saturating_sub(1), at + end + 2),
            (_, None) => return rest.len(),
        }
    }
}

/// Returns the length of the text or character that begins here, if one does.
fn literal(rest: &str) -> Option<usize> {
    let unprefixed = rest.strip_prefix('b').or_else(|| rest.strip_prefix('c')).unwrap_or(rest);
    let prefix = rest.len() - unprefixed.len();
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(prefix + 1 + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()));
    }
    if let Some(body) = unprefixed.strip_prefix('"') {
        return Some(prefix + 1 + closing(body, '"'));
    }
    let body = unprefixed.strip_prefix('\'')?;
    // 'a' is a character, and 'a a lifetime.
    let mut signs = body.chars();
    match (signs.next(), signs.next()) {
        (Some('\\'), _) => Some(prefix + 1 + closing(body, '\'')),
        (Some(sign), Some('\'')) => Some(prefix + 1 + sign.len_utf8() + 1),
        _ => None,
    }
}

fn closing(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in body.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// Returns every path that a source names, with groups expanded: `a::{b, c::d}` is `a::b` and `a::c::d`. A single name
/// is a path, too.
pub(crate) fn paths(source: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if is_name(&tokens[at]) {
            at = path(&tokens, at, &mut Vec::new(), &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
}

/// Reads one path at `at`, after `prefix`, and returns where it ends.
fn path(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(at) {
        if is_name(token) {
            prefix.push(token.clone());
            at += 1;
        }
        match (tokens.get(at).map(String::as_str), tokens.get(at + 1).map(String::as_str)) {
            (Some("::"), Some("{")) => {
                at = group(tokens, at + 2, prefix, found);
                prefix.truncate(depth);
                return at;
            }
            (Some("::"), Some(next)) if is_name(next) => at += 1,
            _ => break,
        }
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    at
}

fn group(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "}" => return at + 1,
            // `Item as It`: its local name does not matter.
            "as" => at += 2,
            name if is_name(name) => at = path(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

fn joined(source: &str) -> Vec<String> {
    paths(source).iter().map(|path| path.join("::")).collect()
}

#[test]
fn groups_are_spread_out() {
    assert_eq!(
        joined("use crate::{store::{Store, table::Item as It}, types::ids::*};"),
        ["use", "crate::store::Store", "crate::store::table::Item", "crate::types::ids"]
    );
    assert_eq!(joined("x.map(crate::bunq::Bank::new)"), ["x", "map", "crate::bunq::Bank::new"]);
    assert_eq!(joined("Vec::<std::env::Args>::new()"), ["Vec", "std::env::Args", "new"]);
}

#[test]
fn comments_and_texts_are_no_code() {
    let source = r###"
        // crate::a
        /* crate::b /* crate::c */ crate::d */
        const X: &str = "crate::e \" crate::f"; const Y: &[u8] = br#"crate::g " crate::h"#;
        const Z: char = '"'; const W: char = '\''; fn lifetime<'a>(_: &'a str) { crate::real() }
    "###;
    let named: Vec<_> = joined(source).into_iter().filter(|path| path.starts_with("crate")).collect();

    assert_eq!(named, ["crate::real"]);
}
