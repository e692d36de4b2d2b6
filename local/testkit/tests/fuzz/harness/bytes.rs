//! Changes of bytes, whatever they mean.

use super::random::Random;

/// Texts on which parsers stumble: limits of numbers, Unicode, delimiters and escapes of the formats that are read.
pub(crate) const ODD: &[&str] = &[
    "0",
    "-1",
    "-0",
    "1",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "1e999",
    "-1e999",
    "1e-999",
    "0.1",
    "NaN",
    "00",
    "007",
    "+1",
    "1.5",
    "1,5",
    "1_000",
    "0x10",
    "٣",
    "９",
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "\u{ffff}",
    "\u{e000}",
    "\u{10ffff}",
    "é",
    "e\u{301}",
    "ß",
    "İ",
    "ı",
    "K",
    "ﬀ",
    "🍪",
    "👨‍👩‍👧",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "\\/",
    "%",
    "%00",
    "%2",
    "%2e%2e",
    "%2F",
    "%ff",
    "%C3%A9",
    "+",
    "&",
    "=",
    ";",
    "?",
    "#",
    "/",
    "//",
    "../",
    "./",
    ":",
    "@",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "|",
    "^",
    "`",
    ",",
    ".",
    "..",
    "-",
    "_",
    "~",
    "$",
    "*",
    "https://",
    "http://a:b@c",
    "javascript:",
    "data:,",
    "=cmd()",
    "<script>",
    "]]>",
    "<!--",
    "-----BEGIN PUBLIC KEY-----",
    "-----END PUBLIC KEY-----",
    "1970-01-01",
    "0000-00-00",
    "9999-12-31",
    "-009999-01-01T00:00:00Z",
    "2024-02-30",
    "23:59:60",
    "+24:00",
    "-00:00",
    "[Europe/Amsterdam]",
    "Z",
];

/// So many of [`ODD`], its first ones, are numbers.
const NUMBERS: usize = 34;

/// The most bytes of an input. API Gateway passes on less than this besides a body, and our routes refuse a larger
/// body.
const MOST: usize = 100_000;

/// Changes an input in place, once.
pub(crate) fn change(random: &mut Random, input: &mut Vec<u8>, others: &[Vec<u8>]) {
    match random.below(12) {
        0 => {
            if let Some(byte) = pick_mut(random, input) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = pick_mut(random, input) {
                *byte = random.byte();
            }
        }
        2 => input.truncate(random.below(input.len() + 1)),
        3 => {
            let range = random.range(input.len());
            input.drain(range);
        }
        4 => {
            let range = random.range(input.len());
            let most = if random.one_in(20) { 2_000 } else { 4 };
            let times = 1 + random.below(most);
            let repeated = input[range.clone()].repeat(times.min(MOST / range.len().max(1)));
            input.splice(range.end..range.end, repeated);
        }
        5 => {
            let other = random.pick(others);
            let (to, from) = (random.range(input.len()), random.range(other.len()));
            let from = if random.one_in(2) { from.start..other.len() } else { from };
            input.splice(to, other[from].iter().copied());
        }
        6 => {
            let at = random.below(input.len() + 1);
            let bytes: Vec<u8> = (0..1 + random.below(8)).map(|_| random.byte()).collect();
            input.splice(at..at, bytes);
        }
        7 => {
            let (one, two) = (random.below(input.len()), random.below(input.len()));
            if !input.is_empty() {
                input.swap(one, two);
            }
        }
        8 => replace_number(random, input),
        9 if random.one_in(8) => nest(random, input),
        _ => {
            let range = if random.one_in(2) { random.range(input.len()) } else { empty_range(random, input) };
            input.splice(range, random.pick(ODD).bytes());
        }
    }
    input.truncate(MOST);
}

fn pick_mut<'a>(random: &mut Random, input: &'a mut [u8]) -> Option<&'a mut u8> {
    let at = random.below(input.len());
    input.get_mut(at)
}

fn empty_range(random: &mut Random, input: &[u8]) -> std::ops::Range<usize> {
    let at = random.below(input.len() + 1);
    at..at
}

/// Replaces one run of digits by a number at a limit.
fn replace_number(random: &mut Random, input: &mut Vec<u8>) {
    let from = random.below(input.len());
    let Some(start) = (from..input.len()).find(|at| input[*at].is_ascii_digit()) else { return };
    let end = (start..input.len()).find(|at| !input[*at].is_ascii_digit()).unwrap_or(input.len());
    input.splice(start..end, random.pick(&ODD[..NUMBERS]).bytes());
}

/// Inserts an opening sign many times.
fn nest(random: &mut Random, input: &mut Vec<u8>) {
    let range = empty_range(random, input);
    let sign = *random.pick(&["[", "{\"a\":", "(", "<a>", "-----BEGIN ", "%25", "\\u005c", "&amp;"]);
    let times = *random.pick(&[2, 64, 127, 128, 129, 1_000, 10_000]);
    input.splice(range, sign.repeat(times).into_bytes());
}
