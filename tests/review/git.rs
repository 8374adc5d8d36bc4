//! Policies that are read from commits: what Git, its configuration, its environment and the work tree may not change.

use std::fs;

use super::program::{Ended, run};
use super::repository::{LOOSE, NAME, Repository, TIGHT};

/// The policy in `base`, and a looser one in `head` and in the work tree.
fn repository() -> Repository {
    let repository = Repository::with_base();
    repository.commit();
    repository.git(&["branch", "head"]);
    repository
}

fn assert_loosens(ended: &Ended) {
    assert_eq!(ended.code, 1, "{ended:#?}");
    let said = "`max` is 900 days instead of 90 days";
    assert!(ended.stdout.contains(said), "{ended:#?}");
}

fn assert_same(ended: &Ended) {
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert!(
        ended.stdout.contains("the policies are the same"),
        "{ended:#?}"
    );
}

/// No verdict, and why.
fn assert_refused(ended: &Ended, why: &str) {
    assert_eq!(ended.code, 2, "{ended:#?}");
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains(why), "{ended:#?}");
}

#[test]
fn both_policies_come_from_commits() {
    let repository = repository();
    assert_loosens(&repository.review("base:credgate.yaml", "head:credgate.yaml"));
    assert_same(&repository.review("base:credgate.yaml", "head~1:credgate.yaml"));
    let back = repository.review("head:credgate.yaml", "base:credgate.yaml");
    assert_eq!(back.code, 0);
    let id = repository.git(&["rev-parse", "base"]);
    assert_loosens(&repository.review(&format!("{id}:credgate.yaml"), NAME));
    assert_loosens(&repository.review(&format!("{}:credgate.yaml", &id[..10]), NAME));
    repository.git(&["tag", "--annotate", "--message=v1", "v1", "base"]);
    assert_loosens(&repository.review("v1:credgate.yaml", "./credgate.yaml"));
}

#[test]
fn a_policy_extends_what_its_own_commit_holds() {
    let repository = Repository::new();
    let top = "version: 1\nextends: ../shared/base.yaml\n";
    repository.write("gate/credgate.yaml", top);
    repository.write("shared/base.yaml", TIGHT);
    repository.commit();
    repository.git(&["branch", "base"]);
    repository.write("shared/base.yaml", LOOSE);
    let (base, head) = ("base:gate/credgate.yaml", "gate/credgate.yaml");
    assert_loosens(&repository.review(base, head));
    fs::remove_dir_all(repository.path().join("shared")).unwrap();
    assert_same(&repository.review(base, base));
}

/// An exceptions file with one exception.
fn exceptions(id: &str) -> String {
    format!(
        "version: 1\nexceptions:\n  - id: {id}\n    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]\n    \
         rules: [secret-age]\n    reason: The connector.\n    granted: 2026-09-01\n    expires: 2027-02-01\n"
    )
}

#[test]
fn exceptions_files_are_those_of_the_commit() {
    let repository = Repository::new();
    repository.write(
        NAME,
        &format!("{TIGHT}exceptions-from: ['teams/*/*.yaml']\n"),
    );
    repository.write("teams/a/one.yaml", &exceptions("one"));
    repository.commit();
    repository.git(&["branch", "base"]);
    repository.write("teams/b/two.yaml", &exceptions("two"));
    repository.commit();
    repository.git(&["branch", "head"]);
    repository.write("teams/a/three.yaml", &exceptions("three"));
    let ended = repository.review("base:credgate.yaml", "head:credgate.yaml");
    assert_eq!(ended.code, 1, "{ended:#?}");
    assert!(ended.stdout.contains("`two`"), "{ended:#?}");
    assert!(!ended.stdout.contains("`three`"), "{ended:#?}");
    assert_same(&repository.review("head:credgate.yaml", "head:credgate.yaml"));
}

