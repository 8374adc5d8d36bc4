//! The migration windows of the base that are closed.
//!
//! In: both policies. Out: for a window of the head, the first of them that was for some of the same applications, without
//! a look at all of them.

use super::Sides;
use crate::keyed::KeyedMap;
use crate::model::AppId;
use crate::policy::{Window, WindowScope};

/// The windows of the base that are closed, by the applications that they list, with their place in the policy.
pub(super) struct Closed<'run> {
    first: Option<(usize, &'run Window)>,
    first_for_all: Option<(usize, &'run Window)>,
    by_application: KeyedMap<AppId, (usize, &'run Window)>,
}

impl<'run> Closed<'run> {
    pub(super) fn of(sides: &Sides<'run>) -> Self {
        let closed = sides.base.windows().iter().enumerate();
        let closed = closed.filter(|(_, window)| window.closes < sides.today);
        let is_for_all = |(_, window): &(usize, &Window)| window.applications == WindowScope::All;
        let mut by_application = KeyedMap::default();
        for (at, window) in closed.clone() {
            if let WindowScope::Listed(applications) = &window.applications {
                for app_id in applications {
                    by_application.entry(*app_id).or_insert((at, window));
                }
            }
        }
        Self {
            first: closed.clone().next(),
            first_for_all: closed.clone().find(is_for_all),
            by_application,
        }
    }

    /// Returns the first that was for some of the same applications as a window.
    pub(super) fn before(&self, new: &Window) -> Option<&'run Window> {
        let first = match &new.applications {
            WindowScope::All => self.first,
            WindowScope::Listed(applications) => {
                let listed = applications.iter();
                let listed = listed.filter_map(|app_id| self.by_application.get(app_id));
                let all = listed.chain(&self.first_for_all);
                all.min_by_key(|(at, _)| *at).copied()
            }
        };
        first.map(|(_, window)| window)
    }
}
