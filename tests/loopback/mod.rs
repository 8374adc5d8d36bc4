//! A stand-in for Microsoft on this machine: an HTTPS server on a loopback address with a certificate authority of its
//! own, a handler that answers, and a log of everything that was received.
//!
//! In: a handler. Out: an origin, a file with the authority's certificate for `SSL_CERT_FILE`, and the log. It speaks
//! HTTP/1.1, over TLS or in the clear, byte by byte as it is told, and nothing of Graph or Entra.

#![allow(dead_code, reason = "each test uses what it needs of it")]

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `https`, or `http` in the clear.
    pub(crate) scheme: &'static str,
    /// `GET`, `POST`, …
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, as long as `content-length` says.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Returns the path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the first header of a name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A step of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Bytes(Vec<u8>),
    Wait(Duration),
    Close,
}

/// What is sent back.
pub(crate) type Reply = Vec<Step>;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The status; 0 closes the connection instead of answering.
    pub(crate) status: u16,
    /// Further headers; `content-length` is written by the server.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Makes an answer of JSON.
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// Makes no answer: the connection is closed.
    pub(crate) fn hang_up() -> Self {
        Self {
            status: 0,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Returns the bytes of the answer, with its length.
    pub(crate) fn steps(&self) -> Reply {
        if self.status == 0 {
            return vec![Step::Close];
        }
        let mut text = format!(
            "HTTP/1.1 {} -\r\ncontent-length: {}\r\n",
            self.status,
            self.body.len()
        );
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        vec![Step::Bytes([text.as_bytes(), &self.body].concat())]
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// An authority that only tests trust, and what a server needs of it.
#[derive(Clone)]
pub(crate) struct Authority {
    configuration: Arc<ServerConfig>,
    /// Its certificate, as PEM.
    pub(crate) pem: String,
}

impl Authority {
    /// Makes an authority, and lets it sign a certificate for 127.0.0.1.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let chain = vec![CertificateDer::from(certificate)];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let configuration = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self {
            configuration: Arc::new(configuration),
            pem,
        }
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server. It ends with the process.
pub(crate) struct Server {
    origin: String,
    authority: PathBuf,
    log: Arc<Mutex<Vec<Request>>>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server over TLS, with an authority of its own.
    pub(crate) fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let authority = Authority::new();
        Self::serve(Some(&authority), move |request| handler(request).steps())
    }

    /// Starts a server on a free port: over TLS, or in the clear.
    pub(crate) fn serve(
        authority: Option<&Authority>,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authority.pem");
        fs::write(&file, authority.map_or("", |authority| &authority.pem)).unwrap();
        let configuration = authority.map(|authority| Arc::clone(&authority.configuration));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let scheme = if configuration.is_some() {
            "https"
        } else {
            "http"
        };
        let origin = format!("{scheme}://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let handler: Arc<Handler> = Arc::new(handler);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (configuration, handler) = (configuration.clone(), Arc::clone(&handler));
                let log = Arc::clone(&log);
                // A client that hangs up, or does not trust the certificate, is no concern of the server.
                thread::spawn(move || connect(stream, configuration, &*handler, &log));
            }
        });
        Self {
            origin,
            authority: file,
            log: kept,
            _folder: folder,
        }
    }

    /// Returns scheme, address and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the file for `SSL_CERT_FILE`.
    pub(crate) fn authority(&self) -> &Path {
        &self.authority
    }

    /// Returns everything that was received so far.
    pub(crate) fn log(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

fn connect(
    stream: TcpStream,
    configuration: Option<Arc<ServerConfig>>,
    handler: &Handler,
    log: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    match configuration {
        None => converse(stream, "http", handler, log),
        Some(configuration) => {
            let connection = ServerConnection::new(configuration).map_err(io::Error::other)?;
            converse(StreamOwned::new(connection, stream), "https", handler, log)
        }
    }
}

fn converse(
    stream: impl Read + Write,
    scheme: &'static str,
    handler: &Handler,
    log: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream, scheme)? {
        log.lock().unwrap().push(request.clone());
        for step in handler(&request) {
            match step {
                Step::Bytes(bytes) => {
                    stream.get_mut().write_all(&bytes)?;
                    stream.get_mut().flush()?;
                }
                Step::Wait(time) => thread::sleep(time),
                Step::Close => return Ok(()),
            }
        }
    }
    Ok(())
}

fn read(stream: &mut BufReader<impl Read>, scheme: &'static str) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request = Request {
        scheme,
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let header = (name.to_ascii_lowercase(), value.trim().to_owned());
        request.headers.push(header);
    }
    let length = request.header("content-length").unwrap_or("0");
    request.body = vec![0; length.parse().unwrap_or(0)];
    stream.read_exact(&mut request.body)?;
    Ok(Some(request))
}
