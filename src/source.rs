//! Files as reports name them.
//!
//! In: a path as a person gave it. Out: the same path with forward slashes and without detours, so that code scanning
//! finds the file from the root of the repository.

use std::path::{Component, Path};

/// Returns a path as reports show it: relative to `folder` where it lies in it, with forward slashes and no `./`.
pub fn shown(path: &Path, folder: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let mut shown = String::new();
    for component in path.components() {
        let part = match component {
            Component::CurDir => continue,
            Component::RootDir => {
                shown.push('/');
                continue;
            }
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => {
                component.as_os_str()
            }
        };
        if !shown.is_empty() && !shown.ends_with('/') {
            shown.push('/');
        }
        shown.push_str(&part.to_string_lossy());
    }
    if shown.is_empty() {
        ".".to_owned()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_detours() {
        for (path, expected) in [
            ("./a/./b.json", "a/b.json"),
            ("a//b.json", "a/b.json"),
            ("../b.json", "../b.json"),
            ("/tmp/b.json", "/tmp/b.json"),
            ("/project/a/b.json", "a/b.json"),
            ("/projects/b.json", "/projects/b.json"),
            (".", "."),
        ] {
            assert_eq!(shown(Path::new(path), Path::new("/project")), expected);
        }
    }
}