#[cfg(unix)]
#[test]
fn no_link_hides_exceptions_in_a_commit_that_count_on_disk() {
    for (item, name, target) in [
        ("teams/*/*.yaml", "teams/b", "../shadow"),
        ("teams/*/in/*.yaml", "teams/a/in", "../../shadow"),
        ("teams/*/in/one.yaml", "teams/a/in", "../../shadow"),
        (
            "teams/*/one.yaml",
            "teams/b/one.yaml",
            "../../shadow/one.yaml",
        ),
        (
            "teams/*/*.yaml",
            "teams/b/one.yaml",
            "../../shadow/one.yaml",
        ),
        (
            "teams/a/*.yaml",
            "teams/a/one.yaml",
            "../../shadow/one.yaml",
        ),
        ("teams/in/one.yaml", "teams/in", "../shadow"),
    ] {
        let repository = Repository::new();
        repository.write(NAME, &format!("{TIGHT}exceptions-from: ['{item}']\n"));
        repository.write("teams/a/readme.md", "");
        repository.write("teams/c/sound.yaml", &exceptions("sound"));
        repository.write("teams/c/in/sound.yaml", &exceptions("sound"));
        repository.write("shadow/one.yaml", &exceptions("one"));
        repository.commit();
        link(&repository, name, target);
        commit_index(&repository);
        let ended = repository.review("HEAD:credgate.yaml", "HEAD:credgate.yaml");
        assert_refused(&ended, "these exceptions cannot be loaded");
    }
}

#[test]
fn what_a_policy_extends_stays_in_its_commit() {
    let repository = Repository::new();
    for (extends, why) in [
        (
            "../outside/base.yaml",
            "there is no file `../outside/base.yaml`",
        ),
        ("./missing.yaml", "there is no file `./missing.yaml`"),
        ("./link.yaml", "is a link, or another repository"),
        (
            "./folder/base.yaml",
            "there is no file `./folder/base.yaml`",
        ),
        ("./.git/config", "there is no file `./.git/config`"),
    ] {
        fs::create_dir_all(repository.outside()).unwrap();
        fs::write(repository.outside().join("base.yaml"), TIGHT).unwrap();
        repository.write(NAME, &format!("version: 1\nextends: {extends}\n"));
        link(&repository, "link.yaml", "../outside/base.yaml");
        link(&repository, "folder", "../outside");
        repository.commit();
        assert_refused(&repository.review("HEAD:credgate.yaml", NAME), why);
    }
}

/// Lays a link, as Git keeps it, whatever the system has for links.
fn link(repository: &Repository, name: &str, target: &str) {
    repository.write("target", target);
    let blob = repository.git(&["hash-object", "-w", "--no-filters", "target"]);
    let entry = format!("120000,{blob},{name}");
    let _ = fs::remove_file(repository.path().join(name));
    repository.git(&["update-index", "--add", "--cacheinfo", &entry]);
    repository.git(&["checkout-index", "--force", name]);
}

/// Commits what the index holds, and nothing else.
fn commit_index(repository: &Repository) {
    repository.git(&["commit", "--quiet", "--message=An entry"]);
}

#[test]
fn a_link_at_the_place_of_the_policy_is_not_followed() {
    let repository = repository();
    repository.git(&["rm", "--quiet", NAME]);
    link(&repository, NAME, "loose.yaml");
    commit_index(&repository);
    let ended = repository.review("HEAD:credgate.yaml", "head:credgate.yaml");
    assert_refused(&ended, "is a link, or another repository");
}

#[test]
fn a_link_on_the_way_to_the_policy_is_not_followed() {
    let repository = repository();
    repository.write("real/credgate.yaml", LOOSE);
    repository.commit();
    link(&repository, "gate", "real");
    commit_index(&repository);
    let ended = repository.review("HEAD:gate/credgate.yaml", "head:credgate.yaml");
    assert_refused(&ended, "gate/credgate.yaml");
}

#[test]
fn another_repository_at_the_place_of_the_policy_is_not_followed() {
    let repository = repository();
    let id = repository.git(&["rev-parse", "HEAD"]);
    for place in [NAME, "gate"] {
        repository.git(&["rm", "--quiet", "--cached", "--ignore-unmatch", place]);
        let entry = format!("160000,{id},{place}");
        repository.git(&["update-index", "--add", "--cacheinfo", &entry]);
        commit_index(&repository);
    }
    let ended = repository.review("HEAD:credgate.yaml", "head:credgate.yaml");
    assert_refused(&ended, "is a link, or another repository");
    let ended = repository.review("HEAD:gate/credgate.yaml", "head:credgate.yaml");
    assert_refused(&ended, "gate/credgate.yaml");
}

