//! The errors of a start: one line for the person at the terminal.

use std::{fs, io::Write as _, net::TcpListener, path::Path, process::Command, thread};

use crate::process::{Folder, Local, program, refusal, run_to_end};

/// A port in use, and the listener that uses it.
fn taken_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn a_taken_port_is_named_whichever_it_is() {
    for flag in ["--port", "--aws-port", "--simulator-port"] {
        let (folder, (_listener, port)) = (Folder::new(), taken_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
        command.arg("--state-dir").arg(folder.path());
        for other in ["--port", "--aws-port", "--simulator-port"] {
            command.args([other, &if other == flag { port.to_string() } else { "0".to_owned() }]);
        }

        let line = refusal(command);

        assert!(line.contains(&port.to_string()), "{flag}: {line}");
        assert!(line.contains("taken"), "{flag}: {line}");
    }
}

#[test]
fn a_taken_port_comes_with_the_flag_that_chooses_another() {
    for flag in ["--port", "--aws-port", "--simulator-port"] {
        let (folder, (_listener, port)) = (Folder::new(), taken_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
        command.arg("--state-dir").arg(folder.path());
        for other in ["--port", "--aws-port", "--simulator-port"] {
            command.args([other, &if other == flag { port.to_string() } else { "0".to_owned() }]);
        }

        let line = refusal(command);

        assert!(line.contains(flag), "{flag} is not named: {line}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    fs::write(folder.path(), "a file").unwrap();

    for path in [folder.path(), folder.path().join("below")] {
        let line = refusal(program(&path, &[]));

        assert!(line.contains(folder.path().to_str().unwrap()), "{line}");
        assert!(line.contains("folder"), "{line}");
    }
    assert_eq!(fs::read_to_string(folder.path()).unwrap(), "a file");
}

#[test]
fn a_folder_that_another_one_uses_is_named_and_left_alone() {
    let folder = Folder::onboarded();
    let running = Local::start(&folder.path(), &[]);
    let key = fs::read_to_string(folder.path().join("api-key")).unwrap();

    for arguments in [&[][..], &["--fresh"]] {
        let line = refusal(program(&folder.path(), arguments));

        assert!(line.contains(folder.path().to_str().unwrap()), "{arguments:?}: {line}");
        assert!(line.contains("use"), "{arguments:?}: {line}");
    }

    assert_eq!(fs::read_to_string(folder.path().join("api-key")).unwrap(), key);
    assert!(running.signal("INT").success(), "and it went on");
    assert_eq!(Local::start(&folder.path(), &[]).api_key(), key, "with everything still there");
}

#[test]
fn files_that_are_not_its_own_are_named_and_left_alone() {
    for (name, content) in [
        ("simulator.json", "{\"something\":\"else\"}"),
        ("aws-credentials", "[default]\naws_access_key_id = local\naws_secret_access_key = local\n"),
        ("aws/secrets.json", "not JSON"),
        ("aws/dynamodb.sqlite", "no database, but as long as the first page of one should be"),
    ] {
        let folder = Folder::onboarded();
        fs::write(folder.path().join(name), content).unwrap();

        let line = refusal(program(&folder.path(), &[]));

        assert!(line.contains(name.rsplit('/').next().unwrap()), "{name}: {line}");
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), content, "{name}");
    }
}

/// A start with a bank at an address without a server.
fn against_nobody(folder: &Path) -> (Command, String) {
    let (listener, port) = taken_port();
    drop(listener);
    let bank = format!("http://127.0.0.1:{port}");
    let mut command = program(folder, &["--bunq", "custom"]);
    command.env("BUNQ_API_URL", format!("{bank}/v1"));
    command.env("BUNQ_AUTHORIZE_URL", format!("{bank}/auth"));
    command.env("BUNQ_TOKEN_URL", format!("{bank}/v1/token"));
    (command, bank)
}

#[test]
fn a_bank_that_cannot_be_reached_is_named() {
    let folder = Folder::new();
    let (command, bank) = against_nobody(&folder.path());

    let line = refusal(command);

    assert!(line.contains(&bank), "{line}");
    assert!(line.contains("could not be reached: the connection was refused"), "{line}");
}

#[test]
fn a_bank_that_cannot_be_reached_is_said_with_the_reason() {
    // A server without TLS answers the handshake with plain HTTP.
    let no_tls = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = no_tls.local_addr().unwrap();
    thread::spawn(move || {
        for connection in no_tls.incoming() {
            let _ = connection.and_then(|mut connection| connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    for (bank, reason) in [
        ("https://bank.invalid".to_owned(), "its host name is not known (DNS)"),
        (format!("https://{address}"), "no TLS connection came about"),
    ] {
        let folder = Folder::new();
        let (mut command, _) = against_nobody(&folder.path());
        command.env("BUNQ_API_URL", format!("{bank}/v1"));

        let line = refusal(command);

        assert!(line.contains(&format!("bunq could not be reached: {reason}")), "{line}");
    }
}

#[test]
fn each_bank_has_a_state_of_its_own() {
    let folder = Folder::onboarded();
    let key = fs::read_to_string(folder.path().join("api-key")).unwrap();
    let (mut command, _) = against_nobody(&folder.path());
    command.arg("--fresh");

    refusal(command);

    assert_eq!(Local::start(&folder.path(), &[]).api_key(), key, "what was forgotten is the other bank's");
}

#[test]
fn an_address_of_a_bank_or_of_ours_that_is_not_safe_is_named_and_not_used() {
    let folder = Folder::onboarded();

    let (mut bank, _) = against_nobody(&folder.path());
    bank.env("BUNQ_TOKEN_URL", "http://bank.example/token");
    assert!(refusal(bank).contains("BUNQ_TOKEN_URL must be https"));

    let line = refusal(program(&folder.path(), &["--public-url", "http://tpp.example"]));
    assert!(line.starts_with("--public-url must be https"), "{line}");
}

#[test]
fn a_bank_of_ones_own_is_refused_without_its_addresses() {
    let folder = Folder::new();

    let none = refusal(program(&folder.path(), &["--bunq", "custom"]));
    let (mut one_missing, _) = against_nobody(&folder.path());
    one_missing.env_remove("BUNQ_TOKEN_URL");
    let one = refusal(one_missing);

    assert!(none.ends_with("missing: BUNQ_API_URL, BUNQ_AUTHORIZE_URL, BUNQ_TOKEN_URL"), "{none}");
    assert!(one.ends_with("missing: BUNQ_TOKEN_URL"), "{one}");
}

#[test]
fn nothing_is_said_of_an_onboarding_that_does_not_begin() {
    let (folder, (_listener, port)) = (Folder::new(), taken_port());
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.arg("--state-dir").arg(folder.path()).args(["--port", &port.to_string()]);

    assert_eq!(String::from_utf8(run_to_end(command).stdout).unwrap(), "");
}

#[test]
fn production_wants_a_certificate_and_takes_it_from_files() {
    let folder = Folder::new();
    let production = |arguments: &[&str]| {
        let (mut command, _) = against_nobody(&folder.path());
        command.env("BUNQ_ENVIRONMENT", "production").args(arguments);
        command
    };
    let file = |name: &str| folder.path().with_file_name(name).to_str().unwrap().to_owned();
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=test",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ])
        .output();
    assert!(made.unwrap().status.success(), "this test needs the `openssl` command");

    let without = refusal(production(&[]));
    let files = |certificate: &str, chain: &str| {
        let chain = ["--certificate-chain", chain];
        refusal(production(&[&["--certificate", certificate, "--certificate-key", &key][..], &chain].concat()))
    };
    let self_signed = files(&certificate, &certificate);
    let kept = refusal(production(&[]));
    let nowhere = files(&file("none.pem"), &certificate);
    let no_certificate = files(&key, &certificate);
    let twice = file("twice.pem");
    fs::write(&twice, fs::read_to_string(&certificate).unwrap().repeat(2)).unwrap();
    let two = files(&twice, &certificate);

    assert!(without.contains("in the secret bunq-tpp/psd2-certificate. Give it with"), "{without}");
    assert!(without.contains("--certificate, --certificate-key and --certificate-chain. What was done"), "{without}");
    assert!(self_signed.contains("this one is self-signed. Nothing was changed."), "{self_signed}");
    assert!(kept.contains("in the secret bunq-tpp/psd2-certificate"), "an invalid one is not kept: {kept}");
    assert_eq!(no_certificate, "the certificate or its chain is not X.509 in PEM. Nothing was changed.");
    assert_eq!(two, "--certificate must hold the leaf and nothing else. Nothing was changed.");
    assert!(nowhere.starts_with("cannot read ") && nowhere.contains("none.pem"), "{nowhere}");
}
