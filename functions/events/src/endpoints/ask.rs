//! What the owner's application sends about an endpoint.

use std::{convert::Infallible, str::FromStr, time::Duration};

use shared::{
    body, field,
    http::{BodyField, Fields, NamedSchemas},
    types::{
        schedule::BankTime,
        text::Text,
        webhook::{EndpointState, EventFilter, SignatureKind},
    },
};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};

body! {
    /// The endpoint to create.
    pub(crate) struct NewEndpoint {
        /// Where to send events: https, port 443, and a public host name. It may contain a secret path.
        required url: ReceiverUrl,
        /// Which events to send: 1 to 30 types.
        required types: EventFilters,
        /// Your own text about it, up to 200 characters.
        optional description: Text<0, 200>,
        /// How to sign: `hmac` (the default) with a secret that you get once, or `ed25519` with a key of which you get
        /// the public half.
        optional signature: SignatureKind,
    }
}

body! {
    /// What to change of an endpoint. What is absent stays as it is.
    pub(crate) struct EndpointChange {
        /// Where to send events.
        optional url: ReceiverUrl,
        /// Which events to send: 1 to 30 types.
        optional types: EventFilters,
        /// Your own text about it. An empty text removes it.
        optional description: Text<0, 200>,
        /// `disabled` stops all deliveries, and `enabled` starts with the next event.
        optional state: EndpointState,
    }
}

body! {
    /// How to replace a secret.
    pub(crate) struct Rotation {
        /// For how many hours messages are also signed with the replaced secret: 0 to 72.
        optional keep_old_for_hours: Overlap,
    }
}

body! {
    /// Which events to send again.
    pub(crate) struct Replay {
        /// Those that happened at this time or later. Events are kept for 30 days.
        required since: BankTime,
    }
}

/// The URL of a receiver as the owner wrote it. The setting of the deployment decides whether it is valid.
pub(crate) struct ReceiverUrl(pub(crate) String);

impl FromStr for ReceiverUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Matches https, a public host name in ASCII, port 443, and a path and query of characters that are not encoded, so
/// that the length of the URL stays as it is.
const PUBLIC_URL: &str = "^https://([A-Za-z0-9]+(-[A-Za-z0-9]+)*\\.)+[A-Za-z]{2,20}(:443)?\
                          (/[A-Za-z0-9!$%&()*+,./:;=?@_~-]*)?$";

/// The types that an endpoint wants: 1 to 30.
pub(crate) struct EventFilters(pub(crate) Vec<EventFilter>);

impl BodyField for EventFilters {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        let before = fields.faults();
        let types = fields.list(name)?;
        // Elements that are not valid are left out, and are reported already.
        if fields.faults() == before && !(1..=EventFilter::MOST).contains(&types.len()) {
            fields.refuse(name, "must name 1 to 30 types");
        }
        Some(Self(types))
    }

    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(EventFilter::schema()).min_items(Some(1));
        list.max_items(Some(EventFilter::MOST)).examples([["connection.*"]]).into()
    }

    fn register(schemas: &mut NamedSchemas) {
        EventFilter::register(schemas);
    }
}

/// For how long a replaced secret also signs.
pub(crate) struct Overlap(pub(crate) Duration);

/// In hours: by default, and at most.
const USUAL: u32 = 24;
const LONGEST: u32 = 72;

impl Default for Overlap {
    fn default() -> Self {
        Self(Duration::from_secs(u64::from(USUAL) * 3600))
    }
}

impl FromStr for Overlap {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hours = text.parse().ok().filter(|hours: &u32| *hours <= LONGEST && hours.to_string() == text);
        hours.map(|hours| Self(Duration::from_secs(u64::from(hours) * 3600))).ok_or("must be 0 to 72")
    }
}

field! {
    ReceiverUrl: text = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(2000))
        .pattern(Some(PUBLIC_URL))
        .examples(["https://shop.example/webhooks"]);

    Overlap: number = OneOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(0))
                .maximum(Some(LONGEST))
                .default(Some(USUAL.into()))
                .examples([USUAL]),
        )
        .item(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^([0-9]|[1-6][0-9]|7[0-2])$")));
}
