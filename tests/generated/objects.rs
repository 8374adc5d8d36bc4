//! Random tenants: applications, service principals of all owners, owners, federated credentials, and what is broken or
//! said twice.

use serde_json::{Value, json};

use super::case::{Kind, Listing};
use super::credentials::Issuer;
use super::focus::Focus;
use super::moments::{DAY, Edges, SECOND, spell, written};
use super::random::Random;
use super::{rules, traps, trusts};

pub(crate) const LISTS: [&str; 2] = ["passwordCredentials", "keyCredentials"];

/// A tenant that is being filled.
#[derive(Debug)]
pub(crate) struct Tenant<'a> {
    pub(crate) issuer: Issuer<'a>,
    pub(crate) own: String,
    pub(crate) applications: Vec<Value>,
    pub(crate) service_principals: Vec<Value>,
    pub(crate) app_ids: Vec<String>,
    knows_service_principals: bool,
    /// How often an application has its service principal.
    joined: u64,
    /// How often an empty list is written as `null`.
    nulls: u64,
}

/// A tenant that is ready.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) listings: Vec<Listing>,
    /// Of all identities that were made.
    pub(crate) app_ids: Vec<String>,
}

impl<'a> Tenant<'a> {
    pub(crate) fn new(
        random: &'a mut Random,
        now: i128,
        own: String,
        (policy, windows): (&Value, &[(i64, i64)]),
        focus: Option<Focus>,
    ) -> Self {
        let needs = |focus: Focus| !matches!(focus, Focus::Trusts | Focus::Dates | Focus::Files);
        let knows_service_principals = random.percent(70) || focus.is_some_and(needs);
        let edges = Edges {
            now,
            limits: rules::limits(policy),
            windows: windows.to_vec(),
        };
        let shown = random.pick(&[0, 60, 100, 100]);
        let joined = random.pick(&[75, 75, 75, 75, 100, 100, 0]);
        let nulls = if focus == Some(Focus::Files) {
            random.pick(&[0, 50])
        } else {
            random.pick(&[0, 0, 0, 20])
        };
        let issuer = Issuer {
            random,
            edges,
            shown,
            focus,
        };
        let mut tenant = Self {
            issuer,
            own,
            applications: Vec::new(),
            service_principals: Vec::new(),
            app_ids: Vec::new(),
            knows_service_principals,
            joined,
            nulls,
        };
        let count = if focus.is_some() {
            tenant.random().pick(&[1, 1, 2, 3])
        } else {
            tenant.random().pick(&[1, 1, 1, 2, 2, 3, 4, 6, 8])
        };
        let shown = [80, 80, 100, 0].map(|chance| (chance, tenant.random().percent(70)));
        let mut shown = tenant.random().pick(&shown);
        if focus == Some(Focus::Trusts) {
            shown.0 = 100;
        }
        for _ in 0..count {
            tenant.identity(shown);
        }
        if knows_service_principals {
            tenant.others();
        }
        tenant
    }

    pub(crate) const fn random(&mut self) -> &mut Random {
        self.issuer.random
    }

    pub(crate) const fn focus(&self) -> Option<Focus> {
        self.issuer.focus
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.random().percent(chance)
    }

    /// An application, and perhaps its service principal. `shown`: how often federated credentials, and whether
    /// owners, are there.
    fn identity(&mut self, (federated, owners): (u64, bool)) {
        let app_id = self.random().guid();
        let mut application = self.application(&app_id);
        let mut service_principal = None;
        if self.knows_service_principals && self.percent(self.joined) {
            let owner = if self.percent(90) {
                json!(self.own.clone())
            } else {
                Value::Null
            };
            service_principal = Some(self.service_principal(&app_id, &owner));
        }
        if self.percent(federated) {
            let chance = if self.focus() == Some(Focus::Trusts) {
                90
            } else {
                40
            };
            application["federatedIdentityCredentials"] = self.trusts(chance);
        }
        if owners && self.percent(90) {
            application["owners"] = self.owners();
        }
        let elsewhere = matches!(
            self.focus(),
            Some(Focus::Strangers | Focus::Agents | Focus::Missing)
        );
        if !elsewhere || self.percent(15) {
            self.issuer
                .fill(&mut application, service_principal.as_mut());
        }
        if let Some(service_principal) = &mut service_principal {
            if !elsewhere && self.percent(40) {
                self.issuer.fill(service_principal, Some(&mut application));
            }
            if self.percent(6) {
                service_principal["deletedDateTime"] = self.long_ago();
            }
            if self.percent(8) {
                service_principal["owners"] = self.owners();
            }
            let only_here = application.get("federatedIdentityCredentials").is_none();
            if self.percent(if only_here { 10 } else { 3 }) {
                service_principal["federatedIdentityCredentials"] = self.trusts(50);
            }
        }
        if self.percent(5) {
            application["deletedDateTime"] = self.long_ago();
        }
        self.app_ids.push(app_id);
        self.applications.push(application);
        self.service_principals.extend(service_principal);
    }

