//! What a source could not tell. Absence is a value: it is never taken for "none".

/// A fact that a source may not carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Known<T> {
    /// The source told it.
    Known(T),
    /// The source has no word about it.
    #[default]
    Unknown,
}

impl<T> Known<T> {
    /// Returns the fact where the source told it.
    pub const fn as_option(&self) -> Option<&T> {
        match self {
            Self::Known(fact) => Some(fact),
            Self::Unknown => None,
        }
    }

    /// Tells whether the source has the fact.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl<T> From<Option<T>> for Known<T> {
    fn from(fact: Option<T>) -> Self {
        fact.map_or(Self::Unknown, Self::Known)
    }
}

/// What one source could tell about its objects as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, as the report shows them"
)]
pub struct Coverage {
    /// Start and end of each credential.
    pub dates: bool,
    /// Federated identity credentials of the applications.
    pub federated_credentials: bool,
    /// Owners of the applications.
    pub owners: bool,
    /// Service principals.
    pub service_principals: bool,
}
