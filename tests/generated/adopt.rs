//! Adopting tenants that nobody thought of: the gate passes then, and on every day of the term, a second time changes
//! nothing, and every other line of the policy stays.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use credgate::finding::Disposition;
use credgate::report::{Report, Verdict};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::case::{Case, Kind};
use super::forecast::Read;
use super::random::Random;
use super::{forms, program, yaml};

/// The program in a folder with a case, asked for one thing after another.
pub(crate) struct Asked<'case> {
    case: &'case Case,
    folder: &'case Path,
    inventory: Vec<String>,
}

impl<'case> Asked<'case> {
    pub(crate) fn new(case: &'case Case, folder: &'case Path) -> Self {
        fs::write(folder.join("policy.yaml"), yaml::write(&case.policy)).unwrap();
        let inventory = forms::write(case, folder);
        Self {
            case,
            folder,
            inventory,
        }
    }

    pub(crate) fn run(&self, words: &[&str]) -> program::Ended {
        self.run_at(&self.case.instant(), words)
    }

    fn run_at(&self, now: &str, words: &[&str]) -> program::Ended {
        let mut words = words.to_vec();
        words.extend(["--now", now]);
        words.extend(self.inventory.iter().flat_map(|name| ["--inventory", name]));
        if self.case.allow_empty {
            words.push("--allow-empty");
        }
        let ended = program::run(self.folder, &words, b"");
        ended.assert_told_well();
        ended
    }

    pub(crate) fn policy(&self) -> String {
        fs::read_to_string(self.folder.join("policy.yaml")).unwrap()
    }

    pub(crate) fn check(&self) -> program::Ended {
        self.check_at(&self.case.instant())
    }

    fn check_at(&self, now: &str) -> program::Ended {
        let fail_on = self.case.fail_on;
        self.run_at(
            now,
            &[
                "check",
                "--policy",
                "policy.yaml",
                "--fail-on",
                fail_on,
                "--report",
                "json",
            ],
        )
    }

    fn adopt(&self) -> program::Ended {
        let fail_on = self.case.fail_on;
        self.run(&[
            "init",
            "--adopt",
            "--policy",
            "policy.yaml",
            "--fail-on",
            fail_on,
            "--term",
            TERM_WORD,
        ])
    }
}

/// How long the adopted exceptions last.
const TERM: i64 = 60;
const TERM_WORD: &str = "60d";

/// What becomes of a tenant in the term for which it is adopted.
#[derive(Debug, Default)]
struct Walked {
    /// Tenants whose gate failed before, and passes on every day of the term.
    green: usize,
    /// Tenants whose gate passed before, and would have failed within the term.
    later: usize,
    /// Tenants of which the program says that something fails before the end of the term.
    earlier: usize,
    /// Tenants with something that cannot be adopted today.
    failing: usize,
    /// Tenants with service principals whose gate passes on every day of the term.
    with_service_principals: usize,
}

/// Every other tenant has no exceptions yet: those that are there may end within the term.
fn case(seed: u64) -> Case {
    let mut case = Case::new(seed);
    if seed.is_multiple_of(2) {
        case.policy.as_object_mut().unwrap().remove("exceptions");
    }
    case
}

/// Adopts a tenant and judges it at several instants of every day of the term.
fn walk(seed: u64, walked: &Mutex<Walked>) -> Option<String> {
    let case = case(seed);
    let folder = tempfile::tempdir().unwrap();
    let asked = Asked::new(&case, folder.path());
    let (before, first) = (asked.policy(), asked.check());
    let adopted = asked.adopt();
    let after = asked.policy();
    let shown = || format!("seed {seed}\n{}{}\n{after}", adopted.stdout, adopted.stderr);
    match adopted.code {
        0 => {}
        1 => {
            walked.lock().unwrap().failing += 1;
            return (asked.check().code != 1).then(shown);
        }
        _ => return (before != after).then(shown),
    }
    let read = Read::from(&case, folder.path(), &asked.inventory)?;
    let days = Days::of(&read, &adopted.stdout);
    if let Some(wrong) = days.wrong(&read, seed) {
        return Some(format!("{wrong}\n{}", shown()));
    }
    let end = days.through.map(|day| format!("{day}T23:59:59.999999999Z"));
    let fails = days.fails.map(|at| at.to_string());
    let code_at = |at: &Option<String>| at.as_ref().map(|at| asked.check_at(at).code);
    if code_at(&end).is_some_and(|code| code != 0) || code_at(&fails) == Some(0) {
        return Some(format!("{end:?} {fails:?}\n{}", shown()));
    }
    let mut walked = walked.lock().unwrap();
    walked.earlier += usize::from(days.fails.is_some());
    if days.fails.is_none() && before != after {
        walked.green += usize::from(first.code == 1);
        walked.later += usize::from(first.code == 0);
        walked.with_service_principals += usize::from(
            case.listings
                .iter()
                .any(|listing| listing.kind == Kind::ServicePrincipal),
        );
    }
    None
}

/// What the program says of the days of the term.
struct Days {
    /// The last day through which the gate passes.
    through: Option<Date>,
    /// The instant at which it does not, within the term.
    fails: Option<Timestamp>,
    expires: Date,
}

