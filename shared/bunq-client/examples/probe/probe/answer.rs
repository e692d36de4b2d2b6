//! An answer of the bank, and what the report keeps of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Whether the bank signed an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureState {
    Valid,
    Invalid,
    Absent,
    /// There is a signature, but no key of the bank is known yet.
    Unchecked,
}

impl SignatureState {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Absent => "absent",
            Self::Unchecked => "unchecked",
        }
    }
}

/// An answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The body, if it is JSON.
    pub(super) json: Option<Value>,
    pub(super) signature: SignatureState,
}

impl Answer {
    /// Returns whether the bank executed the call.
    pub(super) const fn is_success(&self) -> bool {
        self.status == 200
    }

    /// Returns whether the bank refused the call. A limit or a failure of the bank is no refusal.
    pub(super) const fn is_refusal(&self) -> bool {
        matches!(self.status, 400..=428 | 430..=499)
    }

    /// Returns the value at a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.json.as_ref()?.pointer(pointer)
    }

    /// Returns the elements of `Response`, each as its name and its content.
    pub(super) fn elements(&self) -> impl Iterator<Item = (&str, &Value)> {
        let elements = self.at("/Response").and_then(Value::as_array).into_iter().flatten();
        elements.filter_map(|element| {
            let (name, content) = element.as_object()?.iter().next()?;
            Some((name.as_str(), content))
        })
    }

    /// Returns the content of the first element with this name.
    pub(super) fn element(&self, name: &str) -> Option<&Value> {
        self.elements().find(|(own, _)| *own == name).map(|(_, content)| content)
    }

    /// Returns the id of what a POST made.
    pub(super) fn new_id(&self) -> Option<u64> {
        self.element("Id")?.get("id")?.as_u64()
    }

    /// Returns the texts of the errors, in the envelope of the API or of OAuth.
    pub(super) fn texts(&self) -> Vec<String> {
        let of_api = self.at("/Error").and_then(Value::as_array).into_iter().flatten();
        let of_api = of_api.filter_map(|error| error.get("error_description")?.as_str());
        let of_oauth = self.at("/error_description").and_then(Value::as_str);
        of_api.chain(of_oauth).map(str::to_owned).collect()
    }

    /// Returns the text of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads the limit in the text of a 429: calls, and seconds.
    pub(super) fn limit(&self) -> Option<(u64, u64)> {
        let texts = self.texts();
        let text = texts.iter().find(|text| text.starts_with("Too many requests."))?;
        let mut numbers = text.split(|sign: char| !sign.is_ascii_digit()).filter_map(|word| word.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    }
}
