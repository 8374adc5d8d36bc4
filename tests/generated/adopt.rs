//! Adopting tenants that nobody thought of: the gate passes then, a second time changes nothing, and every other line of
//! the policy stays.

use std::fs;
use std::path::Path;

use super::case::Case;
use super::{forms, program, yaml};

/// The program in a folder with a case, asked for one thing after another.
pub(crate) struct Asked<'case> {
    case: &'case Case,
    folder: &'case Path,
    inventory: Vec<String>,
}

impl<'case> Asked<'case> {
    pub(crate) fn new(case: &'case Case, folder: &'case Path) -> Self {
        fs::write(folder.join("policy.yaml"), yaml::write(&case.policy)).unwrap();
        let inventory = forms::write(case, folder);
        Self {
            case,
            folder,
            inventory,
        }
    }

    pub(crate) fn run(&self, words: &[&str]) -> program::Ended {
        let now = self.case.instant();
        let mut words = words.to_vec();
        words.extend(["--now", &now]);
        words.extend(self.inventory.iter().flat_map(|name| ["--inventory", name]));
        if self.case.allow_empty {
            words.push("--allow-empty");
        }
        let ended = program::run(self.folder, &words, b"");
        ended.assert_told_well();
        ended
    }

    pub(crate) fn policy(&self) -> String {
        fs::read_to_string(self.folder.join("policy.yaml")).unwrap()
    }

    pub(crate) fn check(&self) -> program::Ended {
        let fail_on = self.case.fail_on;
        self.run(&[
            "check",
            "--policy",
            "policy.yaml",
            "--fail-on",
            fail_on,
            "--report",
            "json",
        ])
    }

    fn adopt(&self) -> program::Ended {
        let fail_on = self.case.fail_on;
        self.run(&[
            "init",
            "--adopt",
            "--policy",
            "policy.yaml",
            "--fail-on",
            fail_on,
            "--term",
            "60d",
        ])
    }
}

#[test]
fn the_gate_passes_once_a_tenant_is_adopted() {
    let mut passed = 0;
    for seed in 0..120 {
        let case = Case::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let asked = Asked::new(&case, folder.path());
        let (before, first) = (asked.policy(), asked.check());
        let adopted = asked.adopt();
        let (after, checked) = (asked.policy(), asked.check());
        let shown = format!("seed {seed}\n{}{}\n{after}", adopted.stdout, adopted.stderr);
        match adopted.code {
            0 => assert_eq!(checked.code, 0, "{shown}{}", checked.stdout),
            1 => assert_eq!((first.code, checked.code), (1, 1), "{shown}"),
            2 | 3 => assert_eq!(before, after, "{shown}"),
            code => panic!("ended with {code}: {shown}"),
        }
        if adopted.code == 0 && first.code == 1 {
            passed += 1;
            assert_ne!(before, after, "{shown}");
        } else if first.code == 0 {
            assert_eq!((adopted.code, &before), (0, &after), "{shown}");
        }
        let again = asked.adopt();
        assert_eq!(
            (again.code, asked.policy()),
            (adopted.code, after),
            "{shown}"
        );
    }
    assert!(passed > 15, "hardly any tenant was adopted: {passed}");
}
