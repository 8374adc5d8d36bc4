//! One page of a list: its objects and the link to the next page.
//!
//! In: the body of an answer. Out: typed objects, or the name of the member that is wrong: never a value, which is
//! foreign text. Whatever is not exactly a page is an error, never a shorter list.

use reqwest::Url;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::answer::{foreign, unusable};
use super::error::GraphError;
use super::link;

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Body<'body, T> {
    #[serde(rename = "@odata.nextLink", borrow, default)]
    next_link: Option<&'body RawValue>,
    value: Vec<T>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

/// A page.
pub(super) struct Page<T> {
    pub(super) objects: Vec<T>,
    pub(super) next: Option<Url>,
}

/// Reads a page; `asked` is the URL that it answers.
pub(super) fn read<'body, T: Deserialize<'body>>(
    body: &'body [u8],
    asked: &Url,
) -> Result<Page<T>, GraphError> {
    let Body {
        next_link,
        value,
        error,
    } = parse::<Body<'_, T>>(text(body)?)?;
    if error.is_some() {
        return Err(foreign("an error beside its data"));
    }
    let next = next_link.map(|raw| next(raw, asked)).transpose()?;
    Ok(Page {
        objects: value,
        next,
    })
}

/// Reads one object.
pub(super) fn object<'body, T: Deserialize<'body>>(body: &'body [u8]) -> Result<T, GraphError> {
    let text = text(body)?;
    if serde_json::from_str::<ErrorBody>(text).is_ok() {
        return Err(foreign("an error with a status of success"));
    }
    parse(text)
}

/// Reads a number of objects.
pub(super) fn number(body: &[u8]) -> Result<u64, GraphError> {
    let digits = text(body)?.trim();
    digits.parse().map_err(|_| foreign("no number of objects"))
}

/// Returns the text of a body; a mark of UTF-8 at its beginning is no part of it.
fn text(body: &[u8]) -> Result<&str, GraphError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(foreign("an empty body"));
    }
    std::str::from_utf8(body).map_err(|_| foreign("bytes that are no UTF-8"))
}

fn parse<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, GraphError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = T::deserialize(&mut reader).and_then(|parsed| reader.end().map(|()| parsed));
    parsed.map_err(|error| wrong::<T>(text, &error))
}

/// Says what is wrong with a text that cannot be read as what it should be.
fn wrong<'text, T: Deserialize<'text>>(text: &'text str, error: &serde_json::Error) -> GraphError {
    let first = text.trim_start().bytes().next();
    if first == Some(b'<') {
        return foreign("text/html");
    }
    if !error.is_data() {
        return foreign("JSON that is cut or malformed");
    }
    if serde_json::from_str::<ErrorBody>(text).is_ok() {
        return foreign("an error with a status of success");
    }
    // Only now the path is asked for: following it costs time.
    let mut reader = serde_json::Deserializer::from_str(text);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => String::new(),
        Err(error) => error.path().to_string(),
    };
    let sentence = error.to_string();
    let place = |what: &str| match plain(&path).as_str() {
        "." | "" => what.to_owned(),
        within => format!("{what} in `{within}`"),
    };
    let member = if let Some(name) = named(&sentence, "duplicate field `") {
        place(&format!("`{name}` stands twice"))
    } else if let Some(name) = named(&sentence, "missing field `") {
        place(&format!("`{name}` is missing"))
    } else {
        format!("`{}` is not what Graph sends", plain(&path))
    };
    unusable(member)
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "error")]
    _error: IgnoredAny,
}

/// Finds the name in one of serde's sentences, which is a name of ours.
fn named<'sentence>(sentence: &'sentence str, beginning: &str) -> Option<&'sentence str> {
    sentence.strip_prefix(beginning)?.split('`').next()
}

/// Returns a path of names and indexes; a key of the other side's choice is not repeated.
fn plain(path: &str) -> String {
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".[]@_".contains(&byte));
    if is_plain && path.len() <= 120 {
        path.to_owned()
    } else {
        "a member".to_owned()
    }
}

