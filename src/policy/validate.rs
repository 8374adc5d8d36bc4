//! What the parts of a policy say together.
//!
//! In: the drafts of all its files, and the rules there are. Out: the [`Policy`], or every problem. This is the only
//! place that makes a `Policy`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::collection::Scope;
use super::document::{ExceptionDocument, WindowDocument};
use super::draft::{Draft, Placed};
use super::extends::{Chain, ChainFile};
use super::fault::Fault;
use super::governance::Governance;
use super::problem::{Places, Problem};
use super::rules_document::RuleOverride;
use super::scalar::{Scalar, Text};
use super::spans::Place;
use super::{
    Exception, Issuers, Policy, PolicyError, PolicyFile, RulePlace, RuleSetting, Window,
    WindowScope, Written,
};
use crate::finding::{ExceptionId, RuleDescriptor, RuleId, WindowId};
use crate::model::TenantId;

/// The control of the rules about the policy itself: always on, and no active rule by themselves.
const ABOUT_POLICY: &str = "policy";

/// The keys besides rules and entries whose places are kept.
const PLACED_KEYS: [&str; 10] = [
    "tenant",
    "issuers",
    "extends",
    "rules",
    "exceptions",
    "migration-windows",
    "governance",
    "governance/exception-max-term",
    "governance/window-max-term",
    "governance/require",
];

