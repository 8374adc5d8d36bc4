//! Rules about the policy's own exceptions and windows.
//!
//! In: what each file of the policy says. Out: the governance of all of them together, and every entry that breaks it,
//! expired ones too. A nearer file can tighten what it extends, never loosen it.

use jiff::civil::Date;

use super::collection::Scope;
use super::document::{ExceptionDocument, Signature, WindowDocument};
use super::draft::Draft;
use super::fault::Fault;
use super::problem::{Places, Problem};
use super::scalar::{Scalar, Text};
use crate::finding::Days;

/// What exceptions and windows must obey.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Governance {
    exception_max_term: Option<Limit>,
    window_max_term: Option<Limit>,
    require: Vec<Signature>,
    /// The file that says `require`.
    require_file: usize,
    /// Whether a limit that is absent here is absent in the files.
    is_whole: bool,
}

/// A limit, and the file that sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    days: Days,
    file: usize,
}

impl Governance {
    /// Returns how far `expires` may lie from `granted`, where there is a limit.
    pub fn exception_max_term(&self) -> Option<Days> {
        self.exception_max_term.map(|limit| limit.days)
    }

    /// Returns how far `closes` may lie from `opens`, where there is a limit.
    pub fn window_max_term(&self) -> Option<Days> {
        self.window_max_term.map(|limit| limit.days)
    }

    /// Returns what every exception must say.
    pub fn require(&self) -> &[Signature] {
        &self.require
    }

    /// Merges what the files say, and notes where one loosens what it extends.
    pub(super) fn merge(
        drafts: &[Draft],
        is_whole: bool,
        places: &Places<'_>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut merged = Self {
            is_whole,
            ..Self::default()
        };
        for (file, draft) in drafts.iter().enumerate().rev() {
            merged.tighten(file, draft, places, problems);
        }
        merged
    }

    fn tighten(
        &mut self,
        file: usize,
        draft: &Draft,
        places: &Places<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let own = &draft.governance;
        let terms = [
            (
                "exception-max-term",
                &own.exception_max_term,
                &mut self.exception_max_term,
            ),
            (
                "window-max-term",
                &own.window_max_term,
                &mut self.window_max_term,
            ),
        ];
        for (key, own, merged) in terms {
            let Some(Scalar(days)) = own.0 else { continue };
            if let Some(there) = merged.filter(|there| there.days < days) {
                let other = places.name(there.file, &format!("/governance/{key}"));
                let fault = Fault::GovernanceLoosened {
                    key,
                    here: days,
                    there: there.days,
                    other,
                };
                problems.push(Problem::at_value(file, format!("/governance/{key}"), fault));
            } else {
                *merged = Some(Limit { days, file });
            }
        }
        let Some(require) = &own.require.0 else {
            return;
        };
        let own: Vec<Signature> = require.0.iter().map(|signature| signature.0).collect();
        if let Some(dropped) = self
            .require
            .iter()
            .find(|signature| !own.contains(signature))
        {
            let other = places.name(self.require_file, "/governance/require");
            let fault = Fault::RequirementDropped {
                key: dropped.key(),
                other,
            };
            problems.push(Problem::at_value(
                file,
                "/governance/require".to_owned(),
                fault,
            ));
        } else {
            (self.require, self.require_file) = (own, file);
        }
    }

    /// Returns what is wrong with an exception, and the key at which it is wrong.
    pub(super) fn exception_faults(
        &self,
        exception: &ExceptionDocument,
    ) -> Vec<(&'static str, Fault)> {
        let id = || exception.id.0.0.to_string();
        let (granted, expires) = (exception.granted.0, exception.expires.0);
        let mut faults = Vec::new();
        if expires < granted {
            faults.push((
                "expires",
                Fault::ExpiresBeforeGranted {
                    id: id(),
                    granted,
                    expires,
                },
            ));
        }
        if let Some(limit) = self.exception_max_term
            && let Some(term) = excess(granted, expires, limit.days)
        {
            let latest = latest(granted, limit.days);
            faults.push((
                "expires",
                Fault::ExceptionTooLong {
                    id: id(),
                    term,
                    limit: limit.days,
                    latest,
                },
            ));
        }
        faults.extend(extension_faults(exception).map(|fault| ("extended", fault)));
        let signed = [
            &exception.owner.0,
            &exception.approved_by.0,
            &exception.ticket.0,
        ];
        faults.extend(self.unsigned(&exception.id.0.0, signed));
        faults
    }

    /// Returns what is wrong with a window, and the key at which it is wrong.
    pub(super) fn window_faults(&self, window: &WindowDocument) -> Vec<(&'static str, Fault)> {
        let id = || window.id.0.0.to_string();
        let (opens, closes) = (window.opens.0, window.closes.0);
        let mut faults: Vec<_> = window_order(window).collect();
        match self.window_max_term {
            Some(limit) => {
                if let Some(term) = excess(opens, closes, limit.days) {
                    let latest = latest(opens, limit.days);
                    faults.push((
                        "closes",
                        Fault::WindowTooLong {
                            id: id(),
                            term,
                            limit: limit.days,
                            latest,
                        },
                    ));
                }
            }
            None if self.is_whole && window.applications == Scope::All => {
                faults.push(("applications", Fault::UnboundedWindow { id: id() }));
            }
            None => {}
        }
        faults
    }

    /// `signed` in the order owner, approved-by, ticket.
    fn unsigned<'entry>(
        &'entry self,
        id: &'entry str,
        signed: [&'entry Option<Scalar<Text>>; 3],
    ) -> impl Iterator<Item = (&'static str, Fault)> + 'entry {
        let signatures = [Signature::Owner, Signature::ApprovedBy, Signature::Ticket];
        let missing = signatures
            .into_iter()
            .zip(signed)
            .filter(|(_, text)| text.is_none());
        let required = missing.filter(|(signature, _)| self.require.contains(signature));
        required.map(move |(signature, _)| {
            let key = signature.key();
            (
                "id",
                Fault::RequiredByGovernance {
                    id: id.to_owned(),
                    key,
                },
            )
        })
    }
}

