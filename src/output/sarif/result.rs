//! One finding as one result, on one line.
//!
//! In: a report and one of its findings. Out: the bytes of the result. These alone are not made of `serde-sarif`'s types:
//! with them a result costs six times as much. A test reads every result back as that type.

use std::borrow::Cow;
use std::io;

use serde_json::json;

use super::limits;
use super::place::{Places, Stand};
use super::words::{cut, words};
use crate::escape::printable;
use crate::finding::{ApplicationRecord, Disposition, Finding, NextStep, Subject};
use crate::internal::OrInternal as _;
use crate::output::lines::Record;
use crate::report::Report;

/// How many results carry their next steps, the worst first. Steps take several times the room of everything else, and
/// code scanning refuses more than 10 MB; each rule's help says the same without the identifiers.
const RESULTS_WITH_STEPS: usize = 500;

/// Writes results, each into the same buffer.
pub(super) struct ResultWriter<'report> {
    report: &'report Report,
    places: Places<'report>,
    line: Record,
    /// The sentence about the finding.
    sentence: String,
    /// What the message says.
    message: String,
    /// The bytes that the words of others have in each result.
    room: usize,
    written: usize,
}

impl<'report> ResultWriter<'report> {
    /// Makes a writer for so many results.
    pub(super) fn new(report: &'report Report, results: usize) -> Self {
        Self {
            report,
            places: Places::new(report),
            line: Record::default(),
            sentence: String::new(),
            message: String::new(),
            room: limits::room(results),
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
        let application = self.report.application(finding);
        let share = self.share(finding, application);
        let name = application.map_or(Cow::Borrowed(""), |one| words(&one.display_name));
        self.line.literal(r#"","message":{"text":"#);
        let name = self.message(finding, name, share)?;
        self.line
            .literal(r#"},"locations":[{"physicalLocation":{"artifactLocation":"#);
        self.place(finding);
        self.line.literal("}");
        if let Some(application) = application {
            self.line.literal(r#","logicalLocations":["#);
            self.application(application, &name, share)?;
            self.line.literal("]");
        } else if finding.subject == Subject::Tenant {
            self.tenant();
        }
        self.line
            .literal(r#"}],"partialFingerprints":{"primaryLocationLineHash":""#);
        self.line.plain(self.report.fingerprint(finding));
        self.line.literal("\"}");
        self.suppression(finding, share)?;
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

    /// Returns the room of each text of a finding: its message, its reason, the address of its application.
    fn share(&self, finding: &Finding, application: Option<&ApplicationRecord>) -> usize {
        let has_address = application.is_some_and(|one| one.app_id.is_none());
        let has_reason = finding.disposition != Disposition::Open;
        self.room / (1 + usize::from(has_address) + usize::from(has_reason))
    }

    /// Writes a string that may hold foreign text.
    fn text(&mut self, text: &str, room: usize) -> io::Result<()> {
        self.line.text(&cut(printable(text), room))
    }

    /// Writes the sentence behind the name of the application. Of the room, the name has what the sentence leaves it, and
    /// always a third. Returns the name as it stands there.
    fn message<'name>(
        &mut self,
        finding: &Finding,
        name: Cow<'name, str>,
        room: usize,
    ) -> io::Result<Cow<'name, str>> {
        let mut message = std::mem::take(&mut self.message);
        let mut sentence = std::mem::take(&mut self.sentence);
        message.clear();
        sentence.clear();
        self.report.write_message(finding, &mut sentence);
        let told = words(&sentence);
        let name = cut(name, room.saturating_sub(told.len()).max(room / 3));
        if !name.is_empty() {
            message.push_str(&name);
            message.push_str(": ");
        }
        message.push_str(&cut(told, room.saturating_sub(name.len())));
        message.push('.');
        self.line.text(&message)?;
        (self.message, self.sentence) = (message, sentence);
        Ok(name)
    }

    /// Writes the artifact and the one character at which the object, entry or rule begins.
    fn place(&mut self, finding: &Finding) {
        let Stand {
            artifact,
            line,
            column,
            ..
        } = self.places.of(finding);
        self.line.literal(artifact);
        self.region(line, column);
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

    fn application(
        &mut self,
        application: &ApplicationRecord,
        name: &str,
        room: usize,
    ) -> io::Result<()> {
        self.line.literal(r#"{"name":"#);
        self.line.text(name)?;
        if let Some(app_id) = application.app_id {
            self.line.literal(r#","fullyQualifiedName":""#);
            self.line.literal(app_id.encode(&mut [0; 36]));
            self.line.literal("\"");
        } else if let Some(address) = &application.address {
            self.line.literal(r#","fullyQualifiedName":"#);
            self.text(address, room)?;
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

    fn suppression(&mut self, finding: &Finding, room: usize) -> io::Result<()> {
        let exception = self.report.exception(finding).map(|entry| &*entry.reason);
        let window = self.report.window(finding).map(|entry| &*entry.reason);
        let reason = match finding.disposition {
            Disposition::Open => return Ok(()),
            Disposition::Excepted(_) => exception,
            Disposition::InWindow(_) => window,
        };
        self.line
            .literal(r#","suppressions":[{"kind":"external","status":"accepted","justification":"#);
        self.text(
            reason.or_internal("what tolerates a finding has a reason"),
            room,
        )?;
        self.line.literal("}]");
        Ok(())
    }
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
