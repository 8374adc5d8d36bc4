//! What every format hands over: objects one at a time, and what the file says about itself.

use jiff::Timestamp;

use super::Kind;
use super::around::Said;
use super::azure_hound::{self, Links};
use super::entra_exporter;
use super::error::{InventoryError, Problem};
use super::nulls::{NullRule, Nulls};
use super::object::{Object, ObjectError, Reading};
use super::position::Position;
use super::snapshot::Header;
use crate::model::{
    Application, Coverage, Credentials, PolicyCoverage, ServicePrincipalType, TenantPolicy,
};
use crate::snapshot::{self, FederatedCoverage, Trailer};

/// The size of a page: what `az` and Graph send where nobody asks for more, and the most that Graph sends.
const PAGES: [u64; 2] = [100, 999];

/// An object and where it stands.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) object: Object,
    pub(super) position: Position,
}

/// A file that is being read, whatever its format.
pub(super) trait Objects {
    /// Returns the next object; `None` once the file has been read to its end and nothing is missing.
    fn next(&mut self) -> Result<Option<Placed>, InventoryError>;

    /// Returns what is known of the file so far.
    fn facts(&self) -> &Facts;

    /// Tells whether the file must be read twice: what belongs to an application may stand behind it.
    fn is_read_twice(&self) -> bool {
        false
    }

    /// Hands over, at the end of the first reading, what the second one needs.
    fn take_links(&mut self) -> Links {
        Links::default()
    }

    /// Makes this the second reading.
    fn begin_second(&mut self, _links: Links) {}

    /// Returns what `null` was taken for in place of a list.
    fn null_rule(&self) -> NullRule {
        NullRule::LIKELY
    }

    /// Says, before anything is read, what `null` means in place of a list.
    fn assume(&mut self, _rule: NullRule) {}
}

/// What a file says about itself, and what was counted in it.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) format: &'static str,
    /// What the file says it lists, if it says so.
    pub(super) listed: Option<Kind>,
    pub(super) applications: u64,
    pub(super) service_principals: u64,
    pub(super) coverage: Coverage,
    /// Whether a link to a further page is left.
    pub(super) next_link: bool,
    /// Whether it is an answer of Graph, of which there may be several pages.
    pub(super) is_answer: bool,
    /// The number of objects that the list has on all its pages, as the file says.
    pub(super) stated: Option<u64>,
    /// The number of objects that the file itself has, as it says.
    pub(super) counted: Option<u64>,
    pub(super) snapshot: Option<Snapshot>,
    /// How many of the service principals are agent identities.
    pub(super) agent_identities: u64,
    pub(super) nulls: Nulls,
    /// What `null` was taken for in place of a list.
    pub(super) null_rule: NullRule,
    /// The latest date of deletion, and the line of its object.
    pub(super) deleted: Option<(Timestamp, u32)>,
    /// How many columns of a table were not read.
    pub(super) further_columns: usize,
    /// Whether a file that is no snapshot shows the tenant's app management policies.
    pub(super) policies: PolicyCoverage,
}

/// What a snapshot says of itself.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) header: Header,
    /// Whether the tenant's default app management policy was read.
    has_default_policy: bool,
    ended: bool,
}

impl Snapshot {
    /// Returns whether it shows the tenant's app management policies.
    pub(super) const fn policies(&self) -> PolicyCoverage {
        match self.header.coverage.tenant_policies {
            snapshot::PolicyCoverage::Complete => PolicyCoverage::Complete,
            snapshot::PolicyCoverage::NotPermitted => PolicyCoverage::NotPermitted,
            snapshot::PolicyCoverage::NotOffered => PolicyCoverage::NotOffered,
        }
    }

    /// Returns what an application does not show although the first line says so.
    fn missing(&self, application: &Application) -> Option<&'static str> {
        let coverage = &self.header.coverage;
        if coverage.owners && !application.has_owner.is_known() {
            Some("owners")
        } else if coverage.federated_credentials != FederatedCoverage::None
            && !application.federated.is_known()
        {
            Some("federatedIdentityCredentials")
        } else {
            None
        }
    }
}

