//! What became of the migration windows.
//!
//! In: both policies. Out: a change for each difference of each window. A window tolerates secrets, so more of it loosens.
//! Less of it tightens, unless the only rule that would find a secret then is the one that looks for secrets added
//! inside a window.

use jiff::civil::Date;

use super::entries::{Copies, Difference, Entry, Fate, difference, paired, resigned};
use super::words::{count, days, days_between, named, sentence};
use super::{Sides, change, entry_place};
use crate::finding::{Level, RuleId};
use crate::model::AppId;
use crate::policy::{EntryKind, Policy, Signature, Window, WindowScope};
use crate::report::review::{Change, ChangeKind, ChangeSubject, Direction};
use crate::rules;

impl Entry for Window {
    type Meaning = (Option<Vec<AppId>>, [Option<Box<str>>; 4], [Date; 3]);

    fn id(&self) -> &str {
        &self.id.0
    }

    fn meaning(&self) -> Self::Meaning {
        let texts = [
            Some(self.reason.clone()),
            self.owner.clone(),
            self.approved_by.clone(),
            self.ticket.clone(),
        ];
        let applications = match &self.applications {
            WindowScope::All => None,
            WindowScope::Listed(applications) => Some(applications.clone()),
        };
        (
            applications,
            texts,
            [self.opens, self.certificate_by, self.closes],
        )
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn signature(&self, signature: Signature) -> Option<&str> {
        match signature {
            Signature::Owner => self.owner.as_deref(),
            Signature::ApprovedBy => self.approved_by.as_deref(),
            Signature::Ticket => self.ticket.as_deref(),
        }
    }
}

/// Adds what became of the windows.
pub(super) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let comparison = Comparison {
        sides,
        copies: Copies::of(sides.head.windows()),
        less: less(sides.head),
    };
    for fate in paired(sides.base.windows(), sides.head.windows()) {
        match fate {
            Fate::Added(new) => changes.push(comparison.added(new)),
            Fate::Removed(former) => changes.push(comparison.removed(former)),
            Fate::Renamed(former, new) => {
                let text = format!("it was called `{}`, and tolerates the same", former.id);
                let kind = ChangeKind::WindowRenamed;
                changes.push(comparison.change(kind, Direction::Neutral, new, text));
            }
            Fate::Kept(former, new) => comparison.kept(former, new, changes),
        }
    }
}

/// What less of a window does. A secret that was added inside it is no longer found as such; that it is a secret must then
/// be found at no lower level.
fn less(head: &Policy) -> Less {
    let level = |rule: RuleId| head.rule(rule).and_then(|setting| setting.level);
    let found: Option<Level> = level(rules::secret_added_during_migration());
    let others = [rules::secrets_only(), rules::secret_outside_window()];
    if others.into_iter().all(|rule| level(rule) >= found) {
        Less(Direction::Tightens, "")
    } else {
        Less(
            Direction::Loosens,
            "; secrets added in it are no longer found, and no other rule of that level finds them",
        )
    }
}

/// The direction of less of a window, and why, if that needs saying.
#[derive(Clone, Copy)]
struct Less(Direction, &'static str);

struct Comparison<'run> {
    sides: &'run Sides<'run>,
    copies: Copies,
    less: Less,
}

