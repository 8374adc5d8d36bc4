//! The result of a run: what every output format receives, and the verdict, taken before anything is written.
//!
//! In: what the evaluation found. Out: [`Verdict`] and the exit code. A report decides nothing by its format.

mod change_kind;
pub mod forecast;
pub mod review;

use jiff::Timestamp;

use crate::finding::{
    ApplicationRecord, Detail, Disposition, ExceptionId, Facts, Finding, Fingerprint, Level,
    NextStep, RuleDescriptor, Subject, WindowId,
};
use crate::internal::OrInternal as _;
use crate::model::{Coverage, Place, State, TenantId};

/// Whether the policy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was judged, and nothing at the failing level is left.
    Pass,
    /// Something at the failing level is left.
    Fail,
    /// A rule at the failing level could not be judged.
    Incomplete,
}

impl Verdict {
    /// Returns the word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }

    /// Returns the exit code that stands for this verdict.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Incomplete => 3,
        }
    }
}

/// A rule that ran, at its level under this policy.
#[derive(Clone, Copy, Debug)]
pub struct ActiveRule {
    /// Its text.
    pub descriptor: &'static RuleDescriptor,
    /// Its level under this policy.
    pub level: Level,
    /// Where the policy lists it: an index into [`PolicyRecord::files`], line and column.
    pub place: Place,
}

/// A place in a file that the report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location<'report> {
    /// Relative to the current folder, with forward slashes.
    pub file: &'report str,
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
}

/// A file and a one-based place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// Relative to the current folder, with forward slashes.
    pub file: String,
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
}

impl FilePlace {
    /// Returns the place without owning it.
    pub fn location(&self) -> Location<'_> {
        Location {
            file: &self.file,
            line: self.line,
            column: self.column,
        }
    }
}

/// Returns what a finding names by its index.
fn listed<T>(list: &[T], index: u32) -> &T {
    let entry = list.get(index as usize);
    entry.or_internal("a finding names what its report lists")
}

/// Looks a place up; a source without lines has none.
fn location(files: &[String], place: Place) -> Option<Location<'_>> {
    if place.line == 0 {
        return None;
    }
    let file = files.get(place.file as usize);
    Some(Location {
        file: file.or_internal("a place lies in a file of its report"),
        line: place.line,
        column: place.column,
    })
}

/// An exception of the policy, as reports show it.
#[derive(Clone, Debug)]
pub struct ExceptionRecord {
    /// Its id.
    pub id: ExceptionId,
    /// Why it was granted.
    pub reason: Box<str>,
    /// Who approved it, if it says so.
    pub approved_by: Option<Box<str>>,
    /// The ticket, if it names one.
    pub ticket: Option<Box<str>>,
    /// Its first UTC day.
    pub granted: jiff::civil::Date,
    /// Its last UTC day.
    pub expires: jiff::civil::Date,
    /// Whether it matched any finding.
    pub used: bool,
    /// Where it stands in the policy.
    pub place: FilePlace,
}

/// A migration window of the policy, as reports show it.
#[derive(Clone, Debug)]
pub struct WindowRecord {
    /// Its id.
    pub id: WindowId,
    /// Why it was opened.
    pub reason: Box<str>,
    /// Its first UTC day.
    pub opens: jiff::civil::Date,
    /// Its last UTC day.
    pub closes: jiff::civil::Date,
    /// Where it stands in the policy.
    pub place: FilePlace,
}

/// The policy of a run.
#[derive(Clone, Debug)]
pub struct PolicyRecord {
    /// Relative to the current folder, with forward slashes.
    pub path: String,
    /// Lower-case hex SHA-256 of the file.
    pub sha256: String,
    /// The tenant for which it is written, where it says so.
    pub tenant: Option<TenantId>,
    /// The file, what it extends and its exceptions files, relative to the current folder, with forward slashes; places of
    /// rules name them by index.
    pub files: Vec<String>,
}

/// One source of the inventory.
#[derive(Clone, Debug)]
pub struct SourceRecord {
    /// Relative to the current folder, with forward slashes; `-` for the standard input.
    pub name: String,
    /// The name of the format as which it was recognised.
    pub format: &'static str,
    /// Lower-case hex SHA-256 of its bytes.
    pub sha256: Option<String>,
    /// Application objects in it.
    pub applications: u64,
    /// Service principals in it.
    pub service_principals: u64,
    /// What it could tell.
    pub coverage: Coverage,
    /// When it was collected, where it says so.
    pub collected_at: Option<Timestamp>,
}

/// A rule that could not be judged on some applications.
#[derive(Clone, Debug)]
pub struct NotJudged {
    /// The rule and its level; it need not be among the rules that ran.
    pub rule: ActiveRule,
    /// On how many applications.
    pub applications: u64,
    /// What the inventory lacks, and what would bring it.
    pub reason: String,
    /// Whether the policy says that this evidence is optional, so that the verdict stands without it.
    pub optional: bool,
    /// Whether the inventory lacks it altogether, which no day changes and no exception covers.
    pub is_whole: bool,
}

