//! Whole SAML triples: a signing key, its twin and the password of its file, proven by what all three say.

use super::decided::decide;
use super::objects::{Credential, Object};
use crate::case::Kind;

/// Where the three stand in the lists of their object.
#[derive(Clone, Debug)]
pub(super) struct Triple {
    pub(super) sign: usize,
    pub(super) verify: usize,
    pub(super) password: usize,
    /// Whether something shows that tokens are signed with it.
    pub(super) is_in_use: bool,
}

/// The only entry that fits; where there are others, `without` says whether the first one does.
fn only(
    entries: &[Credential],
    fits: impl Fn(&Credential) -> bool,
    decision: &'static str,
) -> Option<usize> {
    let fit = |(at, entry): (usize, &Credential)| fits(entry).then_some(at);
    let fitting: Vec<usize> = entries.iter().enumerate().filter_map(fit).collect();
    let alone = (fitting.len() == 1).then(|| fitting[0]);
    decide(decision, alone, fitting.first().copied())
}

/// Every whole triple of an object.
pub(super) fn triples(object: &Object, encryption: &[&String]) -> Vec<Triple> {
    let keys = object.keys.as_deref().unwrap_or_default();
    let mut signing: Vec<&Credential> = keys.iter().filter(|key| key.usage == "sign").collect();
    signing.dedup_by(|one, other| one.label == other.label);
    let found = signing.iter().filter_map(|key| {
        let triple = triple(object, key, encryption)?;
        let elsewhere = object.kind != Kind::ServicePrincipal;
        (!decide("a triple on an application", elsewhere, false)).then_some(triple)
    });
    let mut triples: Vec<Triple> = Vec::new();
    for triple in found {
        if triples.iter().all(|known| known.sign != triple.sign) {
            triples.push(triple);
        }
    }
    triples
}

/// The triple that shares a label with a signing key.
fn triple(object: &Object, like: &Credential, encryption: &[&String]) -> Option<Triple> {
    let label = like.label.as_ref()?;
    let keys = object.keys.as_deref().unwrap_or_default();
    let passwords = object.passwords.as_deref().unwrap_or_default();
    let says = |usage: &'static str| {
        move |key: &Credential| key.label.as_ref() == Some(label) && key.usage == usage
    };
    let sign = only(keys, says("sign"), "a triple has one Sign key")?;
    let verify = only(keys, says("verify"), "a triple has one Verify key")?;
    let shares = |password: &Credential| password.label.as_ref() == Some(label);
    let password = only(passwords, shares, "a triple has one password")?;
    let (one, other, third) = (&keys[sign], &keys[verify], &passwords[password]);
    let is_named = |key: &Credential| {
        key.key_id
            .as_ref()
            .is_some_and(|it| encryption.contains(&it))
    };
    let is_typed =
        |key: &Credential| matches!(&*key.kind, "asymmetricx509cert" | "x509certandpassword");
    let dates = [one, other, third].map(|it| (it.start, it.end));
    let has_dates = dates
        .iter()
        .all(|(start, end)| start.is_some() && end.is_some());
    let ends = !third.never_ends() || third.end.is_none();
    let holds = [
        (
            "a triple has the keyId of its key",
            one.key_id.is_some() && one.key_id == third.key_id,
        ),
        ("a triple has known types", is_typed(one) && is_typed(other)),
        (
            "a triple encrypts nothing",
            !is_named(one) && !is_named(other),
        ),
        ("a triple has dates", has_dates),
        ("a triple that never ends", ends),
        (
            "a triple has the dates of its key",
            dates[0] == dates[1] && dates[1] == dates[2],
        ),
    ];
    let whole = holds.into_iter().fold(true, |whole, (decision, holds)| {
        // All are asked, so that each one is met.
        decide(decision, holds, true) && whole
    });
    whole.then(|| Triple {
        sign,
        verify,
        password,
        is_in_use: is_in_use(object, one, other),
    })
}

/// Whether the object names the triple, or signs on by SAML at all.
fn is_in_use(object: &Object, sign: &Credential, verify: &Credential) -> bool {
    let preferred = object.preferred.as_ref();
    let by_label = preferred.is_some() && preferred == sign.label.as_ref();
    let digests = [sign, verify].map(|key| key.key.as_ref().and_then(|key| key.digest.as_ref()));
    let by_digest = preferred.is_some() && digests.contains(&preferred);
    let by_label = decide("in use by its label", by_label, false);
    let by_digest = decide("in use by its certificate", by_digest, false);
    by_label || by_digest || decide("in use by its mode", object.signs_on_by_saml, false)
}
