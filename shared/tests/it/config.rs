//! The configuration: errors name the variable that is missing or invalid, and never quote its value.

use std::collections::BTreeMap;

use shared::config::{Aws, BunqEnvironment, Config, ConfigError};

/// The required variables, with valid values.
const REQUIRED: [(&str, &str); 5] = [
    ("PUBLIC_URL", "https://tpp.example"),
    ("CONNECTIONS_TABLE", "connections"),
    ("EPHEMERA_TABLE", "ephemera"),
    ("EVENTS_TABLE", "events"),
    ("SECRET_PREFIX", "bunq-tpp"),
];

fn parse(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut variables = BTreeMap::from(REQUIRED);
    variables.extend(changes.iter().copied());
    Config::parse(|name| variables.get(name).map(|value| (*value).to_owned()))
}

/// Returns the problem of an invalid variable. Asserts that the error names the variable and does not quote its value.
#[track_caller]
fn refused(name: &str, value: &str) -> &'static str {
    let error = parse(&[(name, value)]).unwrap_err();
    let ConfigError::Invalid { name: named, problem } = error else { panic!("{name}={value}: {error:?}") };
    assert_eq!(named, name, "{value}");
    assert_eq!(error.to_string(), format!("the environment variable {name} {problem}"));
    if value.len() > 3 {
        assert!(!format!("{error} {error:?}").contains(value), "{error}");
    }
    problem
}

#[test]
fn each_required_variable_that_is_missing_or_empty_is_named() {
    for (name, _) in REQUIRED {
        for empty in ["", " ", "\n"] {
            assert_eq!(parse(&[(name, empty)]).unwrap_err(), ConfigError::Missing(name), "{empty:?}");
        }
        let others = BTreeMap::from(REQUIRED);
        let missing =
            Config::parse(|asked| others.get(asked).filter(|_| asked != name).map(|value| (*value).to_owned()));
        assert_eq!(missing.unwrap_err(), ConfigError::Missing(name));
        assert_eq!(ConfigError::Missing(name).to_string(), format!("the environment variable {name} is missing"));
    }
}

#[test]
fn the_least_makes_a_sandbox() {
    let config = parse(&[]).unwrap();

    assert_eq!(config.environment, BunqEnvironment::Sandbox);
    assert_eq!(config.connections_table, "connections");
    assert_eq!(config.ephemera_table, "ephemera");
    assert_eq!(config.events_table, "events");
    assert_eq!(config.secret_prefix, "bunq-tpp");
    assert_eq!(config.tpp_name, "bunq-tpp");
    assert_eq!(config.log_level.to_string(), "info");
    assert!(!config.device_per_connection);
}

#[test]
fn each_environment_has_bunqs_own_addresses() {
    let cases = [
        (
            "sandbox",
            "https://public-api.sandbox.bunq.com/v1",
            "https://oauth.sandbox.bunq.com/auth",
            "https://api-oauth.sandbox.bunq.com/v1/token",
        ),
        ("production", "https://api.bunq.com/v1", "https://oauth.bunq.com/auth", "https://api.oauth.bunq.com/v1/token"),
    ];
    for (environment, api, authorize, token) in cases {
        let config = parse(&[("BUNQ_ENVIRONMENT", environment)]).unwrap();

        assert_eq!(config.environment.as_str(), environment);
        assert_eq!(config.bunq.api.as_str(), api);
        assert_eq!(config.bunq.authorize.as_str(), authorize);
        assert_eq!(config.bunq.token.as_str(), token);
    }
}

#[test]
fn each_address_can_be_another_and_an_empty_one_is_the_default() {
    let changed = parse(&[
        ("BUNQ_API_URL", "http://127.0.0.1:4100/v1"),
        ("BUNQ_AUTHORIZE_URL", "http://localhost:4100/auth"),
        ("BUNQ_TOKEN_URL", "https://bank.example/token"),
    ])
    .unwrap()
    .bunq;
    let empty = parse(&[("BUNQ_API_URL", " "), ("BUNQ_AUTHORIZE_URL", ""), ("BUNQ_TOKEN_URL", "")]).unwrap().bunq;

    assert_eq!(changed.api.as_str(), "http://127.0.0.1:4100/v1");
    assert_eq!(changed.authorize.as_str(), "http://localhost:4100/auth");
    assert_eq!(changed.token.as_str(), "https://bank.example/token");
    assert_eq!(empty.api.host_str(), Some("public-api.sandbox.bunq.com"));
    assert_eq!(empty.authorize.host_str(), Some("oauth.sandbox.bunq.com"));
    assert_eq!(empty.token.host_str(), Some("api-oauth.sandbox.bunq.com"));
}

#[test]
fn an_environment_that_does_not_exist_is_refused() {
    for value in ["Sandbox", "PRODUCTION", "staging", "production;"] {
        assert_eq!(refused("BUNQ_ENVIRONMENT", value), "must be sandbox or production");
    }
}

