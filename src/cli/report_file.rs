//! One place that a report goes to: a file, which is removed before judging and written whole or not at all, so that no
//! stale or cut report can be uploaded; or a stream, which is only written to.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Failure;
use super::inputs::{Inputs, folder_of};

/// What a name on the command line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file, or nothing yet. A link counts as the file: it is replaced, not followed, because whoever wrote the files
    /// that are checked out may have laid it.
    File,
    Folder,
    /// A pipe, a device, or a name for an open descriptor such as `/dev/stdout`: there is nothing to replace.
    Stream,
}

impl Place {
    pub(crate) fn of(file: &Path) -> Self {
        if names_descriptor(file) {
            return Self::Stream;
        }
        let is_folder = fs::metadata(file).is_ok_and(|metadata| metadata.is_dir());
        match fs::symlink_metadata(file) {
            _ if is_folder => Self::Folder,
            Ok(metadata) if !metadata.is_file() && !metadata.is_symlink() => Self::Stream,
            Ok(_) | Err(_) => Self::File,
        }
    }
}

/// Tells whether a file is in a folder of devices or descriptors, whatever kind of file it seems to be there.
fn names_descriptor(file: &Path) -> bool {
    fs::canonicalize(folder_of(file)).is_ok_and(|folder| {
        folder == Path::new("/dev") || folder.starts_with("/dev/fd") || folder.starts_with("/proc")
    })
}

/// The reports of an earlier run that are still there.
#[derive(Debug, Default)]
pub(crate) struct Stale(Vec<PathBuf>);

impl Stale {
    /// Removes what an earlier run left under the names of the reports, but nothing that this run reads.
    pub(crate) fn remove<'a>(reports: impl IntoIterator<Item = &'a Path>, inputs: &Inputs) -> Self {
        let mut left = Vec::new();
        for report in reports {
            if inputs.hold(report) || Place::of(report) != Place::File {
                continue;
            }
            let removed = fs::remove_file(report);
            if removed.is_err() && fs::symlink_metadata(report).is_ok() {
                left.push(report.to_owned());
            }
        }
        Self(left)
    }

    /// Adds to a failure, with which there is no report, that one of an earlier run is still there.
    pub(crate) fn tell(&self, mut failure: Failure) -> Failure {
        for report in &self.0 {
            failure.add(format_args!(
                "the report `{}` of an earlier run could not be removed; remove it",
                report.display()
            ));
        }
        failure
    }
}

/// Writes to a file or stream. A file is written beside its place and renamed, so that a reader finds the whole report or
/// none.
pub(crate) fn write(
    file: &Path,
    report: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match Place::of(file) {
        Place::Folder => return Err(ErrorKind::IsADirectory.into()),
        Place::Stream => {
            let mut stream = BufWriter::new(File::options().write(true).open(file)?);
            report(&mut stream)?;
            return stream.flush();
        }
        Place::File => {}
    }
    let draft = Draft::beside(file)?;
    let mut writer = BufWriter::with_capacity(256 << 10, draft.file());
    report(&mut writer)?;
    writer.flush()?;
    drop(writer);
    draft.persist(file)
}

/// A file that is not yet where it belongs, and that is gone if it never gets there.
pub(crate) struct Draft(NamedTempFile);

impl Draft {
    /// Begins a file beside its place, so that it can be renamed.
    pub(crate) fn beside(file: &Path) -> io::Result<Self> {
        let mut draft = tempfile::Builder::new();
        with_usual_permissions(draft.prefix(".credgate-"))
            .tempfile_in(folder_of(file))
            .map(Self)
    }

    /// Begins a file beside its place that only this user may read.
    pub(crate) fn private(file: &Path) -> io::Result<Self> {
        let mut draft = tempfile::Builder::new();
        draft
            .prefix(".credgate-")
            .tempfile_in(folder_of(file))
            .map(Self)
    }

    /// Begins a file that has no place.
    pub(crate) fn anywhere() -> io::Result<Self> {
        NamedTempFile::new().map(Self)
    }

    pub(crate) fn file(&self) -> &File {
        self.0.as_file()
    }

    /// Puts the file to its place, unless there is something.
    pub(crate) fn persist_new(self, file: &Path) -> io::Result<()> {
        self.0
            .persist_noclobber(file)
            .map_err(|error| error.error)?;
        Ok(())
    }

    /// Puts the file to its place.
    pub(crate) fn persist(self, file: &Path) -> io::Result<()> {
        self.0.persist(file).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Returns why something could not be written, and what to do about it. The system's own words quote the name of the
/// draft, which nobody knows and which is another one each time.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are the standard library's, which adds to them"
)]
pub(crate) fn why(error: &io::Error) -> (String, &'static str) {
    let (cause, remedy) = match error.kind() {
        ErrorKind::NotFound => (
            "its folder does not exist",
            "make the folder or name another file",
        ),
        ErrorKind::NotADirectory => ("it would lie in a file, not a folder", "name another file"),
        ErrorKind::IsADirectory => ("it is a folder", "name a file"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ("that is not permitted", "permit it or name another file")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("no space is left there", "free some or name another file")
        }
        ErrorKind::BrokenPipe => ("its reader has gone", "read it to its end or write a file"),
        kind => return (kind.to_string(), "free the place or name another one"),
    };
    (cause.to_owned(), remedy)
}

/// A report is for others to read: its permissions are those that the umask leaves.
#[cfg(unix)]
fn with_usual_permissions<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}
