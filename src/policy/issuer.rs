//! An issuer of federated tokens that the policy trusts.
//!
//! In: `https://host[/path]`, where the host may begin with `*.` and the path may end in `/*`. Out: whether it names a
//! credential's issuer. A trailing slash is no difference.

/// A trusted issuer, as the policy writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issuer(Box<str>);

/// The text is no `https://` URL of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an issuer of the form `https://host/path`")]
pub struct InvalidIssuer;

impl Issuer {
    /// Reads an issuer; only the host's first label may be `*`, and only the last part of the path.
    pub fn parse(text: &str) -> Result<Self, InvalidIssuer> {
        let (host, path) = split(text).ok_or(InvalidIssuer)?;
        let name = host.strip_prefix("*.").unwrap_or(host);
        let trunk = path.strip_suffix("/*").unwrap_or(path);
        let is_odd =
            |letter: char| letter.is_whitespace() || letter.is_control() || "*?#@".contains(letter);
        let plain = |part: &str| !part.contains(is_odd);
        if !name.contains('.') || !plain(name) || !plain(trunk) {
            return Err(InvalidIssuer);
        }
        Ok(Self(
            format!("https://{}{path}", host.to_ascii_lowercase()).into(),
        ))
    }

    /// Tells whether this names the issuer of a credential.
    pub fn names(&self, issuer: &str) -> bool {
        let (Some((own_host, own_path)), Some((host, path))) = (split(&self.0), split(issuer))
        else {
            return false;
        };
        let same_host = match own_host.strip_prefix('*') {
            Some(suffix) => {
                host.len() > suffix.len() && host.to_ascii_lowercase().ends_with(suffix)
            }
            None => host.eq_ignore_ascii_case(own_host),
        };
        let same_path = match own_path.strip_suffix("/*") {
            Some(trunk) => {
                path == trunk
                    || path
                        .strip_prefix(trunk)
                        .is_some_and(|rest| rest.starts_with('/'))
            }
            None => path == own_path,
        };
        same_host && same_path
    }
}

/// Splits an `https` URL into host and path, without a trailing slash.
fn split(url: &str) -> Option<(&str, &str)> {
    let scheme = url.get(..8)?;
    let rest = url.get(8..)?;
    if !scheme.eq_ignore_ascii_case("https://") {
        return None;
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (!host.is_empty()).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        Issuer::parse(text).unwrap()
    }

    #[test]
    fn a_trailing_slash_and_the_hosts_letter_case_are_no_difference() {
        let github = issuer("https://token.actions.githubusercontent.com");
        assert!(github.names("https://token.actions.githubusercontent.com/"));
        assert!(github.names("https://Token.Actions.GitHubUserContent.com"));
        assert!(!github.names("http://token.actions.githubusercontent.com"));
        assert!(!github.names("https://token.actions.githubusercontent.com/other"));
    }

    #[test]
    fn a_look_alike_host_is_another_issuer() {
        let aks = issuer("https://*.oic.prod-aks.azure.com/*");
        assert!(aks.names("https://westeurope.oic.prod-aks.azure.com/tenant/cluster/"));
        assert!(!aks.names("https://oic.prod-aks.azure.com/tenant/cluster/"));
        assert!(!aks.names("https://evil-oic.prod-aks.azure.com.example/tenant"));
        assert!(!issuer("https://gitlab.com").names("https://gitlab.com.example"));
        assert!(!issuer("https://gitlab.com").names("https://user@gitlab.com"));
    }

    #[test]
    fn a_path_ends_at_a_slash() {
        let entra = issuer("https://login.microsoftonline.com/*");
        assert!(entra.names("https://login.microsoftonline.com/3b8f0b8e/v2.0"));
        assert!(!issuer("https://host.example/a/*").names("https://host.example/abc"));
    }

    #[test]
    fn only_urls_are_issuers() {
        for text in [
            "",
            "https://",
            "*",
            "https://*",
            "gitlab.com",
            "http://gitlab.com",
            "https://a.*.com",
            "https://*.*.com",
            "https://host.example/\u{1b}[0m",
            "https://host.example/\u{2003}",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text}");
        }
    }
}
