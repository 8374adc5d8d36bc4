//! `azure`: logging commands of Azure Pipelines.
//!
//! In: a report. Out: one `task.logissue` a line for open findings and rules that could not be judged, the worst first.
//! The agent knows errors and warnings only, so that notes are plain lines. It keeps ten of each for the summary of a
//! step, and no more are written; plain lines behind them say what was left out and the whole result. No command ends the
//! task: the exit code does.

use std::fmt::Write as _;
use std::io;

use super::annotations::{self, Annotation};
use super::{Options, OutputFormat};
use crate::escape::printable;
use crate::finding::Level;
use crate::report::{Location, Report};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "azure",
    summary: "logging commands of Azure Pipelines",
    write,
};

fn write(report: &Report, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let all = annotations::by_level(report);
    for annotations in &all {
        for annotation in &annotations.shown {
            let line = match annotations.level {
                Level::Error => issue("error", annotation),
                Level::Warning => issue("warning", annotation),
                Level::Note => note(annotation),
            };
            writeln!(writer, "{line}")?;
        }
    }
    for line in annotations::last_lines(report, &all) {
        writeln!(writer, "{}", printable(&line))?;
    }
    Ok(())
}

/// Returns the command for an issue of this type.
fn issue(kind: &str, annotation: &Annotation<'_>) -> String {
    let mut line = format!("##vso[task.logissue type={kind};");
    if let Some(Location {
        file,
        line: at,
        column,
    }) = annotation.place
    {
        let file = property(file);
        let written = write!(
            line,
            "sourcepath={file};linenumber={at};columnnumber={column};"
        );
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    let code = property(annotation.rule);
    let words = data(&format!("{}: {}", annotation.subject, annotation.words));
    let written = write!(line, "code={code};]{words}");
    debug_assert!(written.is_ok(), "writing to a string does not fail");
    line
}

/// Returns a plain line.
fn note(annotation: &Annotation<'_>) -> String {
    let Annotation {
        rule,
        place,
        subject,
        words,
    } = annotation;
    let place = place.map(|place| format!(" ({}:{})", place.file, place.line));
    let place = place.unwrap_or_default();
    printable(&format!("note {rule}: {subject}: {words}{place}")).into_owned()
}

/// Encodes what stands behind the bracket. The agent decodes `%AZP25` last, and so it is encoded first.
fn data(words: &str) -> String {
    let words = printable(words).replace('%', "%AZP25");
    words.replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes the value of a property.
fn property(words: &str) -> String {
    data(words).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes as the agent does, see `CommandStringConvertor.cs` of microsoft/azure-pipelines-agent.
    fn decoded(encoded: &str) -> String {
        let tokens = [(";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D")];
        let decoded = tokens
            .iter()
            .fold(encoded.to_owned(), |text, (token, code)| {
                text.replace(code, token)
            });
        decoded.replace("%AZP25", "%")
    }

    fn annotation(file: &'static str, words: &str) -> Annotation<'static> {
        Annotation {
            rule: "secret-age",
            place: Some(Location {
                file,
                line: 3,
                column: 5,
            }),
            subject: "Billing API".to_owned(),
            words: words.to_owned(),
        }
    }

    #[test]
    fn words_cannot_begin_another_command_or_property() {
        assert_eq!(
            issue(
                "error",
                &annotation(
                    "a;type=warning]b.json",
                    "100 %3B\n##vso[task.complete result=Succeeded;]"
                )
            ),
            "##vso[task.logissue type=error;sourcepath=a%3Btype=warning%5Db.json;linenumber=3;columnnumber=5;code=secret-age;]\
             Billing API: 100 %AZP253B\\n#\\u{23}vso[task.complete result=Succeeded;]"
        );
    }

    #[test]
    fn what_has_no_place_names_no_source() {
        let nowhere = Annotation {
            place: None,
            ..annotation("", "old")
        };
        assert_eq!(
            issue("warning", &nowhere),
            "##vso[task.logissue type=warning;code=secret-age;]Billing API: old"
        );
    }

    #[test]
    fn a_note_is_no_command() {
        assert_eq!(
            note(&annotation("a.json", "##vso[x]")),
            "note secret-age: Billing API: #\\u{23}vso[x] (a.json:3)"
        );
    }

    proptest! {
        #[test]
        fn the_agent_reads_what_was_meant(text in "(\\PC|[%;\\]#\\[ABDPZ0235\r\n]){0,40}") {
            let shown = printable(&text);
            for encoded in [data(&text), property(&text)] {
                prop_assert_eq!(&decoded(&encoded), &*shown);
                prop_assert!(!encoded.contains("##") && !encoded.contains(['\r', '\n']));
            }
            prop_assert!(!property(&text).contains([';', ']']));
        }
    }
}
