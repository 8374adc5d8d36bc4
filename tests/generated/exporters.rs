//! A tenant as other exporters write it: `EntraExporter` as a folder, `AzureHound` as a file of records.
//!
//! Neither can tell everything. `told_by` takes out of a case what its exporter leaves out; what is left must be judged
//! like Graph's own words.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::case::{Case, Kind, Listing};
use super::random::Random;
use super::text::Layout;

/// Who writes an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    EntraExporter,
    AzureHound,
}

const FEDERATED: &str = "federatedIdentityCredentials";
const LISTS: [&str; 2] = ["passwordCredentials", "keyCredentials"];
/// Names that no structure of Go has.
const ODD: [&str; 4] = [
    "ObjectId",
    "objectId",
    "PASSWORDCREDENTIALS",
    "KeyCREDENTIALS",
];
const DATES: [&str; 2] = ["startDateTime", "endDateTime"];
const TENANT: &str = "3B8F0B8E-7F0C-4ED6-9A4E-0C6F6A1D2E11";

/// Returns a case that has only what the exporter can tell; nothing where nothing would be exported.
pub(crate) fn told_by(exporter: Exporter, case: &Case) -> Option<Case> {
    let mut listings = Vec::new();
    for kind in [Kind::Application, Kind::ServicePrincipal] {
        let of_kind = case.listings.iter().filter(|listing| listing.kind == kind);
        let all = of_kind.flat_map(|listing| listing.objects.clone());
        let mut objects: Vec<Value> = Vec::new();
        for mut object in all.filter(|object| is_written(exporter, object)) {
            plain(exporter, kind, &mut object);
            let is = |other: &Value| lower(&other["id"]) == lower(&object["id"]);
            // A folder has one file of each name.
            if exporter == Exporter::AzureHound || !objects.iter().any(is) {
                objects.push(object);
            }
        }
        if !objects.is_empty() {
            listings.push(Listing::new(kind, objects));
        }
    }
    (!listings.is_empty()).then(|| Case {
        listings,
        together: false,
        ..case.clone()
    })
}

