//! The causes of an error, for the log: "unavailable" alone does not tell missing credentials from a refused
//! connection.

use std::{error::Error, iter::successors};

/// An error with its causes, from the outermost to the innermost.
#[must_use]
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in successors(Some(error), |cause| (*cause).source()).map(ToString::to_string) {
        // Some say what the one above them has said.
        if !said.iter().any(|before| before.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}
