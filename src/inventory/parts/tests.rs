//! Where the window ends decides nothing.

use super::*;

/// What was read of a file: each part with its text or its place in the file.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Object(String, bool),
    Record(String, Option<Range<usize>>, bool),
    Member(String, String),
    Problem(usize, String),
    End,
}

fn read(text: &[u8], size: usize) -> Vec<Read> {
    let mut parts = Parts::new(Window::of_size(text, size));
    let (mut found, mut before) = (Vec::new(), 0);
    while let Some(stretch) = parts.stretch(Vec::new()) {
        let piece = |range: &Range<usize>| stretch.text[range.clone()].to_owned();
        for part in &stretch.parts {
            found.push(match part {
                Part::Object { range, members } => {
                    let capital = members.is_capitalised(Field::AppId);
                    Read::Object(piece(range), capital)
                }
                Part::Record { range, record } => {
                    let members = record.members.is_some();
                    Read::Record(piece(range), record.kind.clone(), members)
                }
                Part::Member { key, value } => Read::Member(piece(key), piece(value)),
                Part::Problem { at, problem } => Read::Problem(before + at, problem.to_string()),
                Part::End => Read::End,
            });
        }
        before += stretch.text.len();
    }
    found
}

const FILES: &[&[u8]] = &[
    br#"{"@odata.context":"x","value":[{"appId":"1"},{"AppId":"2","n":"M\u00fcller"}],"@odata.nextLink":"y"}"#,
    "[ {\"appId\" : \"ä字\"} ,\r\n {\"b\":[{},[1.5e3]]} ]\n ".as_bytes(),
    b"{\"appId\":1}\n{\"appId\":2}\n\n{\"appId\":3}",
    b"  \n",
    b"",
    b"[]",
    br#"{"value":[]}"#,
    br#"{ "data": [ {"kind":"AZApp","data":{"appId":"1","x":[{}]}}, {"data":{"id":"2"},"kind":"AZApp"} ], "meta": {"count":2} }"#,
    br#"{"meta":{},"data":[{"kind":"AZUser","data":{"id":"1","objectId":"1"}},{}]}"#,
    br#"{"data":[{"kind":"AZApp","kind":"AZUser","data":{}}]}"#,
    br#"{"data":[],"data":[]}"#,
    br#"{"value":[{"a":1}]} {"#,
    br#"[{"a":1}] x"#,
    br#"[{"a":1},]"#,
    br#"[{"a":1},7]"#,
    br#"[{"a":1},{"b":tru"#,
    br#"[{"a":1},{"b":trux}]"#,
    br#"{"value":[{"a":1}],"value":[]}"#,
    b"{\"a\":1}\n[",
    b"{\"a\":1}\n{\"b\":01}",
    b"[{\"a\":\"\xc3\xa4\"},{\"b\":\"\xc3\"}]",
    b"[{\"a\":\"\xc3\xa4\"},{\"b\":\"\xc3",
    br#"[{"appId":1,"AppId":2}]"#,
];

#[test]
fn where_the_window_ends_decides_nothing() {
    for file in FILES {
        let whole = read(file, 1 << 10);
        assert!(
            matches!(whole.last(), Some(Read::End | Read::Problem(..))),
            "{whole:?}"
        );
        for size in 1..=file.len() + 1 {
            assert_eq!(read(file, size), whole, "{size} {}", file.escape_ascii());
        }
    }
}

#[test]
fn every_file_that_is_cut_ends_with_a_problem() {
    for file in &FILES[..3] {
        let whole = read(file, 1 << 10).len();
        for length in 0..file.len() {
            let cut = read(&file[..length], 7);
            let ends = matches!(cut.last(), Some(Read::End));
            // A file of lines, or with blanks at its end, may be cut where nobody sees it; then nothing is lost.
            assert!(!ends || cut.len() <= whole, "{length}");
            assert!(
                !ends
                    || file[0] == b'{' && file[1] == b'"'
                    || file[length..].trim_ascii().is_empty()
            );
        }
    }
}
