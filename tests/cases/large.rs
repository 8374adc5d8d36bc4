//! Files of several megabytes, which are read ahead on a second thread: whatever is wrong with them is found at its place.

use std::fmt::Write as _;

use serde_json::Value;

use super::made::{CHECK, check, folder};
use super::program::run;

/// How many applications make more than three megabytes, so that several windows are needed.
const MANY: usize = 3_000;

/// An application with a name of a kilobyte, and a live secret where `secret` says so.
fn application(number: usize, secret: bool) -> String {
    let name = "Grüße 字".repeat(80);
    let passwords = if secret {
        r#"{"keyId":null,"startDateTime":"2026-10-01T00:00:00Z","endDateTime":"2027-01-01T00:00:00Z"}"#
    } else {
        ""
    };
    format!(
        r#"{{"id":"{}","appId":"{}","displayName":"{name}","passwordCredentials":[{passwords}],"keyCredentials":[]}}"#,
        id(1, number),
        id(2, number)
    )
}

fn id(kind: u32, number: usize) -> String {
    format!("5f0a1c1e-2f5e-4d55-8a7e-{kind:04x}{number:08x}")
}

/// Applications of which only the last has a live secret.
fn applications() -> Vec<String> {
    (1..=MANY)
        .map(|number| application(number, number == MANY))
        .collect()
}

/// Where the only finding stands.
fn place(inventory: &str) -> (u64, u64) {
    let folder = folder(inventory);
    let ended = check(folder.path(), &["--report", "json"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(report["summary"]["applications"], MANY);
    assert_eq!(findings[0]["application"]["app_id"], id(2, MANY));
    let location = &findings[0]["location"];
    (
        location["line"].as_u64().unwrap(),
        location["column"].as_u64().unwrap(),
    )
}

#[test]
fn the_last_application_is_found_at_its_place() {
    let all = applications();
    assert_eq!(place(&all.join("\n")), (MANY as u64, 1));
    let list = format!("[{}]", all.join(","));
    let before: usize = all[..MANY - 1]
        .iter()
        .map(|text| text.chars().count() + 1)
        .sum();
    assert_eq!(place(&list), (1, before as u64 + 2));
    let mut pretty = String::from("{\n  \"value\": [");
    for (number, text) in all.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let text = text.replace(",\"", ",\n      \"");
        write!(pretty, "{comma}\n    {text}").unwrap();
    }
    pretty.push_str("\n  ]\n}\n");
    let line = pretty
        .lines()
        .position(|line| line.contains(&id(1, MANY)))
        .unwrap();
    assert_eq!(place(&pretty), (line as u64 + 1, 5));
}

#[test]
fn one_object_may_be_larger_than_a_window() {
    let mut all = applications();
    let large = application(0, false).replace("Grüße", &"Grüße".repeat(9_000));
    assert!(large.len() > 4 << 20);
    all[MANY / 2] = large;
    assert_eq!(place(&all.join("\n")), (MANY as u64, 1));
}

/// A summary of a job and a comment have an end, a tenant has none.
#[test]
fn a_page_for_a_comment_stays_one_and_counts_what_it_leaves_out() {
    let all: Vec<_> = (1..=MANY).map(|number| application(number, true)).collect();
    let folder = folder(all.join("\n"));
    let ended = check(folder.path(), &["--report", "markdown"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let page = &ended.stdout;
    assert!(page.len() < 60_000, "{}", page.len());
    let words = format!("**{MANY} errors in {MANY} of {MANY} applications**");
    assert!(page.contains(&words), "{page}");
    let shown = page.matches("error <code>secrets-only</code>").count();
    assert!(shown > 10, "{page}");
    let left_out = MANY - shown;
    let words = format!("**… and {left_out} more with {left_out} errors**");
    assert!(page.contains(&words), "{page}");
}

/// Says how the program ends with an inventory, and what it tells.
fn told(inventory: impl AsRef<[u8]>) -> (i32, String) {
    let folder = folder(&inventory);
    let ended = check(folder.path(), &[]);
    let mut arguments = CHECK.to_vec();
    arguments[4] = "-";
    let piped = run(folder.path(), &arguments, inventory.as_ref());
    assert_eq!(piped.stderr, ended.stderr.replace("`apps.json`", "`-`"));
    (ended.code, ended.stderr)
}

#[test]
fn what_is_wrong_late_in_a_file_is_told_with_its_line() {
    let mut all = applications();
    let list = format!("[{}]", all.join(",\n"));
    let of_line = |line: usize, words: &str| format!("error[3]: `apps.json` line {line}: {words}");
    let cases = [
        (
            format!("{list}\n{{}}"),
            of_line(MANY + 1, "the file holds two documents"),
        ),
        (
            format!("{list}\nx"),
            of_line(MANY + 1, "something follows the end"),
        ),
        (
            list.replace(r#"2027-01-01T00:00:00Z""#, r#"tomorrow""#),
            of_line(MANY, "`passwordCredentials` cannot"),
        ),
        (
            list[..list.len() - 9].to_owned(),
            "error[3]: `apps.json`: the file is cut".to_owned(),
        ),
        (
            format!(r#"{{"value":{list},"@odata.nextLink":"https://graph.microsoft.com/"}}"#),
            "error[3]: `apps.json`: the inventory is incomplete".to_owned(),
        ),
    ];
    for (inventory, beginning) in cases {
        let (code, told) = told(inventory);
        assert_eq!(code, 3, "{told}");
        assert!(told.starts_with(&beginning), "{told}");
    }
    all[MANY - 7] = "{".to_owned();
    let (code, told_of) = told(all.join("\n"));
    assert_eq!(code, 3);
    assert!(
        told_of.starts_with(&of_line(MANY - 5, "is not JSON at column")),
        "{told_of}"
    );
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let mut bytes = applications().join("\n").into_bytes();
    let late = bytes.len() - 50;
    let at = bytes[late - 900..]
        .iter()
        .position(|byte| *byte == 0xC3)
        .unwrap()
        + late
        - 900;
    bytes[at + 1] = b'?';
    let (code, told) = told(bytes);
    assert_eq!(code, 3);
    assert!(
        told.starts_with(&format!("error[3]: `apps.json` line {MANY}: is not UTF-8")),
        "{told}"
    );
}
