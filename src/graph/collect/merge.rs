//! Puts together what several lists say about one object, and drops what comes twice.
//!
//! In: records in any order, from overlapping parts of a list, and federated credentials from a list of their own. Out:
//! each object once, as a line, as soon as all is known of it. An object that comes twice with different facts changed
//! while it was read.

use uuid::Uuid;

use super::record::{self, Key, Record, Stated};
use crate::graph::answer::{IF_IT_STAYS, again, unusable};
use crate::graph::error::{Cause, GraphError};
use crate::keyed::KeyedMap;

/// What was met of an object.
#[derive(Clone, Copy, Default)]
struct Met {
    facts: Option<u64>,
    federated: Option<u64>,
}

/// The objects of one list.
pub(super) struct Merge {
    /// Whether an object waits for its federated credentials.
    needs_federated: bool,
    needs_owners: bool,
    met: KeyedMap<Key, Met>,
    lines: KeyedMap<Key, String>,
    federated: KeyedMap<Key, String>,
    stated: Option<Stated>,
    /// The bytes of `lines` and `federated`.
    waiting: usize,
    most_held: usize,
    ready: Lines,
    complete: u64,
    objects: u64,
}

/// Lines that are ready to be handed over.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) text: String,
    pub(super) count: u64,
}

impl Merge {
    pub(super) fn new(needs_federated: bool, needs_owners: bool, most_held: usize) -> Self {
        Self {
            needs_federated,
            needs_owners,
            met: KeyedMap::default(),
            lines: KeyedMap::default(),
            federated: KeyedMap::default(),
            stated: None,
            waiting: 0,
            most_held,
            ready: Lines::default(),
            complete: 0,
            objects: 0,
        }
    }

    /// Receives an object; says whether it is new.
    pub(super) fn object(&mut self, record: Record) -> Result<bool, GraphError> {
        let Record {
            key,
            digest,
            line,
            stated,
            shows_owners,
            ..
        } = record;
        let expected = *self.stated.get_or_insert(stated);
        if let Some(member) = record::unstated(!(expected ^ stated)).next() {
            return Err(partial(member));
        }
        let met = self.met.entry(key).or_default();
        match met.facts {
            Some(known) if known == digest => return Ok(false),
            Some(_) => return Err(changed(key)),
            None if self.needs_owners && !shows_owners => return Err(partial("owners")),
            None => met.facts = Some(digest),
        }
        self.objects += 1;
        if !self.needs_federated {
            self.ready.push(&line, None);
            self.complete += 1;
        } else if let Some(federated) = self.federated.remove(&key) {
            self.waiting -= federated.len();
            self.ready.push(&line, Some(&federated));
            self.complete += 1;
        } else {
            self.waiting += line.len();
            self.lines.insert(key, line);
        }
        self.check_size()?;
        Ok(true)
    }

    /// Receives the federated credentials of an object, as JSON.
    pub(super) fn federated(
        &mut self,
        key: Key,
        digest: u64,
        credentials: String,
    ) -> Result<(), GraphError> {
        let met = self.met.entry(key).or_default();
        match met.federated {
            Some(known) if known == digest => return Ok(()),
            Some(_) => return Err(changed(key)),
            None => met.federated = Some(digest),
        }
        if let Some(line) = self.lines.remove(&key) {
            self.waiting -= line.len();
            self.ready.push(&line, Some(&credentials));
            self.complete += 1;
        } else {
            self.waiting += credentials.len();
            self.federated.insert(key, credentials);
        }
        self.check_size()
    }

    fn check_size(&self) -> Result<(), GraphError> {
        if self.held() <= self.most_held {
            return Ok(());
        }
        Err(GraphError::new(
            Cause::Limit,
            format!(
                "limit of {} MiB reached by objects that wait until everything is known of them",
                self.most_held >> 20
            ),
            IF_IT_STAYS,
        ))
    }

    /// Returns how many bytes are held here.
    pub(super) const fn held(&self) -> usize {
        self.waiting + self.ready.text.len()
    }

    /// Names the members that no object has.
    pub(super) fn unstated(&self) -> impl Iterator<Item = &'static str> {
        self.stated.into_iter().flat_map(record::unstated)
    }

    /// Takes the lines that are ready.
    pub(super) fn ready(&mut self) -> Lines {
        std::mem::take(&mut self.ready)
    }

    /// Returns the objects that still wait for their federated credentials.
    pub(super) fn waiting(&self) -> Vec<Key> {
        let mut waiting: Vec<Key> = self.lines.keys().copied().collect();
        waiting.sort_unstable();
        waiting
    }

    /// Returns how many objects wait for their federated credentials.
    pub(super) fn waiting_count(&self) -> usize {
        self.lines.len()
    }

    /// Tells whether there are federated credentials of objects that were not met.
    pub(super) fn has_strangers(&self) -> bool {
        !self.federated.is_empty()
    }

    /// Tells whether lines are ready.
    pub(super) const fn is_ready(&self) -> bool {
        self.ready.count > 0
    }

    /// Returns how many objects were met.
    pub(super) const fn objects(&self) -> u64 {
        self.objects
    }

    /// Tells whether an object was met.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.met.get(&key).is_some_and(|met| met.facts.is_some())
    }

    /// Returns how many objects were handed over.
    pub(super) const fn complete(&self) -> u64 {
        self.complete
    }
}

impl Lines {
    fn push(&mut self, line: &str, federated: Option<&str>) {
        match federated {
            None => self.text.push_str(line),
            Some(federated) => {
                // The line is an object, and not an empty one.
                self.text.push_str(line.strip_suffix('}').unwrap_or(line));
                self.text.push_str(r#","federatedIdentityCredentials":"#);
                self.text.push_str(federated);
                self.text.push('}');
            }
        }
        self.text.push('\n');
        self.count += 1;
    }
}

fn changed(key: Uuid) -> GraphError {
    again(format!(
        "the object {key} came twice with different facts: it changed while the tenant was read"
    ))
}

fn partial(member: &str) -> GraphError {
    unusable(format_args!(
        "`{member}` is missing on some objects and not on others"
    ))
}