impl NotJudged {
    /// Returns how bad it is: as bad as a finding, unless the policy can do without.
    pub const fn level(&self) -> Level {
        if self.optional {
            Level::Note
        } else {
            self.rule.level
        }
    }
}

/// Objects that are not judged, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Managed identities: the platform rotates their keys.
    pub managed_identity: u64,
    /// Microsoft's own service principals.
    pub microsoft: u64,
    /// Applications that another tenant owns: their secrets live there.
    pub foreign: u64,
    /// Soft-deleted objects.
    pub deleted: u64,
    /// Agent identities: they hold no credentials, their blueprints do.
    pub agent_identity: u64,
}

impl Skipped {
    /// Returns how many objects were skipped altogether.
    pub const fn total(&self) -> u64 {
        self.managed_identity + self.microsoft + self.foreign + self.deleted + self.agent_identity
    }
}

/// Credentials of judged identities that are proven not to authenticate, whatever their dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excused {
    /// Passwords of whole SAML triples.
    pub paired_password: u64,
    /// Keys that encrypt tokens: an object names them, and their usage is `Encrypt`.
    pub token_encryption: u64,
    /// Keys of whole SAML triples.
    pub token_signing: u64,
}

impl Excused {
    /// Returns how many credentials were excused altogether.
    pub const fn total(&self) -> u64 {
        self.paired_password + self.token_encryption + self.token_signing
    }
}

/// The numbers of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Identities that were judged.
    pub applications: u64,
    /// Judged identities by state, in the order of [`State::ALL`].
    pub by_state: [u64; State::ALL.len()],
    /// Objects that were not judged.
    pub skipped: Skipped,
    /// Credentials that do not authenticate, and are therefore not judged.
    pub excused: Excused,
    /// Keys of judged identities whose type or usage is not known, whatever their dates.
    pub unknown_credentials: u64,
    /// Open findings by level, in the order of [`Level::ALL`].
    pub findings: [u64; Level::ALL.len()],
    /// Findings that an exception covers.
    pub excepted: u64,
    /// Findings that are tolerated inside a migration window.
    pub in_window: u64,
}

/// Everything a run has to say.
#[derive(Debug)]
pub struct Report {
    /// The instant of judging.
    pub now: Timestamp,
    /// The level at which a finding fails the gate.
    pub fail_on: Level,
    /// The policy.
    pub policy: PolicyRecord,
    /// The tenant, where the inventory tells it.
    pub tenant: Option<TenantId>,
    /// The sources of the inventory, in the order they were named.
    pub sources: Vec<SourceRecord>,
    /// The files of the sources, relative to the current folder, with forward slashes; places name them by index.
    pub files: Vec<String>,
    /// The rules that ran, in the order of their ids; findings name them by index.
    pub rules: Vec<ActiveRule>,
    /// The exceptions of the policy, in its order.
    pub exceptions: Vec<ExceptionRecord>,
    /// The migration windows of the policy, in its order.
    pub windows: Vec<WindowRecord>,
    /// The applications that have findings.
    pub applications: Vec<ApplicationRecord>,
    /// The findings, ordered by level (worst first), rule id, appId or address, keyId.
    pub findings: Vec<Finding>,
    /// The numbers.
    pub summary: Summary,
    /// Whether the inventory has an application object that is not deleted.
    pub has_applications: bool,
    /// Rules that could not be judged everywhere.
    pub not_judged: Vec<NotJudged>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

impl Report {
    /// Returns the verdict. A violation that was found outranks a rule that could not be judged.
    pub fn verdict(&self) -> Verdict {
        let open = Level::ALL.iter().zip(self.summary.findings);
        if open
            .into_iter()
            .any(|(level, count)| *level >= self.fail_on && count > 0)
        {
            Verdict::Fail
        } else if self.missing().next().is_some() {
            Verdict::Incomplete
        } else {
            Verdict::Pass
        }
    }

    /// Returns the rules at the failing level that could not be judged, although the policy requires it.
    pub fn missing(&self) -> impl Iterator<Item = &NotJudged> {
        let gaps = self.not_judged.iter();
        gaps.filter(|gap| self.is_missing(gap))
    }

    /// Tells whether there can be no `pass` without this rule's judgement.
    pub fn is_missing(&self, gap: &NotJudged) -> bool {
        !gap.optional && gap.rule.level >= self.fail_on
    }