impl Facts {
    pub(super) const fn new(format: &'static str) -> Self {
        let coverage = Coverage {
            dates: true,
            federated_credentials: true,
            owners: true,
            service_principals: false,
        };
        Self {
            format,
            listed: None,
            applications: 0,
            service_principals: 0,
            coverage,
            next_link: false,
            is_answer: false,
            stated: None,
            counted: None,
            snapshot: None,
            agent_identities: 0,
            nulls: Nulls::NONE,
            null_rule: NullRule::LIKELY,
            deleted: None,
            further_columns: 0,
            policies: PolicyCoverage::NotCollected,
        }
    }

    /// The objects stand one a line.
    pub(super) fn lines(&mut self) {
        if self.format == "graph-json" {
            self.format = "ndjson";
        }
    }

    /// The objects are in PowerShell's spelling.
    pub(super) const fn powershell(&mut self) {
        self.format = "powershell";
    }

    /// The file says what it lists.
    pub(super) fn list(&mut self, kind: Kind) {
        self.listed = Some(kind);
        self.coverage.service_principals |= kind == Kind::ServicePrincipal;
    }

    /// Notes what a member around the list says.
    pub(super) fn said(&mut self, said: &Said, value: &str) -> Result<(), Problem> {
        match said {
            Said::Context => {
                let context: String = serde_json::from_str(value).unwrap_or_default();
                let collection = context.split_once("$metadata#").unwrap_or_default().1;
                if collection.to_ascii_lowercase().contains("delta") {
                    return Err(Problem::Delta);
                }
                if let Some(kind) = Kind::of_context(&context) {
                    self.list(kind);
                }
            }
            Said::NextLink => self.next_link = true,
            Said::Stated(number) => self.state(*number)?,
            Said::Counted(number) => self.counted = Some(*number),
            Said::Other(_) => {}
        }
        Ok(())
    }

    /// Notes how many objects the list has; all that say so must agree.
    fn state(&mut self, number: u64) -> Result<(), Problem> {
        match self.stated.replace(number) {
            Some(stated) if stated != number => Err(Problem::Counts),
            Some(_) | None => Ok(()),
        }
    }

    /// Notes what an object says about more than itself.
    pub(super) fn note(
        &mut self,
        reading: &Reading<'_>,
        object: &Object,
        line: u32,
    ) -> Result<(), ObjectError> {
        if let Some(stated) = reading.stated()? {
            self.state(stated)
                .map_err(|_| ObjectError::Count("value"))?;
        }
        if let Some(kind) = object.kind() {
            self.nulls.note(kind, |field| reading.raw(field));
        }
        if object.is_deleted() {
            self.note_deletion(reading, line);
        }
        Ok(())
    }

    /// Notes when an object was deleted.
    pub(super) fn note_deletion(&mut self, reading: &Reading<'_>, line: u32) {
        if let Ok(Some(date)) = reading.deleted() {
            self.deleted = self.deleted.max(Some((date, line)));
        }
    }

    /// Counts an object of which nothing else is read now.
    pub(super) const fn pass(&mut self, kind: Kind) {
        match kind {
            Kind::Application => self.applications += 1,
            Kind::ServicePrincipal => {
                self.service_principals += 1;
                self.coverage.service_principals = true;
            }
        }
    }

    pub(super) fn count(&mut self, object: &Object) -> Result<(), Problem> {
        match object {
            Object::Application(application) => {
                let snapshot = self.snapshot.as_ref();
                if let Some(missing) = snapshot.and_then(|it| it.missing(application)) {
                    return Err(Problem::SnapshotMember(missing));
                }
                self.pass(Kind::Application);
                self.coverage.federated_credentials &= application.federated.is_known();
                self.coverage.owners &= application.has_owner.is_known();
                self.coverage.dates &=
                    matches!(application.credentials, Credentials::Listed { .. });
            }
            Object::ServicePrincipal(service_principal) => {
                let is_agent = service_principal.kind == ServicePrincipalType::AgentIdentity;
                self.agent_identities += u64::from(is_agent);
                self.pass(Kind::ServicePrincipal);
            }
            Object::TenantPolicy(policy) => self.count_policy(policy)?,
        }
        Ok(())
    }

