//! Whatever stands in a policy: it is a policy, or its problems can be shown, each at a line that it has.

#![no_main]

use credgate::policy;
use credgate::rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Err(error) = policy::load_text(text, "policy.yaml", &rules::descriptors()) else {
        return;
    };
    assert!(!error.problems().is_empty(), "refused without a reason");
    let lines = u32::try_from(text.lines().count().max(1)).expect("fuzzed texts are short");
    for problem in error.problems() {
        assert!(problem.line() >= 1 && problem.column() >= 1);
        let inside = problem.file() != "policy.yaml" || problem.line() <= lines + 1;
        assert!(inside, "line {} of {lines}", problem.line());
    }
    assert!(!policy::render(&error, false, 100).is_empty());
});
