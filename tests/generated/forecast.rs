//! The forecast against the judgement of every day: what a forecast says of an instant is what `check --now` says there.
//!
//! In: a generated case. Out: how the two differ, if they do. The forecast looks ahead once; the judgement is made anew for
//! each day at the time of `now`, and at instants in between.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use credgate::evaluate::{Evaluation, InventoryRecord, Receiver};
use credgate::finding::{Detail, Disposition, Finding, Level, Subject};
use credgate::forecast::Forecast;
use credgate::inventory::{Inventory, Object, ReadError, SourceFacts};
use credgate::model::Place;
use credgate::policy::{self, Policy};
use credgate::report::forecast::{Cause, Event, ForecastReport};
use credgate::report::{Report, SourceRecord, Verdict};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::case::Case;
use super::random::Random;
use super::{forms, yaml};

/// How far a case is followed.
const DAYS: i64 = 60;

/// What tells findings apart that the same application, entry or tenant has: rule, subject, credential.
type Name = (&'static str, String, String);

/// The findings of an instant, by name: how each is disposed of.
type Findings = BTreeMap<Name, Vec<String>>;

/// A case that has been read once.
pub(crate) struct Read {
    policy: Policy,
    objects: Vec<(Object, Place)>,
    record: InventoryRecord,
    pub(crate) now: Timestamp,
    fail_on: Level,
}

/// What came of following a case.
pub(crate) struct Followed {
    /// Why its findings change.
    pub(crate) causes: Vec<&'static str>,
    /// The verdicts that it turns to.
    pub(crate) turns: Vec<&'static str>,
    /// How the forecast and the judgements of its days differ.
    pub(crate) difference: Option<String>,
}

/// Follows a case; `None` where it cannot be judged.
pub(crate) fn follow(case: &Case) -> Option<Followed> {
    let read = Read::of(case)?;
    let until = Offset::UTC.to_datetime(read.now).date();
    let until = until.checked_add(DAYS.days()).unwrap();
    let mut forecast = Forecast::new(&read.policy, read.now, until, read.fail_on);
    let (Ok(()), Ok(today)) = (read.feed(&mut forecast), read.judge(read.now)) else {
        return None;
    };
    let mut forecast = forecast.finish(read.record.clone()).ok()?;
    let mut instants: Vec<Timestamp> = (0..DAYS)
        .filter_map(|day| {
            read.now
                .checked_add(SignedDuration::from_hours(24 * day))
                .ok()
        })
        .collect();
    let random = &mut Random::new(case.seed ^ 0x5eed);
    for event in &forecast.events {
        if random.percent(20) {
            instants.push(event.at);
            instants.extend(event.at.checked_sub(SignedDuration::from_nanos(1)));
        }
    }
    instants.retain(|at| *at >= read.now);
    assert_eq!(verdict(&today), forecast.verdict());
    for event in &forecast.events {
        assert_cause(&read.policy, event);
    }
    assert_gate(&read, &mut forecast, random.between(0, DAYS - 1));
    let mut instants = instants.into_iter();
    let events = forecast.events.iter();
    let turns = forecast.turns.iter();
    Some(Followed {
        causes: events.map(|event| event.cause.name()).collect(),
        turns: turns.map(|turn| turn.verdict.name()).collect(),
        difference: instants.find_map(|at| differs(&read, &forecast, at)),
    })
}

/// Returns how a forecast and the judgements of its days differ.
pub(crate) fn difference(case: &Case) -> Option<String> {
    follow(case)?.difference
}

fn differs(read: &Read, forecast: &ForecastReport, at: Timestamp) -> Option<String> {
    let judged = read.judge(at).ok()?;
    let (expected, actual) = (found(&judged), foreseen(forecast, at));
    let verdicts = (verdict(&judged), forecast.verdict_at(at));
    if expected == actual && verdicts.0 == verdicts.1 {
        return None;
    }
    let only = |one: &Findings, other: &Findings| -> Vec<String> {
        let only = one
            .iter()
            .filter(|(name, how)| other.get(name) != Some(how));
        only.map(|(name, how)| format!("{name:?} {how:?}"))
            .collect()
    };
    Some(format!(
        "at {at}: verdict {} judged, {} foreseen\njudged only: {:#?}\nforeseen only: {:#?}",
        verdicts.0.name(),
        verdicts.1.name(),
        only(&expected, &actual),
        only(&actual, &expected)
    ))
}

/// Where what tolerated a finding ends at that instant, it is the cause, whatever else happens there.
fn assert_cause(policy: &Policy, event: &Event) {
    let starts = |day: Date| {
        let next = day.tomorrow().unwrap();
        Offset::UTC.to_timestamp(next.at(0, 0, 0, 0)).unwrap() == event.at
    };
    match (event.before, event.after) {
        (Some(Disposition::Excepted(index)), Some(_))
            if starts(policy.exceptions()[index as usize].expires) =>
        {
            assert_eq!(event.cause, Cause::ExceptionEnded(index), "{event:?}");
        }
        (Some(Disposition::InWindow(index)), Some(Disposition::Open)) => {
            let window = &policy.windows()[index as usize];
            if starts(window.certificate_by) || starts(window.closes) {
                let causes = [
                    Cause::CertificateByPassed(index),
                    Cause::WindowClosed(index),
                ];
                assert!(causes.contains(&event.cause), "{event:?}");
            }
        }
        _ => {}
    }
}

/// The gate of a schedule passes only where a judgement passes now, on every day until its limit, and at the limit.
fn assert_gate(read: &Read, forecast: &mut ForecastReport, days: i64) {
    let limit = read
        .now
        .checked_add(SignedDuration::from_hours(24 * days))
        .unwrap();
    forecast.fail_by = Some(limit);
    let code = forecast.exit_code();
    let judged = (0..=days).filter_map(|day| {
        let at = read.now.checked_add(SignedDuration::from_hours(24 * day));
        read.judge(at.unwrap()).ok()
    });
    let worst: Vec<Verdict> = judged.map(|report| report.verdict()).collect();
    if worst.contains(&Verdict::Fail) {
        assert_eq!(code, 1);
    } else if worst.contains(&Verdict::Incomplete) {
        assert_ne!(code, 0);
    }
    forecast.fail_by = None;
}

fn verdict(report: &Report) -> Verdict {
    report.verdict()
}

impl Read {
    fn of(case: &Case) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("policy.yaml"), yaml::write(&case.policy)).unwrap();
        let names = forms::write(case, folder.path());
        Self::from(case, folder.path(), &names)
    }

    /// Reads a case that is written in a folder; `None` where it cannot be judged.
    pub(crate) fn from(case: &Case, folder: &Path, names: &[String]) -> Option<Self> {
        if names.iter().any(|name| name == "-") {
            return None;
        }
        let path = folder.join("policy.yaml");
        let rules = credgate::rules::descriptors();
        let policy = policy::load(&path, "policy.yaml", &rules).ok()?;
        let names: Vec<String> = names
            .iter()
            .map(|name| folder.join(name).to_str().unwrap().to_owned())
            .collect();
        let mut inventory = Inventory::open(&names, folder).ok()?;
        let mut objects = Vec::new();
        loop {
            objects.clear();
            let read = inventory.read(&mut |object, place| {
                objects.push((object, place));
                Ok(())
            });
            match read {
                Ok(()) => break,
                Err(ReadError::Again) => {}
                Err(ReadError::Inventory(_)) => return None,
            }
        }
        let sources = inventory.sources().into_iter().map(source);
        Some(Self {
            policy,
            objects,
            record: InventoryRecord {
                sources: sources.collect(),
                files: inventory.files(),
                tenant: inventory.tenant(),
                tenant_policies: inventory.policy_coverage(),
                is_whole_tenant: true,
                notes: Vec::new(),
            },
            now: case.instant().parse().unwrap(),
            fail_on: Level::ALL
                .into_iter()
                .find(|level| level.name() == case.fail_on)
                .unwrap(),
        })
    }

    fn feed(&self, receiver: &mut impl Receiver) -> Result<(), ()> {
        for (object, place) in self.objects.clone() {
            match object {
                Object::TenantPolicy(policy) => receiver.tenant_policy(policy).map_err(drop)?,
                Object::Application(object) => {
                    receiver.application(object, place).map_err(drop)?;
                }
                Object::ServicePrincipal(object) => {
                    receiver.service_principal(object, place).map_err(drop)?;
                }
            }
        }
        Ok(())
    }

    /// Judges it at an instant.
    pub(crate) fn judge(&self, at: Timestamp) -> Result<Report, ()> {
        let mut evaluation = Evaluation::new(&self.policy, at, self.fail_on);
        self.feed(&mut evaluation)?;
        evaluation.finish(self.record.clone()).map_err(drop)
    }
}

