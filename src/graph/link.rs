//! The link to the next page: followed whole, and only to the collection that was asked for.
//!
//! In: the text of `@odata.nextLink` and the URL that was asked. Out: a URL to which the token may go, or an error before
//! any request is made. Whoever answers for Graph must not be able to send the token elsewhere.

use reqwest::Url;

use super::error::{Cause, GraphError};

/// Longer than any link of Graph's.
const LONGEST: usize = 32 << 10;

/// Checks a link against the URL whose answer held it. A relative link is resolved first.
pub(super) fn checked(link: &str, asked: &Url) -> Result<Url, GraphError> {
    let wrong = |what: &'static str| {
        GraphError::new(
            Cause::Answer,
            format!("Graph's answer links to a next page {what}, and the token does not go there"),
            "check the endpoint and the proxy between here and Graph",
        )
    };
    if link.is_empty() || link.len() > LONGEST {
        return Err(wrong("that is no link"));
    }
    // What a parser of URLs silently drops could mean another host to another parser.
    if link
        .chars()
        .any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\')
    {
        return Err(wrong("that is no link"));
    }
    let url = asked.join(link).map_err(|_| wrong("that is no link"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("with a user's name in it"));
    }
    if url.scheme() != asked.scheme() {
        return Err(wrong("by another scheme"));
    }
    if url.host() != asked.host() || url.port_or_known_default() != asked.port_or_known_default() {
        return Err(wrong("at another origin"));
    }
    if url.path() != asked.path() || url.fragment().is_some() {
        return Err(wrong("of another collection"));
    }
    if url.query().is_none_or(str::is_empty) {
        return Err(wrong("that is its first page"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Url {
        "https://graph.microsoft.com/v1.0/applications?$top=999"
            .parse()
            .unwrap()
    }

    #[test]
    fn a_link_within_the_collection_is_followed_whole() {
        for link in [
            "https://graph.microsoft.com/v1.0/applications?$top=999&$skiptoken=RFNwdAIAAQ",
            "https://graph.microsoft.com:443/v1.0/applications?$skiptoken=a%2Fb",
            "HTTPS://GRAPH.microsoft.com/v1.0/applications?$skiptoken=x",
        ] {
            let url = checked(link, &asked()).unwrap();
            assert_eq!(url.path(), "/v1.0/applications", "{link}");
        }
    }

    #[test]
    fn a_relative_link_is_resolved_and_then_checked() {
        let url = checked("?$skiptoken=x", &asked()).unwrap();
        assert_eq!(
            url.as_str(),
            "https://graph.microsoft.com/v1.0/applications?$skiptoken=x"
        );
        assert!(checked("/v1.0/users?$skiptoken=x", &asked()).is_err());
        assert!(checked("//evil.example/v1.0/applications?x", &asked()).is_err());
    }

    #[test]
    fn every_other_place_is_refused() {
        for link in [
            "",
            "string",
            "https://evil.example/v1.0/applications?$skiptoken=x",
            "https://graph.microsoft.com.evil.example/v1.0/applications?$skiptoken=x",
            "https://graph.microsoft.com@evil.example/v1.0/applications?$skiptoken=x",
            "https://user@graph.microsoft.com/v1.0/applications?$skiptoken=x",
            "https://:secret@graph.microsoft.com/v1.0/applications?$skiptoken=x",
            "https://graph.microsoft.com:8443/v1.0/applications?$skiptoken=x",
            "http://graph.microsoft.com/v1.0/applications?$skiptoken=x",
            "http://graph.microsoft.com:443/v1.0/applications?$skiptoken=x",
            "https://graph.microsoft.com/v1.0/servicePrincipals?$skiptoken=x",
            "https://graph.microsoft.com/beta/applications?$skiptoken=x",
            "https://graph.microsoft.com/v1.0/applications/../users?$skiptoken=x",
            "https://graph.microsoft.com/v1.0/applications/?$skiptoken=x",
            "https://graph.microsoft.com/v1.0/applications",
            "https://graph.microsoft.com/v1.0/applications?",
            "https://graph.microsoft.com/v1.0/applications?$skiptoken=x#fragment",
            "https:\\\\evil.example/v1.0/applications?x",
            "https://graph.microsoft.com\\@evil.example/v1.0/applications?x",
            "ht\ntps://graph.microsoft.com/v1.0/applications?x",
            "file:///v1.0/applications?x",
            "javascript:alert(1)",
        ] {
            assert!(checked(link, &asked()).is_err(), "{link}");
        }
    }
}
