//! What one file of a policy says, as far as it can be read.
//!
//! In: text. Out: a [`Draft`] and the faults in it. Where the whole is no sound document, `inspect` finds everything
//! that is wrong with it, and the parts in which no fault lies are saved, so that what they say together can be checked
//! in the same run. Nothing passes because it was saved: a fault is a fault.

use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::collection::List;
use super::document::{
    ExceptionDocument, ExceptionsDocument, Extends, GovernanceDocument, PolicyDocument,
    WindowDocument, exceptions_schema, schema,
};
use super::entry_places::EntryPlaces;
use super::exceptions_fault::ExceptionsFault;
use super::exceptions_path::ExceptionsPath;
use super::fault::Fault;
use super::inspect::{Subject, inspect};
use super::rules_document::RulesDocument;
use super::scalar::Scalar;
use super::spans::{Bytes, Entry, Kind, Node, Place};
use super::typed::{Mismatch, typed};
use super::{EntryKind, Issuer, exceptions_json, yaml};
use crate::finding::RuleId;
use crate::model::TenantId;

/// What a file is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A policy.
    Policy,
    /// A file that a policy names under `exceptions-from`.
    Exceptions,
}

/// What `inspect` compares with; a sound file never asks for it.
static POLICY_SCHEMA: LazyLock<Value> = LazyLock::new(schema);
static EXCEPTIONS_SCHEMA: LazyLock<Value> = LazyLock::new(exceptions_schema);

/// The sound parts of one file.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) tenant: Option<TenantId>,
    pub(super) extends: Option<Extends>,
    pub(super) rules: RulesDocument,
    pub(super) exceptions: Vec<Placed<ExceptionDocument>>,
    pub(super) exceptions_from: Vec<ExceptionsPath>,
    pub(super) windows: Vec<Placed<WindowDocument>>,
    pub(super) issuers: Option<Vec<Issuer>>,
    pub(super) governance: GovernanceDocument,
    /// Whether nothing is lost but exceptions and windows: what is absent here is then absent in the file.
    pub(super) is_whole: bool,
    pub(super) keys: Keys,
}

impl Draft {
    /// Makes the draft of an exceptions file.
    fn of(exceptions: Vec<Placed<ExceptionDocument>>) -> Self {
        Self {
            exceptions,
            ..Self::default()
        }
    }
}

/// Where the keys stand that findings point at. Only a sound file has them: no other one makes a policy.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) extends: Option<Place>,
    /// By the rule's id, in the order of the file.
    rules: Vec<(Box<str>, Place)>,
    /// The keys of the file, and those under `governance` behind it and a slash.
    others: Vec<(Box<str>, Place)>,
}

impl Keys {
    fn of(root: &Node<'_>) -> Self {
        let rules = root
            .get("rules")
            .map_or(&[][..], |rules| rules.value.entries());
        Self {
            extends: root.get("extends").map(|extends| extends.place),
            rules: rules
                .iter()
                .map(|rule| (rule.key.as_ref().into(), rule.place))
                .collect(),
            others: others(root),
        }
    }

    /// Returns where another key stands: one of the file, or one under `governance`, such as `governance/require`.
    pub(super) fn other(&self, key: &str) -> Option<Place> {
        let mut others = self.others.iter();
        others.find_map(|(known, place)| (**known == *key).then_some(*place))
    }

    /// Returns where a rule is listed.
    pub(super) fn rule(&self, rule: RuleId) -> Option<Place> {
        let mut rules = self.rules.iter();
        rules.find_map(|(id, place)| (**id == *rule.0).then_some(*place))
    }
}

fn others(root: &Node<'_>) -> Vec<(Box<str>, Place)> {
    let mut others = Vec::new();
    for entry in root.entries() {
        others.push((entry.key.as_ref().into(), entry.place));
        if entry.key == "governance" {
            let limits = entry.value.entries().iter();
            others.extend(limits.map(|limit| {
                let key = format!("governance/{}", limit.key);
                (key.into(), limit.place)
            }));
        }
    }
    others
}

/// An entry of a list, and where it stands.
#[derive(Debug)]
pub(super) struct Placed<T> {
    /// Counted from zero.
    pub(super) index: usize,
    pub(super) places: EntryPlaces,
    pub(super) document: T,
}

