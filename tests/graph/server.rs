//! A server on loopback that answers as it is told, byte by byte, over TLS or in the clear, and keeps a log of everything
//! that was sent to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) scheme: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What is sent back.
pub(crate) enum Step {
    Bytes(Vec<u8>),
    Wait(Duration),
    Close,
}

pub(crate) type Reply = Vec<Step>;

/// Answers with a status, headers and a body of the length that is announced.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    vec![Step::Bytes([head.as_bytes(), body].concat())]
}

pub(crate) fn json(status: u16, body: &str) -> Reply {
    let headers = [
        (
            "content-type",
            "application/json;odata.metadata=minimal;charset=utf-8",
        ),
        ("request-id", "0b8f1e4c-1111-4222-8333-444455556666"),
    ];
    answer(status, &headers, body.as_bytes())
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server that runs until the test ends.
pub(crate) struct Server {
    pub(crate) origin: String,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn in_the_clear(
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(None, Arc::new(handler))
    }

    pub(crate) fn over_tls(
        tls: &Arc<ServerConfig>,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::clone(tls)), Arc::new(handler))
    }

    fn start(tls: Option<Arc<ServerConfig>>, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, handler, log) = (tls.clone(), Arc::clone(&handler), Arc::clone(&kept));
                thread::spawn(move || match tls {
                    None => serve(stream, "http", &*handler, &log),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).unwrap();
                        serve(
                            StreamOwned::new(connection, stream),
                            "https",
                            &*handler,
                            &log,
                        );
                    }
                });
            }
        });
        Self { origin, log }
    }

    /// Returns what was sent here.
    pub(crate) fn log(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

/// A certificate for this machine's address, and the authority that signed it, as PEM.
pub(crate) fn certificate() -> (Arc<ServerConfig>, String) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (Arc::new(config), root.pem())
}

trait Connection: Read + Write {}
impl Connection for TcpStream {}
impl Connection for StreamOwned<ServerConnection, TcpStream> {}

fn serve(
    stream: impl Connection,
    scheme: &'static str,
    handler: &Handler,
    log: &Mutex<Vec<Request>>,
) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader, scheme) {
        log.lock().unwrap().push(request.clone());
        for step in handler(&request) {
            let sent = match step {
                Step::Bytes(bytes) => reader
                    .get_mut()
                    .write_all(&bytes)
                    .and_then(|()| reader.get_mut().flush()),
                Step::Wait(time) => {
                    thread::sleep(time);
                    Ok(())
                }
                Step::Close => return,
            };
            if sent.is_err() {
                return;
            }
        }
    }
}

fn read(reader: &mut impl std::io::BufRead, scheme: &'static str) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request {
        scheme,
        method,
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
