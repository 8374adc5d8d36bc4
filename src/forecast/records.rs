//! How an identity is at an instant, for whoever reads the report.
//!
//! In: an identity that is followed. Out: the record that a finding about it names, and the last of its certificates.

use std::sync::Arc;

use jiff::Timestamp;

use super::identity::{Timeline, Walk, day};
use crate::evaluate::record;
use crate::finding::Standing;
use crate::internal::{OrInternal as _, narrow};
use crate::model::{ClassifiedCredential, CredentialClass, Identity, Place};
use crate::report::forecast::LastCertificate;
use crate::rules::reference;

impl Timeline<'_> {
    /// Makes the record of an identity at an instant.
    pub(super) fn record(&mut self, walk: &Walk<'_>, then: &Identity) -> u32 {
        self.applications.push(record::of(
            then,
            self.alternatives,
            self.trust,
            walk.standing,
            walk.place,
        ));
        narrow(self.applications.len() - 1)
    }

    /// Returns the record of an identity for what is about one of its credentials: it says how the identity is at that
    /// instant, and names no secrets. Where nothing of that has changed, it is the last one.
    pub(super) fn record_of_state(&mut self, walk: &mut Walk<'_>, at: Timestamp) -> u32 {
        let secrets = &walk.secrets;
        let live = (secrets.count(at), secrets.oldest(at), secrets.until(at));
        let certificate = walk.course.has_current(CredentialClass::Certificate, at);
        let state = walk.course.at(at).state().as_option().copied();
        let state = (state, certificate, live);
        if let Some(index) = walk.records.get(&state) {
            return *index;
        }
        let index = self.record(walk, &walk.course.bare);
        let record = self.applications.last_mut();
        let record = record.or_internal("a record was made");
        record.display_name = Arc::clone(&walk.name);
        let (count, oldest, until) = live;
        record.live_secret_count = narrow(count);
        record.oldest_secret = oldest;
        record.secrets_until = until.map(day);
        record.live_secrets = Box::default();
        record.future_secrets = Box::default();
        walk.records.insert(state, index);
        index
    }

    /// Notes when an application is left without a certificate.
    pub(super) fn note_certificate(
        &mut self,
        identity: &Identity,
        standing: Standing,
        place: Place,
    ) {
        if !standing.is_own() {
            return;
        }
        let certificates = identity.credentials().iter();
        let certificates =
            certificates.filter(|held| held.is_current_or_future(CredentialClass::Certificate));
        let last = certificates.max_by_key(|held| (held.period.end.is_none(), held.period.end));
        let Some((last, ends)) = last.and_then(|held: &ClassifiedCredential| {
            let ends = held.period.end.filter(|ends| *ends < self.end)?;
            Some((held, ends))
        }) else {
            return;
        };
        self.applications.push(record::of(
            identity,
            self.alternatives,
            self.trust,
            standing,
            place,
        ));
        self.certificates.push(LastCertificate {
            application: narrow(self.applications.len() - 1),
            credential: reference(last),
            ends,
        });
    }
}
