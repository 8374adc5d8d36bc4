//! The members around a list: what they say about it, and that nothing else is hidden among them.
//!
//! In: one member at a time, as JSON text. Out: what it says. A member that is written twice, in one case or another, and
//! a second list of objects leave no verdict.

use std::collections::HashSet;

use super::error::Problem;
use super::fields::{Field, Key as _};
use super::marks::{self, Mark};

/// The members around a list that were met.
#[derive(Debug)]
pub(super) struct Around {
    /// In lower case. The standard library's hash has a random seed, because foreign names are many where somebody wants
    /// them to be.
    names: HashSet<String>,
}

/// What a member around a list says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// What the list is of, as JSON text.
    Context,
    /// There is another page.
    NextLink,
    /// The number of objects on all pages.
    Stated(u64),
    /// The number of objects in the file itself.
    Counted(u64),
    /// Nothing that matters here; its name.
    Other(String),
}

impl Around {
    /// Begins with the name of the list itself.
    pub(super) fn new(list: &str) -> Self {
        Self {
            names: HashSet::from([list.to_owned()]),
        }
    }

    /// Reads a member.
    pub(super) fn member(&mut self, key: &str, value: &str) -> Result<Said, Problem> {
        let name: String = serde_json::from_str(key).map_err(|_| Problem::Malformed(0))?;
        if !self.names.insert(name.to_ascii_lowercase()) {
            return Err(Problem::DuplicateMember);
        }
        if name.eq_ignore_ascii_case("error") && value != "null" {
            return Err(Problem::ErrorAnswer);
        }
        let field = Field::of_key(name.as_bytes()).or_else(|| Field::of_odd_key(name.as_bytes()));
        if let Some(field @ (Field::AppId | Field::PasswordCredentials | Field::KeyCredentials)) =
            field
        {
            return Err(Problem::ValueBeside(field.name()));
        }
        let mark = Mark::around(&name).filter(|mark| mark.is_said(value));
        if let Some(mark) = mark.filter(|mark| *mark != Mark::Additional) {
            return Self::mark(mark, &name, value);
        }
        if marks::holds_objects(value) {
            return Err(Problem::SecondList);
        }
        if let Some(mark) = marks::nested(value) {
            return Self::mark(mark, &name, value);
        }
        if mark == Some(Mark::Additional) || AROUND_PAGES.contains(&marks::folded(&name).as_str()) {
            let members = marks::members(value);
            let mut counts = members.iter().filter(|(name, value)| {
                let mark = Mark::around(name);
                mark.is_some_and(|mark| mark == Mark::Count(None) && mark.is_said(value.get()))
            });
            if let Some((name, value)) = counts.next() {
                return Self::mark(Mark::Count(None), name, value.get());
            }
        }
        if ["context", "metadata"].contains(&marks::folded(&name).as_str()) {
            return Ok(Said::Context);
        }
        Ok(Said::Other(name))
    }

    fn mark(mark: Mark, name: &str, value: &str) -> Result<Said, Problem> {
        let number = marks::number(value);
        match mark {
            Mark::NextLink | Mark::HasMore => Ok(Said::NextLink),
            Mark::Delta => Err(Problem::Delta),
            // Windows PowerShell counts what it prints, Graph what there is.
            Mark::Count(_) if name == "Count" => number
                .map(Said::Counted)
                .ok_or(Problem::CountValue("Count")),
            Mark::Count(_) => match number {
                Some(number) => Ok(Said::Stated(number)),
                // A number that no list can have is no reason to believe that the list is whole.
                None if marks::folded(name).ends_with("count") || is_number(value) => {
                    Err(Problem::CountValue("@odata.count"))
                }
                None => Ok(Said::Other(name.to_owned())),
            },
            Mark::Additional => Ok(Said::Other(name.to_owned())),
        }
    }
}

/// The members in which tools put what they know about pages, without what their spellings differ in. `meta` is
/// `AzureHound`'s, and counts something else.
const AROUND_PAGES: [&str; 5] = ["", "paging", "pagination", "pageinfo", "page"];

/// Tells whether the JSON text of a value is a number, or a text that is one.
fn is_number(value: &str) -> bool {
    let text = serde_json::from_str::<String>(value).ok();
    let number = text.as_deref().unwrap_or(value).trim();
    number.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(members: &[(&str, &str)]) -> Result<Vec<Said>, String> {
        let mut around = Around::new("value");
        let read = members.iter().map(|(key, value)| {
            let key = format!("\"{key}\"");
            around
                .member(&key, value)
                .map_err(|problem| problem.to_string())
        });
        read.collect()
    }

    #[test]
    fn a_member_in_two_cases_is_refused() {
        for members in [
            [("a", "1"), ("A", "1")],
            [("@odata.count", "1"), ("@ODATA.COUNT", "1")],
            [("a", "1"), ("\\u0061", "1")],
        ] {
            assert!(said(&members).is_err(), "{members:?}");
        }
        assert!(said(&[("VALUE", "null")]).is_err());
        assert!(said(&[("a", "1"), ("b", "1")]).is_ok());
    }

    #[test]
    fn a_second_list_of_objects_is_refused() {
        for value in ["[{}]", "{\"value\":[{}]}", "{\"appId\":null}"] {
            assert!(said(&[("items", value)]).is_err(), "{value}");
        }
        for value in ["[]", "[1]", "{}", "\"[{}]\""] {
            assert!(said(&[("items", value)]).is_ok(), "{value}");
        }
    }

    #[test]
    fn counts_are_numbers() {
        assert_eq!(
            said(&[("odata.count", "\"40\"")]),
            Ok(vec![Said::Stated(40)])
        );
        assert_eq!(said(&[("count", "\"\\u0034\"")]), Ok(vec![Said::Stated(4)]));
        assert_eq!(said(&[("Count", "4")]), Ok(vec![Said::Counted(4)]));
        assert_eq!(said(&[("total", "4")]), Ok(vec![Said::Stated(4)]));
        assert!(said(&[("@odata.count", "4.0")]).is_err());
        assert!(said(&[("@odata.count", "null")]).is_ok());
        assert!(said(&[("total", "\"all\"")]).is_ok());
        for value in ["300.0", "3e2", "\"300.0\"", "-1", "99999999999999999999"] {
            for name in ["value@odata.count", "total", "totalCount"] {
                assert!(said(&[(name, value)]).is_err(), "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_count_is_one_where_tools_put_it() {
        for (name, value) in [
            ("additionalData", "{\"@odata.count\":40}"),
            ("AdditionalProperties", "{\"@odata.count\":40}"),
            ("@odata", "{\"count\":40}"),
            ("paging", "{\"total\":40}"),
        ] {
            assert_eq!(said(&[(name, value)]), Ok(vec![Said::Stated(40)]), "{name}");
        }
        let other = said(&[("theme", "{\"count\":40}")]);
        assert_eq!(other, Ok(vec![Said::Other("theme".to_owned())]));
    }
}
