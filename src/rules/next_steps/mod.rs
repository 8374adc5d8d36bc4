//! What to do about a finding, in the order of the control: managed identity or federation, else a certificate, upload,
//! switch, verify in production, and only then remove the secret.
//!
//! In: the facts of a finding. Out: steps, with commands where the application exists. Never a way that the policy's
//! `alternatives` do not accept, and never the removal of a credential while the application has nothing else to sign in
//! with that they accept.

mod commands;

use crate::finding::{ApplicationRecord, CredentialRef, Facts, NextStep};
use crate::internal::OrInternal as _;
use crate::model::{Alternatives, State};

use super::wording::Named;

use commands::{Commands, remove};
pub(super) use commands::{
    add_federated, add_owner, block_new_secrets, list_changes, list_sign_ins, narrow_federated,
    show_application, show_default_policy, upload_certificate,
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

/// Steps for a credential that nobody should have added; `otherwise` is for one that somebody can account for.
pub(super) fn account_for(facts: &Facts<'_>, otherwise: NextStep) -> Vec<NextStep> {
    vec![
        step("Find out who added it and when.", list_changes(facts)),
        step(
            "Find out whether anybody signs in with it.",
            list_sign_ins(facts),
        ),
        step(
            "If nobody can account for it, treat it as a compromise: follow your incident response, which keeps the \
             evidence, before you change anything.",
            None,
        ),
        otherwise,
    ]
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

/// Why these findings have an application.
const ABOUT_APPLICATION: &str = "the finding is about an application";

fn leave_secret(facts: &Facts<'_>, fallback: Option<&str>) -> Vec<NextStep> {
    let application = facts.application.or_internal(ABOUT_APPLICATION);
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

pub(super) fn switch_and_verify(facts: &Facts<'_>) -> [NextStep; 2] {
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
    let application = facts.application.or_internal(ABOUT_APPLICATION);
    let credential = facts.finding.credential.as_ref();
    let credential = credential.or_internal("the finding is about a credential");
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
mod tests;
