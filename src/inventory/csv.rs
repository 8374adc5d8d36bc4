//! The table of the control's step 1: how many secrets and certificates each application has.
//!
//! In: a table with commas, semicolons or tabs. Out: applications of which only the numbers are known. Its own verdict,
//! `SecretsOnly`, is never trusted: a row whose counts say otherwise is an error.

use std::io::Read;

use super::Kind;
use super::document::{Facts, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::mistaken::Mistaken;
use super::object::Object;
use super::position::Position;
use crate::model::{AppId, Application, Coverage, Credentials, Known};

/// A table that is being read.
pub(super) struct CsvDocument<R> {
    reader: csv::Reader<Watched<R>>,
    /// Lines above the header.
    above: u32,
    record: csv::StringRecord,
    columns: Columns,
    /// How many columns the header has.
    width: usize,
    file: String,
    facts: Facts,
}

/// Passes bytes on, and knows where the quotes are: a table that ends inside of one was cut, and one that is closed inside
/// a value would swallow the rows up to the next.
struct Watched<R> {
    reader: R,
    delimiter: u8,
    state: Place,
    /// One-based.
    line: u32,
    /// The line on which text follows a closing quote.
    broken: Option<u32>,
}

/// Where in a table the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the beginning of a value.
    Begin,
    /// Inside a value without quotes.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Behind a quote that ends the value or is the first half of an escaped one.
    Behind,
}

impl<R> Watched<R> {
    const fn new(reader: R, delimiter: u8, line: u32) -> Self {
        Self {
            reader,
            delimiter,
            state: Place::Begin,
            line,
            broken: None,
        }
    }

    fn watch(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line = self.line.saturating_add(1);
        }
        let ends_value = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (Place::Quoted, b'"') => Place::Behind,
            (Place::Begin | Place::Behind, b'"') | (Place::Quoted, _) => Place::Quoted,
            (Place::Begin | Place::Bare | Place::Behind, _) if ends_value => Place::Begin,
            (Place::Begin | Place::Bare, _) => Place::Bare,
            (Place::Behind, _) => {
                self.broken = self.broken.or(Some(self.line));
                Place::Bare
            }
        };
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
    /// Reads the header; columns that are not the control's are ignored.
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let mut places = [None; NAMES.len()];
        for (at, name) in header.iter().enumerate() {
            let Some(known) = NAMES
                .iter()
                .position(|known| known.eq_ignore_ascii_case(name.trim()))
            else {
                continue;
            };
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

impl Columns {
    /// Counts them.
    fn number(self) -> usize {
        let optional = [self.display_name, self.secrets_only];
        3 + optional.iter().flatten().count()
    }
}

/// Says what is wrong with a header.
fn unusable(header: &csv::StringRecord) -> Problem {
    let has = |name: &str| header.iter().any(|it| it.trim().eq_ignore_ascii_case(name));
    if has("keyId") || has("endDateTime") || has("endDate") {
        Mistaken::CredentialRows.into()
    } else if has("app_id") {
        Mistaken::SnakeCase("appId").into()
    } else if NAMES.into_iter().any(has) {
        Problem::CsvHeader
    } else {
        Problem::UnknownFormat
    }
}

impl<R: Read> CsvDocument<R> {
    /// Opens a table. `beginning` is what has been seen of it; it tells the delimiter.
    pub(super) fn open(
        mut reader: R,
        beginning: &[u8],
        file: &str,
    ) -> Result<Self, InventoryError> {
        let skipped = line_above(&mut reader, beginning)
            .map_err(|error| Problem::of_read(error).at(file, None))?;
        let beginning = beginning.get(skipped..).unwrap_or_default();
        let above = u32::from(skipped > 0);
        let line = beginning
            .split(|byte| matches!(byte, b'\n' | b'\r'))
            .find(|line| !line.trim_ascii().is_empty())
            .unwrap_or_default();
        let delimiter = b",;\t"
            .iter()
            .copied()
            .max_by_key(|&delimiter| memchr::memchr_iter(delimiter, line).count())
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(true)
            .flexible(true)
            .from_reader(Watched::new(reader, delimiter, 1 + above));
        let header = reader
            .headers()
            .map_err(|error| of_csv(&error).at(file, Some(1 + above)))?;
        let columns =
            Columns::of(header).ok_or_else(|| unusable(header).at(file, Some(1 + above)))?;
        let width = header.len();
        let mut facts = Facts::new("csv");
        facts.list(Kind::Application);
        facts.further_columns = width.saturating_sub(columns.number());
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
            width,
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
        if holds_rows(display_name) {
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

/// Tells whether a value of several lines looks like rows of the table.
fn holds_rows(value: &str) -> bool {
    let mut lines = value.split(['\n', '\r']).skip(1);
    lines.any(|line| {
        let mut values = line.split([',', ';', '\t', '"']);
        values.any(|value| value.trim().parse::<AppId>().is_ok())
    })
}

/// Windows PowerShell writes `#TYPE …` above the header, Excel `sep=;`: takes that line, and returns its length.
fn line_above<R: Read>(reader: &mut R, beginning: &[u8]) -> std::io::Result<usize> {
    let is_separator = beginning
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"sep="));
    if !beginning.starts_with(b"#TYPE") && !is_separator {
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
        loop {
            let read = self.reader.read_record(&mut self.record);
            if let Some(line) = self.reader.get_ref().broken {
                return Err(Problem::CsvQuote.at(&self.file, Some(line)));
            }
            let read =
                read.map_err(|error| of_csv(&error).at(&self.file, error.position().map(line)))?;
            if self.reader.get_ref().state == Place::Quoted && self.reader.is_done() {
                return Err(Problem::CsvCut.at(&self.file, None));
            }
            if !read {
                return Ok(None);
            }
            if !self.record.iter().all(|value| value.trim().is_empty()) {
                break;
            }
        }
        let line = self.record.position().map_or(1, line);
        if self.record.len() != self.width {
            return Err(Problem::CsvColumns.at(&self.file, Some(line)));
        }
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