/// Reads one file.
pub(super) fn read(text: &str, form: Form) -> (Draft, Vec<(Bytes, Fault)>) {
    if form == Form::Exceptions
        && let Some(exceptions) = exceptions_json::read(text)
    {
        return (Draft::of(exceptions), Vec::new());
    }
    read_yaml(text, form)
}

/// Reads one file, and finds all that is wrong with it.
pub(super) fn read_yaml(text: &str, form: Form) -> (Draft, Vec<(Bytes, Fault)>) {
    let mut reading = yaml::read(text);
    let Some(root) = reading.root.filter(|root| root.kind != Kind::Null) else {
        if reading.faults.is_empty() {
            reading.faults.push((0..0, form.empty()));
        }
        return (Draft::default(), reading.faults);
    };
    if reading.faults.is_empty()
        && let Ok(draft) = form.whole(&root)
    {
        return (draft, Vec::new());
    }
    match form {
        Form::Policy => inspect(&root, &POLICY_SCHEMA, Subject::Policy, &mut reading.faults),
        Form::Exceptions => inspect(
            &root,
            &EXCEPTIONS_SCHEMA,
            Subject::Exceptions,
            &mut reading.faults,
        ),
    }
    Rescue::new(reading.faults).draft(&root, form)
}

impl Form {
    fn empty(self) -> Fault {
        match self {
            Self::Policy => Fault::Empty,
            Self::Exceptions => ExceptionsFault::Empty.into(),
        }
    }

    /// Reads a file in which nothing is wrong.
    fn whole(self, root: &Node<'_>) -> Result<Draft, Mismatch> {
        match self {
            Self::Policy => typed::<PolicyDocument>(root).map(|policy| whole(policy, root)),
            Self::Exceptions => typed::<ExceptionsDocument>(root).map(|file| {
                let list = root.get("exceptions");
                Draft::of(placed(file.exceptions, list, EntryKind::Exception))
            }),
        }
    }
}

fn whole(document: PolicyDocument, root: &Node<'_>) -> Draft {
    Draft {
        tenant: document.tenant.0.map(|tenant| tenant.0),
        extends: document.extends.0.map(|extends| extends.0),
        rules: document.rules,
        exceptions: placed(
            document.exceptions,
            root.get("exceptions"),
            EntryKind::Exception,
        ),
        exceptions_from: document.exceptions_from.0.map(paths).unwrap_or_default(),
        windows: placed(
            document.migration_windows,
            root.get("migration-windows"),
            EntryKind::Window,
        ),
        issuers: document.issuers.0.map(issuers),
        governance: document.governance,
        is_whole: true,
        keys: Keys::of(root),
    }
}

fn paths(list: List<Scalar<ExceptionsPath>>) -> Vec<ExceptionsPath> {
    list.0.into_iter().map(|path| path.0).collect()
}

fn issuers(list: List<Scalar<Issuer>>) -> Vec<Issuer> {
    list.0.into_iter().map(|issuer| issuer.0).collect()
}

fn placed<T>(documents: Vec<T>, list: Option<&Entry<'_>>, kind: EntryKind) -> Vec<Placed<T>> {
    let items = list.map_or(&[][..], |entry| entry.value.items());
    let placed = documents.into_iter().zip(items).enumerate();
    placed
        .map(|(index, (document, item))| Placed {
            index,
            places: EntryPlaces::of(item, kind),
            document,
        })
        .collect()
}

/// Reads the parts in which no fault lies.
struct Rescue {
    faults: Vec<(Bytes, Fault)>,
    /// Where the faults begin, in order.
    starts: Vec<usize>,
}

impl Rescue {
    fn new(faults: Vec<(Bytes, Fault)>) -> Self {
        let mut starts: Vec<usize> = faults.iter().map(|(bytes, _)| bytes.start).collect();
        starts.sort_unstable();
        Self { faults, starts }
    }

    fn draft(mut self, root: &Node<'_>, form: Form) -> (Draft, Vec<(Bytes, Fault)>) {
        let draft = match form {
            Form::Policy => self.policy(root),
            Form::Exceptions => {
                let list = root.get("exceptions");
                let sound = list.map(|list| self.entries(&list.value, EntryKind::Exception));
                Draft::of(sound.unwrap_or_default())
            }
        };
        if self.faults.is_empty() {
            // The typed reading decides; that the inspection finds nothing never makes a policy sound.
            let reason = form
                .whole(root)
                .map_or_else(|error| error.to_string(), |_| String::new());
            self.faults
                .push((root.bytes.clone(), Fault::UnreadableValue { reason }));
        }
        (draft, self.faults)
    }

