//! Compares a document with the schema of the format, and says in words for a person what is wrong where.
//!
//! In: the tree and the schema. Out: faults. It knows the few words of JSON Schema that our schema uses; a word it does
//! not know is passed over, which is safe, because the typed parse decides and not this.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::collection::Scope;
use super::document::{Extends, Signature};
use super::exceptions_fault::ExceptionsFault;
use super::exceptions_path::ExceptionsPath;
use super::fault::Fault;
use super::rules_document::{Alternative, ExceptableRule, Switch};
use super::scalar::{EntryId, Grammar, Text};
use super::spans::{Bytes, Entry, Kind, Node};
use super::suggestion::suggestion;
use super::{Evidence, Issuer};
use crate::finding::Days;
use crate::model::{AppId, KeyId, TenantId};

/// Notes what is wrong with the document.
pub(super) fn inspect(
    root: &Node<'_>,
    schema: &Value,
    subject: Subject,
    faults: &mut Vec<(Bytes, Fault)>,
) {
    Inspector { schema, faults }.node(root, schema, subject);
}

/// What a mapping is, for the sentence about a key that it lacks.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    Policy,
    Exceptions,
    Named(&'static str),
    Rules,
    Part,
}

struct Inspector<'run> {
    schema: &'run Value,
    faults: &'run mut Vec<(Bytes, Fault)>,
}

impl Inspector<'_> {
    fn node(&mut self, node: &Node<'_>, schema: &Value, subject: Subject) {
        if node.kind == Kind::Refused {
            return;
        }
        let word = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(name) = word("$ref").and_then(|reference| reference.strip_prefix("#/$defs/")) {
            return self.definition(node, name);
        }
        match word("type") {
            Some("object") => self.map(node, schema, subject),
            Some("array") => self.list(node, schema),
            Some("integer") if node.kind != Kind::Integer(1) => {
                self.note(&node.bytes, Fault::UnknownVersion);
            }
            _ if schema.get("anyOf").is_some() => self.scope(node, schema),
            _ => {}
        }
    }

    fn definition(&mut self, node: &Node<'_>, name: &str) {
        if let Some(grammar) = GRAMMARS.iter().find(|grammar| grammar.name == name) {
            return self.scalar(node, grammar);
        }
        let subject = match name {
            "ExceptionDocument" => Subject::Named("exception"),
            "WindowDocument" => Subject::Named("window"),
            "RulesDocument" => Subject::Rules,
            _ => Subject::Part,
        };
        let schema = self.schema;
        if let Some(definition) = schema.get("$defs").and_then(|all| all.get(name)) {
            self.node(node, definition, subject);
        }
    }

    fn scalar(&mut self, node: &Node<'_>, grammar: &ScalarGrammar) {
        let remedy = match &node.kind {
            Kind::Text(text) => {
                if let Some(fault) = (grammar.fault)(text) {
                    self.note(&node.bytes, fault);
                }
                return;
            }
            Kind::Integer(number) => (grammar.remedy)(Some(*number)),
            Kind::Number | Kind::Bool => (grammar.remedy)(None),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Refused => {
                "write one value, or take the key out if it may be absent".to_owned()
            }
        };
        self.wrong_type(node, "text", remedy);
    }

    fn scope(&mut self, node: &Node<'_>, schema: &Value) {
        let is_all = matches!(&node.kind, Kind::Text(text) if text == Scope::ALL);
        let mut branches = listed(schema, "anyOf");
        let list = branches.find(|branch| branch.get("items").is_some());
        if let (Kind::List(_), Some(list)) = (&node.kind, list) {
            self.list(node, list);
        } else if !is_all {
            self.note(&node.bytes, Fault::NotAScope);
        }
    }

    fn list(&mut self, node: &Node<'_>, schema: &Value) {
        let Kind::List(items) = &node.kind else {
            let remedy = if let Kind::Text(text) = &node.kind {
                format!("write a list, `[{text}]`, even of one item")
            } else {
                "write a list, `[…]`, or take the key out if it may be absent".to_owned()
            };
            return self.wrong_type(node, "a list", remedy);
        };
        if items.is_empty() && schema.get("minItems").is_some() {
            self.note(&node.bytes, Fault::EmptyList);
        }
        if schema.get("uniqueItems").is_some() {
            self.repeated(items, schema.get("items"));
        }
        if let Some(schema) = schema.get("items") {
            for item in items {
                self.node(item, schema, Subject::Part);
            }
        }
    }

    fn repeated(&mut self, items: &[Node<'_>], schema: Option<&Value>) {
        let definition = schema.and_then(|schema| schema.get("$ref")?.as_str()?.rsplit('/').next());
        let is_path = definition == Some(ExceptionsPath::NAME);
        let mut seen = BTreeSet::new();
        for item in items {
            let Kind::Text(text) = &item.kind else {
                continue;
            };
            // Letter case makes no difference to a GUID, and the words of the other lists are lower-case.
            let same = if is_path {
                text.to_string()
            } else {
                text.to_ascii_lowercase()
            };
            if !seen.insert(same) {
                self.note(&item.bytes, Fault::RepeatedItem);
            }
        }
    }

    fn map(&mut self, node: &Node<'_>, schema: &Value, subject: Subject) {
        let Kind::Map(entries) = &node.kind else {
            let remedy = match subject {
                Subject::Part => "write `{ key: value }`, or `{}` to take what is usual",
                Subject::Rules => {
                    "list rules under it, such as `secrets-only: {}`, or take the key out"
                }
                Subject::Policy | Subject::Exceptions | Subject::Named(_) => {
                    "write `key: value` lines"
                }
            };
            return self.wrong_type(node, "a mapping", remedy.to_owned());
        };
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        for entry in entries {
            if let Some(schema) = properties.get(entry.key.as_ref()) {
                self.node(&entry.value, schema, Subject::Part);
            } else {
                let known: Vec<&str> = properties.keys().map(String::as_str).collect();
                self.note(&entry.key_bytes, unknown_key(entry, &known, subject));
            }
        }
        let required = listed(schema, "required").filter_map(Value::as_str);
        for key in required.filter(|key| node.get(key).is_none()) {
            let meaning = properties
                .get(key)
                .and_then(|schema| schema.get("description"));
            let meaning = meaning.and_then(Value::as_str).unwrap_or("it is required");
            self.note(&node.bytes, missing_key(node, key, meaning, subject));
        }
    }

    fn wrong_type(&mut self, node: &Node<'_>, expected: &'static str, remedy: String) {
        let found = match &node.kind {
            Kind::Null => "nothing",
            Kind::Bool => "a truth value",
            Kind::Integer(_) | Kind::Number => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Refused => "refused",
        };
        self.note(
            &node.bytes,
            Fault::WrongType {
                expected,
                found,
                remedy,
            },
        );
    }

    fn note(&mut self, bytes: &Bytes, fault: Fault) {
        self.faults.push((bytes.clone(), fault));
    }
}

