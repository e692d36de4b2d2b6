//! What may go wrong with callbacks: a receiver must survive all of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The disturbances of callbacks. Those that end in `_every` concern every nth callback or try; 0, the default, none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Disturbances {
    /// Every nth callback is sent twice.
    pub(crate) duplicate_every: u64,
    /// Every callback waits this many seconds of the bank's clock before its first try.
    pub(crate) delay_seconds: u32,
    /// Every callback waits a different time, up to this many seconds, so that their order changes. The times are the
    /// same in every run.
    pub(crate) reorder_within_seconds: u32,
    /// Every nth callback has an older version of its object, if there is one.
    pub(crate) stale_every: u64,
    /// Every nth callback is followed by one of the category `SIMULATOR_UNKNOWN`.
    pub(crate) unknown_category_every: u64,
    /// Every nth callback is followed by one whose object has the unknown type `SimulatorUnknown`.
    pub(crate) unknown_object_every: u64,
    /// Every nth try is lost on its way, so the receiver never sees it. For the bank, it failed.
    pub(crate) drop_every: u64,
    /// The answer to every nth try is lost. The receiver has the callback; for the bank, the try failed.
    pub(crate) lose_answer_every: u64,
    /// Every nth try comes from an address that is not the bank's: the header `X-Simulator-Source-Ip` says
    /// 203.0.113.66, and on an IPv4 target of this machine the connection comes from 127.0.0.66.
    pub(crate) foreign_source_every: u64,
}

/// Whether something that happens every `nth` time happens at the time `count`, which starts with 1.
pub(crate) fn is_due(nth: u64, count: u64) -> bool {
    nth > 0 && count.is_multiple_of(nth)
}

/// The additional wait of a callback in seconds, less than `within` or equal to it. Neighbours wait very different
/// times: the numbers are multiplied by the golden ratio, and the fraction is kept.
pub(crate) fn shuffled(number: u64, within: u32) -> u32 {
    let fraction = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let seconds = (fraction * (u64::from(within) + 1)) >> 32;
    u32::try_from(seconds).unwrap_or(within)
}