fn lower(id: &Value) -> String {
    id.as_str().unwrap().to_lowercase()
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// `AzureHound` knows nothing of agents, and nothing without an `appId`.
fn is_written(exporter: Exporter, object: &Value) -> bool {
    exporter == Exporter::EntraExporter
        || object["appId"].is_string()
            && object["agentIdentityBlueprintId"].is_null()
            && object["@odata.type"] != "#microsoft.graph.agentIdentity"
}

/// Takes out of an object what its exporter does not write.
fn plain(exporter: Exporter, kind: Kind, object: &mut Value) {
    let members = object.as_object_mut().unwrap();
    let application = kind == Kind::Application;
    let has = |name: &str, members: &Map<String, Value>| {
        application && members.get(name).is_some_and(|list| !is_nothing(list))
    };
    // Each writes what it read, and Graph reads an empty list.
    for list in LISTS {
        if members.get(list).is_some_and(Value::is_null) {
            members.insert(list.to_owned(), json!([]));
        }
    }
    match exporter {
        Exporter::EntraExporter => {
            members.remove(FEDERATED);
            if !has("owners", members) {
                members.remove("owners");
            }
        }
        Exporter::AzureHound => {
            members.retain(|name, _| !name.contains('@') && !ODD.contains(&name.as_str()));
            if !has(FEDERATED, members) {
                members.remove(FEDERATED);
            }
            // It has a record of the owners of every application, and that is an answer.
            if let Some(owners) = members.get_mut("owners").filter(|it| it.is_null()) {
                *owners = json!([]);
            }
            if !application {
                members.remove("owners");
                members.insert("preferredTokenSigningKeyThumbprint".into(), Value::Null);
            }
            for list in LISTS {
                members.entry(list).or_insert_with(|| json!([]));
            }
            let secrets = members["passwordCredentials"].as_array_mut();
            for secret in secrets.into_iter().flatten() {
                secret["customKeyIdentifier"] = Value::Null;
            }
            let entries = LISTS.map(|list| members[list].clone());
            for (list, mut entries) in LISTS.into_iter().zip(entries) {
                for entry in entries.as_array_mut().into_iter().flatten() {
                    for date in DATES {
                        // That would be what it writes for `null`.
                        if entry.get(date).is_some_and(|date| date == "") {
                            entry[date] = json!("soon");
                        }
                    }
                }
                members[list] = entries;
            }
        }
    }
}

/// Writes the export of a case; returns what `--inventory` names.
pub(crate) fn write(exporter: Exporter, case: &Case, folder: &Path) -> Vec<String> {
    let random = &mut Random::new(case.seed ^ 0x5DEE_CE66);
    let layout = Layout::any(random);
    match exporter {
        Exporter::EntraExporter => {
            for listing in &case.listings {
                for object in &listing.objects {
                    entra_exporter(random, layout, listing.kind, object, folder);
                }
            }
        }
        Exporter::AzureHound => {
            let file = azure_hound(random, case);
            let file = layout.write(random, &file);
            write_text(random, &folder.join("export"), &file);
        }
    }
    vec!["export".to_owned()]
}

/// Writes in one of the encodings of PowerShell.
fn write_text(random: &mut Random, path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let bytes = match random.below(3) {
        0 => text.as_bytes().to_vec(),
        1 => format!("\u{feff}{text}").into_bytes(),
        _ => units.flat_map(u16::to_le_bytes).collect(),
    };
    fs::write(path, bytes).unwrap();
}

fn entra_exporter(random: &mut Random, layout: Layout, kind: Kind, object: &Value, folder: &Path) {
    let kind = match kind {
        Kind::Application => "Applications",
        Kind::ServicePrincipal => "ServicePrincipals",
    };
    let id = object["id"].as_str().unwrap();
    let place = folder.join("export").join(kind).join(id);
    let mut object = object.clone();
    let owners = object.as_object_mut().unwrap().remove("owners");
    let text = layout.write(random, &object);
    write_text(random, &place.join(format!("{id}.json")), &text);
    for owner in owners.iter().filter_map(Value::as_array).flatten() {
        let id = owner["id"].as_str().unwrap();
        let file = place.join("Owners").join(id).join(format!("{id}.json"));
        let text = layout.write(random, owner);
        write_text(random, &file, &text);
    }
}

/// The records, in the order in which requests may end.
fn azure_hound(random: &mut Random, case: &Case) -> Value {
    // Older versions name an application by the id of its object.
    let client_ids = random.percent(50);
    let mut records = Vec::new();
    let mut add = |kind: &str, data: Value| records.push(json!({"kind": kind, "data": data}));
    for listing in &case.listings {
        for object in &listing.objects {
            let mut object = object.clone();
            let members = object.as_object_mut().unwrap();
            let (owners, federated) = (members.remove("owners"), members.remove(FEDERATED));
            let name = members[if client_ids { "appId" } else { "id" }].clone();
            if let Some(owners) = owners {
                let entries = owners.as_array().into_iter().flatten();
                let entries: Vec<Value> = entries
                    .map(|owner| json!({"owner": upper(owner.clone()), "appId": name}))
                    .collect();
                let owners = if entries.is_empty() {
                    Value::Null
                } else {
                    json!(entries)
                };
                add("AZAppOwner", json!({"owners": owners, "appId": name}));
            }
            if let Some(federated) = federated {
                let entries = federated.as_array().unwrap().iter();
                let entries: Vec<Value> = entries
                    .map(|entry| json!({"fic": stripped(upper(entry.clone())), "appId": name}))
                    .collect();
                let data = json!({"fics": entries, "appId": members["appId"]});
                add("AZFederatedIdentityCredential", data);
            }
            let kind = match listing.kind {
                Kind::Application => "AZApp",
                Kind::ServicePrincipal => "AZServicePrincipal",
            };
            add(kind, of_go(object));
        }
    }
    add("AZTenant", json!({"tenantId": TENANT, "collected": true}));
    add(
        "AZUser",
        json!({"id": TENANT, "appId": "none", "passwordCredentials": [7]}),
    );
    random.shuffle(&mut records);
    let count = records.len();
    json!({"data": records, "meta": {"type": "azure", "version": 5, "count": count}})
}

fn upper(mut object: Value) -> Value {
    for id in ["id", "appId", "appOwnerOrganizationId"] {
        if let Some(text) = object.get(id).and_then(Value::as_str) {
            object[id] = json!(text.to_uppercase());
        }
    }
    object
}

fn stripped(mut object: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    members.retain(|_, value| !is_nothing(value));
    object
}

/// Writes an object as a structure of Go is written.
fn of_go(object: Value) -> Value {
    let mut object = stripped(upper(object));
    for list in LISTS {
        for entry in object
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            for (name, value) in entry.as_object_mut().unwrap() {
                if value.is_null() && name == "keyId" {
                    *value = json!("00000000-0000-0000-0000-000000000000");
                } else if value.is_null() && name != "key" {
                    *value = json!("");
                }
            }
            if list == "passwordCredentials" {
                entry.as_object_mut().unwrap().remove("customKeyIdentifier");
            }
        }
    }
    object["tenantId"] = json!(TENANT);
    object
}
