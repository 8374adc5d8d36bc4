//! What a runner makes of the annotations: each finding is one, or is counted, and foreign text is none.

use credgate::finding::{Disposition, Level};
use credgate::report::Report;

use super::{reports, sample, write};

const MOST: usize = 10;

/// A command of the runner, as the runner reads it.
struct Command {
    level: Level,
    words: String,
}

/// Reads a line as GitHub's runner does, which trims it first.
fn github(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (command, words) = rest.split_once("::")?;
    let own = [
        ("error", Level::Error),
        ("warning", Level::Warning),
        ("notice", Level::Note),
    ];
    let level = level(own, command.split(' ').next()?);
    let words = words.to_owned();
    Some(Command { level, words })
}

/// Reads a line as the agent of Azure Pipelines does, which looks for a command anywhere.
fn azure(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##vso[")?;
    let (command, words) = rest.split_once(']')?;
    let own = [
        ("task.logissue type=error", Level::Error),
        ("task.logissue type=warning", Level::Warning),
    ];
    let level = level(own, command.split(';').next()?);
    assert!(!words.contains("##"), "{line}");
    let words = words.to_owned();
    Some(Command { level, words })
}

/// Fails on a command that is none of the format's own: foreign text has made it.
fn level<const N: usize>(own: [(&str, Level); N], command: &str) -> Level {
    let found = own.into_iter().find(|(name, _)| *name == command);
    assert!(found.is_some(), "{command}");
    found.unwrap().1
}

/// What there is to say at a level: open findings, and rules that could not be judged.
fn due(report: &Report, level: Level) -> usize {
    let findings = report.findings.iter();
    let open = findings.filter(|it| it.level == level && it.disposition == Disposition::Open);
    let gaps = report.not_judged.iter().filter(|it| it.level() == level);
    open.count() + gaps.count()
}

fn said_left_out(page: &str, level: Level) -> usize {
    let (more, plural) = (format!(" more {level} ("), format!(" more {level}s ("));
    let line = page
        .lines()
        .find(|line| line.starts_with("and ") && (line.contains(&more) || line.contains(&plural)));
    let number = line.and_then(|line| line.split(' ').nth(1)?.parse().ok());
    number.unwrap_or_default()
}

fn all() -> impl Iterator<Item = Report> {
    reports().into_iter().chain([sample::large(80)])
}

#[test]
fn each_is_an_annotation_or_counted() {
    for report in all() {
        let page = write("github", &report);
        let found: Vec<Command> = page.lines().filter_map(github).collect();
        for level in Level::ALL {
            let shown = found.iter().filter(|it| it.level == level).count();
            assert!(shown <= MOST, "{page}");
            assert_eq!(
                shown + said_left_out(&page, level),
                due(&report, level),
                "{page}"
            );
        }
        assert!(found.iter().all(|it| !it.words.is_empty()), "{page}");
    }
}

#[test]
fn each_is_an_issue_a_note_or_counted() {
    for report in all() {
        let page = write("azure", &report);
        let found: Vec<Command> = page.lines().filter_map(azure).collect();
        for level in [Level::Error, Level::Warning] {
            let shown = found.iter().filter(|it| it.level == level).count();
            assert!(shown <= MOST, "{page}");
            assert_eq!(
                shown + said_left_out(&page, level),
                due(&report, level),
                "{page}"
            );
        }
        let notes = page.lines().filter(|line| line.starts_with("note "));
        let notes = notes.count() + said_left_out(&page, Level::Note);
        assert_eq!(notes, due(&report, Level::Note), "{page}");
    }
}

#[test]
fn the_worst_are_shown() {
    let mut report = sample::large(80);
    let last = report.findings.len() - 1;
    for (index, finding) in report.findings.iter_mut().enumerate() {
        finding.level = if index == last {
            Level::Warning
        } else {
            Level::Error
        };
    }
    for (format, commands) in [("github", MOST + 1), ("azure", MOST + 1)] {
        let page = write(format, &report);
        let read = if format == "github" { github } else { azure };
        assert_eq!(page.lines().filter_map(read).count(), commands, "{page}");
        assert!(
            page.contains(&format!("and {} more errors", last - MOST)),
            "{page}"
        );
    }
}
