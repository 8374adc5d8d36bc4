//! Writes a policy as block YAML.

use serde_json::Value;

/// A policy's text. Texts are quoted the way JSON does it, which YAML reads too.
pub(crate) fn write(policy: &Value) -> String {
    let mut lines = Vec::new();
    add(policy, 0, &mut lines);
    lines.join("\n") + "\n"
}

fn add(value: &Value, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for (name, member) in value.as_object().into_iter().flatten() {
        if is_inline(member) {
            lines.push(format!("{indent}{name}: {member}"));
        } else {
            lines.push(format!("{indent}{name}:"));
            add(member, depth + 1, lines);
        }
    }
    for element in value.as_array().into_iter().flatten() {
        let first = lines.len();
        if is_inline(element) {
            lines.push(format!("{indent}  {element}"));
        } else {
            add(element, depth + 1, lines);
        }
        lines[first].replace_range(indent.len()..=indent.len(), "-");
    }
}

/// Scalars and empty collections stand on the line of their name.
fn is_inline(value: &Value) -> bool {
    let has_members = value.as_object().is_some_and(|members| !members.is_empty());
    let has_elements = value
        .as_array()
        .is_some_and(|elements| !elements.is_empty());
    !has_members && !has_elements
}
