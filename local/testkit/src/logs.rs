//! Everything that our code logs in this test process, at the most detailed level.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use shared::telemetry::{Format, subscriber};
use tracing::{level_filters::LevelFilter, subscriber::set_global_default};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static STARTED: Once = Once::new();

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts recording. Calling it again has no effect.
pub fn capture() {
    STARTED.call_once(|| {
        set_global_default(subscriber(Format::Json, LevelFilter::TRACE, || Writer)).expect("nobody else listens");
    });
}

/// Returns what was logged since the last call, and forgets it. For a test that logs more than fits into memory.
#[must_use]
pub fn take() -> String {
    let lines = std::mem::take(&mut *LINES.lock().unwrap_or_else(PoisonError::into_inner));
    String::from_utf8_lossy(&lines).into_owned()
}

/// Returns what all tests of this process have logged so far.
#[must_use]
pub fn text() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// Drops what was logged so far, for a test that makes so many requests that their lines would fill the memory.
pub fn forget() {
    *LINES.lock().unwrap_or_else(PoisonError::into_inner) = Vec::new();
}
