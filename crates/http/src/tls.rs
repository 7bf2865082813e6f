//! TLS with the certificates of Mozilla's root programme, compiled in: a step's image often has none of its own.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The TLS settings of every connection: ring, safe protocol versions, Mozilla's roots and those in `extra_pem`.
pub(crate) fn config(extra_pem: &[Vec<u8>]) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for pem in extra_pem {
        add_roots(&mut roots, pem).map_err(|problem| format!("extra root certificates: {problem}"))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS: {error}"))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Whether a connection failed for the server's certificate, which another attempt does not change.
pub(crate) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref() {
        return matches!(error, rustls::Error::InvalidCertificate(_));
    }
    // An io::Error passes over what it wraps when it is asked for its source.
    let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
    let cause = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    cause.is_some_and(is_untrusted)
}

fn add_roots(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), String> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.len() == before {
        return Err("no PEM certificate in it".to_owned());
    }
    Ok(())
}
