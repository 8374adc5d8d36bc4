//! Where further exceptions lie: one item of `exceptions-from`.
//!
//! In: the path as written. Out: its parts, some of them with wildcards, or what is wrong with it. What lies there is not
//! looked at.

use glob::Pattern;
use schemars::{Schema, json_schema};

use super::exceptions_fault::ExceptionsFault;
use super::fault::Fault;
use super::scalar::{Grammar, Text};

/// A relative path whose parts may hold `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExceptionsPath(pub(super) Box<str>);

/// One part of a path.
#[derive(Debug)]
pub(super) enum Part<'path> {
    /// A name as it is.
    Name(&'path str),
    /// Any name that matches.
    Pattern(Pattern),
}

impl ExceptionsPath {
    /// Returns its parts, from the folder of the policy to the file.
    pub(super) fn parts(&self) -> Result<Vec<Part<'_>>, ExceptionsFault> {
        let parts = self.0.split('/').filter(|part| *part != ".");
        let read = parts.map(|part| {
            if !part.contains(['*', '?']) {
                return Ok(Part::Name(part));
            }
            let pattern = Pattern::new(part);
            pattern
                .map(Part::Pattern)
                .map_err(|_| self.unknown_wildcard())
        });
        read.collect()
    }

    /// Tells whether a name is one that a path of a policy can hold.
    pub(super) fn may_hold(name: &str) -> bool {
        !name.contains(|letter: char| letter.is_control() || "\\:/".contains(letter))
    }

    fn unknown_wildcard(&self) -> ExceptionsFault {
        let path = self.0.to_string();
        ExceptionsFault::Wildcard { path }
    }
}

impl Grammar for ExceptionsPath {
    const NAME: &'static str = "ExceptionsPath";

    fn read(text: &str) -> Result<Self, Fault> {
        Text::read(text)?;
        let path = || text.to_owned();
        let mut parts = text.split('/');
        let is_file = text.rsplit('/').next().is_some_and(|last| last != ".");
        if !is_file || !parts.all(|part| !part.is_empty() && Self::may_hold(part)) {
            return Err(ExceptionsFault::NotRelative { path: path() }.into());
        }
        if text.split('/').any(|part| part == "..") {
            return Err(ExceptionsFault::Up { path: path() }.into());
        }
        if text.contains("**") || text.contains(['[', ']']) {
            return Err(ExceptionsFault::Wildcard { path: path() }.into());
        }
        Ok(Self(text.into()))
    }

    fn remedy(_number: Option<i64>) -> String {
        "write a path relative to this file, such as `exceptions/*.yaml`".to_owned()
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A path relative to this file, with `/` between folders; `*` and `?` are wildcards within one name.",
            "type": "string",
            "pattern": r"^[^/\\:\[\]\x00-\x1f\x7f]+(/[^/\\:\[\]\x00-\x1f\x7f]+)*$",
            "allOf": [{ "pattern": r"\S" }],
            "not": { "pattern": r"(^|/)(\.\.(/|$)|\.$)|\*\*" },
            "examples": ["exceptions/*.yaml", "adopted.json"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_and_never_leads_up() {
        for text in [
            "adopted.json",
            "./a.yaml",
            "a/./b/c.yaml",
            "*/*.y?ml",
            "..a/b..",
            ".github/x.yaml",
            "two words.yaml",
        ] {
            assert!(ExceptionsPath::read(text).is_ok(), "{text}");
        }
        for text in [
            "",
            " ",
            ".",
            "a/.",
            "/a.yaml",
            "a//b.yaml",
            "a/",
            "C:/a.yaml",
            "a\\b.yaml",
            "..",
            "../a.yaml",
            "a/../b.yaml",
            "**/a.yaml",
            "a**.yaml",
            "[ab].yaml",
            "a\n.yaml",
            "\u{1b}.yaml",
        ] {
            assert!(ExceptionsPath::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_path_that_is_read_has_parts() {
        let path = ExceptionsPath::read("./teams/*/ex?eptions.yaml").unwrap();
        let parts = path.parts().unwrap();
        assert!(matches!(
            parts.as_slice(),
            [Part::Name("teams"), Part::Pattern(_), Part::Pattern(_)]
        ));
    }
}