    /// Returns the rule that made a finding.
    pub fn rule(&self, finding: &Finding) -> ActiveRule {
        #[expect(
            clippy::indexing_slicing,
            reason = "a finding's rule is an index into this report's rules"
        )]
        self.rules[usize::from(finding.rule)]
    }

    /// Returns the application that a finding is about.
    pub fn application(&self, finding: &Finding) -> Option<&ApplicationRecord> {
        match finding.subject {
            Subject::Application(index) => Some(listed(&self.applications, index)),
            Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => None,
        }
    }

    /// Returns the exception that covers a finding or that it is about.
    pub fn exception(&self, finding: &Finding) -> Option<&ExceptionRecord> {
        match (finding.subject, finding.disposition) {
            (Subject::Exception(index), _) | (_, Disposition::Excepted(index)) => {
                Some(listed(&self.exceptions, index))
            }
            (_, Disposition::Open | Disposition::InWindow(_)) => None,
        }
    }

    /// Returns the migration window that tolerates a finding or that it is about.
    pub fn window(&self, finding: &Finding) -> Option<&WindowRecord> {
        match (finding.subject, finding.disposition) {
            (Subject::Window(index), _) | (_, Disposition::InWindow(index)) => {
                Some(listed(&self.windows, index))
            }
            (_, Disposition::Open | Disposition::Excepted(_)) => None,
        }
    }

    /// Returns a finding with what its words need.
    pub fn facts<'report>(&'report self, finding: &'report Finding) -> Facts<'report> {
        let entry = match finding.subject {
            Subject::Exception(index) => Some(&*listed(&self.exceptions, index).id.0),
            Subject::Window(index) => Some(&*listed(&self.windows, index).id.0),
            Subject::Application(_) => {
                if let Detail::StartsInWindow(_, index) = finding.detail {
                    Some(&*listed(&self.windows, index).id.0)
                } else {
                    None
                }
            }
            Subject::Tenant => None,
        };
        Facts {
            finding,
            application: self.application(finding),
            entry,
        }
    }

    /// Returns the sentence about a finding, with its numbers. It may hold foreign text: escape it for the medium.
    pub fn message(&self, finding: &Finding) -> String {
        let mut words = String::new();
        self.write_message(finding, &mut words);
        words
    }

    /// Adds the sentence about a finding to `words`, for those who write many.
    pub fn write_message(&self, finding: &Finding, words: &mut String) {
        let written = (self.rule(finding).descriptor.message)(&self.facts(finding), words);
        written.or_internal("each rule has words for what it finds");
    }

    /// Returns what to do about a finding, in order.
    pub fn next_steps(&self, finding: &Finding) -> Vec<NextStep> {
        (self.rule(finding).descriptor.next_steps)(&self.facts(finding))
    }

    /// Returns where a finding stands: the application's own place in the inventory, or the exception's or window's line
    /// in the policy. What has neither stands where the policy lists the rule.
    pub fn place(&self, finding: &Finding) -> Option<Location<'_>> {
        let own = match finding.subject {
            Subject::Application(_) => {
                let place = self.application(finding).map(|record| record.place);
                place.and_then(|place| location(&self.files, place))
            }
            Subject::Exception(_) => self.exception(finding).map(|entry| entry.place.location()),
            Subject::Window(_) => self.window(finding).map(|entry| entry.place.location()),
            Subject::Tenant => None,
        };
        own.or_else(|| self.rule_place(&self.rule(finding)))
    }

    /// Returns where the policy lists a rule.
    pub fn rule_place(&self, rule: &ActiveRule) -> Option<Location<'_>> {
        location(&self.policy.files, rule.place)
    }

    /// Returns the name of a finding that no move of a line and no passing of time changes.
    pub fn fingerprint(&self, finding: &Finding) -> Fingerprint {
        let rule = self.rule(finding).descriptor.id;
        match finding.subject {
            Subject::Application(_) => {
                let application = self.application(finding);
                let application = application.or_internal("the finding is about an application");
                let key_id = finding.credential.and_then(|credential| credential.key_id);
                let key_id = key_id.as_ref().map_or(&[][..], |id| id.as_bytes());
                if let Some(app_id) = application.app_id {
                    return Fingerprint::new(rule, &[app_id.as_bytes(), key_id], finding.repeat);
                }
                // No address, however it reads, is an appId: it is a part more.
                let address = application
                    .address
                    .as_deref()
                    .map_or(&[][..], str::as_bytes);
                if let (None, Some(object_id)) = (&application.address, application.object_id) {
                    // An agent identity need not show an appId and goes by its object id: a part more again.
                    let parts = [&[][..], &[], object_id.as_bytes(), key_id];
                    return Fingerprint::new(rule, &parts, finding.repeat);
                }
                Fingerprint::new(rule, &[&[], address, key_id], finding.repeat)
            }
            Subject::Tenant => {
                let tenant = self.tenant.as_ref();
                let tenant = tenant.map_or(&[][..], |tenant| tenant.as_bytes());
                Fingerprint::new(rule, &[tenant], finding.repeat)
            }
            Subject::Exception(_) | Subject::Window(_) => {
                let entry = self.facts(finding).entry;
                let entry = entry.or_internal("the finding is about an entry");
                let application: &[u8] =
                    if let Detail::UnknownApplication(app_id, _) = &finding.detail {
                        app_id.as_bytes()
                    } else {
                        &[]
                    };
                Fingerprint::new(rule, &[entry.as_bytes(), application], finding.repeat)
            }
        }
    }
}
