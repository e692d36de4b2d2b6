//! The tasks: API keys, the status, and the deletion of the state.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    process::{Folder, Local, program, refusal, run_to_end},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_local");

/// Runs a task and parses its output, which must be JSON only.
#[track_caller]
fn task(folder: &Folder, local: &Local, words: &[&str]) -> Value {
    let port = local.url().rsplit(':').next().unwrap().to_owned();
    let arguments: Vec<&str> = words.iter().copied().chain(["--port", &port]).collect();
    let mut command = Command::new(PROGRAM);
    command.args(&arguments).arg("--state-dir").arg(folder.path());
    let output = run_to_end(command);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{words:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &[]);
    let user_id = browser.connect(&local, "person").await;

    let made = task(&folder, &local, &["keys", "create", "--name", "bookkeeping", "--scope", "accounts"]);
    let workspace = ["keys", "create", "--name", "shop", "--scope", "accounts", "--scope", "payments"];
    let more = ["--workspace", "shop", "--expires-at", "2999-01-01T00:00:00Z"];
    let shop = task(&folder, &local, &[&workspace[..], &more].concat());

    browser.assert_reads_accounts(&local, made["api_key"].as_str().unwrap(), &user_id).await;
    assert_eq!(shop["scopes"], json!(["accounts", "payments"]));
    assert_eq!((&shop["workspace"], &shop["expires_at"]), (&json!("shop"), &json!("2999-01-01T00:00:00Z")));
    let id = made["id"].as_str().unwrap();
    assert_eq!(task(&folder, &local, &["keys", "revoke", id]), json!({ "id": id, "revoked": true }));
    let listed = task(&folder, &local, &["keys", "list"]);
    let listed = listed["api_keys"].as_array().unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let revoked = listed.iter().find(|key| key["id"] == id).unwrap();
    assert!(revoked["revoked_at"].is_string() && revoked.get("api_key").is_none(), "{revoked}");
}

#[test]
fn the_status_is_the_report_of_the_setup() {
    let folder = Folder::onboarded();
    let local = Local::start(&folder.path(), &[]);

    let status = task(&folder, &local, &["status"]);

    assert_eq!((&status["onboarded"], &status["at_bank"]), (&json!(true), &json!("known")), "{status}");
}

#[test]
fn what_the_setup_refuses_is_said_in_words() {
    let folder = Folder::onboarded();
    let local = Local::start(&folder.path(), &[]);
    let port = local.url().rsplit(':').next().unwrap();
    let ask = |words: &[&str], state: &Folder| {
        let mut command = Command::new(PROGRAM);
        command.args(words).args(["--port", port]).arg("--state-dir").arg(state.path());
        refusal(command)
    };

    let scope = ask(&["keys", "create", "--name", "x", "--scope", "root"], &folder);
    let id = ask(&["keys", "revoke", "7"], &folder);
    let other = Folder::onboarded();
    fs::remove_file(other.path().join("aws-credentials")).unwrap();
    let never = ask(&["status"], &other);
    drop(Local::start(&other.path(), &[]));
    let foreign = ask(&["status"], &other);

    assert_eq!(scope, "--scope 0 must be one of accounts, connections, payments, psd2, credentials, writes, events");
    assert_eq!(id, "the id must be a UUID, as `keys list` prints it");
    assert!(never.starts_with("no `local` has been started with the state folder"), "{never}");
    assert!(foreign.starts_with("the running `local` uses another state folder"), "{foreign}");
}

#[test]
fn a_task_without_a_running_local_says_what_to_start() {
    let folder = Folder::onboarded();
    let port = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port().to_string()
    };
    let mut command = Command::new(PROGRAM);
    command.args(["keys", "list", "--port", &port, "--state-dir"]).arg(folder.path());

    let line = refusal(command);

    assert_eq!(
        line,
        format!("no `local` answers on port {port}; start one in another terminal, or give its port with --port")
    );
}

#[test]
fn a_reset_deletes_the_state_unless_a_local_is_running() {
    let folder = Folder::onboarded();
    let reset = || {
        let mut command = Command::new(PROGRAM);
        command.args(["reset", "--state-dir"]).arg(folder.path());
        command
    };
    let local = Local::start(&folder.path(), &[]);
    let before = local.api_key().to_owned();
    for draft in ["simulator.json.1.draft", "aws/secrets.json.1.draft"] {
        fs::write(folder.path().join(draft), "what a kill has left").unwrap();
    }

    assert!(refusal(reset()).contains("uses the folder"));
    drop(local);
    assert!(run_to_end(reset()).status.success());

    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let nothing = run_to_end(reset());
    assert!(nothing.status.success() && nothing.stdout.starts_with(b"There is nothing to delete"), "{nothing:?}");
    assert_ne!(Local::start(&folder.path(), &[]).api_key(), before);
}

#[test]
fn functions_outside_of_the_process_find_their_environment_in_a_file() {
    let folder = Folder::new();
    let mut command = program(&folder.path(), &[]);
    command.env("RETURN_ORIGINS", "https://app.example");
    let local = Local::run(command);

    let file = fs::read_to_string(folder.path().join("functions.env")).unwrap();

    let value =
        |name: &str| file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    assert_eq!(value("AWS_ENDPOINT_URL"), local.aws_url());
    assert_eq!(value("BUNQ_API_URL"), format!("{}/v1", local.bank_url().trim_end_matches('/')));
    assert_eq!(value("RETURN_ORIGINS"), "https://app.example");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CONNECTIONS_TABLE", "SECRET_PREFIX", "PUBLIC_URL"] {
        assert_ne!(value(name), "", "{name} in {file}");
    }
}

#[test]
fn a_reset_keeps_the_files_of_a_folder_that_no_local_has_used() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("aws")).unwrap();
    for name in ["api-key", "aws/config", "aws-credentials"] {
        fs::write(folder.path().join(name), "precious").unwrap();
    }
    let mut reset = Command::new(PROGRAM);
    reset.args(["reset", "--state-dir"]).arg(folder.path());

    assert!(run_to_end(reset).status.success());

    for name in ["api-key", "aws/config", "aws-credentials"] {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "precious", "{name}");
    }
}

#[test]
fn a_state_at_a_real_bank_is_deleted_only_with_yes() {
    let folder = Folder::onboarded();
    let production = folder.path().join("production");
    fs::rename(folder.path(), folder.path().with_file_name("kept")).unwrap();
    fs::create_dir(folder.path()).unwrap();
    fs::rename(folder.path().with_file_name("kept"), &production).unwrap();
    let with = |words: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(words).args(["--bunq", "production", "--port", "0", "--state-dir"]).arg(folder.path());
        command
    };

    for words in [&["reset"][..], &["--fresh", "--aws-port", "0"]] {
        let line = refusal(with(words));
        let typed = format!("type: reset --bunq production --state-dir {} --yes", folder.path().display());
        assert!(line.ends_with(&typed), "{words:?}: {line}");
        assert!(fs::exists(production.join("api-key")).unwrap());
    }
    assert!(run_to_end(with(&["reset", "--yes"])).status.success());
    assert_eq!(fs::read_dir(&production).unwrap().count(), 0);
}
