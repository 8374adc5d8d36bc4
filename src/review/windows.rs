//! What became of the migration windows.
//!
//! In: both policies. Out: a change for each difference of each window. A window tolerates secrets, so more of it loosens.
//! Less of it tightens, unless a secret that was added inside it may pass then. What is closed tolerates nothing, however
//! it is changed.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::added_secrets::{Losers, passing};
use super::closed_windows::Closed;
use super::entries::{Copies, Entry, Fate, difference, paired, resigned};
use super::words::{days, days_between, named, sentence};
use super::{Sides, change, entry_place, key_place};
use crate::model::AppId;
use crate::policy::{EntryKind, Signature, Window, WindowScope};
use crate::report::review::{Change, ChangeKind, ChangeSubject, Direction};
use crate::words::count;

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
        closed: Closed::of(sides),
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

struct Comparison<'run> {
    sides: &'run Sides<'run>,
    copies: Copies,
    closed: Closed<'run>,
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

    /// Lets a change stand at the key of the window that says it.
    fn at(&self, key: &str, mut change: Change, window: &Window) -> Change {
        change.place = key_place(self.sides.head, window.written, EntryKind::Window, key);
        change
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
        let mut change = self.change(kind, self.more(new), new, text);
        if let Some(former) = self.closed.before(new) {
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

    /// Returns what more of a window does.
    fn more(&self, new: &Window) -> Direction {
        if self.is_closed(new) {
            Direction::Neutral
        } else {
            Direction::Loosens
        }
    }

    /// Returns what less of a window does, and why, if that needs saying.
    fn less(
        &self,
        former: &Window,
        kept: Option<&Window>,
        losers: &Losers<'_>,
    ) -> (Direction, String) {
        if self.is_closed(former) {
            return (Direction::Neutral, String::new());
        }
        match passing(self.sides, former, kept, losers) {
            Some(why) => {
                let why = format!("; secrets added in it are no longer found, and {why}");
                (Direction::Loosens, why)
            }
            None => (Direction::Tightens, String::new()),
        }
    }

    fn is_closed(&self, window: &Window) -> bool {
        window.closes < self.sides.today
    }

    fn removed(&self, former: &Window) -> Change {
        let (direction, why) = self.less(former, None, &Losers::of(former));
        let closes = former.closes;
        let text = if self.is_closed(former) {
            format!("it tolerated nothing any more: it closed on {closes}")
        } else {
            format!("it would have tolerated secrets through {closes}{why}")
        };
        let subject = ChangeSubject::Window(former.id.clone());
        let kind = ChangeKind::WindowRemoved;
        let mut change = change(
            kind,
            direction,
            subject,
            text,
            self.sides.place_of("migration-windows"),
        );
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
        let today = self.sides.today;
        let mut moved = Moved::default();
        let (less, why) = self.less(former, Some(new), &Losers::of(former));
        if new.opens != former.opens {
            let (kind, direction, why) = self.opens(former, new, (less, &why));
            let words = format!("opens on {} instead of {}{why}", new.opens, former.opens);
            moved.add(kind, direction, words);
        }
        let lengthens = |end: Date| {
            if end < today {
                Direction::Neutral
            } else {
                Direction::Loosens
            }
        };
        let by = (former.certificate_by, new.certificate_by);
        let shortens = if by.0 < today {
            Direction::Neutral
        } else {
            Direction::Tightens
        };
        let verb = "tolerates secrets alone through";
        moved.end(verb, by, lengthens(by.1), (shortens, ""));
        let closes = (former.closes, new.closes);
        moved.end("closes on", closes, lengthens(closes.1), (less, &why));
        for ((kind, direction), words) in moved.0 {
            let text = format!("it {}", words.join("; it "));
            let key = moved_key(former, new);
            let mut change = self.at(key, self.change(kind, direction, new, text), new);
            if kind == ChangeKind::WindowLengthened {
                change.cautions.extend(self.too_long(new));
            }
            changes.push(change);
        }
    }

    /// Returns what another opening day does, and why. The day decides what is tolerated, and from where the longest term
    /// is counted.
    fn opens<'why>(
        &self,
        former: &Window,
        new: &Window,
        (less, why): (Direction, &'why str),
    ) -> (ChangeKind, Direction, &'why str) {
        let (old, day, today) = (former.opens, new.opens, self.sides.today);
        if day < old && old > today {
            (ChangeKind::WindowLengthened, self.more(new), "")
        } else if day < old {
            let why = ", when it was open, too";
            (ChangeKind::WindowLengthened, Direction::Neutral, why)
        } else if day > today {
            (ChangeKind::WindowShortened, less, why)
        } else if why.is_empty() {
            let why = ": its term is counted anew";
            (ChangeKind::WindowShortened, self.more(new), why)
        } else {
            (ChangeKind::WindowShortened, self.more(new), why)
        }
    }

    fn applications(&self, former: &Window, new: &Window, changes: &mut Vec<Change>) {
        let removed;
        let (more, fewer) = match (&former.applications, &new.applications) {
            (WindowScope::All, WindowScope::All) => return,
            (WindowScope::All, WindowScope::Listed(list)) => (
                None,
                Some((
                    "all applications that it does not list".to_owned(),
                    Losers::AllBut(list),
                )),
            ),
            (WindowScope::Listed(_), WindowScope::All) => {
                (Some("all applications".to_owned()), None)
            }
            (WindowScope::Listed(old), WindowScope::Listed(list)) => {
                let difference = difference(old, list);
                removed = difference.removed;
                let say = |ids: &[AppId]| {
                    let words = || format!("{}: {}", count(ids.len(), "application"), named(ids));
                    (!ids.is_empty()).then(words)
                };
                let fewer = say(&removed).map(|words| (words, Losers::Of(&removed)));
                (say(&difference.added), fewer)
            }
        };
        if let Some(more) = more {
            let text = format!("it is also for {more}");
            let change = self.change(ChangeKind::WindowWidened, self.more(new), new, text);
            changes.push(self.at("applications", change, new));
        }
        if let Some((fewer, losers)) = fewer {
            let (direction, why) = self.less(former, None, &losers);
            let text = format!("it is no longer for {fewer}{why}");
            let change = self.change(ChangeKind::WindowNarrowed, direction, new, text);
            changes.push(self.at("applications", change, new));
        }
    }
}

/// The days that moved, by what that does.
#[derive(Default)]
struct Moved(BTreeMap<(ChangeKind, Direction), Vec<String>>);

impl Moved {
    fn add(&mut self, kind: ChangeKind, direction: Direction, words: String) {
        self.0.entry((kind, direction)).or_default().push(words);
    }

    /// Adds that an end moved.
    fn end(
        &mut self,
        verb: &str,
        (old, end): (Date, Date),
        lengthens: Direction,
        (shortens, why): (Direction, &str),
    ) {
        if end > old {
            let later = days_between(old, end);
            let words = format!("{verb} {end} instead of {old}, {later} later");
            self.add(ChangeKind::WindowLengthened, lengthens, words);
        } else if end < old {
            let earlier = days_between(end, old);
            let words = format!("{verb} {end} instead of {old}, {earlier} earlier{why}");
            self.add(ChangeKind::WindowShortened, shortens, words);
        }
    }
}

/// Returns the first day that moved, by its key.
fn moved_key(former: &Window, new: &Window) -> &'static str {
    if former.opens != new.opens {
        "opens"
    } else if former.certificate_by != new.certificate_by {
        "certificate-by"
    } else {
        "closes"
    }
}

fn scope(applications: &WindowScope) -> String {
    match applications {
        WindowScope::All => "all applications".to_owned(),
        WindowScope::Listed(applications) => count(applications.len(), "application"),
    }
}
