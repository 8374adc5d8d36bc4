//! Policies that extend other files.

use std::fs;
use std::path::PathBuf;

use credgate::finding::{Days, Level, RuleId};
use credgate::policy;
use tempfile::TempDir;

use super::{Found, load, problems};

const EXCEPTION: &str = "  - id: ID
    applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11]
    rules: [secret-age]
    reason: Because.
    granted: 2026-09-01
    expires: 2026-12-31
";

/// A repository with these files; the first is the policy.
fn repository(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("repository");
    fs::create_dir_all(repository.join(".git")).unwrap();
    for (name, text) in files {
        let path = repository.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let policy = repository.join(files[0].0);
    (folder, policy)
}

fn only_problem(files: &[(&str, &str)]) -> Found {
    let (_folder, policy) = repository(files);
    let mut found = problems(&load(&policy).unwrap_err());
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[track_caller]
fn assert_problem(files: &[(&str, &str)], code: &str, line: u32, words: &str) {
    let found = only_problem(files);
    assert_eq!((found.code.as_str(), found.line), (code, line), "{found:?}");
    assert!(found.words.contains(words), "{found:?}");
}

#[test]
fn rules_merge_and_entries_of_both_files_apply() {
    let base = format!(
        "version: 1\nextends: baseline\nrules: {{ secret-age: {{ max: 100d }} }}\nexceptions:\n{}",
        EXCEPTION.replace("ID", "base")
    );
    let own = format!(
        "version: 1\nextends: ../shared/base.yaml\nrules: {{ secret-age: {{ level: note }} }}\nexceptions:\n{}",
        EXCEPTION.replace("ID", "own")
    );
    let (_folder, path) = repository(&[("team/credgate.yaml", &own), ("shared/base.yaml", &base)]);
    let policy = load(&path).unwrap();
    let age = policy.rule(RuleId("secret-age")).unwrap();
    assert_eq!((age.level, age.max), (Some(Level::Note), Some(Days(100))));
    let ids: Vec<String> = policy
        .exceptions()
        .iter()
        .map(|exception| exception.id.to_string())
        .collect();
    assert_eq!(ids, ["own", "base"]);
    let names: Vec<&str> = policy
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["credgate.yaml", "../shared/base.yaml", "preset:baseline"]
    );
}

#[test]
fn a_rule_stands_in_the_nearest_file_that_lists_it_and_a_presets_where_the_preset_is_named() {
    let own = "version: 1\nextends: base.yaml\nrules:\n  owner-missing: { level: note }\n";
    let base = "version: 1\nextends: baseline\nrules: { secret-age: { max: 100d } }\n";
    let (_folder, path) = repository(&[("credgate.yaml", own), ("base.yaml", base)]);
    let policy = load(&path).unwrap();
    let place = |rule| {
        let place = policy.rule_at(RuleId(rule));
        (place.file, place.line, place.column)
    };
    assert_eq!(place("owner-missing"), (0, 4, 3));
    assert_eq!(place("secret-age"), (1, 3, 10));
    assert_eq!(place("secrets-only"), (1, 2, 1));
}

#[test]
fn a_rule_that_is_on_without_being_listed_stands_at_the_beginning() {
    let policy = super::load_text("version: 1\nrules: { secret-age: {} }\n").unwrap();
    let place = policy.rule_at(RuleId("exception-unused"));
    assert_eq!((place.file, place.line, place.column), (0, 1, 1));
}

#[test]
fn an_id_is_unique_over_all_files() {
    let base = format!("version: 1\nexceptions:\n{EXCEPTION}");
    let own = format!(
        "version: 1\nextends: base.yaml\nrules: {{ secret-age: {{}} }}\nexceptions:\n{EXCEPTION}"
    );
    let files = [
        ("credgate.yaml", own.as_str()),
        ("base.yaml", base.as_str()),
    ];
    assert_problem(
        &files,
        "policy::repeated_id",
        3,
        "first at `credgate.yaml`, line 5",
    );
}

#[test]
fn a_problem_of_what_is_extended_lies_in_that_file() {
    let files = [
        (
            "credgate.yaml",
            "version: 1\nextends: base.yaml\nrules: { secret-age: {} }\n",
        ),
        ("base.yaml", "version: 1\nrules:\n  secret-agee: {}\n"),
    ];
    let (_folder, path) = repository(&files);
    let error = load(&path).unwrap_err();
    assert_eq!(
        (error.problems()[0].file(), error.problems()[0].line()),
        ("base.yaml", 3)
    );
}

#[test]
fn what_cannot_be_loaded_is_a_problem_of_the_line_that_names_it() {
    let own =
        |extends: &str| format!("version: 1\nextends: {extends}\nrules: {{ secret-age: {{}} }}\n");
    let check = |extends: &str, code: &str, words: &str| {
        assert_problem(
            &[("credgate.yaml", &own(extends)), ("folder/a.yaml", "")],
            code,
            2,
            words,
        );
    };
    check(
        "base.yaml",
        "policy::extends_unreadable",
        "cannot be loaded",
    );
    check("./folder", "policy::extends_unreadable", "is a folder");
    check(
        "baselin",
        "policy::extends_unknown_preset",
        "did you mean `baseline`?",
    );
    check(
        "/etc/passwd",
        "policy::extends_not_relative",
        "no relative path",
    );
    check(
        "\"C:\\\\base.yaml\"",
        "policy::extends_not_relative",
        "`/` between folders",
    );
    check(
        "https://contoso.example/base.yaml",
        "policy::extends_not_relative",
        "no relative path",
    );
    check(
        "[baseline, strict]",
        "policy::wrong_type",
        "text belongs here",
    );
    check("credgate.yaml", "policy::extends_cycle", "extends itself");
}

#[test]
fn a_circle_is_found() {
    let (_folder, path) = repository(&[
        (
            "credgate.yaml",
            "version: 1\nextends: b.yaml\nrules: { secret-age: {} }\n",
        ),
        ("b.yaml", "version: 1\nextends: ./credgate.yaml\n"),
    ]);
    let found = problems(&load(&path).unwrap_err());
    assert_eq!(found[0].code, "policy::extends_cycle");
}

#[test]
fn a_long_chain_is_refused() {
    let texts: Vec<(String, String)> = (0..9)
        .map(|number| {
            (
                format!("{number}.yaml"),
                format!(
                    "version: 1\nextends: {}.yaml\nrules: {{ secret-age: {{}} }}\n",
                    number + 1
                ),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_problem(
        &files,
        "policy::extends_too_deep",
        2,
        "more than 8 policies",
    );
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    let (folder, path) = repository(&[(
        "credgate.yaml",
        "version: 1\nextends: ../base.yaml\nrules: { secret-age: {} }\n",
    )]);
    fs::write(folder.path().join("base.yaml"), "version: 1\n").unwrap();
    let found = problems(&load(&path).unwrap_err());
    assert_eq!(
        (found[0].code.as_str(), found[0].line),
        ("policy::extends_outside", 2)
    );
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_repository() {
    let (folder, path) = repository(&[(
        "credgate.yaml",
        "version: 1\nextends: base.yaml\nrules: { secret-age: {} }\n",
    )]);
    let outside = folder.path().join("base.yaml");
    fs::write(&outside, "version: 1\n").unwrap();
    std::os::unix::fs::symlink(&outside, path.with_file_name("base.yaml")).unwrap();
    let error = load(&path).unwrap_err();
    assert_eq!(problems(&error)[0].code, "policy::extends_outside");
    let told = "`base.yaml` lies outside of the Git repository that holds the policy";
    assert!(error.summary().contains(told), "{error}");
    let place = folder.path().to_str().unwrap();
    assert!(!error.summary().contains(place), "{error}");
}

/// Makes a link, and returns its path.
#[cfg(unix)]
fn link(target: &str, path: PathBuf) -> PathBuf {
    std::os::unix::fs::symlink(target, &path).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn the_policy_itself_is_no_link_out_of_its_repository() {
    const GOOD: &str = "version: 1\nextends: baseline\n";
    let (folder, path) = repository(&[("a/credgate.yaml", GOOD)]);
    let repository = folder.path().join("repository");
    fs::create_dir(folder.path().join("outside")).unwrap();
    fs::write(folder.path().join("outside/credgate.yaml"), "canary").unwrap();
    let refused = |path: &std::path::Path, words: &str| {
        let told = load(path).unwrap_err().summary().to_owned();
        assert!(told.contains(words) && !told.contains("canary"), "{told}");
    };
    let repositorys = "is a link that leads out of the Git repository that holds it";
    let out = link("../outside/credgate.yaml", repository.join("out.yaml"));
    refused(&out, repositorys);
    refused(
        &link("out.yaml", repository.join("twice.yaml")),
        repositorys,
    );
    let linked = link("../outside", repository.join("linked"));
    refused(&linked.join("credgate.yaml"), repositorys);
    // Within the repository, and where a link to the repository lies elsewhere.
    load(&link("a/credgate.yaml", repository.join("in.yaml"))).unwrap();
    load(&link("a", repository.join("b")).join("credgate.yaml")).unwrap();
    let elsewhere = link("repository", folder.path().join("elsewhere"));
    load(&elsewhere.join("a/credgate.yaml")).unwrap();
    load(&path).unwrap();
    // Without a repository, a link stays in its folder.
    let folders = "is a link that leads out of the folder that holds it";
    let policy = link(
        "../repository/a/credgate.yaml",
        folder.path().join("outside/x.yaml"),
    );
    refused(&policy, folders);
    load(&link(
        "repository/a/credgate.yaml",
        folder.path().join("x.yaml"),
    ))
    .unwrap();
}

#[test]
fn nothing_of_git_itself_is_read() {
    let (_folder, path) = repository(&[
        ("credgate.yaml", "version: 1\nextends: ./.git/config\n"),
        (".git/config", "canary"),
    ]);
    let error = load(&path).unwrap_err();
    assert!(
        error.summary().contains("lies in a folder `.git`"),
        "{error}"
    );
    assert!(!policy::render(&error, false, 100).contains("canary"));
    let error = load(&path.with_file_name(".git").join("config")).unwrap_err();
    assert!(
        error.summary().contains("lies in a folder `.git`"),
        "{error}"
    );
    #[cfg(unix)]
    {
        let error = load(&link(".git/config", path.with_file_name("link"))).unwrap_err();
        assert!(
            error.summary().contains("lies in a folder `.git`"),
            "{error}"
        );
    }
}

#[test]
fn without_a_repository_a_policy_stays_in_its_folder() {
    let (folder, path) = repository(&[
        (
            "team/credgate.yaml",
            "version: 1\nextends: ../base.yaml\nrules: { secret-age: {} }\n",
        ),
        ("base.yaml", "version: 1\n"),
    ]);
    load(&path).unwrap();
    fs::remove_dir(folder.path().join("repository/.git")).unwrap();
    assert_eq!(
        problems(&load(&path).unwrap_err())[0].code,
        "policy::extends_outside"
    );
}

#[test]
fn governance_can_only_be_tightened() {
    let base = "version: 1\nextends: baseline\ngovernance:\n  exception-max-term: 90d\n  require: [owner, ticket]\n";
    let own = |governance: &str| {
        format!("version: 1\nextends: base.yaml\ngovernance: {{ {governance} }}\n")
    };
    let check = |governance: &str, words: &str| {
        let files = [("credgate.yaml", &*own(governance)), ("base.yaml", base)];
        assert_problem(&files, "policy::governance_loosened", 3, words);
    };
    check(
        "exception-max-term: 91d",
        "`exception-max-term` allows 91 days; `base.yaml`, line 4 allows only 90 days",
    );
    check(
        "require: [owner]",
        "leaves out `ticket`, which `base.yaml`, line 5 asks for",
    );
    let tighter =
        own("exception-max-term: 30d, window-max-term: 9d, require: [owner, ticket, approved-by]");
    let (_folder, path) = repository(&[("credgate.yaml", &tighter), ("base.yaml", base)]);
    load(&path).unwrap();
}

#[test]
fn governance_holds_for_the_entries_of_all_files() {
    let base = format!(
        "version: 1\nexceptions:\n{}",
        EXCEPTION.replace("ID", "old")
    );
    let own = "version: 1\nextends: base.yaml\nrules: { secret-age: {} }\ngovernance: { exception-max-term: 30d }\n";
    let files = [("credgate.yaml", own), ("base.yaml", base.as_str())];
    assert_problem(
        &files,
        "policy::term_too_long",
        8,
        "exception `old`: `expires` lies 121 days after `granted`",
    );
}

#[test]
fn two_tenants_are_a_conflict() {
    let own = "version: 1\nextends: base.yaml\ntenant: 3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11\nrules: { secret-age: {} }\n";
    let base = "version: 1\ntenant: 4b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11\n";
    assert_problem(
        &[("credgate.yaml", own), ("base.yaml", base)],
        "policy::tenant_conflict",
        3,
        "`base.yaml`, line 2",
    );
}
