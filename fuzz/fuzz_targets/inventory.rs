//! Whatever stands in an export: it is judged or refused, every report can be written, and nothing panics.

#![no_main]

use std::cell::RefCell;
use std::fs;
use std::sync::LazyLock;

use credgate::evaluate::{Evaluation, InventoryRecord, Receiver as _};
use credgate::finding::Level;
use credgate::inventory::{Inventory, Object, Problem, ReadError};
use credgate::output::{self, Options};
use credgate::policy::{self, Policy};
use credgate::rules;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    policy::load_text(
        "version: 1\nextends: strict\n",
        "policy.yaml",
        &rules::descriptors(),
    )
    .expect("the shipped preset is valid")
});

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(tempfile::tempdir().expect("a folder"));
}

fuzz_target!(|bytes: &[u8]| FOLDER.with_borrow(|folder| judge(bytes, folder)));

fn judge(bytes: &[u8], folder: &TempDir) {
    let path = folder.path().join("inventory");
    fs::write(&path, bytes).expect("a file");
    let names = [path.display().to_string()];
    let Ok(mut inventory) = Inventory::open(&names, folder.path()) else {
        return;
    };
    let Some(evaluation) = read(&mut inventory) else {
        return;
    };
    let record = InventoryRecord {
        sources: Vec::new(),
        files: inventory.files(),
        tenant: inventory.tenant(),
        tenant_policies: inventory.policy_coverage(),
        is_whole_tenant: true,
        notes: inventory.notes(),
    };
    if let Ok(report) = evaluation.finish(record) {
        for format in output::ALL {
            let mut written = Vec::new();
            (format.write)(&report, &Options::default(), &mut written).expect("memory is written");
        }
    }
}

fn read(inventory: &mut Inventory) -> Option<Evaluation<'static>> {
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().expect("an instant");
    // Service principals behind applications are read in a second pass.
    for _ in 0..2 {
        let mut evaluation = Evaluation::new(&POLICY, now, Level::Error);
        let result = inventory.read(&mut |object, place| {
            let received = match object {
                Object::Application(object) => evaluation.application(object, place),
                Object::ServicePrincipal(object) => evaluation.service_principal(object, place),
                Object::TenantPolicy(policy) => {
                    let received = evaluation.tenant_policy(policy);
                    return received.map_err(|_| Problem::PolicyContradiction);
                }
            };
            received.map_err(|contradiction| Problem::Contradiction {
                app_id: contradiction.0,
            })
        });
        match result {
            Ok(()) => return Some(evaluation),
            Err(ReadError::Again) => {}
            Err(ReadError::Inventory(error)) => {
                let told = error.to_string();
                assert!(!told.is_empty());
                return None;
            }
        }
    }
    panic!("a third pass is asked for");
}
