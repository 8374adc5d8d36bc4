//! Commands that can be pasted: identifiers of ours, and placeholders in quotes that no service accepts unedited.
//!
//! In: the facts of a finding. Out: one command for the Microsoft Graph PowerShell SDK and one for the Azure CLI. Never
//! foreign text.

use crate::finding::{CredentialRef, Facts, Standing};
use crate::model::{AppId, CredentialClass, Holder, KeyId, ObjectId};

/// One command, in both tools.
pub(in crate::rules) struct Commands {
    pub(super) powershell: String,
    pub(super) azure_cli: String,
}

/// The object that a command reads or changes.
struct Target {
    app_id: AppId,
    object_id: Option<ObjectId>,
    holder: Holder,
}

impl Target {
    /// Returns the object of the finding's application; `None` where a plan has yet to create it.
    fn of(facts: &Facts<'_>, holder: Holder) -> Option<Self> {
        let application = facts.application?;
        let recorded = match application.standing {
            Standing::Application => Holder::Application,
            Standing::ServicePrincipal
            | Standing::Foreign
            | Standing::Microsoft
            | Standing::ManagedIdentity
            | Standing::AgentIdentity => Holder::ServicePrincipal,
        };
        Some(Self {
            app_id: application.app_id?,
            object_id: application.object_id.filter(|_| recorded == holder),
            holder,
        })
    }

    /// Returns the application object, where this tenant has it.
    fn application(facts: &Facts<'_>) -> Option<Self> {
        let is_here = facts.application?.standing == Standing::Application;
        is_here.then(|| Self::of(facts, Holder::Application))?
    }

    const fn powershell_noun(&self) -> &'static str {
        match self.holder {
            Holder::Application => "Application",
            Holder::ServicePrincipal => "ServicePrincipal",
        }
    }

    const fn azure_cli_noun(&self) -> &'static str {
        match self.holder {
            Holder::Application => "app",
            Holder::ServicePrincipal => "sp",
        }
    }

    /// Returns the argument that names the object to PowerShell, which takes object ids only.
    fn powershell_id(&self) -> String {
        let noun = self.powershell_noun();
        match self.object_id {
            Some(object_id) => format!("-{noun}Id {object_id}"),
            None => format!("-{noun}Id (Get-Mg{noun}ByAppId -AppId {}).Id", self.app_id),
        }
    }
}

/// Adds a federated credential to the application.
pub(in crate::rules) fn add_federated(facts: &Facts<'_>) -> Option<Commands> {
    let target = Target::application(facts)?;
    Some(Commands {
        powershell: format!(
            "New-MgApplicationFederatedIdentityCredential {} -Name '<name>' -Issuer '<issuer>' -Subject '<subject>' -Audiences 'api://AzureADTokenExchange'",
            target.powershell_id()
        ),
        azure_cli: format!(
            r#"az ad app federated-credential create --id {} --parameters '{{"name":"<name>","issuer":"<issuer>","subject":"<subject>","audiences":["api://AzureADTokenExchange"]}}'"#,
            target.app_id
        ),
    })
}

/// Gives a federated credential of the application another subject.
pub(in crate::rules) fn narrow_federated(facts: &Facts<'_>) -> Option<Commands> {
    let target = Target::application(facts)?;
    let credential = facts.finding.credential.as_ref();
    let id = credential.filter(|it| it.on == target.holder)?.key_id?;
    Some(Commands {
        powershell: format!(
            "Update-MgApplicationFederatedIdentityCredential {} -FederatedIdentityCredentialId {id} -Subject '<subject>'",
            target.powershell_id()
        ),
        azure_cli: format!(
            r#"az ad app federated-credential update --id {} --federated-credential-id {id} --parameters '{{"issuer":"<issuer>","subject":"<subject>","audiences":["api://AzureADTokenExchange"]}}'"#,
            target.app_id
        ),
    })
}

/// Shows the application object, where the tenant has it.
pub(in crate::rules) fn show_application(facts: &Facts<'_>) -> Option<Commands> {
    let app_id = facts.application?.app_id?;
    Some(Commands {
        powershell: format!("Get-MgApplicationByAppId -AppId {app_id}"),
        azure_cli: format!("az ad app show --id {app_id}"),
    })
}

/// Adds the certificate in `cert.pem` to the application, or to a service principal that stands alone.
pub(in crate::rules) fn upload_certificate(facts: &Facts<'_>) -> Option<Commands> {
    let target =
        Target::application(facts).or_else(|| Target::of(facts, Holder::ServicePrincipal))?;
    let added = "@($object.KeyCredentials | Where-Object { $_ }) + @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $certificate.RawData }";
    Some(Commands {
        powershell: format!(
            "$certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new((Resolve-Path cert.pem).Path); {}",
            replace_keys(&target, added)
        ),
        azure_cli: format!(
            r#"az ad {} credential reset --id {} --cert "@cert.pem" --append"#,
            target.azure_cli_noun(),
            target.app_id
        ),
    })
}