fn next(raw: &RawValue, asked: &Url) -> Result<Url, GraphError> {
    let link: String = serde_json::from_str(raw.get())
        .map_err(|_| foreign("`@odata.nextLink` that is no text"))?;
    link::checked(&link, asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Application;

    fn asked() -> Url {
        "https://graph.microsoft.com/v1.0/applications?$top=999"
            .parse()
            .unwrap()
    }

    fn error(body: &str) -> String {
        match read::<Application<'_>>(body.as_bytes(), &asked()) {
            Ok(_) => panic!("{body} was read"),
            Err(error) => error.what().to_owned(),
        }
    }

    const OBJECT: &str =
        r#"{"id":"a","appId":"b","displayName":null,"passwordCredentials":[],"keyCredentials":[]}"#;

    #[test]
    fn a_page_has_objects_and_perhaps_a_link() {
        let link = "https://graph.microsoft.com/v1.0/applications?$skiptoken=x";
        let body = format!(r#"{{"value":[{OBJECT}],"@odata.nextLink":"{link}"}}"#);
        let page = read::<Application<'_>>(body.as_bytes(), &asked()).unwrap();
        assert_eq!(page.objects.len(), 1);
        assert_eq!(page.next.unwrap().as_str(), link);
        let last = format!(r#"{{"@odata.nextLink":null,"value":[{OBJECT}]}}"#);
        assert!(
            read::<Application<'_>>(last.as_bytes(), &asked())
                .unwrap()
                .next
                .is_none()
        );
    }

    #[test]
    fn what_is_no_page_is_an_error() {
        for (body, what) in [
            ("", "empty body"),
            (" \n", "empty body"),
            ("<html></html>", "text/html"),
            ("{", "cut or malformed"),
            (r#"{"value":[]} x"#, "cut or malformed"),
            (r#"{"value":[]}{"value":[]}"#, "cut or malformed"),
            ("[]", "not what Graph sends"),
            ("{}", "`value` is missing"),
            (r#"{"value":null}"#, "`value`"),
            (r#"{"value":{}}"#, "`value`"),
            (r#"{"value":[],"value":[]}"#, "`value` stands twice"),
            (
                r#"{"error":{"code":"x"}}"#,
                "an error with a status of success",
            ),
            (
                r#"{"value":[],"error":{"code":"x"}}"#,
                "an error beside its data",
            ),
            (r#"{"value":[],"@odata.nextLink":7}"#, "no text"),
            (r#"{"value":[],"@odata.nextLink":""}"#, "no link"),
        ] {
            let said = error(body);
            assert!(said.contains(what), "{body}: {said}");
        }
    }

    #[test]
    fn a_member_that_is_missing_or_of_another_type_is_named_and_its_value_is_not() {
        let body = |object: &str| format!(r#"{{"value":[{OBJECT},{object}]}}"#);
        let without = body(&OBJECT.replace(r#","keyCredentials":[]"#, ""));
        assert!(error(&without).contains("`keyCredentials` is missing in `value[1]`"));
        let twice = body(&OBJECT.replace('}', r#","appId":"hunter2"}"#));
        assert!(error(&twice).contains("`appId` stands twice in `value[1]`"));
        let text = body(&OBJECT.replace(r#""keyCredentials":[]"#, r#""keyCredentials":"hunter2""#));
        let said = error(&text);
        assert!(said.contains("value[1].keyCredentials"), "{said}");
        assert!(!said.contains("hunter2"));
        let secret = body(&OBJECT.replace(
            r#""passwordCredentials":[]"#,
            r#""passwordCredentials":[{"customKeyIdentifier":null,"keyId":"a","startDateTime":null}]"#,
        ));
        let said = error(&secret);
        assert!(
            said.contains("`endDateTime` is missing in `value[1].passwordCredentials[0]`"),
            "{said}"
        );
    }

    #[test]
    fn bytes_that_are_no_utf8_are_an_error_wherever_they_stand() {
        let body = b"{\"skipped\":\"\xff\",\"value\":[]}";
        assert!(read::<Application<'_>>(body, &asked()).is_err());
        let marked = b"\xef\xbb\xbf{\"value\":[]}";
        assert!(read::<Application<'_>>(marked, &asked()).is_ok());
    }
}