fn source(facts: SourceFacts) -> SourceRecord {
    SourceRecord {
        name: facts.name,
        format: facts.format,
        sha256: None,
        applications: facts.applications,
        service_principals: facts.service_principals,
        coverage: facts.coverage,
        collected_at: facts.collected_at,
    }
}

/// The findings of a judgement.
fn found(report: &Report) -> Findings {
    let mut findings = Findings::new();
    for finding in &report.findings {
        let application = report.application(finding).and_then(|it| it.app_id);
        let subject = application.map(|id| id.to_string());
        let subject = subject.unwrap_or_else(|| entry(report, finding));
        let how = disposed(report, finding.disposition);
        let name = name(report, finding, subject);
        findings.entry(name).or_default().push(how);
    }
    sorted(findings)
}

/// The findings that a forecast implies at an instant: those of today, changed by all that happens until then.
fn foreseen(forecast: &ForecastReport, at: Timestamp) -> Findings {
    let mut findings = found(&forecast.today);
    for event in forecast.events.iter().filter(|event| event.at <= at) {
        let application = forecast.application(event).and_then(|it| it.app_id);
        let subject = application.map(|id| id.to_string());
        let subject = subject.unwrap_or_else(|| entry(&forecast.today, &event.finding));
        let name = name(&forecast.today, &event.finding, subject);
        let list = findings.entry(name).or_default();
        if let Some(before) = event.before {
            let before = disposed(&forecast.today, before);
            let known = list.iter().position(|how| *how == before);
            match known {
                Some(known) => drop(list.remove(known)),
                None => list.push(format!("{before} was not there")),
            }
        }
        list.extend(event.after.map(|after| disposed(&forecast.today, after)));
    }
    findings.retain(|_, list| !list.is_empty());
    sorted(findings)
}

fn sorted(mut findings: Findings) -> Findings {
    for list in findings.values_mut() {
        list.sort();
    }
    findings
}

fn name(report: &Report, finding: &Finding, subject: String) -> Name {
    let credential = finding.credential.map(|it| (it.key_id, it.on, it.class));
    let rule = report.rule(finding).descriptor.id.0;
    let unknown = if let Detail::UnknownApplication(app_id, _) = &finding.detail {
        app_id.to_string()
    } else {
        String::new()
    };
    (rule, subject, format!("{credential:?}{unknown}"))
}

fn entry(report: &Report, finding: &Finding) -> String {
    match finding.subject {
        Subject::Exception(index) => report.exceptions[index as usize].id.to_string(),
        Subject::Window(index) => report.windows[index as usize].id.to_string(),
        Subject::Tenant => "tenant".to_owned(),
        Subject::Application(_) => "without appId".to_owned(),
    }
}

fn disposed(report: &Report, disposition: Disposition) -> String {
    match disposition {
        Disposition::Open => "open".to_owned(),
        Disposition::Excepted(index) => report.exceptions[index as usize].id.to_string(),
        Disposition::InWindow(index) => report.windows[index as usize].id.to_string(),
    }
}
