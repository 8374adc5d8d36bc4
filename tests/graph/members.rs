//! Members that Graph was asked for and that are not there: on some objects they end the run, on all they are told.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use credgate::graph::Cause;
use serde_json::{Value, json};

use super::collected::{assert_holds, take_apart};
use super::place::{CHECK, Place};
use super::server::{Request, answer, json as sent};
use super::stand::{Fault, collect, good, serve};
use super::tenant::{Offers, Tenant, certificate, secret};

/// Members that not every server knows, and the lists that have them.
const UNCERTAIN: [(&str, &[&str]); 4] = [
    (
        "tokenEncryptionKeyId",
        &["applications", "service principals"],
    ),
    (
        "preferredTokenSigningKeyThumbprint",
        &["service principals"],
    ),
    ("servicePrincipalType", &["service principals"]),
    ("appOwnerOrganizationId", &["service principals"]),
];

/// Five applications and five service principals, two in a page: each with a secret, all but the last with a certificate.
fn tenant() -> Tenant {
    let mut tenant = Tenant::of(5);
    tenant.offers = Offers {
        ranges: false,
        top: 2,
        ..Offers::default()
    };
    let (start, end) = ("2026-10-01T00:00:00Z", "2027-04-01T00:00:00Z");
    for (first, objects) in [
        (100, &mut tenant.applications),
        (200, &mut tenant.service_principals),
    ] {
        for (number, object) in objects.iter_mut().enumerate() {
            object["passwordCredentials"] = json!([secret(first + number, start, end)]);
            object["keyCredentials"] = json!([certificate(first + 50 + number, start, end)]);
        }
        objects[4]["keyCredentials"] = json!([]);
    }
    tenant
}

fn remove(object: &mut Value, member: &str) {
    let removed = object.as_object_mut().unwrap().remove(member);
    assert!(removed.is_some(), "{member}");
}

/// The run ends with 4 and one line that names the member; nothing is printed, and no report is left.
fn assert_named(mut tenant: Tenant, says: &str) {
    let objects = tenant.applications.iter_mut();
    for object in objects.chain(&mut tenant.service_principals) {
        object["displayName"] = json!("canary name");
    }
    let place = Place::of(tenant);
    let reports = ["live.json", "live.sarif"].map(|name| place.path().join(name));
    for report in &reports {
        fs::write(report, "of an earlier run").unwrap();
    }
    let words = "--quiet --report text --report json=live.json --report sarif=live.sarif";
    let ended = place.run(&format!("{CHECK} {words}"));
    assert_eq!(ended.code, 4, "{says}: {}", ended.stderr);
    assert!(ended.stdout.is_empty(), "{says}: {}", ended.stdout);
    assert_eq!(ended.stderr.lines().count(), 1, "{says}: {}", ended.stderr);
    let begins = "error[4]: Graph's answer cannot be used: ";
    let rest = ended.stderr.strip_prefix(begins);
    assert!(
        rest.is_some_and(|rest| rest.contains(says) && rest.contains("; try again")),
        "{says}: {}",
        ended.stderr
    );
    for report in &reports {
        assert!(!report.exists(), "{says}: {}", report.display());
    }
}

#[test]
fn a_list_of_credentials_that_is_null_is_no_empty_list() {
    for list in ["passwordCredentials", "keyCredentials"] {
        for at in [0, 3] {
            let mut broken = tenant();
            broken.applications[at][list] = Value::Null;
            assert_named(broken, &format!("`value[{}].{list}`", at % 2));
            let mut broken = tenant();
            broken.service_principals[at][list] = Value::Null;
            assert_named(broken, &format!("`value[{}].{list}`", at % 2));
        }
    }
}

#[test]
fn a_credential_without_its_label_is_no_whole_credential() {
    for list in ["passwordCredentials", "keyCredentials"] {
        let says = format!("`customKeyIdentifier` is missing in `value[1].{list}[0]`");
        let mut broken = tenant();
        remove(&mut broken.applications[3][list][0], "customKeyIdentifier");
        assert_named(broken, &says);
        let mut broken = tenant();
        remove(
            &mut broken.service_principals[1][list][0],
            "customKeyIdentifier",
        );
        assert_named(broken, &says);
    }
}

#[test]
fn a_member_that_one_of_several_service_principals_lacks_is_named() {
    for (member, _) in UNCERTAIN {
        for at in 0..5 {
            let mut broken = tenant();
            remove(&mut broken.service_principals[at], member);
            let says = format!("`{member}` is missing on some objects and not on others");
            assert_named(broken, &says);
        }
    }
}

