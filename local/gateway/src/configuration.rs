//! The configuration of the deployment on this machine.

use std::collections::BTreeMap;

use bunq_simulator::Simulator;
use shared::config::{Config, ConfigError};
use url::Url;

use crate::{
    error::LocalError,
    options::{BankChoice, Options},
};

/// Sets the variables that the template sets on AWS. All others come from the environment. `hints` is the URL of the
/// queue of hints. Also returns the variables that are in use.
///
/// # Errors
/// [`LocalError`] if a variable is invalid, or if `--bunq custom` lacks an address of the bank.
pub(crate) fn read(
    options: &Options,
    port: u16,
    (hints, simulator): (&str, Option<&Simulator>),
) -> Result<(Config, BTreeMap<&'static str, String>), LocalError> {
    let public_url = options.public_url.as_ref().map_or_else(|| format!("http://localhost:{port}"), Url::to_string);
    let mut variables = BTreeMap::from([
        ("PUBLIC_URL", public_url),
        ("CONNECTIONS_TABLE", "bunq-tpp-connections".to_owned()),
        ("EPHEMERA_TABLE", "bunq-tpp-ephemera".to_owned()),
        ("EVENTS_TABLE", "bunq-tpp-events".to_owned()),
        ("SECRET_PREFIX", "bunq-tpp".to_owned()),
    ]);
    let own_hosts = |environment: &str| {
        let unset = ["BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL", "BUNQ_PAY_URL"];
        let unset = unset.map(|name| (name, String::new()));
        [("BUNQ_ENVIRONMENT", environment.to_owned())].into_iter().chain(unset)
    };
    match (options.bunq, simulator) {
        (BankChoice::Sandbox, _) => variables.extend(own_hosts("sandbox")),
        (BankChoice::Production, _) => variables.extend(own_hosts("production")),
        (BankChoice::Simulator, Some(simulator)) => variables.extend([
            ("BUNQ_ENVIRONMENT", "sandbox".to_owned()),
            ("BUNQ_API_URL", simulator.api_url().to_string()),
            ("BUNQ_AUTHORIZE_URL", simulator.authorize_url().to_string()),
            ("BUNQ_TOKEN_URL", simulator.token_url().to_string()),
            ("BUNQ_PAY_URL", simulator.pay_url().to_string()),
            ("EGRESS_IP_URL", format!("{}_simulator/egress-ip", simulator.url())),
        ]),
        (BankChoice::Simulator, None) | (BankChoice::Custom, _) => {}
    }
    // The simulator limits no calls unless a setting says so.
    let limits = simulator.map(|_| ("BANK_LIMITS", "off".to_owned()));
    // A receiver that is being developed is on this machine, too. The bank sends callbacks once it has filters.
    let here = [("WEBHOOK_RECEIVERS", "loopback".to_owned()), ("HINTS_QUEUE", hints.to_owned())];
    let defaults = limits.into_iter().chain(here).collect();
    let (config, used) =
        Config::from_env_with(&variables, &defaults).map_err(|error| match (error, &options.public_url) {
            (ConfigError::Invalid { name: "PUBLIC_URL", problem }, Some(_)) => LocalError::PublicUrl { problem },
            (error, _) => error.into(),
        })?;
    if options.bunq == BankChoice::Custom {
        let needed = ["BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL"];
        let missing: Vec<_> = needed.into_iter().filter(|name| !used.contains_key(name)).collect();
        if !missing.is_empty() {
            return Err(LocalError::CustomBank { missing });
        }
    }
    Ok((config, used))
}