    fn policy(&mut self, root: &Node<'_>) -> Draft {
        let mut draft = Draft::default();
        for Entry { key, value, .. } in root.entries() {
            match key.as_ref() {
                "tenant" => draft.tenant = self.read(value).map(|Scalar(tenant)| tenant),
                "extends" => draft.extends = self.read(value).map(|Scalar(extends)| extends),
                "issuers" => draft.issuers = self.read(value).map(issuers),
                "governance" => draft.governance = self.read(value).unwrap_or_default(),
                "rules" => draft.rules = self.rules(value),
                "exceptions" => draft.exceptions = self.entries(value, EntryKind::Exception),
                "exceptions-from" => {
                    draft.exceptions_from = self.read(value).map(paths).unwrap_or_default();
                }
                "migration-windows" => draft.windows = self.entries(value, EntryKind::Window),
                _ => {}
            }
        }
        let lists = ["exceptions", "exceptions-from", "migration-windows"];
        draft.is_whole = self.spares_all_but(root, &lists);
        draft
    }

    fn is_sound(&self, bytes: &Bytes) -> bool {
        let before = self.starts.partition_point(|&start| start < bytes.start);
        // The end is included, because a value that is missing is an empty range.
        self.starts
            .get(before)
            .is_none_or(|&start| start > bytes.end)
    }

    /// Tells whether all faults lie in the values of these keys.
    fn spares_all_but(&self, root: &Node<'_>, keys: &[&str]) -> bool {
        let lists: Vec<&Entry<'_>> = keys.iter().filter_map(|key| root.get(key)).collect();
        let is_inside = |start: &usize| {
            let mut lists = lists.iter();
            lists.any(|list| list.value.bytes.contains(start))
        };
        self.starts.iter().all(is_inside)
    }

    fn entries<T: DeserializeOwned>(&mut self, list: &Node<'_>, kind: EntryKind) -> Vec<Placed<T>> {
        let mut entries = Vec::new();
        for (index, item) in list.items().iter().enumerate() {
            if let Some(document) = self.read(item) {
                entries.push(Placed {
                    index,
                    places: EntryPlaces::of(item, kind),
                    document,
                });
            }
        }
        entries
    }

    fn rules(&mut self, node: &Node<'_>) -> RulesDocument {
        let is_sound =
            |entry: &&Entry<'_>| self.is_sound(&(entry.key_bytes.start..entry.value.bytes.end));
        let sound: Vec<_> = node.entries().iter().filter(is_sound).cloned().collect();
        let sound = Node {
            kind: Kind::Map(sound),
            ..node.clone()
        };
        self.typed(&sound).unwrap_or_default()
    }

    fn read<T: DeserializeOwned>(&mut self, node: &Node<'_>) -> Option<T> {
        if self.is_sound(&node.bytes) {
            self.typed(node)
        } else {
            None
        }
    }

    fn typed<T: DeserializeOwned>(&mut self, node: &Node<'_>) -> Option<T> {
        match typed(node) {
            Ok(value) => Some(value),
            Err(error) => {
                let reason = error.to_string();
                self.faults
                    .push((node.bytes.clone(), Fault::UnreadableValue { reason }));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<Fault> {
        let (_, faults) = read(text, Form::Policy);
        faults.into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn a_sound_text_has_no_faults() {
        assert_eq!(faults("version: 1\nrules: { secret-age: {} }\n"), []);
    }

    #[test]
    fn sound_rules_are_saved_beside_a_faulty_one() {
        let text = "version: 1\nrules: { secret-age: {}, secrets-only: [] }\n";
        let (draft, faults) = read(text, Form::Policy);
        assert_eq!((faults.len(), draft.is_whole), (1, false));
        assert!(draft.rules.get(RuleId("secret-age")).is_some());
    }

    #[test]
    fn only_the_faulty_exception_is_left_out() {
        let exception = "{ id: a, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], \
                         reason: x, granted: 2026-09-01, expires: 2026-09-02 }";
        let text = format!(
            "version: 1\nexceptions: [{}, {exception}]\n",
            exception.replace("reason", "raisin")
        );
        let (draft, faults) = read(&text, Form::Policy);
        assert_eq!(
            draft
                .exceptions
                .iter()
                .map(|entry| entry.index)
                .collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(
            faults.len(),
            2,
            "unknown `raisin`, missing `reason`: {faults:?}"
        );
    }
}
