//! `certificate-expiring`: the last usable certificate ends soon, and no successor is registered.

use std::cmp::Reverse;

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{ClassifiedCredential, CredentialClass, Identity};

use super::{
    Dependence, Rule, RuleContext, Violation,
    expiry::{self, Horizon},
    next_steps,
};

pub(super) struct CertificateExpiring;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("certificate-expiring"),
    title: "Certificate about to expire",
    summary: "The last usable certificate of an application ends soon and no successor is registered.",
    control: "APP-09",
    default_level: Level::Warning,
    security_severity: "4.0",
    help: HELP,
    defaults: RuleDefaults::within(30),
    needs: &[Need::Dates],
    message: expiry::expiring,
    next_steps: next_steps::renew_certificate,
};

const HELP: &str = "\
## What it finds

Among the certificates that are usable now, on the application or its service principal, the one that
ends last, if it ends within `within` (default 30 days, the limit included) and no successor is
registered: a certificate that ends later than that and starts before this one ends. One finding for
each application.

## Why it matters

On that day the workload stops, and the usual repair in a hurry is a client secret. Renewing the
certificate in Key Vault is not enough: it makes a new version and does not upload it to the
application.

## How to fix

Create the next certificate, upload its public part beside the present one, switch the workload, and
verify. Entra's own end date counts, which need not be the `notAfter` of the certificate.

## Example

```yaml
rules:
  certificate-expiring: { level: warning, within: 30d }
```
";

impl Rule for CertificateExpiring {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::Identity
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let horizon = Horizon::of(context);
        let Some(last) = last_usable(identity) else {
            return;
        };
        let mut certificates = identity.credentials().iter();
        let has_successor = certificates.any(|held| {
            held.is_current_or_future(CredentialClass::Certificate)
                && horizon.is_outlived_by(held)
                && held.period.start < last.period.end
        });
        if !has_successor {
            found.extend(horizon.violation(last));
        }
    }
}

/// Returns the live certificate that ends last, of equals the one with the lowest keyId; `None` if one never ends.
fn last_usable(identity: &Identity) -> Option<&ClassifiedCredential> {
    let certificates = identity.credentials().iter();
    certificates
        .filter(|held| held.is_current(CredentialClass::Certificate))
        .max_by_key(|held| {
            let never_ends = held.period.end.is_none();
            (never_ends, held.period.end, Reverse(held.key_id))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{
        SECOND, application, between, days, ending_in, expired, key, without_end,
    };

    #[test]
    fn the_limit_itself_is_within() {
        let application = application().with_certificate(ending_in(30));
        assert_eq!(
            application.messages(&CertificateExpiring),
            [
                "certificate `01010101-0101-0101-0101-010101010101` ends 2026-12-23 12:00 UTC, \
                 within 30 days, and has no successor"
            ]
        );
    }

    #[test]
    fn a_second_beyond_the_limit_is_no_finding() {
        let application = application().with_certificate(between(-days(10), days(30) + SECOND));
        assert!(application.found_by(&CertificateExpiring).is_empty());
    }

    #[test]
    fn only_the_certificate_that_ends_last_is_found() {
        let application = application()
            .with_certificate(ending_in(5))
            .with_certificate(ending_in(20))
            .with_certificate(expired());
        assert_eq!(application.keys_found_by(&CertificateExpiring), [key(2)]);
    }

    #[test]
    fn of_equals_the_one_with_the_lowest_key_id_is_found() {
        let application = application()
            .with_certificate(ending_in(20))
            .with_certificate(ending_in(20));
        assert_eq!(application.keys_found_by(&CertificateExpiring), [key(1)]);
    }

    #[test]
    fn one_that_never_ends_is_the_last_and_no_finding() {
        let application = application()
            .with_certificate(ending_in(5))
            .with_certificate(without_end());
        assert!(application.found_by(&CertificateExpiring).is_empty());
    }

    #[test]
    fn a_future_certificate_that_starts_in_time_is_a_successor() {
        let application = application()
            .with_certificate(ending_in(20))
            .on_service_principal()
            .with_certificate(between(days(20) - SECOND, days(300)));
        assert!(application.found_by(&CertificateExpiring).is_empty());
    }

    #[test]
    fn a_future_certificate_that_starts_when_the_last_one_ends_is_too_late() {
        let application = application()
            .with_certificate(ending_in(20))
            .with_certificate(between(days(20), days(300)));
        assert_eq!(application.keys_found_by(&CertificateExpiring), [key(1)]);
    }

    #[test]
    fn a_successor_must_itself_end_beyond_the_limit() {
        let application = application()
            .with_certificate(ending_in(20))
            .with_certificate(between(days(1), days(30)));
        assert_eq!(application.keys_found_by(&CertificateExpiring), [key(1)]);
    }

    #[test]
    fn an_application_without_a_usable_certificate_is_not_found() {
        let application = application()
            .with_secret(ending_in(5))
            .with_certificate(expired());
        assert!(application.found_by(&CertificateExpiring).is_empty());
    }
}
