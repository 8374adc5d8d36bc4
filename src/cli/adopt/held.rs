//! A tenant that is looked at more than once, although it can be read only once.
//!
//! In: the objects of an inventory, as they pass by. Out: a forecast, and later the same one under a changed policy. It
//! keeps every object, which the other commands do not: what is adopted is written into a policy, and has to hold there.

use credgate::evaluate::{Contradiction, InventoryRecord, PolicyContradiction, Receiver, Unfit};
use credgate::finding::Level;
use credgate::forecast::Forecast;
use credgate::model::{Application, Place, ServicePrincipal, TenantPolicy};
use credgate::policy::Policy;
use credgate::report::forecast::ForecastReport;
use jiff::Timestamp;
use jiff::civil::Date;

use super::super::Failure;

/// From when through which day is looked ahead, and which level fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) now: Timestamp,
    pub(super) until: Date,
    pub(super) fail_on: Level,
}

impl Span {
    fn forecast(self, policy: &Policy) -> Forecast<'_> {
        Forecast::new(policy, self.now, self.until, self.fail_on)
    }
}

/// A first forecast in progress, and what it has received.
pub(super) struct Held<'run> {
    first: Forecast<'run>,
    objects: Objects,
}

/// Everything of an inventory, in the order of the stream.
#[derive(Debug, Default)]
pub(super) struct Objects {
    policies: Vec<TenantPolicy>,
    service_principals: Vec<(ServicePrincipal, Place)>,
    applications: Vec<(Application, Place)>,
}

impl<'run> Held<'run> {
    pub(super) fn new(policy: &'run Policy, span: Span) -> Self {
        Self {
            first: span.forecast(policy),
            objects: Objects::default(),
        }
    }

    /// Closes the first forecast.
    pub(super) fn finish(
        self,
        inventory: InventoryRecord,
    ) -> Result<(ForecastReport, Objects), Unfit> {
        Ok((self.first.finish(inventory)?, self.objects))
    }
}

impl Receiver for Held<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.objects.policies.push(policy.clone());
        self.first.tenant_policy(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        let kept = (object.clone(), place);
        self.objects.service_principals.push(kept);
        self.first.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        self.objects.applications.push((object.clone(), place));
        self.first.application(object, place)
    }
}

impl Objects {
    /// Makes the same forecast under another policy. What was without contradiction is so again.
    pub(super) fn forecast(
        &self,
        policy: &Policy,
        span: Span,
        inventory: InventoryRecord,
    ) -> Result<ForecastReport, Failure> {
        let mut forecast = span.forecast(policy);
        for object in &self.policies {
            let received = forecast.tenant_policy(object.clone());
            received.map_err(|_| Failure::internal())?;
        }
        for (object, place) in &self.service_principals {
            let received = forecast.service_principal(object.clone(), *place);
            received.map_err(|_| Failure::internal())?;
        }
        for (object, place) in &self.applications {
            let received = forecast.application(object.clone(), *place);
            received.map_err(|_| Failure::internal())?;
        }
        forecast.finish(inventory).map_err(|_| Failure::internal())
    }
}
