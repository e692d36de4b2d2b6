//! The certificate files of `--certificate`, `--certificate-key` and `--certificate-chain`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use shared::{secrets::CertificateSecret, types::secret::PrivateKeyPem};

use crate::{error::LocalError, options::Options};

/// Reads the certificate files as the secret that the setup uses.
///
/// # Errors
/// [`LocalError::CertificateFile`] if a file cannot be read.
pub(crate) fn read(file: &Path, options: &Options) -> Result<CertificateSecret, LocalError> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|source| LocalError::CertificateFile { path: path.to_owned(), source })
    };
    let optional = |path: Option<&PathBuf>| path.map_or_else(|| Ok(String::new()), |path| read(path));
    Ok(CertificateSecret {
        certificate: read(file)?,
        private_key: PrivateKeyPem::new(optional(options.certificate_key.as_ref())?),
        chain: optional(options.certificate_chain.as_ref())?,
    })
}

/// Replaces field names by flags: error texts name the fields of the secret, but the operator has typed flags.
pub(crate) fn in_flags(text: &str) -> String {
    let flags = [
        ("`certificate`", "--certificate"),
        ("`chain`", "--certificate-chain"),
        ("`private_key`", "--certificate-key"),
    ];
    flags.into_iter().fold(text.to_owned(), |text, (field, flag)| text.replace(field, flag))
}
