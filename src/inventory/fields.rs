//! The members of Graph's objects that decide something, in the spellings that exports use.
//!
//! In: a key. Out: the field it names. Everything else in an application is skipped; `hint` and `secretText` have no field
//! anywhere. A field in letters that no export uses is refused: skipped, it would pass for absent.

/// The members of one kind of object that decide something.
pub(super) trait Key: Copy {
    /// Returns the field that a key names: in Graph's spelling, in PowerShell's, or in that of older tools.
    fn of_key(key: &[u8]) -> Option<Self>;

    /// Returns the field that a key would name if it were written in other letters or without underscores.
    fn of_odd_key(key: &[u8]) -> Option<Self>;

    /// Tells whether members of this kind of object may say that it is not whole.
    fn has_marks() -> bool;

    /// Returns Graph's own spelling.
    fn name(self) -> &'static str;

    /// Counts the fields from zero; all are below [`MOST_FIELDS`].
    fn index(self) -> usize;
}

/// How many fields a kind of object may have.
pub(super) const MOST_FIELDS: usize = 24;

/// Names fields by their keys, Graph's own first.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident $marks:literal { $($field:ident = $graph:literal $(| $other:literal)*,)+ }) => {
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

            #[inline]
            fn of_odd_key(key: &[u8]) -> Option<Self> {
                const NAMES: &[&[u8]] = &[$($graph $(, $other)*),+];
                const FIELDS: &[$name] = &[$($name::$field $(, { const _: &[u8] = $other; $name::$field })*),+];
                const OUTLINES: [Outline; 32] = outlines(NAMES);
                if !may_name(&OUTLINES, key) {
                    return None;
                }
                let mut names = NAMES.iter().zip(FIELDS);
                names.find(|(name, _)| is_respelt(key, name)).map(|(_, field)| *field)
            }

            #[inline]
            fn has_marks() -> bool {
                $marks
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

/// The last letters and the lengths that names of one first letter have, a bit for each. The lengths do not count
/// underscores: a key without separators is as long as the name that it respells.
#[derive(Clone, Copy)]
struct Outline {
    ends: u32,
    lengths: u64,
}

/// The outlines of names by their first letters: most keys name nothing, and that must cost little.
const fn outlines(names: &[&[u8]]) -> [Outline; 32] {
    let mut outlines = [Outline {
        ends: 0,
        lengths: 0,
    }; 32];
    let mut rest = names;
    while let [name, behind @ ..] = rest {
        if let ([first, ..], [.., last]) = (name, name) {
            let mut at = 0;
            let mut places: &mut [Outline] = &mut outlines;
            while let [here, others @ ..] = places {
                if at == place(*first) {
                    here.ends |= 1 << place(*last);
                    here.lengths |= 1 << letters_in(name);
                }
                places = others;
                at += 1;
            }
        }
        rest = behind;
    }
    outlines
}

/// Counts the bytes that are no underscores.
const fn letters_in(name: &[u8]) -> u32 {
    let mut letters = 0;
    let mut rest = name;
    while let [letter, others @ ..] = rest {
        letters += (*letter != b'_') as u32;
        rest = others;
    }
    letters
}

/// Counts letters from one, whatever their case.
#[inline]
const fn place(letter: u8) -> usize {
    (letter & 31) as usize
}

#[inline]
fn may_name(outlines: &[Outline; 32], key: &[u8]) -> bool {
    let (Some(first), Some(last)) = (key.first(), key.last()) else {
        return false;
    };
    outlines.get(place(*first)).is_some_and(|outline| {
        let is_as_long = || key.len() < 64 && outline.lengths & (1 << key.len()) != 0;
        outline.ends & (1 << place(*last)) != 0
            && (is_as_long() || key.iter().copied().any(is_separator))
    })
}

/// Tells whether a byte may stand between the words of a name.
const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b' ')
}

/// Tells whether a key is a name in other letters, or with underscores between its words.
#[inline(never)]
fn is_respelt(key: &[u8], name: &[u8]) -> bool {
    let mut letters = key.iter().filter(|byte| !is_separator(**byte));
    name.iter().filter(|byte| **byte != b'_').all(|expected| {
        letters
            .next()
            .is_some_and(|it| it.eq_ignore_ascii_case(expected))
    }) && letters.next().is_none()
}

