//! From the words after `--inventory` to files that can be read.
//!
//! In: a file, a folder of pages, or `-`. Out: each file once, in a fixed order, opened as the document its content says
//! it is. A pipe, a device or a folder inside the folder is refused before it is opened.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use super::csv::CsvDocument;
use super::document::Objects;
use super::encoding::Decoded;
use super::error::{InventoryError, Problem};
use super::graph_json::JsonDocument;
use crate::source::shown;

/// One file of the inventory.
#[derive(Clone, Debug)]
pub(super) struct InventoryFile {
    /// Where it is; `None` is the standard input.
    pub(super) path: Option<PathBuf>,
    /// As reports show it.
    pub(super) shown: String,
    /// Which source named it.
    pub(super) source: usize,
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
    let file = |path: Option<PathBuf>| {
        let name = path.as_deref().map_or_else(|| "-".to_owned(), shown);
        InventoryFile {
            path,
            shown: name,
            source,
        }
    };
    if argument == "-" {
        return Ok((
            Source {
                shown: "-".to_owned(),
            },
            vec![file(None)],
        ));
    }
    let path = Path::new(argument);
    let name = shown(path);
    let metadata = fs::metadata(path).map_err(|error| Problem::Read(error).at(&name, None))?;
    if metadata.is_dir() {
        let pages = pages(path, &name, shown)?;
        return Ok((
            Source { shown: name },
            pages.into_iter().map(|page| file(Some(page))).collect(),
        ));
    }
    if !metadata.is_file() {
        return Err(Problem::NoFile(kind_of(&metadata)).at(&name, None));
    }
    Ok((Source { shown: name }, vec![file(Some(path.to_owned()))]))
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
    /// Opens the file as the document its content says it is.
    pub(super) fn open(&self) -> Result<Document, InventoryError> {
        match &self.path {
            Some(path) => {
                let file =
                    File::open(path).map_err(|error| Problem::Read(error).at(&self.shown, None))?;
                self.recognise(file)
            }
            None => self.recognise(io::stdin()),
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
        match beginning.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Err(Problem::WebPage.at(&self.shown, None)),
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
