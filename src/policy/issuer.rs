//! An issuer of federated tokens that the policy trusts.
//!
//! In: `https://host[/path]`, where the host may begin with `*.` and the path may end in `/*`. Out: whether it names a
//! credential's issuer, letter by letter: Microsoft Entra ID compares a token's issuer so, and a credential of another
//! spelling lets nobody in. A trailing slash is no difference.

use std::fmt;

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
        let is_odd = |letter: char| "*@".contains(letter);
        if !name.contains('.') || !is_host(name) || !is_path(trunk) || trunk.contains(is_odd) {
            return Err(InvalidIssuer);
        }
        Ok(Self(format!("https://{host}{path}").into()))
    }

    /// Returns the issuer as the policy means it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether this names the issuer of a credential. Whoever made the credential chose its issuer: what one
    /// reader of URLs takes for another host or path than the next one is named by nothing.
    pub fn names(&self, issuer: &str) -> bool {
        let (Some((own_host, own_path)), Some((host, path))) = (split(&self.0), split(issuer))
        else {
            return false;
        };
        let same_host = match own_host.strip_prefix('*') {
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == own_host,
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
        same_host && same_path && is_host(host) && is_path(path)
    }

    /// Tells whether this names every issuer that another one names.
    pub fn includes(&self, other: &Self) -> bool {
        let (Some((own_host, own_path)), Some((host, path))) = (split(&self.0), split(&other.0))
        else {
            return false;
        };
        let includes_host = match own_host.strip_prefix('*') {
            Some(suffix) => {
                let (is_any, host) = match host.strip_prefix('*') {
                    Some(host) => (true, host),
                    None => (false, host),
                };
                host.ends_with(suffix) && (is_any || host.len() > suffix.len())
            }
            None => host == own_host,
        };
        let includes_path = match own_path.strip_suffix("/*") {
            Some(trunk) => {
                let path = path.strip_suffix("/*").unwrap_or(path);
                let rest = path.strip_prefix(trunk);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            None => path == own_path,
        };
        includes_host && includes_path
    }
}

/// The issuers that a policy lists. However many they are, one without a wildcard is found at once.
#[derive(Clone, Debug)]
pub struct Issuers {
    listed: Vec<Issuer>,
    /// Those without a wildcard, in order.
    exact: Vec<Issuer>,
    broad: Vec<Issuer>,
}

impl Issuers {
    pub(super) fn new(listed: Vec<Issuer>) -> Self {
        let is_broad = |issuer: &Issuer| issuer.0.contains('*');
        let (broad, mut exact): (Vec<Issuer>, Vec<Issuer>) =
            listed.iter().cloned().partition(is_broad);
        exact.sort_unstable();
        Self {
            listed,
            exact,
            broad,
        }
    }

    /// Returns them in the order of the policy.
    pub(super) fn listed(&self) -> &[Issuer] {
        &self.listed
    }

    /// Tells whether one of them names the issuer of a credential.
    pub(super) fn names(&self, issuer: &str) -> bool {
        let exact = issuer.strip_suffix('/').unwrap_or(issuer);
        self.holds(exact) || self.broad.iter().any(|own| own.names(issuer))
    }

    /// Tells whether one of them names every issuer that another one names.
    pub(super) fn includes(&self, other: &Issuer) -> bool {
        self.holds(&other.0) || self.broad.iter().any(|own| own.includes(other))
    }

    fn holds(&self, text: &str) -> bool {
        let found = self.exact.binary_search_by(|own| own.as_str().cmp(text));
        found.is_ok()
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Splits an `https` URL into what stands before and behind the first slash, without a trailing slash.
pub(super) fn split(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (!host.is_empty()).then_some((host, path))
}

/// Tells whether this is the name of a host and nothing else: labels of ASCII letters, digits and `-`, perhaps a port.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_plain)
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
    name.split('.').all(is_label) && port.is_none_or(is_port)
}

/// Tells whether this is a path that means itself: nothing in it leads elsewhere, or ends it.
fn is_path(text: &str) -> bool {
    let is_odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "?#\\".contains(letter);
    let lower = text.to_ascii_lowercase();
    let mut parts = text.split('/').skip(1);
    let leads_elsewhere = parts.any(|part| matches!(part, "" | "." | ".."))
        || ["%2e", "%2f", "%5c"]
            .iter()
            .any(|code| lower.contains(code));
    !text.contains(is_odd) && !leads_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        Issuer::parse(text).unwrap()
    }

    #[test]
    fn a_trailing_slash_is_no_difference_and_a_letter_is() {
        let github = issuer("https://token.actions.githubusercontent.com");
        assert!(github.names("https://token.actions.githubusercontent.com/"));
        assert!(!github.names("https://Token.Actions.GitHubUserContent.com"));
        assert!(!github.names("HTTPS://token.actions.githubusercontent.com"));
        let odd = issuer("https://*.Contoso.example/Path/*");
        assert!(odd.names("https://ci.Contoso.example/Path/main"));
        assert!(!odd.names("https://ci.contoso.example/Path/main"));
        assert!(!odd.names("https://ci.Contoso.example/path/main"));
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
    fn a_host_that_is_no_plain_name_is_no_known_issuer() {
        let aks = issuer("https://*.oic.prod-aks.azure.com/*");
        for host in [
            "evil.example#.oic.prod-aks.azure.com",
            "evil.example?.oic.prod-aks.azure.com",
            "evil.example\\.oic.prod-aks.azure.com",
            "a@b.oic.prod-aks.azure.com",
            "evil.example:.oic.prod-aks.azure.com",
            "evil.example:443.oic.prod-aks.azure.com",
            "evil.example%2f.oic.prod-aks.azure.com",
            "evil.example\t.oic.prod-aks.azure.com",
            "evil.example .oic.prod-aks.azure.com",
            "\u{435}vil.oic.prod-aks.azure.com",
            "a..oic.prod-aks.azure.com",
            ".oic.prod-aks.azure.com",
            "a_b.oic.prod-aks.azure.com",
            "[a].oic.prod-aks.azure.com",
        ] {
            assert!(!aks.names(&format!("https://{host}")), "{host}");
            assert!(!aks.names(&format!("https://{host}/tenant")), "{host}");
        }
    }

    #[test]
    fn a_port_is_the_one_that_the_policy_names() {
        let own = issuer("https://*.example.com:8443/*");
        assert!(own.names("https://a.example.com:8443/p"));
        assert!(!own.names("https://a.example.com/p"));
        assert!(!own.names("https://a.example.com:443/p"));
        assert!(!issuer("https://a.example.com").names("https://a.example.com:443"));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_no_known_issuer() {
        let own = issuer("https://*.example.com/*");
        assert!(own.names("https://a.example.com/p/v2.0/..x"));
        for path in [
            "/../p",
            "/p/..",
            "/p/../",
            "/./p",
            "/p/.",
            "/%2e%2e/p",
            "/p/%2E./q",
            "/p%2fq",
            "/p%5Cq",
            "/p\\q",
            "/p?q",
            "/p#q",
            "/?q",
            "/#",
            "/.\t./p",
            "/p ",
            "//",
            "//p",
            "/p//q",
            "/p//",
        ] {
            assert!(
                !own.names(&format!("https://a.example.com{path}")),
                "{path}"
            );
        }
    }

    #[test]
    fn a_path_ends_at_a_slash() {
        let entra = issuer("https://login.microsoftonline.com/*");
        assert!(entra.names("https://login.microsoftonline.com/3b8f0b8e/v2.0"));
        assert!(!issuer("https://host.example/a/*").names("https://host.example/abc"));
    }

    /// The list is asked at once, and each of its issuers by itself: both say the same.
    #[test]
    fn a_list_names_what_one_of_its_issuers_names() {
        let texts = [
            "https://gitlab.com",
            "https://ci.contoso.example/a/",
            "https://*.contoso.example",
            "https://shop.example/*",
            "https://*.fabrikam.example/ci/*",
            "https://a.example:8443/x",
        ];
        let list: Vec<Issuer> = texts.iter().map(|text| issuer(text)).collect();
        let issuers = Issuers::new(list.clone());
        let others = [
            "https://GitLab.com",
            "https://gitlab.com/a",
            "https://ci.contoso.example",
            "https://ci.contoso.example/a",
            "https://ci.contoso.example/a/b",
            "https://shop.example/a/b",
            "https://west.fabrikam.example/ci/main",
            "https://fabrikam.example/ci/main",
            "https://a.example/x",
            "http://gitlab.com",
            "https:///",
            "",
        ];
        for text in texts.iter().chain(&others) {
            for text in [text.to_string(), format!("{text}/"), format!("{text}//")] {
                let simple = list.iter().any(|own| own.names(&text));
                assert_eq!(issuers.names(&text), simple, "{text}");
                if let Ok(other) = Issuer::parse(&text) {
                    let simple = list.iter().any(|own| own.includes(&other));
                    assert_eq!(issuers.includes(&other), simple, "{text}");
                }
            }
        }
        assert!(issuers.names("https://gitlab.com/"));
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
            "HTTPS://gitlab.com",
            "https://a.*.com",
            "https://*.*.com",
            "https://host.example/\u{1b}[0m",
            "https://host.example/\u{2003}",
            "https://user@host.example",
            "https://host.example#.contoso.example",
            "https://host.example:x",
            "https://host.example/a/../b",
            "https://host.example/a?b",
            "https://host.example//",
            "https://host.example//a",
            "https://host.example//*",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_issuer_includes_those_whose_names_it_all_knows() {
        let texts = [
            "https://a.example",
            "https://a.example/*",
            "https://a.example/p",
            "https://a.example/p/*",
            "https://a.example/p/q",
            "https://a.example/pq",
            "https://A.example:8443/p/",
            "https://*.a.example",
            "https://*.a.example/*",
            "https://b.a.example",
            "https://b.a.example/p/*",
            "https://*.b.a.example/p",
            "https://c.b.a.example/p",
            "https://xa.example/p",
        ];
        // Each stands for what it names: hosts and paths that begin as it does.
        let named = |text: &str| {
            let text = text.replace("*.", "d.").replace("/*", "/r/s");
            [text.replace("d.", "e.d."), text.replace("/r/s", ""), text]
        };
        for one in texts {
            for other in texts {
                let (whole, part) = (issuer(one), issuer(other));
                let names_all = named(other)
                    .iter()
                    .filter(|url| part.names(url))
                    .all(|url| whole.names(url));
                assert_eq!(whole.includes(&part), names_all, "{one} {other}");
            }
        }
    }
}
