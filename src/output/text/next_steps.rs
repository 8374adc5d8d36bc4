//! What to do about the findings of one group, with commands that can be pasted.

use std::io;

use super::page::{Page, faint, plain};
use crate::finding::Finding;
use crate::output::steps::{self, Steps};
use crate::report::Report;

/// Where a step begins: behind `    1. `.
const INDENT: usize = 7;

/// Writes what to do about the open findings of a group.
pub(super) fn write(report: &Report, group: &[&Finding], page: &mut Page<'_>) -> io::Result<()> {
    let Steps { list, is_cut, .. } = steps::of(report, group);
    if list.is_empty() {
        return Ok(());
    }
    page.line(&[plain("  Next steps")])?;
    for (index, step) in list.iter().enumerate() {
        let number = format!("{:>5}. ", index + 1);
        page.paragraph(&[plain(&number)], INDENT, &step.text)?;
        write_command("$ ", step.azure_cli.as_deref(), page)?;
        write_command("PS> ", step.powershell.as_deref(), page)?;
    }
    if is_cut {
        page.paragraph(&[plain("       … ")], INDENT, steps::MORE)?;
    }
    Ok(())
}

/// Writes a command as it can be pasted: never wrapped.
fn write_command(prompt: &str, command: Option<&str>, page: &mut Page<'_>) -> io::Result<()> {
    for line in command.into_iter().flat_map(str::lines) {
        let prompt = format!("{:INDENT$}{prompt}", "");
        page.line(&[faint(&prompt), plain(line)])?;
    }
    Ok(())
}
