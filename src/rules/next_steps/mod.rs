//! What to do about a finding, in the order of the control: managed identity or federation, else a certificate, upload,
//! switch, verify in production, and only then remove the secret.
//!
//! In: the facts of a finding. Out: steps, with commands where the application exists. Never a way that the policy's
//! `alternatives` do not accept, and never the removal of a credential while the application has nothing else to sign in
//! with that they accept.

mod commands;

use crate::finding::{ApplicationRecord, CredentialRef, Facts, NextStep};
use crate::model::{Alternatives, State};

use super::wording::Named;

use commands::{Commands, remove, upload_certificate};
pub(super) use commands::{
    add_federated, add_owner, list_changes, list_sign_ins, narrow_federated,
};

/// Makes a step of one sentence and, where there is one, a command.
pub(super) fn step(text: impl Into<String>, commands: Option<Commands>) -> NextStep {
    let (powershell, azure_cli) = commands
        .map(|commands| (commands.powershell, commands.azure_cli))
        .unzip();
    NextStep {
        text: text.into(),
        powershell,
        azure_cli,
    }
}

/// Moves the workload to a better credential, then removes the secret.
pub(super) fn migrate(facts: &Facts<'_>) -> Vec<NextStep> {
    leave_secret(facts, None)
}

/// The same, for a secret that breaks a limit: a shorter one is the way out for a workload that cannot move yet.
pub(super) fn replace_secret(facts: &Facts<'_>) -> Vec<NextStep> {
    let fallback = "Where the workload cannot move yet, give it a new secret that stays within the limits, \
         or ask for an exception to the policy.";
    leave_secret(facts, Some(fallback))
}

fn leave_secret(facts: &Facts<'_>, fallback: Option<&str>) -> Vec<NextStep> {
    let Some(application) = facts.application else {
        return Vec::new();
    };
    if application.app_id.is_none() {
        return change_plan(application.accepted);
    }
    let mut steps = Vec::new();
    let needs_credential = match application.state {
        Some(State::SecretsOnly | State::NoCredentials) | None => true,
        Some(State::Certificate | State::Federated) => !application.has_accepted_alternative,
        Some(State::Migrating) => false,
    };
    if needs_credential {
        steps.extend(better_credential(facts, application.accepted));
    }
    steps.extend(switch_and_verify(facts));
    steps.extend(
        fallback
            .filter(|_| needs_credential)
            .map(|text| step(text, None)),
    );
    steps.extend(removal(facts, application));
    steps
}

fn better_credential(facts: &Facts<'_>, accepted: Alternatives) -> Vec<NextStep> {
    let mut steps = vec![if accepted.federated {
        step(
            "Use a managed identity if the workload runs in Azure; else, if its platform issues OIDC tokens \
             (GitHub Actions, GitLab, Kubernetes, another cloud), add a federated credential.",
            add_federated(facts),
        )
    } else {
        step(
            "Use a managed identity if the workload runs in Azure.",
            None,
        )
    }];
    if accepted.certificate {
        let condition = if accepted.federated {
            "If neither is possible"
        } else {
            "If it does not"
        };
        steps.push(step(
            format!(
                "{condition}, create a certificate whose private key stays where the workload reads it \
                 (in Key Vault: `exportable: false`)."
            ),
            None,
        ));
        steps.push(step(
            "Upload the public part of the certificate. Keep `--append`, and in PowerShell the keys that are there: \
             without them the existing credentials are overwritten.",
            upload_certificate(facts),
        ));
    }
    steps
}

/// Returns what the policy accepts in place of a secret, in words.
const fn named(accepted: Alternatives) -> &'static str {
    match (accepted.certificate, accepted.federated) {
        (true, false) => "certificate",
        (false, true) => "federated credential",
        // A policy accepts at least one of the two.
        (true, true) | (false, false) => "certificate or federated credential",
    }
}

fn switch_and_verify(facts: &Facts<'_>) -> [NextStep; 2] {
    [
        step(
            "Switch the workload to the new credential, in every place where it runs.",
            None,
        ),
        step(
            "Verify in production: the sign-in logs (Entra ID P1 or P2) show the new `clientCredentialType`, and \
             nothing signs in with the old credential any more.",
            list_sign_ins(facts),
        ),
    ]
}

