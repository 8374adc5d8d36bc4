//! Inputs of any size, each with one thing of which there may be very many.

use std::fmt::Write as _;

/// A policy and an inventory.
pub(crate) struct Input {
    pub(crate) policy: String,
    pub(crate) inventory: String,
}

pub(crate) const ERRORS: &str = "version: 1
rules:
  secrets-only: { level: error }
  secret-outside-window: { level: error }
  secret-added-during-migration: { level: error }
  secret-lifetime: { level: error, max: 100d }
  secret-without-expiry: { level: error }
  secret-age: { level: error, max: 30d }
  secret-expired: { level: note }
  secret-expiring: { level: warning, within: 30d }
  certificate-expiring: { level: warning, within: 30d }
  certificate-expired: { level: note }
  certificate-lifetime: { level: warning, max: 100d }
  federated-credential-broad: { level: warning, evidence: optional }
  owner-missing: { level: warning, evidence: optional }
  service-principal-secret: { level: error, evidence: optional }
  service-principal-credential-lifetime: { level: error, max: 30d, evidence: optional }
governance: { exception-max-term: 366d, window-max-term: 366d }
";

/// A GUID of a kind with a number.
fn guid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

fn secret(number: usize, start: &str, end: &str) -> String {
    let key_id = guid(0x5ec2, number);
    format!(r#"{{"keyId":"{key_id}","startDateTime":"{start}","endDateTime":"{end}"}}"#)
}

fn key(number: usize, usage: &str, identifier: &str, start: &str, end: &str) -> String {
    let key_id = guid(0xce27, number);
    format!(
        r#"{{"keyId":"{key_id}","type":"AsymmetricX509Cert","usage":"{usage}","customKeyIdentifier":{identifier},"startDateTime":"{start}","endDateTime":"{end}"}}"#
    )
}

const START: &str = "2026-06-01T00:00:00Z";
const END: &str = "2027-05-01T00:00:00Z";

/// An object with its lists, and what else it has.
fn object(number: usize, passwords: &[String], keys: &[String], more: &str) -> String {
    let (id, app_id) = (guid(0x0b1e, number), guid(0xa99, number));
    let (passwords, keys) = (passwords.join(","), keys.join(","));
    format!(
        r#"{{"id":"{id}","appId":"{app_id}","displayName":"contoso {number}","passwordCredentials":[{passwords}],"keyCredentials":[{keys}]{more}}}"#
    )
}

fn inventory(objects: &[String]) -> String {
    format!("{{\"value\":[\n{}\n]}}", objects.join(",\n"))
}

fn many_secrets(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| secret(number, START, END))
        .collect()
}

fn certificate() -> Vec<String> {
    vec![key(0, "Verify", "null", START, END)]
}

/// One application with so many secrets and a certificate.
pub(crate) fn secrets(count: usize) -> Input {
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &many_secrets(count), &certificate(), "")]),
    }
}

/// Days that are all different, and the times of day, too.
fn passing(number: usize, count: usize) -> (String, String) {
    let instant = |day: i64, number: usize| {
        let seconds = 86_400 * day + i64::try_from(number * 997 % 86_400).unwrap();
        let begin = jiff::Timestamp::from_second(1_764_547_200).unwrap();
        let instant = begin + jiff::SignedDuration::from_secs(seconds);
        instant.to_string()
    };
    let day = i64::try_from(700 * number / count).unwrap();
    (instant(day, number), instant(day + 90, number))
}

/// One application whose secrets begin and end one after another.
pub(crate) fn passing_secrets(count: usize) -> Input {
    let secrets: Vec<String> = (0..count)
        .map(|number| {
            let (start, end) = passing(number, count);
            secret(number, &start, &end)
        })
        .collect();
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &secrets, &certificate(), "")]),
    }
}

/// One application whose certificates begin and end one after another.
pub(crate) fn passing_certificates(count: usize) -> Input {
    let keys: Vec<String> = (0..count)
        .map(|number| {
            let (start, end) = passing(number, count);
            key(number, "Verify", "null", &start, &end)
        })
        .collect();
    let secrets = [secret(0, START, END)];
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &secrets, &keys, "")]),
    }
}

fn exceptions(policy: &mut String, count: usize, pins: impl Fn(usize) -> Option<String>) {
    policy.push_str("exceptions:\n");
    for number in 0..count {
        let app_id = guid(0xa99, 0);
        let credentials =
            pins(number).map_or_else(String::new, |pins| format!("    credentials: [{pins}]\n"));
        write!(
            policy,
            "  - id: legacy-{number}
    applications: [{app_id}]
    rules: [secrets-only, secret-age, secret-lifetime]
{credentials}    reason: The connector accepts only a shared secret.
    granted: 2026-09-01
    expires: 2026-12-31
"
        )
        .unwrap();
    }
}