#[test]
fn a_path_counts_from_the_root_or_with_a_dot_from_here() {
    let repository = repository();
    repository.write("gate/credgate.yaml", TIGHT);
    repository.commit();
    let here = repository.path().join("gate");
    let review = |base: &str| repository.review_in(&here, [base, "head:credgate.yaml"], &[]);
    assert_loosens(&review("HEAD:./credgate.yaml"));
    assert_loosens(&review("HEAD:gate/credgate.yaml"));
    assert_same(&review("HEAD:credgate.yaml"));
    assert_same(&review("HEAD:../credgate.yaml"));
    assert_refused(
        &review("HEAD:../../credgate.yaml"),
        "outside of the repository",
    );
    assert_refused(&review("HEAD:/etc/passwd"), "outside of the repository");
}

#[test]
fn what_is_not_there_gives_no_verdict() {
    let repository = repository();
    for (base, why) in [
        ("missing:credgate.yaml", "no such commit, branch or tag"),
        (
            "origin/main:credgate.yaml",
            "git fetch --depth=1 origin main",
        ),
        ("base:missing.yaml", "missing.yaml"),
        ("base:credgate.yaml/x", "credgate.yaml/x"),
        ("base:", "base:"),
        ("base:.", "base:."),
        ("--all:credgate.yaml", "none begins with a dash"),
        ("base^{tree}:credgate.yaml", "no such commit"),
        ("base..head:credgate.yaml", "no such commit"),
        ("C:\\policies\\credgate.yaml", "`C` cannot be read"),
        ("C:/policies/credgate.yaml", "`C` cannot be read"),
    ] {
        assert_refused(&repository.review(base, NAME), why);
        assert_refused(&repository.review(NAME, base), why);
    }
}

#[test]
fn without_a_repository_there_is_no_verdict() {
    let repository = repository();
    fs::create_dir(repository.outside()).unwrap();
    let sides = ["base:credgate.yaml", "head:credgate.yaml"];
    let ended = repository.review_in(&repository.outside(), sides, &[]);
    assert_refused(&ended, "this folder is in no Git repository");
}

#[test]
fn without_git_there_is_no_verdict() {
    let repository = repository();
    let sides = ["base:credgate.yaml", "head:credgate.yaml"];
    let nowhere = repository.outside();
    let variables = [("PATH", nowhere.to_str().unwrap())];
    let ended = repository.review_in(&repository.path(), sides, &variables);
    assert_refused(&ended, "there is no program `git`");
}

#[test]
fn two_files_need_no_git() {
    let repository = repository();
    repository.write("base.yaml", TIGHT);
    let arguments = ["review", "--base", "base.yaml", "--head", NAME];
    assert_loosens(&run(&repository.path(), &arguments, b""));
}

#[test]
fn a_file_that_is_called_like_a_commit_is_not_taken() {
    let repository = repository();
    repository.git(&["update-ref", "refs/remotes/origin/main", "base"]);
    if cfg!(unix) {
        repository.write("origin/main:credgate.yaml", LOOSE);
        repository.write("gone:credgate.yaml", LOOSE);
        assert_refused(
            &repository.review("gone:credgate.yaml", NAME),
            "no such commit",
        );
        assert_same(&repository.review("./gone:credgate.yaml", NAME));
    }
    assert_loosens(&repository.review("origin/main:credgate.yaml", NAME));
}

#[test]
fn a_tag_that_is_called_like_a_branch_does_not_take_its_place() {
    let repository = repository();
    repository.git(&["update-ref", "refs/remotes/origin/main", "base"]);
    repository.git(&["tag", "origin/main", "head"]);
    // What a repository says of itself does not switch the warning off.
    repository.git(&["config", "core.warnAmbiguousRefs", "false"]);
    let ended = repository.review("origin/main:credgate.yaml", NAME);
    assert_refused(&ended, "more than one branch, tag or commit has this name");
    assert_loosens(&repository.review("refs/remotes/origin/main:credgate.yaml", NAME));
}