    /// The policies of the tenant stand right behind the first line, where it says that they were read; one of them is
    /// for the whole tenant.
    fn count_policy(&mut self, policy: &TenantPolicy) -> Result<(), Problem> {
        let is_first = self.objects() == 0;
        let snapshot = self.snapshot.as_mut().filter(|snapshot| {
            let is_repeated =
                snapshot.has_default_policy && matches!(policy, TenantPolicy::Default(_));
            is_first && !is_repeated && snapshot.policies() == PolicyCoverage::Complete
        });
        let Some(snapshot) = snapshot else {
            return Err(Problem::SnapshotLine("app management policy"));
        };
        snapshot.has_default_policy |= matches!(policy, TenantPolicy::Default(_));
        Ok(())
    }

    pub(super) fn begin_snapshot(&mut self, header: Header) {
        self.format = "graph";
        self.coverage.service_principals |= header.coverage.service_principals;
        self.snapshot = Some(Snapshot {
            header,
            has_default_policy: false,
            ended: false,
        });
    }

    /// Ends a snapshot; `is_unchanged` says whether its lines are those that were written.
    pub(super) fn end_snapshot(
        &mut self,
        trailer: &Trailer,
        is_unchanged: bool,
    ) -> Result<(), Problem> {
        let Some(snapshot) = &mut self.snapshot else {
            return Err(Problem::SnapshotLine("header"));
        };
        snapshot.ended = true;
        let counts = [
            ("applications", trailer.applications, self.applications),
            (
                "service principals",
                trailer.service_principals,
                self.service_principals,
            ),
        ];
        let wrong = counts
            .into_iter()
            .find(|(_, stated, found)| stated != found);
        if let Some((what, stated, found)) = wrong {
            return Err(Problem::SnapshotCount {
                what,
                stated,
                found,
            });
        }
        if !is_unchanged {
            return Err(Problem::SnapshotChanged);
        }
        let lacks_policies =
            snapshot.policies() == PolicyCoverage::Complete && !snapshot.has_default_policy;
        if lacks_policies {
            return Err(Problem::SnapshotPolicies);
        }
        Ok(())
    }

    /// Returns of what a snapshot lists none, although every tenant has some.
    pub(super) fn empty_snapshot(&self) -> Option<&'static str> {
        let snapshot = self.snapshot.as_ref()?;
        if self.applications == 0 {
            Some("applications")
        } else if self.service_principals == 0 && snapshot.header.coverage.service_principals {
            Some("service principals")
        } else {
            None
        }
    }

    /// Returns what is missing at the end of a file.
    pub(super) fn problem(&self) -> Option<Problem> {
        let found = self.objects();
        if let Some(stated) = self.counted.filter(|stated| *stated != found) {
            return Some(Problem::Count { stated, found });
        }
        self.snapshot
            .as_ref()
            .is_some_and(|snapshot| !snapshot.ended)
            .then_some(Problem::SnapshotCut)
    }

    /// Returns the kind of the objects, of which there is one wherever pages matter.
    pub(super) const fn kind(&self) -> Kind {
        match self.listed {
            Some(kind) => kind,
            None if self.service_principals > 0 => Kind::ServicePrincipal,
            None => Kind::Application,
        }
    }

    /// Returns of which kind there are as many as on a page, and how many, where nothing says that it is the last one.
    pub(super) fn page(&self) -> Option<(Kind, u64)> {
        let pages_itself = self.snapshot.is_some() || self.goes_on_where_it_fails();
        if self.stated.is_some() || pages_itself {
            return None;
        }
        let kinds = [
            (Kind::Application, self.applications),
            (Kind::ServicePrincipal, self.service_principals),
        ];
        kinds.into_iter().find(|(_, found)| PAGES.contains(found))
    }

    /// Tells whether the exporter goes on where a request fails, and leaves out what it could not read.
    pub(super) fn goes_on_where_it_fails(&self) -> bool {
        [azure_hound::FORMAT, entra_exporter::FORMAT].contains(&self.format)
    }

    /// Tells whether the file lists service principals. Agent identities alone are none: nobody asked for the others.
    pub(super) const fn lists_service_principals(&self) -> bool {
        let only_agents =
            self.agent_identities > 0 && self.agent_identities == self.service_principals;
        self.coverage.service_principals && !only_agents
    }

    /// Returns how many objects there were.
    pub(super) const fn objects(&self) -> u64 {
        self.applications + self.service_principals
    }
}
