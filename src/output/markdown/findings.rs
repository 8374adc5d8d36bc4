//! The open findings: a table, a row for each application or other subject, the worst first; then what to do.

use super::sheet::{Sheet, cut};
use super::{LONGEST, LONGEST_NAME, code, inline, room};
use crate::escape::printable;
use crate::finding::{Finding, Level, NextStep};
use crate::output::groups::{self, groups, listed};
use crate::output::steps;
use crate::report::Report;
use crate::words::count;

/// How many findings of one subject its row shows.
const MOST_OF_ROW: usize = 6;

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
    left_out(groups.get(shown..).unwrap_or_default(), page);
    write_steps(report, &groups, page);
}

/// Counts what the table has no room for, by level.
fn left_out(groups: &[&[&Finding]], page: &mut Sheet) {
    if groups.is_empty() {
        return;
    }
    let findings = groups.iter().flat_map(|group| group.iter());
    let levels = Level::ALL.map(|level| findings.clone().filter(|it| it.level == level).count());
    let levels = Level::ALL.into_iter().zip(levels);
    let levels = levels.filter(|(_, number)| *number > 0);
    let levels: Vec<String> = levels
        .map(|(level, number)| count(number, level.name()))
        .collect();
    page.add(format_args!(
        "\n**… and {} more with {}**: <code>--report json=FILE</code> has all of them.\n",
        groups.len(),
        levels.join(", "),
    ));
}

fn row(report: &Report, group: &[&Finding]) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let worst = group.iter().map(|finding| finding.level).max();
    let place = report.place(first);
    let place = place.map(|place| format!("{}:{}", place.file, place.line));
    let identity = groups::identity(report, first);
    let identity = identity.iter().chain(&place);
    let identity = identity.map(|words| format!("<br>{}", code(&cut(words, LONGEST))));
    let mut sentences: Vec<String> = group
        .iter()
        .take(MOST_OF_ROW)
        .map(|finding| sentence(report, finding))
        .collect();
    let more = group.len().saturating_sub(MOST_OF_ROW);
    if more > 0 {
        sentences.push(format!("… and {}", count(more, "more finding")));
    }
    format!(
        "| {} | <b>{}</b>{}{} | {} |\n",
        worst.map_or("", sign),
        inline(&cut(groups::name(report, first), LONGEST_NAME)),
        inline(&groups::kind(report, first)),
        identity.collect::<String>(),
        sentences.join("<br>"),
    )
}

fn sentence(report: &Report, finding: &Finding) -> String {
    let rule = code(report.rule(finding).descriptor.id.0);
    let message = inline(&cut(&report.message(finding), LONGEST));
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
        .map(|group| (*group, steps::of(report, group)))
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
    let name = group.first().map(|first| groups::name(report, first));
    let name = inline(&cut(name.unwrap_or_default(), LONGEST_NAME));
    let mut fold = Sheet::default();
    fold.add(format_args!("<details>\n<summary>{name}</summary>\n\n"));
    for (number, step) in (1..).zip(steps) {
        fold.add(format_args!("{number}. {}\n", inline(&step.text)));
        fence(&mut fold, "sh", step.azure_cli.as_deref());
        fence(&mut fold, "powershell", step.powershell.as_deref());
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
