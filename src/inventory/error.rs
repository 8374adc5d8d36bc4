//! Why a source gives no verdict: one cause, one remedy, and the place. Never a value of the inventory.

use std::borrow::Cow;
use std::fmt;
use std::io;

use super::azure_hound::AzureHoundProblem;
use super::entra_exporter::EntraExporterProblem;
use super::mistaken::Mistaken;
use super::object::ObjectError;

/// A source that cannot be judged.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}; {}", Place(file, *line), problem.remedy())]
pub struct InventoryError {
    /// As reports show it.
    pub file: String,
    /// One-based, where the problem has a line.
    pub line: Option<u32>,
    /// What is wrong.
    pub problem: Problem,
}

struct Place<'a>(&'a str, Option<u32>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = crate::escape::printable(self.0);
        write!(f, "`{}`", shortened(&name))?;
        if let Some(line) = self.1 {
            write!(f, " line {line}")?;
        }
        f.write_str(": ")
    }
}

/// The longest name of a file that an error shows whole: an error has one line that a person reads.
const LONGEST: usize = 120;

/// Returns the end of a name that is too long; that tells files apart.
fn shortened(name: &str) -> Cow<'_, str> {
    let length = name.chars().count();
    if length <= LONGEST {
        return Cow::Borrowed(name);
    }
    let end = name.chars().skip(length - LONGEST + 1);
    Cow::Owned(std::iter::once('…').chain(end).collect())
}

