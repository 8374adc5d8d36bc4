//! Repositories, programs and settings that lie in the checkout: what the party that is judged could plant there.
//!
//! Everything planted leaves a canary when it is run. Each trap is shown to be live by plain Git before.

use std::fs;
use std::path::{Path, PathBuf};

use super::program::Ended;
use super::repository::{LOOSE, NAME, Repository, search_path};

fn canary(repository: &Repository) -> PathBuf {
    repository.path().join("ran")
}

/// Settings that run a program, for whatever Git may do.
fn traps(repository: &Repository) -> String {
    let canary = canary(repository);
    let canary = canary.display();
    format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"touch {canary}; false\"\n\
         \tsshCommand = \"touch {canary}; false\"\n\thooksPath = {canary}-hooks\n\tpager = \"touch {canary}; cat\"\n\
         \talternateRefsCommand = \"touch {canary}; false\"\n\taskPass = {canary}-ask\n\
         [extensions]\n\tpartialClone = evil\n\
         [remote \"evil\"]\n\turl = \"ext::sh -c touch% {canary}\"\n\tpromisor = true\n\tuploadpack = \"touch {canary}; false\"\n\
         [protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n[protocol \"file\"]\n\tallow = always\n\
         [pager]\n\trev-parse = \"touch {canary}; cat\"\n\tls-tree = \"touch {canary}; cat\"\n\
         [include]\n\tpath = more\n"
    )
}

