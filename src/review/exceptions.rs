//! What became of the exceptions.
//!
//! In: both policies. Out: a change for each difference of each exception. An exception that covers more, longer, or
//! for whom nobody answers any more loosens. What is over covers nothing, however it is changed.

use jiff::civil::Date;

use super::entries::{Copies, Entry, Fate, difference, paired, resigned, unsigned};
use super::words::{days, days_between, named, sentence};
use super::{Sides, change, entry_place, key_place};
use crate::finding::RuleId;
use crate::keyed::KeyedMap;
use crate::model::{AppId, KeyId};
use crate::policy::{EntryKind, Exception, Signature};
use crate::report::FilePlace;
use crate::report::review::{Change, ChangeKind, ChangeSubject, Direction};
use crate::words::count;

impl Entry for Exception {
    type Meaning = (
        Vec<AppId>,
        Vec<RuleId>,
        Option<Vec<KeyId>>,
        [Option<Box<str>>; 4],
        [Date; 2],
        Vec<Date>,
    );

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
        let (mut applications, mut rules) = (self.applications.clone(), self.rules.clone());
        applications.sort_unstable();
        rules.sort_unstable();
        let days = [self.granted, self.expires];
        (
            applications,
            rules,
            self.credentials.clone(),
            texts,
            days,
            self.extended.clone(),
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

/// Adds what became of the exceptions.
pub(super) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let comparison = Comparison {
        sides,
        copies: Copies::of(sides.head.exceptions()),
        expired: expired(sides),
    };
    for fate in paired(sides.base.exceptions(), sides.head.exceptions()) {
        match fate {
            Fate::Added(new) => changes.push(comparison.added(new)),
            Fate::Removed(former) => changes.push(comparison.removed(former)),
            Fate::Renamed(former, new) => {
                let text = format!("it was called `{}`, and covers the same", former.id);
                let kind = ChangeKind::ExceptionRenamed;
                changes.push(comparison.change(kind, Direction::Neutral, new, text));
            }
            Fate::Kept(former, new) => comparison.kept(former, new, changes),
        }
    }
}

/// Exceptions by application and rule, with their place in the policy.
type ByApplication<'run> = KeyedMap<(AppId, RuleId), Vec<(usize, &'run Exception)>>;

/// Returns the exceptions of the base that are over, by application and rule.
fn expired<'run>(sides: &Sides<'run>) -> ByApplication<'run> {
    let mut expired = ByApplication::default();
    let over = sides.base.exceptions().iter().enumerate();
    for (at, exception) in over.filter(|(_, exception)| exception.is_expired(sides.today)) {
        for app_id in &exception.applications {
            for rule in &exception.rules {
                let same = expired.entry((*app_id, *rule)).or_default();
                same.push((at, exception));
            }
        }
    }
    expired
}

struct Comparison<'run> {
    sides: &'run Sides<'run>,
    copies: Copies,
    expired: ByApplication<'run>,
}

impl<'run> Comparison<'run> {
    fn place(&self, exception: &Exception) -> FilePlace {
        entry_place(self.sides.head, exception.written, EntryKind::Exception)
    }

    fn change(
        &self,
        kind: ChangeKind,
        direction: Direction,
        exception: &Exception,
        text: String,
    ) -> Change {
        let subject = ChangeSubject::Exception(exception.id.clone());
        change(kind, direction, subject, text, self.place(exception))
    }

    /// Lets a change stand at the key of the exception that says it.
    fn at(&self, key: &str, mut change: Change, exception: &Exception) -> Change {
        change.place = key_place(
            self.sides.head,
            exception.written,
            EntryKind::Exception,
            key,
        );
        change
    }

    fn added(&self, new: &Exception) -> Change {
        let former = self.former(new);
        let kind = former.map_or(ChangeKind::ExceptionAdded, |_| ChangeKind::ExceptionReadded);
        let text = format!(
            "{}: {}",
            summary(new, self.sides.today),
            sentence(&new.reason)
        );
        let mut change = self.change(kind, self.more(new), new, text);
        if let Some(former) = former {
            change.cautions.push(format!(
                "it covers again what `{}` covered until {}",
                former.id, former.expires
            ));
        }
        change.cautions.extend(self.cautions(new));
        change.cautions.extend(self.copies.of_reason(new));
        change.cautions.extend(self.copies.of_ticket(new));
        change
    }

    fn is_over(&self, exception: &Exception) -> bool {
        exception.is_expired(self.sides.today)
    }

