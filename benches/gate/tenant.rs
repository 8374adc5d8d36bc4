//! A made-up tenant of any size, and policies with any number of exceptions. The same number gives the same tenant.

use std::fmt::Write as _;

/// What an application looks like in Graph's default answer: 3.4 kB, most of which decides nothing.
const REST: &str = r#""applicationTemplateId":null,"disabledByMicrosoftStatus":null,"createdDateTime":"2022-05-23T22:53:50Z","description":null,"groupMembershipClaims":null,"isDeviceOnlyAuthSupported":null,"isFallbackPublicClient":null,"nativeAuthenticationApisEnabled":null,"notes":null,"publisherDomain":"contoso.onmicrosoft.com","serviceManagementReference":null,"signInAudience":"AzureADMyOrg","tags":[],"tokenEncryptionKeyId":null,"uniqueName":null,"samlMetadataUrl":null,"defaultRedirectUri":null,"certification":null,"optionalClaims":null,"servicePrincipalLockConfiguration":{"isEnabled":true,"allProperties":true,"credentialsWithUsageVerify":true,"credentialsWithUsageSign":true,"identifierUris":false,"tokenEncryptionKeyId":true},"requestSignatureVerification":null,"addIns":[],"api":{"acceptMappedClaims":null,"knownClientApplications":[],"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"adminConsentDescription":"Allow the application to read the reports of the signed-in user.","adminConsentDisplayName":"Read reports","id":"5a0d6fbe-4c19-4040-bc52-99a38e729486","isEnabled":true,"type":"User","userConsentDescription":"Allow the application to read reports.","userConsentDisplayName":"Read reports","value":"Reports.Read"}],"preAuthorizedApplications":[]},"appRoles":[],"info":{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null},"parentalControlSettings":{"countriesBlockedForMinors":[],"legalAgeGroupRule":"Allow"},"publicClient":{"redirectUris":[]},"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"140bb9f1-79fb-48a9-868b-67c0abd74000","type":"Role"},{"id":"b946ce72-0009-49bd-8024-1698c3ccb2ca","type":"Scope"}]}],"verifiedPublisher":{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null},"web":{"homePageUrl":null,"logoutUrl":null,"redirectUris":["https://billing.contoso.example/signin-oidc","https://portal.contoso.example/signin-oidc"],"implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":true},"redirectUriSettings":[]},"spa":{"redirectUris":[]}"#;

const CERTIFICATE: &str = r#"{"customKeyIdentifier":"B2D8FAE983167101ADE0A10BD3491230BC975BE5","displayName":"CN=billing","endDateTime":"2027-09-11T10:41:57Z","key":null,"keyId":"192ec11f-01f4-463c-9f48-c8a964544909","startDateTime":"2026-09-12T10:41:57Z","type":"AsymmetricX509Cert","usage":"Verify"}"#;

/// Returns the id of an application: of its object, of its client or of its secret.
fn id(kind: u32, number: usize) -> String {
    format!("5f0a1c1e-2f5e-4d55-8a7e-{kind:04x}{number:08x}")
}

fn secret(number: usize) -> String {
    // Every other secret is too old.
    let year = 2025 + number % 2;
    format!(
        r#"{{"customKeyIdentifier":null,"displayName":"ci","endDateTime":"2027-02-01T08:05:26.2918539Z","hint":"keg","keyId":"{}","secretText":null,"startDateTime":"{year}-10-23T08:05:26.83Z"}}"#,
        id(3, number)
    )
}

/// Returns an answer of Graph with so many applications: of seven, three have nothing, two a secret, one a certificate
/// and one both.
pub(crate) fn inventory(applications: usize) -> String {
    let mut text = String::from(
        r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#applications","value":["#,
    );
    for number in 0..applications {
        let passwords = if matches!(number % 7, 3..=5) {
            secret(number)
        } else {
            String::new()
        };
        let keys = if number % 7 >= 5 { CERTIFICATE } else { "" };
        let comma = if number == 0 { "" } else { "," };
        let written = write!(
            text,
            r##"{comma}{{"id":"{}","deletedDateTime":null,"appId":"{}","displayName":"Billing {number}",{REST},"keyCredentials":[{keys}],"passwordCredentials":[{passwords}],"federatedIdentityCredentials":[],"owners":[{{"@odata.type":"#microsoft.graph.user","id":"{}"}}]}}"##,
            id(1, number),
            id(2, number),
            id(4, number)
        );
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    text.push_str("]}");
    text
}

/// Returns a policy with the two rules that cost most, and so many exceptions.
pub(crate) fn policy(exceptions: usize) -> String {
    let mut text = String::from(
        "version: 1\nrules:\n  secrets-only: { level: error }\n  secret-age: { level: error, max: 180d }\n",
    );
    for number in 0..exceptions {
        if number == 0 {
            text.push_str("exceptions:\n");
        }
        let written = write!(
            text,
            "  - id: connector-{number}\n    applications: [{}]\n    rules: [secrets-only, secret-age]\n    \
             reason: The connector accepts only a shared secret until version 9.\n    \
             owner: erp-team@contoso.example\n    approved-by: security@contoso.example\n    \
             ticket: https://tickets.contoso.example/IAM-{number}\n    granted: 2026-09-01\n    expires: 2026-12-31\n",
            id(2, 7 * number + 3)
        );
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    text
}
