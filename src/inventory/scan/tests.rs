//! The scanner against the grammar, and against `serde_json`.

use super::*;
use crate::inventory::fields::Field;
use proptest::prelude::*;

fn accepts(text: &str) -> bool {
    value(text.as_bytes()) == Ok(text.len())
}

#[test]
fn the_grammar_is_rfc_8259() {
    for text in [
        r#""a""#,
        "{}",
        "[]",
        "[1,2]",
        r#"{"a":{"b":[null,true,false]}}"#,
        "[-0.5e+10]",
        r#""\u00e9\"\\""#,
    ] {
        assert!(accepts(text), "{text}");
    }
    for text in [
        "{a:1}",
        "[1,]",
        "[,1]",
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[nul]",
        "['a']",
        "[\"\n\"]",
        r#"["\x"]"#,
        r#"["\u12g4"]"#,
        "[1 2]",
        "[NaN]",
        "{]",
    ] {
        assert!(
            matches!(value(text.as_bytes()), Err((Fault::Malformed, _))),
            "{text}"
        );
    }
}

#[test]
fn every_prefix_is_cut() {
    let text = r#"{"a":[1.5e3,"x\u0041",true,null,{"b":"12345678901234567890"}]}"#;
    for end in 0..text.len() {
        assert!(
            matches!(value(&text.as_bytes()[..end]), Err((Fault::Cut, _))),
            "{end}"
        );
    }
}

#[test]
fn nesting_is_limited() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(accepts(&deep(128)));
    assert_eq!(value(deep(129).as_bytes()), Err((Fault::TooDeep, 128)));
}

#[test]
fn a_member_named_twice_is_a_fault_in_every_spelling() {
    for text in [
        r#"{"appId":1,"appId":2}"#,
        r#"{"appId":1,"AppId":2}"#,
        r#"{"appId":1,"\u0061ppId":2}"#,
    ] {
        let fault = object::<Field>(text.as_bytes(), &mut Members::default());
        assert!(
            matches!(fault, Err((Fault::Duplicate("appId"), _))),
            "{text}"
        );
    }
}

#[test]
fn a_capital_is_seen_through_an_escape() {
    for (text, capital) in [
        (r#"{"appId":1}"#, false),
        (r#"{"AppId":1}"#, true),
        (r#"{"\u0041ppId":1}"#, true),
    ] {
        let mut members = Members::default();
        object(text.as_bytes(), &mut members).unwrap();
        assert_eq!(members.is_capitalised(Field::AppId), capital, "{text}");
    }
}

#[test]
fn a_nested_member_is_not_the_objects() {
    let text = r#"{"web":{"appId":"inner"},"appId":"outer"}"#;
    let mut members = Members::default();
    assert_eq!(object(text.as_bytes(), &mut members), Ok(text.len()));
    assert_eq!(members.get(Field::AppId, text), Some(r#""outer""#));
}

proptest! {
    /// `serde_json` is the reference; it reads surrogates, which are no matter of the grammar, more strictly.
    #[test]
    fn it_agrees_with_serde_json(text in r#"[\[\]{}:,"\\a-fu0-9.eE+\- \ntrl]{0,40}"#) {
        let reference = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        let trimmed = text.trim_start_matches([' ', '\n']);
        let length = value(trimmed.as_bytes());
        let whole = length.is_ok_and(|length| trimmed[length..].trim_matches([' ', '\n']).is_empty());
        // A bare number at the very end is cut to a scanner of streams.
        let bare_number = matches!(length, Err((Fault::Cut, _)));
        prop_assert!(whole == reference || (bare_number && reference), "{text:?}: {length:?} {reference}");
    }
}
