"""What the set-ups of both examples need: a repository, stand-ins for `cargo install` and the tenant, comparisons."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples/contoso"
BINARY = Path(sys.argv[1]).resolve()
REVISION = "0123456789abcdef0123456789abcdef01234567"
HOLDS = "version: 1\nrules:\n  certificate-expired: { level: note }\n"
FAILS = "version: 1\nextends: baseline\n"
LOOSER = "version: 1\nrules:\n  certificate-expired: { level: off }\n  certificate-expiring: { level: note }\n"

# Takes the place of `cargo install`, which is looked at and not run: it would build for minutes.
CARGO = """#!/usr/bin/env bash
echo "$*" >> "$SCRATCH/cargo"
[ "$CARGO_FAILS" = no ] || exit 101
[ ! -e .cargo ] || touch "$SCRATCH/canary"
while [ "$1" != --root ]; do shift; done
[ ! -e "$2/.crates.toml" ] || exit 0 # it is installed already
mkdir -p "$2/bin" && cp "$SCRATCH/credgate" "$2/bin/credgate"
"""

# What a change may bring: programs where one might be looked for, all of which tell that they ran.
PLANTED = """#!/usr/bin/env bash
touch "$SCRATCH/canary"
"""
PLACES = ["", "bin", ".credgate/bin", "credgate/bin", ".cargo/bin", "target/release", "node_modules/.bin"]

# The binary, with a tenant of files in the place of Graph, and a clock; it writes down how it would have signed in.
CREDGATE = """#!/usr/bin/env bash
case ":$PATH:" in *":$CHECKOUT"[:/]* | *:.* | *::*) touch "$SCRATCH/canary" ;; esac
arguments=()
now=(--now 2026-11-23T00:00:00Z)
[ "$1" != policy ] || now=()
while [ $# -gt 0 ]; do
  case $1$TENANT in
    graphfiles) arguments+=("$CONTOSO/applications.json" --inventory "$CONTOSO/service-principals.json") ;;
    --authfiles)
      echo "$2 ${AZURE_FEDERATED_TOKEN_FILE:+$(cat "$AZURE_FEDERATED_TOKEN_FILE")}${SYSTEM_ACCESSTOKEN:-}" > "$SCRATCH/signed-in"
      shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
exec "$BINARY" "${arguments[@]}" "${now[@]}"
"""


def git(folder, *words):
    quiet = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run([*quiet, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class SetUp:
    """A repository with a policy on its main branch, and another one in the change."""

    def __init__(self, scratch, base, head, cargo_fails=False, tenant="files", fork=None):
        self.scratch = Path(scratch)
        for name, text in [("cargo", CARGO), ("credgate", CREDGATE)]:
            folder = self.scratch / "bin" if name == "cargo" else self.scratch
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        origin = self.repository("origin.git", base)
        if fork is not None:
            # Its main branch is what its owner likes.
            self.repository("fork.git", fork)
        self.folder = self.scratch / "a clone"
        git(self.scratch, "clone", "--quiet", "fork.git" if fork is not None else "origin.git", "a clone")
        self.target = str(origin).removesuffix(".git")
        self.plant()
        self.write(self.folder, head)
        shutil.copy(CONTOSO / "applications.json", self.folder)
        self.environment = {
            "PATH": f"{self.scratch / 'bin'}:{os.environ['PATH']}", "HOME": scratch, "SCRATCH": scratch,
            "CARGO_FAILS": "yes" if cargo_fails else "no", "TENANT": tenant,
            "CHECKOUT": str(self.folder), "BINARY": str(BINARY), "CONTOSO": str(CONTOSO), "HTTPS_PROXY": "http://127.0.0.1:9",
        }

    def repository(self, name, policy):
        folder = self.scratch / name
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch=main")
        self.write(folder, policy)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--allow-empty", "--message=base")
        return folder

    def plant(self):
        for place in PLACES:
            (self.folder / place).mkdir(parents=True, exist_ok=True)
            for name in ["git", "cargo", "mktemp", "grep"] + (["credgate"] if place else []):
                (self.folder / place / name).write_text(PLANTED)
                (self.folder / place / name).chmod(0o755)
        for place in [".credgate", "credgate"]:
            (self.folder / place / ".crates.toml").write_text("[v1]\n")
        (self.folder / ".cargo/config.toml").write_text('[build]\nrustc-wrapper = "./git"\n')

    @staticmethod
    def write(folder, policy):
        if policy is None:
            (folder / "credgate.yaml").unlink(missing_ok=True)
        else:
            (folder / "credgate.yaml").write_text(policy)

    def told(self, name):
        path = self.scratch / name
        return path.read_text().strip() if path.is_file() else ""


class Suite:
    """The set-ups of one example; each compares what happened with what must."""

    def __init__(self, text):
        self.text, self.count, self.red, self.wrong = text, 0, 0, []

    def expect(self, name, **facts):
        """Each fact is a pair of what is and what must be."""
        self.count += 1
        wrong = {fact: pair for fact, pair in facts.items() if pair[0] != pair[1]}
        if wrong:
            self.wrong.append(f"{name}: {wrong}")

    def run(self, name, code, check=None, head=HOLDS, base=HOLDS, job=None, variables=None, **options):
        with tempfile.TemporaryDirectory() as scratch:
            set_up = SetUp(scratch, base, head, **options)
            outcome = self.execute(job, set_up, variables or {})
            facts = {"code": (outcome.code, code), "green": (outcome.is_green, code == 0)}
            facts["nothing of the checkout ran"] = (not (set_up.scratch / "canary").exists(), True)
            self.red += not outcome.is_green
            try:
                facts.update(check(outcome, set_up) if check else {})
            except (OSError, ValueError, ElementTree.ParseError) as error:
                facts["a report"] = (str(error), "there, and well formed")
            if any(is_ != must for is_, must in facts.values()):
                facts["log"] = (outcome.log[-600:], "")
            self.expect(name, **facts)


def entries(path):
    return len(json.loads(path.read_text()))


def failures(path):
    return len(list(ElementTree.parse(path).iter("failure")))


def repository():
    lines = (ROOT / "Cargo.toml").read_text().splitlines()
    return next(line for line in lines if line.startswith("repository = ")).split('"')[1]


def installed(set_up, folder=None):
    """Whether exactly this was built: the pinned commit of this project, with its lock file, not into the checkout."""
    words = set_up.told("cargo").split(" --root ")[-1].split(" --rev ")
    root = Path(folder or words[0])
    is_outside = root.is_absolute() and not root.is_relative_to(set_up.folder)
    told = f"install --quiet --locked --root {root} --rev {REVISION} --git {repository()} credgate"
    return is_outside and set_up.told("cargo") == told


def main(suite_of, path, mutations):
    """Runs a suite on its example, then on the example broken in each way, of which each must be noticed."""
    text = (ROOT / path).read_text()
    suite = suite_of(text)
    unnoticed = []
    for old, new in mutations:
        assert old in text, f"the example has no {old!r} to break"
        if not suite_of(text.replace(old, new)).wrong:
            unnoticed.append(f"nothing notices {old!r} -> {new!r}")
    print(*suite.wrong, *unnoticed, sep="\n", end="")
    print(f"{path}: {suite.count} set-ups, {suite.red} of them red; {len(mutations)} ways to break it")
    sys.exit(1 if suite.wrong or unnoticed else 0)
