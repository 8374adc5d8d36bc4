//! Invented reports: rules of their own, so that these tests say nothing about the real ones.

use std::fmt;

use credgate::finding::{
    ApplicationRecord, CredentialRef, Days, Detail, Disposition, ExceptionId, Facts, Finding,
    Level, NextStep, RuleDefaults, RuleDescriptor, RuleId, Span, Standing, Subject, Uncounted,
    WindowId,
};
use credgate::model::{
    Alternatives, AppId, Coverage, CredentialClass, Holder, KeyId, ObjectId, Place, State, Validity,
};
use credgate::report::{
    ActiveRule, ExceptionRecord, Excused, FilePlace, NotJudged, PolicyRecord, Report, Skipped,
    SourceRecord, Summary, WindowRecord,
};
use jiff::Timestamp;
use jiff::civil::date;

const HELP: &str = "## What it finds\n\nSomething.\n\n## Why it matters\n\nBecause.\n\n## How to fix\n\nDo it.\n\n\
                    ## Example\n\n```yaml\nrules: {}\n```\n";

/// Describes an invented rule.
const fn rule(
    id: &'static str,
    title: &'static str,
    control: &'static str,
    level: Level,
) -> RuleDescriptor {
    RuleDescriptor {
        id: RuleId(id),
        title,
        summary: "An application has something that the policy does not want.",
        control,
        default_level: level,
        security_severity: "7.5",
        help: HELP,
        defaults: RuleDefaults::NONE,
        needs: &[],
        message,
        next_steps,
    }
}

static EXCEPTION_UNUSED: RuleDescriptor = rule(
    "exception-unused",
    "Unused exception",
    "policy",
    Level::Warning,
);
static SECRET_AGE: RuleDescriptor = rule("secret-age", "Old secret", "APP-02", Level::Error);
static SECRET_EXPIRED: RuleDescriptor =
    rule("secret-expired", "Expired secret", "APP-02", Level::Note);
static SECRETS_ONLY: RuleDescriptor = rule(
    "secrets-only",
    "Client secrets only",
    "APP-09",
    Level::Error,
);

