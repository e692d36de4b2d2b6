//! The `openssl` command, which is independent of our code. Both sides of a signature are tested against it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder with an RSA key that openssl made.
pub(crate) struct Openssl {
    folder: TempDir,
}

impl Openssl {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Makes a folder with a key pair of 2048 bits.
    pub(crate) fn with_key() -> Self {
        let openssl = Self::new();
        openssl.succeed(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "private.pem"]);
        openssl.succeed(&["pkey", "-in", "private.pem", "-pubout", "-out", "public.pem"]);
        openssl
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(folder: &Path, arguments: &[&str]) -> Output {
        let run = Command::new("openssl").args(arguments).current_dir(folder).output();
        run.unwrap_or_else(|error| panic!("these tests need the `openssl` command, installed and on the PATH: {error}"))
    }

    fn succeed(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Self::run(self.folder.path(), arguments);
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Returns the output of `openssl pkey` for a public key.
    pub(crate) fn describe_public_key(&self, pem: &str) -> String {
        self.write("described.pem", pem.as_bytes());
        let text = self.succeed(&["pkey", "-pubin", "-in", "described.pem", "-noout", "-text"]);
        String::from_utf8(text).unwrap()
    }

    /// Returns the public key as openssl writes it.
    pub(crate) fn rewrite_public_key(&self, pem: &str) -> String {
        self.write("rewritten.pem", pem.as_bytes());
        String::from_utf8(self.succeed(&["pkey", "-pubin", "-in", "rewritten.pem", "-pubout"])).unwrap()
    }

    /// Returns whether openssl finds that the owner of `public_pem` signed `body`.
    pub(crate) fn verifies(&self, public_pem: &str, body: &[u8], signature: &str) -> bool {
        self.write("verifying.pem", public_pem.as_bytes());
        self.write("body", body);
        self.write("signature.base64", signature.as_bytes());
        self.succeed(&["base64", "-d", "-A", "-in", "signature.base64", "-out", "signature"]);
        let arguments = ["dgst", "-sha256", "-verify", "verifying.pem", "-signature", "signature", "body"];
        let output = Self::run(self.folder.path(), &arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        match (output.status.success(), said.trim()) {
            (true, "Verified OK") => true,
            // OpenSSL 1.1 and 3 write this text in different case.
            (false, text) if text.eq_ignore_ascii_case("verification failure") => false,
            _ => panic!("openssl says neither yes nor no: {output:?}"),
        }
    }

    /// Returns a signature by the key of [`Self::with_key`], in base64 on one line.
    pub(crate) fn sign(&self, body: &[u8]) -> String {
        self.write("to-sign", body);
        self.succeed(&["dgst", "-sha256", "-sign", "private.pem", "-out", "made", "to-sign"]);
        String::from_utf8(self.succeed(&["base64", "-A", "-in", "made"])).unwrap().trim_end().to_owned()
    }
}
