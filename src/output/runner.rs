//! Workflow commands of GitHub's runner, which turns them into annotations.
//!
//! In: a level, a place and words, foreign ones too. Out: one line that is one command, whatever the words hold.

use std::fmt::Write as _;

use crate::escape::printable;
use crate::report::Location;

/// How many annotations of one level the runner shows for one step.
pub(super) const MOST_ANNOTATIONS: usize = 10;

/// Returns one command with its line feed.
pub(super) fn annotation(
    command: &str,
    place: Option<Location<'_>>,
    title: &str,
    words: &str,
) -> String {
    let mut line = format!("::{command} ");
    if let Some(Location {
        file,
        line: at,
        column,
    }) = place
    {
        let file = property(file);
        let written = write!(line, "file={file},line={at},col={column},");
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    line.push_str("title=");
    line.push_str(&property(title));
    line.push_str("::");
    line.push_str(&data(words));
    line.push('\n');
    line
}

/// Encodes what stands behind the second `::`.
fn data(words: &str) -> String {
    let words = printable(words).replace('%', "%25");
    words.replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes the value of a property.
fn property(words: &str) -> String {
    data(words).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_begin_another_command_or_property() {
        let place = Location {
            file: "a,line=1::error::x.yaml",
            line: 3,
            column: 1,
        };
        assert_eq!(
            annotation("error", Some(place), "a, b: c", "100 %\n::set-output::x"),
            "::error file=a%2Cline=1%3A%3Aerror%3A%3Ax.yaml,line=3,col=1,title=a%2C b%3A c::100 %25\\n:\\u{3a}set-output::x\n"
        );
    }
}
