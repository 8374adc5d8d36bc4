//! What a case is about: half of them turn on one matter alone, so that what is decided there decides the exit code.

/// A matter of which a case has little else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// Triples of SAML, whole and broken.
    Saml,
    /// What was added to service principals of others.
    Strangers,
    /// Federated credentials, and whom they trust.
    Trusts,
    Agents,
    /// Service principals without their application.
    Missing,
    /// Certificates, and what is claimed about them.
    Keys,
    /// Limits, and credentials on their edges.
    Dates,
    /// What files say beside their objects.
    Files,
}

impl Focus {
    pub(crate) const ALL: [Self; 8] = [
        Self::Saml,
        Self::Strangers,
        Self::Trusts,
        Self::Agents,
        Self::Missing,
        Self::Keys,
        Self::Dates,
        Self::Files,
    ];

    /// The rules that such a case is judged by: some of these.
    pub(crate) const fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Saml => &[
                "secrets-only",
                "service-principal-secret",
                "saml-password-unproven",
                "saml-password-unproven",
                "saml-password-unproven",
                "service-principal-credential-lifetime",
                "owner-missing",
            ],
            Self::Strangers => &["foreign-service-principal-credential"],
            Self::Trusts => &[
                "secrets-only",
                "secret-outside-window",
                "federated-credential-broad",
            ],
            Self::Agents => &[
                "agent-identity-credential",
                "foreign-service-principal-credential",
                "service-principal-secret",
            ],
            Self::Missing => &[
                "application-missing",
                "service-principal-secret",
                "foreign-service-principal-credential",
            ],
            Self::Keys => &[
                "secrets-only",
                "certificate-unusable",
                "certificate-expiring",
                "certificate-lifetime",
                "certificate-expired",
                "unknown-credential",
                "owner-missing",
                "service-principal-credential-lifetime",
                "service-principal-credential-lifetime",
            ],
            Self::Dates => &[
                "secret-expiring",
                "certificate-expiring",
                "secret-age",
                "secret-lifetime",
                "secret-without-expiry",
                "secret-added-during-migration",
            ],
            Self::Files => &[
                "secrets-only",
                "owner-missing",
                "federated-credential-broad",
            ],
        }
    }
}
