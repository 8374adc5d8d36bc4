//! What an export may say about itself, and what it says in passing: marks of a list that is not whole, names that stand
//! twice, and what only looks like either.

use serde_json::{Value, json};

use super::case::Listing;
use super::random::Random;

const LINK: &str = "https://graph.microsoft.com/v1.0/directory?$skiptoken=x";

/// Repeats the id of an object under a name of old, as Microsoft's module for PowerShell does; now and then another one.
pub(crate) fn alias(random: &mut Random, object: &mut Value) {
    if !random.percent(5) {
        return;
    }
    let id = object["id"].as_str().unwrap().to_owned();
    let id = if random.percent(8) {
        random.guid()
    } else {
        random.recase(&id)
    };
    let name = random.pick(&["ObjectId", "objectId"]);
    object[name] = json!(id);
}

/// Marks an object as one of a list of changes, lets one of its lists go on elsewhere, or says one thing in two cases.
pub(crate) fn mark(random: &mut Random, objects: &mut [Value]) {
    let at = random.below(objects.len());
    let object = &mut objects[at];
    let lists = ["owners", "federatedIdentityCredentials"];
    match random.below(6) {
        0 => object["@removed"] = json!({"reason": "changed"}),
        1 => object[format!("{}@odata.nextLink", random.pick(&lists))] = json!(LINK),
        2 => object[format!("{}@odata.nextLink", random.pick(&lists))] = Value::Null,
        3 if object.get("passwordCredentials").is_some() => {
            object["PASSWORDCREDENTIALS"] = object["passwordCredentials"].clone();
        }
        4 if object.get("keyCredentials").is_some() => object["KeyCREDENTIALS"] = json!([]),
        _ => {
            let secret = object["passwordCredentials"].get_mut(0);
            if let Some(secret) = secret {
                secret["ENDDATETIME"] = json!("2020-01-01T00:00:00Z");
            }
        }
    }
}

/// Puts something beside a list.
pub(crate) fn beside(random: &mut Random, listing: &mut Listing) {
    let links = [
        "@odata.nextLink",
        "odata.nextLink",
        "nextLink",
        "OdataNextLink",
        "odataNextLink",
        "odata_next_link",
        "@OData.NextLink",
    ];
    let deltas = ["@odata.deltaLink", "deltaLink", "odata.DeltaLink"];
    let counts = ["@odata.count", "odata.count", "count", "Count"];
    let lists = ["Value", "VALUE", "data", "rows", "further"];
    let length = listing.objects.len();
    let objects: Vec<Value> = listing.objects.iter().take(1).cloned().collect();
    let (name, value) = match random.below(13) {
        0 | 1 => (random.pick(&links), json!(LINK)),
        2 | 3 => (random.pick(&links), Value::Null),
        4 | 12 => (random.pick(&deltas), json!(LINK)),
        5 => (random.pick(&counts), json!(length + 1)),
        6 => (random.pick(&counts), json!((length + 37).to_string())),
        7 => (random.pick(&counts), json!(length)),
        8 => (random.pick(&counts), json!(length.to_string())),
        9 | 10 if !objects.is_empty() => (random.pick(&lists), json!(objects)),
        9 => ("tips", json!(["@odata.nextLink"])),
        _ => ("further", json!([])),
    };
    listing.beside.insert(name.to_owned(), value);
}
