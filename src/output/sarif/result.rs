//! One finding as one result, on one line.
//!
//! In: a report and one of its findings. Out: the bytes of the result. These alone are not made of `serde-sarif`'s types:
//! with them a result costs six times as much. A test reads every result back as that type.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde_json::json;

use super::{lines, uri};
use crate::escape::printable;
use crate::finding::{ApplicationRecord, Disposition, Finding, NextStep};
use crate::report::Report;

/// How many results carry their next steps, the worst first. Steps take several times the room of everything else, and
/// code scanning refuses more than 10 MB; each rule's help says the same without the identifiers.
const RESULTS_WITH_STEPS: usize = 500;

/// Writes results, each into the same buffer.
pub(super) struct ResultWriter<'report> {
    report: &'report Report,
    line: Vec<u8>,
    message: String,
    /// The artifact location of each file of the inventory.
    files: Vec<Vec<u8>>,
    /// The artifact location of the policy.
    policy: Vec<u8>,
    written: usize,
}

impl<'report> ResultWriter<'report> {
    pub(super) fn new(report: &'report Report) -> Self {
        Self {
            report,
            line: Vec::new(),
            message: String::new(),
            files: report.files.iter().map(|path| artifact(path)).collect(),
            policy: artifact(&report.policy.path),
            written: 0,
        }
    }

    /// Returns the line of a result, indented and without a line feed.
    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<&[u8]> {
        self.line.clear();
        self.literal(r#"        {"ruleId":""#);
        self.literal(self.report.rule(finding).descriptor.id.0);
        self.literal(r#"","ruleIndex":"#);
        self.value(finding.rule)?;
        self.literal(r#","level":""#);
        self.literal(finding.level.name());
        self.literal(r#"","message":{"text":"#);
        self.message(finding)?;
        self.literal(r#"},"locations":[{"physicalLocation":{"artifactLocation":"#);
        self.place(finding)?;
        self.literal("}");
        if let Some(application) = self.report.application(finding) {
            self.literal(r#","logicalLocations":["#);
            self.application(application)?;
            self.literal("]");
        }
        self.literal(r#"}],"partialFingerprints":{"primaryLocationLineHash":""#);
        self.value(self.report.fingerprint(finding))?;
        self.literal("\"}");
        self.suppression(finding)?;
        if self.written < RESULTS_WITH_STEPS {
            self.literal(r#","properties":{"nextSteps":"#);
            let steps = self.report.next_steps(finding);
            lines::write_value(&next_steps(&steps), &mut self.line)?;
            self.literal("}");
        }
        self.literal("}");
        self.written += 1;
        Ok(&self.line)
    }

    fn literal(&mut self, json: &str) {
        self.line.extend_from_slice(json.as_bytes());
    }

    /// Writes a number or identifier: nothing that needs escaping.
    fn value(&mut self, value: impl Display) -> io::Result<()> {
        write!(self.line, "{value}")
    }

    /// Writes a string that may hold foreign text.
    fn text(&mut self, text: &str) -> io::Result<()> {
        lines::write_text(&printable(text), &mut self.line)
    }

    /// Writes the sentence behind the name of the application.
    fn message(&mut self, finding: &Finding) -> io::Result<()> {
        let mut message = std::mem::take(&mut self.message);
        message.clear();
        let application = self.report.application(finding);
        let name = application.map_or("", |application| &*application.display_name);
        if !name.is_empty() {
            message.push_str(name);
            message.push_str(": ");
        }
        self.report.write_message(finding, &mut message);
        message.push('.');
        if message.contains("](") {
            // It would make a link of foreign text.
            message = message.replace("](", "]\\u{28}");
        }
        self.text(&message)?;
        self.message = message;
        Ok(())
    }

    /// Writes the artifact and the one character at which the object or entry begins. Where the source has no lines, the
    /// policy that demands it stands in, at its beginning.
    fn place(&mut self, finding: &Finding) -> io::Result<()> {
        let application = self.report.application(finding);
        let place = application.map(|application| application.place);
        let place = place.filter(|place| place.line > 0);
        let inventory = place.and_then(|place| Some((self.files.get(place.file as usize)?, place)));
        let (line, column) = if let Some((file, place)) = inventory {
            self.line.extend_from_slice(file);
            (place.line, place.column)
        } else if let (None, Some(entry)) = (application, self.report.place(finding)) {
            self.line.append(&mut artifact(&entry.file));
            (entry.line, entry.column)
        } else {
            self.line.extend_from_slice(&self.policy);
            (1, 1)
        };
        self.region(line, column)
    }

    /// Marks one character.
    fn region(&mut self, line: u32, column: u32) -> io::Result<()> {
        self.literal(r#","region":{"startLine":"#);
        self.value(line)?;
        self.literal(r#","startColumn":"#);
        self.value(column)?;
        self.literal(r#","endLine":"#);
        self.value(line)?;
        self.literal(r#","endColumn":"#);
        self.value(u64::from(column) + 1)?;
        self.literal("}");
        Ok(())
    }

    fn application(&mut self, application: &ApplicationRecord) -> io::Result<()> {
        self.literal(r#"{"name":"#);
        self.text(&application.display_name)?;
        if let Some(app_id) = application.app_id {
            self.literal(r#","fullyQualifiedName":""#);
            self.value(app_id)?;
            self.literal("\"");
        } else if let Some(address) = &application.address {
            self.literal(r#","fullyQualifiedName":"#);
            self.text(address)?;
        }
        self.literal(r#","kind":"resource"}"#);
        Ok(())
    }

    fn suppression(&mut self, finding: &Finding) -> io::Result<()> {
        let exception = self.report.exception(finding).map(|entry| &*entry.reason);
        let window = self.report.window(finding).map(|entry| &*entry.reason);
        let reason = match finding.disposition {
            Disposition::Open => return Ok(()),
            Disposition::Excepted(_) => exception,
            Disposition::InWindow(_) => window,
        };
        self.literal(r#","suppressions":[{"kind":"external","status":"accepted","justification":"#);
        self.text(reason.unwrap_or_default())?;
        self.literal("}]");
        Ok(())
    }
}

/// Returns the artifact location of a file as JSON.
fn artifact(path: &str) -> Vec<u8> {
    let mut json = Vec::new();
    let written = lines::write_value(&uri::location(path), &mut json);
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    json
}

fn next_steps(steps: &[NextStep]) -> serde_json::Value {
    let steps = steps.iter().map(|step| {
        let mut words = json!({ "text": printable(&step.text) });
        for (key, command) in [
            ("azureCli", &step.azure_cli),
            ("powershell", &step.powershell),
        ] {
            if let (Some(command), Some(words)) = (command, words.as_object_mut()) {
                words.insert(key.to_owned(), json!(printable(command)));
            }
        }
        words
    });
    steps.collect()
}
