//! Writes an inventory in the formats that exporters write. Whatever the format, the facts are the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::case::{Case, Kind, Listing};
use super::moments::DAY;
use super::powershell::{COLLECTIONS, Spelling};
use super::random::Random;
use super::text::Layout;

/// Writes the inventory of a case; returns what `--inventory` names.
pub(crate) fn write(case: &Case, folder: &Path) -> Vec<String> {
    let random = &mut Random::new(!case.seed);
    if let Some(text) = together(random, case) {
        fs::write(folder.join("everything"), text).unwrap();
        return vec!["everything".to_owned()];
    }
    let objects = case.listings.iter().flat_map(|listing| &listing.objects);
    let ids: Vec<String> = objects
        .map(|it| it["id"].to_string().to_lowercase())
        .collect();
    let is_doubled = ids.iter().collect::<BTreeSet<_>>().len() < ids.len();
    let mut names = Vec::new();
    for (number, listing) in case.listings.iter().enumerate() {
        let name = format!("export-{number}");
        write_listing(random, (listing, !is_doubled), &folder.join(&name));
        names.push(name);
    }
    names
}

/// All objects in one file, if the case says so.
fn together(random: &mut Random, case: &Case) -> Option<String> {
    let (mut service_principals, mut applications) = (Vec::new(), Vec::new());
    for listing in &case.listings {
        match listing.kind {
            Kind::ServicePrincipal => service_principals.extend(listing.objects.clone()),
            Kind::Application => applications.extend(listing.objects.clone()),
        }
    }
    if !case.is_together() {
        return None;
    }
    let knows = !service_principals.is_empty();
    let layout = Layout::any(random);
    let objects = [service_principals.clone(), applications.clone()].concat();
    Some(match random.below(3) {
        0 if !objects
            .iter()
            .any(|it| is_agent_by_type(it) || shows_key(it) || trusts_another_cloud(it)) =>
        {
            snapshot(random, case, knows, &service_principals, &applications)
        }
        1 => {
            let mut objects = objects;
            random.shuffle(&mut objects);
            layout.write(random, &json!(objects))
        }
        _ => lines(random, layout, &objects),
    })
}

/// A type that tells more than the kind of the object, and that not every form has a place for.
fn is_agent_by_type(object: &Value) -> bool {
    object["@odata.type"] == "#microsoft.graph.agentIdentity"
}

/// A snapshot says of which cloud it is, and only that cloud's audience counts.
fn trusts_another_cloud(object: &Value) -> bool {
    let trusts = object["federatedIdentityCredentials"].as_array();
    let mut trusts = trusts.into_iter().flatten();
    trusts.any(|trust| {
        let audiences = trust["audiences"].to_string();
        audiences.contains("USGov") || audiences.contains("China")
    })
}

/// A snapshot holds no `key`.
fn shows_key(object: &Value) -> bool {
    let keys = object["keyCredentials"].as_array().into_iter().flatten();
    keys.clone().any(|key| key["key"].is_string())
}

/// Whether `PowerShell` would print all that these objects say.
fn has_own_members(object: &Value) -> bool {
    is_agent_by_type(object) || object.get("@removed").is_some()
}

fn snapshot(
    random: &mut Random,
    case: &Case,
    knows_service_principals: bool,
    service_principals: &[Value],
    applications: &[Value],
) -> String {
    let layout = Layout::any(random);
    let collected_at = super::moments::spell(case.now - DAY, "Z");
    let mut objects = vec![json!({
        "schema": "credgate-snapshot/1",
        "tool": {"name": "credgate", "version": "0.1.0"},
        "tenant": null,
        "collected_at": collected_at,
        "cloud": "global",
        "signed_in_by": "github",
        "coverage": {
            "service_principals": knows_service_principals,
            "owners": false,
            "federated_credentials": "none",
            "tenant_policies": "not-permitted",
        },
        "select": {"applications": ["id"], "service_principals": ["id"]},
    })];
    let marks = [
        (service_principals, "#microsoft.graph.servicePrincipal"),
        (applications, "#microsoft.graph.application"),
    ];
    for (list, kind) in marks {
        for object in list {
            let mut object = object.clone();
            object["@odata.type"] = json!(kind);
            objects.push(object);
        }
    }
    let text = lines(random, layout, &objects);
    let trailer = json!({
        "schema": "credgate-snapshot-end/1",
        "applications": applications.len(),
        "service_principals": service_principals.len(),
        "sha256": format!("{:x}", Sha256::digest(&text)),
    });
    text + &lines(random, layout, &[trailer])
}

fn lines(random: &mut Random, layout: Layout, objects: &[Value]) -> String {
    let layout = layout.on_one_line();
    let lines = objects
        .iter()
        .map(|object| layout.write(random, object) + layout.newline);
    lines.collect()
}