/// Plants a bare repository with a loose policy as `base`, of which nothing is missing but the blob if it is to be fetched.
fn plant_bare(repository: &Repository, place: &str, lacks_blob: bool) {
    let other = Repository::new();
    other.write(NAME, LOOSE);
    other.commit();
    other.git(&["branch", "base"]);
    let planted = repository.path().join(place);
    fs::create_dir_all(&planted).unwrap();
    for part in ["objects", "refs"] {
        copy(&other.path().join(".git").join(part), &planted.join(part));
    }
    fs::write(planted.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(planted.join("config"), traps(repository)).unwrap();
    if lacks_blob {
        let id = other.git(&["rev-parse", "base:credgate.yaml"]);
        fs::remove_file(planted.join("objects").join(&id[..2]).join(&id[2..])).unwrap();
    }
    fs::write(planted.join(NAME), LOOSE).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Shows that a trap is live: Git without our care falls into it.
fn assert_live(repository: &Repository, folder: &Path, words: &[&str]) {
    let _ = fs::remove_file(canary(repository));
    repository.try_git(folder, words);
    assert!(canary(repository).exists(), "{words:?} sets nothing off");
    fs::remove_file(canary(repository)).unwrap();
}

/// No verdict, one line that says why, and nothing was run.
fn assert_refused(repository: &Repository, ended: &Ended, why: &str) {
    assert!(!canary(repository).exists(), "something ran: {ended:#?}");
    assert_eq!(ended.code, 2, "{ended:#?}");
    assert_eq!(ended.stdout, "");
    let first = ended.stderr.lines().next().unwrap();
    assert!(first.contains(why), "{ended:#?}");
    assert!(first.contains("; "), "{ended:#?}");
}

fn assert_loosens(repository: &Repository, ended: &Ended) {
    assert!(!canary(repository).exists(), "something ran: {ended:#?}");
    assert_eq!(ended.code, 1, "{ended:#?}");
    let said = "`max` is 900 days instead of 90 days";
    assert!(ended.stdout.contains(said), "{ended:#?}");
}

fn review(repository: &Repository, folder: &str, base: &str) -> Ended {
    let folder = repository.path().join(folder);
    repository.review_in(&folder, [base, NAME], &[])
}

#[test]
fn a_bare_repository_in_the_checkout_does_not_answer() {
    for lacks_blob in [false, true] {
        let repository = Repository::with_base();
        plant_bare(&repository, "gate", lacks_blob);
        if cfg!(unix) {
            let planted = repository.path().join("gate");
            assert_live(&repository, &planted, &["status"]);
        }
        for base in ["base:credgate.yaml", "base:./credgate.yaml"] {
            let ended = review(&repository, "gate", base);
            assert_refused(&repository, &ended, "looks like a bare Git repository");
        }
        fs::create_dir_all(repository.path().join("gate/in")).unwrap();
        let ended = review(&repository, "gate/in", "base:credgate.yaml");
        assert_refused(&repository, &ended, "looks like a bare Git repository");
        // From the root it is a folder like others.
        assert_loosens(&repository, &review(&repository, ".", "base:credgate.yaml"));
    }
}

#[test]
fn a_repository_in_the_checkout_does_not_answer() {
    for name in [".git", "../elsewhere"] {
        let repository = Repository::with_base();
        plant_bare(&repository, &format!("gate/{name}"), false);
        if name != ".git" {
            let names = format!("gitdir: {name}\n");
            repository.write("gate/.git", &names);
        }
        repository.write(&format!("gate/{NAME}"), LOOSE);
        let ended = review(&repository, "gate", "base:credgate.yaml");
        assert_refused(
            &repository,
            &ended,
            "is a Git repository inside another one",
        );
    }
}

#[test]
fn a_submodule_does_not_answer() {
    let repository = Repository::with_base();
    let other = Repository::new();
    other.write(NAME, LOOSE);
    other.commit();
    other.git(&["branch", "base"]);
    let url = other.path();
    let words = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
    ];
    repository.git(&[&words[..], &[url.to_str().unwrap(), "gate"]].concat());
    repository.write(&format!("gate/{NAME}"), LOOSE);
    let ended = review(&repository, "gate", "HEAD:credgate.yaml");
    assert_refused(
        &repository,
        &ended,
        "is a Git repository inside another one",
    );
}

#[test]
fn a_linked_work_tree_answers() {
    let repository = Repository::with_base();
    repository.git(&["worktree", "add", "--quiet", "gate", "base"]);
    repository.write(&format!("gate/{NAME}"), LOOSE);
    assert_loosens(
        &repository,
        &review(&repository, "gate", "base:credgate.yaml"),
    );
    assert_loosens(
        &repository,
        &review(&repository, "gate", "base:./credgate.yaml"),
    );
}

#[test]
fn a_file_that_leads_to_no_repository_gives_no_verdict() {
    let repository = Repository::with_base();
    repository.write(&format!("gate/{NAME}"), LOOSE);
    for text in ["gitdir: nowhere\n", "", "gitdir: ..\n"] {
        repository.write("gate/.git", text);
        let ended = review(&repository, "gate", "base:credgate.yaml");
        assert_refused(&repository, &ended, "Git repository");
    }
}

/// What a clone lacks is not fetched: by no transport, not even one that its own settings allow.
#[test]
fn nothing_is_fetched_for_a_partial_clone() {
    for lacks in ["base:credgate.yaml", "base^{tree}"] {
        let repository = Repository::with_base();
        let id = repository.git(&["rev-parse", lacks]);
        let canary = canary(&repository);
        let url = format!("ext::sh -c touch% {}", canary.display());
        for (key, value) in [
            ("core.repositoryformatversion", "1"),
            ("extensions.partialClone", "evil"),
            ("remote.evil.url", &url),
            ("remote.evil.promisor", "true"),
            ("protocol.ext.allow", "always"),
        ] {
            repository.git(&["config", key, value]);
        }
        let objects = repository.path().join(".git/objects");
        fs::remove_file(objects.join(&id[..2]).join(&id[2..])).unwrap();
        if cfg!(unix) {
            assert_live(&repository, &repository.path(), &["cat-file", "-p", &id]);
        }
        let ended = review(&repository, ".", "base:credgate.yaml");
        assert!(!canary.exists(), "{ended:#?}");
        assert_eq!(ended.code, 2, "{ended:#?}");
        assert!(
            ended.stderr.contains("git fetch --refetch --no-filter"),
            "{ended:#?}"
        );
    }
}

#[cfg(unix)]
fn plant_program(repository: &Repository, name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let canary = canary(repository);
    repository.write(
        name,
        &format!("#!/bin/sh\ntouch '{}'\nexit 1\n", canary.display()),
    );
    let path = repository.path().join(name);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn no_program_of_the_checkout_is_run() {
    let repository = Repository::with_base();
    let program = plant_program(&repository, "tools/git");
    for helper in ["git-rev-parse", "git-remote-ext", "sh", "less"] {
        plant_program(&repository, &format!("tools/{helper}"));
    }
    let inside = program.parent().unwrap().to_str().unwrap().to_owned();
    fs::create_dir_all(repository.outside()).unwrap();
    let link = repository.outside().join("link");
    std::os::unix::fs::symlink(&inside, &link).unwrap();
    let to_program = repository.outside().join("git");
    std::os::unix::fs::symlink(&program, &to_program).unwrap();
    let known = search_path();
    let known = known.to_str().unwrap();
    let outside = repository.outside();
    let places = [
        &*inside,
        "tools",
        "./tools",
        "tools/../tools",
        link.to_str().unwrap(),
        outside.to_str().unwrap(),
    ];
    for place in places {
        for path in [format!("{place}:{known}"), format!("{known}:{place}")] {
            let sides = ["base:credgate.yaml", NAME];
            let ended = repository.review_in(&repository.path(), sides, &[("PATH", &path)]);
            assert_loosens(&repository, &ended);
        }
        let sides = ["base:credgate.yaml", NAME];
        let ended = repository.review_in(&repository.path(), sides, &[("PATH", place)]);
        assert_refused(
            &repository,
            &ended,
            "in the checkout or has a relative path",
        );
    }
    // An empty entry is the current folder.
    for path in [format!(":{known}"), format!("{known}:")] {
        let sides = ["base:credgate.yaml", "../credgate.yaml"];
        let ended =
            repository.review_in(&repository.path().join("tools"), sides, &[("PATH", &path)]);
        assert_loosens(&repository, &ended);
    }
}

#[cfg(unix)]
#[test]
fn no_settings_of_the_checkout_are_read() {
    let repository = Repository::with_base();
    let trace = repository.path().join("trace");
    let nonsense = format!(
        "[trace2]\n\tnormalTarget = {}\n[core]\n\tbare = nonsense\n",
        trace.display()
    );
    repository.write("home/.gitconfig", &nonsense);
    repository.write("home/git/config", &nonsense);
    let inside = repository.path().join("home");
    let inside = inside.to_str().unwrap();
    for variables in [
        vec![("HOME", inside)],
        vec![("HOME", "home")],
        vec![("XDG_CONFIG_HOME", inside)],
        vec![("HOME", inside), ("XDG_CONFIG_HOME", "home")],
    ] {
        let sides = ["base:credgate.yaml", NAME];
        let ended = repository.review_in(&repository.path(), sides, &variables);
        assert_loosens(&repository, &ended);
        assert!(!trace.exists());
    }
}

#[test]
fn no_variable_runs_a_program_or_allows_a_transport() {
    let repository = Repository::with_base();
    let canary = canary(&repository);
    let touch = format!("touch {}; false", canary.display());
    let config = format!("'core.fsmonitor={touch}' 'protocol.ext.allow=always'");
    for (name, value) in [
        ("GIT_SSH_COMMAND", &*touch),
        ("GIT_EXTERNAL_DIFF", &touch),
        ("GIT_PAGER", &touch),
        ("PAGER", &touch),
        ("GIT_ASKPASS", &touch),
        ("GIT_EXEC_PATH", "tools"),
        ("GIT_CONFIG_PARAMETERS", &config),
        ("GIT_CONFIG_GLOBAL", "evil"),
        ("GIT_CONFIG_SYSTEM", "evil"),
        ("GIT_ALLOW_PROTOCOL", "ext"),
        ("GIT_NO_LAZY_FETCH", "0"),
        ("GIT_REPLACE_REF_BASE", "refs/heads"),
        ("GIT_SHALLOW_FILE", "evil"),
        ("GIT_CEILING_DIRECTORIES", "/"),
        ("GIT_TRACE2_EVENT", "1"),
    ] {
        repository.write("evil", "[core\n");
        let sides = ["base:credgate.yaml", NAME];
        let ended = repository.review_in(&repository.path(), sides, &[(name, value)]);
        assert_loosens(&repository, &ended);
    }
}

#[test]
fn settings_of_the_repository_itself_run_nothing() {
    let repository = Repository::with_base();
    let touch = format!("touch {}; false", canary(&repository).display());
    let hooks = repository.path().join("hooks");
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.alternateRefsCommand",
        "pager.rev-parse",
        "pager.ls-tree",
        "diff.external",
        "credential.helper",
        "gpg.program",
    ] {
        repository.git(&["config", key, &touch]);
    }
    repository.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    repository.git(&["config", "core.untrackedCache", "true"]);
    if cfg!(unix) {
        assert_live(&repository, &repository.path(), &["status"]);
    }
    assert_loosens(&repository, &review(&repository, ".", "base:credgate.yaml"));
}
