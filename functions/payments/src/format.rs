//! The formats of a list of transactions.

/// A format, which the caller chooses by the header `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    /// camt.053.001.08 of ISO 20022.
    Camt,
}

impl From<Format> for &'static str {
    /// Returns the media type.
    fn from(format: Format) -> Self {
        match format {
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Camt => "application/xml",
        }
    }
}

impl Format {
    /// Returns the header `Content-Type` of the answer.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            // RFC 4180 section 3. Without a charset, readers assume US-ASCII.
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Camt => "application/xml",
        }
    }
}
