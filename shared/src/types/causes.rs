//! Formats an error with its causes for the log: "unavailable" alone does not distinguish missing credentials from a
//! refused connection.

use std::{error::Error, iter::successors};

/// Returns the texts of an error and of its causes, outermost first, separated by `: `. A text that is part of an
/// earlier one is left out.
#[must_use]
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in successors(Some(error), |cause| (*cause).source()).map(ToString::to_string) {
        // Some errors repeat the text of their cause.
        if !said.iter().any(|before| before.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}
