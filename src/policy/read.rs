//! The bytes of a policy file.
//!
//! In: a path. Out: its text, or why there is none. It never waits: what is no regular file is refused before it is
//! opened, because a pipe may never end.

use std::io::{self, Read as _};
use std::path::Path;

use super::fault::Fault;
use super::files::{FileKind, Files};

/// The largest policy, in bytes: more than ten thousand exceptions with all that they may say.
pub(super) const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Reads the text of a file.
pub(super) fn read(files: &dyn Files, path: &Path, shown_as: &str) -> Result<String, Fault> {
    if path.as_os_str().is_empty() {
        return Err(Fault::NoName);
    }
    let name = || shown_as.to_owned();
    let unreadable = |error: &io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Fault::NoFile { path: name() };
        }
        let reason = error.to_string();
        Fault::Unreadable {
            path: name(),
            reason,
        }
    };
    let not_a_file = |kind| Err(Fault::NotAFile { path: name(), kind });
    match files.kind(path).map_err(|error| unreadable(&error))? {
        FileKind::File => {}
        FileKind::Folder => return not_a_file("a folder"),
        FileKind::Other if files.is_disk() => return not_a_file("a pipe or device"),
        FileKind::Other => return not_a_file("a link, or another repository"),
    }
    let mut bytes = Vec::new();
    let file = files.open(path).map_err(|error| unreadable(&error))?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::TooLarge {
            path: name(),
            limit: MAX_BYTES,
        });
    }
    String::from_utf8(bytes).map_err(|error| Fault::NotUtf8 {
        path: name(),
        offset: error.utf8_error().valid_up_to(),
    })
}
