//! Which of the things that happen at one instant changes a finding.
//!
//! In: the finding before and after, and all that happens there. Out: one cause: what tolerates a finding where that
//! changes, else what happens to its own credential, else whatever happens.

use super::moments::Moment;
use crate::finding::{CredentialRef, Disposition};
use crate::model::{ClassifiedCredential, Identity, Validity};
use crate::policy::{Exception, Policy, Window};
use crate::report::forecast::{Cause, Successor};
use crate::rules::named;

/// Returns the cause of a change.
pub(super) fn cause(
    happening: &[Moment],
    credential: Option<CredentialRef>,
    (before, after): (Option<Disposition>, Option<Disposition>),
    identity: &Identity,
) -> Option<Cause> {
    let tolerates = before.is_some() && after.is_some();
    let rank = |cause: Cause| match cause {
        Cause::ExceptionBegins(_)
        | Cause::ExceptionEnded(_)
        | Cause::ExceptionEndsSoon(_)
        | Cause::ExceptionUnused(_)
        | Cause::ExceptionUsed(_) => {
            if tolerates {
                0
            } else {
                4
            }
        }
        Cause::WindowOpens(_) | Cause::CertificateByPassed(_) | Cause::WindowClosed(_) => {
            if tolerates {
                1
            } else {
                3
            }
        }
        Cause::Starts(own)
        | Cause::Ended(own, _)
        | Cause::OlderThan(own, _)
        | Cause::EndsWithin(own, _) => {
            let is_own = credential.is_some_and(|it| same(it, own));
            if is_own || credential.is_none() { 2 } else { 5 }
        }
    };
    let causes = happening.iter().map(|moment| moment.cause);
    let cause = causes.min_by_key(|cause| (rank(*cause), kind(*cause)))?;
    Some(with_successor(cause, identity))
}

/// Ranks what happens to one credential at one instant: what decides whether it works first.
const fn kind(cause: Cause) -> u8 {
    match cause {
        Cause::Ended(..) => 0,
        Cause::Starts(_) => 1,
        Cause::OlderThan(..) => 2,
        Cause::EndsWithin(..) => 3,
        Cause::ExceptionEnded(_)
        | Cause::ExceptionBegins(_)
        | Cause::ExceptionEndsSoon(_)
        | Cause::ExceptionUnused(_)
        | Cause::ExceptionUsed(_) => 4,
        Cause::CertificateByPassed(_) | Cause::WindowClosed(_) | Cause::WindowOpens(_) => 5,
    }
}

fn same(one: CredentialRef, other: CredentialRef) -> bool {
    (one.key_id, one.on, one.class) == (other.key_id, other.on, other.class)
}

/// Says a cause in words.
pub(super) fn words(cause: Cause, policy: &Policy) -> String {
    let exception = |index: u32| policy.exceptions().get(index as usize);
    let window = |index: u32| policy.windows().get(index as usize);
    let of_exception = |index: u32, words: &dyn Fn(&Exception) -> String| {
        exception(index).map_or_else(String::new, |it| {
            format!("exception `{}` {}", it.id, words(it))
        })
    };
    let of_window = |index: u32, words: &dyn Fn(&Window) -> String| {
        window(index).map_or_else(String::new, |it| {
            format!("window `{}` {}", it.id, words(it))
        })
    };
    match cause {
        Cause::ExceptionBegins(index) => of_exception(index, &|_| "begins".to_owned()),
        Cause::ExceptionEnded(index) => {
            of_exception(index, &|it| format!("ended on {}", it.expires))
        }
        Cause::ExceptionEndsSoon(index) => {
            of_exception(index, &|it| format!("ends on {}", it.expires))
        }
        Cause::ExceptionUnused(index) => {
            of_exception(index, &|_| "matches nothing any more".to_owned())
        }
        Cause::ExceptionUsed(index) => of_exception(index, &|_| "matches something".to_owned()),
        Cause::WindowOpens(index) => of_window(index, &|_| "opens".to_owned()),
        Cause::CertificateByPassed(index) => of_window(index, &|it| {
            format!("tolerates secrets alone only through {}", it.certificate_by)
        }),
        Cause::WindowClosed(index) => of_window(index, &|it| format!("closed on {}", it.closes)),
        Cause::Starts(credential) => format!("{} becomes valid", named(&credential)),
        Cause::Ended(credential, Successor::Usable) => {
            format!("{} ended, and another one is usable", named(&credential))
        }
        Cause::Ended(credential, Successor::None) => {
            format!("{} ended, and no other one is usable", named(&credential))
        }
        Cause::OlderThan(credential, max) => {
            format!("{} began more than {max} before", named(&credential))
        }
        Cause::EndsWithin(credential, within) => {
            format!("{} ends within {within}", named(&credential))
        }
    }
}

/// Adds whether another credential of the class is usable at that instant.
fn with_successor(cause: Cause, identity: &Identity) -> Cause {
    let Cause::Ended(ended, _) = cause else {
        return cause;
    };
    let takes_over = |held: &ClassifiedCredential| {
        held.class == ended.class && held.validity == Validity::Current
    };
    let successor = if identity.credentials().iter().any(takes_over) {
        Successor::Usable
    } else {
        Successor::None
    };
    Cause::Ended(ended, successor)
}
