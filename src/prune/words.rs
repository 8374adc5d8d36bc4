//! The reasons and the doubts in words, as they stand behind the name of an entry.

use std::fmt;

use super::{Doubt, Why};

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(day) => write!(f, "it ended on {day}"),
            Self::Closed(day) => write!(f, "it closed on {day}"),
            Self::NoApplication => f.write_str("the inventory has none of its applications"),
            Self::NoCredential => f.write_str("the inventory has none of its credentials"),
            Self::RulesOff => f.write_str("its rules are off"),
            Self::NothingFound => f.write_str("its rules find nothing that it covers"),
            Self::ToleratesNothing => f.write_str("there is nothing that it tolerates"),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GrantedLater(day) => write!(f, "it is granted from {day} on"),
            Self::NotJudged(rule, 1) => write!(f, "`{rule}` was not judged on 1 application"),
            Self::NotJudged(rule, count) => {
                write!(f, "`{rule}` was not judged on {count} applications")
            }
            Self::NoServicePrincipals => f.write_str(
                "the inventory has no service principals, on which secrets may lie; add them, as with `az ad sp list --all`",
            ),
            Self::NotWholeTenant => f.write_str("the inventory is not the whole tenant"),
            Self::Counted => f.write_str("the inventory counts the secrets and does not list them"),
            Self::Deleted => {
                f.write_str("an application is deleted, and can be restored with its credentials")
            }
        }
    }
}