/// Checks a chain of files as a whole.
pub(super) fn validate(
    chain: Chain,
    descriptors: &[&'static RuleDescriptor],
) -> Result<Policy, PolicyError> {
    let Chain {
        files,
        drafts,
        mut problems,
        paths,
        is_whole,
    } = chain;
    let places = Places::of(&files);
    let tenant = tenant(&drafts, &places, &mut problems);
    let rules = rules(&drafts, descriptors);
    let rule_places = rule_places(&drafts, &files, &rules);
    let key_places = key_places(&drafts, &files);
    if is_whole && !is_any_active(&rules, descriptors) {
        problems.push(Problem::at_value(
            0,
            "/rules".to_owned(),
            Fault::NoActiveRule,
        ));
    }
    let governance = Governance::merge(&drafts, is_whole, &places, &mut problems);
    check_entries(&drafts, &governance, &files, &mut problems);
    if !problems.is_empty() {
        return Err(PolicyError::new(&places, &problems, paths));
    }
    let described = files
        .iter()
        .zip(&drafts)
        .map(|(file, draft)| policy_file(file, draft));
    let files = described.collect();
    let issuers = drafts.iter().find_map(|draft| draft.issuers.clone());
    let issuers = issuers.map(Issuers::new);
    let (exceptions, windows) = entries(drafts);
    Ok(Policy {
        tenant,
        issuers,
        rules,
        governance,
        rule_places,
        key_places,
        exceptions,
        windows,
        files,
        paths,
    })
}

/// A base policy may name the tenant for all that extend it; two tenants are a mistake, whichever is meant.
fn tenant(drafts: &[Draft], places: &Places<'_>, problems: &mut Vec<Problem>) -> Option<TenantId> {
    let mut named = drafts
        .iter()
        .enumerate()
        .filter_map(|(file, draft)| Some((file, draft.tenant?)));
    let (first, tenant) = named.next()?;
    for (file, other) in named.filter(|&(_, other)| other != tenant) {
        let other = format!("{other}, at {}", places.name(file, "/tenant"));
        problems.push(Problem::at_value(
            first,
            "/tenant".to_owned(),
            Fault::TenantConflict { other },
        ));
    }
    Some(tenant)
}

fn rules(drafts: &[Draft], descriptors: &[&'static RuleDescriptor]) -> Vec<RuleSetting> {
    let settings = descriptors
        .iter()
        .map(|descriptor| setting(drafts, descriptor));
    settings.flatten().collect()
}

/// Returns where each rule is written: in the nearest file that lists it. What only a preset lists stands where the preset
/// is named.
fn rule_places(
    drafts: &[Draft],
    files: &[ChainFile],
    rules: &[RuleSetting],
) -> Vec<(RuleId, RulePlace)> {
    let place = |rule: RuleId| {
        let (mut file, mut place) = drafts
            .iter()
            .enumerate()
            .find_map(|(file, draft)| Some((file, draft.keys.rule(rule)?)))?;
        while file > 0 && files.get(file).is_some_and(|file| file.is_preset) {
            file -= 1;
            place = drafts.get(file)?.keys.extends?;
        }
        let Place { line, column } = place;
        Some(RulePlace { file, line, column })
    };
    let listed = rules.iter().map(|setting| setting.rule);
    listed
        .map(|rule| (rule, place(rule).unwrap_or(RulePlace::BEGINNING)))
        .collect()
}

/// Returns where the other keys are written: each in the nearest file that has it. Nobody can open a preset.
fn key_places(drafts: &[Draft], files: &[ChainFile]) -> Vec<(&'static str, RulePlace)> {
    let own = || {
        let drafts = drafts.iter().zip(files).enumerate();
        drafts.filter(|(_, (_, file))| !file.is_preset)
    };
    let place = |key: &&'static str| {
        let (file, place) =
            own().find_map(|(file, (draft, _))| Some((file, draft.keys.other(key)?)))?;
        let Place { line, column } = place;
        Some((*key, RulePlace { file, line, column }))
    };
    PLACED_KEYS.iter().filter_map(place).collect()
}

fn is_any_active(settings: &[RuleSetting], descriptors: &[&'static RuleDescriptor]) -> bool {
    let is_about_tenant = |setting: &RuleSetting| {
        let mut own = descriptors
            .iter()
            .filter(|descriptor| descriptor.id == setting.rule);
        own.any(|descriptor| descriptor.control != ABOUT_POLICY)
    };
    let mut active = settings.iter().filter(|setting| setting.level.is_some());
    active.any(is_about_tenant)
}

/// Returns what the files say about a rule, the nearest first, and the rule's own words where they say nothing.
fn setting(drafts: &[Draft], descriptor: &RuleDescriptor) -> Option<RuleSetting> {
    let written = drafts
        .iter()
        .filter_map(|draft| draft.rules.get(descriptor.id));
    let written = written.reduce(RuleOverride::or);
    let written = if descriptor.control == ABOUT_POLICY {
        Some(written.unwrap_or_default())
    } else {
        written
    }?;
    let defaults = descriptor.defaults;
    Some(RuleSetting {
        rule: descriptor.id,
        level: written
            .level
            .map_or(Some(descriptor.default_level), |switch| switch.0),
        evidence: written.evidence.unwrap_or_default(),
        max: defaults.max.map(|max| written.max.unwrap_or(max)),
        within: defaults
            .within
            .map(|within| written.within.unwrap_or(within)),
        alternatives: written.alternatives.unwrap_or_default(),
    })
}

fn check_entries(
    drafts: &[Draft],
    governance: &Governance,
    files: &[ChainFile],
    problems: &mut Vec<Problem>,
) {
    let mut exceptions = Ids::new("exception", files);
    let mut windows = Ids::new("window", files);
    for (file, draft) in drafts.iter().enumerate() {
        for Placed {
            index,
            places,
            document,
        } in &draft.exceptions
        {
            let repeated = exceptions.add(&document.id.0.0, file, places.start);
            let faults = repeated
                .into_iter()
                .chain(governance.exception_faults(document));
            problems.extend(faults.map(|(key, fault)| at("exceptions", file, *index, key, fault)));
        }
        for Placed {
            index,
            places,
            document,
        } in &draft.windows
        {
            let repeated = windows.add(&document.id.0.0, file, places.start);
            let faults = repeated
                .into_iter()
                .chain(governance.window_faults(document));
            problems.extend(
                faults.map(|(key, fault)| at("migration-windows", file, *index, key, fault)),
            );
        }
    }
}

fn at(list: &str, file: usize, index: usize, key: &str, fault: Fault) -> Problem {
    Problem::at_value(file, format!("/{list}/{index}/{key}"), fault)
}

/// The ids of one kind of entry, over all files, and where each is used first.
struct Ids<'chain> {
    kind: &'static str,
    files: &'chain [ChainFile],
    first: BTreeMap<&'chain str, (usize, Place)>,
}

impl<'chain> Ids<'chain> {
    const fn new(kind: &'static str, files: &'chain [ChainFile]) -> Self {
        Self {
            kind,
            files,
            first: BTreeMap::new(),
        }
    }

    /// Adds an id; returns what is wrong, and the key at which it is wrong, where it is there already.
    fn add(&mut self, id: &'chain str, file: usize, start: Place) -> Option<(&'static str, Fault)> {
        let (file, first) = match self.first.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert((file, start));
                return None;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let other = self.files.get(file)?.at_line(first.line);
        Some((
            "id",
            Fault::RepeatedId {
                kind: self.kind,
                id: id.to_owned(),
                other,
            },
        ))
    }
}

fn policy_file(file: &ChainFile, draft: &Draft) -> PolicyFile {
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(&file.text) {
        let written = write!(sha256, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    PolicyFile {
        name: file.name.clone(),
        sha256,
        own_exceptions: file.path.clone().filter(|_| file.is_own_exceptions),
        exceptions: draft
            .exceptions
            .iter()
            .map(|placed| placed.places)
            .collect(),
        windows: draft.windows.iter().map(|placed| placed.places).collect(),
    }
}

fn entries(drafts: Vec<Draft>) -> (Vec<Exception>, Vec<Window>) {
    let (mut exceptions, mut windows) = (Vec::new(), Vec::new());
    for (file, draft) in drafts.into_iter().enumerate() {
        let written = |index| Written { file, index };
        exceptions.extend(
            draft
                .exceptions
                .into_iter()
                .map(|own| exception(own.document, written(own.index))),
        );
        windows.extend(
            draft
                .windows
                .into_iter()
                .map(|own| window(own.document, written(own.index))),
        );
    }
    (exceptions, windows)
}

fn exception(document: ExceptionDocument, written: Written) -> Exception {
    let rules = document.rules.0.into_iter();
    Exception {
        id: ExceptionId(document.id.0.0),
        applications: plain(document.applications.0),
        rules: rules.map(|rule| rule.0.0).collect(),
        credentials: document
            .credentials
            .0
            .map(|credentials| sorted(credentials.0)),
        reason: document.reason.0.0,
        owner: document.owner.0.map(text),
        approved_by: document.approved_by.0.map(text),
        ticket: document.ticket.0.map(text),
        granted: document.granted.0,
        expires: document.expires.0,
        extended: document
            .extended
            .0
            .map(|ends| plain(ends.0))
            .unwrap_or_default(),
        written,
    }
}

fn window(document: WindowDocument, written: Written) -> Window {
    let closes = document.closes.0;
    Window {
        id: WindowId(document.id.0.0),
        applications: match document.applications {
            Scope::All => WindowScope::All,
            Scope::Listed(applications) => WindowScope::Listed(sorted(applications.0)),
        },
        reason: document.reason.0.0,
        owner: document.owner.0.map(text),
        approved_by: document.approved_by.0.map(text),
        ticket: document.ticket.0.map(text),
        opens: document.opens.0,
        certificate_by: document.certificate_by.0.map_or(closes, |by| by.0),
        closes,
        written,
    }
}

fn plain<T>(scalars: Vec<Scalar<T>>) -> Vec<T> {
    scalars.into_iter().map(|scalar| scalar.0).collect()
}

fn sorted<T: Ord>(scalars: Vec<Scalar<T>>) -> Vec<T> {
    let mut plain = plain(scalars);
    plain.sort_unstable();
    plain
}

fn text(scalar: Scalar<Text>) -> Box<str> {
    scalar.0.0
}
