//! The filter of a list of orders.

use std::str::FromStr;

use url::Url;

use super::RawElement;
use crate::{
    bunq::{Page, PageStart},
    http::Parameters,
    types::{order_reference::OrderReference, secret::Secret as _, since::Since},
};

/// A status of an order, as bunq writes it. bunq may add statuses at any time, so every word of this form is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStatus(String);

impl FromStr for OrderStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        fits.then(|| Self(text.to_owned())).ok_or("must be a status such as PENDING")
    }
}

/// A filter. An order matches if it matches every criterion that is set.
#[derive(Clone, Debug)]
pub struct OrderFilter {
    status: Option<OrderStatus>,
    created_from: Option<Since>,
    pub(super) reference: Option<OrderReference>,
}

impl OrderFilter {
    pub(super) fn matches(&self, element: &RawElement) -> bool {
        let status = self.status.as_ref().is_none_or(|status| element.status() == Some(&status.0));
        status && !self.is_past(element)
    }

    /// Returns whether the order was certainly created before `created_from`.
    pub(super) fn is_past(&self, element: &RawElement) -> bool {
        let since = self.created_from.as_ref().map(Since::at);
        since.zip(element.created()).is_some_and(|(since, created)| created < since)
    }

    pub(super) fn add_to(&self, url: &mut Url) {
        let status = self.status.as_ref().map(|status| ("status", status.0.as_str()));
        let created_from = self.created_from.as_ref().map(|since| ("created_from", since.as_str()));
        let reference = self.reference.as_ref().map(|reference| ("reference", reference.expose()));
        url.query_pairs_mut().extend_pairs([status, created_from, reference].into_iter().flatten());
    }
}

impl Parameters {
    /// Reads the filter. Returns `None` if no criterion is set.
    pub fn filter(&mut self, page: Page) -> Option<OrderFilter> {
        let status = self.parsed::<OrderStatus>("status");
        let created_from = self.parsed::<Since>("created_from");
        let reference = self.parsed::<OrderReference>("reference");
        if status.is_none() && created_from.is_none() && reference.is_none() {
            return None;
        }
        if matches!(page.from, PageStart::NewerThan(_)) {
            self.refuse("newer_id", "cannot be combined with status, created_from or reference");
        }
        Some(OrderFilter { status, created_from, reference })
    }
}
