//! What the rule about secrets added inside a migration window no longer finds where there is less of the window.
//!
//! In: both policies, a window of the base, and the applications that lose some of it. Out: why a secret that was found
//! may pass now; nothing where it may not. A secret that was added inside is also one that the application holds. So it
//! stays found from the day on which it opens anything, unless the rules about that weigh less, or tolerate it.

use jiff::civil::Date;

use super::Sides;
use crate::finding::{Level, RuleId};
use crate::model::AppId;
use crate::policy::{Exception, Policy, Window, WindowScope};
use crate::rules;

/// The applications that lose some of a window.
pub(super) enum Losers<'run> {
    /// These; sorted, as a window has them.
    Of(&'run [AppId]),
    /// All but these; sorted, as a window has them.
    AllBut(&'run [AppId]),
}

impl<'run> Losers<'run> {
    /// Returns all for which a window is.
    pub(super) fn of(window: &'run Window) -> Self {
        match &window.applications {
            WindowScope::All => Self::AllBut(&[]),
            WindowScope::Listed(listed) => Self::Of(listed),
        }
    }

    fn has(&self, app_id: AppId) -> bool {
        match self {
            Self::Of(listed) => listed.binary_search(&app_id).is_ok(),
            Self::AllBut(listed) => listed.binary_search(&app_id).is_err(),
        }
    }

    fn meet(&self, window: &Window) -> bool {
        match &window.applications {
            WindowScope::All => true,
            WindowScope::Listed(listed) => listed.iter().any(|app_id| self.has(*app_id)),
        }
    }
}

/// Says why secrets that were added in a window of the base may pass; `kept` is what the head makes of it.
pub(super) fn passing(
    sides: &Sides<'_>,
    former: &Window,
    kept: Option<&Window>,
    losers: &Losers<'_>,
) -> Option<String> {
    let level = |policy: &Policy, rule: RuleId| policy.rule(rule).and_then(|it| it.level);
    let added = rules::secret_added_during_migration();
    // That the rule is lower, or off, is a change of its own.
    let found: Level = level(sides.base, added).min(level(sides.head, added))?;
    let holding = [rules::secrets_only(), rules::secret_outside_window()];
    if holding
        .into_iter()
        .any(|rule| level(sides.head, rule) < Some(found))
    {
        return Some("no other rule of that level finds them".to_owned());
    }
    let lost = Lost {
        today: sides.today,
        former,
        // Of a window that still begins on that day, all that is in date is found while it is open.
        found_through: kept
            .filter(|kept| kept.opens <= former.opens)
            .map(|kept| kept.closes),
    };
    let mut windows = sides.head.windows().iter();
    if let Some(window) = windows.find(|it| lost.hides_in(it) && losers.meet(it)) {
        let (id, opens) = (&window.id, window.opens);
        return Some(format!("`{id}` tolerates those from before {opens}"));
    }
    let mut exceptions = sides.head.exceptions().iter();
    let exception = exceptions.find(|exception| {
        let mut applications = exception.applications.iter();
        lost.hides_behind(exception) && applications.any(|app_id| losers.has(*app_id))
    })?;
    Some(format!("`{}` may tolerate them", exception.id))
}

/// The days that a window loses.
struct Lost<'run> {
    today: Date,
    former: &'run Window,
    /// Through which day secrets that were added in it are found as before.
    found_through: Option<Date>,
}

impl Lost<'_> {
    /// Tells whether something that lasts through a day meets the days that are lost and not past.
    fn lasts(&self, last: Date) -> bool {
        let last = last.min(self.former.closes);
        last >= self.today && self.found_through.is_none_or(|found| last > found)
    }

    /// Tells whether a window of the head tolerates secrets that were added before it opens.
    fn hides_in(&self, window: &Window) -> bool {
        self.former.opens < window.opens
            && window.opens <= self.former.closes
            && self.lasts(window.closes)
    }

    /// Tells whether an exception of the head covers that an application holds a secret, but not that it was added.
    fn hides_behind(&self, exception: &Exception) -> bool {
        let covers_holding = exception.lifts(rules::secrets_only())
            || exception.lifts(rules::secret_outside_window());
        covers_holding
            && !exception.lifts(rules::secret_added_during_migration())
            && exception.granted <= self.former.closes
            && self.lasts(exception.expires)
    }
}
