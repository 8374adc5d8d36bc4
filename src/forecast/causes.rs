//! Which of the things that happen at one instant changes a finding.
//!
//! In: the finding before and after, and all that happens there. Out: one cause: what tolerates a finding where that
//! changes, else what happens to its own credential, else whatever happens.

use super::moments::Moment;
use crate::evaluate::Active;
use crate::finding::{CredentialRef, Disposition};
use crate::internal::OrInternal as _;
use crate::model::CredentialClass;
use crate::policy::{Exception, Policy, Window};
use crate::report::forecast::{Cause, Successor};
use crate::rules::{self, named};

/// A finding that changes.
pub(super) struct Changed<'run> {
    /// The rule that finds it.
    pub(super) rule: &'run Active<'run>,
    pub(super) credential: Option<CredentialRef>,
    pub(super) before: Option<Disposition>,
    pub(super) after: Option<Disposition>,
}

/// Returns the cause of a change.
pub(super) fn cause(
    happening: &[Moment],
    changed: &Changed<'_>,
    has_current: &dyn Fn(CredentialClass) -> bool,
) -> Option<Cause> {
    let causes = || happening.iter().map(|moment| moment.cause);
    let tolerance = causes()
        .filter_map(|cause| Some((changed.tolerance(cause)?, cause)))
        .min_by_key(|(rank, _)| *rank);
    if changed.before.is_some()
        && changed.after.is_some()
        && let Some((_, cause)) = tolerance
    {
        return Some(cause);
    }
    let cause = causes().min_by_key(|cause| changed.rank(*cause))?;
    Some(with_successor(cause, has_current))
}

impl Changed<'_> {
    /// Tells whether something that happens is why the finding is tolerated in another way; of several, the end of what
    /// tolerated it comes first.
    fn tolerance(&self, cause: Cause) -> Option<u8> {
        let (before, after) = (self.before, self.after);
        // Of a window, secrets alone are tolerated through `certificate-by`, and everything else through its close.
        let alone = self.rule.descriptor.id == rules::secrets_only();
        match cause {
            Cause::ExceptionEnded(index) => {
                (before == Some(Disposition::Excepted(index))).then_some(0)
            }
            Cause::CertificateByPassed(index) => {
                (before == Some(Disposition::InWindow(index)) && alone).then_some(0)
            }
            Cause::WindowClosed(index) => {
                (before == Some(Disposition::InWindow(index)) && !alone).then_some(0)
            }
            Cause::ExceptionBegins(index) => {
                (after == Some(Disposition::Excepted(index))).then_some(1)
            }
            Cause::WindowOpens(index) => (after == Some(Disposition::InWindow(index))).then_some(1),
            Cause::ExceptionEndsSoon(_)
            | Cause::ExceptionUnused(_)
            | Cause::ExceptionUsed(_)
            | Cause::Starts(_)
            | Cause::Ended(..)
            | Cause::OlderThan(..)
            | Cause::EndsWithin(..) => None,
        }
    }

    /// Ranks what happens as the reason why a finding comes or goes: what happens to its own credential, then what
    /// happens to another one, then windows, then exceptions, which make no finding.
    fn rank(&self, cause: Cause) -> (u8, u8) {
        let setting = self.rule.setting;
        let own = |it: CredentialRef| {
            let is_own = self
                .credential
                .is_none_or(|credential| same(credential, it));
            u8::from(!is_own)
        };
        match cause {
            Cause::Ended(it, _) => (own(it), 0),
            Cause::Starts(it) => (own(it), 1),
            Cause::OlderThan(it, max) if setting.max == Some(max) => (own(it), 2),
            Cause::EndsWithin(it, within) if setting.within == Some(within) => (own(it), 3),
            Cause::WindowOpens(_) | Cause::WindowClosed(_) => (2, 0),
            Cause::CertificateByPassed(_) => (2, 1),
            Cause::ExceptionBegins(_)
            | Cause::ExceptionEnded(_)
            | Cause::ExceptionEndsSoon(_)
            | Cause::ExceptionUnused(_)
            | Cause::ExceptionUsed(_) => (3, 0),
            // A limit of another rule.
            Cause::OlderThan(..) | Cause::EndsWithin(..) => (4, 0),
        }
    }
}

fn same(one: CredentialRef, other: CredentialRef) -> bool {
    (one.key_id, one.on, one.class) == (other.key_id, other.on, other.class)
}

/// Says a cause in words.
pub(super) fn words(cause: Cause, policy: &Policy) -> String {
    let exception = |index: u32| {
        let exception = policy.exceptions().get(index as usize);
        exception.or_internal("an exception is known by its index")
    };
    let window = |index: u32| {
        let window = policy.windows().get(index as usize);
        window.or_internal("a window is known by its index")
    };
    let of_exception = |index: u32, words: &dyn Fn(&Exception) -> String| {
        let it = exception(index);
        format!("exception `{}` {}", it.id, words(it))
    };
    let of_window = |index: u32, words: &dyn Fn(&Window) -> String| {
        let it = window(index);
        format!("window `{}` {}", it.id, words(it))
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
fn with_successor(cause: Cause, has_current: &dyn Fn(CredentialClass) -> bool) -> Cause {
    let Cause::Ended(ended, _) = cause else {
        return cause;
    };
    let successor = if has_current(ended.class) {
        Successor::Usable
    } else {
        Successor::None
    };
    Cause::Ended(ended, successor)
}
