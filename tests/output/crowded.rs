//! Nothing and nobody drives the rest out of the Markdown: neither an application whose owner chose long words and many
//! credentials, nor a long reason, path or note.

use credgate::finding::{
    BroadTrust, CredentialRef, Detail, Disposition, ExceptionId, Finding, Level,
};
use credgate::model::{CredentialClass, Holder, KeyId, Validity};
use credgate::output::MAX_RESULTS;
use credgate::report::{ActiveRule, Report};
use credgate::rules;

use super::markdown::{assert_harmless, open, shown_and_left_out};
use super::{sample, write};

/// A comment holds 65,536 characters, and whoever posts one adds a few.
const MOST: usize = 60_000;

/// A character that is written as ten and more.
const GROWS: &str = "\u{e0041}";

/// Adds a rule of the product, and returns the number by which findings name it.
fn add_rule(report: &mut Report, id: &str) -> u8 {
    let mut known = rules::ALL.iter().map(|rule| rule.descriptor());
    let descriptor = known.find(|descriptor| descriptor.id.0 == id).unwrap();
    let place = report.rules[0].place;
    report.rules.push(ActiveRule {
        descriptor,
        level: Level::Error,
        place,
    });
    u8::try_from(report.rules.len() - 1).unwrap()
}

/// A finding about an application.
fn about(application: u32, rule: u8, number: u32, detail: Detail) -> Finding {
    let class = if matches!(detail, Detail::Federated(_)) {
        CredentialClass::FederatedCredential
    } else {
        CredentialClass::ClientSecret
    };
    Finding {
        rule,
        level: Level::Error,
        credential: Some(CredentialRef {
            key_id: Some(KeyId::from_bytes(sample::guid(9, number))),
            class,
            validity: Validity::Expired,
            on: Holder::Application,
            is_repeated: false,
        }),
        detail,
        ..sample::secrets_only(application)
    }
}

fn add(report: &mut Report, findings: impl IntoIterator<Item = Finding>) {
    for finding in findings {
        report.findings.insert(0, finding);
        report.summary.findings[0] += 1;
    }
}

/// The first applications, so many, trust twenty workloads each, whose names grow.
fn growing(crowded: u32) -> Report {
    let mut report = sample::large(40);
    let rule = add_rule(&mut report, "federated-credential-broad");
    for (record, application) in report.applications.iter_mut().zip(0..crowded) {
        record.display_name = GROWS.repeat(256).into();
        record.address = Some(format!("{application}{}", "@".repeat(4_000)).into());
    }
    let findings = (0..crowded).flat_map(|application| {
        (0..20).map(move |number| {
            let trust = BroadTrust {
                issuer: GROWS.repeat(600).into(),
                subject: Some(GROWS.repeat(600).into()),
                reasons: vec!["its subject has a wildcard"],
            };
            let detail = Detail::Federated(Box::new(trust));
            about(application, rule, 20 * application + number, detail)
        })
    });
    add(&mut report, findings);
    report
}

/// The first application still stores four hundred secrets that ended.
fn many_steps() -> Report {
    let mut report = sample::large(40);
    let rule = add_rule(&mut report, "secret-expired");
    let ended = Detail::Ended(sample::at("2026-03-01T12:30:00Z"));
    let findings = (0..400).map(|number| about(0, rule, number, ended.clone()));
    add(&mut report, findings);
    report
}

/// Everything foreign is as long as it can be, and there is as much of it as can be.
fn worst(of: &str) -> Report {
    let mut report = sample::large(100_000);
    let long = of.repeat(4_000 / of.len().min(4));
    for record in &mut report.applications {
        record.display_name = of.repeat(256).into();
    }
    for record in report.applications.iter_mut().take(1_000) {
        record.app_id = None;
        record.address = Some(long.as_str().into());
    }
    let exception = sample::tenant().exceptions.remove(0);
    report.exceptions = (0..1_000)
        .map(|number| {
            let mut exception = exception.clone();
            exception.id = ExceptionId(format!("{number:04}{}", "x".repeat(2_000)).into());
            exception.reason = long.as_str().into();
            exception
        })
        .collect();
    for (finding, number) in report.findings.iter_mut().zip(0..1_000) {
        finding.disposition = Disposition::Excepted(number);
        report.summary.findings[0] -= 1;
        report.summary.excepted += 1;
    }
    let gap = sample::tenant().not_judged.remove(0);
    report.not_judged = vec![gap; 300];
    for gap in &mut report.not_judged {
        gap.reason.clone_from(&long);
    }
    report.notes = vec![long.clone(); 300];
    let mut source = report.sources.remove(0);
    source.name.clone_from(&long);
    report.sources = vec![source; 300];
    report.files[0].clone_from(&long);
    report.policy.path = long;
    report
}

