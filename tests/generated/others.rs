//! Service principals that belong to no application here: of others, of agents, and of applications that are missing.

use serde_json::{Value, json};

use super::focus::Focus;
use super::objects::{LISTS, Tenant};
use super::signing;

const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

impl Tenant<'_> {
    /// Adds some of each kind, as many as the case is about.
    pub(crate) fn others(&mut self) {
        let chances = match self.focus() {
            None => ([0, 0, 1, 1, 2, 3], [0, 0, 0, 0, 1, 2], 8),
            Some(Focus::Strangers) => ([1, 1, 2, 2, 3, 4], [0; 6], 0),
            Some(Focus::Agents) => ([0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 2, 3], 0),
            Some(Focus::Missing) => ([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1], 70),
            Some(_) => ([0, 0, 0, 0, 0, 1], [0; 6], 0),
        };
        for _ in 0..self.random().pick(&chances.0) {
            self.stranger();
        }
        for _ in 0..self.random().pick(&chances.1) {
            self.agent();
        }
        if self.percent(chances.2) {
            self.missing();
        }
    }

    /// A service principal without an application here: of Microsoft, of another tenant, of Azure's managed
    /// identities, of this tenant, or of nobody that is known.
    fn stranger(&mut self) {
        let app_id = self.random().guid();
        let whose = self.random().below(10);
        // A managed identity, more often where it matters.
        let managed = self.focus() == Some(Focus::Strangers) && self.percent(15);
        let whose = if managed { 7 } else { whose };
        let owner = match whose {
            0..=2 => json!(self.random().guid()),
            3 | 4 => json!(MICROSOFT),
            5 | 6 => json!(self.own.clone()),
            _ => Value::Null,
        };
        let mut object = self.service_principal(&app_id, &owner);
        if whose == 7 || self.percent(2) {
            let kind = self.random().recase("ManagedIdentity");
            object["servicePrincipalType"] = json!(kind);
        }
        if whose >= 8 && self.percent(30) {
            object
                .as_object_mut()
                .unwrap()
                .remove("appOwnerOrganizationId");
        }
        let everybody = self.focus() == Some(Focus::Strangers);
        if everybody || self.percent(if whose < 5 { 40 } else { 70 }) {
            self.issuer.fill(&mut object, None);
        }
        if !everybody && self.percent(10) {
            signing::add(&mut self.issuer, &mut object, None);
        }
        if everybody && self.percent(15) {
            // What the other list shows counts all the same.
            let list = self.random().pick(&LISTS);
            object.as_object_mut().unwrap().remove(list);
        }
        if self.percent(8) {
            object["deletedDateTime"] = self.long_ago();
        }
        if self.percent(6) {
            object["federatedIdentityCredentials"] = self.trusts(50);
        }
        self.app_ids.push(app_id);
        self.service_principals.push(object);
    }

    /// As many of this tenant's service principals without an application as there are with one; or one more or less.
    fn missing(&mut self) {
        let joined = self.service_principals.iter().filter(|principal| {
            let app_id = |object: &Value| object["appId"].as_str().map(str::to_lowercase);
            let mut applications = self.applications.iter();
            applications.any(|it| app_id(it) == app_id(principal))
        });
        let count = joined.count() + self.random().pick(&[0, 0, 1]);
        let count = count.saturating_sub(self.random().below(2));
        for _ in 0..count {
            let app_id = self.random().guid();
            let owner = json!(self.own.clone());
            let object = self.service_principal(&app_id, &owner);
            self.app_ids.push(app_id);
            self.service_principals.push(object);
        }
    }

    /// An agent identity, which says so in one of two ways, and holds nothing, by rights.
    fn agent(&mut self) {
        let app_id = self.random().guid();
        let owner = [json!(self.own.clone()), Value::Null];
        let owner = self.random().pick(&owner);
        let mut object = self.service_principal(&app_id, &owner);
        object["servicePrincipalType"] = json!("ServiceIdentity");
        object.as_object_mut().unwrap().remove("@odata.type");
        let how = self.random().below(3);
        if how != 0 {
            object["@odata.type"] = json!("#microsoft.graph.agentIdentity");
        }
        if how != 1 {
            object["agentIdentityBlueprintId"] = json!(self.random().guid());
        }
        match self.random().below(3) {
            0 => object["appId"] = Value::Null,
            1 => drop(object.as_object_mut().unwrap().remove("appId")),
            _ => self.app_ids.push(app_id),
        }
        if self.percent(45) {
            self.issuer.fill(&mut object, None);
        }
        if self.percent(8) {
            object["federatedIdentityCredentials"] = self.trusts(70);
        }
        self.service_principals.push(object);
    }
}
