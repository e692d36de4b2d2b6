//! Notifications: what the bank reports of a customer, and whether it does.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text_form::stored_as_text;

/// The text is not a category of notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a category of bunq, such as MUTATION: capital letters and underscores")]
pub struct CategoryError;

/// A category of notifications, in bunq's words: <https://doc.bunq.com/basics/callbacks-webhooks>. bunq adds categories
/// at any time, so any word in capitals is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilterCategory(String);

impl FilterCategory {
    /// The form of a category, as a regular expression.
    pub const PATTERN: &str = "^[A-Z]+(_[A-Z]+)*$";
    /// The maximum number of characters of a category.
    pub const LONGEST: usize = 64;
    /// The maximum number of categories of a connection.
    pub const MOST: usize = 20;

    /// Returns the category in bunq's words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FilterCategory {
    type Err = CategoryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let fits = text.len() <= Self::LONGEST && text.split('_').all(is_word);
        fits.then(|| Self(text.to_owned())).ok_or(CategoryError)
    }
}

stored_as_text!(FilterCategory);

/// The text is none of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the state of notifications")]
pub struct StateError;

bunq_client::words! {
    /// Whether bunq reports changes of a customer.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    NotificationState, StateError = StateError;
    /// Our filters are not at bunq yet, or not removed there yet: the next check does it.
    Pending = "pending",
    /// bunq reports every category.
    Ok = "ok",
    /// bunq reports some of the categories.
    Partial = "partial",
    /// Other applications of the customer use all places of every category.
    Full = "full",
    /// bunq refuses the filters.
    Refused = "refused",
    /// Another application of the customer replaces the filters again and again.
    Overwritten = "overwritten",
    /// bunq's list has an element that this version does not understand. Nothing is written, so that it is not lost.
    Unreadable = "unreadable",
    /// The notifications are turned off.
    Off = "off",
}

bunq_client::words! {
    /// How this deployment learns of a customer's changes.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    NewsVia, StateError = StateError;
    /// bunq reports them.
    Callbacks = "callbacks",
    /// bunq does not report payments, so this deployment reads them, a few times a day.
    Polling = "polling",
    /// It does not: the notifications are off, or payments are not among the categories.
    Nothing = "nothing",
}

bunq_client::words! {
    /// Whether bunq reports changes of one category.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    CategoryState, StateError = StateError;
    /// bunq reports them.
    Ok = "ok",
    /// Other applications of the customer use both places of the category.
    Full = "full",
    /// bunq refuses the category. It is tried again after a day.
    Refused = "refused",
    /// There is no filter of ours, or it has not been checked yet.
    Missing = "missing",
}