/// What is wrong with a source.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum Problem {
    #[error("cannot be read ({0})")]
    Read(io::Error),
    #[error("is {0}, not a file or folder")]
    NoFile(&'static str),
    #[error("the folder holds no inventory files")]
    EmptyFolder,
    #[error("the folder holds other folders")]
    NestedFolder,
    #[error("is empty")]
    Empty,
    #[error("is a web page, not an inventory")]
    WebPage,
    #[error("is an error answer, not an inventory")]
    ErrorAnswer,
    #[error("is no inventory in a format that is known")]
    UnknownFormat,
    #[error("the file is cut: it ends inside an object or list")]
    Cut,
    #[error("is not JSON at column {0}")]
    Malformed(u32),
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("is not UTF-16 although it begins with that mark")]
    NotUtf16,
    #[error("an object is nested more than 128 deep")]
    TooDeep,
    #[error("an object is larger than 320 MiB: limit reached")]
    TooLarge,
    #[error("an object names `{0}` twice")]
    Duplicate(&'static str),
    #[error("an object names `{0}` in other letters than Graph does")]
    LetterCase(&'static str),
    #[error(transparent)]
    Mistaken(#[from] Mistaken),
    #[error("is an answer of the delta function, which lists changes only")]
    Delta,
    #[error("a second list of objects stands next to the first one")]
    SecondList,
    #[error("says twice how many objects it holds, with two numbers")]
    Counts,
    #[error("the `deletedDateTime` of an object is later than the instant of judging")]
    DeletedLater,
    #[error("lists are `null`, and only a second reading could tell whether that means none")]
    Nulls,
    #[error("{0}")]
    Object(#[from] ObjectError),
    #[error("application {app_id}: {error}")]
    ObjectOf {
        app_id: crate::model::AppId,
        error: ObjectError,
    },
    #[error("the list holds something that is no object")]
    NoObject,
    #[error("a member beside `value` stands there twice")]
    DuplicateMember,
    #[error("`{0}` is not a number of objects")]
    CountValue(&'static str),
    #[error("the inventory is incomplete: no page can be where the last `@odata.nextLink` leads")]
    Pages,
    #[error("`{0}` stands beside a list named `value`: that is neither an application nor a list")]
    ValueBeside(&'static str),
    #[error("`value` is no list")]
    ValueIsNoList,
    #[error("something follows the end of the inventory, such as a message of the command")]
    TrailingData,
    #[error("the file holds two documents")]
    TwoDocuments,
    #[error("the inventory is incomplete: `@odata.nextLink` says that pages are missing")]
    NextLink,
    #[error("the inventory is incomplete: it says it holds {stated} objects and holds {found}")]
    Count { stated: u64, found: u64 },
    #[error("the snapshot is incomplete: it says it holds {stated} {what} and holds {found}")]
    SnapshotCount {
        what: &'static str,
        stated: u64,
        found: u64,
    },
    #[error("service principals follow applications, and the standard input cannot be read twice")]
    Mixed,
    #[error("the snapshot is cut: its last line does not end it")]
    SnapshotCut,
    #[error("the snapshot's {0} cannot be used")]
    SnapshotLine(&'static str),
    #[error("the snapshot was changed after it was written")]
    SnapshotChanged,
    #[error("the snapshot says that its applications show `{0}`, and this one does not")]
    SnapshotMember(&'static str),
    #[error("the snapshot says that it lists the tenant's app management policies, and does not")]
    SnapshotPolicies,
    #[error("the snapshot lists no {0}, and no tenant is without any")]
    SnapshotEmpty(&'static str),
    #[error("the snapshot has a format that this version does not read")]
    SnapshotVersion,
    #[error(transparent)]
    AzureHound(#[from] AzureHoundProblem),
    #[error(transparent)]
    EntraExporter(#[from] EntraExporterProblem),
    #[error("the header is not that of the control's table: a column is missing or named twice")]
    CsvHeader,
    #[error("the table is cut: it ends inside a quoted value")]
    CsvCut,
    #[error("the row has another number of columns than the header")]
    CsvColumns,
    #[error("text follows the closing quote of a value")]
    CsvQuote,
    #[error("the row's `{0}` cannot be used")]
    CsvValue(&'static str),
    #[error("the row contradicts itself: `SecretsOnly` does not follow from its counts")]
    CsvContradiction,
    #[error(
        "application {app_id} contradicts itself: it, or the id of its object, stands elsewhere with other facts"
    )]
    Contradiction { app_id: crate::model::AppId },
    #[error("an app management policy of the tenant stands elsewhere with other facts")]
    PolicyContradiction,
    #[error("the snapshots are of different tenants")]
    Tenants,
    #[error("the inventory is of tenant {found}, and the policy is for tenant {expected}")]
    Tenant {
        found: crate::model::TenantId,
        expected: crate::model::TenantId,
    },
}

pub(super) const EXPORT: &str =
    "export it again, for example with `az ad app list --all --output json`";
pub(super) const WHOLE: &str =
    "export the whole list, for example with `az ad app list --all --output json`";
const EXPORT_ALL: &str = "export all pages, for example with `az ad app list --all --output json`";
const CODE_PAGE: &str = "it was written in a code page: set `PYTHONUTF8=1` for `az`, or `chcp 65001` in the console, and export it again as UTF-8";
const ONE_LIST: &str =
    "export each list to a file of its own, for example with `az ad app list --all --output json`";
const ONE_DOCUMENT: &str =
    "give each document as a file of its own, or as newline-delimited JSON with one object a line";
const FORMATS: &str = "use the JSON of `az ad app list --all`, Microsoft Graph, Graph PowerShell, EntraExporter or AzureHound, or the control's CSV";
const FOLDER: &str =
    "name each folder of pages by itself; of EntraExporter, the folder that holds `Applications`";

impl Problem {
    /// Returns what to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Read(_) => "name a file, a folder or `-` that can be read",
            Self::NoFile(_) => {
                "name a regular file, a folder of pages, or `-` for the standard input"
            }
            Self::EmptyFolder => "name the folder that holds the pages",
            Self::NestedFolder => FOLDER,
            Self::WebPage | Self::ErrorAnswer => "sign in, and export it again",
            Self::UnknownFormat => FORMATS,
            Self::Object(error) => error.remedy(),
            Self::Delta => WHOLE,
            Self::Mistaken(mistaken) => mistaken.remedy(),
            Self::NotUtf8 => CODE_PAGE,
            Self::SecondList => ONE_LIST,
            Self::ObjectOf { .. } => {
                "correct or remove it in the tenant, and collect the snapshot again"
            }
            Self::NextLink | Self::Pages | Self::Count { .. } => EXPORT_ALL,
            Self::TwoDocuments => ONE_DOCUMENT,
            Self::TrailingData => Mistaken::Message.remedy(),
            Self::AzureHound(problem) => problem.remedy(),
            Self::EntraExporter(problem) => problem.remedy(),
            Self::DeletedLater => "check the clock or --now, and export it again",
            Self::Mixed | Self::Nulls => "save the input to a file and name the file",
            Self::SnapshotCut
            | Self::SnapshotLine(_)
            | Self::SnapshotCount { .. }
            | Self::SnapshotChanged
            | Self::SnapshotMember(_)
            | Self::SnapshotPolicies => "collect the snapshot again",
            Self::SnapshotEmpty(_) => "collect it again, or pass --allow-empty if there are none",
            Self::SnapshotVersion => {
                "use the version of credgate that wrote it, or collect it again"
            }
            Self::CsvHeader => {
                "export the columns DisplayName, AppId, SecretCount, CertCount and SecretsOnly"
            }
            Self::CsvColumns
            | Self::CsvCut
            | Self::CsvQuote
            | Self::CsvValue(_)
            | Self::CsvContradiction => "export the table again, without editing it",
            Self::PolicyContradiction => "give one snapshot of the tenant",
            Self::Contradiction { .. } => "give each application once, from one export",
            Self::Tenants | Self::Tenant { .. } => "judge it under the policy of its own tenant",
            Self::Empty
            | Self::Cut
            | Self::Malformed(_)
            | Self::NotUtf16
            | Self::TooDeep
            | Self::TooLarge
            | Self::Duplicate(_)
            | Self::LetterCase(_)
            | Self::Counts
            | Self::NoObject
            | Self::DuplicateMember
            | Self::CountValue(_)
            | Self::ValueBeside(_)
            | Self::ValueIsNoList => EXPORT,
        }
    }

    pub(super) fn at(self, file: &str, line: Option<u32>) -> InventoryError {
        InventoryError {
            file: file.to_owned(),
            line,
            problem: self,
        }
    }

    /// The transcoder of UTF-16 reports bad text as an error of reading.
    pub(super) fn of_read(error: io::Error) -> Self {
        // An error of Microsoft Graph's source carries its own cause, whatever its kind.
        if error.kind() == io::ErrorKind::InvalidData && error.get_ref().is_none() {
            Self::NotUtf16
        } else {
            Self::Read(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bad_text_is_called_bad_text() {
        let bad_text = io::Error::from(io::ErrorKind::InvalidData);
        assert!(matches!(Problem::of_read(bad_text), Problem::NotUtf16));
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(Problem::of_read(refused), Problem::Read(_)));
        let with_cause = io::Error::new(io::ErrorKind::InvalidData, "a cause of its own");
        assert!(matches!(Problem::of_read(with_cause), Problem::Read(_)));
    }

    #[test]
    fn a_long_name_leaves_room_for_the_remedy() {
        let long = format!("{}/apps.json", "\u{202e}long".repeat(500));
        let snake = Mistaken::SnakeCase("federatedIdentityCredentials");
        for problem in [
            Problem::from(snake),
            Mistaken::QueryTable.into(),
            Mistaken::Message.into(),
            Problem::NotUtf8,
            Problem::CsvHeader,
            Problem::NextLink,
            Problem::UnknownFormat,
            EntraExporterProblem::Policy.into(),
            ObjectError::Flattened("federatedIdentityCredentials").into(),
        ] {
            let text = problem.at(&long, Some(u32::MAX)).to_string();
            assert!(text.chars().count() <= 400 - "error[3]: ".len(), "{text}");
            assert!(text.contains("apps.json`"), "{text}");
        }
    }
}
