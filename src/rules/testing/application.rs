//! An application that grows credential by credential.

use crate::finding::{
    ApplicationRecord, Detail, Disposition, Facts, Finding, NextStep, Standing, Subject, Uncounted,
};
use crate::internal::narrow;
use crate::model::{
    Alternatives, Application, ClassifiedCredential, CredentialClass, Credentials, Criteria,
    CustomKeyIdentifier, FederatedCredential, Holder, Identity, KeyCredential, KeyId, KeyMaterial,
    KeyType, KeyUsage, Known, ObjectId, PasswordCredential, Period, Place, PublicKey,
    ServicePrincipal, ServicePrincipalType, TenantId,
};
use crate::policy::{FirstByDay, RuleSetting, Trust, Window};
use crate::rules::{OpenWindows, Rule, RuleContext, Violation, reference};

use super::moments::{now, today};
use super::{app_id, finding, key, message, setting, tenant};

/// An application that grows credential by credential.
pub(in crate::rules) struct Fixture {
    application: Option<Application>,
    service_principal: Option<ServicePrincipal>,
    standing: Standing,
    holder: Holder,
    stored: u8,
    windows: Vec<Window>,
    setting: fn(&mut RuleSetting),
    disposition: Disposition,
    planned: bool,
}

/// An application of this tenant with an owner and without credentials, all of it known.
pub(in crate::rules) fn application() -> Fixture {
    Fixture {
        application: Some(Application {
            id: Some("7c2d4a0e-1111-4c1b-9a52-2f1f6f1c0a01".parse().unwrap()),
            app_id: app_id(),
            display_name: "contoso billing".into(),
            deleted: false,
            credentials: nothing(),
            federated: Known::Known(Vec::new()),
            has_owner: Known::Known(true),
            token_encryption_key_id: None,
        }),
        service_principal: None,
        standing: Standing::Application,
        holder: Holder::Application,
        stored: 0,
        windows: Vec::new(),
        setting: |_| {},
        disposition: Disposition::Open,
        planned: false,
    }
}

/// A service principal without an application object in this tenant.
pub(in crate::rules) fn service_principal(standing: Standing) -> Fixture {
    let fixture = Fixture {
        application: None,
        standing,
        ..application()
    };
    fixture.on_service_principal()
}

fn nothing() -> Credentials {
    Credentials::Listed {
        passwords: Vec::new(),
        keys: Vec::new(),
    }
}

/// The known issuers, where nothing says which tenant this is.
fn trust() -> Trust<'static> {
    Trust::new(None, None)
}

fn object_id_of_service_principal() -> ObjectId {
    "9e3b5c1f-2222-4d2c-8b63-3a2a7a2d1b02".parse().unwrap()
}

impl Fixture {
    /// Puts the credentials that follow on the service principal.
    pub(in crate::rules) fn on_service_principal(mut self) -> Self {
        self.holder = Holder::ServicePrincipal;
        self.service_principal
            .get_or_insert_with(|| ServicePrincipal {
                id: Some(object_id_of_service_principal()),
                app_id: app_id(),
                display_name: "contoso billing".into(),
                kind: ServicePrincipalType::Other,
                owner: None,
                deleted: false,
                credentials: nothing(),
                federated: Known::Known(Vec::new()),
                token_encryption_key_id: None,
                preferred_signing_key: None,
                signs_in_by_saml: false,
            });
        self
    }

    fn credentials(&mut self) -> &mut Credentials {
        match self.holder {
            Holder::Application => &mut self.application.as_mut().unwrap().credentials,
            Holder::ServicePrincipal => &mut self.service_principal.as_mut().unwrap().credentials,
        }
    }

    pub(in crate::rules) fn with_secret(mut self, period: Period) -> Self {
        self.stored += 1;
        let key_id = Some(key(self.stored));
        if let Credentials::Listed { passwords, .. } = self.credentials() {
            passwords.push(PasswordCredential {
                key_id,
                custom_key_identifier: None,
                period,
            });
        }
        self
    }

    fn with_key(mut self, kind: KeyType, usage: KeyUsage, period: Period) -> Self {
        self.stored += 1;
        let key_id = Some(key(self.stored));
        if let Credentials::Listed { keys, .. } = self.credentials() {
            keys.push(KeyCredential {
                key_id,
                custom_key_identifier: None,
                period,
                kind,
                usage,
                key: None,
            });
        }
        self
    }

    /// Adds a certificate of which the source shows the public key.
    pub(in crate::rules) fn with_certificate_of(
        self,
        period: Period,
        public_key: PublicKey,
    ) -> Self {
        let mut fixture = self.with_certificate(period);
        if let Credentials::Listed { keys, .. } = fixture.credentials()
            && let Some(key) = keys.last_mut()
        {
            key.key = Some(KeyMaterial {
                thumbprint: None,
                public_key,
            });
        }
        fixture
    }

