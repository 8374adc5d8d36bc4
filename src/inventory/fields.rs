//! The members of Graph's objects that decide something, in the spellings that exports use.
//!
//! In: a key. Out: the field it names. Everything else in an application is skipped; `hint` and `secretText` have no field
//! anywhere.

/// The members of one kind of object that decide something.
pub(super) trait Key: Copy {
    /// Returns the field that a key names: in Graph's spelling, in PowerShell's, or in that of older tools.
    fn of_key(key: &[u8]) -> Option<Self>;

    /// Returns Graph's own spelling.
    fn name(self) -> &'static str;

    /// Counts the fields from zero; all are below [`MOST_FIELDS`].
    fn index(self) -> usize;
}

/// How many fields a kind of object may have.
pub(super) const MOST_FIELDS: usize = 16;

/// Names fields by their keys, Graph's own first.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $graph:literal $(| $other:literal)*,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $($field),+
        }

        impl Key for $name {
            #[inline]
            fn of_key(key: &[u8]) -> Option<Self> {
                Some(match key {
                    $($graph $(| $other)* => Self::$field,)+
                    _ => return None,
                })
            }

            fn name(self) -> &'static str {
                match self {
                    $(Self::$field => const { text($graph) },)+
                }
            }

            #[inline]
            fn index(self) -> usize {
                self as usize
            }
        }

        const _: () = assert!([$($name::$field),+].len() <= MOST_FIELDS);
    };
}

const fn text(key: &'static [u8]) -> &'static str {
    match std::str::from_utf8(key) {
        Ok(text) => text,
        Err(_) => "",
    }
}

fields! {
    /// A member of an application or a service principal.
    Field {
        ODataType = b"@odata.type",
        Id = b"id" | b"Id" | b"objectId" | b"ObjectId",
        AppId = b"appId" | b"AppId",
        DisplayName = b"displayName" | b"DisplayName",
        DeletedDateTime = b"deletedDateTime" | b"DeletedDateTime",
        PasswordCredentials = b"passwordCredentials" | b"PasswordCredentials",
        KeyCredentials = b"keyCredentials" | b"KeyCredentials",
        FederatedIdentityCredentials = b"federatedIdentityCredentials" | b"FederatedIdentityCredentials",
        Owners = b"owners" | b"Owners",
        TokenEncryptionKeyId = b"tokenEncryptionKeyId" | b"TokenEncryptionKeyId",
        ServicePrincipalType = b"servicePrincipalType" | b"ServicePrincipalType",
        ServicePrincipalNames = b"servicePrincipalNames" | b"ServicePrincipalNames",
        AppOwnerOrganizationId =
            b"appOwnerOrganizationId" | b"AppOwnerOrganizationId" | b"appOwnerTenantId" | b"AppOwnerTenantId",
        PreferredTokenSigningKeyThumbprint =
            b"preferredTokenSigningKeyThumbprint" | b"PreferredTokenSigningKeyThumbprint",
        PreferredSingleSignOnMode = b"preferredSingleSignOnMode" | b"PreferredSingleSignOnMode",
    }
}

fields! {
    /// A member of a password credential or a key credential.
    CredentialField {
        KeyId = b"keyId" | b"KeyId",
        CustomKeyIdentifier = b"customKeyIdentifier" | b"CustomKeyIdentifier",
        StartDateTime = b"startDateTime" | b"StartDateTime" | b"startDate" | b"StartDate",
        EndDateTime = b"endDateTime" | b"EndDateTime" | b"endDate" | b"EndDate",
        Type = b"type" | b"Type",
        Usage = b"usage" | b"Usage",
        Key = b"key" | b"Key",
        PublicKey = b"publicKey",
    }
}

fields! {
    /// A member of a federated identity credential.
    FederatedField {
        Id = b"id" | b"Id",
        Issuer = b"issuer" | b"Issuer",
        Subject = b"subject" | b"Subject",
        ClaimsMatchingExpression = b"claimsMatchingExpression" | b"ClaimsMatchingExpression",
        Audiences = b"audiences" | b"Audiences",
    }
}

fields! {
    /// A member that tells who an owner is.
    OwnerField {
        Id = b"id" | b"Id",
        DisplayName = b"displayName" | b"DisplayName",
        UserPrincipalName = b"userPrincipalName" | b"UserPrincipalName",
    }
}

fields! {
    /// A member of a record of `AzureHound`.
    RecordField {
        Kind = b"kind",
        Data = b"data",
    }
}

fields! {
    /// A member of the data of `AzureHound`'s `AZAppOwner` or `AZFederatedIdentityCredential`.
    LinkField {
        AppId = b"appId",
        Owners = b"owners",
        Federated = b"fics",
    }
}

fields! {
    /// A member of an entry in such a list.
    EntryField {
        Owner = b"owner",
        Federated = b"fic",
    }
}
