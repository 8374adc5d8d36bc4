//! Where results stand: the names of the files, each encoded once.
//!
//! In: a report and its findings. Out: for each the location of its file. What lies outside of the current folder is not
//! in the repository, and its name may be another one on each runner, which would be another alert; such a result stands
//! where the policy lists the rule. An inventory may be a folder with a file for each application; where their names
//! together would make the log too large, what is left stands there, too.

use super::limits::FILE_NAMES;
use super::uri;
use crate::finding::Finding;
use crate::internal::OrInternal as _;
use crate::report::{Location, Report};

/// How many files are remembered; the inventory, the policy and what it extends are few.
const REMEMBERED: usize = 16;

/// The names of files that were met, and the room that is left for others.
pub(super) struct Places<'report> {
    report: &'report Report,
    /// The files that were met last, with their artifact locations as JSON.
    known: Vec<(&'report str, String)>,
    /// The name that was new last: what it shares with the next one compresses well.
    before: &'report str,
    room: usize,
}

/// Where one result stands.
pub(super) struct Stand<'places> {
    /// The artifact location as JSON.
    pub(super) artifact: &'places str,
    /// One-based.
    pub(super) line: u32,
    /// One-based, in characters.
    pub(super) column: u32,
    /// Whether the name of the finding's own file had no room.
    is_cut: bool,
}

impl<'report> Places<'report> {
    pub(super) fn new(report: &'report Report) -> Self {
        Self {
            report,
            known: Vec::new(),
            before: "",
            room: FILE_NAMES,
        }
    }

    /// Returns where a finding stands in the log.
    pub(super) fn of(&mut self, finding: &Finding) -> Stand<'_> {
        let own = self.report.place(finding);
        let own = own.filter(|place| uri::is_inside(place.file));
        let place = own.filter(|place| self.has_room(place.file));
        let is_cut = own.is_some() && place.is_none();
        let place = place
            .or_else(|| self.report.rule_place(&self.report.rule(finding)))
            .unwrap_or(Location {
                file: &self.report.policy.path,
                line: 1,
                column: 1,
            });
        Stand {
            artifact: self.artifact(place.file),
            line: place.line,
            column: place.column,
            is_cut,
        }
    }

    /// Returns how many of these findings do not stand at their own place, because its name has no room.
    pub(super) fn elsewhere(
        report: &'report Report,
        findings: impl Iterator<Item = &'report Finding>,
    ) -> usize {
        let mut places = Self::new(report);
        findings.filter(|finding| places.of(finding).is_cut).count()
    }

    /// Tells whether the name of a file may be written, and counts it.
    fn has_room(&mut self, file: &'report str) -> bool {
        if self.known.iter().any(|(known, _)| *known == file) {
            return true;
        }
        let pairs = file.bytes().zip(self.before.bytes());
        let shared = pairs.take_while(|(one, other)| one == other).count();
        // A byte that must be encoded takes three.
        let new = file.bytes().skip(shared);
        let cost: usize = new
            .map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 })
            .sum();
        let left = self.room.checked_sub(cost);
        if let Some(left) = left {
            self.room = left;
            self.before = file;
        }
        left.is_some()
    }

    fn artifact(&mut self, file: &'report str) -> &str {
        let at = self.known.iter().position(|(known, _)| *known == file);
        if at.is_none() && self.known.len() == REMEMBERED {
            self.known.remove(0);
        }
        let at = at.unwrap_or_else(|| {
            let artifact = serde_json::to_string(&uri::location(file));
            let artifact = artifact.or_internal("the name of a file can be written");
            self.known.push((file, artifact));
            self.known.len() - 1
        });
        let (_, artifact) = self.known.get(at).or_internal("it was put there");
        artifact
    }
}
