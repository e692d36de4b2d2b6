//! Checks that texts of the stylesheet have enough contrast with their background, in the light and in the dark
//! palette: WCAG 2.2, level AA (<https://www.w3.org/TR/WCAG22/#contrast-minimum>).

use std::collections::BTreeMap;

use super::fixture::{deployment, get};

/// The colours of texts, with their backgrounds.
const TEXTS: [(&str, &str); 7] = [
    ("ink", "paper"),
    ("ink", "panel"),
    ("quiet", "paper"),
    ("quiet", "panel"),
    ("link", "paper"),
    ("link", "panel"),
    ("on-button", "button"),
];
/// Parts other than text that must be visible: the button, the frame of the focused element, the frame of a code.
const SHAPES: [(&str, &str); 5] =
    [("button", "paper"), ("link", "paper"), ("link", "panel"), ("line", "paper"), ("line", "panel")];

type Palette = BTreeMap<String, [u8; 3]>;

/// The palettes, and the rest of the stylesheet.
fn palettes(css: &str) -> (Vec<Palette>, String) {
    let mut rest = String::new();
    let mut palettes = vec![];
    for (at, part) in css.split(":root {").enumerate() {
        let (block, after) = if at == 0 { ("", part) } else { part.split_once('}').unwrap() };
        rest.push_str(after);
        let colours: Palette = block.lines().filter_map(colour).collect();
        palettes.extend((at > 0).then_some(colours));
    }
    (palettes, rest)
}

/// `--ink: #15211c;`
fn colour(line: &str) -> Option<(String, [u8; 3])> {
    let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
    let value = u32::from_str_radix(value.trim_end_matches(';'), 16).unwrap();
    let [_, red, green, blue] = value.to_be_bytes();
    Some((name.to_owned(), [red, green, blue]))
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_measured_as_the_guidelines_do() {
    let measured = |one, other| format!("{:.2}", contrast(one, other));
    assert_eq!(measured([0; 3], [255; 3]), "21.00");
    assert_eq!(measured([0x77; 3], [255; 3]), "4.48", "the well-known grey that just fails");
    assert_eq!(measured([0x76; 3], [255; 3]), "4.54", "and the one that just passes");
}

#[tokio::test]
async fn every_text_stands_out_in_the_light_and_in_the_dark() {
    let app = deployment().await;
    let css = get(&app, "/assets/style.css").await;

    let (palettes, _) = palettes(css.text());

    assert_eq!(palettes.len(), 2, "light and dark");
    assert_eq!(palettes[0].keys().collect::<Vec<_>>(), palettes[1].keys().collect::<Vec<_>>());
    for (name, palette) in ["light", "dark"].iter().zip(&palettes) {
        for (pairs, least) in [(&TEXTS[..], 4.5), (&SHAPES[..], 3.0)] {
            for (front, back) in pairs {
                let ratio = contrast(palette[*front], palette[*back]);
                assert!(ratio >= least, "{name}: {front} on {back} is {ratio:.2}");
            }
        }
    }
}

#[tokio::test]
async fn no_colour_is_used_that_is_not_measured() {
    let app = deployment().await;
    let css = get(&app, "/assets/style.css").await;

    let (palettes, rest) = palettes(css.text());

    for colour in ["#", "rgb", "hsl", "oklch", "opacity", "white", "black"] {
        assert!(!rest.contains(colour), "{colour} outside of the palettes");
    }
    let used: Vec<_> = rest.split("var(--").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(used.len() > 8, "{used:?}");
    for name in used {
        assert!(palettes[0].contains_key(name), "{name}");
        assert!(
            TEXTS.iter().chain(&SHAPES).any(|(front, back)| *front == name || *back == name),
            "{name} is not measured"
        );
    }
}