    fn application(&mut self, app_id: &str) -> Value {
        let random = self.random();
        let mut application = json!({
            "id": random.guid(),
            "appId": random.recase(app_id),
            "displayName": random.pick(&["ERP connector", "x##[add-mask]e", "Größe \u{202e}", ""]),
            "createdDateTime": "2020-01-01T00:00:00Z",
            "tags": ["appId", "keyCredentials"],
            "api": {"keyCredentials": [{"type": "Symmetric"}], "appId": "00000000"},
            "tokenEncryptionKeyId": null,
            "passwordCredentials": [],
            "keyCredentials": [],
        });
        if random.percent(80) {
            application["deletedDateTime"] = Value::Null;
        }
        if random.percent(3) {
            application["@odata.type"] = json!("#microsoft.graph.agentIdentityBlueprint");
        }
        traps::alias(random, &mut application);
        application
    }

    pub(crate) fn service_principal(&mut self, app_id: &str, owner: &Value) -> Value {
        let random = self.random();
        let owner = owner.as_str().map(|owner| random.recase(owner));
        let mut principal = json!({
            "id": random.guid(),
            "appId": random.recase(app_id),
            "deletedDateTime": null,
            "displayName": "Größe",
            "accountEnabled": !random.percent(5),
            "servicePrincipalType": "Application",
            "servicePrincipalNames": [app_id],
            "appOwnerOrganizationId": owner,
            "preferredSingleSignOnMode": null,
            "preferredTokenSigningKeyThumbprint": null,
            "tokenEncryptionKeyId": null,
            "passwordCredentials": [],
            "keyCredentials": [],
        });
        if random.percent(2) {
            principal["@odata.type"] = json!("#microsoft.graph.agentIdentityBlueprintPrincipal");
        }
        traps::alias(random, &mut principal);
        principal
    }

    pub(crate) fn trusts(&mut self, chance: u64) -> Value {
        trusts::list(self.issuer.random, chance, &self.own)
    }

    fn owners(&mut self) -> Value {
        let random = self.random();
        match random.below(8) {
            0 => Value::Null,
            1 | 2 => json!([]),
            count => {
                let owners = (0..=count % 2).map(|_| json!({"id": random.guid()}));
                owners.collect()
            }
        }
    }

    /// Deleted some days ago, or just now; or later, which cannot be.
    pub(crate) fn long_ago(&mut self) -> Value {
        let now = self.issuer.edges.now;
        match self.random().below(20) {
            0..=2 => return written(self.random(), Some(now)),
            3 => {
                let later = now + self.random().pick(&[100, SECOND, DAY]);
                return written(self.random(), Some(later));
            }
            _ => {}
        }
        let days = i128::from(self.random().between(1, 29));
        written(self.random(), Some(now - days * DAY))
    }

    /// Breaks and doubles some objects, and lists them.
    pub(crate) fn finish(mut self) -> Finished {
        for kind in [Kind::Application, Kind::ServicePrincipal] {
            if self.percent(8) {
                self.blemish(kind);
            }
            if self.percent(3) {
                self.break_date(kind);
            }
        }
        let files = self.focus() == Some(Focus::Files);
        let (nulls, joined) = (self.nulls, self.knows_service_principals);
        let random = &mut *self.issuer.random;
        let mut objects = [self.applications, self.service_principals];
        for objects in &mut objects {
            for list in objects.iter_mut().flat_map(lists) {
                random.shuffle(list.as_array_mut().unwrap());
                if list.as_array().is_some_and(Vec::is_empty) && random.percent(nulls) {
                    *list = Value::Null;
                }
            }
            if !objects.is_empty() && random.percent(6) {
                double(random, objects);
            }
            if !objects.is_empty() && random.percent(if files { 35 } else { 3 }) {
                traps::mark(random, objects);
            }
            if random.percent(2) {
                let list = random.pick(&LISTS);
                for object in objects.iter_mut() {
                    object[list] = Value::Null;
                }
            }
            random.shuffle(objects);
        }
        let listings = split(random, objects, joined, files);
        Finished {
            listings,
            app_ids: self.app_ids,
        }
    }

