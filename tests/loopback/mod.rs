//! A stand-in for Microsoft on this machine: an HTTPS server on a loopback address with a certificate authority of its
//! own, a handler that answers, and a log of everything that was received.
//!
//! In: a handler. Out: an origin, a file with the authority's certificate for `SSL_CERT_FILE`, and the log. It speaks
//! HTTP/1.1 and nothing of Graph or Entra.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Request {
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

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running server. It ends with the process.
pub(crate) struct Server {
    origin: String,
    authority: PathBuf,
    log: Arc<Mutex<Vec<Request>>>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("authority.pem");
        let configuration = Arc::new(configuration(&authority));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let handler = Arc::new(handler);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let configuration = Arc::clone(&configuration);
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
                // A client that hangs up, or does not trust the certificate, is no concern of the server.
                thread::spawn(move || serve(stream, configuration, &*handler, &log));
            }
        });
        Self {
            origin,
            authority,
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

/// Makes an authority, writes its certificate into a file, and lets it sign one for 127.0.0.1.
fn configuration(authority: &Path) -> ServerConfig {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    fs::write(authority, params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let chain = vec![CertificateDer::from(certificate)];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}

fn serve(
    stream: TcpStream,
    configuration: Arc<ServerConfig>,
    handler: &dyn Fn(&Request) -> Response,
    log: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let connection = ServerConnection::new(configuration).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(request) = read(&mut stream)? {
        log.lock().unwrap().push(request.clone());
        match handler(&request) {
            Response { status: 0, .. } => break,
            response => write(stream.get_mut(), &response)?,
        }
    }
    Ok(())
}

fn read(
    stream: &mut BufReader<StreamOwned<ServerConnection, TcpStream>>,
) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request = Request {
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

fn write(stream: &mut impl io::Write, response: &Response) -> io::Result<()> {
    let mut text = format!("HTTP/1.1 {} x\r\n", response.status);
    for (name, value) in &response.headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    let length = response.body.len().to_string();
    text.extend(["content-length: ", &length, "\r\n\r\n"]);
    stream.write_all(text.as_bytes())?;
    stream.write_all(&response.body)?;
    stream.flush()
}
