//! Exported inventories: whatever a tenant's applications were exported to, as one stream of objects.
//!
//! In: files, folders of pages, or the standard input, recognised by content. Out: service principals first, then
//! applications, each once, with its place; and what each source could tell. A source that is cut, incomplete or
//! contradictory is an error, never a shorter inventory.

mod ahead;
mod around;
mod azure_hound;
mod csv;
mod document;
mod encoding;
mod entra_exporter;
mod error;
mod exchange;
mod federated;
mod fields;
mod files;
mod graph_json;
mod instant;
mod key_material;
mod lanes;
mod marks;
mod mistaken;
mod nulls;
mod object;
mod parts;
mod policies;
mod position;
mod record;
mod scan;
mod shapes;
mod snapshot;
mod stream;
mod walk;
mod window;

pub use azure_hound::AzureHoundProblem;
pub use entra_exporter::EntraExporterProblem;
pub use error::{InventoryError, Problem};
pub use mistaken::Mistaken;
pub use object::{Object, ObjectError};
pub use record::SourceFacts;
pub use stream::{Inventory, ReadError};

/// A format, as help and the documentation list it.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What reports call it.
    pub name: &'static str,
    /// What writes it.
    pub summary: &'static str,
}

/// All formats. Each is recognised by its content, never by the name of its file.
pub static ALL: &[Format] = &[
    Format {
        name: "graph-json",
        summary: "Microsoft Graph's answers: {\"value\": […]}, a list, one object, or a folder of pages; az ad app list, az ad sp list",
    },
    Format {
        name: "ndjson",
        summary: "the same objects, one a line",
    },
    Format {
        name: "powershell",
        summary: "Get-MgApplication | ConvertTo-Json -Depth 5, of PowerShell 7 and Windows PowerShell 5.1",
    },
    Format {
        name: "csv",
        summary: "the table of the control's step 1: AppId, SecretCount, CertCount",
    },
    Format {
        name: "entra-exporter",
        summary: "the folder of Export-Entra -Type Applications, ServicePrincipals, Policies (or -All)",
    },
    Format {
        name: "azure-hound",
        summary: "azurehound list az-ad --output FILE: applications, service principals, owners and federated credentials",
    },
    Format {
        name: "graph",
        summary: "Microsoft Graph, live or as a snapshot that `credgate inventory export` wrote",
    },
];

/// What an object says it is, in `@odata.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectType {
    /// Applications, and the blueprints of agent identities.
    Application,
    /// Service principals, and those of blueprints.
    ServicePrincipal,
    /// A service principal that a blueprint has made, and that holds no credentials.
    AgentIdentity,
}

impl ObjectType {
    /// Reads `#microsoft.graph.application` and its like, without regard to case, and the names of Azure AD Graph.
    fn of(name: &str) -> Option<Self> {
        let name = name.strip_prefix('#').unwrap_or(name).to_ascii_lowercase();
        let name = name
            .strip_prefix("microsoft.graph.")
            .or_else(|| name.strip_prefix("microsoft.directoryservices."))?;
        match name {
            "application" | "agentidentityblueprint" => Some(Self::Application),
            "serviceprincipal" | "agentidentityblueprintprincipal" => Some(Self::ServicePrincipal),
            "agentidentity" => Some(Self::AgentIdentity),
            _ => None,
        }
    }

    /// Returns which of the two kinds it is.
    const fn kind(self) -> Kind {
        match self {
            Self::Application => Kind::Application,
            Self::ServicePrincipal | Self::AgentIdentity => Kind::ServicePrincipal,
        }
    }
}

/// The two kinds of objects that an inventory lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    ServicePrincipal,
}

impl Kind {
    /// Reads `@odata.context`: `…/$metadata#applications(…)`.
    fn of_context(text: &str) -> Option<Self> {
        let (_, collection) = text.split_once("$metadata#")?;
        if collection.starts_with("applications") {
            Some(Self::Application)
        } else if collection.starts_with("servicePrincipals") {
            Some(Self::ServicePrincipal)
        } else {
            None
        }
    }
}