#[test]
fn no_variable_names_another_repository() {
    let (repository, other) = (repository(), Repository::new());
    other.write(NAME, LOOSE);
    other.commit();
    other.git(&["branch", "base"]);
    let git_folder = other.path().join(".git");
    let (folder, objects) = (git_folder.to_str().unwrap(), git_folder.join("objects"));
    let work = other.path();
    let variables = [
        ("GIT_DIR", folder),
        ("GIT_COMMON_DIR", folder),
        ("GIT_WORK_TREE", work.to_str().unwrap()),
        ("GIT_OBJECT_DIRECTORY", objects.to_str().unwrap()),
        ("GIT_INDEX_FILE", "/nowhere"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_PREFIX", "gate/"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.bare"),
        ("GIT_CONFIG_VALUE_0", "nonsense"),
        ("GIT_TRACE", "1"),
    ];
    let sides = ["base:./credgate.yaml", NAME];
    assert_loosens(&repository.review_in(&repository.path(), sides, &variables));
    for variable in variables {
        assert_loosens(&repository.review_in(&repository.path(), sides, &[variable]));
    }
}

#[test]
fn a_replaced_object_is_not_taken() {
    let repository = repository();
    for object in ["", ":credgate.yaml", "^{tree}"] {
        let [old, new] = ["base", "head"].map(|branch| format!("{branch}{object}"));
        repository.git(&["replace", &old, &new]);
    }
    assert_eq!(
        repository.git(&["show", "base:credgate.yaml"]),
        LOOSE.trim()
    );
    assert_loosens(&repository.review("base:credgate.yaml", NAME));
}

#[test]
fn no_filter_or_text_conversion_runs() {
    let repository = repository();
    repository.git(&["checkout", "--quiet", "base"]);
    let attributes =
        "*.yaml filter=loose diff=loose text eol=crlf working-tree-encoding=UTF-16 ident\n";
    repository.write(".git/info/attributes", attributes);
    repository.write("loose.yaml", LOOSE);
    let program = "touch ran; cat loose.yaml; exit 0 #";
    for key in [
        "filter.loose.smudge",
        "filter.loose.clean",
        "diff.loose.textconv",
    ] {
        repository.git(&["config", key, program]);
    }
    repository.git(&["config", "filter.loose.required", "true"]);
    assert_loosens(&repository.review("base:credgate.yaml", "head:credgate.yaml"));
    assert!(!repository.path().join("ran").exists());
}

#[test]
fn the_repository_is_as_it_was() {
    let repository = repository();
    repository.write("untracked", "");
    repository.write(NAME, TIGHT);
    let index = || fs::read(repository.path().join(".git/index")).unwrap();
    let state = || {
        let status = repository.git(&["--no-optional-locks", "status", "--porcelain"]);
        let objects = repository.git(&["count-objects", "-v"]);
        let refs = repository.git(&["for-each-ref"]);
        (status, objects, refs, index())
    };
    let before = state();
    assert_loosens(&repository.review("base:credgate.yaml", "head:credgate.yaml"));
    assert_eq!(state(), before);
    assert_eq!(
        fs::read_to_string(repository.path().join(NAME)).unwrap(),
        TIGHT
    );
}

#[test]
fn a_policy_that_is_too_large_is_refused() {
    let repository = repository();
    let comment = format!("# {}\n", "x".repeat(98)).repeat(100_000);
    repository.write("large.yaml", &format!("{TIGHT}{comment}"));
    repository.commit();
    assert_refused(
        &repository.review("HEAD:large.yaml", NAME),
        "has more than 8388608 bytes",
    );
    assert_refused(
        &repository.review(NAME, "HEAD:large.yaml"),
        "has more than 8388608 bytes",
    );
}

#[test]
fn other_line_ends_and_a_byte_order_mark_are_no_change() {
    let repository = repository();
    repository.git(&["config", "core.autocrlf", "true"]);
    repository.write(NAME, &format!("\u{feff}{}", TIGHT.replace('\n', "\r\n")));
    assert_same(&repository.review("base:credgate.yaml", NAME));
    assert_loosens(&repository.review(NAME, "head:credgate.yaml"));
}
