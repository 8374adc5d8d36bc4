//! The kinds of changes that a review tells apart: one name, one title and one text each.
//!
//! In: nothing. Out: the words that every format shows. A new kind is one line in the table.

/// What a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// An exception is new.
    ExceptionAdded,
    /// An exception that had expired is back under a new id.
    ExceptionReadded,
    /// An exception is gone.
    ExceptionRemoved,
    /// An exception has another id.
    ExceptionRenamed,
    /// An exception ends later.
    ExceptionExtended,
    /// An exception ends earlier.
    ExceptionShortened,
    /// An exception is granted on another day.
    ExceptionRegranted,
    /// An exception covers more.
    ExceptionWidened,
    /// An exception covers less.
    ExceptionNarrowed,
    /// An exception has another owner, approver, ticket or reason.
    ExceptionReowned,
    /// A migration window is new.
    WindowOpened,
    /// A migration window is gone.
    WindowRemoved,
    /// A migration window has another id.
    WindowRenamed,
    /// A migration window is longer.
    WindowLengthened,
    /// A migration window is shorter.
    WindowShortened,
    /// A migration window is for more applications.
    WindowWidened,
    /// A migration window is for fewer applications.
    WindowNarrowed,
    /// A migration window has another owner, approver, ticket or reason.
    WindowReowned,
    /// A rule is switched on.
    RuleSwitchedOn,
    /// A rule is switched off.
    RuleSwitchedOff,
    /// A rule has another level.
    RuleLevel,
    /// A rule treats missing evidence in another way.
    RuleEvidence,
    /// A rule has another limit.
    RuleLimit,
    /// Other credentials count as better than a secret.
    RuleAlternatives,
    /// Federated credentials may trust other issuers.
    Issuers,
    /// A limit of the governance is another.
    Governance,
    /// The policy is for another tenant.
    Tenant,
    /// The policy extends another preset.
    Preset,
}

/// The words about a kind.
struct Words {
    kind: ChangeKind,
    name: &'static str,
    title: &'static str,
    help: &'static str,
}

impl ChangeKind {
    /// All kinds, in the order of the reference.
    pub fn all() -> impl Iterator<Item = Self> {
        WORDS.iter().map(|words| words.kind)
    }

    /// Returns the name that reports use: kebab-case.
    pub fn name(self) -> &'static str {
        self.words().name
    }

    /// Returns a few words for a heading.
    pub fn title(self) -> &'static str {
        self.words().title
    }

    /// Returns what a reviewer should know of such a change.
    pub fn help(self) -> &'static str {
        self.words().help
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a test holds that the table has an entry for every kind, in their order"
    )]
    fn words(self) -> &'static Words {
        &WORDS[self as usize]
    }
}

const fn words(
    kind: ChangeKind,
    name: &'static str,
    title: &'static str,
    help: &'static str,
) -> Words {
    Words {
        kind,
        name,
        title,
        help,
    }
}

