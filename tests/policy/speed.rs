//! How long ten thousand adopted exceptions take to load, as JSON and as YAML.
//!
//! Run it where nothing else runs: `cargo test --release --test policy speed -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use super::exceptions_from::Memory;

const EXCEPTIONS: u128 = 10_000;
const ROUNDS: usize = 15;

/// Returns the members of one exception, as the gate adopts it.
fn members(number: u128) -> [(&'static str, String); 10] {
    let guid = |kind: u128| uuid::Uuid::from_u128((kind << 64) + number + 1).to_string();
    [
        ("id", format!("\"adopted-{number:05}\"")),
        ("applications", format!("[\"{}\"]", guid(1))),
        ("rules", "[\"secrets-only\", \"secret-age\"]".to_owned()),
        ("credentials", format!("[\"{}\", \"{}\"]", guid(2), guid(3))),
        (
            "reason",
            "\"Adopted with the gate; the owner moves it to a certificate.\"".to_owned(),
        ),
        ("owner", format!("\"team-{}@contoso.example\"", number % 50)),
        ("approved-by", "\"security@contoso.example\"".to_owned()),
        (
            "ticket",
            format!("\"https://tickets.contoso.example/IAM-{number}\""),
        ),
        ("granted", "\"2026-09-01\"".to_owned()),
        ("expires", "\"2026-12-31\"".to_owned()),
    ]
}

fn json() -> String {
    let exceptions = (0..EXCEPTIONS).map(|number| {
        let members = members(number).map(|(key, value)| format!("      \"{key}\": {value}"));
        format!("    {{\n{}\n    }}", members.join(",\n"))
    });
    let exceptions: Vec<String> = exceptions.collect();
    format!(
        "{{\n  \"version\": 1,\n  \"exceptions\": [\n{}\n  ]\n}}\n",
        exceptions.join(",\n")
    )
}

fn yaml() -> String {
    let exceptions = (0..EXCEPTIONS).map(|number| {
        let members = members(number).map(|(key, value)| format!("{key}: {value}"));
        format!("  - {}\n", members.join("\n    "))
    });
    format!(
        "version: 1\nexceptions:\n{}",
        exceptions.collect::<String>()
    )
}

fn load(files: &Memory) -> Duration {
    let begun = Instant::now();
    let policy = files.load().unwrap();
    let took = begun.elapsed();
    assert_eq!(policy.exceptions().len() as u128, EXCEPTIONS);
    took
}

#[test]
#[ignore = "measures time; run it where nothing else runs"]
fn ten_thousand_exceptions_load_in_less_than_half_the_time_as_json() {
    let files = [("adopted.json", json()), ("adopted.yaml", yaml())]
        .map(|(name, text)| Memory::naming(&[name]).with(name, text));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (files, times) in files.iter().zip(&mut times) {
            times.push(load(files));
        }
    }
    let [json, yaml] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    });
    println!("JSON {json:?}, YAML {yaml:?}");
    assert!(json * 2 < yaml, "JSON {json:?}, YAML {yaml:?}");
}
