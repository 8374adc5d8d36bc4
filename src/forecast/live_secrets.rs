//! How many secrets of an identity are live at an instant, since when, and until when.
//!
//! In: an identity. Out: the three for any instant, without a look at each secret.

use jiff::Timestamp;

use crate::model::{CredentialClass, Identity};

/// When a secret ends; never is later than every instant.
type End = (bool, Timestamp);

/// The terms of the secrets of one identity.
#[derive(Debug)]
pub(super) struct LiveSecrets {
    /// When each starts, in order, with the last end of those up to it.
    dated: Vec<(Timestamp, End)>,
    /// When they end, of those that have no start and so have always been there.
    undated: Vec<End>,
    /// When each ends, in order.
    ends: Vec<End>,
}

impl LiveSecrets {
    pub(super) fn of(identity: &Identity) -> Self {
        let classes = [CredentialClass::ClientSecret, CredentialClass::SymmetricKey];
        let (mut dated, mut undated) = (Vec::new(), Vec::new());
        let held = identity.credentials().iter();
        for held in held.filter(|held| classes.contains(&held.class)) {
            let end = held.period.end;
            let end = end.map_or((true, Timestamp::MAX), |end| (false, end));
            match held.period.start {
                Some(start) => dated.push((start, end)),
                None => undated.push(end),
            }
        }
        let ends = dated.iter().map(|(_, end)| *end).chain(undated.clone());
        let mut ends: Vec<End> = ends.collect();
        ends.sort_unstable();
        undated.sort_unstable();
        dated.sort_unstable();
        let mut last = (false, Timestamp::MIN);
        for (_, end) in &mut dated {
            last = last.max(*end);
            *end = last;
        }
        Self {
            dated,
            undated,
            ends,
        }
    }

    /// Returns how many are live.
    pub(super) fn count(&self, at: Timestamp) -> usize {
        let started = self.dated.partition_point(|(start, _)| *start <= at);
        let ended = self.ends.partition_point(|end| *end <= (false, at));
        self.undated.len() + started - ended
    }

    /// Returns the start of the one that has been live longest, of those that have a start.
    pub(super) fn oldest(&self, at: Timestamp) -> Option<Timestamp> {
        // The first up to which any ends later ends later itself.
        let over = self.dated.partition_point(|(_, last)| *last <= (false, at));
        let (start, _) = self.dated.get(over)?;
        Some(*start).filter(|start| *start <= at)
    }

    /// Returns when the last of them ends; nothing where one never does, or none is live.
    pub(super) fn until(&self, at: Timestamp) -> Option<Timestamp> {
        let started = self.dated.partition_point(|(start, _)| *start <= at);
        let dated = started.checked_sub(1).and_then(|last| self.dated.get(last));
        let last = dated.map(|(_, last)| last).max(self.undated.last());
        let (never, last) = last.filter(|last| **last > (false, at))?;
        (!never).then_some(*last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Alternatives, Application, ClassifiedCredential, Credentials, Criteria, Known,
        PasswordCredential, Period, Validity,
    };

    fn instant(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn identity(terms: &[(Option<i64>, Option<i64>)]) -> Identity {
        let passwords = terms.iter().map(|(start, end)| PasswordCredential {
            key_id: None,
            custom_key_identifier: None,
            period: Period {
                start: start.map(instant),
                end: end.map(instant),
            },
        });
        let application = Application {
            id: None,
            app_id: "00010001-5c1e-4a00-8b00-ad0b7a5e3779".parse().unwrap(),
            display_name: "contoso".into(),
            deleted: false,
            credentials: Credentials::Listed {
                passwords: passwords.collect(),
                keys: Vec::new(),
            },
            federated: Known::Unknown,
            has_owner: Known::Unknown,
            token_encryption_key_id: None,
        };
        let criteria = Criteria {
            now: instant(0),
            alternatives: Alternatives::default(),
            trusts: &|_| false,
        };
        Identity::of_application(application, None, criteria)
    }

    #[test]
    fn what_is_looked_up_is_what_a_look_at_each_secret_says() {
        let all = [
            (None, Some(30)),
            (None, Some(12)),
            (Some(5), Some(10)),
            (Some(5), Some(20)),
            (Some(7), Some(8)),
            (Some(22), Some(40)),
            (Some(35), None),
            (Some(36), Some(50)),
        ];
        for length in 0..=all.len() {
            let identity = identity(&all[..length]);
            let live = LiveSecrets::of(&identity);
            for at in (0..60).map(instant) {
                let held = identity.credentials().iter();
                let held = held.filter(|held| held.period.validity(at) == Validity::Current);
                let held: Vec<&ClassifiedCredential> = held.collect();
                let starts = held.iter().filter_map(|held| held.period.start);
                let ends = held.iter().map(|held| held.period.end);
                let until = ends.reduce(|one, other| Some(one?.max(other?))).flatten();
                assert_eq!(live.count(at), held.len());
                assert_eq!(live.oldest(at), starts.min());
                assert_eq!(live.until(at), until);
            }
        }
    }
}
