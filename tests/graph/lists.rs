//! Lists that are strange and still right.

use serde_json::{Value, json};

use super::collected::{assert_holds, take_apart};
use super::server::{Request, json as sent};
use super::stand::{Fault, collect, good, serve};
use super::tenant::{Offers, Tenant};

/// Changes the answers to some requests.
fn changed(
    tenant: &Tenant,
    meets: impl Fn(&Request) -> bool + Send + Sync + 'static,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Fault {
    let tenant = tenant.clone();
    Fault {
        meets: Box::new(meets),
        times: usize::MAX,
        reply: Box::new(move |request| {
            let origin = format!("http://{}", request.headers["host"]);
            let (status, body) = tenant.answer(&origin, &request.path, &request.query);
            let mut body: Value = serde_json::from_str(&body).unwrap();
            change(&mut body);
            sent(status, &body.to_string())
        }),
    }
}

fn lists_applications(request: &Request) -> bool {
    request.path == "/v1.0/applications"
}

fn paged(tenant: Tenant) -> Tenant {
    let offers = Offers {
        ranges: false,
        top: 100,
        ..Offers::default()
    };
    Tenant { offers, ..tenant }
}

#[test]
fn an_object_that_comes_twice_and_equal_is_one() {
    let tenant = paged(Tenant::of(350));
    let twice = changed(&tenant, lists_applications, |body| {
        let first = body["value"][0].clone();
        body["value"].as_array_mut().unwrap().push(first);
    });
    let server = serve(tenant.clone(), vec![twice]);
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
}

#[test]
fn a_link_of_null_is_the_end_and_an_empty_page_is_not() {
    let tenant = paged(Tenant::of(250));
    let null = changed(&tenant, lists_applications, |body| {
        if body.get("@odata.nextLink").is_none() {
            body["@odata.nextLink"] = Value::Null;
        }
    });
    let server = serve(tenant.clone(), vec![null]);
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);

    let empty = Fault {
        meets: Box::new(|request| {
            lists_applications(request) && !request.query.contains_key("$skiptoken")
        }),
        times: usize::MAX,
        reply: Box::new(|request| {
            let link = format!(
                "http://{}/v1.0/applications?$skiptoken=0&$expand=owners",
                request.headers["host"]
            );
            sent(
                200,
                &json!({"value": [], "@odata.nextLink": link}).to_string(),
            )
        }),
    };
    let server = serve(tenant.clone(), vec![empty]);
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
}

#[test]
fn members_that_nobody_knows_change_nothing() {
    let tenant = Tenant::of(20);
    let more = changed(
        &tenant,
        |request| !request.path.contains("$count"),
        |body| {
            body["@odata.unknown"] = json!({"a": [1]});
            if let Some(list) = body["value"].as_array_mut() {
                for object in list {
                    object["newInGraph"] = json!({"passwordCredentials": [{"keyId": 7}]});
                }
            }
        },
    );
    let server = serve(tenant.clone(), vec![more]);
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
}

#[test]
fn a_server_that_ignores_ranges_is_read_page_by_page() {
    let tenant = Tenant::of(2_500);
    let ignoring = {
        let tenant = tenant.clone();
        Fault {
            meets: Box::new(|request| request.query.contains_key("$filter")),
            times: usize::MAX,
            reply: Box::new(move |request| {
                let mut request = request.clone();
                request.query.remove("$filter");
                good(&tenant, &request)
            }),
        }
    };
    let server = serve(tenant.clone(), vec![ignoring]);
    let collection = collect(&server);
    assert_holds(&take_apart(&collection.stream.unwrap()), &tenant);
    assert!(
        collection.heard.contains("page by page"),
        "{}",
        collection.heard
    );
}

#[test]
fn applications_made_in_one_second_cannot_be_parted_and_all_come() {
    let mut tenant = Tenant::of(2_300);
    for application in &mut tenant.applications {
        application["createdDateTime"] = json!("2026-05-05T05:05:05Z");
    }
    let server = serve(tenant.clone(), Vec::new());
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
}

#[test]
fn an_application_that_only_one_of_two_lists_has_is_asked_about() {
    let tenant = Tenant::of(30);
    let missing = changed(
        &tenant,
        |request| request.path == "/beta/applications",
        |body| {
            body["value"].as_array_mut().unwrap().remove(7);
        },
    );
    let server = serve(tenant.clone(), vec![missing]);
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
}