/// Returns what a schema lists under a word.
fn listed<'schema>(schema: &'schema Value, word: &str) -> impl Iterator<Item = &'schema Value> {
    schema
        .get(word)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn unknown_key(entry: &Entry<'_>, known: &[&str], subject: Subject) -> Fault {
    let name = entry.key.to_string();
    // It was a key of a rule once.
    let has_moved = name == "issuers" && matches!(subject, Subject::Part);
    let remedy = if has_moved {
        "write the list under `issuers` at the top of the policy".to_owned()
    } else {
        suggestion(&name, known)
    };
    match subject {
        Subject::Rules => Fault::UnknownRule { rule: name, remedy },
        Subject::Exceptions => ExceptionsFault::OtherKey { key: name, remedy }.into(),
        Subject::Policy | Subject::Named(_) | Subject::Part => {
            Fault::UnknownKey { key: name, remedy }
        }
    }
}

fn missing_key(node: &Node<'_>, key: &str, meaning: &str, subject: Subject) -> Fault {
    let id = node.get("id").map(|entry| &entry.value.kind);
    let owner = match (subject, id) {
        (Subject::Named(kind), Some(Kind::Text(id))) => format!("{kind} `{id}`"),
        (Subject::Named(kind), _) => format!("this {kind}"),
        (Subject::Policy, _) => "the policy".to_owned(),
        (Subject::Exceptions, _) => "the exceptions file".to_owned(),
        (Subject::Rules | Subject::Part, _) => "this".to_owned(),
    };
    let meaning = meaning.trim_end_matches('.');
    Fault::MissingKey {
        owner,
        key: key.to_owned(),
        meaning: lower_first(meaning),
    }
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// A grammar by the name that the schema gives it.
struct ScalarGrammar {
    name: &'static str,
    fault: fn(&str) -> Option<Fault>,
    remedy: fn(Option<i64>) -> String,
}

const fn grammar<T: Grammar>() -> ScalarGrammar {
    ScalarGrammar {
        name: T::NAME,
        fault: |text| T::read(text).err(),
        remedy: T::remedy,
    }
}

const GRAMMARS: [ScalarGrammar; 15] = [
    grammar::<TenantId>(),
    grammar::<AppId>(),
    grammar::<KeyId>(),
    grammar::<Date>(),
    grammar::<Days>(),
    grammar::<EntryId>(),
    grammar::<Text>(),
    grammar::<Extends>(),
    grammar::<ExceptionsPath>(),
    grammar::<Issuer>(),
    grammar::<Switch>(),
    grammar::<Evidence>(),
    grammar::<ExceptableRule>(),
    grammar::<Alternative>(),
    grammar::<Signature>(),
];