impl Comparison<'_> {
    fn change(
        &self,
        kind: ChangeKind,
        direction: Direction,
        window: &Window,
        text: String,
    ) -> Change {
        let place = entry_place(self.sides.head, window.written, EntryKind::Window);
        let subject = ChangeSubject::Window(window.id.clone());
        change(kind, direction, subject, text, place)
    }

    fn added(&self, new: &Window) -> Change {
        let text = format!(
            "it tolerates secrets of {} from {} through {}, secrets alone through {}: {}",
            scope(&new.applications),
            new.opens,
            new.closes,
            new.certificate_by,
            sentence(&new.reason),
        );
        let kind = ChangeKind::WindowOpened;
        let mut change = self.change(kind, Direction::Loosens, new, text);
        if let Some(former) = self.former(new) {
            change.cautions.push(format!(
                "it opens again what `{}` tolerated until {}",
                former.id, former.closes
            ));
        }
        change.cautions.extend(self.too_long(new));
        change.cautions.extend(self.copies.of_reason(new));
        change.cautions.extend(self.copies.of_ticket(new));
        change
    }

    /// Returns a closed window of the base that was for some of the same applications.
    fn former(&self, new: &Window) -> Option<&Window> {
        let today = self.sides.today;
        let mut closed = self.sides.base.windows().iter();
        closed.find(|former| former.closes < today && meet(&former.applications, &new.applications))
    }

    fn too_long(&self, window: &Window) -> Option<String> {
        let limit = self.sides.base.governance().window_max_term()?;
        let term = days(window.opens, window.closes);
        let is_longer = usize::try_from(limit.0).is_ok_and(|limit| term > limit);
        is_longer.then(|| {
            format!(
                "its term of {} is longer than the {limit} that the base policy allows",
                count(term, "day")
            )
        })
    }

    fn removed(&self, former: &Window) -> Change {
        let Less(direction, why) = self.less;
        let (direction, text) = if former.closes < self.sides.today {
            let text = format!(
                "it tolerated nothing any more: it closed on {}",
                former.closes
            );
            (Direction::Neutral, text)
        } else {
            let text = format!(
                "it would have tolerated secrets through {}{why}",
                former.closes
            );
            (direction, text)
        };
        let subject = ChangeSubject::Window(former.id.clone());
        let kind = ChangeKind::WindowRemoved;
        let mut change = change(kind, direction, subject, text, self.sides.beginning());
        let place = entry_place(self.sides.base, former.written, EntryKind::Window);
        change.former_place = Some(place);
        change
    }

    fn kept(&self, former: &Window, new: &Window, changes: &mut Vec<Change>) {
        self.days(former, new, changes);
        self.applications(former, new, changes);
        if let Some((text, is_dropped)) = resigned(former, new) {
            let direction = if is_dropped {
                Direction::Loosens
            } else {
                Direction::Neutral
            };
            let mut change = self.change(ChangeKind::WindowReowned, direction, new, text);
            if former.reason != new.reason {
                change.cautions.extend(self.copies.of_reason(new));
            }
            if former.ticket != new.ticket {
                change.cautions.extend(self.copies.of_ticket(new));
            }
            changes.push(change);
        }
    }

    fn days(&self, former: &Window, new: &Window, changes: &mut Vec<Change>) {
        let (mut longer, mut shorter) = (Vec::new(), Vec::new());
        if new.opens != former.opens {
            let words = format!("opens on {} instead of {}", new.opens, former.opens);
            let is_longer = new.opens < former.opens;
            if is_longer { &mut longer } else { &mut shorter }.push(words);
        }
        let ends = [
            (
                "tolerates secrets alone through",
                former.certificate_by,
                new.certificate_by,
            ),
            ("closes on", former.closes, new.closes),
        ];
        for (verb, old, end) in ends {
            if end > old {
                let later = days_between(old, end);
                longer.push(format!("{verb} {end} instead of {old}, {later} later"));
            } else if end < old {
                let earlier = days_between(end, old);
                shorter.push(format!("{verb} {end} instead of {old}, {earlier} earlier"));
            }
        }
        if !longer.is_empty() {
            let kind = ChangeKind::WindowLengthened;
            let text = format!("it {}", longer.join("; it "));
            let mut change = self.change(kind, Direction::Loosens, new, text);
            change.cautions.extend(self.too_long(new));
            changes.push(change);
        }
        if !shorter.is_empty() {
            let Less(direction, why) = self.less;
            let text = format!("it {}{why}", shorter.join("; it "));
            changes.push(self.change(ChangeKind::WindowShortened, direction, new, text));
        }
    }

    fn applications(&self, former: &Window, new: &Window, changes: &mut Vec<Change>) {
        let (more, fewer) = match (&former.applications, &new.applications) {
            (WindowScope::All, WindowScope::All) => return,
            (WindowScope::All, WindowScope::Listed(_)) => (
                None,
                Some("all applications that it does not list".to_owned()),
            ),
            (WindowScope::Listed(_), WindowScope::All) => {
                (Some("all applications".to_owned()), None)
            }
            (WindowScope::Listed(old), WindowScope::Listed(list)) => {
                let Difference { added, removed } = difference(old, list);
                let say = |ids: &[AppId]| {
                    let words = || format!("{}: {}", count(ids.len(), "application"), named(ids));
                    (!ids.is_empty()).then(words)
                };
                (say(&added), say(&removed))
            }
        };
        if let Some(more) = more {
            let text = format!("it is also for {more}");
            changes.push(self.change(ChangeKind::WindowWidened, Direction::Loosens, new, text));
        }
        if let Some(fewer) = fewer {
            let Less(direction, why) = self.less;
            let text = format!("it is no longer for {fewer}{why}");
            changes.push(self.change(ChangeKind::WindowNarrowed, direction, new, text));
        }
    }
}

fn scope(applications: &WindowScope) -> String {
    match applications {
        WindowScope::All => "all applications".to_owned(),
        WindowScope::Listed(applications) => count(applications.len(), "application"),
    }
}

/// Tells whether two windows are for some of the same applications.
fn meet(one: &WindowScope, other: &WindowScope) -> bool {
    match (one, other) {
        (WindowScope::All, _) | (_, WindowScope::All) => true,
        (WindowScope::Listed(one), WindowScope::Listed(other)) => {
            one.iter().any(|app_id| other.binary_search(app_id).is_ok())
        }
    }
}
