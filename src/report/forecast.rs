//! What will change by itself: what every format of `forecast` receives.
//!
//! In: what the forecast found. Out: events in the order of time, the verdict at each of them, and the exit code. A report
//! decides nothing by its format.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::{Report, Verdict};
use crate::finding::{
    ApplicationRecord, CredentialRef, Days, Detail, Disposition, Facts, Finding, NextStep, Subject,
};
use crate::internal::OrInternal as _;
use crate::model::State;

/// Why something changes on a day, although nobody does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The exception of this index begins.
    ExceptionBegins(u32),
    /// The exception of this index has ended.
    ExceptionEnded(u32),
    /// The exception of this index ends soon.
    ExceptionEndsSoon(u32),
    /// Nothing is found any more that the exception of this index matches.
    ExceptionUnused(u32),
    /// Something is found that the exception of this index matches.
    ExceptionUsed(u32),
    /// The window of this index opens.
    WindowOpens(u32),
    /// From now on the window of this index does not tolerate secrets alone.
    CertificateByPassed(u32),
    /// The window of this index has closed.
    WindowClosed(u32),
    /// The credential becomes valid.
    Starts(CredentialRef),
    /// The credential has ended; whether another one of its class is usable.
    Ended(CredentialRef, Successor),
    /// The credential is older than the limit.
    OlderThan(CredentialRef, Days),
    /// The credential ends within the limit.
    EndsWithin(CredentialRef, Days),
}

impl Cause {
    /// Returns the word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExceptionBegins(_) => "exception-begins",
            Self::ExceptionEnded(_) => "exception-ended",
            Self::ExceptionEndsSoon(_) => "exception-ends-soon",
            Self::ExceptionUnused(_) => "exception-unused",
            Self::ExceptionUsed(_) => "exception-used",
            Self::WindowOpens(_) => "window-opens",
            Self::CertificateByPassed(_) => "certificate-by-passed",
            Self::WindowClosed(_) => "window-closed",
            Self::Starts(_) => "credential-starts",
            Self::Ended(_, Successor::Usable) => "credential-ended-with-successor",
            Self::Ended(_, Successor::None) => "credential-ended",
            Self::OlderThan(..) => "credential-ages",
            Self::EndsWithin(..) => "credential-ends-soon",
        }
    }

    /// All words that reports use.
    pub const NAMES: [&'static str; 13] = [
        "exception-begins",
        "exception-ended",
        "exception-ends-soon",
        "exception-unused",
        "exception-used",
        "window-opens",
        "certificate-by-passed",
        "window-closed",
        "credential-starts",
        "credential-ended-with-successor",
        "credential-ended",
        "credential-ages",
        "credential-ends-soon",
    ];
}

/// Whether another credential of the same class takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Successor {
    /// Another one is usable.
    Usable,
    /// None is.
    None,
}

/// Something that will change.
#[derive(Clone, Debug)]
pub struct Event {
    /// The first instant at which it holds, UTC.
    pub at: Timestamp,
    /// The finding, as it is then, or as it was last if it goes.
    pub finding: Finding,
    /// What became of the finding before; `None` where there was none.
    pub before: Option<Disposition>,
    /// What becomes of the finding; `None` where there is none any more.
    pub after: Option<Disposition>,
    /// Why.
    pub cause: Cause,
    /// Why, in one sentence without a full stop.
    pub why: String,
}

impl Event {
    /// Tells whether a finding begins to count.
    pub fn is_bad(&self) -> bool {
        self.after == Some(Disposition::Open)
    }

    /// Tells whether a finding counts no more.
    pub fn is_good(&self) -> bool {
        self.before == Some(Disposition::Open)
    }

    /// Returns the UTC day.
    pub fn day(&self) -> Date {
        Offset::UTC.to_datetime(self.at).date()
    }
}

/// The verdict turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The first instant at which it holds, UTC.
    pub at: Timestamp,
    /// The verdict from then on.
    pub verdict: Verdict,
}

/// A day on which something changes.
#[derive(Clone, Debug)]
pub struct Day {
    /// UTC.
    pub date: Date,
    /// The verdict until then.
    pub before: Verdict,
    /// The verdict at the end of the day.
    pub after: Verdict,
    /// Whether the gate fails at some instant of the day, whatever its end.
    pub fails: bool,
    /// The indexes of its events.
    pub events: std::ops::Range<usize>,
}

