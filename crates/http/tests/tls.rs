//! The client against a server that speaks TLS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use http::{Authorization, Builder, Client, Clock, Method, Url};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");

/// A server that gives the same answer to every request. Returns its address.
fn serve(answer: &'static str) -> Url {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}/2.0", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, socket.unwrap());
            // A client that does not trust us ends the handshake; the next one may.
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                stream.write_all(answer.as_bytes()).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
            }
        }
    });
    Url::parse(&address).unwrap()
}

async fn get(builder: Builder) -> Result<String, String> {
    let client = builder.clock(Clock::manual()).build().unwrap();
    let request = client.request(Method::GET, client.url(&["user"]).unwrap());
    let answer = request.authorization(Some(Authorization::Bearer("hunter2".into()))).send().await;
    answer.map(|answer| String::from_utf8(answer.body().to_vec()).unwrap()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_server_is_trusted_for_a_certificate_that_was_given_and_for_no_other() {
    let base = serve("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello");
    let trusting = Client::builder(base.clone()).root_certificates(CERTIFICATE.to_vec());
    assert_eq!(get(trusting).await, Ok("hello".to_owned()));

    let error = get(Client::builder(base)).await.unwrap_err();
    assert!(error.starts_with("GET /user: no connection that can be trusted: "), "{error}");
    assert!(error.ends_with("invalid peer certificate: UnknownIssuer"), "not tried again: {error}");
}

#[tokio::test]
async fn a_redirect_out_of_tls_is_not_followed() {
    let base = serve(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/2.0/user?t=1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    );
    let error = get(Client::builder(base).root_certificates(CERTIFICATE.to_vec())).await.unwrap_err();
    assert_eq!(error, "GET /user: redirected to http://127.0.0.1:1/2.0/user, which is less safe; not followed");
}
