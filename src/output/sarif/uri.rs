//! File names as SARIF wants them.
//!
//! In: a path with forward slashes. Out: the location of an artifact, percent-encoded and, where the path is relative,
//! relative to the folder in which `credgate` ran.

use serde_sarif::sarif::ArtifactLocation;

/// What stands for the folder in which `credgate` ran; code scanning takes it for the root of the repository.
pub(super) const BASE: &str = "%SRCROOT%";

/// Returns the location of a file.
pub(in crate::output) fn location(path: &str) -> ArtifactLocation {
    if path.starts_with('/') {
        ArtifactLocation::builder()
            .uri(format!("file://{}", encoded(path)))
            .build()
    } else if let Some((drive, rest)) = drive(path) {
        ArtifactLocation::builder()
            .uri(format!("file:///{drive}:{}", encoded(rest)))
            .build()
    } else {
        ArtifactLocation::builder()
            .uri(encoded(path))
            .uri_base_id(BASE)
            .build()
    }
}

/// Tells whether a file lies in the folder in which `credgate` ran; the standard input lies nowhere.
pub(super) fn is_inside(path: &str) -> bool {
    let is_absolute = path.starts_with('/') || drive(path).is_some();
    !is_absolute && path != "-" && path.split('/').all(|part| part != "..")
}

/// Splits `C:/folder` behind its drive.
fn drive(path: &str) -> Option<(char, &str)> {
    let (drive, rest) = path.split_once(":/")?;
    let rest = path.get(path.len() - rest.len() - 1..)?;
    let letter = drive.chars().next().filter(char::is_ascii_alphabetic)?;
    (drive.len() == 1).then_some((letter, rest))
}

/// Encodes all but RFC 3986's unreserved characters and the slash.
pub(super) fn encoded(path: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            let digits = [byte >> 4, byte & 0xf].map(|digit| HEX.get(usize::from(digit)));
            uri.extend(digits.into_iter().flatten().map(|digit| char::from(*digit)));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> (String, bool) {
        let location = location(path);
        (location.uri.unwrap(), location.uri_base_id.is_some())
    }

    #[test]
    fn a_relative_path_is_relative_to_the_root() {
        assert_eq!(
            parts("inventory/apps.json"),
            ("inventory/apps.json".into(), true)
        );
        assert_eq!(
            parts("a b/ü#[1].json"),
            ("a%20b/%C3%BC%23%5B1%5D.json".into(), true)
        );
        assert_eq!(parts("a:b.json"), ("a%3Ab.json".into(), true));
    }

    #[test]
    fn what_is_named_from_elsewhere_is_not_inside() {
        for path in ["a.json", "a/b.json", "..a/b..", "a:b.json", "-/a.json"] {
            assert!(is_inside(path), "{path}");
        }
        for path in [
            "/a.json",
            "C:/a.json",
            "../a.json",
            "a/../b.json",
            "..",
            "-",
        ] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn an_absolute_path_is_a_file_uri() {
        assert_eq!(
            parts("/tmp/a b.json"),
            ("file:///tmp/a%20b.json".into(), false)
        );
        assert_eq!(
            parts("C:/tmp/a.json"),
            ("file:///C:/tmp/a.json".into(), false)
        );
    }
}