impl Day {
    /// Returns what changes on the day, in order.
    pub fn events<'report>(&self, report: &'report ForecastReport) -> &'report [Event] {
        let events = report.events.get(self.events.clone());
        events.or_internal("a day names the events of its report")
    }
}

/// The last usable certificate of an application, and when it ends.
#[derive(Clone, Debug)]
pub struct LastCertificate {
    /// The application, an index into [`ForecastReport::applications`].
    pub application: u32,
    /// The certificate.
    pub credential: CredentialRef,
    /// UTC.
    pub ends: Timestamp,
}

/// Everything a forecast has to say.
#[derive(Debug)]
pub struct ForecastReport {
    /// The judgement of today, whose lists the events name by index, but for applications.
    pub today: Report,
    /// The last UTC day that was looked at.
    pub until: Date,
    /// The applications of the events and certificates, each as it is then.
    pub applications: Vec<ApplicationRecord>,
    /// What changes, in the order of time.
    pub events: Vec<Event>,
    /// Where the verdict turns, in the order of time.
    pub turns: Vec<Turn>,
    /// The last certificates that end within the time, the first to end first.
    pub certificates: Vec<LastCertificate>,
    /// The last instant at which the verdict must not be a failure, where that was asked for.
    pub fail_by: Option<Timestamp>,
}

impl ForecastReport {
    /// Returns the verdict of today.
    pub fn verdict(&self) -> Verdict {
        self.today.verdict()
    }

    /// Returns the verdict at an instant from now on.
    pub fn verdict_at(&self, instant: Timestamp) -> Verdict {
        let before = self.turns.partition_point(|turn| turn.at <= instant);
        let turn = before.checked_sub(1).and_then(|last| self.turns.get(last));
        turn.map_or_else(|| self.verdict(), |turn| turn.verdict)
    }

    /// Returns the days on which something changes.
    pub fn days(&self) -> Vec<Day> {
        let mut days: BTreeMap<Date, Day> = BTreeMap::new();
        let day = |date, at| Day {
            date,
            before: Verdict::Pass,
            after: Verdict::Pass,
            fails: false,
            events: at..at,
        };
        for (at, event) in self.events.iter().enumerate() {
            let date = event.day();
            days.entry(date).or_insert_with(|| day(date, at)).events.end = at + 1;
        }
        for turn in &self.turns {
            let date = Offset::UTC.to_datetime(turn.at).date();
            let known = days.entry(date).or_insert_with(|| day(date, 0));
            known.fails |= turn.verdict == Verdict::Fail;
        }
        let mut verdict = self.verdict();
        let mut turns = self.turns.iter().peekable();
        let mut list = Vec::with_capacity(days.len());
        for mut day in days.into_values() {
            day.before = verdict;
            while let Some(turn) =
                turns.next_if(|turn| Offset::UTC.to_datetime(turn.at).date() <= day.date)
            {
                verdict = turn.verdict;
            }
            day.after = verdict;
            list.push(day);
        }
        list
    }

    /// Returns the first instant from which the gate fails, today included.
    pub fn first_failure(&self) -> Option<Timestamp> {
        if self.verdict() == Verdict::Fail {
            return Some(self.today.now);
        }
        let mut turns = self.turns.iter();
        turns
            .find(|turn| turn.verdict == Verdict::Fail)
            .map(|turn| turn.at)
    }

    /// Tells whether the gate fails at some instant within the time that was asked for, today and the limit included.
    pub fn fails_too_soon(&self) -> bool {
        self.fail_by
            .zip(self.first_failure())
            .is_some_and(|(limit, first)| first <= limit)
    }

    /// Returns the first instant within the time that was asked for, or now, from which there is no verdict.
    pub fn first_without_verdict(&self) -> Option<Timestamp> {
        if self.verdict() == Verdict::Incomplete {
            return Some(self.today.now);
        }
        let limit = self.fail_by?;
        let mut turns = self.turns.iter();
        let turn = turns.find(|turn| turn.verdict == Verdict::Incomplete && turn.at <= limit)?;
        Some(turn.at)
    }