#[test]
fn owners_and_federated_credentials_that_are_null_are_asked_for_and_never_none() {
    let mut tenant = Tenant::of(15);
    let whole = tenant.clone();
    let singles = |request: &Request| request.path.matches('/').count() == 4;
    let answers = Fault {
        meets: Box::new(singles),
        times: usize::MAX,
        reply: Box::new(move |request| {
            let (status, body) = whole.answer("", &request.path, &request.query);
            sent(status, &body)
        }),
    };
    let whole = tenant.clone();
    for application in &mut tenant.applications {
        application["owners"] = Value::Null;
        application["federatedIdentityCredentials"] = Value::Null;
    }
    let collection = collect(&serve(tenant.clone(), vec![answers]));
    assert_holds(&take_apart(&collection.stream.unwrap()), &whole);
    for relation in ["owners", "federatedIdentityCredentials"] {
        let null = Fault {
            meets: Box::new(move |request| singles(request) && request.path.ends_with(relation)),
            times: usize::MAX,
            reply: Box::new(|_| sent(200, r#"{"value":null}"#)),
        };
        let error = collect(&serve(tenant.clone(), vec![null]))
            .stream
            .unwrap_err();
        assert_eq!(error.cause, Cause::Answer, "{relation}: {error}");
        assert!(error.to_string().contains("`value`"), "{relation}: {error}");
    }
}

/// The warnings among what was said, each with the list that it is about.
fn warnings(heard: &str) -> Vec<(&str, &str)> {
    let warnings = heard.lines().filter_map(|line| {
        let rest = line.strip_prefix("warning: no ")?;
        let (list, rest) = rest.split_once(" show ")?;
        let (members, _) = rest.split_once(": unset is assumed")?;
        Some((list, members))
    });
    let mut warnings: Vec<_> = warnings.collect();
    warnings.sort_unstable();
    warnings
}

#[test]
fn each_member_that_no_object_of_a_list_shows_is_named_once() {
    for hidden in 0..1 << UNCERTAIN.len() {
        let is_hidden = |at: usize| hidden & 1 << at != 0;
        let mut lacking = tenant();
        let mut expected = Vec::new();
        for (list, objects) in [
            ("applications", &mut lacking.applications),
            ("service principals", &mut lacking.service_principals),
        ] {
            let names = (0..UNCERTAIN.len())
                .filter(|at| is_hidden(*at) && UNCERTAIN[*at].1.contains(&list))
                .map(|at| UNCERTAIN[at].0);
            let names: Vec<&str> = names.collect();
            for object in objects {
                for name in &names {
                    remove(object, name);
                }
            }
            if !names.is_empty() {
                expected.push((list, format!("`{}`", names.join("`, `"))));
            }
        }
        let collection = collect(&serve(lacking, Vec::new()));
        assert!(collection.stream.is_ok(), "{hidden}");
        let expected: Vec<_> = expected
            .iter()
            .map(|(list, names)| (*list, names.as_str()))
            .collect();
        assert_eq!(warnings(&collection.heard), expected, "{hidden}");
        let all = collection.heard.matches("warning: ").count();
        assert_eq!(all, expected.len(), "{}", collection.heard);
    }
}

#[test]
fn what_no_object_shows_is_told_and_the_verdict_stands() {
    let whole = Place::of(tenant()).run(CHECK);
    assert_eq!(
        (whole.code, whole.stderr.lines().count()),
        (1, 1),
        "{}",
        whole.stderr
    );
    let mut lacking = tenant();
    for application in &mut lacking.applications {
        remove(application, "tokenEncryptionKeyId");
    }
    for service_principal in &mut lacking.service_principals {
        for (member, _) in UNCERTAIN {
            remove(service_principal, member);
        }
    }
    let ended = Place::of(lacking).run(CHECK);
    assert_eq!(
        (ended.code, &ended.stdout),
        (whole.code, &whole.stdout),
        "{}",
        ended.stderr
    );
    let assumed =
        "unset is assumed, so that what a key is for or whose an object is may be mistaken";
    let mut said: Vec<&str> = ended.stderr.lines().collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "credgate: Microsoft Graph (custom), signing in with access-token".to_owned(),
            format!("warning: no applications show `tokenEncryptionKeyId`: {assumed}"),
            format!(
                "warning: no service principals show `tokenEncryptionKeyId`, `preferredTokenSigningKeyThumbprint`, \
                 `servicePrincipalType`, `appOwnerOrganizationId`: {assumed}"
            ),
        ]
    );
}

#[test]
fn what_no_object_shows_is_told_once_where_the_tenant_is_read_twice() {
    let mut lacking = tenant();
    for application in &mut lacking.applications {
        remove(application, "tokenEncryptionKeyId");
    }
    let asked = AtomicUsize::new(0);
    let place = Place::with(move |request| {
        let is_count = request.path == "/v1.0/applications/$count";
        if is_count && asked.fetch_add(1, Ordering::SeqCst) < 2 {
            return answer(200, &[("content-type", "text/plain")], b"9");
        }
        good(&lacking, request)
    });
    let ended = place.run(CHECK);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(
        warnings(&ended.stderr),
        [("applications", "`tokenEncryptionKeyId`")],
        "{}",
        ended.stderr
    );
}
