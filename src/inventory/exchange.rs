//! The audiences with which Entra exchanges the tokens of others, one a cloud.
//!
//! In: the name of a cloud, as snapshots write it. Out: which audiences count.

/// With which audience tokens must be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// That of any cloud, because the source does not show its cloud.
    Any,
    /// That of one cloud.
    Of(&'static str),
}

/// The clouds, by the names that snapshots use, and the audience with which Entra exchanges tokens in each.
const EXCHANGE_AUDIENCES: [(&str, &str); 4] = [
    ("global", "api://AzureADTokenExchange"),
    ("usgov", "api://AzureADTokenExchangeUSGov"),
    ("dod", "api://AzureADTokenExchangeUSGov"),
    ("china", "api://AzureADTokenExchangeChina"),
];

impl Exchange {
    /// Returns the audience of a cloud; a cloud of the user's own has any.
    pub(super) fn of_cloud(cloud: &str) -> Self {
        let mut known = EXCHANGE_AUDIENCES.iter();
        let known = known.find(|(name, _)| *name == cloud);
        known.map_or(Self::Any, |(_, audience)| Self::Of(audience))
    }

    /// Tells whether tokens for an audience are exchanged.
    pub(super) fn accepts(self, audience: &str) -> bool {
        match self {
            Self::Any => EXCHANGE_AUDIENCES
                .iter()
                .any(|(_, known)| *known == audience),
            Self::Of(own) => own == audience,
        }
    }
}
