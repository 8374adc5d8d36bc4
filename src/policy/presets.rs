//! The policies that are shipped with the program.
//!
//! In: the files of `policies/`, at compile time. Out: their text, by name. A preset holds rules only.

/// The names of the presets.
pub const NAMES: [&str; 3] = ["baseline", "secrets-only", "strict"];

/// Returns the text of a preset.
pub(super) fn text(name: &str) -> Option<&'static str> {
    match name {
        "baseline" => Some(include_str!("../../policies/baseline.yaml")),
        "secrets-only" => Some(include_str!("../../policies/secrets-only.yaml")),
        "strict" => Some(include_str!("../../policies/strict.yaml")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::{self, Form};
    use super::*;

    #[test]
    fn a_preset_is_sound_and_holds_rules_only() {
        for name in NAMES {
            let (draft, faults) = draft::read(text(name).unwrap(), Form::Policy);
            assert_eq!(faults, [], "{name}");
            assert!(draft.tenant.is_none() && draft.extends.is_none(), "{name}");
            assert!(
                draft.exceptions.is_empty() && draft.windows.is_empty(),
                "{name}"
            );
            assert!(draft.exceptions_from.is_empty(), "{name}");
            let governance = draft.governance;
            assert!(governance.exception_max_term.0.is_none(), "{name}");
            assert!(governance.window_max_term.0.is_none(), "{name}");
            assert!(governance.require.0.is_none(), "{name}");
        }
    }
}
