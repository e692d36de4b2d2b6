//! The first start and its welcome.

use std::fs;

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};

use crate::{
    browser::Browser,
    process::{Folder, Local, access_key, program, run_to_end},
};

#[tokio::test]
async fn the_first_start_makes_everything_and_a_customer_can_connect() {
    let (folder, browser) = (Folder::new(), Browser::new());

    let local = Local::start(&folder.path(), &[]);

    assert_eq!(local.text().lines().next(), Some("Onboarding at the bank (simulator):"));
    let steps = local.steps();
    assert_eq!(steps.len(), 9, "{steps:?}");
    assert!(steps.iter().all(|(mark, _)| mark == "made"), "{steps:?}");
    assert!(local.api_key().starts_with("tpp_"));
    for url in [local.url(), local.bank_url(), local.aws_url()] {
        assert!(url.starts_with("http://localhost:") || url.starts_with("http://127.0.0.1:"), "{url}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("api-key")).unwrap(), local.api_key());
    let user_id = browser.connect(&local, "person").await;
    browser.assert_reads_accounts(&local, local.api_key(), &user_id).await;
    let profile = browser.read(&local, local.api_key(), &format!("/user/{user_id}")).await;
    assert!(profile.json()["Response"][0]["UserPerson"].is_object(), "{profile:?}");
}

#[tokio::test]
async fn the_aws_beside_it_holds_the_secrets_and_answers_the_key_of_the_state_folder_only() {
    let folder = Folder::onboarded();
    let local = Local::start(&folder.path(), &[]);
    let describe = async |id: &str, secret: &str| {
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new(id, secret, None, None, "test"))
            .endpoint_url(local.aws_url())
            .build();
        let client = aws_sdk_secretsmanager::Client::from_conf(config);
        client.describe_secret().secret_id("bunq-tpp/tpp").send().await
    };
    let (id, secret) = access_key(&folder.path());

    assert_eq!(describe(&id, &secret).await.unwrap().name(), Some("bunq-tpp/tpp"));
    for (id, secret) in [("local", "local"), (&id, "local"), ("local", &secret)] {
        let refused = describe(id, secret).await.unwrap_err();
        assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403, "{id}");
    }
}

#[test]
fn the_access_key_is_made_at_the_first_start_and_kept() {
    let (folder, other) = (Folder::onboarded(), Folder::new());
    let made = access_key(&folder.path());

    drop(Local::start(&folder.path(), &[]));
    assert_eq!(access_key(&folder.path()), made);
    drop(Local::start(&other.path(), &[]));
    assert_ne!(access_key(&other.path()), made, "each folder has its own");
    drop(Local::start(&folder.path(), &["--fresh"]));
    assert_ne!(access_key(&folder.path()), made);
}

#[tokio::test]
async fn with_the_simulated_bank_no_address_of_the_environment_counts() {
    let folder = Folder::onboarded();
    let mut command = program(&folder.path(), &[]);
    command.env("BUNQ_ENVIRONMENT", "production");
    for name in ["BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL"] {
        command.env(name, "https://bank.invalid/");
    }

    let local = Local::run(command);

    let browser = Browser::new();
    let user_id = browser.connect(&local, "company").await;
    browser.assert_reads_accounts(&local, local.api_key(), &user_id).await;
}

#[tokio::test]
async fn the_public_address_is_where_the_bank_sends_customers_back_to() {
    let folder = Folder::new();

    let local = Local::start(&folder.path(), &["--public-url", "https://tpp.example/sub"]);

    assert_eq!(local.url(), "https://tpp.example/sub");
    assert!(local.text().contains("open https://tpp.example/sub/auth in a browser"), "{}", local.text());
}

#[test]
fn help_names_every_flag_and_every_bank() {
    let folder = Folder::new();

    let output = run_to_end(program(&folder.path(), &["--help"]));

    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for flag in [
        "--port",
        "--aws-port",
        "--simulator-port",
        "--state-dir",
        "--bunq",
        "--public-url",
        "--fresh",
        "--log",
        "--help",
    ] {
        assert!(text.contains(&format!("{flag} ")) || text.contains(&format!("{flag}\n")), "{flag}: {text}");
    }
    for word in ["simulator", "sandbox", "production", "custom", "[default: 3000]", "[default: .local]"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!folder.path().exists(), "and does nothing else");
}

#[test]
fn the_version_is_said() {
    let folder = Folder::new();

    let output = run_to_end(program(&folder.path(), &["--version"]));

    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("local {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_flag_that_does_not_exist_is_refused() {
    let folder = Folder::new();

    let output = run_to_end(program(&folder.path(), &["--frseh"]));

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--frseh"));
}

/// On Linux, loopback has every address of 127.0.0.0/8. One of them stands in for Docker's bridge.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn functions_in_docker_reach_aws_and_bank_at_the_address_that_they_are_given() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &["--docker", "127.0.0.2"]);

    for url in [local.bank_url(), local.aws_url()] {
        let there = url.replace("127.0.0.1", "127.0.0.2");
        assert_ne!(there, url);
        let (here, there) = (browser.send(browser.get(url)).await, browser.send(browser.get(&there)).await);
        assert_eq!((here.status, here.text), (there.status, there.text), "{url}");
    }
    let elsewhere = program(&Folder::onboarded().path(), &["--docker", "203.0.113.1"]);
    assert!(crate::process::refusal(elsewhere).contains("cannot listen on 203.0.113.1"));
}
