//! One finding as one result, on one line.
//!
//! In: a report and one of its findings. Out: the bytes of the result. These alone are not made of `serde-sarif`'s types:
//! with them a result costs six times as much. A test reads every result back as that type.

use std::io;

use serde_json::json;

use super::uri;
use crate::escape::printable;
use crate::finding::{ApplicationRecord, Disposition, Finding, NextStep, Subject};
use crate::output::lines::Record;
use crate::report::{Location, Report};

/// How many results carry their next steps, the worst first. Steps take several times the room of everything else, and
/// code scanning refuses more than 10 MB; each rule's help says the same without the identifiers.
const RESULTS_WITH_STEPS: usize = 500;

/// Writes results, each into the same buffer.
pub(super) struct ResultWriter<'report> {
    report: &'report Report,
    line: Record,
    message: String,
    words: String,
    /// The artifact location of each file that was named before: those of the inventory and of the policy.
    artifacts: Vec<(&'report str, String)>,
    written: usize,
}

impl<'report> ResultWriter<'report> {
    pub(super) fn new(report: &'report Report) -> Self {
        Self {
            report,
            line: Record::default(),
            message: String::new(),
            words: String::new(),
            artifacts: Vec::new(),
            written: 0,
        }
    }

    /// Returns the line of a result, indented and without a line feed.
    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<&[u8]> {
        self.line.clear();
        self.line.literal(r#"        {"ruleId":""#);
        self.line.literal(self.report.rule(finding).descriptor.id.0);
        self.line.literal(r#"","ruleIndex":"#);
        self.line.number(finding.rule);
        self.line.literal(r#","level":""#);
        self.line.literal(finding.level.name());
        self.line.literal(r#"","message":{"text":"#);
        self.message(finding)?;
        self.line
            .literal(r#"},"locations":[{"physicalLocation":{"artifactLocation":"#);
        self.place(finding);
        self.line.literal("}");
        if let Some(application) = self.report.application(finding) {
            self.line.literal(r#","logicalLocations":["#);
            self.application(application)?;
            self.line.literal("]");
        } else if finding.subject == Subject::Tenant {
            self.tenant();
        }
        self.line
            .literal(r#"}],"partialFingerprints":{"primaryLocationLineHash":""#);
        self.line.plain(self.report.fingerprint(finding));
        self.line.literal("\"}");
        self.suppression(finding)?;
        if self.written < RESULTS_WITH_STEPS {
            self.line.literal(r#","properties":{"nextSteps":"#);
            let steps = self.report.next_steps(finding);
            self.line.value(&next_steps(&steps))?;
            self.line.literal("}");
        }
        self.line.literal("}");
        self.written += 1;
        Ok(self.line.bytes())
    }

    /// Writes a string that may hold foreign text.
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.line.text(&printable(text))
    }

    /// Writes the sentence behind the name of the application.
    fn message(&mut self, finding: &Finding) -> io::Result<()> {
        let mut message = std::mem::take(&mut self.message);
        let mut words = std::mem::take(&mut self.words);
        message.clear();
        words.clear();
        let application = self.report.application(finding);
        let name = application.map_or("", |application| &*application.display_name);
        if !name.is_empty() {
            words.push_str(name);
            words.push_str(": ");
            // By itself, because only names need a look at every character, and few of them.
            message.push_str(&printable(&words));
            words.clear();
        }
        self.report.write_message(finding, &mut words);
        words.push('.');
        message.push_str(&printable(&words));
        if message.contains("](") {
            // It would make a link of foreign text.
            message = message.replace("](", "]\\u{28}");
        }
        self.line.text(&message)?;
        (self.message, self.words) = (message, words);
        Ok(())
    }

    /// Writes the artifact and the one character at which the object, entry or rule begins.
    fn place(&mut self, finding: &Finding) {
        let place = self.report.place(finding).unwrap_or(Location {
            file: &self.report.policy.path,
            line: 1,
            column: 1,
        });
        let known = self.artifacts.iter().find(|(file, _)| *file == place.file);
        if let Some((_, artifact)) = known {
            self.line.literal(artifact);
        } else {
            let artifact = artifact(place.file);
            self.line.literal(&artifact);
            self.artifacts.push((place.file, artifact));
        }
        self.region(place.line, place.column);
    }

    /// Marks one character.
    fn region(&mut self, line: u32, column: u32) {
        self.line.literal(r#","region":{"startLine":"#);
        self.line.number(line);
        self.line.literal(r#","startColumn":"#);
        self.line.number(column);
        self.line.literal(r#","endLine":"#);
        self.line.number(line);
        self.line.literal(r#","endColumn":"#);
        self.line.number(u64::from(column) + 1);
        self.line.literal("}");
    }

    fn application(&mut self, application: &ApplicationRecord) -> io::Result<()> {
        self.line.literal(r#"{"name":"#);
        self.text(&application.display_name)?;
        if let Some(app_id) = application.app_id {
            self.line.literal(r#","fullyQualifiedName":""#);
            self.line.literal(app_id.encode(&mut [0; 36]));
            self.line.literal("\"");
        } else if let Some(address) = &application.address {
            self.line.literal(r#","fullyQualifiedName":"#);
            self.text(address)?;
        }
        self.line.literal(r#","kind":"resource"}"#);
        Ok(())
    }

    fn tenant(&mut self) {
        self.line
            .literal(r#","logicalLocations":[{"name":"The tenant"#);
        if let Some(tenant) = self.report.tenant {
            self.line.literal(r#"","fullyQualifiedName":""#);
            self.line.literal(tenant.encode(&mut [0; 36]));
        }
        self.line.literal(r#"","kind":"resource"}]"#);
    }

    fn suppression(&mut self, finding: &Finding) -> io::Result<()> {
        let exception = self.report.exception(finding).map(|entry| &*entry.reason);
        let window = self.report.window(finding).map(|entry| &*entry.reason);
        let reason = match finding.disposition {
            Disposition::Open => return Ok(()),
            Disposition::Excepted(_) => exception,
            Disposition::InWindow(_) => window,
        };
        self.line
            .literal(r#","suppressions":[{"kind":"external","status":"accepted","justification":"#);
        self.text(reason.unwrap_or_default())?;
        self.line.literal("}]");
        Ok(())
    }
}

/// Returns the artifact location of a file as JSON.
fn artifact(path: &str) -> String {
    serde_json::to_string(&uri::location(path)).unwrap_or_default()
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