    /// Adds a password, a key that signs and its twin, as SAML signing stores them.
    pub(in crate::rules) fn with_saml_triple(self, period: Period) -> Self {
        let mut fixture = self
            .with_secret(period)
            .with_key(KeyType::X509CertAndPassword, KeyUsage::Sign, period)
            .with_certificate(period);
        let label = CustomKeyIdentifier::parse("A538D00E8727EC5814E2FB107B3136376F22695B");
        if let Credentials::Listed { passwords, keys } = fixture.credentials() {
            let password = passwords.last_mut().unwrap();
            password.custom_key_identifier.clone_from(&label);
            let key_id = password.key_id;
            for key in keys.iter_mut().rev().take(2) {
                key.custom_key_identifier.clone_from(&label);
            }
            let sign = keys.iter_mut().rev().nth(1).unwrap();
            sign.key_id = key_id;
        }
        fixture
    }

    /// Lets people sign in to the service principal by SAML.
    pub(in crate::rules) fn signing_in_by_saml(mut self) -> Self {
        self.service_principal.as_mut().unwrap().signs_in_by_saml = true;
        self
    }

    /// Gives the service principal an owner.
    pub(in crate::rules) fn owned_by(mut self, owner: Option<TenantId>) -> Self {
        self.service_principal.as_mut().unwrap().owner = owner;
        self
    }

    pub(in crate::rules) fn with_certificate(self, period: Period) -> Self {
        self.with_key(KeyType::AsymmetricX509Cert, KeyUsage::Verify, period)
    }

    pub(in crate::rules) fn with_symmetric_key(self, period: Period) -> Self {
        self.with_key(KeyType::Symmetric, KeyUsage::Verify, period)
    }

    pub(in crate::rules) fn with_signing_key(self, period: Period) -> Self {
        self.with_key(KeyType::AsymmetricX509Cert, KeyUsage::Sign, period)
    }

    pub(in crate::rules) fn with_unknown_key(self, period: Period) -> Self {
        self.with_key(KeyType::Other, KeyUsage::Verify, period)
    }

    pub(in crate::rules) fn with_federated(self, issuer: &str, subject: &str) -> Self {
        self.with_trust(issuer, Some(subject), false)
    }

    pub(in crate::rules) fn with_trust(
        mut self,
        issuer: &str,
        subject: Option<&str>,
        flexible: bool,
    ) -> Self {
        self.stored += 1;
        let credential = FederatedCredential {
            id: Some(key(self.stored)),
            issuer: issuer.into(),
            subject: subject.map(Into::into),
            flexible,
            is_for_exchange: true,
        };
        let federated = match self.holder {
            Holder::Application => &mut self.application.as_mut().unwrap().federated,
            Holder::ServicePrincipal => &mut self.service_principal.as_mut().unwrap().federated,
        };
        if let Known::Known(list) = federated {
            list.push(credential);
        }
        self
    }

    /// Adds a federated credential whose audience is not that with which Entra exchanges tokens.
    pub(in crate::rules) fn with_federated_for_others(self, issuer: &str, subject: &str) -> Self {
        let mut fixture = self.with_federated(issuer, subject);
        let application = fixture.application.as_mut().unwrap();
        if let Known::Known(list) = &mut application.federated {
            list.last_mut().unwrap().is_for_exchange = false;
        }
        fixture
    }

    /// Replaces the lists of credentials by their numbers.
    pub(in crate::rules) fn counting(mut self, secrets: u32, certificates: u32) -> Self {
        *self.credentials() = Credentials::Counted {
            secrets,
            certificates,
        };
        self
    }

    pub(in crate::rules) fn without_key_ids(mut self) -> Self {
        if let Credentials::Listed { passwords, .. } = self.credentials() {
            for password in passwords {
                password.key_id = None;
            }
        }
        self
    }

    pub(in crate::rules) fn without_object_id(mut self) -> Self {
        self.application.as_mut().unwrap().id = None;
        self
    }

    pub(in crate::rules) fn federated_unknown(mut self) -> Self {
        self.application.as_mut().unwrap().federated = Known::Unknown;
        self
    }

    pub(in crate::rules) fn owned(mut self, has_owner: Known<bool>) -> Self {
        self.application.as_mut().unwrap().has_owner = has_owner;
        self
    }

    /// Lets a plan create the application: it has no ids yet.
    pub(in crate::rules) fn planned(mut self) -> Self {
        self.planned = true;
        self
    }

