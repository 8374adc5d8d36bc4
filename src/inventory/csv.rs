//! The table of the control's step 1: how many secrets and certificates each application has.
//!
//! In: a table with commas, semicolons or tabs. Out: applications of which only the numbers are known. Its own verdict,
//! `SecretsOnly`, is never trusted: a row whose counts say otherwise is an error.

use std::io::Read;

use super::Kind;
use super::document::{Facts, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::object::Object;
use super::position::Position;
use crate::model::{Application, Coverage, Credentials, Known};

/// A table that is being read.
pub(super) struct CsvDocument<R> {
    reader: csv::Reader<Watched<R>>,
    /// Lines above the header.
    above: u32,
    record: csv::StringRecord,
    columns: Columns,
    file: String,
    facts: Facts,
}

/// Passes bytes on, and knows whether a quote is open (a table that ends so was cut) and whether an empty line was
/// followed by anything (a table that has one was put together).
struct Watched<R> {
    reader: R,
    open: bool,
    /// One-based.
    line: u32,
    at_line_start: bool,
    /// The first line that is empty.
    empty: Option<u32>,
    /// The same, once something has followed.
    inner_empty: Option<u32>,
}

impl<R> Watched<R> {
    const fn new(reader: R, line: u32) -> Self {
        Self {
            reader,
            open: false,
            line,
            at_line_start: true,
            empty: None,
            inner_empty: None,
        }
    }

    fn watch(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                if self.at_line_start && !self.open {
                    self.empty = self.empty.or(Some(self.line));
                }
                self.line = self.line.saturating_add(1);
                self.at_line_start = true;
            }
            b'\r' => {}
            other => {
                self.open ^= other == b'"';
                self.at_line_start = false;
                self.inner_empty = self.inner_empty.or(self.empty);
            }
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(into)?;
        for &byte in into.get(..count).unwrap_or_default() {
            self.watch(byte);
        }
        Ok(count)
    }
}

/// Where each column stands.
#[derive(Clone, Copy, Debug)]
struct Columns {
    display_name: Option<usize>,
    app_id: usize,
    secrets: usize,
    certificates: usize,
    secrets_only: Option<usize>,
}

const NAMES: [&str; 5] = [
    "DisplayName",
    "AppId",
    "SecretCount",
    "CertCount",
    "SecretsOnly",
];

impl Columns {
    /// Reads the header; a column that is not the control's is refused, because nothing would check what it swallows.
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let mut places = [None; NAMES.len()];
        for (at, name) in header.iter().enumerate() {
            let known = NAMES
                .iter()
                .position(|known| known.eq_ignore_ascii_case(name.trim()))?;
            if places.get_mut(known)?.replace(at).is_some() {
                return None;
            }
        }
        let [display_name, app_id, secrets, certificates, secrets_only] = places;
        Some(Self {
            display_name,
            app_id: app_id?,
            secrets: secrets?,
            certificates: certificates?,
            secrets_only,
        })
    }
}

