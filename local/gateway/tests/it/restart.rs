//! The state that a run leaves for the next one, after every kind of end.

use crate::{
    browser::Browser,
    process::{Folder, Local, program},
};

/// The texts of the steps in this state.
fn standing(local: &Local, wanted: &str) -> Vec<String> {
    local.steps().into_iter().filter(|(mark, _)| mark == wanted).map(|(_, words)| words).collect()
}

#[tokio::test]
async fn ctrl_c_and_sigterm_end_it_well() {
    for signal in ["INT", "TERM"] {
        let (folder, browser) = (Folder::onboarded(), Browser::new());
        let local = Local::start(&folder.path(), &[]);
        assert_eq!(browser.read(&local, local.api_key(), "/nowhere").await.status, 404);

        assert_eq!(local.signal(signal).code(), Some(0), "{signal}");
    }
}

#[test]
fn a_signal_in_the_moment_of_the_welcome_is_not_lost() {
    let folder = Folder::onboarded();
    for signal in ["TERM", "INT", "TERM", "INT"] {
        let status = Local::start(&folder.path(), &[]).signal(signal);

        assert_eq!(status.code(), Some(0), "{signal}: {status}");
    }
}

#[tokio::test]
async fn a_signal_during_the_onboarding_ends_it_and_the_next_start_goes_on() {
    let (folder, browser) = (Folder::new(), Browser::new());
    let first = Local::run_until(program(&folder.path(), &[]), "made");
    assert_eq!(first.signal("INT").code(), Some(0));

    let second = Local::start(&folder.path(), &[]);

    assert!(standing(&second, "kept").contains(&"a key that seals tokens in the tables".to_owned()));
    assert!(standing(&second, "made").contains(&"an API key for you".to_owned()));
    let user_id = browser.connect(&second, "person").await;
    browser.assert_reads_accounts(&second, second.api_key(), &user_id).await;
}

#[tokio::test]
async fn a_caller_who_keeps_a_connection_open_does_not_keep_it_from_ending() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &[]);
    let address = local.url().trim_start_matches("http://localhost:").parse::<u16>().unwrap();
    let _silent = std::net::TcpStream::connect(("127.0.0.1", address)).unwrap();
    assert_eq!(browser.read(&local, local.api_key(), "/nowhere").await.status, 404);

    assert_eq!(local.signal("INT").code(), Some(0));
}

#[tokio::test]
async fn the_next_start_finds_everything_as_it_was() {
    let (folder, browser) = (Folder::new(), Browser::new());
    let first = Local::start(&folder.path(), &[]);
    let key = first.api_key().to_owned();
    let (person, company) = (browser.connect(&first, "person").await, browser.connect(&first, "company").await);
    assert_eq!(first.signal("INT").code(), Some(0));

    // The ports are new. All addresses come from the options, so no old address may be kept.
    let second = Local::start(&folder.path(), &[]);

    assert_eq!(standing(&second, "kept").len(), 8, "{:?}", second.steps());
    assert_eq!(standing(&second, "made"), ["its callback URL"], "the port is new, and so is the address");
    assert_eq!(second.api_key(), key);
    for user_id in [&person, &company] {
        browser.assert_reads_accounts(&second, &key, user_id).await;
    }
    assert_eq!(browser.connect(&second, "person").await, person, "who consents again keeps their user_id");
}

#[tokio::test]
async fn on_the_same_public_address_nothing_is_made_again() {
    let folder = Folder::new();
    let arguments = ["--public-url", "https://tpp.example"];
    assert_eq!(standing(&Local::start(&folder.path(), &arguments), "made").len(), 9);

    let second = Local::start(&folder.path(), &arguments);

    assert_eq!(standing(&second, "kept").len(), 9, "{:?}", second.steps());
}

#[tokio::test]
async fn a_run_that_was_killed_leaves_nothing_broken() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let first = Local::start(&folder.path(), &[]);
    let key = first.api_key().to_owned();
    let user_id = browser.connect(&first, "person").await;
    assert_eq!(first.signal("KILL").code(), None, "it had no time to say goodbye");

    let second = Local::start(&folder.path(), &[]);

    assert_eq!(second.api_key(), key);
    browser.assert_reads_accounts(&second, &key, &user_id).await;
}

#[tokio::test]
async fn fresh_forgets_keys_and_customers() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let first = Local::start(&folder.path(), &[]);
    let key = first.api_key().to_owned();
    let user_id = browser.connect(&first, "person").await;
    assert_eq!(first.signal("INT").code(), Some(0));

    let second = Local::start(&folder.path(), &["--fresh"]);

    assert_eq!(standing(&second, "made").len(), 9, "{:?}", second.steps());
    assert_ne!(second.api_key(), key);
    let path = format!("/user/{user_id}/accounts");
    assert_eq!(browser.read(&second, &key, &path).await.status, 401, "the old key");
    assert_eq!(browser.read(&second, second.api_key(), &path).await.status, 404, "the old customer");
}

#[tokio::test]
async fn a_key_file_that_is_gone_or_spoiled_brings_a_new_key_and_keeps_the_customers() {
    for spoil in [None, Some("tpp_nonsense"), Some(""), Some("two words\n")] {
        let (folder, browser) = (Folder::onboarded(), Browser::new());
        let file = folder.path().join("api-key");
        let old = std::fs::read_to_string(&file).unwrap();
        match spoil {
            None => std::fs::remove_file(&file).unwrap(),
            Some(text) => std::fs::write(&file, text).unwrap(),
        }

        let local = Local::start(&folder.path(), &[]);

        assert_ne!(local.api_key(), old, "{spoil:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), local.api_key(), "{spoil:?}");
        let user_id = browser.connect(&local, "person").await;
        browser.assert_reads_accounts(&local, local.api_key(), &user_id).await;
        browser.assert_reads_accounts(&local, &old, &user_id).await;
    }
}
