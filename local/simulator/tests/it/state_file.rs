use std::fs;
use std::path::Path;

use bunq_simulator::{Options, Settings, Simulator, StartError};
use serde_json::{Value, json};

use crate::client::{Bank, key, public_pem};
use crate::setup::{App, Provider};

fn options(path: &Path) -> Options {
    Options { state_file: Some(path.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn a_restarted_bank_knows_everything_it_knew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let app = Provider::at(Bank::start(options(&path)).await).await.app().await;
    let person = app.connect("person").await;
    let code = app.code("company").await;
    let server_key = async |bank: &Bank| {
        let call = bank.post("/v1/installation", json!({"client_public_key": public_pem(key(1))}));
        call.send().await
    };
    let before = server_key(app.bank()).await.ok().response(2);
    let App { provider, id, client_id, secret } = app;
    provider.bank.simulator.stop().await;

    let bank = Bank::start(options(&path)).await;
    let app = App { provider: Provider { bank, ..provider }, id, client_id, secret };

    server_key(app.bank()).await.refused_by_simulator(400, "another installation");
    app.bank().get("/v1/user").token(&person.session).send().await.ok();
    assert_eq!(app.open(person.access_token).await.id, person.id);
    app.exchange(&code, &[]).await.ok();
    assert_eq!(app.connect("person").await.id, person.id);
    let id = app.bank().get("/v1/installation").token(&app.provider.session).send().await.id();
    let path = format!("/v1/installation/{id}/server-public-key");
    let after = app.bank().get(&path).token(&app.provider.session).send().await.ok();
    assert_eq!(after.response(0), before);
}

#[tokio::test]
async fn request_ids_of_calls_that_change_something_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let provider = Provider::at(Bank::start(options(&path)).await).await;
    let create = async |bank: &Bank| {
        let call = bank.post(&provider.path("oauth-client"), json!({})).token(&provider.session);
        call.header("X-Bunq-Client-Request-Id", "create").send().await
    };
    create(&provider.bank).await.ok();

    let again = Bank::start(options(&path)).await;

    create(&again).await.refused_by_simulator(400, "used before");
}

#[tokio::test]
async fn keys_of_installations_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let settings = Settings { server_key_per_installation: true, ..Settings::default() };
    let provider = Provider::at(Bank::start(Options { settings, ..options(&path) }).await).await;
    let user = async |bank: &Bank| bank.get("/v1/user").token(&provider.session).send().await;
    let id = provider.bank.get("/v1/installation").token(&provider.session).send().await.id();
    let reply =
        provider.bank.get(&format!("/v1/installation/{id}/server-public-key")).token(&provider.session).send().await;
    let server_key = reply.response(0)["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned();

    let again = Bank::start(options(&path)).await;

    assert!(user(&provider.bank).await.is_signed_by(&server_key));
    assert!(user(&again).await.is_signed_by(&server_key));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_file_and_no_draft_is_left() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");

    let bank = Bank::start(options(&path)).await;
    bank.install(0).await;

    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_of_somebody_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.json");
    for text in ["notes", "{}", r#"{"format": "bunq-simulator 0", "server_key": "", "books": {}}"#] {
        fs::write(&path, text).unwrap();

        let error = Simulator::start(options(&path)).await.unwrap_err();

        assert!(matches!(error, StartError::StateFileForeign { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn a_file_of_an_older_version_is_read_and_one_of_a_newer_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    Bank::start(options(&path)).await.simulator.stop().await;
    let mut file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    file["books"].as_object_mut().unwrap().remove("notifications").unwrap();
    fs::write(&path, file.to_string()).unwrap();

    Bank::start(options(&path)).await.simulator.stop().await;

    file["books"]["things_of_tomorrow"] = json!([]);
    fs::write(&path, file.to_string()).unwrap();
    let error = Simulator::start(options(&path)).await.unwrap_err();
    assert!(matches!(error, StartError::StateFileForeign { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), file.to_string());
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_known_at_the_start() {
    let directory = tempfile::tempdir().unwrap();

    let nowhere = Simulator::start(options(&directory.path().join("nowhere/bank.json"))).await.unwrap_err();
    let folder = Simulator::start(options(directory.path())).await.unwrap_err();

    assert!(matches!(nowhere, StartError::StateFileUnwritable { .. }), "{nowhere}");
    assert!(matches!(folder, StartError::StateFileUnreadable { .. }), "{folder}");
}