impl<R: Read> CsvDocument<R> {
    /// Opens a table. `beginning` is what has been seen of it; it tells the delimiter.
    pub(super) fn open(
        mut reader: R,
        beginning: &[u8],
        file: &str,
    ) -> Result<Self, InventoryError> {
        let skipped = type_line(&mut reader, beginning)
            .map_err(|error| Problem::of_read(error).at(file, None))?;
        let beginning = beginning.get(skipped..).unwrap_or_default();
        let above = u32::from(skipped > 0);
        let line = beginning
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let delimiter = b",;\t"
            .iter()
            .copied()
            .max_by_key(|&delimiter| memchr::memchr_iter(delimiter, line).count());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .has_headers(true)
            .from_reader(Watched::new(reader, 1 + above));
        let header = reader
            .headers()
            .map_err(|error| of_csv(&error).at(file, Some(1 + above)))?;
        let columns = Columns::of(header).ok_or_else(|| {
            let known = header.iter().any(|name| {
                NAMES
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name.trim()))
            });
            if known {
                Problem::CsvHeader
            } else {
                Problem::UnknownFormat
            }
            .at(file, Some(1 + above))
        })?;
        let mut facts = Facts::new("csv");
        facts.list(Kind::Application);
        facts.coverage = Coverage {
            dates: false,
            federated_credentials: false,
            owners: false,
            service_principals: false,
        };
        Ok(Self {
            reader,
            above,
            record: csv::StringRecord::new(),
            columns,
            file: file.to_owned(),
            facts,
        })
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default().trim()
    }

    fn number(&self, column: usize, name: &'static str) -> Result<u32, Problem> {
        let text = self.text(column);
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::CsvValue(name));
        }
        text.parse().map_err(|_| Problem::CsvValue(name))
    }

    fn application(&self) -> Result<Application, Problem> {
        let Columns {
            display_name,
            app_id,
            secrets,
            certificates,
            secrets_only,
        } = self.columns;
        let display_name = display_name.map_or("", |column| self.text(column));
        if display_name.contains(['\n', '\r']) {
            // A quote that is never closed would swallow the rows behind it.
            return Err(Problem::CsvValue("DisplayName"));
        }
        let app_id = self
            .text(app_id)
            .parse()
            .map_err(|_| Problem::CsvValue("AppId"))?;
        let secrets = self.number(secrets, "SecretCount")?;
        let certificates = self.number(certificates, "CertCount")?;
        if let Some(column) = secrets_only
            && self.truth(column)? != (secrets > 0 && certificates == 0)
        {
            return Err(Problem::CsvContradiction);
        }
        Ok(Application {
            id: None,
            app_id,
            display_name: display_name.into(),
            deleted: false,
            credentials: Credentials::Counted {
                secrets,
                certificates,
            },
            federated: Known::Unknown,
            has_owner: Known::Unknown,
            token_encryption_key_id: None,
        })
    }

    fn truth(&self, column: usize) -> Result<bool, Problem> {
        match self.text(column) {
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(Problem::CsvValue("SecretsOnly")),
        }
    }
}

/// Windows PowerShell writes `#TYPE …` above the header: takes that line, and returns its length.
fn type_line<R: Read>(reader: &mut R, beginning: &[u8]) -> std::io::Result<usize> {
    if !beginning.starts_with(b"#TYPE") {
        return Ok(0);
    }
    let length = beginning
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    std::io::copy(&mut reader.take(length as u64), &mut std::io::sink())?;
    Ok(length)
}

fn of_csv(error: &csv::Error) -> Problem {
    match error.kind() {
        csv::ErrorKind::Io(error) => Problem::of_read(std::io::Error::from(error.kind())),
        csv::ErrorKind::Utf8 { .. } => Problem::NotUtf8,
        csv::ErrorKind::UnequalLengths { .. } | _ => Problem::CsvColumns,
    }
}

impl<R: Read> Objects for CsvDocument<R> {
    fn next(&mut self) -> Result<Option<Placed>, InventoryError> {
        let above = self.above;
        let line = |position: &csv::Position| {
            u32::try_from(position.line()).map_or(u32::MAX, |line| line.saturating_add(above))
        };
        let read = self.reader.read_record(&mut self.record);
        if let Some(line) = self.reader.get_ref().inner_empty {
            return Err(Problem::CsvEmptyLine.at(&self.file, Some(line)));
        }
        let read =
            read.map_err(|error| of_csv(&error).at(&self.file, error.position().map(line)))?;
        if self.reader.get_ref().open && self.reader.is_done() {
            return Err(Problem::CsvCut.at(&self.file, None));
        }
        if !read {
            return Ok(None);
        }
        let line = self.record.position().map_or(1, line);
        let application = self
            .application()
            .map_err(|problem| problem.at(&self.file, Some(line)))?;
        self.facts.applications += 1;
        Ok(Some(Placed {
            object: Object::Application(application),
            position: Position { line, column: 1 },
        }))
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}