fn write_listing(random: &mut Random, (listing, nulls): (&Listing, bool), path: &Path) {
    let layout = Layout::any(random);
    let objects = &listing.objects;
    let form = random.below(7);
    let odd = objects.iter().any(has_own_members);
    match (form, objects.as_slice()) {
        _ if !listing.beside.is_empty() => {
            let mut page = page(random, listing, objects, false);
            let members = page.as_object_mut().unwrap();
            let mut says = |name: &str| {
                let counts = listing
                    .beside
                    .keys()
                    .any(|it| it.to_lowercase().contains(name));
                members.retain(|it, _| !counts || !it.to_lowercase().contains(name));
            };
            says("count");
            says("link");
            members.extend(listing.beside.clone());
            fs::write(path, layout.write(random, &page)).unwrap();
        }
        (1, [_, ..]) => fs::write(path, layout.write(random, &json!(objects))).unwrap(),
        (1, []) if listing.kind == Kind::Application => fs::write(path, "[]\n").unwrap(),
        (2, [only]) => fs::write(path, layout.write(random, only)).unwrap(),
        (2 | 3, [_, ..]) => fs::write(path, lines(random, layout, objects)).unwrap(),
        (4, [_, ..]) if !objects.iter().any(has_null_list) => {
            write_pages(random, layout, listing, path);
        }
        (5, [_, ..]) if !odd => write_powershell(random, layout, objects, path),
        (6, [_, ..]) if !odd => write_windows_powershell(random, layout, (objects, nulls), path),
        _ => {
            let page = page(random, listing, objects, false);
            let mark = random.pick(&["", "", "\u{feff}"]);
            fs::write(path, mark.to_owned() + &layout.write(random, &page)).unwrap();
        }
    }
}

/// Each page is a file of its own, in which another list may show or not.
fn has_null_list(object: &Value) -> bool {
    COLLECTIONS
        .iter()
        .any(|name| object.get(name).is_some_and(Value::is_null))
}

/// An answer of Graph's.
fn page(random: &mut Random, listing: &Listing, objects: &[Value], linked: bool) -> Value {
    let collection = match listing.kind {
        Kind::Application => "applications",
        Kind::ServicePrincipal => "servicePrincipals",
    };
    let mut page = json!({"value": objects});
    if objects.is_empty() || random.percent(80) {
        let context = format!("https://graph.microsoft.com/v1.0/$metadata#{collection}");
        page["@odata.context"] = json!(context);
    }
    if linked {
        let link = format!("https://graph.microsoft.com/v1.0/{collection}?$skiptoken=x");
        page["@odata.nextLink"] = json!(link);
    } else if random.percent(5) {
        page["@odata.nextLink"] = Value::Null;
    }
    if random.percent(10) {
        page["@odata.count"] = json!(listing.objects.len());
    }
    page
}

/// A folder of pages, of which exactly one has no link.
fn write_pages(random: &mut Random, layout: Layout, listing: &Listing, path: &Path) {
    fs::create_dir(path).unwrap();
    let mut rest = listing.objects.as_slice();
    let count = 1 + random.below(3);
    for number in 0..count {
        let last = number + 1 == count;
        let length = if last {
            rest.len()
        } else {
            random.below(rest.len() + 1)
        };
        let (objects, others) = rest.split_at(length);
        rest = others;
        let page = page(random, listing, objects, !last);
        let text = layout.write(random, &page);
        fs::write(path.join(format!("page-{number}")), text).unwrap();
    }
}

fn write_powershell(random: &mut Random, layout: Layout, objects: &[Value], path: &Path) {
    let text = powershell(random, layout, (objects, true), false);
    let mark = random.pick(&["", "\u{feff}"]);
    fs::write(path, mark.to_owned() + &text).unwrap();
}

fn write_windows_powershell(
    random: &mut Random,
    layout: Layout,
    objects: (&[Value], bool),
    path: &Path,
) {
    let text = powershell(random, layout, objects, true);
    let to_bytes = random.pick(&[u16::to_le_bytes, u16::to_be_bytes]);
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    fs::write(path, units.flat_map(to_bytes).collect::<Vec<u8>>()).unwrap();
}

fn powershell(
    random: &mut Random,
    layout: Layout,
    (objects, nulls): (&[Value], bool),
    windows: bool,
) -> String {
    let spelling = Spelling {
        windows,
        numbers: random.percent(40),
        nulls,
    };
    let objects = spelling.objects(random, objects);
    let whole = match objects.as_slice() {
        [only] if random.percent(50) => only.clone(),
        _ if windows && random.percent(30) => json!({"value": objects, "Count": objects.len()}),
        _ => json!(objects),
    };
    layout.write(random, &whole)
}
