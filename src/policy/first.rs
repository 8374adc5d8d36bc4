//! The policy to begin with: short, commented, and valid as it is.
//!
//! In: the name of a preset. Out: the text of a policy that extends it. Never a date that runs out by itself, and
//! nothing that a reader would have to fill in first.

use super::presets;
use crate::home;

/// Returns the first policy of somebody who has none; `None` where there is no such preset.
pub fn first(preset: &str) -> Option<String> {
    let known = presets::NAMES.into_iter().find(|name| *name == preset)?;
    let text = include_str!("first.yaml").replace("SCHEMA", &home::schema("policy"));
    Some(text.replace("PRESET", known))
}

#[cfg(test)]
mod tests {
    use super::super::draft::{self, Form};
    use super::*;

    #[test]
    fn it_is_sound_with_every_preset() {
        for preset in presets::NAMES {
            let (draft, faults) = draft::read(&first(preset).unwrap(), Form::Policy);
            assert_eq!(faults, [], "{preset}");
            assert_eq!(&*draft.extends.unwrap().0, preset);
            assert!(draft.governance.exception_max_term.0.is_some());
            assert!(draft.exceptions.is_empty() && draft.windows.is_empty());
        }
        assert_eq!(first("basline"), None);
    }

    #[test]
    fn its_examples_are_entries() {
        let text = first("baseline").unwrap();
        let lines = text.lines().map(|line| match line.strip_prefix("#   ") {
            Some(example) if !example.starts_with(char::is_alphabetic) => format!("  {example}"),
            Some(_) | None => line.replace(": []", ":"),
        });
        // Each example stands above the key of its list.
        let (mut written, mut example) = (String::new(), String::new());
        for line in lines {
            let into = if line.starts_with("  - ") || line.starts_with("    ") {
                &mut example
            } else {
                &mut written
            };
            into.push_str(&line);
            into.push('\n');
            if line.ends_with("exceptions:") || line.ends_with("migration-windows:") {
                written.push_str(&std::mem::take(&mut example));
            }
        }
        let guid = "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11";
        let written = written.replace(
            "[xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx]",
            &format!("[{guid}]"),
        );
        let (draft, faults) = draft::read(&written, Form::Policy);
        assert_eq!(faults, [], "{written}");
        assert_eq!((draft.exceptions.len(), draft.windows.len()), (1, 1));
    }
}
