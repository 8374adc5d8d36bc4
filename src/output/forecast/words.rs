//! The sentences that several formats share.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::{Disposition, Level};
use crate::model::AppId;
use crate::report::Verdict;
use crate::report::forecast::{Cause, Day, Event, ForecastReport, Successor};
use crate::words::count;

/// Says when the gate fails first, or that it does not.
pub(super) fn outlook(report: &ForecastReport) -> String {
    let until = report.until;
    match (report.verdict(), report.first_failure()) {
        (Verdict::Fail, _) => {
            let holds = report
                .turns
                .iter()
                .find(|turn| turn.verdict != Verdict::Fail);
            match holds {
                None => format!(
                    "the policy does not hold today, and through {until} nothing changes that by itself"
                ),
                Some(turn) => format!(
                    "the policy does not hold today; by itself that ends on {}",
                    day(turn.at)
                ),
            }
        }
        (_, Some(first)) => {
            let days = day(first).duration_since(day(report.today.now)).as_hours() / 24;
            let when = match days {
                0 => "today".to_owned(),
                days => format!("in {}", count(days, "day")),
            };
            format!(
                "the policy holds today, and fails on {}, {when}",
                day(first)
            )
        }
        (Verdict::Pass, None) => unjudged(report).unwrap_or_else(|| {
            format!("the policy holds today, and through {until} it does not fail by itself")
        }),
        (Verdict::Incomplete, None) => {
            format!("today's verdict is incomplete; through {until} no failure comes by itself")
        }
    }
}

/// Says from when on there is no verdict, if so.
fn unjudged(report: &ForecastReport) -> Option<String> {
    let mut turns = report.turns.iter();
    let turn = turns.find(|turn| turn.verdict == Verdict::Incomplete)?;
    Some(format!(
        "the policy holds today; from {} on there is no verdict, because a rule cannot be judged",
        day(turn.at)
    ))
}

/// Says how many changes there are on how many days.
pub(super) fn extent(report: &ForecastReport, days: &[Day]) -> String {
    if report.events.is_empty() && report.turns.is_empty() {
        return "nothing changes by itself".to_owned();
    }
    format!(
        "{} on {}",
        count(report.events.len(), "change"),
        count(days.len(), "day")
    )
}

fn day(at: jiff::Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// Says how the verdict turns on a day; nothing where it does not.
pub(super) fn turn(day: &Day) -> Option<String> {
    if day.before != day.after {
        let (before, after) = (day.before.name(), day.after.name());
        return Some(format!("{before} → {after}"));
    }
    let turns_within = day.fails && day.after != Verdict::Fail;
    turns_within.then(|| format!("{} for part of the day", Verdict::Fail.name()))
}

/// Says what an event is about: the application by its name, or the entry.
pub(super) fn subject(report: &ForecastReport, event: &Event) -> String {
    if let Some(application) = report.application(event) {
        let name = match &*application.display_name {
            "" => "without a name",
            name => name,
        };
        return name.to_owned();
    }
    report.entry(event).unwrap_or("the tenant").to_owned()
}

/// Says what becomes of the finding of an event.
pub(super) fn change(report: &ForecastReport, event: &Event) -> String {
    let level = event.finding.level;
    let rule = report.today.rule(&event.finding).descriptor.id;
    let exception = |index: u32| {
        let exception = report.today.exceptions.get(index as usize);
        exception.map_or_else(String::new, |it| format!("excepted by `{}`", it.id))
    };
    let window = |index: u32| {
        let window = report.today.windows.get(index as usize);
        window.map_or_else(String::new, |it| format!("in window `{}`", it.id))
    };
    match event.after {
        None if event.before == Some(Disposition::Open) => format!("{level} `{rule}` ends"),
        None => format!("`{rule}`, which was tolerated, ends"),
        Some(Disposition::Open) => format!("{level} `{rule}`: {}", report.message(event)),
        Some(Disposition::Excepted(index)) => format!("`{rule}` is {}", exception(index)),
        Some(Disposition::InWindow(index)) => format!("`{rule}` is {}", window(index)),
    }
}

/// Changes of one day about one subject for one reason.
pub(super) struct Group<'report> {
    pub(super) events: Vec<&'report Event>,
    pub(super) subject: String,
    pub(super) app_id: Option<AppId>,
    pub(super) why: &'report str,
}

impl Group<'_> {
    /// Returns the worst level of what begins to count.
    pub(super) fn level(&self) -> Option<Level> {
        let bad = self.events.iter().filter(|event| event.is_bad());
        bad.map(|event| event.finding.level).max()
    }

    /// Returns what to do before, once.
    pub(super) fn remedy(&self, report: &ForecastReport) -> Option<String> {
        let mut events = self.events.iter();
        events.find_map(|event| remedy(report, event))
    }
}

/// Puts the changes of a day together that have one subject and one reason, in the order of the first of each.
pub(super) fn groups<'report>(
    report: &'report ForecastReport,
    events: impl IntoIterator<Item = &'report Event>,
) -> Vec<Group<'report>> {
    let mut places: BTreeMap<(Option<AppId>, String, &str), usize> = BTreeMap::new();
    let mut groups: Vec<Group<'report>> = Vec::new();
    for event in events {
        let app_id = report.application(event).and_then(|it| it.app_id);
        let subject = subject(report, event);
        let key = (app_id, subject.clone(), &*event.why);
        let at = *places.entry(key).or_insert(groups.len());
        if let Some(group) = groups.get_mut(at) {
            group.events.push(event);
        } else {
            groups.push(Group {
                events: vec![event],
                subject,
                app_id,
                why: &event.why,
            });
        }
    }
    groups
}

/// Returns what to do before that day: about the cause, else the first step about the finding.
pub(super) fn remedy(report: &ForecastReport, event: &Event) -> Option<String> {
    let leaves_nothing = matches!(event.cause, Cause::Ended(_, Successor::None));
    if !event.is_bad() && !leaves_nothing {
        return None;
    }
    report.remedy(event).or_else(|| {
        let steps = report.next_steps(event);
        let text = steps.first()?.text.trim_end_matches('.');
        let mut letters = text.chars();
        let first = letters.next()?.to_ascii_lowercase();
        Some(std::iter::once(first).chain(letters).collect())
    })
}

/// Returns a sign for what begins to count, worst first, or for the end of something.
pub(super) const fn sign(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Error) => "🔴",
        Some(Level::Warning) => "🟠",
        Some(Level::Note) => "🔵",
        None => "🟢",
    }
}
