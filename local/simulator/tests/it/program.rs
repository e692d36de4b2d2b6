use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use bunq_simulator::{Options, SettingReference, Settings, Simulator, StartError};

use crate::client::{Bank, bank};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bunq-simulator");

#[tokio::test]
async fn only_addresses_of_this_machine_are_listened_on() {
    let error =
        Simulator::start(Options { listen: "0.0.0.0:0".parse().unwrap(), ..Options::default() }).await.unwrap_err();

    assert!(matches!(error, StartError::NotLoopback(_)), "{error}");
}

#[tokio::test]
async fn a_taken_address_is_an_error() {
    let first = bank().await;

    let error =
        Simulator::start(Options { listen: first.simulator.address(), ..Options::default() }).await.unwrap_err();

    assert!(matches!(error, StartError::AddressTaken(_)), "{error}");
}

#[tokio::test]
async fn the_urls_lead_to_where_the_bank_listens() {
    let bank = bank().await;

    let address = bank.simulator.address();
    assert_eq!(bank.simulator.url().as_str(), format!("http://{address}/"));
    assert_eq!(bank.simulator.api_url().as_str(), format!("http://{address}/v1"));
    assert_eq!(bank.simulator.authorize_url().as_str(), format!("http://{address}/auth"));
    assert_eq!(bank.simulator.token_url().as_str(), format!("http://{address}/v1/token"));
    assert_eq!(bank.simulator.pay_url().as_str(), format!("http://{address}/pay"));
}

#[tokio::test]
async fn a_stopped_bank_frees_its_address() {
    let Bank { simulator, http, .. } = bank().await;
    let listen = simulator.address();
    http.get(simulator.url()).send().await.unwrap();

    simulator.stop().await;

    Simulator::start(Options { listen, ..Options::default() }).await.unwrap();
}

#[tokio::test]
async fn a_bank_that_nobody_holds_stops() {
    let Bank { simulator, http, .. } = bank().await;
    let url = simulator.url();

    drop(simulator);

    while http.get(url.clone()).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_program_says_in_one_line_that_its_port_is_taken() {
    let first = bank().await;
    let address = first.simulator.address().to_string();

    let output = Command::new(PROGRAM).args(["--listen", &address]).output().unwrap();

    assert!(!output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{address} is taken by another program\n"));
}

#[test]
fn the_program_prints_its_urls_and_takes_settings() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("settings.json");
    std::fs::write(&file, r#"{"rate_limits": "classic"}"#).unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .args(["--listen", "127.0.0.1:0", "--set", "denial=stay", "--set", "clock_offset_seconds=5", "--settings"])
        .arg(&file);

    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();

    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().take(5).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines[0].starts_with("A bunq bank listens on http://127.0.0.1:"));
    assert!(lines[1].ends_with("/v1") && lines[2].ends_with("/auth") && lines[3].ends_with("/v1/token"));
    assert!(lines[4].ends_with("/pay"));
}

#[test]
fn the_program_adds_the_customers_of_a_file() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/customers.json");
    let mut command = Command::new(PROGRAM);
    command.args(["--listen", "127.0.0.1:0", "--customers", example]).stdout(Stdio::piped());

    let mut child = command.spawn().unwrap();

    // The program ends when its output is closed, so the reader must live.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line.rsplit_once("http://").unwrap().1.trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /_simulator/customers HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.contains("\"sandbox_noor00000001\"") && answer.contains("\"fietsenmaker\""), "{answer}");
}

#[test]
fn the_program_reports_an_error_in_a_file_of_customers_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.json");
    std::fs::write(&file, "{\"customers\": [\n{\"name\": \"jan\", \"balans\": 1}\n]}").unwrap();
    let start = |path: &Path| {
        let output = Command::new(PROGRAM).args(["--listen", "127.0.0.1:0", "--customers"]).arg(path).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };

    let (wrong, missing) = (start(&file), start(&directory.path().join("none.json")));

    let place = format!("cannot use the customers of {}: line 2, customer \"jan\": unknown field", file.display());
    assert!(wrong.starts_with(&place) && wrong.lines().count() == 1, "{wrong}");
    assert!(missing.starts_with("cannot read ") && missing.contains("none.json: "), "{missing}");
}

#[test]
fn the_program_refuses_settings_that_do_not_exist() {
    let output = Command::new(PROGRAM).args(["--listen", "127.0.0.1:0", "--set", "speed=high"]).output().unwrap();

    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("speed=high is not understood"));
}

#[test]
fn the_program_explains_its_options_and_settings() {
    let printed = |option: &str| {
        let output = Command::new(PROGRAM).arg(option).output().unwrap();
        assert!(output.status.success(), "{option}");
        String::from_utf8(output.stdout).unwrap()
    };
    let (help, list) = (printed("--help"), printed("--list-settings"));

    for SettingReference { name, meaning, values, default, sources, .. } in Settings::reference() {
        let line = format!("{name}={}\n", default.to_string().trim_matches('"'));
        assert!(help.contains(&format!("  {line}")), "{name}");
        assert!(list.contains(&format!("{line}    {meaning}\n")), "{name}");
        assert!(list.contains(&format!("    Sources: {sources}\n")), "{name}");
        for (value, meaning) in values {
            assert!(list.contains(&format!("      {}: {meaning}\n", value.trim_matches('"'))), "{value} of {name}");
        }
    }
    for group in ["Server:", "Bank:", "Settings:", "Example:"] {
        assert!(help.contains(&format!("\n{group}\n")), "{group}");
    }
    assert_eq!(printed("--version"), format!("bunq-simulator {}\n", env!("CARGO_PKG_VERSION")));
}
