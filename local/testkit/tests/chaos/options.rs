//! What the person who runs the test chooses: `CHAOS_SECONDS`, `CHAOS_SEED`, `CHAOS_RATE_LIMITS`.

use std::{env, fmt, time::Duration};

/// The choices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Repeats the schedule of disturbances, and what each task tries in which order.
    pub(crate) seed: u64,
    /// How long the tasks run, calm and disturbed.
    pub(crate) duration: Duration,
    /// Whether the bank limits the rate of calls.
    pub(crate) has_rate_limits: bool,
}

impl Options {
    /// The default is a minute with a new seed, without rate limits.
    #[expect(clippy::disallowed_methods, reason = "who runs the test repeats and prolongs it")]
    pub(crate) fn from_env() -> Self {
        let number = |name| env::var(name).ok().map(|text| text.parse().expect("a whole number"));
        let rate_limits = env::var("CHAOS_RATE_LIMITS").ok();
        Self {
            seed: number("CHAOS_SEED").unwrap_or_else(rand::random),
            duration: Duration::from_secs(number("CHAOS_SECONDS").unwrap_or(60)),
            has_rate_limits: match rate_limits.as_deref() {
                None | Some("off") => false,
                Some("classic") => true,
                Some(other) => panic!("CHAOS_RATE_LIMITS is off or classic, not {other}"),
            },
        }
    }

    /// The first part, in which processes start and memory fills.
    pub(crate) fn start(&self) -> Duration {
        (self.duration / 12).min(Duration::from_secs(30))
    }

    /// The second part, in which nothing is disturbed: the measure for the rest.
    pub(crate) fn calm(&self) -> Duration {
        2 * self.start()
    }
}

/// The variables that repeat the run.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = if self.has_rate_limits { "classic" } else { "off" };
        let seconds = self.duration.as_secs();
        write!(f, "CHAOS_SEED={} CHAOS_SECONDS={seconds} CHAOS_RATE_LIMITS={limits}", self.seed)
    }
}