    /// Returns what an exception does that covers more.
    fn more(&self, new: &Exception) -> Direction {
        if self.is_over(new) {
            Direction::Neutral
        } else {
            Direction::Loosens
        }
    }

    /// Returns an expired exception that covered part of the same.
    fn former(&self, new: &Exception) -> Option<&Exception> {
        new.applications.iter().find_map(|app_id| {
            let expired = |rule: &RuleId| self.expired.get(&(*app_id, *rule));
            let same = new.rules.iter().filter_map(expired);
            let another = |list: &Vec<(usize, &'run Exception)>| {
                let mut list = list.iter();
                list.find(|(_, former)| former.id != new.id).copied()
            };
            let first = same.filter_map(another).min_by_key(|(at, _)| *at);
            first.map(|(_, former)| former)
        })
    }

    /// Says what the base policy would not have of this exception.
    fn cautions(&self, exception: &Exception) -> Vec<String> {
        let mut cautions = Vec::new();
        let governance = self.sides.base.governance();
        let term = days(exception.granted, exception.expires);
        if let Some(limit) = governance.exception_max_term()
            && usize::try_from(limit.0).is_ok_and(|limit| term > limit)
        {
            cautions.push(format!(
                "its term of {} is longer than the {limit} that the base policy allows",
                count(term, "day")
            ));
        }
        for key in unsigned(exception, governance.require()) {
            cautions.push(format!("it has no `{key}`, which the base policy requires"));
        }
        cautions
    }

    fn removed(&self, former: &Exception) -> Change {
        let (direction, text) = if self.is_over(former) {
            let text = format!(
                "it covered nothing any more: it ended on {}",
                former.expires
            );
            (Direction::Neutral, text)
        } else {
            let text = format!("it would have covered through {}", former.expires);
            (Direction::Tightens, text)
        };
        let subject = ChangeSubject::Exception(former.id.clone());
        let kind = ChangeKind::ExceptionRemoved;
        let mut change = change(
            kind,
            direction,
            subject,
            text,
            self.sides.place_of("exceptions"),
        );
        let place = entry_place(self.sides.base, former.written, EntryKind::Exception);
        change.former_place = Some(place);
        change
    }

    fn kept(&self, former: &Exception, new: &Exception, changes: &mut Vec<Change>) {
        changes.extend(self.ends(former, new));
        changes.extend(self.granted(former, new));
        changes.extend(self.forgets(former, new));
        self.covers(former, new, changes);
        if let Some((text, is_dropped)) = resigned(former, new) {
            let direction = if is_dropped {
                Direction::Loosens
            } else {
                Direction::Neutral
            };
            let mut change = self.change(ChangeKind::ExceptionReowned, direction, new, text);
            if former.reason != new.reason {
                change.cautions.extend(self.copies.of_reason(new));
            }
            if former.ticket != new.ticket {
                change.cautions.extend(self.copies.of_ticket(new));
            }
            changes.push(change);
        }
    }

    fn ends(&self, former: &Exception, new: &Exception) -> Option<Change> {
        let (old, end) = (former.expires, new.expires);
        if old == end {
            return None;
        }
        if end < old {
            let text = format!(
                "it ends on {end} instead of {old}, {} earlier",
                days_between(end, old)
            );
            let direction = if self.is_over(former) {
                Direction::Neutral
            } else {
                Direction::Tightens
            };
            let kind = ChangeKind::ExceptionShortened;
            let change = self.change(kind, direction, new, text);
            return Some(self.at("expires", change, new));
        }
        let mut text = format!(
            "it ends on {end} instead of {old}, {} later",
            days_between(old, end)
        );
        if self.is_over(former) {
            text.push_str("; it had expired");
        }
        if !new.extended.is_empty() {
            let times = count(new.extended.len(), "earlier end");
            text.push_str("; it lists ");
            text.push_str(&times);
        }
        let kind = ChangeKind::ExceptionExtended;
        let change = self.change(kind, self.more(new), new, text);
        let mut change = self.at("expires", change, new);
        let counts = !(former.extended.is_empty() && new.extended.is_empty());
        if counts && !new.extended.contains(&old) {
            change.cautions.push(format!(
                "its end on {old} is not listed under `extended`, so this extension is not counted"
            ));
        }
        change.cautions.extend(self.cautions(new));
        Some(change)
    }

