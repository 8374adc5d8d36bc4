//! Reads YAML into a tree, and refuses what a policy does not use of it.
//!
//! In: the text. Out: the tree, and the place of every anchor, alias, tag, merge key, duplicate key and second document.
//! The limits hold for hostile text too: its size, depth and number of values are bounded.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, options};

use super::fault::Fault;
use super::spans::{Bytes, Entry, Kind, Node, Place};

/// How deep collections may be nested.
const MAX_DEPTH: usize = 32;

/// How many values a policy may have: more than its largest size holds, if it is written for people.
const MAX_NODES: usize = 600_000;

/// What came of reading a text.
#[derive(Debug, Default)]
pub(super) struct Reading<'text> {
    /// The document; `None` where there is none, or where its syntax is broken.
    pub(super) root: Option<Node<'text>>,
    /// What a policy does not allow, in the order of the text.
    pub(super) faults: Vec<(Bytes, Fault)>,
}

/// Reads a text into a tree.
pub(super) fn read(text: &str) -> Reading<'_> {
    let options = options! {
        disallow_directives: true,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
    };
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str_with_options(text, options),
        nodes: 0,
        faults: Vec::new(),
    };
    let root = reader.document().unwrap_or_else(|error| {
        reader.stop_fault(&error);
        None
    });
    Reading {
        root,
        faults: reader.faults,
    }
}

/// Nothing after this place can be read.
enum Stop {
    Syntax(ScanError),
    TooDeep(Bytes),
    TooMany(Bytes),
}

impl From<ScanError> for Stop {
    fn from(error: ScanError) -> Self {
        Self::Syntax(error)
    }
}

struct Reader<'text> {
    text: &'text str,
    parser: Parser<'text, StrInput<'text>>,
    nodes: usize,
    faults: Vec<(Bytes, Fault)>,
}

impl<'text> Reader<'text> {
    fn document(&mut self) -> Result<Option<Node<'text>>, Stop> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            if root.is_some() && matches!(event, Event::DocumentStart(..)) {
                self.note(bytes(&span), Fault::SecondDocument);
                break;
            }
            if event.is_node() {
                root = Some(self.node(event, &span, 0)?);
            }
        }
        Ok(root)
    }

    /// Returns the next event that is part of the data, and notes tags and anchors on the way.
    fn next(&mut self) -> Result<Option<(Event<'text>, Span)>, Stop> {
        while let Some(next) = self.parser.next_event() {
            let (event, span) = next?;
            if event.tag().is_some() {
                let tag = span.tag_span().unwrap_or(span);
                self.note(bytes(&tag), Fault::Tag);
            }
            if matches!(event, Event::Anchor(..)) {
                self.note(bytes(&span), Fault::Anchor);
            } else {
                return Ok(Some((event, span)));
            }
        }
        Ok(None)
    }

    fn node(
        &mut self,
        event: Event<'text>,
        span: &Span,
        depth: usize,
    ) -> Result<Node<'text>, Stop> {
        let own = bytes(span);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Stop::TooMany(own));
        }
        let (kind, end) = if let Event::Scalar(value, style, ..) = event {
            (resolve(value, style), own.end)
        } else if !matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            self.note(own.clone(), Fault::Alias);
            (Kind::Refused, own.end)
        } else if depth >= MAX_DEPTH {
            return Err(Stop::TooDeep(own));
        } else if matches!(event, Event::SequenceStart(..)) {
            self.list(own.start, depth)?
        } else {
            self.map(own.start, depth)?
        };
        Ok(Node {
            kind,
            bytes: own.start..end,
            start: place(span),
        })
    }

    /// Reads to the end of a list; returns it with its true end.
    fn list(&mut self, start: usize, depth: usize) -> Result<(Kind<'text>, usize), Stop> {
        let mut items: Vec<Node<'text>> = Vec::new();
        let mut end = start;
        while let Some((event, span)) = self.next()? {
            if matches!(event, Event::SequenceEnd) {
                end = end.max(true_end(&span));
                break;
            }
            let item = self.node(event, &span, depth + 1)?;
            end = item.bytes.end.max(end);
            items.push(item);
        }
        Ok((Kind::List(items), end))
    }

    /// Reads to the end of a mapping; returns it with its true end.
    fn map(&mut self, start: usize, depth: usize) -> Result<(Kind<'text>, usize), Stop> {
        let mut entries = Entries::default();
        let mut end = start;
        while let Some((event, span)) = self.next()? {
            if matches!(event, Event::MappingEnd) {
                end = end.max(true_end(&span));
                break;
            }
            let key = self.key(event, &span, depth)?;
            let (key_bytes, place) = (bytes(&span), place(&span));
            let Some((event, span)) = self.next()? else {
                break;
            };
            let value = self.node(event, &span, depth + 1)?;
            end = value.bytes.end.max(key_bytes.end).max(end);
            let Some(key) = key else { continue };
            if let Some(line) = entries.line_of(&key) {
                let key = key.into_owned();
                self.note(key_bytes, Fault::DuplicateKey { key, line });
            } else {
                entries.push(Entry {
                    key,
                    key_bytes,
                    place,
                    value,
                });
            }
        }
        Ok((Kind::Map(entries.list), end))
    }

    /// Reads a key; `None` where it is none that a policy may have.
    fn key(
        &mut self,
        event: Event<'text>,
        span: &Span,
        depth: usize,
    ) -> Result<Option<Cow<'text, str>>, Stop> {
        let Event::Scalar(key, style, ..) = event else {
            let node = self.node(event, span, depth + 1)?;
            if node.kind != Kind::Refused {
                self.note(node.bytes, Fault::KeyNotText);
            }
            return Ok(None);
        };
        if key == "<<" && style == ScalarStyle::Plain {
            self.note(bytes(span), Fault::MergeKey);
            return Ok(None);
        }
        Ok(Some(key))
    }

    fn note(&mut self, bytes: Bytes, fault: Fault) {
        self.faults.push((bytes, fault));
    }

    fn stop_fault(&mut self, stop: &Stop) {
        match stop {
            Stop::Syntax(error) => self.syntax_fault(error),
            Stop::TooDeep(bytes) => self.note(bytes.clone(), Fault::TooDeep { limit: MAX_DEPTH }),
            Stop::TooMany(bytes) => {
                self.note(bytes.clone(), Fault::TooManyValues { limit: MAX_NODES });
            }
        }
    }

    fn syntax_fault(&mut self, error: &ScanError) {
        let start = error
            .marker()
            .byte_offset()
            .unwrap_or(0)
            .min(self.text.len());
        let after = self.text.get(start..).unwrap_or("");
        let length = after.chars().next().map_or(0, char::len_utf8);
        let reason = error.info();
        let remedy = if after.starts_with('\t') || reason.contains("tab") {
            "indent with spaces, never with tabs"
        } else {
            "look here and at the line before for a missing quote, bracket, colon or indentation"
        };
        self.note(start..start + length, Fault::Syntax { reason, remedy });
    }
}

