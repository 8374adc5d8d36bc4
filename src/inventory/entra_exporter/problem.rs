//! What can be wrong with an export by `EntraExporter`, besides what can be wrong with every file. Never a value of it.

/// What is wrong with an export by `EntraExporter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum EntraExporterProblem {
    #[error("the export is incomplete: the folder has no file of what it is named for")]
    Missing,
    #[error("the file does not hold the one object that its place in the export is for")]
    Content,
    #[error("stands where an export of EntraExporter has nothing like it")]
    Stray,
    #[error("is a link, and an export of EntraExporter has none")]
    Link,
    #[error("the file of an owner beside it cannot be used")]
    Owner,
    #[error("the app management policy cannot be used")]
    Policy,
}

impl EntraExporterProblem {
    /// Returns what to do about it.
    pub(in crate::inventory) const fn remedy(self) -> &'static str {
        match self {
            Self::Missing | Self::Content | Self::Link | Self::Owner | Self::Policy => {
                "export it again into an empty folder, with `Export-Entra -Path FOLDER -Type Applications, ServicePrincipals, Policies`"
            }
            Self::Stray => {
                "take it out of the folder, and name it as an inventory of its own if it is one"
            }
        }
    }
}