#[test]
fn an_event_bus_is_a_name_or_an_arn() {
    assert_eq!(parse(&[]).unwrap().event_bus, None);
    for good in ["default", "bunq-tpp", "a.b_c/d-1", "arn:aws:events:eu-central-1:123456789012:event-bus/bunq-tpp"] {
        let bus = parse(&[("EVENT_BUS", good)]).unwrap().event_bus.unwrap();
        assert_eq!(bus.as_str(), good);
    }
    for bad in [
        "two words",
        "arn:aws:events:eu-central-1:123456789012:rule/bunq-tpp",
        "arn:aws:sqs:eu-central-1:123456789012:event-bus/x",
        "arn:aws:events:eu-central-1:123456789012:event-bus/",
    ] {
        assert_eq!(refused("EVENT_BUS", bad), "must be the name or the ARN of an event bus", "{bad}");
    }
}

const URLS: [&str; 4] = ["PUBLIC_URL", "BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL"];

#[test]
fn plain_http_is_for_this_machine_only() {
    for name in URLS {
        for good in [
            "https://tpp.example",
            "https://tpp.example:8443/path",
            "http://localhost:3000",
            "http://LOCALHOST",
            "http://127.0.0.1:1",
            "http://127.8.9.10",
            "http://[::1]:3000/v1",
        ] {
            assert!(parse(&[(name, good)]).is_ok(), "{name}={good}");
        }
        for bad in [
            "http://tpp.example",
            "http://localhost.tpp.example",
            "http://notlocalhost",
            "http://10.0.0.1",
            "http://0.0.0.0:3000",
            "http://[::2]",
            "http://[::ffff:10.0.0.1]",
            "ftp://localhost",
            "ws://localhost",
            "file:///etc/passwd",
            "data:text/plain,https",
            "localhost:3000",
        ] {
            assert_eq!(refused(name, bad), "must be https (http for this machine only)", "{name}={bad}");
        }
    }
}

#[test]
fn an_address_holds_no_password_query_or_fragment() {
    for name in URLS {
        for bad in ["tpp.example", "https://", "https://a b", "//tpp.example", "https://tpp.example:99999"] {
            assert_eq!(refused(name, bad), "is not a URL", "{bad}");
        }
        for bad in ["https://user@tpp.example", "https://user:secret@tpp.example", "https://:secret@tpp.example"] {
            assert_eq!(refused(name, bad), "must not hold a user name", "{bad}");
        }
        for bad in ["https://tpp.example/?token=secret", "https://tpp.example?", "https://tpp.example/#secret"] {
            assert_eq!(refused(name, bad), "must not hold a query or fragment", "{bad}");
        }
    }
}

#[test]
fn the_callback_is_below_the_public_address() {
    for (public, callback) in [
        ("https://tpp.example", "https://tpp.example/callback"),
        ("https://tpp.example/", "https://tpp.example/callback"),
        ("https://tpp.example/prod", "https://tpp.example/prod/callback"),
        ("https://tpp.example/a/b/", "https://tpp.example/a/b/callback"),
        ("http://localhost:3000", "http://localhost:3000/callback"),
    ] {
        assert_eq!(parse(&[("PUBLIC_URL", public)]).unwrap().callback_url().as_str(), callback);
    }
}

#[test]
fn permitted_addresses_are_a_list_with_a_default_for_each_environment() {
    let permitted = |changes: &[(&'static str, &'static str)]| parse(changes).unwrap().permitted_ips;

    assert_eq!(permitted(&[]), ["*"], "the sandbox takes calls from anywhere");
    assert!(permitted(&[("BUNQ_ENVIRONMENT", "production")]).is_empty(), "production from where it is set up");
    for environment in ["sandbox", "production"] {
        let list = permitted(&[("BUNQ_ENVIRONMENT", environment), ("PERMITTED_IPS", " 192.0.2.7 ,*,, 198.51.100.1")]);
        assert_eq!(list, ["192.0.2.7", "*", "198.51.100.1"]);
    }
}

#[test]
fn what_is_not_an_ipv4_address_is_not_permitted() {
    for bad in ["2001:db8::1", "192.0.2.256", "192.0.2", "192.0.2.0/24", "tpp.example", "**", "192.0.2.7;192.0.2.8"] {
        assert_eq!(refused("PERMITTED_IPS", bad), "must be IPv4 addresses or *, separated by commas");
        assert_eq!(
            refused("PERMITTED_IPS", &format!("192.0.2.7,{bad}")),
            "must be IPv4 addresses or *, separated by commas"
        );
    }
}

#[test]
fn the_name_fits_into_a_certificate() {
    for good in ["a", "My app 2.0_x-y", "exactly-16-chars"] {
        assert_eq!(parse(&[("TPP_NAME", good)]).unwrap().tpp_name, good);
    }
    for bad in ["seventeen-letters", "My/App", "CN=evil", "Zo\u{eb}'s app", "a\nb", "emoji \u{1f3e6}"] {
        refused("TPP_NAME", bad);
    }
    assert_eq!(parse(&[("TPP_NAME", "")]).unwrap().tpp_name, "bunq-tpp");
}