    pub(in crate::rules) fn with_window(mut self, window: Window) -> Self {
        self.windows.push(window);
        self
    }

    pub(in crate::rules) fn set(mut self, setting: fn(&mut RuleSetting)) -> Self {
        self.setting = setting;
        self
    }

    pub(in crate::rules) fn disposed(mut self, disposition: Disposition) -> Self {
        self.disposition = disposition;
        self
    }

    fn identity(&self, setting: &RuleSetting) -> Identity {
        let service_principal = self.service_principal.clone();
        let trusts = |federated: &FederatedCredential| trust().trusts(federated);
        let criteria = Criteria {
            now: now(),
            alternatives: setting.alternatives,
            trusts: &trusts,
        };
        match self.application.clone() {
            Some(application) => Identity::of_application(application, service_principal, criteria),
            None => Identity::of_service_principal(service_principal.unwrap(), criteria),
        }
    }

    fn judge(&self, rule: &dyn Rule) -> (Vec<Violation>, ApplicationRecord) {
        let mut setting = setting(rule.descriptor());
        (self.setting)(&mut setting);
        let identity = self.identity(&setting);
        let open = self.windows.iter().enumerate();
        let open = open.filter(|(_, window)| window.is_open(today()));
        let open = open.map(|(index, window)| (index, window.opens, window.closes));
        let context = RuleContext {
            now: now(),
            today: today(),
            setting: &setting,
            windows: OpenWindows {
                all: &FirstByDay::of(open),
                own: &FirstByDay::default(),
            },
            standing: self.standing,
            trust: trust(),
            own: Some(tenant()),
        };
        let mut found = Vec::new();
        if rule.is_about(self.standing) {
            rule.judge(&identity, &context, &mut found);
        }
        (found, self.record(&identity, setting.alternatives))
    }

    fn record(&self, identity: &Identity, accepted: Alternatives) -> ApplicationRecord {
        let state = identity.state().as_option().copied();
        let is_certificate =
            |held: &ClassifiedCredential| held.is_current(CredentialClass::Certificate);
        let certificate = identity.credentials().iter().any(is_certificate);
        let federated = identity.is_federated();
        ApplicationRecord {
            app_id: (!self.planned).then(|| identity.app_id()),
            object_id: identity.object_id().filter(|_| !self.planned),
            address: self.planned.then(|| "azuread_application.billing".into()),
            display_name: identity.display_name().into(),
            state,
            standing: self.standing,
            live_secret_count: narrow(identity.live_secrets().count()),
            live_secrets: identity.live_secrets().map(reference).collect(),
            future_secrets: Box::new([]),
            oldest_secret: identity
                .live_secrets()
                .filter_map(|held| held.period.start)
                .min(),
            secrets_until: None,
            counted_secrets: identity.counted_secrets(),
            has_usable_alternative: certificate || federated,
            has_accepted_alternative: (accepted.certificate && certificate)
                || (accepted.federated && federated),
            accepted,
            knows_federated: identity.knows_federated(),
            uncounted: Uncounted::default(),
            place: Place::default(),
        }
    }

    pub(in crate::rules) fn found_by(&self, rule: &dyn Rule) -> Vec<Violation> {
        self.judge(rule).0
    }

    /// Returns the keyIds of the credentials that a rule finds.
    pub(in crate::rules) fn keys_found_by(&self, rule: &dyn Rule) -> Vec<KeyId> {
        let found = self.found_by(rule).into_iter();
        found
            .filter_map(|violation| violation.credential?.key_id)
            .collect()
    }

    fn told<T>(&self, rule: &dyn Rule, tell: impl Fn(&Facts<'_>) -> T) -> Vec<T> {
        let (found, record) = self.judge(rule);
        let findings = found.into_iter().map(|violation| Finding {
            disposition: self.disposition,
            ..finding(
                rule,
                Subject::Application(0),
                violation.credential,
                violation.detail,
            )
        });
        findings
            .map(|finding| {
                let entry = if let Detail::StartsInWindow(_, index) = finding.detail {
                    Some(&*self.windows[index as usize].id.0)
                } else {
                    None
                };
                tell(&Facts {
                    finding: &finding,
                    application: Some(&record),
                    entry,
                })
            })
            .collect()
    }

    pub(in crate::rules) fn messages(&self, rule: &dyn Rule) -> Vec<String> {
        self.told(rule, |facts| message(rule, facts))
    }

    /// Returns the next steps of the first finding.
    pub(in crate::rules) fn next_steps(&self, rule: &dyn Rule) -> Vec<NextStep> {
        let steps = self.told(rule, |facts| (rule.descriptor().next_steps)(facts));
        steps.into_iter().next().unwrap_or_default()
    }
}