fn under_exceptions(secrets: usize, count: usize, is_pinned: bool) -> Input {
    let mut policy = ERRORS.to_owned();
    exceptions(&mut policy, count, |number| {
        is_pinned.then(|| guid(0x5ec2, number))
    });
    Input {
        policy,
        inventory: inventory(&[object(0, &many_secrets(secrets), &[], "")]),
    }
}

pub(crate) fn secrets_under_exceptions(count: usize) -> Input {
    under_exceptions(count, 12_000.min(3 * count), true)
}

pub(crate) fn exceptions_over_secrets(count: usize) -> Input {
    under_exceptions(10 * count, count, true)
}

pub(crate) fn broad_exceptions(count: usize) -> Input {
    under_exceptions(10 * count, count, false)
}

fn windows(policy: &mut String, count: usize, applications: impl Fn(usize) -> String) {
    policy.push_str("migration-windows:\n");
    for number in 0..count {
        let applications = applications(number);
        // Most are over, so that one is looked for in vain.
        let month = if number % 8 == 7 { "11" } else { "10" };
        write!(
            policy,
            "  - id: autumn-{number}
    applications: {applications}
    reason: Cutover.
    opens: 2026-{month}-01
    certificate-by: 2026-{month}-20
    closes: 2026-{month}-28
"
        )
        .unwrap();
    }
}

/// Applications with two secrets, of which every second has a certificate.
fn applications(count: usize) -> String {
    let objects: Vec<String> = (0..count)
        .map(|number| {
            let secrets = [
                secret(2 * number, START, END),
                secret(2 * number + 1, "2026-11-05T00:00:00Z", END),
            ];
            let keys = if number % 2 == 0 {
                certificate()
            } else {
                Vec::new()
            };
            object(number, &secrets, &keys, "")
        })
        .collect();
    inventory(&objects)
}

pub(crate) fn listed_windows(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    let number_of_windows = 7_900.min(count);
    windows(&mut policy, number_of_windows, |number| {
        let each = count.div_ceil(number_of_windows);
        let listed: Vec<String> = (number * each..(number + 1) * each)
            .map(|number| guid(0xa99, number))
            .collect();
        format!("[{}]", listed.join(", "))
    });
    Input {
        policy,
        inventory: applications(count),
    }
}

pub(crate) fn windows_for_all(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    windows(&mut policy, 7_900.min(count), |_| "all".to_owned());
    Input {
        policy,
        inventory: applications(count),
    }
}

pub(crate) fn many_windows_for_all(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    windows(&mut policy, count, |_| "all".to_owned());
    Input {
        policy,
        inventory: applications(10 * count),
    }
}

pub(crate) fn windows_of_one(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    windows(&mut policy, count, |_| format!("[{}]", guid(0xa99, 0)));
    Input {
        policy,
        inventory: inventory(&[object(0, &many_secrets(10 * count), &certificate(), "")]),
    }
}

pub(crate) fn owners(count: usize) -> Input {
    let owners: Vec<String> = (0..count)
        .map(|number| format!(r#"{{"id":"{}"}}"#, guid(0x0e17, number)))
        .collect();
    let more = format!(r#","owners":[{}]"#, owners.join(","));
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &many_secrets(1), &[], &more)]),
    }
}

pub(crate) fn federated(count: usize) -> Input {
    let list: Vec<String> = (0..count)
        .map(|number| {
            let id = guid(0xfed, number);
            format!(
                r#"{{"id":"{id}","name":"n{number}","issuer":"https://issuer.contoso.example/{number}","subject":"any","audiences":["api://AzureADTokenExchange"]}}"#
            )
        })
        .collect();
    let more = format!(r#","federatedIdentityCredentials":[{}]"#, list.join(","));
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &many_secrets(1), &[], &more)]),
    }
}

/// Ten times as many federated credentials as issuers that the policy lists, and none of them names one.
pub(crate) fn listed_issuers(count: usize) -> Input {
    let mut policy = format!("{ERRORS}issuers:\n");
    for number in 0..count {
        writeln!(policy, "  - https://ci-{number}.contoso.example").unwrap();
    }
    Input {
        policy,
        ..federated(10 * count)
    }
}

/// Three keys of one identifier each, and a password.
pub(crate) fn signing_keys(count: usize) -> Input {
    let identifier = |number: usize| format!("\"{number:040X}\"");
    let keys: Vec<String> = (0..count)
        .flat_map(|number| {
            let id = identifier(number);
            [
                key(2 * number, "Sign", &id, START, END),
                key(2 * number + 1, "Verify", &id, START, END),
            ]
        })
        .collect();
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&[object(0, &many_secrets(count), &keys, "")]),
    }
}

