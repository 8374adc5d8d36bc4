//! A stand-in for Graph with faults that are switched on, and a collection from it.

use std::fmt::{self, Write as _};
use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use credgate::graph::{Access, Cloud, GraphError, Limits, SignIn, Tenant as Live, Wanted, Watch};

use super::server::{Reply, Request, Server, answer, json};
use super::tenant::Tenant;

pub(crate) const TOKEN: &str = "canary-token-of-a-test";

/// A fault: which requests it meets, how often, and what they get.
pub(crate) struct Fault {
    pub(crate) meets: Box<dyn Fn(&Request) -> bool + Send + Sync>,
    pub(crate) times: usize,
    pub(crate) reply: Box<dyn Fn(&Request) -> Reply + Send + Sync>,
}

/// Serves a tenant; faults come first.
pub(crate) fn serve(tenant: Tenant, faults: Vec<Fault>) -> Server {
    let met: Vec<AtomicUsize> = faults.iter().map(|_| AtomicUsize::new(0)).collect();
    Server::in_the_clear(move |request| {
        for (fault, met) in faults.iter().zip(&met) {
            if (fault.meets)(request) && met.fetch_add(1, Ordering::SeqCst) < fault.times {
                return (fault.reply)(request);
            }
        }
        good(&tenant, request)
    })
}

/// What Graph answers where nothing is wrong.
pub(crate) fn good(tenant: &Tenant, request: &Request) -> Reply {
    if request.headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) {
        let (status, body) = super::tenant::error(401, "InvalidAuthenticationToken");
        return json(status, &body);
    }
    let origin = format!("{}://{}", request.scheme, request.headers["host"]);
    let (status, body) = tenant.answer(&origin, &request.path, &request.query);
    if status == 200 && request.path.ends_with("/$count") {
        return answer(200, &[("content-type", "text/plain")], body.as_bytes());
    }
    json(status, &body)
}

/// What a collection said while it ran.
#[derive(Default)]
pub(crate) struct Heard(Mutex<String>);

impl Watch for Heard {
    fn log(&self, line: fmt::Arguments<'_>) {
        let _ = writeln!(self.0.lock().unwrap(), "{line}");
    }

    fn warn(&self, sentence: fmt::Arguments<'_>) {
        let _ = writeln!(self.0.lock().unwrap(), "warning: {sentence}");
    }

    fn progress(&self, _: u64) {}
}

impl Heard {
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// Limits that are the real ones, but for waits that a test can afford.
pub(crate) fn limits() -> Limits {
    Limits {
        total: Duration::from_secs(20),
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_millis(40),
        ..Limits::default()
    }
}

/// A collection that has ended.
pub(crate) struct Collection {
    pub(crate) stream: Result<String, GraphError>,
    pub(crate) heard: String,
}

pub(crate) fn collect(server: &Server) -> Collection {
    collect_within(server, limits())
}

pub(crate) fn collect_within(server: &Server, limits: Limits) -> Collection {
    let cloud = Cloud::named("global")
        .unwrap()
        .with_graph(&server.origin)
        .unwrap();
    let environment = |name: &str| (name == "CREDGATE_ACCESS_TOKEN").then(|| TOKEN.to_owned());
    let sign_in = SignIn::choose(&Wanted::default(), &environment, &cloud).unwrap();
    let heard = Arc::new(Heard::default());
    let live = Live::new(Access {
        cloud,
        sign_in: Arc::new(sign_in),
        limits,
        clock: "2026-11-23T00:00:00Z".parse().unwrap(),
        compares_clocks: false,
        watch: Arc::<Heard>::clone(&heard),
    })
    .unwrap();
    let mut bytes = Vec::new();
    let stream = match live.read().read_to_end(&mut bytes) {
        Ok(_) => Ok(String::from_utf8(bytes).unwrap()),
        Err(error) => {
            let inner = error.get_ref().unwrap().downcast_ref::<GraphError>();
            Err(inner.unwrap().clone())
        }
    };
    let heard = heard.text();
    assert!(!heard.contains("canary"), "{heard}");
    if let Err(error) = &stream {
        assert!(!error.to_string().contains("canary"), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    Collection { stream, heard }
}
