//! The TLS configuration of all connections. The trusted roots are Mozilla's, compiled in: reading the certificates of
//! the machine costs several milliseconds at each start. <https://docs.rs/webpki-roots>

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use webpki_roots::TLS_SERVER_ROOTS;

/// Why TLS cannot be configured.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// `EXTRA_CA_FILE` cannot be read, or does not contain certificates in PEM.
    #[error("EXTRA_CA_FILE is not a readable file with certificates in PEM")]
    ExtraCaFile,
    /// The cryptography library does not support the protocol versions.
    #[error("TLS cannot be configured")]
    Unsupported(#[from] rustls::Error),
}

/// The TLS configuration, which all HTTP clients share, with its store of sessions to resume.
#[derive(Clone, Debug)]
pub(crate) struct Tls(ClientConfig);

impl Tls {
    /// Makes the configuration. Trusts Mozilla's roots, and the certificates of a PEM file.
    ///
    /// # Errors
    /// Returns [`TlsError::ExtraCaFile`] if the file has no certificate, or one that is not valid.
    pub(crate) fn new(extra_ca_file: Option<&Path>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore { roots: TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = extra_ca_file {
            let certificates = CertificateDer::pem_file_iter(file).map_err(|_| TlsError::ExtraCaFile)?;
            let before = roots.len();
            for certificate in certificates {
                roots.add(certificate.map_err(|_| TlsError::ExtraCaFile)?).map_err(|_| TlsError::ExtraCaFile)?;
            }
            if roots.len() == before {
                return Err(TlsError::ExtraCaFile);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots);
        Ok(Self(config.with_no_client_auth()))
    }

    /// Lets an HTTP client use this configuration and these protocols, the preferred one first (ALPN, RFC 7301).
    pub(crate) fn apply(&self, builder: reqwest::ClientBuilder, protocols: &[&str]) -> reqwest::ClientBuilder {
        let mut config = self.0.clone();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        builder.tls_backend_preconfigured(config)
    }
    /// Returns the configuration, for a client that chooses its own protocols.
    pub(super) fn config(&self) -> ClientConfig {
        self.0.clone()
    }
}