    fn any(&mut self, kind: Kind) -> Option<(&mut Random, &mut Value)> {
        let objects = match kind {
            Kind::Application => &mut self.applications,
            Kind::ServicePrincipal => &mut self.service_principals,
        };
        let random = &mut *self.issuer.random;
        let at = random.below(objects.len().max(1));
        Some((random, objects.get_mut(at)?))
    }

    /// A list that is missing, a key without an id, an owner that is odd, an id that two objects share.
    fn blemish(&mut self, kind: Kind) {
        let (own, many) = (json!(self.own), self.applications.len() > 1);
        let Some((random, object)) = self.any(kind) else {
            return;
        };
        match random.below(4) {
            0 | 1 => {
                let list = random.pick(&LISTS);
                object.as_object_mut().unwrap().remove(list);
            }
            2 if kind == Kind::ServicePrincipal => {
                object["appOwnerOrganizationId"] =
                    [json!(random.guid()), own][random.below(2)].clone();
            }
            3 if kind == Kind::Application && many && random.percent(20) => {
                self.applications[0]["id"] = self.applications[1]["id"].clone();
            }
            _ => {
                if let Some(entry) = lists(object).find_map(|list| list.get_mut(0)) {
                    entry["keyId"] = Value::Null;
                }
            }
        }
    }

    fn break_date(&mut self, kind: Kind) {
        let now = self.issuer.edges.now;
        let Some((random, object)) = self.any(kind) else {
            return;
        };
        let Some(entry) = lists(object).find_map(|list| list.get_mut(0)) else {
            return;
        };
        let date = random.pick(&["startDateTime", "endDateTime"]);
        match random.below(3) {
            0 => {
                entry.as_object_mut().unwrap().remove(date);
            }
            1 => {
                let before = now - random.pick(&[100, SECOND, DAY]);
                entry["startDateTime"] = json!(spell(now, "Z"));
                entry["endDateTime"] = json!(spell(before, "Z"));
            }
            _ => {
                let texts = ["soon", "", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"];
                entry[date] = json!(random.pick(&texts));
            }
        }
    }
}

fn lists(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    let members = object.as_object_mut().unwrap().iter_mut();
    members.filter_map(|(name, list)| {
        (LISTS.contains(&name.as_str()) && list.is_array()).then_some(list)
    })
}

/// Says one object twice: equal, or with what differs in words only, or with other facts.
fn double(random: &mut Random, objects: &mut Vec<Value>) {
    let mut twin = random.pick(objects);
    match random.below(10) {
        0 | 1 => twin["displayName"] = json!("another name"),
        2 | 3 => {
            for id in ["appId", "id"] {
                if let Some(text) = twin[id].as_str().map(str::to_uppercase) {
                    twin[id] = json!(text);
                }
            }
        }
        4 | 5 => lists(&mut twin).for_each(|list| list.as_array_mut().unwrap().reverse()),
        6 => {
            if let Some(list) = lists(&mut twin).next() {
                list.as_array_mut().unwrap().pop();
            }
        }
        7 => {
            if let Some(entry) = lists(&mut twin).find_map(|list| list.get_mut(0)) {
                entry["startDateTime"] = json!("2021-01-01T00:00:00Z");
                entry["endDateTime"] = json!("2041-01-01T00:00:00Z");
            }
        }
        8 if random.percent(20) => twin["appId"] = json!(random.guid()),
        _ => {}
    }
    objects.push(twin);
}

/// Splits the objects into exports.
fn split(
    random: &mut Random,
    objects: [Vec<Value>; 2],
    service_principals: bool,
    files: bool,
) -> Vec<Listing> {
    let mut listings = Vec::new();
    let kinds = [Kind::Application, Kind::ServicePrincipal];
    for (kind, mut objects) in kinds.into_iter().zip(objects) {
        if kind == Kind::ServicePrincipal && !service_principals {
            continue;
        }
        if kind == Kind::Application && random.percent(4) {
            objects.clear();
        }
        if objects.len() > 1 && random.percent(if files { 60 } else { 30 }) {
            let mut objects = objects.split_off(random.below(objects.len()));
            if files && random.percent(50) {
                // Where this list is not selected, another file may show it.
                let list = random.pick(&LISTS);
                let empty = objects.iter_mut().filter(|it| it[list] == json!([]));
                empty.for_each(|object| object[list] = Value::Null);
            }
            listings.push(Listing::new(kind, objects));
        }
        let mut listing = Listing::new(kind, objects);
        if random.percent(if files { 35 } else { 4 }) {
            traps::beside(random, &mut listing);
        }
        listings.push(listing);
    }
    random.shuffle(&mut listings);
    listings
}