/// The keys of one mapping so far.
#[derive(Default)]
struct Entries<'text> {
    list: Vec<Entry<'text>>,
    /// The lines of the keys; built only for a mapping that is too long to be searched.
    index: BTreeMap<Cow<'text, str>, u32>,
}

impl<'text> Entries<'text> {
    /// As many keys as the longest mapping of the format has.
    const SEARCHED: usize = 24;

    fn push(&mut self, entry: Entry<'text>) {
        self.list.push(entry);
        if self.list.len() > Self::SEARCHED {
            let already = self.index.len();
            let unknown = self.list.iter().skip(already);
            self.index
                .extend(unknown.map(|entry| (entry.key.clone(), entry.place.line)));
        }
    }

    /// Returns the line on which a key stands.
    fn line_of(&self, key: &str) -> Option<u32> {
        if self.list.len() > Self::SEARCHED {
            return self.index.get(key).copied();
        }
        let known = self.list.iter().find(|known| known.key == key);
        known.map(|known| known.place.line)
    }
}

fn bytes(span: &Span) -> Bytes {
    span.byte_range().unwrap_or(0..0)
}

fn place(span: &Span) -> Place {
    let one_based = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    Place {
        line: one_based(span.start.line()),
        column: one_based(span.start.col().saturating_add(1)),
    }
}

/// The end of a block collection is an empty span at the next token; only a bracket has a length.
fn true_end(span: &Span) -> usize {
    if span.is_empty() { 0 } else { bytes(span).end }
}

/// Resolves a scalar by YAML 1.2's core schema.
fn resolve(value: Cow<'_, str>, style: ScalarStyle) -> Kind<'_> {
    if style != ScalarStyle::Plain {
        return Kind::Text(value);
    }
    match value.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
        plain if !may_be_number(plain) => Kind::Text(value),
        plain => match plain.parse() {
            Ok(integer) if !has_leading_zero(plain) => Kind::Integer(integer),
            _ if is_number(plain) => Kind::Number,
            _ => Kind::Text(value),
        },
    }
}

/// Most texts are no numbers, and their first and last characters tell.
fn may_be_number(plain: &str) -> bool {
    let starts_well =
        plain.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    starts_well && plain.ends_with(|last: char| last.is_ascii_hexdigit() || "._nN".contains(last))
}

fn has_leading_zero(number: &str) -> bool {
    let digits = number.trim_start_matches(['+', '-']);
    digits.len() > 1 && digits.starts_with('0')
}

/// Whether some YAML reader takes this for a number: decimal, hexadecimal, octal, binary, or with underscores.
fn is_number(plain: &str) -> bool {
    let digits = plain.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    let prefixed = radix
        .iter()
        .find_map(|&(prefix, radix)| Some((digits.strip_prefix(prefix)?, radix)));
    match prefixed {
        Some((digits, radix)) => {
            !digits.is_empty()
                && digits
                    .chars()
                    .all(|digit| digit == '_' || digit.is_digit(radix))
        }
        None if matches!(digits.as_str(), ".inf" | ".nan") => true,
        None => {
            let starts_well =
                digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
            starts_well && digits.replace('_', "").parse::<f64>().is_ok()
        }
    }
}
