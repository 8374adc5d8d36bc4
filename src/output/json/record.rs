//! One finding as one record, on one line.
//!
//! In: a report and one of its findings. Out: the bytes of the record. They are not made by serde, with which a record
//! costs three times as much; a test reads every record back as the type of the contract.

use std::io;

use crate::finding::{ApplicationRecord, CredentialRef, Finding};
use crate::model::{HYPHENATED_LENGTH, State};
use crate::output::lines::Record;
use crate::report::{Location, Report};

/// Writes records, each into the same buffer.
pub(super) struct RecordWriter<'report> {
    report: &'report Report,
    record: Record,
    message: String,
}

impl<'report> RecordWriter<'report> {
    pub(super) fn new(report: &'report Report) -> Self {
        Self {
            report,
            record: Record::default(),
            message: String::new(),
        }
    }

    /// Returns the record of a finding.
    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<&[u8]> {
        let report = self.report;
        self.record.clear();
        self.record.literal(r#"{"rule":""#);
        self.record.literal(report.rule(finding).descriptor.id.0);
        self.record.literal(r#"","level":""#);
        self.record.literal(finding.level.name());
        self.record.literal(r#"","disposition":""#);
        self.record.literal(finding.disposition.name());
        self.record.literal(r#"","exception":"#);
        self.optional(report.exception(finding).map(|entry| &*entry.id.0))?;
        self.record.literal(r#","window":"#);
        self.optional(report.window(finding).map(|entry| &*entry.id.0))?;
        self.record.literal(r#","application":"#);
        match report.application(finding) {
            Some(application) => self.application(application)?,
            None => self.record.literal("null"),
        }
        self.record.literal(r#","credential":"#);
        self.credential(finding.credential);
        self.record.literal(r#","message":"#);
        self.message.clear();
        report.write_message(finding, &mut self.message);
        self.record.text(&self.message)?;
        self.record.literal(r#","location":"#);
        self.location(finding)?;
        self.record.literal(r#","fingerprint":""#);
        self.record.plain(report.fingerprint(finding));
        self.record.literal("\"}");
        Ok(self.record.bytes())
    }

    fn optional(&mut self, text: Option<&str>) -> io::Result<()> {
        if let Some(text) = text {
            return self.record.text(text);
        }
        self.record.literal("null");
        Ok(())
    }

    fn application(&mut self, application: &ApplicationRecord) -> io::Result<()> {
        self.record.literal(r#"{"app_id":"#);
        let mut buffer = [0; HYPHENATED_LENGTH];
        self.optional(application.app_id.map(|id| id.encode(&mut buffer)))?;
        self.record.literal(r#","object_id":"#);
        let mut buffer = [0; HYPHENATED_LENGTH];
        self.optional(application.object_id.map(|id| id.encode(&mut buffer)))?;
        self.record.literal(r#","address":"#);
        self.optional(application.address.as_deref())?;
        self.record.literal(r#","display_name":"#);
        self.record.text(&application.display_name)?;
        self.record.literal(r#","state":"#);
        self.optional(application.state.map(State::name))?;
        self.record.literal("}");
        Ok(())
    }

    fn credential(&mut self, credential: Option<CredentialRef>) {
        let Some(credential) = credential else {
            return self.record.literal("null");
        };
        self.record.literal(r#"{"key_id":"#);
        match credential.key_id {
            Some(key_id) => {
                self.record.literal("\"");
                self.record
                    .literal(key_id.encode(&mut [0; HYPHENATED_LENGTH]));
                self.record.literal("\"");
            }
            None => self.record.literal("null"),
        }
        self.record.literal(r#","class":""#);
        self.record
            .literal(credential.class.name(credential.validity));
        self.record.literal(r#"","on":""#);
        self.record.literal(credential.on.name());
        self.record.literal("\"}");
    }

    fn location(&mut self, finding: &Finding) -> io::Result<()> {
        let Some(Location { file, line, column }) = self.report.place(finding) else {
            self.record.literal("null");
            return Ok(());
        };
        self.record.literal(r#"{"file":"#);
        self.record.text(file)?;
        self.record.literal(r#","line":"#);
        self.record.number(line);
        self.record.literal(r#","column":"#);
        self.record.number(column);
        self.record.literal("}");
        Ok(())
    }
}