/// The last step, one for each secret, or none of that while the application has nothing else to sign in with.
fn removal(facts: &Facts<'_>, application: &ApplicationRecord) -> Vec<NextStep> {
    if !application.has_accepted_alternative {
        return vec![step(
            format!(
                "Run the gate again: once it sees a usable {} beside the secret, its next steps end with the command \
                 that takes the secret away.",
                named(application.accepted)
            ),
            None,
        )];
    }
    let secrets = match &facts.finding.credential {
        Some(credential) => std::slice::from_ref(credential),
        None => &application.live_secrets,
    };
    let named = secrets.iter().map(|secret| removal_of(facts, secret));
    let counted = (application.counted_secrets > 0).then(|| {
        step(
            "Only then remove the secrets; an inventory that lists keyIds names each of them here.",
            None,
        )
    });
    named.chain(counted).collect()
}

fn removal_of(facts: &Facts<'_>, credential: &CredentialRef) -> NextStep {
    step(
        format!("Only then remove {}.", Named(credential)),
        remove(facts, credential),
    )
}

/// What to change in a plan, before the secret exists: there is nothing yet that a command could name.
fn change_plan(accepted: Alternatives) -> Vec<NextStep> {
    let mut steps = Vec::new();
    if accepted.federated {
        steps.push(step(
            "Give the application a federated credential instead of a secret \
             (`azuread_application_federated_identity_credential`), or use a managed identity if the workload \
             runs in Azure.",
            None,
        ));
    }
    match (accepted.certificate, accepted.federated) {
        (true, true) => steps.push(step(
            "If neither is possible, give it a certificate instead (`azuread_application_certificate`, the public \
             part only).",
            None,
        )),
        (true, false) => steps.push(step(
            "Use a managed identity if the workload runs in Azure; else give the application a certificate instead \
             of a secret (`azuread_application_certificate`, the public part only).",
            None,
        )),
        (false, _) => {}
    }
    steps.push(step("Plan again, and run the gate on the new plan.", None));
    steps
}

/// Clears away a credential that has ended.
pub(super) fn clear_expired(facts: &Facts<'_>) -> Vec<NextStep> {
    let (Some(application), Some(credential)) = (facts.application, &facts.finding.credential)
    else {
        return Vec::new();
    };
    let lives_on_secrets = application.state == Some(State::SecretsOnly);
    if application.has_usable_alternative && !lives_on_secrets {
        return vec![
            step(
                format!(
                    "Make sure that nothing tries to sign in with {} any more.",
                    Named(credential)
                ),
                list_sign_ins(facts),
            ),
            removal_of(facts, credential),
        ];
    }
    vec![
        step(
            format!(
                "Leave {} for now: it signs nobody in, and a slip of the hand would take one of the secrets that the \
                 application lives on.",
                Named(credential)
            ),
            None,
        ),
        step(
            format!(
                "Once the application has a {}, run the gate again: it then names the command.",
                named(application.accepted)
            ),
            None,
        ),
    ]
}

/// Replaces a certificate in time by one that stays within the limits.
pub(super) fn renew_certificate(facts: &Facts<'_>) -> Vec<NextStep> {
    let federates = facts
        .application
        .is_none_or(|application| application.accepted.federated);
    let (better, command) = if federates {
        (" or workload identity federation", add_federated(facts))
    } else {
        ("", None)
    };
    let mut steps = vec![
        step(
            format!(
                "Where the workload can use a managed identity{better}, move to it: there is no certificate to renew \
                 any more."
            ),
            command,
        ),
        step(
            "Else create the next certificate, within the limits of the policy; Key Vault renews by making a new \
             version, which it does not upload.",
            None,
        ),
        step(
            "Upload the public part beside the present certificate.",
            upload_certificate(facts),
        ),
    ];
    steps.extend(switch_and_verify(facts));
    steps.push(step("Run the gate again.", None));
    steps
}

#[cfg(test)]
mod tests {
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
        assert!(
            powershell.contains("Where-Object KeyId -ne '02020202-0202-0202-0202-020202020202'")
        );
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
}
