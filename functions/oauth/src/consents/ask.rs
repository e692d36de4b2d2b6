//! What the owner's application sends about a consent.

use std::{str::FromStr, time::Duration};

use shared::{
    body,
    config::Config,
    field,
    http::body::string,
    types::{ids::UserId, reference::Reference, return_url::ReturnUrl, secret::ClaimProof},
};
use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

body! {
    /// The consent to ask for.
    pub(crate) struct NewConsent {
        /// Your own name for the user who consents. The connection is listed with it, and can be found by it.
        optional reference: Reference,
        /// Where the browser goes after the consent, with `consent_id` and `proof`. Its origin must be one of the
        /// deployment's `RETURN_ORIGINS`.
        optional return_url: ReturnUrl,
        /// The existing connection that the customer must have. Another bunq customer is refused.
        optional user_id: UserId,
        /// How long the address works, in seconds.
        optional expires_in: Lifetime,
    }
    check(fields, config: Config) {
        if return_url.as_ref().is_some_and(|url| !config.return_origins.contains(&url.origin())) {
            fields.refuse("return_url", "must have an origin of this deployment's RETURN_ORIGINS");
        }
    }
}

body! {
    /// The proof that the browser brought back to your application.
    pub(crate) struct Claim {
        /// The parameter `proof` of the return address.
        required proof: Proof,
    }
}

/// How long the address of a consent works.
pub(crate) struct Lifetime(pub(crate) Duration);

/// In seconds: by default, at least and at most.
const USUAL: u32 = 600;
const SHORTEST: u32 = 60;
const LONGEST: u32 = 86_400;

impl Default for Lifetime {
    fn default() -> Self {
        Self(Duration::from_secs(USUAL.into()))
    }
}

impl FromStr for Lifetime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().ok().filter(|seconds| (SHORTEST..=LONGEST).contains(seconds));
        seconds.map(|seconds| Self(Duration::from_secs(seconds.into()))).ok_or("must be 60 to 86400")
    }
}

/// The proof of a claim.
pub(crate) struct Proof(pub(crate) ClaimProof);

impl FromStr for Proof {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ClaimProof::of_our_form(text).map(Self).ok_or("must be the `proof` of the return address")
    }
}

field! {
    Lifetime: number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(SHORTEST))
        .maximum(Some(LONGEST))
        .default(Some(USUAL.into()))
        .examples([USUAL]);
    Proof: text = string().min_length(Some(43)).max_length(Some(43)).pattern(Some("^[A-Za-z0-9_-]+$"));
}
