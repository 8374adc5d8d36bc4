//! What a run costs: reading and judging an inventory, loading a policy, writing reports.
//!
//! `cargo bench` prints times; for counts that repeat, run the binary under `valgrind --tool=callgrind`
//! (`docs/performance.md` has the figures and the goals).

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod tenant;

use std::fs;
use std::io;
use std::path::Path;

use credgate::evaluate::{Evaluation, InventoryRecord, Receiver as _};
use credgate::finding::Level;
use credgate::inventory::{Inventory, Object};
use credgate::output::{Options, Rendered as _};
use credgate::policy::{self, Policy};
use credgate::report::Report;
use credgate::rules;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

fn load(text: &str) -> Policy {
    policy::load_text(text, "credgate.yaml", &rules::descriptors()).unwrap()
}

/// Reads and judges, as `credgate check` does.
fn judge(policy: &Policy, file: &Path) -> Report {
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    let folder = file.parent().unwrap();
    let mut inventory = Inventory::open(&[file.to_str().unwrap().to_owned()], folder).unwrap();
    let mut evaluation = Evaluation::new(policy, now, Level::Error);
    inventory
        .read(&mut |object, place| {
            match object {
                Object::Application(application) => evaluation.application(application, place),
                Object::ServicePrincipal(object) => evaluation.service_principal(object, place),
                Object::TenantPolicy(_) => Ok(()),
            }
            .unwrap();
            Ok(())
        })
        .unwrap();
    let record = InventoryRecord {
        sources: Vec::new(),
        files: inventory.files(),
        tenant: inventory.tenant(),
        tenant_policies: inventory.policy_coverage(),
        is_whole_tenant: true,
        notes: Vec::new(),
    };
    evaluation.finish(record).unwrap()
}

/// Reads and judges so many applications under a policy with exceptions for one in a hundred.
#[divan::bench(args = [500, 10_000, 50_000])]
fn inventory(bencher: Bencher<'_, '_>, applications: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("applications.json");
    let text = tenant::inventory(applications);
    fs::write(&file, &text).unwrap();
    let policy = load(&tenant::policy(applications / 100));
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(applications))
        .bench(|| judge(&policy, &file));
}

/// Loads a policy with so many exceptions.
#[divan::bench(args = [5, 1_000])]
fn policy(bencher: Bencher<'_, '_>, exceptions: usize) {
    let text = tenant::policy(exceptions);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| load(&text));
}

/// Writes a report of the findings in so many applications.
#[divan::bench(args = ["text", "json", "sarif"])]
fn report(bencher: Bencher<'_, '_>, format: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("applications.json");
    fs::write(&file, tenant::inventory(20_000)).unwrap();
    let policy = load(&tenant::policy(0));
    let report = judge(&policy, &file);
    let format = Report::format(format).unwrap();
    bencher
        .counter(ItemsCount::new(report.findings.len()))
        .bench(|| (format.write)(&report, &Options::default(), &mut io::sink()).unwrap());
}
