//! The reference of rules, `docs/rules.md`: what stands behind its first mark is made of the code and the presets.
//!
//! After a change that is meant, `SNAPSHOTS=overwrite cargo test --test readme` writes it anew.

use credgate::finding::RuleDescriptor;
use credgate::model::{CredentialClass, State, Validity};
use credgate::{policy, rules};
use serde_json::{Map, Value};
use snapbox::{assert_data_eq, file};

use super::read;

const MARK: &str = "<!-- reference:begin -->\n";

#[test]
fn the_reference_of_rules_is_the_codes() {
    let page = read("docs/rules.md");
    let (head, _) = page.split_once(MARK).unwrap();
    let mut fresh = format!(
        "{head}{MARK}\n## In the presets\n\n{}\n\n## The rules\n",
        presets()
    );
    for rule in rules::ALL {
        fresh.push_str(&chapter(rule.descriptor()));
    }
    assert_data_eq!(fresh, file!["../../docs/rules.md": Text].raw());
}

/// The text of `credgate explain`, its headings two levels lower.
fn chapter(rule: &RuleDescriptor) -> String {
    let RuleDescriptor {
        id,
        title,
        summary,
        control,
        default_level,
        help,
        ..
    } = rule;
    let help = help.trim().replace("## ", "#### ");
    format!(
        "\n### `{id}`\n\n**{title}.** {summary} Control: {control}. Default level: {default_level}.\n\n{help}\n"
    )
}

/// A row for each rule, a column for each preset.
fn presets() -> String {
    let presets = policy::PRESETS.map(|name| {
        let preset: Value =
            serde_saphyr::from_str(&read(&format!("policies/{name}.yaml"))).unwrap();
        preset
            .get("rules")
            .and_then(Value::as_object)
            .unwrap()
            .clone()
    });
    let head = format!("| rule | `{}` |", policy::PRESETS.join("` | `"));
    let rows = rules::ALL.iter().map(|rule| {
        let id = rule.descriptor().id.0;
        let is_about_the_policy = rule.descriptor().control == "policy";
        let cells = presets.each_ref().map(|rules| match rules.get(id) {
            Some(setting) => cell(setting.as_object().unwrap()),
            None if is_about_the_policy => {
                format!("{}, always on", rule.descriptor().default_level)
            }
            None => "off".to_owned(),
        });
        format!("| [`{id}`](#{id}) | {} |", cells.join(" | "))
    });
    let lines = [head, "| --- | --- | --- | --- |".to_owned()]
        .into_iter()
        .chain(rows);
    lines.collect::<Vec<_>>().join("\n")
}

fn cell(setting: &Map<String, Value>) -> String {
    let limits = ["max", "within"].into_iter().filter_map(|limit| {
        let days = setting.get(limit)?;
        Some(format!("{limit} {}", days.as_str().unwrap()))
    });
    let is_optional = setting.get("evidence").is_some_and(|it| it == "optional");
    let evidence = is_optional.then(|| "evidence optional".to_owned());
    let level = setting.get("level").and_then(Value::as_str).unwrap();
    let words = std::iter::once(level.to_owned())
        .chain(limits)
        .chain(evidence);
    words.collect::<Vec<_>>().join(", ")
}

/// A match without `_` names the next class as soon as there is one more.
fn next(class: Option<CredentialClass>) -> Option<CredentialClass> {
    match class {
        None => Some(CredentialClass::ClientSecret),
        Some(CredentialClass::ClientSecret) => Some(CredentialClass::Certificate),
        Some(CredentialClass::Certificate) => Some(CredentialClass::UnusableCertificate),
        Some(CredentialClass::UnusableCertificate) => Some(CredentialClass::SymmetricKey),
        Some(CredentialClass::SymmetricKey) => Some(CredentialClass::TokenSigningKey),
        Some(CredentialClass::TokenSigningKey) => Some(CredentialClass::PairedPassword),
        Some(CredentialClass::PairedPassword) => Some(CredentialClass::TokenEncryptionKey),
        Some(CredentialClass::TokenEncryptionKey) => Some(CredentialClass::FederatedCredential),
        Some(CredentialClass::FederatedCredential) => Some(CredentialClass::Unknown),
        Some(CredentialClass::Unknown) => None,
    }
}

#[test]
fn the_page_about_credentials_names_every_class_and_state() {
    let page = read("docs/credentials.md");
    let classes = std::iter::successors(next(None), |class| next(Some(*class)));
    let names = classes.flat_map(|class| {
        [Validity::Current, Validity::Expired, Validity::Future].map(|it| class.name(it))
    });
    for name in names.chain(State::ALL.map(State::name)) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