static WORDS: &[Words] = &[
    words(
        ChangeKind::ExceptionAdded,
        "exception-added",
        "An exception is new",
        "The policy tolerates findings that it did not tolerate before. Read its reason and its owner, and whether it is pinned to the credentials that exist: without `credentials`, it covers secrets that are made tomorrow, too.",
    ),
    words(
        ChangeKind::ExceptionReadded,
        "exception-readded",
        "An exception that had expired is back under a new id",
        "It covers what an expired exception covered. An exception that comes back is an extension that nobody counted: extend the old one and note its former end under `extended`, or migrate the application.",
    ),
    words(
        ChangeKind::ExceptionRemoved,
        "exception-removed",
        "An exception is gone",
        "What it covered counts again from now on.",
    ),
    words(
        ChangeKind::ExceptionRenamed,
        "exception-renamed",
        "An exception has another id",
        "It covers the same, through the same day.",
    ),
    words(
        ChangeKind::ExceptionExtended,
        "exception-extended",
        "An exception ends later",
        "It covers the same for longer. Its former end belongs under `extended`, so that extensions can be counted.",
    ),
    words(
        ChangeKind::ExceptionShortened,
        "exception-shortened",
        "An exception ends earlier",
        "What it covers counts again earlier.",
    ),
    words(
        ChangeKind::ExceptionRegranted,
        "exception-regranted",
        "An exception is granted on another day",
        "The day on which it was granted is where its longest term is counted from.",
    ),
    words(
        ChangeKind::ExceptionWidened,
        "exception-widened",
        "An exception covers more",
        "It names more applications, rules or credentials, or is no longer pinned to the credentials that exist.",
    ),
    words(
        ChangeKind::ExceptionNarrowed,
        "exception-narrowed",
        "An exception covers less",
        "It names fewer applications, rules or credentials, or is pinned to the credentials that exist.",
    ),
    words(
        ChangeKind::ExceptionReowned,
        "exception-reowned",
        "An exception has another owner, approver, ticket or reason",
        "Who answers for it, or why it was granted, is written anew. What it covers is the same.",
    ),
    words(
        ChangeKind::WindowOpened,
        "window-opened",
        "A migration window is new",
        "Secrets are tolerated while it is open, through its days.",
    ),
    words(
        ChangeKind::WindowRemoved,
        "window-removed",
        "A migration window is gone",
        "What it tolerated counts again from now on.",
    ),
    words(
        ChangeKind::WindowRenamed,
        "window-renamed",
        "A migration window has another id",
        "It tolerates the same, through the same days.",
    ),
    words(
        ChangeKind::WindowLengthened,
        "window-lengthened",
        "A migration window is longer",
        "Secrets are tolerated on more days.",
    ),
    words(
        ChangeKind::WindowShortened,
        "window-shortened",
        "A migration window is shorter",
        "Secrets are tolerated on fewer days.",
    ),
    words(
        ChangeKind::WindowWidened,
        "window-widened",
        "A migration window is for more applications",
        "Secrets of more applications are tolerated while it is open.",
    ),
    words(
        ChangeKind::WindowNarrowed,
        "window-narrowed",
        "A migration window is for fewer applications",
        "Secrets of fewer applications are tolerated while it is open.",
    ),
    words(
        ChangeKind::WindowReowned,
        "window-reowned",
        "A migration window has another owner, approver, ticket or reason",
        "Who answers for it, or why it was opened, is written anew. What it tolerates is the same.",
    ),
    words(
        ChangeKind::RuleSwitchedOn,
        "rule-switched-on",
        "A rule is switched on",
        "It was not judged before.",
    ),
    words(
        ChangeKind::RuleSwitchedOff,
        "rule-switched-off",
        "A rule is switched off",
        "What it found is not looked for any more.",
    ),
    words(
        ChangeKind::RuleLevel,
        "rule-level-changed",
        "A rule has another level",
        "The level decides whether what the rule finds fails the gate.",
    ),
    words(
        ChangeKind::RuleEvidence,
        "rule-evidence-changed",
        "A rule treats missing evidence in another way",
        "With `required`, an inventory that cannot show what the rule needs gives no verdict; with `optional`, it passes.",
    ),
    words(
        ChangeKind::RuleLimit,
        "rule-limit-changed",
        "A rule has another limit",
        "The limit decides what the rule finds.",
    ),
    words(
        ChangeKind::RuleAlternatives,
        "rule-alternatives-changed",
        "Other credentials count as better than a secret",
        "An application with a secret and one of these is migrating; without one it has secrets only.",
    ),
    words(
        ChangeKind::Issuers,
        "issuers-changed",
        "Federated credentials may trust other issuers",
        "A federated credential of an issuer that is not trusted is a finding, and is no alternative to a secret.",
    ),
    words(
        ChangeKind::Governance,
        "governance-changed",
        "A limit of the governance is another",
        "Governance bounds what exceptions and windows may be written.",
    ),
    words(
        ChangeKind::Tenant,
        "tenant-changed",
        "The policy is for another tenant",
        "An inventory of another tenant than the policy's is refused.",
    ),
    words(
        ChangeKind::Preset,
        "preset-changed",
        "The policy extends another preset",
        "What it changes in the rules and in governance stands with them.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_kind_in_its_place() {
        for (index, words) in WORDS.iter().enumerate() {
            assert_eq!(words.kind as usize, index, "{}", words.name);
        }
        assert_eq!(ChangeKind::Preset as usize + 1, WORDS.len());
    }

    #[test]
    fn names_are_kebab_case_and_texts_are_sentences() {
        for words in WORDS {
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(words.name.bytes().all(is_plain), "{}", words.name);
            assert!(!words.title.ends_with('.') && words.help.ends_with('.'));
        }
    }
}