/// The rows of the table under a heading.
fn rows(page: &str, heading: &str) -> usize {
    let (_, rest) = page.split_once(&format!("\n### {heading}\n")).unwrap();
    let part = rest.split("\n### ").next().unwrap();
    let rows = part.lines().filter(|line| line.starts_with("| "));
    // The first two are the heads of the columns.
    rows.count() - 2
}

fn folds(page: &str) -> usize {
    page.matches("<details>").count()
}

#[test]
fn it_stays_below_a_comment_whatever_is_foreign() {
    for of in [GROWS, "@", "<", "`", "字", "|", "a"] {
        let report = worst(of);
        let page = write("markdown", &report);
        assert!(page.len() < MOST, "{of}: {}", page.len());
        assert_harmless(&page);
        let (shown, left_out) = shown_and_left_out(&page);
        assert_eq!(shown + left_out, open(&report));
        assert!(rows(&page, "Findings") >= 5, "{of}: {page}");
        assert!(
            rows(&page, "Exceptions and windows in use") >= 5,
            "{of}: {page}"
        );
        assert!(folds(&page) >= 2, "{of}: {page}");
        for words in ["more rules", "more sources", "more notes", "more rows"] {
            assert_eq!(page.matches(words).count(), 1, "{of}: {words}: {page}");
        }
    }
}

#[test]
fn applications_with_long_words_leave_room_for_the_others() {
    for (crowded, least) in [(1, 20), (20, 5)] {
        let report = growing(crowded);
        let page = write("markdown", &report);
        assert!(rows(&page, "Findings") >= least, "{page}");
        assert!(folds(&page) >= 5, "{page}");
        assert_harmless(&page);
        let (shown, left_out) = shown_and_left_out(&page);
        assert_eq!(shown + left_out, open(&report));
    }
}

#[test]
fn an_application_with_many_steps_leaves_room_for_the_others() {
    let report = many_steps();
    let page = write("markdown", &report);
    assert!(folds(&page) >= 5, "{page}");
    // The first fold says what it leaves out.
    let first = page.split("</details>").next().unwrap();
    assert!(first.contains("more steps"), "{first}");
    assert!(
        page.contains("… and 395 more findings (395 errors)"),
        "{page}"
    );
}

#[test]
fn what_code_scanning_cannot_hold_is_said_before_other_notes() {
    let mut report = sample::large(30_000);
    report.notes = vec!["x".repeat(1_000); 300];
    let page = write("markdown", &report);
    let words = format!("code scanning accepts {MAX_RESULTS} results");
    assert!(page.contains(&words), "{page}");
}

#[test]
fn slices_have_the_colour_of_their_state_in_whatever_order_they_are_drawn() {
    let mut report = sample::clean();
    report.summary.by_state = [300, 0, 120, 5, 1];
    let page = write("markdown", &report);
    let (_, picture) = page.split_once("```mermaid\n").unwrap();
    let slices = picture.lines().filter(|line| line.starts_with("  \""));
    let slices: Vec<&str> = slices.map(str::trim).collect();
    // Some versions of Mermaid sort by size before they give out the colours.
    assert_eq!(
        slices,
        [
            "\"no-credentials\" : 300",
            "\"certificate\" : 120",
            "\"migrating\" : 5",
            "\"secrets-only\" : 1",
        ]
    );
    for colour in ["\"pie1\": \"#616161\"", "\"pie4\": \"#c62828\""] {
        assert!(picture.contains(colour), "{picture}");
    }
}

/// What a reader must know stands before the tables, of which something may be cut.
#[test]
fn notes_stand_before_the_findings() {
    let page = write("markdown", &sample::tenant());
    let place = |words: &str| page.find(words).unwrap();
    assert!(place("\n### Could not be judged\n") < place("\n> "));
    assert!(place("\n> ") < place("\n### Findings\n"), "{page}");
}