const UNUSED: u8 = 0;
const AGE: u8 = 1;
const EXPIRED: u8 = 2;
const ONLY: u8 = 3;

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let key = facts
        .finding
        .credential
        .and_then(|credential| credential.key_id);
    match (&facts.finding.detail, key) {
        (Detail::Age(Some(age), max), Some(key)) => {
            write!(
                out,
                "secret `{key}` is {} old; the limit is {max}",
                Span(*age)
            )
        }
        (Detail::Ended(end), Some(key)) => {
            write!(
                out,
                "secret `{key}` ended at {} and is still stored",
                end.strftime("%F %H:%M UTC")
            )
        }
        _ if facts.entry.is_some() => {
            write!(
                out,
                "exception `{}` covered nothing",
                facts.entry.unwrap_or_default()
            )
        }
        _ => {
            let secrets = facts
                .application
                .map_or(0, |application| application.live_secrets.len());
            write!(
                out,
                "{secrets} live secrets and no usable certificate or federated credential"
            )?;
            for (index, secret) in facts
                .application
                .iter()
                .flat_map(|one| &one.live_secrets)
                .enumerate()
            {
                let key = secret.key_id.map(|key| key.to_string()).unwrap_or_default();
                write!(out, "{} secret `{key}`", if index == 0 { ":" } else { "," })?;
            }
            Ok(())
        }
    }
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    let step = |text: &str, azure_cli: Option<String>, powershell: Option<String>| NextStep {
        text: text.to_owned(),
        azure_cli,
        powershell,
    };
    let Some(app_id) = facts.application.and_then(|application| application.app_id) else {
        return vec![step("Remove the entry from the policy.", None, None)];
    };
    vec![
        step(
            "Where the workload runs on Azure, GitHub Actions or Kubernetes, let it sign in without a stored credential: \
             register a federated identity credential.",
            Some(format!(
                "az ad app federated-credential create --id {app_id} --parameters credential.json"
            )),
            Some(format!(
                "New-MgApplicationFederatedIdentityCredential -ApplicationId (Get-MgApplicationByAppId -AppId {app_id}).Id \
                 -BodyParameter $credential"
            )),
        ),
        step(
            "Otherwise upload a certificate.",
            Some(format!(
                "az ad app credential reset --id {app_id} --append --cert @certificate.pem"
            )),
            None,
        ),
        step(
            "Switch the workload over, and verify that it signs in in production.",
            None,
            None,
        ),
        step("Only then remove the secret.", None, None),
    ]
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn guid(kind: u8, number: u32) -> [u8; 16] {
    let mut bytes = [
        0x5f, 0x0a, 0x1c, 0x1e, 0x2f, 0x5e, 0x4d, 0x55, 0x8a, 0x7e, 0x0d, kind, 0, 0, 0, 0,
    ];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn secret(number: u32) -> CredentialRef {
    CredentialRef {
        key_id: Some(KeyId::from_bytes(guid(3, number))),
        class: CredentialClass::ClientSecret,
        validity: Validity::Current,
        on: Holder::Application,
        is_repeated: false,
    }
}

/// Makes an application with two live secrets.
pub(crate) fn application(number: u32, name: &str) -> ApplicationRecord {
    ApplicationRecord {
        app_id: Some(AppId::from_bytes(guid(1, number))),
        object_id: Some(ObjectId::from_bytes(guid(2, number))),
        address: None,
        display_name: name.into(),
        state: Some(State::SecretsOnly),
        standing: Standing::Application,
        live_secret_count: 2,
        live_secrets: Box::new([secret(2 * number), secret(2 * number + 1)]),
        future_secrets: Box::new([]),
        oldest_secret: None,
        secrets_until: None,
        counted_secrets: 0,
        has_usable_alternative: false,
        has_accepted_alternative: false,
        accepted: Alternatives::default(),
        knows_federated: true,
        uncounted: Uncounted::default(),
        place: Place {
            file: 0,
            line: 12 + 40 * number,
            column: 5,
        },
    }
}

fn finding(rule: u8, subject: Subject) -> Finding {
    Finding {
        rule,
        level: rules()[usize::from(rule)].level,
        repeat: 0,
        disposition: Disposition::Open,
        subject,
        credential: None,
        detail: Detail::None,
    }
}

/// Finds that an application has secrets only.
pub(crate) fn secrets_only(application: u32) -> Finding {
    finding(ONLY, Subject::Application(application))
}

/// Finds that a secret is too old.
pub(crate) fn too_old(application: u32) -> Finding {
    Finding {
        credential: Some(secret(2 * application)),
        detail: Detail::Age(Some(Days(412).duration()), Days(180)),
        ..finding(AGE, Subject::Application(application))
    }
}

fn ended(application: u32) -> Finding {
    Finding {
        credential: Some(CredentialRef {
            validity: Validity::Expired,
            ..secret(2 * application + 1)
        }),
        detail: Detail::Ended(at("2026-03-01T12:30:00Z")),
        ..finding(EXPIRED, Subject::Application(application))
    }
}

pub(crate) fn rules() -> Vec<ActiveRule> {
    [
        &EXCEPTION_UNUSED,
        &SECRET_AGE,
        &SECRET_EXPIRED,
        &SECRETS_ONLY,
    ]
    .map(|descriptor| ActiveRule {
        descriptor,
        level: descriptor.default_level,
        place: Place {
            file: 0,
            line: 3,
            column: 3,
        },
    })
    .to_vec()
}

fn place(line: u32) -> FilePlace {
    FilePlace {
        file: "policies/credgate.yaml".to_owned(),
        line,
        column: 5,
    }
}

/// Makes a report in which nothing was found.
pub(crate) fn clean() -> Report {
    Report {
        now: at("2026-11-23T00:00:00Z"),
        fail_on: Level::Error,
        policy: PolicyRecord {
            path: "policies/credgate.yaml".to_owned(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            tenant: None,
            files: vec!["policies/credgate.yaml".to_owned()],
        },
        tenant: Some("3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11".parse().unwrap()),
        sources: vec![SourceRecord {
            name: "inventory/apps export.json".to_owned(),
            format: "graph-json",
            sha256: None,
            applications: 40,
            service_principals: 0,
            coverage: Coverage {
                dates: true,
                federated_credentials: false,
                owners: false,
                service_principals: false,
            },
            collected_at: Some(at("2026-11-19T22:10:00Z")),
        }],
        files: vec!["inventory/apps export.json".to_owned()],
        rules: rules(),
        exceptions: Vec::new(),
        windows: Vec::new(),
        applications: Vec::new(),
        findings: Vec::new(),
        has_applications: true,
        summary: Summary {
            applications: 40,
            by_state: [3, 12, 9, 4, 12],
            skipped: Skipped {
                managed_identity: 21,
                microsoft: 180,
                foreign: 7,
                deleted: 2,
                agent_identity: 5,
            },
            excused: Excused {
                paired_password: 3,
                token_encryption: 1,
                token_signing: 6,
            },
            unknown_credentials: 2,
            ..Summary::default()
        },
        not_judged: Vec::new(),
        notes: Vec::new(),
    }
}

/// Makes a report of these findings, in the order in which an evaluation hands them over.
pub(crate) fn of(applications: Vec<ApplicationRecord>, mut findings: Vec<Finding>) -> Report {
    let mut report = clean();
    findings.sort_by_key(|finding| {
        (
            std::cmp::Reverse(finding.level),
            finding.rule,
            finding.subject,
        )
    });
    for finding in &findings {
        match finding.disposition {
            Disposition::Open => {
                report.summary.findings[Level::Error as usize - finding.level as usize] += 1;
            }
            Disposition::Excepted(_) => report.summary.excepted += 1,
            Disposition::InWindow(_) => report.summary.in_window += 1,
        }
    }
    report.applications = applications;
    report.findings = findings;
    report
}

/// Makes the report of a tenant as one meets them: twelve applications with findings, two of them tolerated.
pub(crate) fn tenant() -> Report {
    let names = [
        "Billing API",
        "Müller & Söhne Portal",
        "データ連携",
        "legacy-erp-connector",
        "Payroll export",
        "sso-proxy",
        "contoso-ci-deploy",
        "Warehouse sync",
        "CRM (EU)",
        "Intranet search",
        "Backup agent",
        "Telemetry",
    ];
    let applications = names
        .iter()
        .zip(0..)
        .map(|(name, number)| application(number, name))
        .collect();
    let mut findings: Vec<_> = (0..12).map(secrets_only).collect();
    findings.extend([0, 1, 4, 6].map(too_old));
    findings.extend([1, 6, 9].map(ended));
    findings[3].disposition = Disposition::Excepted(0);
    findings[5].disposition = Disposition::InWindow(0);
    findings.push(finding(UNUSED, Subject::Exception(1)));
    let mut report = of(applications, findings);
    report.exceptions = ["legacy-erp", "old-portal"]
        .iter()
        .zip([31, 44])
        .map(|(id, line)| ExceptionRecord {
            id: ExceptionId((*id).into()),
            reason: "The connector accepts only a shared secret until version 9.".into(),
            approved_by: Some("security@contoso.example".into()),
            ticket: None,
            granted: date(2026, 9, 1),
            expires: date(2026, 12, 31),
            used: true,
            place: place(line),
        })
        .collect();
    report.windows = vec![WindowRecord {
        id: WindowId("autumn-certificates".into()),
        reason: "Cutover of the billing services.".into(),
        opens: date(2026, 11, 1),
        closes: date(2026, 12, 15),
        place: place(58),
    }];
    report.not_judged = vec![NotJudged {
        rule: rules()[usize::from(AGE)],
        applications: 3,
        reason: "the source has no dates; export with `az ad app list --all`".to_owned(),
        optional: true,
        is_whole: false,
    }];
    report.notes = vec!["federated credentials were not in the inventory: read it with `--inventory graph` to see them".to_owned()];
    report
}

/// Makes a report with a finding about the tenant, whose id may not be known.
pub(crate) fn about_the_tenant(is_known: bool) -> Report {
    let mut report = of(Vec::new(), vec![finding(ONLY, Subject::Tenant)]);
    report.tenant = report.tenant.filter(|_| is_known);
    report
}

/// Makes a report in which a rule could not be judged.
pub(crate) fn incomplete() -> Report {
    let mut report = tenant();
    report.findings.clear();
    report.applications.clear();
    report.summary.findings = [0; 3];
    report.not_judged[0].optional = false;
    report
}

/// Makes a report with so many applications, each with one finding.
pub(crate) fn large(applications: u32) -> Report {
    let mut report = of(
        (0..applications)
            .map(|number| application(number, "Contoso line of business application"))
            .collect(),
        (0..applications).map(too_old).collect(),
    );
    report.summary.applications = u64::from(applications);
    report
}

/// Names that try to get out of the report.
pub(crate) const HOSTILE: [&str; 12] = [
    "\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}click",
    "::error::owned",
    "a\n::error file=x::owned\r\n::stop-commands::t",
    "x ##[add-mask]e",
    "###[error]x ##vso[task.complete result=Succeeded]",
    "[click](https://evil.example) <img src=x> | ``` |",
    "\u{202e}gnitsil\u{2066} safe",
    "\"quoted\" \\ 'name' \u{2028}\u{2029}",
    "pay\u{200b}roll\u{feff}\u{ad}\u{e0041}",
    "\u{9b}31m\u{85}next\u{7f}",
    "a very long name that must be wrapped somewhere, and where it is wrapped ::error::x begins ::warning::y",
    "",
];

/// Makes a report in which names, addresses, reasons, notes and files are hostile.
pub(crate) fn hostile() -> Report {
    let mut applications: Vec<_> = HOSTILE
        .iter()
        .zip(0..)
        .map(|(name, number)| application(number, name))
        .collect();
    applications[1].app_id = None;
    applications[1].address = Some(HOSTILE[2].into());
    let count = u32::try_from(HOSTILE.len()).unwrap();
    let mut report = of(
        applications,
        (0..count)
            .map(secrets_only)
            .chain((0..count).map(too_old))
            .collect(),
    );
    report.findings[0].disposition = Disposition::Excepted(0);
    report.exceptions = tenant().exceptions;
    report.exceptions[0].reason = HOSTILE.concat().into();
    report.notes = HOSTILE.map(str::to_owned).to_vec();
    report.not_judged = tenant().not_judged;
    report.not_judged[0].reason = HOSTILE.join(" ");
    HOSTILE[3].clone_into(&mut report.policy.path);
    HOSTILE[2].clone_into(&mut report.files[0]);
    HOSTILE[2].clone_into(&mut report.sources[0].name);
    report
}
