//! Members that say that a list is not whole: a link to the next page, a count, an answer of the delta function.
//!
//! In: the name of a member. Out: what it says, in whatever spelling an SDK or a module writes it: letters are compared
//! without case, and `@`, `.`, `_` and the word `odata` are left out. A mark in an unknown spelling would let half a
//! tenant pass for a whole one.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::fields::Field;

/// What a member says about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// There is another page.
    NextLink,
    /// The same, as a yes or no.
    HasMore,
    /// The answer lists what has changed.
    Delta,
    /// The number of objects in a list: the answer's, or that of a member of an object.
    Count(Option<Field>),
    /// What an SDK or module has no member for, marks among it.
    Additional,
}

/// The lists inside an object of which a count may be stated.
const COUNTED: [(&str, Field); 4] = [
    ("passwordcredentials", Field::PasswordCredentials),
    ("keycredentials", Field::KeyCredentials),
    (
        "federatedidentitycredentials",
        Field::FederatedIdentityCredentials,
    ),
    ("owners", Field::Owners),
];

impl Mark {
    /// Reads the name of a member around a list.
    pub(super) fn around(name: &str) -> Option<Self> {
        let name = folded(name);
        let in_every_place = Self::link(&name);
        if in_every_place.is_some() {
            return in_every_place;
        }
        match name.strip_prefix("value").unwrap_or(&name) {
            "next" | "nextpage" | "nextpagelink" | "nextpagetoken" | "nexttoken" | "nexturl"
            | "pagetoken" | "continuationtoken" => Some(Self::NextLink),
            "hasmore" | "hasmoreresults" | "hasmorepages" | "hasnext" | "hasnextpage"
            | "truncated" | "istruncated" | "resulttruncated" => Some(Self::HasMore),
            "count" | "total" | "totalcount" | "totalrecords" | "totalresults" => {
                Some(Self::Count(None))
            }
            _ => None,
        }
    }

    /// Reads the name of a member inside an object, which is rarely a mark.
    #[inline]
    pub(super) fn inside(key: &[u8]) -> Option<Self> {
        // The ends of all marks; a name that ends in what is left out needs a closer look.
        let end = key.last_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase());
        let may_be = matches!(&end, b"ink" | b"ken" | b"ved" | b"unt" | b"ata" | b"ies")
            || !end.iter().all(u8::is_ascii_lowercase);
        if may_be { Self::read(key) } else { None }
    }

    #[inline(never)]
    fn read(key: &[u8]) -> Option<Self> {
        let name = std::str::from_utf8(key).ok()?;
        let has_prefix = name.contains(['@', '.', '_']) || holds_odata(name);
        let name = folded(name);
        let link = Self::link(&name);
        if link.is_some() {
            return link;
        }
        match name.strip_suffix("count")? {
            "" if has_prefix => Some(Self::Count(None)),
            list => COUNTED
                .iter()
                .find(|(name, _)| *name == list)
                .map(|(_, field)| Self::Count(Some(*field))),
        }
    }

    fn link(folded: &str) -> Option<Self> {
        if folded.ends_with("nextlink") || folded.ends_with("skiptoken") {
            Some(Self::NextLink)
        } else if folded.ends_with("deltalink")
            || folded.ends_with("deltatoken")
            || folded == "removed"
        {
            Some(Self::Delta)
        } else if matches!(folded, "additionaldata" | "additionalproperties") {
            Some(Self::Additional)
        } else {
            None
        }
    }

    /// Tells whether the JSON text of a value leaves something said: `null` says nothing.
    pub(super) fn is_said(self, value: &str) -> bool {
        match self {
            Self::NextLink | Self::Count(_) => value != "null",
            Self::Additional => value.starts_with('{') && value != "{}",
            Self::Delta => !matches!(value, "null" | "false"),
            Self::HasMore => {
                !matches!(value, "null" | "false" | "0") && !value.eq_ignore_ascii_case("\"false\"")
            }
        }
    }
}

/// Reads the JSON text of a number of objects; `OData` also writes numbers as texts.
pub(super) fn number(value: &str) -> Option<u64> {
    let digits: Option<String> = serde_json::from_str(value).ok();
    digits.as_deref().unwrap_or(value).trim().parse().ok()
}

/// Returns a name without what its spellings differ in.
pub(super) fn folded(name: &str) -> String {
    let letters = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || !letter.is_ascii());
    let name: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    if name.contains("odata") {
        name.replace("odata", "")
    } else {
        name
    }
}

fn holds_odata(name: &str) -> bool {
    let mut windows = name.as_bytes().windows(5);
    windows.any(|window| window.eq_ignore_ascii_case(b"odata"))
}

/// Tells whether the JSON text of a value holds a list with an object in it, or an application of its own. The text has
/// been checked against the grammar.
pub(super) fn holds_objects(value: &str) -> bool {
    // Whether each open container is a list, and how many are.
    let mut open = Vec::new();
    let mut lists = 0_usize;
    let mut rest = value;
    while let Some(at) = rest.find(['"', '[', '{', ']', '}']) {
        let (mark, behind) = rest.split_at(at + 1);
        rest = behind;
        match mark.as_bytes().last() {
            Some(b'"') => {
                let Some((text, behind)) = string(behind) else {
                    return true;
                };
                if behind.trim_ascii_start().starts_with(':') && is_of_an_application(text) {
                    return true;
                }
                rest = behind;
            }
            Some(b'{') if lists > 0 => return true,
            Some(b'{') => open.push(false),
            Some(b'[') => {
                open.push(true);
                lists += 1;
            }
            _ => lists -= usize::from(open.pop() == Some(true)),
        }
    }
    false
}

/// The members of an object, as JSON text; nothing where it is none.
pub(super) fn members(value: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(value).unwrap_or_default()
}

