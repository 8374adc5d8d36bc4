//! The bytes of a policy file.
//!
//! In: a path. Out: its text, or why there is none. It never waits: what is no regular file is refused before it is
//! opened, because a pipe may never end.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::fault::Fault;

/// The largest policy, in bytes: some ten thousand exceptions.
pub(super) const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the text of a file.
pub(super) fn read(path: &Path, shown_as: &str) -> Result<String, Fault> {
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
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() {
            "a folder"
        } else {
            "a pipe or device"
        };
        return Err(Fault::NotAFile { path: name(), kind });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(&error))?;
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
