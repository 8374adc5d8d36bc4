//! The open findings: a table, a row for each application or other subject, the worst first; then what to do.

use super::escape::Room;
use super::sheet::Sheet;
use super::{NAME, SENTENCE, code, inline, room};
use crate::escape::printable;
use crate::finding::{Finding, Level, NextStep, Subject};
use crate::internal::OrInternal as _;
use crate::output::groups::{self, groups, listed};
use crate::output::steps;
use crate::report::Report;
use crate::words::count;

/// How many findings of one subject its row shows.
const MOST_OF_ROW: usize = 6;

/// How long a row becomes with all but its first finding, in bytes: of the longest, five still fit into the table.
const MOST_BYTES_OF_ROW: usize = 3_000;

/// How long a list of steps becomes, in bytes; half of that is usual.
const MOST_BYTES_OF_FOLD: usize = 5_000;

/// The id or the address of an application, and its place.
const IDENTITY: Room = Room {
    characters: 200,
    bytes: 500,
};

/// Writes both.
pub(super) fn write(report: &Report, page: &mut Sheet) {
    let listed = listed(report, false, |_| true);
    let groups = groups(report, &listed);
    if groups.is_empty() {
        return;
    }
    page.add(format_args!(
        "\n### Findings\n\n| | Where | What |\n| --- | --- | --- |\n"
    ));
    let rows = groups.iter().map(|group| row(report, group));
    let shown = page.fill(rows, room::FINDINGS);
    let (_, rest) = groups.split_at(shown);
    left_out(rest, page);
    write_steps(report, &groups, page);
}

/// Counts what the table has no room for, by level.
fn left_out(groups: &[&[&Finding]], page: &mut Sheet) {
    if groups.is_empty() {
        return;
    }
    let findings = groups.iter().flat_map(|group| group.iter().copied());
    page.add(format_args!(
        "\n**… and {} more with {}**: <code>--report json=FILE</code> has all of them.\n",
        groups.len(),
        by_level(&findings),
    ));
}

/// Says how many findings of each level there are.
fn by_level<'report>(findings: &(impl Iterator<Item = &'report Finding> + Clone)) -> String {
    let levels = Level::ALL.map(|level| findings.clone().filter(|it| it.level == level).count());
    let levels = Level::ALL.into_iter().zip(levels);
    let levels = levels.filter(|(_, number)| *number > 0);
    let levels: Vec<String> = levels
        .map(|(level, number)| count(number, level.name()))
        .collect();
    levels.join(", ")
}

/// Why a group has a first finding.
const GROUP: &str = "a group is made of findings";

fn row(report: &Report, group: &[&Finding]) -> String {
    let first = group.first().or_internal(GROUP);
    let worst = group.iter().map(|finding| finding.level).max();
    let place = report.place(first);
    let place = place.map(|place| format!("{}:{}", place.file, place.line));
    let identity = groups::identity(report, first);
    let identity = identity.iter().chain(&place);
    let identity = identity.map(|words| format!("<br>{}", IDENTITY.code(words)));
    let mut row = Sheet::default();
    row.add(format_args!(
        "| {} | <b>{}</b>{}{} | {}",
        worst.map_or("", sign),
        name(report, first),
        inline(&groups::kind(report, first)),
        identity.collect::<String>(),
        sentence(report, first),
    ));
    let mut shown = 1;
    for finding in group.iter().take(MOST_OF_ROW).skip(1) {
        let sentence = sentence(report, finding);
        if row.len() + sentence.len() > MOST_BYTES_OF_ROW {
            break;
        }
        row.add(format_args!("<br>{sentence}"));
        shown += 1;
    }
    let (_, left_out) = group.split_at(shown);
    if !left_out.is_empty() {
        let more = count(left_out.len(), "more finding");
        let levels = by_level(&left_out.iter().copied());
        row.add(format_args!("<br>… and {more} ({levels})"));
    }
    row.add(format_args!(" |\n"));
    row.into_text()
}

/// Returns the name of a subject: as code where somebody else chose it, so that nothing becomes of it on any platform.
fn name(report: &Report, finding: &Finding) -> String {
    let name = groups::name(report, finding);
    let is_own = match finding.subject {
        Subject::Application(_) => report
            .application(finding)
            .is_none_or(|application| application.display_name.is_empty()),
        Subject::Tenant => true,
        Subject::Exception(_) | Subject::Window(_) => false,
    };
    if is_own {
        inline(name)
    } else {
        NAME.code(name)
    }
}

fn sentence(report: &Report, finding: &Finding) -> String {
    let rule = code(report.rule(finding).descriptor.id.0);
    let message = SENTENCE.inline(&report.message(finding));
    format!("{} {rule}: {message}", finding.level)
}

/// Signs that need no variation selector, which is invisible.
const fn sign(level: Level) -> &'static str {
    match level {
        Level::Error => "❌",
        Level::Warning => "🟠",
        Level::Note => "🔵",
    }
}

/// Writes what to do, folded away.
fn write_steps(report: &Report, groups: &[&[&Finding]], page: &mut Sheet) {
    let folded: Vec<(&[&Finding], Vec<NextStep>)> = groups
        .iter()
        .map(|group| (*group, steps::of(report, group).list))
        .filter(|(_, steps)| !steps.is_empty())
        .take(MOST_FOLDED)
        .collect();
    if folded.is_empty() {
        return;
    }
    page.add(format_args!("\n### Next steps\n\n"));
    let parts = folded
        .iter()
        .map(|(group, steps)| fold(report, group, steps));
    let shown = page.fill(parts, room::THROUGH_STEPS.saturating_sub(page.len()));
    if shown < folded.len() || folded.len() == MOST_FOLDED {
        page.add(format_args!(
            "\n… the steps for the others: <code>--report text</code> prints them, and \
             <code>credgate explain RULE</code> has those of each rule.\n"
        ));
    }
}

/// How many lists of steps are made at all; no more fit in.
const MOST_FOLDED: usize = 50;

fn fold(report: &Report, group: &[&Finding], steps: &[NextStep]) -> String {
    let name = name(report, group.first().or_internal(GROUP));
    let mut fold = Sheet::default();
    fold.add(format_args!("<details>\n<summary>{name}</summary>\n\n"));
    let written = (1..).zip(steps).map(|(number, step)| {
        let mut written = Sheet::default();
        written.add(format_args!("{number}. {}\n", inline(&step.text)));
        fence(&mut written, "sh", step.azure_cli.as_deref());
        fence(&mut written, "powershell", step.powershell.as_deref());
        written.into_text()
    });
    // The last steps are those that take a secret away: no list is left without what comes before them.
    let shown = fold.fill(written, MOST_BYTES_OF_FOLD);
    if shown < steps.len() {
        let more = count(steps.len() - shown, "more step");
        fold.add(format_args!(
            "\n… and {more}: <code>--report text</code> prints them.\n"
        ));
    }
    fold.add(format_args!("\n</details>\n"));
    fold.into_text()
}

/// Adds a command inside a list; no run of backticks in it is as long as the fence.
fn fence(page: &mut Sheet, language: &str, command: Option<&str>) {
    let Some(command) = command else {
        return;
    };
    let mut marks = "```".to_owned();
    while command.contains(&marks) {
        marks.push('`');
    }
    page.add(format_args!("\n   {marks}{language}\n"));
    for line in command.lines() {
        page.add(format_args!("   {}\n", printable(line)));
    }
    page.add(format_args!("   {marks}\n\n"));
}
