//! Whatever stands in an answer of Graph: it is a page whose objects can be written as lines of a snapshot, without the
//! members that are secret, or it is refused with a reason.

#![no_main]

use credgate::graph::fuzz;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use url::Url;

const ASKED: &str = "https://graph.microsoft.com/v1.0/applications?$top=999";

fuzz_target!(|body: &[u8]| {
    let asked: Url = ASKED.parse().expect("it is a URL");
    for read in fuzz::answer(body, &asked) {
        match read {
            Err(told) => assert!(!told.is_empty() && told.len() < 1_000, "{told}"),
            Ok((lines, next)) => {
                for line in lines {
                    assert!(!line.contains('\n'));
                    let value = serde_json::from_str(&line).expect("a line is JSON");
                    assert_has_nothing_secret(&value);
                }
                assert!(next.is_none_or(|next| next.origin() == asked.origin()));
            }
        }
    }
});

fn assert_has_nothing_secret(value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!["key", "hint", "secretText"].contains(&name.as_str()));
                assert_has_nothing_secret(value);
            }
        }
        Value::Array(elements) => elements.iter().for_each(assert_has_nothing_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