impl Days {
    fn of(read: &Read, stdout: &str) -> Self {
        let after = |words: &str| {
            let (_, rest) = stdout.split_once(words)?;
            Some(
                rest.split([' ', '\n'])
                    .next()
                    .unwrap()
                    .trim_end_matches([':', '.', ',']),
            )
        };
        let through = after("The gate passes through ").map(|day| day.parse().unwrap());
        let fails = after("failing later:\n  ").map(|at| {
            let midnight = at.parse::<Date>().map(|day| day.at(0, 0, 0, 0));
            midnight.map_or_else(
                |_| at.parse().unwrap(),
                |midnight| Offset::UTC.to_timestamp(midnight).unwrap(),
            )
        });
        let today = Offset::UTC.to_datetime(read.now).date();
        let expires = today.checked_add(TERM.days()).unwrap();
        Self {
            through,
            fails,
            expires,
        }
    }

    /// Says what is not true of them.
    fn wrong(&self, read: &Read, seed: u64) -> Option<String> {
        let today = Offset::UTC.to_datetime(read.now).date();
        let through = self.through.unwrap_or_else(|| today.yesterday().unwrap());
        let first = self.fails.map(|at| Offset::UTC.to_datetime(at).date());
        let last = first.map_or(self.expires, |day| day.yesterday().unwrap());
        if through != last {
            return Some(format!(
                "it passes through {through} and fails at {:?}",
                self.fails
            ));
        }
        let mut day = today;
        while day <= through {
            for at in instants(day, seed).into_iter().filter(|at| *at >= read.now) {
                let report = read.judge(at).unwrap();
                if report.verdict() != Verdict::Pass {
                    return Some(format!("{at}: {}", failing(&report)));
                }
            }
            day = day.tomorrow().unwrap();
        }
        let fails = self.fails?;
        let report = read.judge(fails).unwrap();
        (report.verdict() == Verdict::Pass).then(|| format!("it passes at {fails}"))
    }
}

/// Some instants of a day: the first, the last, and others.
fn instants(day: Date, seed: u64) -> Vec<Timestamp> {
    let random = &mut Random::new(seed ^ u64::from(day.day().unsigned_abs()));
    let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
    let mut seconds = vec![0, 86_399, 43_200];
    seconds.extend((0..2).map(|_| random.between(0, 86_399)));
    let after = seconds
        .into_iter()
        .map(|seconds| midnight + SignedDuration::from_secs(seconds));
    after.collect()
}

fn failing(report: &Report) -> String {
    let open = report.findings.iter();
    let open = open.filter(|finding| {
        finding.disposition == Disposition::Open && finding.level >= report.fail_on
    });
    let words: Vec<String> = open
        .map(|finding| {
            let rule = report.rule(finding).descriptor.id;
            let application = report.application(finding).and_then(|it| it.app_id);
            format!(
                "{rule} {application:?} {:?}: {}",
                finding.credential,
                report.message(finding)
            )
        })
        .collect();
    let gaps = report.missing().map(|gap| gap.rule.descriptor.id.0);
    format!("{words:#?} {:?}", gaps.collect::<Vec<_>>())
}

/// Walks through the term of many tenants.
fn walk_all(seeds: Range<u64>) -> Walked {
    let walked = Mutex::new(Walked::default());
    super::assert_none(seeds, |seed| walk(seed, &walked));
    walked.into_inner().unwrap()
}

#[test]
fn the_gate_passes_on_every_day_of_the_term() {
    let walked = walk_all(0..220);
    assert!(walked.green > 10 && walked.later > 0, "{walked:?}");
    assert!(walked.with_service_principals > 8, "{walked:?}");
    assert!(walked.earlier > 10 && walked.failing > 10, "{walked:?}");
}

#[test]
#[ignore = "takes minutes"]
fn the_gate_of_many_tenants_passes_on_every_day_of_the_term() {
    println!("{:?}", walk_all(1_000..3_000));
}

#[test]
fn the_gate_passes_once_a_tenant_is_adopted() {
    let mut passed = 0;
    for seed in 0..160 {
        let case = Case::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let asked = Asked::new(&case, folder.path());
        let (before, first) = (asked.policy(), asked.check());
        let adopted = asked.adopt();
        let (after, checked) = (asked.policy(), asked.check());
        let shown = format!("seed {seed}\n{}{}\n{after}", adopted.stdout, adopted.stderr);
        match adopted.code {
            0 => assert_eq!(checked.code, 0, "{shown}{}", checked.stdout),
            1 => assert_eq!((first.code, checked.code), (1, 1), "{shown}"),
            2 | 3 => assert_eq!(before, after, "{shown}"),
            code => panic!("ended with {code}: {shown}"),
        }
        if adopted.code == 0 && first.code == 1 {
            passed += 1;
            assert_ne!(before, after, "{shown}");
        } else if first.code == 0 {
            assert_eq!(adopted.code, 0, "{shown}");
        }
        let again = asked.adopt();
        assert_eq!(
            (again.code, asked.policy()),
            (adopted.code, after),
            "{shown}"
        );
    }
    assert!(passed > 5, "hardly any tenant was adopted: {passed}");
}
