//! The values that callers send with a connection: references and cursors, parsed from arbitrary texts.

use proptest::prelude::*;
use shared::{
    store::Cursor,
    types::{
        reference::Reference,
        secret::{DisplayName, Secret as _},
        workspace::Workspace,
    },
};

proptest! {
    #[test]
    fn a_reference_is_what_its_pattern_says_and_nothing_else(text in prop_oneof!["[A-Za-z0-9._-]{0,70}", ".{0,10}"]) {
        let fits = (1..=64).contains(&text.len())
            && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "._-".contains(sign));

        let parsed = text.parse::<Reference>();

        prop_assert_eq!(parsed.is_ok(), fits);
        if let Ok(reference) = parsed {
            prop_assert_eq!(reference.as_str(), text.as_str());
            prop_assert_eq!(serde_json::to_value(&reference).unwrap(), text);
        }
    }

    #[test]
    fn a_workspace_is_what_its_pattern_says_and_nothing_else(text in prop_oneof!["[a-z0-9-]{0,36}", "[A-Za-z0-9._/#-]{0,8}", ".{0,10}"]) {
        let fits = (1..=32).contains(&text.len())
            && text.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-');

        let parsed = text.parse::<Workspace>();

        prop_assert_eq!(parsed.is_ok(), fits);
        prop_assert_eq!(serde_json::from_value::<Workspace>(text.clone().into()).is_ok(), fits);
        if let Ok(workspace) = parsed {
            prop_assert_eq!(serde_json::to_value(&workspace).unwrap(), text);
        }
    }

    #[test]
    fn a_text_is_no_cursor_unless_it_comes_back_as_it_was(text in prop_oneof!["[A-Za-z0-9_-]{0,80}", ".{0,40}"]) {
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), text);
        }
    }

    #[test]
    fn a_name_is_any_short_text_without_control_characters(text in ".{0,210}") {
        let length = text.chars().count();
        let fits = (1..=200).contains(&length) && !text.chars().any(char::is_control);
        prop_assert_eq!(DisplayName::parse(text).is_ok(), fits);
    }
}
