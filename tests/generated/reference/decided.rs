//! The decisions of the contract by name, each of which can be taken away: what a test then answers otherwise, it meets.

use std::cell::RefCell;
use std::collections::BTreeSet;

/// Every decision that is asked for in `decide`.
pub(crate) const DECISIONS: [&str; 93] = [
    // What is read.
    "next link",
    "next link of a member",
    "a next link that is null",
    "delta link",
    "removed mark",
    "wrong count",
    "second list",
    "a list without objects",
    "a member in two cases",
    "an alias that differs",
    "an alias that agrees",
    "null lists that no object shows",
    "null lists that some show",
    "lists of another file",
    "never, in any spelling",
    "deleted later",
    "deleted now",
    "blanks around a value",
    // Whose objects they are.
    "no application at all",
    "allow-empty",
    "deleted applications are none",
    "missing applications in the majority",
    "as many missing as joined",
    "a deleted one is not joined",
    "only this tenant's are joined",
    "lists that do not overlap",
    "found although nothing overlaps",
    "an agent identity by type",
    "an agent identity by blueprint",
    "an agent identity without appId",
    // Classes of credentials.
    "a triple on an application",
    "a triple has one Sign key",
    "a triple has one Verify key",
    "a triple has one password",
    "a triple has the keyId of its key",
    "a triple has the dates of its key",
    "a triple has dates",
    "a triple that never ends",
    "a triple has known types",
    "a triple encrypts nothing",
    "in use by its label",
    "in use by its certificate",
    "in use by its mode",
    "a claimed Sign key makes no secret a password",
    "named by the certificate's digest",
    "an encryption key says Encrypt",
    "a signing key that is named to encrypt",
    "Encrypt is not unknown",
    "Encrypt alone proves nothing",
    "Encrypt never authenticates",
    "a claim does not make known",
    "an unusable key",
    // What counts as better.
    "an unusable certificate is no alternative",
    "an issuer that is not trusted",
    "an audience that is not trusted",
    "one audience suffices",
    "the audience of any cloud",
    "the issuers of the policy",
    "the own tenant",
    "another tenant",
    "one form of the own tenant",
    "the letters of the own tenant",
    "a slash at the end",
    "an issuer exactly",
    "an organisation of Azure DevOps",
    "clusters of any cloud",
    // Rules.
    "claimed certificates have a lifetime",
    "claimed certificates expire",
    "claimed certificates are examined",
    "a claimed certificate is no successor",
    "an unusable certificate is no successor",
    "no key shown is a gap",
    "claimed keys of service principals have a lifetime",
    "whatever is not proven needs an owner",
    "nothing is excused at Microsoft",
    "a triple in use is excused elsewhere",
    "a triple that is not in use is not excused elsewhere",
    "claimed keys of strangers",
    "managed identities with passwords",
    "managed identities with symmetric keys",
    "certificates of managed identities",
    // The policy.
    "an exception covers a gap",
    "a pinned exception covers no gap",
    "a keyId that stands twice is no pin",
    "what is shown is judged beside a gap",
    "an exception that covers a gap is used",
    "a pinned exception covers no other finding of an application",
    "an exception granted in future is not unused",
    "a term of governance",
    "a preset's term of governance",
    "a preset's term is not loosened",
    "issuers on the rule",
    "what the preset says",
];

thread_local! {
    static BROKEN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    static MET: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Returns the answer of the contract; where the decision is taken away, what would be answered without it.
pub(super) fn decide<T: PartialEq>(decision: &'static str, answer: T, without: T) -> T {
    debug_assert!(DECISIONS.contains(&decision), "{decision}");
    if answer != without {
        MET.with_borrow_mut(|met| met.insert(decision));
    }
    if BROKEN.with_borrow(|broken| broken.contains(decision)) {
        without
    } else {
        answer
    }
}

/// Returns what an action returns, and the decisions that it met: those that were answered otherwise than without them.
pub(crate) fn met<T>(action: impl FnOnce() -> T) -> (T, BTreeSet<&'static str>) {
    MET.take();
    (action(), MET.take())
}

/// Returns what an action returns where some decisions are taken away.
pub(crate) fn without<T>(decisions: &[&'static str], action: impl FnOnce() -> T) -> T {
    BROKEN.set(decisions.iter().copied().collect());
    let returned = action();
    BROKEN.take();
    returned
}
