//! From the words after `--inventory` to files that can be read.
//!
//! In: a file, a folder of pages, an export of `EntraExporter`, `-`, or a live source. Out: each file once, in a fixed order, opened as the document its content says
//! it is. A pipe, a device or a folder inside the folder is refused before it is opened.

use std::cell::RefCell;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::azure_hound::AzureHoundDocument;
use super::csv::CsvDocument;
use super::document::Objects;
use super::encoding::Decoded;
use super::entra_exporter::{self, Entry};
use super::error::{InventoryError, Problem};
use super::graph_json::JsonDocument;
use super::mistaken;
use super::scan::{self, Opening};
use crate::source::shown;

/// One file of the inventory.
#[derive(Clone, Debug)]
pub(super) struct InventoryFile {
    pub(super) origin: Origin,
    /// What it is by its place, in a folder where the place tells.
    pub(super) entry: Option<Entry>,
    /// As errors name it, and reports where it is no snapshot.
    pub(super) shown: String,
    /// Which source named it.
    pub(super) source: usize,
}

/// Where the bytes of a file come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    File(PathBuf),
    /// The standard input, which can be read only once.
    Input,
    Live(Live),
}

/// A source that is collected while it is read, anew each time it is opened.
#[derive(Clone)]
pub(super) struct Live(Rc<RefCell<Collect>>);

/// Begins a collection.
type Collect = dyn FnMut() -> Box<dyn Read + Send>;

impl Live {
    pub(super) fn new(collect: impl FnMut() -> Box<dyn Read + Send> + 'static) -> Self {
        Self(Rc::new(RefCell::new(collect)))
    }

    fn open(&self) -> Box<dyn Read + Send> {
        (self.0.borrow_mut())()
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

/// One source of the inventory.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As reports show it.
    pub(super) shown: String,
}

/// A document of any format.
pub(super) type Document = Box<dyn Objects>;

/// Lists the files of a source, which reports show relative to `folder`.
pub(super) fn list(
    argument: &str,
    source: usize,
    folder: &Path,
) -> Result<(Source, Vec<InventoryFile>), InventoryError> {
    let shown = |path: &Path| shown(path, folder);
    let file = |path: PathBuf| InventoryFile {
        shown: shown(&path),
        origin: Origin::File(path),
        entry: None,
        source,
    };
    if argument == "-" {
        let name = || "-".to_owned();
        let input = InventoryFile {
            origin: Origin::Input,
            entry: None,
            shown: name(),
            source,
        };
        return Ok((Source { shown: name() }, vec![input]));
    }
    let path = Path::new(argument);
    let name = shown(path);
    let metadata = fs::metadata(path).map_err(|error| Problem::Read(error).at(&name, None))?;
    if metadata.is_dir() {
        if let Some(listed) = entra_exporter::files(path, &shown)? {
            let files = listed.into_iter().map(|(path, entry)| InventoryFile {
                entry: Some(entry),
                ..file(path)
            });
            return Ok((Source { shown: name }, files.collect()));
        }
        let pages = pages(path, &name, shown)?;
        return Ok((
            Source { shown: name },
            pages.into_iter().map(file).collect(),
        ));
    }
    if !metadata.is_file() {
        return Err(Problem::NoFile(kind_of(&metadata)).at(&name, None));
    }
    Ok((Source { shown: name }, vec![file(path.to_owned())]))
}

/// Lists the pages of a folder, ordered by name. Hidden files are not pages.
fn pages(
    folder: &Path,
    name: &str,
    shown: impl Fn(&Path) -> String,
) -> Result<Vec<PathBuf>, InventoryError> {
    let read = |error| Problem::Read(error).at(name, None);
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
        {
            continue;
        }
        let metadata =
            fs::metadata(&path).map_err(|error| Problem::Read(error).at(&shown(&path), None))?;
        if metadata.is_dir() {
            return Err(Problem::NestedFolder.at(name, None));
        }
        if !metadata.is_file() {
            return Err(Problem::NoFile(kind_of(&metadata)).at(&shown(&path), None));
        }
        pages.push(path);
    }
    if pages.is_empty() {
        return Err(Problem::EmptyFolder.at(name, None));
    }
    pages.sort();
    Ok(pages)
}

#[cfg(unix)]
fn kind_of(metadata: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
const fn kind_of(_: &fs::Metadata) -> &'static str {
    "a device"
}

impl InventoryFile {
    /// Returns an error about it; the lines of a live source lie nowhere.
    pub(super) fn placed(&self, error: InventoryError) -> InventoryError {
        let line = error.line.filter(|_| !self.is_live());
        InventoryError { line, ..error }
    }

    /// Tells whether it is the standard input.
    pub(super) const fn is_input(&self) -> bool {
        matches!(self.origin, Origin::Input)
    }

    /// Tells whether it is collected while it is read.
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.origin, Origin::Live(_))
    }

    /// Opens the file as the document its content says it is.
    pub(super) fn open(&self) -> Result<Document, InventoryError> {
        match &self.origin {
            Origin::File(path) => {
                if let Some(entry) = &self.entry {
                    return Ok(Box::new(entry.open(path, &self.shown)));
                }
                let file =
                    File::open(path).map_err(|error| Problem::Read(error).at(&self.shown, None))?;
                self.recognise(file)
            }
            Origin::Input => self.recognise(io::stdin()),
            Origin::Live(live) => self.recognise(live.open()),
        }
    }

    fn recognise(&self, reader: impl Read + Send + 'static) -> Result<Document, InventoryError> {
        let mut reader = BufReader::new(Decoded::new(reader));
        let beginning = reader
            .fill_buf()
            .map_err(|error| Problem::of_read(error).at(&self.shown, None))?;
        if beginning.is_empty() {
            return Err(Problem::Empty.at(&self.shown, None));
        }
        if let Some(mistaken) = mistaken::of_beginning(beginning) {
            return Err(Problem::from(mistaken).at(&self.shown, None));
        }
        match beginning.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Err(Problem::WebPage.at(&self.shown, None)),
            Some(b'{') if is_azure_hound(beginning) => {
                Ok(Box::new(AzureHoundDocument::open(reader, &self.shown)))
            }
            // A long run of blanks: only the end of it tells.
            Some(b'{' | b'[') | None => Ok(Box::new(JsonDocument::open(reader, &self.shown))),
            Some(_) => {
                let beginning = beginning.to_vec();
                Ok(Box::new(CsvDocument::open(
                    reader,
                    &beginning,
                    &self.shown,
                )?))
            }
        }
    }
}

/// Tells whether a file begins as a collection of `AzureHound` does: `{"data": [`.
fn is_azure_hound(beginning: &[u8]) -> bool {
    scan::opening(beginning.trim_ascii_start()) == Ok(Opening::AzureHound)
}
