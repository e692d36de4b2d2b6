//! The text that the terminal shows after a start.

use std::fmt;

use shared::types::secret::Secret as _;

use crate::{options::Options, stack::Stack};

/// The addresses and keys of a started stack, and the commands to try next.
pub struct Welcome<'a>(pub &'a Stack, pub &'a Options);

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(stack, options) = self;
        let url = stack.url.as_str().trim_end_matches('/');
        let key_file = stack.api_key_file.display();
        // Quoted for a shell, because the name of the folder may contain any character.
        let quoted = stack.api_key_file.display().to_string().replace('\'', r"'\''");
        writeln!(f, "\n  API       {url}  (to try it out: {url}/docs)")?;
        if options.public_url.is_some() {
            writeln!(f, "            listens on {}", stack.address())?;
        }
        match &stack.simulator_url {
            Some(bank) => {
                // Without the trailing slash, because paths are appended.
                let bank = bank.as_str().trim_end_matches('/');
                writeln!(f, "  bank      {bank}  (simulated; its app: {bank}/app, faults: {bank}/_simulator)")?;
            }
            None => writeln!(f, "  bank      {}  ({})", stack.bank_url, options.bunq.as_str())?,
        }
        let credentials = stack.aws_credentials_file.display();
        writeln!(
            f,
            "  AWS       {}  (DynamoDB and Secrets Manager, embedded; access key in {credentials})",
            stack.aws_url
        )?;
        writeln!(f, "  API key   {}  (also in {key_file})", stack.api_key.expose())?;
        writeln!(f, "\nConnect a customer: open {url}/auth in a browser",)?;
        if stack.simulator_url.is_some() {
            writeln!(f, "(or stay here; person, company, empty and strange are customers of the simulated bank):\n")?;
            writeln!(
                f,
                "  USER_ID=$(curl -sSL -b '' -H 'X-Simulator-Approve: person' {url}/auth | \
                 sed 's/.*\"new_user_id\":\"//; s/\".*//')"
            )?;
        } else {
            writeln!(f, "and keep the id that the page shows:\n\n  USER_ID=<the id>")?;
        }
        writeln!(f, "\nRead their profile and their accounts:\n")?;
        let read = |f: &mut fmt::Formatter<'_>, path: &str| {
            writeln!(f, "  curl -sS -H \"Authorization: Bearer $(cat '{quoted}')\" {url}/user/$USER_ID{path}")
        };
        read(f, "")?;
        read(f, "/accounts")?;
        let more = if options.log.is_none() { "; --log info shows the calls to the bank, too" } else { "" };
        writeln!(f, "\nEach request leaves a line here{more}.")?;
        writeln!(f, "Ctrl-C stops everything. The next start continues from here; --fresh deletes the state first.")
    }
}
