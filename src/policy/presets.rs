//! The policies that are shipped with the program.
//!
//! In: the files of `policies/`, at compile time. Out: their text, by name. A preset holds rules and governance.

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
    use super::super::scalar::Scalar;
    use super::*;
    use crate::finding::Days;

    #[test]
    fn a_preset_is_sound_and_holds_rules_and_governance_only() {
        for name in NAMES {
            let (draft, faults) = draft::read(text(name).unwrap(), Form::Policy);
            assert_eq!(faults, [], "{name}");
            assert!(draft.tenant.is_none() && draft.extends.is_none(), "{name}");
            assert!(
                draft.exceptions.is_empty() && draft.windows.is_empty(),
                "{name}"
            );
            assert!(draft.exceptions_from.is_empty(), "{name}");
            assert!(draft.issuers.is_none(), "{name}");
        }
    }

    #[test]
    fn the_longest_terms_and_signatures_are_those_of_the_contract() {
        let of = |name| {
            let (draft, _) = draft::read(text(name).unwrap(), Form::Policy);
            let governance = draft.governance;
            let days = |limit: Option<Scalar<Days>>| limit.map(|limit| limit.0.0);
            (
                days(governance.exception_max_term.0),
                days(governance.window_max_term.0),
                governance.require.0.map(|require| require.0.len()),
            )
        };
        assert_eq!(of("secrets-only"), (None, None, None));
        assert_eq!(of("baseline"), (Some(366), Some(180), None));
        assert_eq!(of("strict"), (Some(180), Some(90), Some(3)));
    }
}
