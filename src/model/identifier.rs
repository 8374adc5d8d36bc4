//! Identifiers of Microsoft Graph: GUIDs, each kind with a type of its own, so that an object id is never taken for an
//! appId.
//!
//! In: text in the hyphenated form, in either letter case. Out: values that compare and print without regard to case.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not a GUID in the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`")]
pub struct InvalidIdentifier;

/// The length of the hyphenated form.
pub const HYPHENATED_LENGTH: usize = 36;

fn parse(text: &str) -> Result<Uuid, InvalidIdentifier> {
    // `Uuid` also reads the braced, URN and bare forms; Graph writes none of them.
    if text.len() != HYPHENATED_LENGTH {
        return Err(InvalidIdentifier);
    }
    Uuid::try_parse(text).map_err(|_| InvalidIdentifier)
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Returns the sixteen bytes, most significant first.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Tells whether this is the nil GUID, which names nothing.
            pub const fn is_nil(&self) -> bool {
                self.0.is_nil()
            }

            /// Writes the hyphenated form in lower case into a buffer.
            pub fn encode<'buffer>(&self, buffer: &'buffer mut [u8; HYPHENATED_LENGTH]) -> &'buffer str {
                self.0.as_hyphenated().encode_lower(buffer)
            }

            /// Makes an identifier of sixteen bytes, most significant first.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.encode(&mut [0; HYPHENATED_LENGTH]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

identifier!(
    /// The client id of an application, from `appId`: the same in every tenant, and the only name a policy may use.
    AppId
);
identifier!(
    /// The id of one object in one tenant, from `id`.
    ObjectId
);
identifier!(
    /// The id of one credential, from `keyId` (or the `id` of a federated identity credential).
    KeyId
);
identifier!(
    /// The id of a tenant, from `appOwnerOrganizationId`.
    TenantId
);

/// The tenant that owns Microsoft's own applications.
pub(super) const MICROSOFT: TenantId =
    TenantId(Uuid::from_u128(0xf8cd_ef31_a31e_4b4a_93e4_5f57_1e91_255a));

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

    #[test]
    fn letter_case_makes_no_difference() {
        let lower: TenantId = TEXT.parse().unwrap();
        assert_eq!(lower, TEXT.to_uppercase().parse().unwrap());
        assert_eq!(lower, MICROSOFT);
        assert_eq!(lower.to_string(), TEXT);
    }

    #[test]
    fn only_the_hyphenated_form_is_a_guid() {
        for text in [
            "",
            "f8cdef31a31e4b4a93e45f571e91255a",
            "{f8cdef31-a31e-4b4a-93e4-5f571e91255a}",
            "*",
            &TEXT[1..],
        ] {
            assert_eq!(text.parse::<AppId>(), Err(InvalidIdentifier), "{text}");
        }
    }
}
