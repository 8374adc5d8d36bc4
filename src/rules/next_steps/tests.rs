//! What the steps say, in which order, and what they never say.

use crate::finding::Standing;
use crate::model::Alternatives;
use crate::policy::RuleSetting;
use crate::rules::ALL;
use crate::rules::testing::{
    Fixture, application, current, days_old, ending_in, expired, future, service_principal,
    without_end,
};

fn texts(fixture: &Fixture, rule: &str) -> Vec<String> {
    let steps = steps(fixture, rule).into_iter();
    steps.map(|step| step.text).collect()
}

fn steps(fixture: &Fixture, rule: &str) -> Vec<super::NextStep> {
    fixture.next_steps(crate::rules::find(rule).unwrap())
}

/// Everything that a rule may find, without anything that is better than a secret.
fn secrets_of_all_kinds() -> Fixture {
    application()
        .with_secret(days_old(1000))
        .with_secret(without_end())
        .with_secret(expired())
        .with_certificate(expired())
        .with_certificate(future())
        .with_symmetric_key(current())
        .on_service_principal()
        .with_secret(days_old(1000))
}

#[test]
fn the_steps_come_in_the_order_of_the_control() {
    let texts = texts(&application().with_secret(current()), "secrets-only");
    let order = [
        "Use a managed identity",
        "If neither",
        "Upload",
        "Switch",
        "Verify",
        "Run the gate again",
    ];
    assert_eq!(texts.len(), order.len());
    for (text, start) in texts.iter().zip(order) {
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn nothing_is_removed_while_the_application_has_no_usable_alternative() {
    let alone = service_principal(Standing::ServicePrincipal).with_secret(days_old(1000));
    for fixture in [secrets_of_all_kinds(), alone, application().counting(2, 0)] {
        for rule in ALL {
            for step in fixture.next_steps(*rule) {
                let all = format!("{step:?}").to_lowercase();
                assert!(!all.contains("remove") && !all.contains("delete"), "{all}");
            }
        }
    }
}

const ONLY_CERTIFICATES: fn(&mut RuleSetting) = |setting| {
    setting.alternatives = Alternatives {
        certificate: true,
        federated: false,
    };
};
const ONLY_FEDERATED: fn(&mut RuleSetting) = |setting| {
    setting.alternatives = Alternatives {
        certificate: false,
        federated: true,
    };
};

#[test]
fn nothing_is_removed_beside_what_the_policy_does_not_accept() {
    let federated = secrets_of_all_kinds()
        .with_federated("https://gitlab.com", "a")
        .set(ONLY_CERTIFICATES);
    let certified = secrets_of_all_kinds()
        .with_certificate(current())
        .set(ONLY_FEDERATED);
    for fixture in [federated, certified] {
        for rule in ALL {
            for step in fixture.next_steps(*rule) {
                let all = format!("{step:?}").to_lowercase();
                assert!(!all.contains("remove") && !all.contains("delete"), "{all}");
            }
        }
    }
}

#[test]
fn only_ways_that_the_policy_accepts_are_offered() {
    let secrets = || secrets_of_all_kinds().with_certificate(ending_in(10));
    for rule in ALL {
        for fixture in [
            secrets(),
            secrets_of_all_kinds(),
            secrets_of_all_kinds().planned(),
        ] {
            let steps = fixture.set(ONLY_CERTIFICATES).next_steps(*rule);
            let all = format!("{steps:?}").replace("FederatedCredentialId", "");
            assert!(!all.to_lowercase().contains("federat"), "{all}");
        }
    }
    for fixture in [secrets_of_all_kinds(), secrets_of_all_kinds().planned()] {
        let texts = texts(&fixture.set(ONLY_FEDERATED), "secrets-only");
        assert!(
            texts.iter().any(|text| text.contains("federated")),
            "{texts:?}"
        );
        assert!(
            !texts.iter().any(|text| text.contains("certificate")),
            "{texts:?}"
        );
    }
}

#[test]
fn beside_an_accepted_credential_the_secret_goes_as_ever() {
    let fixture = application()
        .with_certificate(current())
        .with_secret(current())
        .set(ONLY_CERTIFICATES);
    let last = texts(&fixture, "secret-outside-window").pop().unwrap();
    assert!(last.starts_with("Only then remove secret"), "{last}");
}

#[test]
fn beside_a_usable_certificate_each_live_secret_is_removed_where_it_sits() {
    let fixture = application()
        .with_certificate(current())
        .with_secret(current())
        .on_service_principal()
        .with_secret(current());
    let steps = steps(&fixture, "secret-outside-window");
    let [switch, verify, application, service_principal] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert!(switch.text.starts_with("Switch") && verify.text.starts_with("Verify"));
    assert_eq!(
        application.azure_cli.as_deref(),
        Some(
            "az ad app credential delete --id 5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21 \
             --key-id 02020202-0202-0202-0202-020202020202"
        )
    );
    assert_eq!(
        application.powershell.as_deref(),
        Some(
            "Remove-MgApplicationPassword -ApplicationId 7c2d4a0e-1111-4c1b-9a52-2f1f6f1c0a01 \
             -KeyId 02020202-0202-0202-0202-020202020202"
        )
    );
    assert_eq!(
        service_principal.azure_cli.as_deref(),
        Some(
            "az ad sp credential delete --id 5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21 \
             --key-id 03030303-0303-0303-0303-030303030303"
        )
    );
    assert_eq!(
        service_principal.powershell.as_deref(),
        Some(
            "Remove-MgServicePrincipalPassword -ServicePrincipalId \
             (Get-MgServicePrincipalByAppId -AppId 5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21).Id \
             -KeyId 03030303-0303-0303-0303-030303030303"
        )
    );
}

#[test]
fn a_finding_about_one_secret_removes_only_that_one() {
    let fixture = application()
        .with_certificate(current())
        .with_secret(current())
        .with_secret(days_old(200));
    let removals = texts(&fixture, "secret-age").into_iter();
    let removals: Vec<_> = removals.filter(|text| text.contains("remove")).collect();
    assert_eq!(
        removals,
        ["Only then remove secret `03030303-0303-0303-0303-030303030303`."]
    );
}

#[test]
fn an_expired_certificate_leaves_the_list_and_the_others_stay() {
    let fixture = application()
        .with_certificate(current())
        .with_certificate(expired());
    let removal = steps(&fixture, "certificate-expired").pop().unwrap();
    assert_eq!(
        removal.azure_cli.as_deref(),
        Some(
            "az ad app credential delete --id 5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21 \
             --key-id 02020202-0202-0202-0202-020202020202 --cert"
        )
    );
    let powershell = removal.powershell.unwrap();
    assert!(powershell.contains("Where-Object KeyId -ne '02020202-0202-0202-0202-020202020202'"));
}

#[test]
fn an_object_id_that_the_source_lacks_is_looked_up() {
    let fixture = application().with_secret(current()).without_object_id();
    let federate = steps(&fixture, "secrets-only").swap_remove(0);
    assert!(federate.powershell.unwrap().contains(
        "-ApplicationId (Get-MgApplicationByAppId -AppId 5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21).Id"
    ));
}

#[test]
fn a_credential_without_key_id_has_no_command_that_could_name_it() {
    let fixture = application()
        .with_certificate(current())
        .with_secret(current())
        .without_key_ids();
    let removal = steps(&fixture, "secret-outside-window").pop().unwrap();
    assert_eq!(removal.text, "Only then remove a secret without keyId.");
    assert_eq!((removal.powershell, removal.azure_cli), (None, None));
}

#[test]
fn an_application_that_a_plan_creates_is_changed_in_the_plan() {
    let fixture = secrets_of_all_kinds().planned();
    for rule in ALL {
        for step in fixture.next_steps(*rule) {
            assert_eq!((step.powershell, step.azure_cli), (None, None));
        }
    }
    let first = texts(&fixture, "secrets-only").swap_remove(0);
    assert!(first.contains("azuread_application_federated_identity_credential"));
}

#[test]
fn no_step_holds_foreign_text() {
    let fixture = secrets_of_all_kinds()
        .with_certificate(current())
        .with_federated("https://contoso.example", "contoso*");
    for rule in ALL {
        let steps = format!("{:?}", fixture.next_steps(*rule));
        assert!(!steps.contains("contoso"), "{steps}");
    }
}
