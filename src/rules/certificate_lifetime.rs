//! `certificate-lifetime`: a certificate that is made to live longer than the limit.

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::Identity;

use super::{Rule, RuleContext, Violation, lifetime, next_steps};

pub(super) struct CertificateLifetime;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("certificate-lifetime"),
    title: "Long-lived certificate",
    summary: "A certificate is valid for longer than the limit.",
    control: "APP-05",
    default_level: Level::Warning,
    security_severity: "4.0",
    help: HELP,
    defaults: RuleDefaults::max(366),
    needs: &[Need::Dates],
    message: lifetime::message,
    next_steps: next_steps::renew_certificate,
};

const HELP: &str = "\
## What it finds

A live or future certificate, on the application or its service principal, whose end minus start is
above `max` (default 366 days). Exactly the limit is no finding. A certificate without a start or an
end is above every limit. Keys that are proven to sign or to encrypt tokens are left out; a `Verify` key
that is only marked so counts.

## Why it matters

A stolen private key works until the certificate ends, and a certificate that lasts for ten years is
one whose renewal nobody has ever practised.

## How to fix

Issue the next certificate with a shorter term, upload it, switch and verify; then retire the long one.
Let Key Vault or your certificate authority renew it, and upload each new version.

## Example

```yaml
rules:
  certificate-lifetime: { level: warning, max: 366d }
```
";

impl Rule for CertificateLifetime {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let certificates = identity.credentials().iter();
        let certificates =
            certificates.filter(|held| held.acts_as_certificate() && held.is_unexpired());
        lifetime::judge(certificates, context, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{SECOND, application, days, expired, key, lasting, without_end};

    #[test]
    fn exactly_the_limit_is_no_finding() {
        let application = application().with_certificate(lasting(days(366)));
        assert!(application.found_by(&CertificateLifetime).is_empty());
    }

    #[test]
    fn more_than_the_limit_is_found_on_both_objects() {
        let application = application()
            .with_certificate(lasting(days(366) + SECOND))
            .on_service_principal()
            .with_certificate(without_end());
        assert_eq!(
            application.keys_found_by(&CertificateLifetime),
            [key(1), key(2)]
        );
    }

    #[test]
    fn a_missing_date_is_said() {
        let application = application().with_certificate(without_end());
        assert_eq!(
            application.messages(&CertificateLifetime),
            [
                "certificate `01010101-0101-0101-0101-010101010101` has no end date, \
                 which counts as longer than every limit; the limit is 366 days"
            ]
        );
    }

    #[test]
    fn signing_keys_and_expired_certificates_are_left_out() {
        let application = application()
            .with_signing_key(lasting(days(1000)))
            .with_certificate(expired());
        assert!(application.found_by(&CertificateLifetime).is_empty());
    }
}