/// Finds what an object around a list says about pages, as in `{"paging":{"next":"…"}}`. The text has been checked against
/// the grammar.
pub(super) fn nested(value: &str) -> Option<Mark> {
    let mut rest = value;
    while let Some(at) = rest.find('"') {
        let (text, behind) = string(rest.get(at + 1..)?)?;
        rest = behind;
        let Some(said) = behind.trim_ascii_start().strip_prefix(':') else {
            continue;
        };
        let mark =
            Mark::around(text).filter(|mark| !matches!(mark, Mark::Count(_) | Mark::Additional));
        let is_said = |mark: &Mark| {
            let said = said.split([',', '}']).next().unwrap_or(said);
            mark.is_said(said.trim_ascii())
        };
        if let Some(mark) = mark.filter(is_said) {
            return Some(mark);
        }
    }
    None
}

fn is_of_an_application(name: &str) -> bool {
    let name = folded(name);
    ["appid", "passwordcredentials", "keycredentials"].contains(&name.as_str())
}

/// Splits a text behind its closing quote.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(['"', '\\'])?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_inside_an_object_around_the_list_is_found() {
        for (value, mark) in [
            (r#"{"next":"https://a"}"#, Some(Mark::NextLink)),
            (
                r#"{"self":{"href":"a"},"next":{"href":"b"}}"#,
                Some(Mark::NextLink),
            ),
            (r#"{ "size" : 9 , "hasMore" : true }"#, Some(Mark::HasMore)),
            (r#"{"a":[{"@odata.deltaLink":"b"}]}"#, Some(Mark::Delta)),
            (r#"{"next":null,"hasMore":false }"#, None),
            (r#"{"a":"next","b":"\"next\":"}"#, None),
            (r#"{"total":300}"#, None),
            (r#""next""#, None),
            ("{}", None),
        ] {
            assert_eq!(nested(value), mark, "{value}");
        }
    }

    #[test]
    fn a_next_link_is_one_in_every_spelling() {
        for name in [
            "@odata.nextLink",
            "odata.nextLink",
            "nextLink",
            "NextLink",
            "OdataNextLink",
            "odataNextLink",
            "@odata_next_link",
            "next_link",
            "ODATA.NEXTLINK",
            "nextLink@odata",
            "owners@odata.nextLink",
            "passwordCredentialsNextLink",
            "$skiptoken",
            "skip_token",
        ] {
            assert_eq!(Mark::around(name), Some(Mark::NextLink), "{name}");
            assert_eq!(
                Mark::inside(name.as_bytes()),
                Some(Mark::NextLink),
                "{name}"
            );
        }
        assert_eq!(Mark::around("next_page_token"), Some(Mark::NextLink));
        assert_eq!(Mark::around("hasMore"), Some(Mark::HasMore));
    }

    #[test]
    fn an_answer_of_the_delta_function_is_one_in_every_spelling() {
        for name in [
            "@odata.deltaLink",
            "odataDeltaLink",
            "DeltaLink",
            "@removed",
            "removed",
            "@odata.removed",
            "Removed",
        ] {
            assert_eq!(Mark::around(name), Some(Mark::Delta), "{name}");
            assert_eq!(Mark::inside(name.as_bytes()), Some(Mark::Delta), "{name}");
        }
    }

    #[test]
    fn a_count_belongs_to_the_answer_or_to_a_list_inside() {
        for name in [
            "@odata.count",
            "odata.count",
            "OdataCount",
            "Count",
            "total_records",
            "value@odata.count",
        ] {
            assert_eq!(Mark::around(name), Some(Mark::Count(None)), "{name}");
        }
        let owners = Some(Mark::Count(Some(Field::Owners)));
        assert_eq!(Mark::inside(b"owners@odata.count"), owners);
        assert_eq!(Mark::inside(b"OwnersCount"), owners);
        assert_eq!(Mark::inside(b"@odata.count"), Some(Mark::Count(None)));
        assert_eq!(Mark::inside(b"odataCount"), Some(Mark::Count(None)));
    }

    #[test]
    fn other_members_are_no_marks() {
        for name in [
            "count",
            "accountEnabled",
            "discount",
            "api",
            "disabledByMicrosoftStatus",
            "removedDateTime",
            "isFallbackPublicClient",
            "extension_odata",
            "",
        ] {
            assert_eq!(Mark::inside(name.as_bytes()), None, "{name}");
        }
        for name in ["@odata.context", "value", "meta", "pageCount", "nextSteps"] {
            assert_eq!(Mark::around(name), None, "{name}");
        }
    }

    #[test]
    fn null_says_nothing() {
        for mark in [
            Mark::NextLink,
            Mark::HasMore,
            Mark::Delta,
            Mark::Count(None),
        ] {
            assert!(!mark.is_said("null"), "{mark:?}");
        }
        assert!(Mark::NextLink.is_said("\"\""));
        assert!(!Mark::HasMore.is_said("false"));
        assert!(Mark::HasMore.is_said("true"));
    }

    #[test]
    fn a_list_with_objects_is_found_wherever_it_stands() {
        for value in [
            "[{}]",
            "[ 1 , {\"a\":1} ]",
            "[[{}]]",
            "{\"value\":[{}]}",
            "{\"a\":{\"b\":[null,{}]}}",
            "{\"AppId\": 1}",
            "{\"a\":{\"password_credentials\":null}}",
        ] {
            assert!(holds_objects(value), "{value}");
        }
        for value in [
            "null",
            "[]",
            "[1,\"{\",[]]",
            "\"[{}]\"",
            "\"\\\"[{\"",
            "{\"a\":{\"b\":[1]},\"c\":{}}",
            "\"appId\"",
        ] {
            assert!(!holds_objects(value), "{value}");
        }
    }
}