    /// Earlier ends that are no longer listed make extensions uncounted.
    fn forgets(&self, former: &Exception, new: &Exception) -> Option<Change> {
        let gone = difference(&former.extended, &new.extended).removed;
        if gone.is_empty() {
            return None;
        }
        let text = format!(
            "`extended` no longer lists {}, so that extension is not counted any more",
            named(&gone)
        );
        let kind = ChangeKind::ExceptionReowned;
        Some(self.change(kind, Direction::Loosens, new, text))
    }

    /// The day of the grant decides which days are covered, and from where the longest term is counted.
    fn granted(&self, former: &Exception, new: &Exception) -> Option<Change> {
        let (old, day) = (former.granted, new.granted);
        let today = self.sides.today;
        if old == day {
            return None;
        }
        let (direction, why) = if self.is_over(new) {
            (Direction::Neutral, "it covers nothing any more")
        } else if day > old && day > today {
            (Direction::Tightens, "until then it covers nothing")
        } else if day > old {
            (Direction::Loosens, "its term is counted anew")
        } else if old > today {
            (Direction::Loosens, "it covers earlier")
        } else {
            (Direction::Neutral, "that day is past, too")
        };
        let text = format!("it is granted on {day} instead of {old}: {why}");
        Some(self.change(ChangeKind::ExceptionRegranted, direction, new, text))
    }

    /// Adds what an exception covers more or less.
    fn covers(&self, former: &Exception, new: &Exception, changes: &mut Vec<Change>) {
        let applications = difference(&former.applications, &new.applications);
        let rules = difference(&former.rules, &new.rules);
        let (mut more, mut less) = (Vec::new(), Vec::new());
        let mut note = |added: Option<String>, removed: Option<String>| {
            more.extend(added);
            less.extend(removed);
        };
        let lists = [
            (
                "application",
                words(&applications.added),
                words(&applications.removed),
            ),
            ("rule", words(&rules.added), words(&rules.removed)),
        ];
        for (thing, added, removed) in lists {
            let say =
                |(number, names): (usize, String)| format!("{}: {names}", count(number, thing));
            note(added.map(say), removed.map(say));
        }
        match (&former.credentials, &new.credentials) {
            (None, None) => {}
            (Some(_), None) => note(Some("every credential, also those that are made later: the pin to `credentials` is gone".to_owned()), None),
            (None, Some(pins)) => note(None, Some(format!("every credential but the {} under `credentials`", pins.len()))),
            (Some(old), Some(pins)) => {
                let pins = difference(old, pins);
                let say = |(number, names): (usize, String)| format!("{}: {names}", count(number, "credential"));
                note(words(&pins.added).map(say), words(&pins.removed).map(say));
            }
        }
        if !more.is_empty() {
            let text = format!("it also covers {}", more.join("; "));
            let kind = ChangeKind::ExceptionWidened;
            let change = self.change(kind, self.more(new), new, text);
            let key = key_of(&applications.added, &rules.added);
            changes.push(self.at(key, change, new));
        }
        if !less.is_empty() {
            let text = format!("it no longer covers {}", less.join("; "));
            let direction = if self.is_over(former) {
                Direction::Neutral
            } else {
                Direction::Tightens
            };
            let kind = ChangeKind::ExceptionNarrowed;
            let change = self.change(kind, direction, new, text);
            let key = key_of(&applications.removed, &rules.removed);
            changes.push(self.at(key, change, new));
        }
    }
}

/// Returns the first key of which a list differs.
const fn key_of(applications: &[AppId], rules: &[RuleId]) -> &'static str {
    match (applications, rules) {
        ([], []) => "credentials",
        ([], [..]) => "rules",
        ([..], _) => "applications",
    }
}

/// Returns how many items a list has, and their names; nothing of an empty one.
fn words<T: std::fmt::Display>(items: &[T]) -> Option<(usize, String)> {
    (!items.is_empty()).then(|| (items.len(), named(items)))
}

/// Says what an exception covers.
fn summary(exception: &Exception, today: Date) -> String {
    let pins = match &exception.credentials {
        Some(pins) => format!("pinned to {}", count(pins.len(), "credential")),
        None => "not pinned to credentials".to_owned(),
    };
    let from = if exception.granted > today {
        format!(" from {}", exception.granted)
    } else {
        String::new()
    };
    format!(
        "it lifts {} on {}{from} through {}, {pins}",
        named(&exception.rules),
        count(exception.applications.len(), "application"),
        exception.expires,
    )
}