fields! {
    /// A member of an application or a service principal.
    Field true {
        ODataType = b"@odata.type" | b"odata.type" | b"odataType" | b"OdataType" | b"@odata_type",
        Id = b"id" | b"Id",
        ObjectId = b"objectId" | b"ObjectId",
        AppId = b"appId" | b"AppId",
        DisplayName = b"displayName" | b"DisplayName",
        DeletedDateTime = b"deletedDateTime" | b"DeletedDateTime",
        DeletionTimestamp = b"deletionTimestamp" | b"DeletionTimestamp",
        PasswordCredentials = b"passwordCredentials" | b"PasswordCredentials",
        KeyCredentials = b"keyCredentials" | b"KeyCredentials",
        FederatedIdentityCredentials = b"federatedIdentityCredentials" | b"FederatedIdentityCredentials",
        Owners = b"owners" | b"Owners",
        TokenEncryptionKeyId = b"tokenEncryptionKeyId" | b"TokenEncryptionKeyId",
        ServicePrincipalType = b"servicePrincipalType" | b"ServicePrincipalType",
        ServicePrincipalNames = b"servicePrincipalNames" | b"ServicePrincipalNames",
        AppOwnerOrganizationId = b"appOwnerOrganizationId" | b"AppOwnerOrganizationId",
        AppOwnerTenantId = b"appOwnerTenantId" | b"AppOwnerTenantId",
        AgentIdentityBlueprintId = b"agentIdentityBlueprintId" | b"AgentIdentityBlueprintId",
        KeyId = b"keyId" | b"KeyId",
        PreferredTokenSigningKeyThumbprint =
            b"preferredTokenSigningKeyThumbprint" | b"PreferredTokenSigningKeyThumbprint",
        PreferredSingleSignOnMode = b"preferredSingleSignOnMode" | b"PreferredSingleSignOnMode",
    }
}

fields! {
    /// A member of a password credential or a key credential.
    CredentialField false {
        KeyId = b"keyId" | b"KeyId",
        CustomKeyIdentifier = b"customKeyIdentifier" | b"CustomKeyIdentifier",
        StartDateTime = b"startDateTime" | b"StartDateTime",
        EndDateTime = b"endDateTime" | b"EndDateTime",
        StartDate = b"startDate" | b"StartDate",
        EndDate = b"endDate" | b"EndDate",
        Type = b"type" | b"Type",
        Usage = b"usage" | b"Usage",
        Key = b"key" | b"Key",
        PublicKey = b"publicKey",
    }
}

fields! {
    /// A member of a federated identity credential.
    FederatedField false {
        Id = b"id" | b"Id",
        Issuer = b"issuer" | b"Issuer",
        Subject = b"subject" | b"Subject",
        ClaimsMatchingExpression = b"claimsMatchingExpression" | b"ClaimsMatchingExpression",
        Audiences = b"audiences" | b"Audiences",
    }
}

fields! {
    /// A member that tells who an owner is.
    OwnerField false {
        Id = b"id" | b"Id",
        DisplayName = b"displayName" | b"DisplayName",
        UserPrincipalName = b"userPrincipalName" | b"UserPrincipalName",
    }
}

fields! {
    /// A member of a record of `AzureHound`.
    RecordField false {
        Kind = b"kind",
        Data = b"data",
    }
}

fields! {
    /// A member of the data of `AzureHound`'s `AZAppOwner` or `AZFederatedIdentityCredential`.
    LinkField false {
        AppId = b"appId",
        Owners = b"owners",
        Federated = b"fics",
    }
}

fields! {
    /// A member of an entry in such a list.
    EntryField false {
        Owner = b"owner",
        Federated = b"fic",
    }
}

fields! {
    /// A member of what Windows PowerShell writes around a list, or Graph around that of a member.
    WrapperField true {
        Value = b"value" | b"Value",
        Count = b"Count" | b"count",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_in_other_letters_is_noticed() {
        for (key, field) in [
            ("PASSWORDCREDENTIALS", Field::PasswordCredentials),
            ("passwordcredentials", Field::PasswordCredentials),
            ("password_credentials", Field::PasswordCredentials),
            ("Password Credentials", Field::PasswordCredentials),
            ("APPID", Field::AppId),
            ("app_id", Field::AppId),
            ("appID", Field::AppId),
            ("@OData.Type", Field::ODataType),
            ("@ODATATYPE", Field::ODataType),
            (
                "preferred_token_signing_key_thumbprint",
                Field::PreferredTokenSigningKeyThumbprint,
            ),
        ] {
            assert_eq!(Field::of_key(key.as_bytes()), None, "{key}");
            assert_eq!(Field::of_odd_key(key.as_bytes()), Some(field), "{key}");
        }
        let end = CredentialField::of_odd_key(b"ENDDATETIME");
        assert_eq!(end, Some(CredentialField::EndDateTime));
    }

    #[test]
    fn other_keys_name_nothing() {
        for key in [
            "",
            "_",
            "_id",
            "applicationId",
            "appDisplayName",
            "passwordCredentialsX",
            "XpasswordCredentials",
            "p\u{430}sswordCredentials",
            "accountEnabled",
            "description",
        ] {
            assert_eq!(Field::of_odd_key(key.as_bytes()), None, "{key}");
        }
    }
}