#[test]
fn a_level_and_a_switch_have_few_words() {
    for level in ["error", "warn", "info", "debug", "trace"] {
        assert_eq!(parse(&[("LOG_LEVEL", level)]).unwrap().log_level.to_string(), level);
    }
    assert_eq!(refused("LOG_LEVEL", "verbose"), "must be error, warn, info, debug or trace");
    for (value, on) in [("true", true), ("false", false), ("", false), (" true ", true)] {
        assert_eq!(parse(&[("DEVICE_PER_CONNECTION", value)]).unwrap().device_per_connection, on, "{value}");
        assert_eq!(parse(&[("ALLOW_SHARED_CUSTOMERS", value)]).unwrap().allow_shared_customers, on, "{value}");
        assert_eq!(parse(&[("ENFORCE_CONSENT_EXPIRY", value)]).unwrap().enforce_consent_expiry, on, "{value}");
    }
    for bad in ["yes", "1", "TRUE"] {
        for name in ["DEVICE_PER_CONNECTION", "ALLOW_SHARED_CUSTOMERS", "ENFORCE_CONSENT_EXPIRY"] {
            assert_eq!(refused(name, bad), "must be true or false");
        }
    }
}

#[test]
fn reads_without_the_customer_are_limited_in_production() {
    let limit = |variables: &[(&'static str, &str)]| {
        parse(variables).unwrap().unattended_reads_per_day.map(std::num::NonZeroU8::get)
    };
    let production = ("BUNQ_ENVIRONMENT", "production");
    assert_eq!((limit(&[]), limit(&[production])), (None, Some(4)));
    assert_eq!(limit(&[production, ("UNATTENDED_READS_PER_DAY", "off")]), None);
    assert_eq!(limit(&[("UNATTENDED_READS_PER_DAY", " 96 ")]), Some(96));
    for bad in ["0", "256", "-1", "4.0", "none", "OFF"] {
        assert_eq!(refused("UNATTENDED_READS_PER_DAY", bad), "must be 1 to 255, or off", "{bad}");
    }
}

#[test]
fn values_are_taken_without_the_blanks_around_them() {
    let config = parse(&[("CONNECTIONS_TABLE", " connections\n"), ("PUBLIC_URL", " https://tpp.example ")]).unwrap();

    assert_eq!(config.connections_table, "connections");
    assert_eq!(config.public_url.as_str(), "https://tpp.example/");
}

#[test]
fn variables_that_are_given_stand_in_front_of_the_process() {
    let given = REQUIRED.map(|(name, value)| (name, value.to_owned()));

    let mut variables = BTreeMap::from(given);
    variables.insert("BUNQ_API_URL", String::new());
    let (config, used) = Config::from_env_with(&variables, &BTreeMap::new()).unwrap();

    assert_eq!(config.connections_table, "connections");
    assert_eq!(used.get("CONNECTIONS_TABLE").map(String::as_str), Some("connections"));
    assert!(!used.contains_key("BUNQ_API_URL"), "an empty one is not set: {used:?}");
}

#[test]
fn an_old_consent_is_used_no_more_in_production_unless_the_owner_says_otherwise() {
    for (environment, expiry, enforced) in
        [("sandbox", "", false), ("sandbox", "true", true), ("production", "", true), ("production", "false", false)]
    {
        let config = parse(&[("BUNQ_ENVIRONMENT", environment), ("ENFORCE_CONSENT_EXPIRY", expiry)]).unwrap();
        assert_eq!(config.enforce_consent_expiry, enforced, "{environment} {expiry}");
    }
}

#[test]
fn aws_is_found_by_its_region_or_by_its_endpoints() {
    let aws = |changes: &[(&str, &str)]| {
        let mut variables = BTreeMap::from([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]);
        variables.extend(changes.iter().copied());
        Aws::parse(|name| variables.get(name).map(|value| (*value).to_owned()))
    };
    let endpoints = |changes: &[(&str, &str)]| {
        let aws = aws(changes).unwrap();
        [aws.dynamodb, aws.secrets_manager].map(|url| url.to_string())
    };

    for (region, domain) in
        [("eu-central-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn"), ("eusc-de-east-1", "amazonaws.eu")]
    {
        let expected = ["dynamodb", "secretsmanager"].map(|service| format!("https://{service}.{region}.{domain}/"));
        assert_eq!(endpoints(&[("AWS_REGION", region)]), expected);
    }
    let here = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
    assert_eq!(endpoints(&[here]), ["http://127.0.0.1:4566/"; 2]);
    let both = endpoints(&[here, ("AWS_ENDPOINT_URL_DYNAMODB", "https://vpce.example/")]);
    assert_eq!(both, ["https://vpce.example/", "http://127.0.0.1:4566/"]);
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        assert_eq!(aws(&[(name, " ")]).unwrap_err(), ConfigError::Missing(name));
    }
    for (name, bad) in [("AWS_REGION", "evil.example/"), ("AWS_ENDPOINT_URL", "dynamodb")] {
        assert!(matches!(aws(&[(name, bad)]).unwrap_err(), ConfigError::Invalid { name: named, .. } if named == name));
    }
}