/// Applications with their service principals.
pub(crate) fn service_principals(count: usize) -> Input {
    let application = |number| {
        object(
            number,
            &[],
            &certificate(),
            r#","signInAudience":"AzureADMyOrg""#,
        )
    };
    let principal = |number| {
        let (id, app_id) = (guid(0x59, number), guid(0xa99, number));
        format!(
            r#"{{"id":"{id}","appId":"{app_id}","displayName":"contoso {number}","servicePrincipalType":"Application","appOwnerOrganizationId":"{}","passwordCredentials":[],"keyCredentials":[]}}"#,
            guid(0x7e, 0)
        )
    };
    let objects: Vec<String> = (0..count)
        .flat_map(|number| [principal(number), application(number)])
        .collect();
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&objects),
    }
}

fn one_exception(policy: &mut String, number: usize, applications: &str, credentials: &str) {
    write!(
        policy,
        "  - id: legacy-{number}
    applications: [{applications}]
    rules: [secrets-only, secret-age, secret-lifetime]
{credentials}    reason: The connector accepts only a shared secret.
    granted: 2026-09-01
    expires: 2026-12-31
"
    )
    .unwrap();
}

fn exceptions_naming(count: usize, first: usize) -> String {
    let mut policy = format!("{ERRORS}exceptions:\n");
    for number in 0..count {
        one_exception(&mut policy, number, &guid(0xa99, first + number), "");
    }
    policy
}

pub(crate) fn unknown_applications(count: usize) -> Input {
    Input {
        policy: exceptions_naming(count, 1),
        inventory: inventory(&[object(0, &many_secrets(1), &[], "")]),
    }
}

pub(crate) fn many_unknown_applications(count: usize) -> Input {
    let applications: Vec<String> = (1..=count).map(|number| guid(0xa99, number)).collect();
    let mut policy = format!("{ERRORS}exceptions:\n");
    one_exception(&mut policy, 0, &applications.join(", "), "");
    Input {
        policy,
        inventory: inventory(&[object(0, &many_secrets(1), &[], "")]),
    }
}

pub(crate) fn failing_applications(count: usize) -> Input {
    let objects: Vec<String> = (0..count)
        .map(|number| object(number, &[secret(number, START, END)], &[], ""))
        .collect();
    Input {
        policy: ERRORS.to_owned(),
        inventory: inventory(&objects),
    }
}

pub(crate) fn exceptions_for_each(count: usize) -> Input {
    Input {
        policy: exceptions_naming(count, 0),
        ..failing_applications(count)
    }
}

/// One exception that pins all secrets, as adoption makes it.
pub(crate) fn passing_secrets_under_exceptions(count: usize) -> Input {
    let mut policy = format!("{ERRORS}exceptions:\n");
    let pins: Vec<String> = (0..count).map(|number| guid(0x5ec2, number)).collect();
    let pins = format!("    credentials: [{}]\n", pins.join(", "));
    one_exception(&mut policy, 0, &guid(0xa99, 0), &pins);
    Input {
        policy,
        ..passing_secrets(count)
    }
}

/// The same under exceptions that name no credential, each with days of its own.
pub(crate) fn passing_secrets_under_whole_exceptions(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    exceptions(&mut policy, count, |_| None);
    Input {
        policy: with_days_of_their_own(&policy),
        ..passing_secrets(count)
    }
}

/// The same, each secret pinned by an exception with days of its own.
pub(crate) fn passing_secrets_under_one_exception_each(count: usize) -> Input {
    let mut policy = ERRORS.to_owned();
    exceptions(&mut policy, count, |number| Some(guid(0x5ec2, number)));
    Input {
        policy: with_days_of_their_own(&policy),
        ..passing_secrets(count)
    }
}

fn with_days_of_their_own(policy: &str) -> String {
    let mut number = 0..;
    let parts = policy.split("expires: 2026-12-31");
    let parts: Vec<String> = parts
        .map(|part| format!("{part}expires: {}", day_after(number.next().unwrap() % 250)))
        .collect();
    let policy = parts.concat();
    let end = policy.rfind("expires: ").unwrap();
    policy.get(..end).unwrap().to_owned()
}

/// As many applications, with secrets that start in windows for all, each with days of its own.
pub(crate) fn windows_of_many_days_for_all(count: usize) -> Input {
    let mut policy = format!("{ERRORS}migration-windows:\n");
    for number in 0..count {
        let (opens, closes) = (day_after(number % 5), day_after(30 + number % 7));
        writeln!(
            policy,
            "  - {{ id: autumn-{number}, applications: all, reason: Cutover., opens: {opens}, closes: {closes} }}"
        )
        .unwrap();
    }
    Input {
        policy,
        inventory: applications(count),
    }
}

/// A day after that of judging.
fn day_after(days: usize) -> jiff::civil::Date {
    let days = jiff::Span::new().days(i64::try_from(days).unwrap());
    jiff::civil::date(2026, 11, 24) + days
}
