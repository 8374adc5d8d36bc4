//! What `null` means in place of a list: that there is nothing, or that nobody asked for it.
//!
//! In: the lists of a file's objects as they pass by. Out: whether `null` was read for what it is. Only the whole file
//! tells: where no object of a kind shows a list, that list was not selected. So the reading begins with the likelier
//! meaning, and a file of which that turns out to be wrong is read again.

use super::Kind;
use super::fields::Field;

/// The lists that may be `null`.
const LISTS: [Field; 4] = [
    Field::PasswordCredentials,
    Field::KeyCredentials,
    Field::FederatedIdentityCredentials,
    Field::Owners,
];

/// A list of one kind of objects: each has a bit of its own.
type Lists = u8;

/// The lists of credentials, which every answer has. The other two come only when they are asked for.
const CREDENTIALS: Lists = 0b0011_0011;

fn bit(kind: Kind, list: usize) -> Lists {
    let first = match kind {
        Kind::Application => 1,
        Kind::ServicePrincipal => 1 << LISTS.len(),
    };
    first << list
}

/// Of which lists `null` means that there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NullRule(Lists);

impl NullRule {
    /// Nothing is known of the file.
    pub(super) const LIKELY: Self = Self(CREDENTIALS);
    /// The file says which lists it has.
    pub(super) const NONE: Self = Self(Lists::MAX);

    /// Tells whether `null` in place of a list means that it is empty.
    pub(super) fn is_none(self, kind: Kind, field: Field) -> bool {
        let at = LISTS.iter().position(|list| *list == field);
        at.is_some_and(|at| self.0 & bit(kind, at) != 0)
    }
}

/// The lists that were met in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nulls {
    null: Lists,
    shown: Lists,
}

impl Nulls {
    /// Nothing was met.
    pub(super) const NONE: Self = Self { null: 0, shown: 0 };

    /// Notes the lists of one object; `raw` returns the JSON text of each.
    pub(super) fn note<'text>(&mut self, kind: Kind, raw: impl Fn(Field) -> Option<&'text str>) {
        for (at, list) in LISTS.into_iter().enumerate() {
            match raw(list) {
                None => {}
                Some("null") => self.null |= bit(kind, at),
                Some(_) => self.shown |= bit(kind, at),
            }
        }
    }

    /// Adds what another reading of the same file met.
    #[must_use]
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            null: self.null | other.null,
            shown: self.shown | other.shown,
        }
    }

    /// Returns the rule by which the file must be read, where it was read by another one.
    pub(super) fn corrected(self, rule: NullRule) -> Option<NullRule> {
        let right = NullRule(rule.0 & !self.null | self.shown & self.null);
        (right != rule).then_some(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(objects: &[(Kind, Option<&'static str>)]) -> Nulls {
        let mut nulls = Nulls::NONE;
        for (kind, passwords) in objects {
            nulls.note(*kind, |field| {
                passwords.filter(|_| field == Field::PasswordCredentials)
            });
        }
        nulls
    }

    #[test]
    fn null_everywhere_is_not_known() {
        let rule = NullRule::LIKELY;
        assert!(rule.is_none(Kind::Application, Field::PasswordCredentials));
        let nulls = met(&[(Kind::Application, Some("null"))]);
        let right = nulls.corrected(rule).unwrap();
        assert!(!right.is_none(Kind::Application, Field::PasswordCredentials));
        assert!(right.is_none(Kind::Application, Field::KeyCredentials));
        assert!(right.is_none(Kind::ServicePrincipal, Field::PasswordCredentials));
        assert_eq!(nulls.corrected(right), None);
    }

    #[test]
    fn null_beside_a_list_is_none() {
        let objects = [
            (Kind::Application, Some("null")),
            (Kind::Application, Some("[]")),
        ];
        assert_eq!(met(&objects).corrected(NullRule::LIKELY), None);
        let absent = [(Kind::Application, None)];
        assert_eq!(met(&absent).corrected(NullRule::LIKELY), None);
    }

    #[test]
    fn each_kind_of_object_shows_its_own_lists() {
        let objects = [
            (Kind::ServicePrincipal, Some("[]")),
            (Kind::Application, Some("null")),
        ];
        assert!(met(&objects).corrected(NullRule::LIKELY).is_some());
    }

    #[test]
    fn owners_that_somebody_shows_are_none_where_they_are_null() {
        let mut nulls = Nulls::NONE;
        for owners in ["null", "[]"] {
            nulls.note(Kind::Application, |field| {
                Some(owners).filter(|_| field == Field::Owners)
            });
        }
        assert!(!NullRule::LIKELY.is_none(Kind::Application, Field::Owners));
        let right = nulls.corrected(NullRule::LIKELY).unwrap();
        assert!(right.is_none(Kind::Application, Field::Owners));
    }
}