    /// Returns the exit code: 0, or 1 where the gate fails within the time that was asked for, or 3 where there is no
    /// verdict within it, or none now.
    pub fn exit_code(&self) -> u8 {
        if self.fails_too_soon() {
            Verdict::Fail.exit_code()
        } else if self.first_without_verdict().is_some() {
            Verdict::Incomplete.exit_code()
        } else {
            Verdict::Pass.exit_code()
        }
    }

    /// Returns the application that an event is about.
    pub fn application(&self, event: &Event) -> Option<&ApplicationRecord> {
        match event.finding.subject {
            Subject::Application(index) => Some(super::listed(&self.applications, index)),
            Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => None,
        }
    }

    /// Returns the id of the exception or window that an event is about.
    pub fn entry(&self, event: &Event) -> Option<&str> {
        let window = |index: u32| Some(&*super::listed(&self.today.windows, index).id.0);
        match event.finding.subject {
            Subject::Exception(index) => Some(&*super::listed(&self.today.exceptions, index).id.0),
            Subject::Window(index) => window(index),
            Subject::Application(_) => match event.finding.detail {
                Detail::StartsInWindow(_, index) => window(index),
                Detail::None
                | Detail::Age(..)
                | Detail::Lifetime(..)
                | Detail::Ended(_)
                | Detail::Ends(..)
                | Detail::Federated(_)
                | Detail::LastDay(_)
                | Detail::DaysLeft(..)
                | Detail::UnknownApplication(..)
                | Detail::NewSecrets(_)
                | Detail::Refused(_) => None,
            },
            Subject::Tenant => None,
        }
    }

    fn facts<'report>(&'report self, event: &'report Event) -> Facts<'report> {
        Facts {
            finding: &event.finding,
            application: self.application(event),
            entry: self.entry(event),
        }
    }

    /// Returns the sentence about the finding of an event, as it is then. It may hold foreign text.
    pub fn message(&self, event: &Event) -> String {
        let mut words = String::new();
        let descriptor = self.today.rule(&event.finding).descriptor;
        let written = (descriptor.message)(&self.facts(event), &mut words);
        written.or_internal("each rule has words for what it finds");
        words
    }

    /// Returns what to do before a finding begins to count, in order; nothing where none does.
    pub fn next_steps(&self, event: &Event) -> Vec<NextStep> {
        if !event.is_bad() {
            return Vec::new();
        }
        (self.today.rule(&event.finding).descriptor.next_steps)(&self.facts(event))
    }

    /// Returns what to do about the cause of an event, where that is not a matter of its rule.
    pub fn remedy(&self, event: &Event) -> Option<String> {
        let exception = |index: u32| super::listed(&self.today.exceptions, index);
        let window = |index: u32| super::listed(&self.today.windows, index);
        match event.cause {
            Cause::ExceptionEnded(index) | Cause::ExceptionEndsSoon(index) => {
                let id = &exception(index).id;
                Some(format!(
                    "mend what `{id}` covers, or have it extended in a reviewed change of the policy"
                ))
            }
            Cause::ExceptionUnused(index) => {
                let id = &exception(index).id;
                Some(format!(
                    "nothing; take `{id}` out of the policy then, as `credgate policy prune` does"
                ))
            }
            Cause::CertificateByPassed(index) => {
                let id = &window(index).id;
                Some(format!(
                    "give the applications of `{id}` a certificate or federated credential"
                ))
            }
            Cause::WindowClosed(index) => {
                let id = &window(index).id;
                Some(format!(
                    "switch the applications of `{id}` to a certificate or federated credential, and only then remove their secrets"
                ))
            }
            Cause::Ended(_, Successor::None) => {
                let state = self.application(event).and_then(|it| it.state);
                (state == Some(State::NoCredentials)).then(|| {
                    "nothing is left to sign in with from then on: give the workload a certificate or federated credential, or make sure that nobody needs it"
                        .to_owned()
                })
            }
            Cause::ExceptionBegins(_)
            | Cause::ExceptionUsed(_)
            | Cause::WindowOpens(_)
            | Cause::Starts(_)
            | Cause::Ended(_, Successor::Usable)
            | Cause::OlderThan(..)
            | Cause::EndsWithin(..) => None,
        }
    }
}
