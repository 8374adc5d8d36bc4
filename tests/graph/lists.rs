//! Lists that are strange and still right.

use std::time::Duration;

use credgate::graph::Limits;
use serde_json::{Value, json};

use super::collected::{assert_holds, take_apart};
use super::server::{Request, Step, json as sent};
use super::stand::{Fault, collect, collect_within, good, limits, serve};
use super::tenant::{Offers, Tenant, error};

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

#[test]
fn what_waits_to_be_handed_over_is_not_lost_where_ranges_are_given_up() {
    let tenant = Tenant::of(9_000);
    let late = Fault {
        meets: Box::new(|request| {
            let filter = request.query.get("$filter");
            filter.is_some_and(|filter| filter.contains("9999-12-31"))
        }),
        times: usize::MAX,
        reply: Box::new(|_| {
            let mut reply = vec![Step::Wait(Duration::from_millis(1_500))];
            reply.extend(sent(400, &error(400, "Request_UnsupportedQuery").1));
            reply
        }),
    };
    // The policies come late, so that everything waits for them.
    let slow = {
        let tenant = tenant.clone();
        Fault {
            meets: Box::new(|request| request.path.contains("/policies/")),
            times: usize::MAX,
            reply: Box::new(move |request| {
                let mut reply = vec![Step::Wait(Duration::from_millis(2_500))];
                reply.extend(good(&tenant, request));
                reply
            }),
        }
    };
    let server = serve(tenant.clone(), vec![late, slow]);
    let collection = collect(&server);
    assert!(
        collection.heard.contains("page by page"),
        "{}",
        collection.heard
    );
    assert_holds(&take_apart(&collection.stream.unwrap()), &tenant);
}

#[test]
fn where_undated_objects_cannot_be_asked_for_the_number_proves_whether_there_are_any() {
    for undated in [false, true] {
        let mut tenant = Tenant::of(2_200);
        if !undated {
            for (number, application) in tenant.applications.iter_mut().enumerate() {
                if application["createdDateTime"].is_null() {
                    application["createdDateTime"] =
                        json!(format!("2024-01-01T00:00:{:02}Z", number % 60));
                }
            }
        }
        let refused = Fault {
            meets: Box::new(|request| {
                let filter = request.query.get("$filter");
                filter.is_some_and(|filter| filter.ends_with("eq null"))
            }),
            times: usize::MAX,
            reply: Box::new(|_| sent(400, &error(400, "Request_UnsupportedQuery").1)),
        };
        let server = serve(tenant.clone(), vec![refused]);
        let collection = collect(&server);
        assert_holds(&take_apart(&collection.stream.unwrap()), &tenant);
        let whole = collection
            .heard
            .contains("applications are read page by page");
        assert_eq!(whole, undated, "{}", collection.heard);
    }
}

#[test]
fn without_a_number_nothing_is_cut() {
    let offers = Offers {
        count: false,
        ..Offers::default()
    };
    let tenant = Tenant {
        offers,
        ..Tenant::of(2_100)
    };
    let server = serve(tenant.clone(), Vec::new());
    assert_holds(&take_apart(&collect(&server).stream.unwrap()), &tenant);
    let log = server.log();
    assert!(
        log.iter()
            .all(|request| !request.query.contains_key("$filter"))
    );
}

#[test]
fn a_long_list_waits_for_its_federated_credentials_and_for_those_that_go_before_it() {
    for ranges in [false, true] {
        let offers = Offers {
            ranges,
            top: 100,
            ..Offers::default()
        };
        let tenant = Tenant {
            offers,
            ..Tenant::of(4_000)
        };
        let late = {
            let tenant = tenant.clone();
            Fault {
                meets: Box::new(|request| request.path.contains("/policies/")),
                times: usize::MAX,
                reply: Box::new(move |request| {
                    let mut reply = vec![Step::Wait(Duration::from_millis(1_500))];
                    reply.extend(good(&tenant, request));
                    reply
                }),
            }
        };
        let slow = {
            let tenant = tenant.clone();
            Fault {
                meets: Box::new(|request| request.path == "/beta/applications"),
                times: usize::MAX,
                reply: Box::new(move |request| {
                    let mut reply = vec![Step::Wait(Duration::from_millis(20))];
                    reply.extend(good(&tenant, request));
                    reply
                }),
            }
        };
        let few = Limits {
            waiting: 150,
            ..limits()
        };
        let server = serve(tenant.clone(), vec![late, slow]);
        let collection = collect_within(&server, few);
        assert_holds(&take_apart(&collection.stream.unwrap()), &tenant);
    }
}