/// Returns what is wrong with the ends that an exception had before.
fn extension_faults(exception: &ExceptionDocument) -> impl Iterator<Item = Fault> + '_ {
    let ends = exception.extended.0.iter().flat_map(|ends| &ends.0);
    let ends = ends.map(|end| end.0);
    let id = || exception.id.0.0.to_string();
    let (granted, expires) = (exception.granted.0, exception.expires.0);
    let mut pairs = ends.clone().zip(ends.clone().skip(1));
    let reversed = pairs.find(|(first, second)| second < first);
    let reversed = reversed.map(|(later, earlier)| Fault::ExtendedReversed {
        id: id(),
        earlier,
        later,
    });
    let before = ends.clone().find(|day| *day < granted);
    let before = before.map(|day| Fault::ExtendedBeforeGranted {
        id: id(),
        day,
        granted,
    });
    // That `expires` is too early is told once.
    let after = ends
        .clone()
        .find(|day| *day >= expires && expires >= granted);
    let after = after.map(|day| Fault::ExtendedAfterExpires {
        id: id(),
        day,
        expires,
    });
    [reversed, before, after].into_iter().flatten()
}

fn window_order(window: &WindowDocument) -> impl Iterator<Item = (&'static str, Fault)> + '_ {
    let by = window
        .certificate_by
        .0
        .as_ref()
        .map(|by| ("certificate-by", by.0));
    let days = [
        Some(("opens", window.opens.0)),
        by,
        Some(("closes", window.closes.0)),
    ];
    let days: Vec<_> = days.into_iter().flatten().collect();
    let pairs: Vec<_> = days
        .iter()
        .copied()
        .zip(days.iter().copied().skip(1))
        .collect();
    let reversed = pairs
        .into_iter()
        .filter(|((_, earlier), (_, later))| later < earlier);
    reversed.map(|((earlier, earlier_day), (later, later_day))| {
        let id = window.id.0.0.to_string();
        (
            later,
            Fault::WindowReversed {
                id,
                earlier,
                earlier_day,
                later,
                later_day,
            },
        )
    })
}

/// Returns the days from one day to another, where they are more than the limit.
fn excess(from: Date, to: Date, limit: Days) -> Option<Days> {
    let hours = to.duration_since(from).as_hours();
    let days = u32::try_from(hours / 24)
        .ok()
        .filter(|&days| days > limit.0)?;
    Some(Days(days))
}

fn latest(from: Date, limit: Days) -> String {
    from.checked_add(limit.duration())
        .map_or_else(|_| "an earlier day".to_owned(), |day| day.to_string())
}
