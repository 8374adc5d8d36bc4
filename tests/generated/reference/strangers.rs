//! Credentials on service principals that are not judged otherwise: those of others, of the platform and of agents.

use super::classes::{Class, Held, Identity};
use super::decided::decide;
use super::rules::{Found, Subject, each};

/// What was added here to a service principal whose application is not this tenant's.
pub(super) fn foreign(whose: &str, identity: &Identity) -> Option<Found> {
    let held = identity.credentials.iter();
    let found = held.filter(|held| match whose {
        "managed-identity" => is_added_to_managed(held),
        _ => is_added(whose, held),
    });
    let mut subjects = each(found);
    if whose != "managed-identity" {
        let federated = identity.federated.iter();
        subjects.extend(federated.map(|(on, it)| Subject::Federated(on, it.clone())));
    }
    in_part(subjects, identity.state.is_none())
}

/// What is shown is found, whatever another list holds.
pub(super) fn in_part(subjects: Vec<Subject>, is_gap: bool) -> Option<Found> {
    let is_found = !is_gap || decide("what is shown is judged beside a gap", true, false);
    is_found.then_some(Found { subjects, is_gap })
}

fn is_added(whose: &str, held: &Held) -> bool {
    let is_excused = if whose == "microsoft" {
        decide("nothing is excused at Microsoft", false, held.is_proven)
    } else {
        let is_of_triple = matches!(held.class, Class::Signing | Class::Paired) && held.is_proven;
        let in_use = is_of_triple && held.is_in_use;
        let in_use = decide("a triple in use is excused elsewhere", in_use, false);
        decide(
            "a triple that is not in use is not excused elsewhere",
            in_use,
            is_of_triple,
        )
    };
    if is_excused {
        return false;
    }
    match held.class {
        Class::Secret | Class::Paired | Class::Certificate | Class::Symmetric => {
            held.is_live_or_future()
        }
        Class::Unknown => true,
        Class::Signing | Class::Encryption => {
            decide("claimed keys of strangers", true, held.is_proven)
        }
    }
}

/// The platform's own certificates are never found.
fn is_added_to_managed(held: &Held) -> bool {
    let secret = matches!(held.class, Class::Secret | Class::Paired);
    let symmetric = held.class == Class::Symmetric;
    let other = !secret && !symmetric;
    held.is_live_or_future()
        && (decide("managed identities with passwords", secret, false)
            || decide("managed identities with symmetric keys", symmetric, false)
            || decide("certificates of managed identities", false, other))
}

/// By definition, an agent identity holds nothing.
pub(super) fn agent(identity: &Identity) -> Option<Found> {
    let held = identity.credentials.iter();
    let mut subjects = each(held.filter(|held| held.is_live_or_future()));
    let federated = identity.federated.iter();
    subjects.extend(federated.map(|(on, it)| Subject::Federated(on, it.clone())));
    in_part(subjects, identity.state.is_none())
}