/// Removes one stored credential; `None` where it has no keyId to name it by.
pub(super) fn remove(facts: &Facts<'_>, credential: &CredentialRef) -> Option<Commands> {
    let target = Target::of(facts, credential.on)?;
    let key_id = credential.key_id?;
    match credential.class {
        CredentialClass::ClientSecret | CredentialClass::PairedPassword => {
            Some(remove_password(&target, key_id))
        }
        CredentialClass::Certificate
        | CredentialClass::UnusableCertificate
        | CredentialClass::SymmetricKey
        | CredentialClass::TokenSigningKey
        | CredentialClass::TokenEncryptionKey
        | CredentialClass::Unknown => Some(remove_key(&target, key_id)),
        CredentialClass::FederatedCredential => None,
    }
}

fn remove_password(target: &Target, key_id: KeyId) -> Commands {
    Commands {
        powershell: format!(
            "Remove-Mg{}Password {} -KeyId {key_id}",
            target.powershell_noun(),
            target.powershell_id()
        ),
        azure_cli: format!(
            "az ad {} credential delete --id {} --key-id {key_id}",
            target.azure_cli_noun(),
            target.app_id
        ),
    }
}

fn remove_key(target: &Target, key_id: KeyId) -> Commands {
    let kept = format!("@($object.KeyCredentials | Where-Object KeyId -ne '{key_id}')");
    Commands {
        powershell: replace_keys(target, &kept),
        azure_cli: format!(
            "az ad {} credential delete --id {} --key-id {key_id} --cert",
            target.azure_cli_noun(),
            target.app_id
        ),
    }
}

/// Writes the whole list of keys: Graph has no call that adds or removes one without a proof signed by another.
fn replace_keys(target: &Target, keys: &str) -> String {
    let noun = target.powershell_noun();
    format!(
        "$object = Get-Mg{noun} {} -Property Id,KeyCredentials; Update-Mg{noun} -{noun}Id $object.Id -KeyCredentials ({keys})",
        target.powershell_id()
    )
}

/// Adds an owner to the application.
pub(in crate::rules) fn add_owner(facts: &Facts<'_>) -> Option<Commands> {
    let target = Target::application(facts)?;
    Some(Commands {
        powershell: format!(
            "New-MgApplicationOwnerByRef {} -BodyParameter @{{ '@odata.id' = 'https://graph.microsoft.com/v1.0/directoryObjects/<object id of the owner>' }}",
            target.powershell_id()
        ),
        azure_cli: format!(
            "az ad app owner add --id {} --owner-object-id '<object id of the owner>'",
            target.app_id
        ),
    })
}

/// The default app management policy, in Graph's v1.0.
macro_rules! default_policy {
    () => {
        "https://graph.microsoft.com/v1.0/policies/defaultAppManagementPolicy"
    };
}

/// Shows the default app management policy of the tenant.
pub(in crate::rules) fn show_default_policy() -> Commands {
    Commands {
        powershell: "Get-MgPolicyDefaultAppManagementPolicy | ConvertTo-Json -Depth 8".to_owned(),
        azure_cli: concat!("az rest --method get --url ", default_policy!()).to_owned(),
    }
}

/// Blocks new secrets of all applications and service principals, whenever they were made.
pub(in crate::rules) fn block_new_secrets() -> Commands {
    let addition = r#"{"passwordCredentials":[{"restrictionType":"passwordAddition","state":"enabled","restrictForAppsCreatedAfterDateTime":null}]}"#;
    Commands {
        powershell: "$block = @{ passwordCredentials = @(@{ restrictionType = 'passwordAddition'; state = 'enabled'; restrictForAppsCreatedAfterDateTime = $null }) }; Update-MgPolicyDefaultAppManagementPolicy -BodyParameter @{ isEnabled = $true; applicationRestrictions = $block; servicePrincipalRestrictions = $block }"
            .to_owned(),
        azure_cli: format!(
            concat!(
                "az rest --method patch --url ",
                default_policy!(),
                r#" --body '{{"isEnabled":true,"applicationRestrictions":{addition},"servicePrincipalRestrictions":{addition}}}'"#
            ),
            addition = addition
        ),
    }
}

/// Lists the latest sign-ins of the application with the credential that each one used.
pub(in crate::rules) fn list_sign_ins(facts: &Facts<'_>) -> Option<Commands> {
    let app_id = facts.application?.app_id?;
    let filter = format!("appId eq '{app_id}' and signInEventTypes/any(t:t eq 'servicePrincipal')");
    Some(Commands {
        powershell: format!(
            "Get-MgBetaAuditLogSignIn -Filter \"{filter}\" -Top 50 | Select-Object CreatedDateTime, ClientCredentialType, ServicePrincipalCredentialKeyId, FederatedCredentialId"
        ),
        azure_cli: format!(
            "az rest --method get --url \"https://graph.microsoft.com/beta/auditLogs/signIns?\\$filter={filter}&\\$top=50\""
        ),
    })
}

/// Lists what was changed on the service principal, and by whom.
pub(in crate::rules) fn list_changes(facts: &Facts<'_>) -> Option<Commands> {
    let object_id = Target::of(facts, Holder::ServicePrincipal)?.object_id?;
    let filter = format!("targetResources/any(t:t/id eq '{object_id}')");
    Some(Commands {
        powershell: format!("Get-MgAuditLogDirectoryAudit -Filter \"{filter}\""),
        azure_cli: format!(
            "az rest --method get --url \"https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?\\$filter={filter}\""
        ),
    })
}
