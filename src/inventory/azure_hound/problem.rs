//! What can be wrong with a collection of `AzureHound`, besides what can be wrong with every file. Never a value of it.

/// What is wrong with a collection of `AzureHound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum AzureHoundProblem {
    #[error("the collection is cut: it ends inside a record or list")]
    Cut,
    #[error(
        "the collection does not say once, in `meta`, how many records it holds: it may be cut"
    )]
    Meta,
    #[error("a member beside `data` stands there twice")]
    Members,
    #[error("the collection is of another type or version than AzureHound's 5")]
    Version,
    #[error("the collection is incomplete: it says it holds {stated} records and holds {found}")]
    Count { stated: u64, found: u64 },
    #[error("a record of the collection is not `kind` and `data` as AzureHound writes them")]
    Record,
    #[error("a record of kind `{0}` cannot be used")]
    Link(&'static str),
    #[error(
        "the collection has owners or federated credentials of an application that it does not list"
    )]
    Unlisted,
    #[error("is what AzureHound prints without `--output`: nothing in it proves that it is whole")]
    Stdout,
    #[error("an AzureHound collection is read twice, and the standard input cannot be")]
    Input,
}

impl AzureHoundProblem {
    /// Returns what to do about it.
    pub(in crate::inventory) const fn remedy(self) -> &'static str {
        match self {
            Self::Cut
            | Self::Meta
            | Self::Members
            | Self::Version
            | Self::Count { .. }
            | Self::Record
            | Self::Link(_)
            | Self::Unlisted
            | Self::Stdout => "collect it again with `azurehound list az-ad --output FILE`",
            Self::Input => "save the input to a file and name the file",
        }
    }
}
