//! The output on the terminal: the commands of the welcome, run by a shell as they are printed, and the logs.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    browser::Browser,
    process::{Folder, Local, program},
};

/// Runs a script in a shell.
fn sh(script: &str) -> Output {
    let curl = Command::new("curl").arg("--version").output();
    curl.unwrap_or_else(|error| panic!("this test needs the `curl` command, installed and on the PATH: {error}"));
    let mut sh = Command::new("sh");
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        sh.env_remove(name);
    }
    sh.args(["-c", script]).output().unwrap()
}

#[track_caller]
fn assert_commands_work(local: &Local) {
    let commands = local.commands();
    let [connect, profile, accounts] = commands[..] else { panic!("three commands: {commands:#?}") };
    assert!(!local.text().contains('\r') && !connect.contains('\t'));

    // The `echo` separates the answers, because curl prints no line break.
    let output = sh(&format!("{connect}\n{profile}\necho\n{accounts}\n"));

    let (said, complained) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{commands:#?}: {said} {complained}");
    assert_eq!(complained, "", "{commands:#?}: {said}");
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::Null)).collect();
    assert!(answers[0]["Response"][0]["UserPerson"].is_object(), "{said}");
    let first = answers[1]["Response"][0].as_object().unwrap_or_else(|| panic!("{said}"));
    assert!(first.keys().next().unwrap().starts_with("MonetaryAccount"), "{said}");
    assert!(!said.contains("problem"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_welcome_work_as_they_are_printed() {
    let folder = Folder::onboarded();

    assert_commands_work(&Local::start(&folder.path(), &[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn they_work_in_a_folder_with_a_blank_in_its_name() {
    let (left, outer) = (Folder::onboarded(), tempfile::tempdir().unwrap());
    let folder = outer.path().join("my state");
    move_folder(&left.path(), &folder);

    assert_commands_work(&Local::start(&folder, &[]));
}

fn move_folder(from: &Path, to: &Path) {
    std::fs::rename(from, to).unwrap();
}

#[tokio::test]
async fn the_key_is_shown_once_and_to_no_log() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &["--log", "trace"]);
    let key = local.api_key().to_owned();
    let user_id = browser.connect(&local, "person").await;
    browser.assert_reads_accounts(&local, &key, &user_id).await;

    let shown = local.text().matches(&key).count();
    let log = local.log();

    assert_eq!(shown, 1);
    assert!(log.contains("/user/{user_id}/accounts") && log.contains("bunq: call"), "{log}");
    assert!(!log.contains(&key), "{log}");
}

#[tokio::test]
async fn a_program_reads_a_line_of_json_for_each_request_and_each_call_to_the_bank() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let local = Local::start(&folder.path(), &[]);
    browser.connect(&local, "person").await;

    let log = local.log();

    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |message: &str| lines.iter().filter(|line| line["message"] == message).count();
    // One request to `/auth` and one to `/callback`.
    assert!(said("request") >= 2 && said("bunq: call") >= 2, "{log}");
}

/// The command `script` gives a program a terminal.
#[tokio::test]
async fn a_person_reads_a_short_line_for_each_request() {
    let (folder, browser) = (Folder::onboarded(), Browser::new());
    let program = program(&folder.path(), &[]);
    let words = std::iter::once(program.get_program()).chain(program.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut script = Command::new("script");
    script.args(["-q", "-c", &format!("exec {}", words.join(" ")), "/dev/null"]);
    let mut local = Local::run(script);
    let user_id = browser.connect(&local, "person").await;
    let key = std::fs::read_to_string(folder.path().join("api-key")).unwrap();
    browser.assert_reads_accounts(&local, &key, &user_id).await;

    let shown = local.line("GET    /user/{user_id}/accounts  200  ");

    assert!(shown.trim_end().ends_with(" ms, 1 bank call"), "{shown}");
}
