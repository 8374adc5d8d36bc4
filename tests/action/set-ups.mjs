// What a workflow may be set up as, right and wrong, and what must come of it. Most must be red.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { examples, LOOSENED } from "./examples.mjs";
import { green, red, spoilt } from "./expect.mjs";
import { commands } from "./runner.mjs";
import { script, VERSION } from "./stand-ins.mjs";
import { application, inventory, POLICY, UPLOAD } from "./world.mjs";

const PROJECT = path.resolve(import.meta.dirname, "../..");
const page = (it) => JSON.stringify({ value: [it] });
const TAG = `v${VERSION}`;
const RELEASED = { action_ref: TAG, action_repository: "contoso/gate" };
const COMMIT = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
const PULL_REQUEST = { event: { pull_request: { number: 7, head: { sha: COMMIT, repo: { full_name: "contoso/platform" } } } } };

/** Refused before anything runs, and the summary says why. */
const refused = (inputs, words) => ({
  inputs,
  holds(result) {
    red(2, words)(result);
    assert.match(result.summary, /^## . credgate: no verdict/u);
    assert.match(result.summary, words);
  },
});

/** A release, packed as ours are; `spoil` changes it after the checksums are made. */
function release(root, { says = "credgate VERSION", spoil = () => {}, program } = {}) {
  const folder = path.join(root, "release");
  fs.mkdirSync(folder);
  const asset = `credgate-${VERSION}-x86_64-unknown-linux-gnu.tar.gz`;
  const built = path.join(root, "built");
  // The script of the release workflow packs only what says the right version.
  if (program) fs.mkdirSync(built);
  if (program) fs.copyFileSync(program, path.join(built, "credgate"));
  else script(built, "credgate", `case $0 in */built/*) echo "credgate VERSION" ;; *) echo "${says}" ;; esac`);
  execFileSync(path.join(PROJECT, ".github/scripts/pack"), ["x86_64-unknown-linux-gnu", built, folder]);
  const sums = execFileSync("sha256sum", [asset], { cwd: folder });
  fs.writeFileSync(path.join(folder, "SHA256SUMS"), sums);
  spoil(folder, asset);
  return folder;
}

export function setUps(program) {
  return {
    ...examples,
    "a tenant that holds is green, and every output is there": {
      holds(result) {
        green(result);
        assert.equal(result.outputs.findings, "0");
        for (const name of ["sarif-file", "report-file", "json-file"]) assert.ok(fs.existsSync(result.outputs[name]), name);
        assert.match(result.summary, /^## ✅ credgate: the policy holds/);
        assert.deepEqual(result.used.map((it) => it.name), ["actions/cache/restore", "actions/cache/save"]);
      },
    },
    "a violation is red with 1, after the upload": {
      inputs: { inventory: "bad.ndjson", "upload-sarif": "true", category: "tenant" },
      holds(result) {
        red(1, /secrets-only/)(result);
        assert.equal(result.outputs.verdict, "fail");
        assert.equal(result.outputs.findings, "1");
        assert.match(result.summary, /^## ❌ credgate: the policy does not hold/);
        const upload = result.used.find((it) => it.name === UPLOAD);
        assert.equal(upload.with.category, "tenant");
        assert.equal(upload.with.sarif_file, result.outputs["sarif-file"]);
        assert.equal(commands(result.log).filter((it) => it.command === "error").length, 1);
      },
    },
    "a tenant that holds is uploaded, too, so that alerts close": {
      inputs: { "upload-sarif": "true" },
      holds(result) {
        green(result);
        const upload = result.used.find((it) => it.name === UPLOAD);
        assert.equal(upload.with.token, "t0ken");
        assert.ok(upload.with.sarif_file);
      },
    },
    "an empty policy input is red": refused({ policy: "" }, /`policy` is empty/),
    "an inventory input of blanks is red": refused({ inventory: " \n\t" }, /`inventory` is empty/),
    "an age that is empty is red, because no limit might be meant or forgotten": refused({ "max-inventory-age": "" }, /`max-inventory-age` is empty/),
    "an inventory that does not say its age is red with 3 where one is asked for": {
      inputs: { "max-inventory-age": "24h" },
      holds: red(3, /--max-inventory-age|collected/),
    },
    "a review without a base is red": refused({ command: "review" }, /`review-base` is empty/),
    "a command that does not exist is red": refused({ command: "chek" }, /neither `check` nor `review`/),
    "a switch that is neither true nor false is red": refused({ "upload-sarif": "yes" }, /`upload-sarif` is neither/),
    "a report at a name of two lines is red": refused({ "sarif-file": "a\nverdict=pass" }, /more than one line/),
    "check does not take what is for review": refused({ "allow-loosening": "true" }, /is for `command: review`/),
    "a policy that is not there is red with 2": {
      inputs: { policy: "nowhere.yaml" },
      holds(result) {
        red(2, /there is no file `nowhere.yaml`/)(result);
        assert.equal(result.outputs.verdict, "none");
        assert.match(result.summary, /no verdict \(exit code 2\)[\s\S]*nowhere\.yaml/);
        assert.ok(commands(result.log).some((it) => it.command === "error" && it.words.includes("nowhere.yaml")));
      },
    },
    "a policy with a mistake is red with 2": {
      files: { "credgate.yaml": "version: 1\nrules:\n  secret-only: {}\n" },
      holds: red(2, /unknown rule `secret-only`/),
    },
    "a level that does not exist is red with 2": { inputs: { "fail-on": "eror" }, holds: red(2, /`eror` cannot be used/) },
    "an inventory that is not there is red with 3": { inputs: { inventory: "nowhere.json" }, holds: red(3, /cannot be read/) },
    "an inventory without applications is red with 3": { inputs: { inventory: "empty.json" }, holds: red(3, /no applications/) },
    "an inventory without applications that is said to be empty is green": {
      inputs: { inventory: "empty.json", "allow-empty": "true" },
      holds: green,
    },
    "a rule that cannot be judged is red with 3, and nothing is uploaded": {
      inputs: { "upload-sarif": "true" },
      files: { "credgate.yaml": "version: 1\nrules:\n  owner-missing: { level: error, evidence: required }\n" },
      holds(result) {
        red(3, /owner-missing/)(result);
        assert.equal(result.outputs.verdict, "incomplete");
        assert.match(result.summary, /Could not be judged/);
        assert.ok(!result.used.some((it) => it.name === UPLOAD));
      },
    },
    "a violation beside a rule that cannot be judged is red with 1, and nothing is uploaded": {
      inputs: { inventory: "bad.ndjson", "upload-sarif": "true" },
      files: {
        "credgate.yaml":
          "version: 1\nextends: secrets-only\nrules:\n  owner-missing: { level: error, evidence: required }\n",
      },
      holds(result) {
        red(1, /owner-missing/)(result);
        assert.equal(result.outputs.verdict, "fail");
        assert.ok(!result.used.some((it) => it.name === UPLOAD));
      },
    },
    "graph without any way of signing in is red with 4": {
      inputs: { inventory: "graph" },
      env: { AZURE_CONFIG_DIR: "/nonexistent" },
      holds: red(4, /error\[4\]/),
    },
    "a snapshot is of this run: an old one does not stand in for a tenant that cannot be read": {
      inputs: { inventory: "graph", "snapshot-file": "good.ndjson" },
      env: { AZURE_CONFIG_DIR: "/nonexistent" },
      holds(result) {
        red(4, /error\[4\]/)(result);
        assert.ok(!fs.existsSync(path.join(result.workspace, "good.ndjson")));
        assert.match(result.summary, /no verdict \(exit code 4\)/);
      },
    },
    "a snapshot is what is judged": {
      inputs: { inventory: " graph\n", "snapshot-file": "a tenant.ndjson", "client-id": "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21" },
      program: `case $1 in
  --version) echo "credgate VERSION" ;;
  inventory) [ "$*" = "inventory export --output=a tenant.ndjson --client-id=5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21" ] && cp bad.ndjson "a tenant.ndjson" ;;
  *) exec "${program}" "$@" ;;
esac`,
      holds: red(1, /a tenant\.ndjson/),
    },
    "an export that ends with 1 is no violation": {
      inputs: { inventory: "graph", "snapshot-file": "tenant.ndjson" },
      program: '[ "$1" != --version ] || { echo "credgate VERSION"; exit; }\nexit 1',
      holds: red(70, /exit code 70/),
    },
    "a snapshot of a file is red": refused({ "snapshot-file": "tenant.ndjson" }, /is for `inventory: graph` alone/),
    "several sources, blanks in names, and paths that begin with a dash": {
      inputs: { policy: "-my policy.yaml", inventory: "\n  a folder/good one.ndjson  \n-bad.ndjson\n", "sarif-file": "out put.sarif" },
      files: {
        "-my policy.yaml": POLICY,
        "a folder/good one.ndjson": inventory([application(1)]),
        "-bad.ndjson": inventory([application(2, { secret: true })]),
      },
      holds(result) {
        red(1, /secrets-only/)(result);
        assert.equal(result.outputs["sarif-file"], "out put.sarif");
        const log = JSON.parse(fs.readFileSync(path.join(result.workspace, "out put.sarif"), "utf8"));
        assert.equal(log.runs[0].results.length, 1);
      },
    },
    "what an earlier run left is not uploaded": {
      inputs: { policy: "nowhere.yaml", "sarif-file": "old.sarif", "report-file": "old.md", "json-file": "old.json", "upload-sarif": "true" },
      files: { "old.sarif": "{}", "old.md": "fine", "old.json": '{\n  "exit_code": 0,\n}' },
      holds(result) {
        red(2, /nowhere/)(result);
        for (const name of ["old.sarif", "old.md", "old.json"]) assert.ok(!fs.existsSync(path.join(result.workspace, name)), name);
        assert.ok(!result.used.some((it) => it.name === UPLOAD));
        assert.doesNotMatch(result.summary, /fine/);
      },
    },
    "what an earlier run left is removed even where there is no program": {
      inputs: { "sarif-file": "old.sarif", "upload-sarif": "true" },
      files: { "old.sarif": "{}" },
      cargo: false,
      path: "/usr/bin:/bin",
      holds(result) {
        red(4, /cargo is missing/)(result);
        assert.ok(!fs.existsSync(path.join(result.workspace, "old.sarif")));
        assert.match(result.summary, /no verdict[\s\S]*cargo is missing, with which/);
      },
    },
    "a processor without a program is red": { runner: { arch: "ARM" }, holds: red(4, /no program for Linux on ARM/) },
    "a system without a program is red": { runner: { os: "Windows", arch: "ARM64" }, holds: red(4, /no program for Windows on ARM64/) },
    "a build that fails is red": { built: "/nonexistent", holds: red(4, /cannot be built/) },
    "a program of another version is red": {
      program: 'echo "credgate 0.0.9"',
      holds: red(4, /another version/),
    },
    "a program that writes nothing and ends with 0 is red": {
      program: '[ "$1" != --version ] || echo "credgate VERSION"',
      holds: red(5, /its reports are not there/),
    },
    "a program whose report says something else than its code is red": {
      program: `[ "$1" != --version ] || { echo "credgate VERSION"; exit; }
for word in "$@"; do
  case $word in --report=*=*) printf '{\\n  "exit_code": 1,\\n}\\n' > "\${word#--report=*=}" ;; esac
done`,
      holds: red(5, /say something else/),
    },
    "a program that is killed is red with its signal": {
      program: '[ "$1" != --version ] || { echo "credgate VERSION"; exit; }\nkill -9 $$',
      holds: red(137, /exit code 137/),
    },
    "a bug of the program is red with 70": {
      program: '[ "$1" != --version ] || { echo "credgate VERSION"; exit; }\necho "error[70]: a bug" >&2; exit 70',
      holds: red(70, /a bug/),
    },
    "a report that cannot be written is red with 5": {
      inputs: { "sarif-file": "no folder/credgate.sarif" },
      holds: red(5, /its folder does not exist/),
    },
    "a report in the place of a page of the inventory does not take the page away": {
      inputs: { inventory: " pages/ ", "sarif-file": "./pages/2.json" },
      files: { "pages/1.json": page(application(1)), "pages/2.json": page(application(2, { secret: true })) },
      holds(result) {
        red(2, /`sarif-file` is, or lies in, what is judged/)(result);
        assert.ok(fs.existsSync(path.join(result.workspace, "pages/2.json")));
      },
    },
    "an upload that fails is red although the policy holds": {
      inputs: { "upload-sarif": "true" },
      uses: { [UPLOAD]: () => false },
      holds: spoilt(5, /SARIF could not be uploaded/),
    },
    "an upload that fails does not hide a violation": {
      inputs: { "upload-sarif": "true", inventory: "bad.ndjson" },
      uses: { [UPLOAD]: () => false },
      holds: red(1, /secrets-only/),
    },
    "a program that comes with the cache is not run: it is of another commit": {
      inputs: { inventory: "bad.ndjson" },
      uses: {
        "actions/cache/restore": (settings) => {
          script(path.join(settings.path, "source"), "credgate", `[ "$1" != --version ] || { echo "credgate VERSION"; exit; }
for word in "$@"; do
  case $word in --report=*=*) printf '{\n  "exit_code": 0,\n}\n' > "\${word#--report=*=}" ;; esac
done`);
          return true;
        },
      },
      holds: red(1, /secrets-only/),
    },
    "a cache that fails is red": { uses: { "actions/cache/restore": () => false }, holds: red(4, /./) },
    "foreign names make no annotation, and switch none off": {
      inputs: { inventory: "bad.ndjson" },
      files: {
        "bad.ndjson": inventory(
          ["::error::a", "\n::warning::b", "x ##[stop-commands]t", "##[add-mask]e", "%0A::error::c", "```\n</details>"].map((name, at) =>
            application(at + 1, { secret: true, name }),
          ),
        ),
      },
      holds(result) {
        red(1, /secrets-only/)(result);
        const found = commands(result.log);
        assert.equal(found.filter((it) => it.command === "error").length, 6);
        assert.ok(found.every((it) => ["error", "warning", "notice", "group", "endgroup"].includes(it.command)), JSON.stringify(found));
      },
    },
    "a foreign name in an error is no command": {
      inputs: { policy: "x ##[add-mask]e\u0085::error::y.yaml" },
      holds(result) {
        red(2, /there is no file/)(result);
        assert.ok(commands(result.log).every((it) => it.command === "error"), result.log);
      },
    },
    "the release of the action's own tag is verified and run": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { program }) }),
      holds(result) {
        green(result);
        assert.deepEqual(result.used, []);
        assert.match(
          result.asked.asked(),
          /attestation verify credgate-[0-9.]+-x86_64-unknown-linux-gnu\.tar\.gz --repo contoso\/gate --signer-workflow contoso\/gate\/\.github\/workflows\/release\.yml --source-ref refs\/tags\/v[0-9.]+ --deny-self-hosted-runners$/m,
        );
      },
    },
    "without a release the action's own source is built": {
      github: RELEASED,
      holds(result) {
        green(result);
        assert.match(result.log, /there is no release v[0-9.]+/);
      },
    },
    "an action that is pinned by its commit is built": {
      github: { ...RELEASED, action_ref: "0057852bfaa89a56745cba8c7296529d2fc39830" },
      gh: (root) => ({ release: release(root) }),
      holds(result) {
        green(result);
        assert.equal(result.asked.asked(), "");
      },
    },
    "a release with another checksum stops, and nothing is built instead": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { spoil: (folder, asset) => fs.appendFileSync(path.join(folder, asset), "x") }) }),
      holds: red(4, /does not have the checksum/),
    },
    "a release without a checksum stops": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { spoil: (folder) => fs.writeFileSync(path.join(folder, "SHA256SUMS"), "") }) }),
      holds: red(4, /do not name/),
    },
    "a release without a proof of its origin stops": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { program }), attested: false }),
      holds: red(4, /nothing proves/),
    },
    "a release that was built on a machine of somebody's own stops": {
      github: RELEASED,
      // What gh would say of such a release: it verifies only for those who ask for less.
      gh: (root) => ({
        release: release(root, { program }),
        attested: `case "$*" in
    *" --signer-workflow contoso/gate/.github/workflows/release.yml "*" --deny-self-hosted-runners"*) exit 1 ;;
  esac`,
      }),
      holds: red(4, /nothing proves/),
    },
    "why there is no program stands in the summary, also for a release": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { program }), attested: false }),
      holds(result) {
        red(4, /nothing proves/)(result);
        assert.match(result.summary, /nothing proves that credgate-/);
      },
    },
    "an error that is long is cut in the summary, which says so": {
      program: `[ "$1" != --version ] || { echo "credgate VERSION"; exit; }
printf 'error[2]: %s\\n' "$(printf '\u00e4%.0s' {1..20000})" >&2; exit 2`,
      env: { LC_ALL: "C.UTF-8" },
      holds(result) {
        red(2, /error\[2\]/)(result);
        assert.match(result.summary, /\n… cut: the log has the rest/);
        assert.ok(!result.summary.includes("\ufffd"));
      },
    },
    "an error does not leave its frame in the summary": {
      program: `[ "$1" != --version ] || { echo "credgate VERSION"; exit; }
printf 'error[2]: a\\n\\140\\140\\140\\n<img src=x>\\n\\140\\140\\140\\140\\n' >&2; exit 2`,
      holds(result) {
        red(2, /<img src=x>/)(result);
        assert.equal(result.summary.match(/```/g).length, 2);
        assert.match(result.summary, /\n```\n$/);
      },
    },
    "no argument is taken for a path and changed, as Git's bash does on Windows": {
      program: `[ "$1" != --version ] || { echo "credgate VERSION"; exit; }
[ "\${MSYS_NO_PATHCONV:-}" = 1 ] && [ "\${MSYS2_ARG_CONV_EXCL:-}" = '*' ] || { echo "error[2]: changed" >&2; exit 2; }
exec "${program}" "$@"`,
      holds: green,
    },
    "a release that cannot be downloaded stops": {
      github: RELEASED,
      gh: (root) => ({ release: release(root), refuses: '"release download "' }),
      holds: red(4, /cannot be downloaded/),
    },
    "a release that says another version stops": {
      github: RELEASED,
      gh: (root) => ({ release: release(root, { says: "credgate 9.9.9" }) }),
      holds: red(4, /another version/),
    },
    "a version that was never released stops": {
      inputs: { version: "v9.9.9" },
      github: RELEASED,
      holds: red(4, /release v9\.9\.9 cannot be downloaded/),
    },
    "a version of a local action stops": { inputs: { version: TAG }, holds: red(4, /a local action has no releases/) },
    "a version that is none stops": { inputs: { version: "latest" }, holds: red(4, /neither `auto`/) },
    "a change that loosens is red with 1, and the comment says so": {
      inputs: { command: "review", "review-base": "target:credgate.yaml", inventory: "", comment: "true" },
      ...LOOSENED,
      github: PULL_REQUEST,
      holds(result) {
        red(1, /loosens/)(result);
        assert.equal(result.outputs.verdict, "fail");
        assert.equal(result.outputs.findings, "1");
        assert.match(result.asked.body(), /^<!-- credgate [0-9a-f]{40} -->\n## ❌ credgate review/);
        assert.match(result.asked.asked(), /POST repos\/contoso\/platform\/issues\/7\/comments/);
      },
    },
    "a change that loosens and was allowed is green": {
      inputs: { command: "review", "review-base": "target:credgate.yaml", inventory: "", "allow-loosening": "true" },
      ...LOOSENED,
      holds: green,
    },
    "a review without a change is green": {
      inputs: { command: "review", "review-base": "target:credgate.yaml", inventory: "" },
      files: { "credgate.yaml": `# a comment\n${POLICY}` },
      commits: { "credgate.yaml": POLICY },
      holds: green,
    },
    "a base that is not there is red with 2": {
      inputs: { command: "review", "review-base": "nobranch:credgate.yaml", inventory: "" },
      commits: { "credgate.yaml": POLICY },
      holds: red(2, /nobranch/),
    },
    "the comment of this token is renewed, and nobody else's": {
      inputs: { comment: "true" },
      github: PULL_REQUEST,
      gh: () => ({
        comments: [
          { id: 1, login: "mallory", body: MARK },
          { id: 2, login: "github-actions[bot]", body: MARK },
        ],
      }),
      holds(result) {
        green(result);
        assert.match(result.asked.asked(), /PATCH repos\/contoso\/platform\/issues\/comments\/2 /);
        assert.doesNotMatch(result.asked.asked(), /comments\/1|POST/);
      },
    },
    ...comments(program),
    "a comment that is refused is red although the policy holds": {
      inputs: { comment: "true" },
      github: PULL_REQUEST,
      gh: () => ({ refuses: '"api --method"' }),
      holds: spoilt(5, /pull-requests: write/),
    },
    "a fork cannot be commented on, which changes no verdict": {
      inputs: { comment: "true", inventory: "bad.ndjson" },
      github: { event: { pull_request: { number: 7, head: { repo: { full_name: "mallory/platform" } } } } },
      holds(result) {
        red(1, /secrets-only/)(result);
        assert.equal(result.asked.asked(), "");
        assert.match(result.log, /::notice title=credgate::a pull request from a fork/);
      },
    },
    "a summary that cannot be written is red": {
      env: { GITHUB_STEP_SUMMARY: "/nonexistent/summary.md" },
      holds: spoilt(5, /summary could not be written/),
    },
  };
}

/** A comment of an earlier push, which was green: whatever this run comes to, it says so, or that nothing is known. */
function comments(program) {
  const green = () => ({ comments: [{ id: 2, login: "github-actions[bot]", body: `${MARK}\n## ✅ credgate: the policy holds` }] });
  const ended = (name, code, rest, words = /./) => [
    `the comment of an earlier push does not stay green: ${name}`,
    {
      github: PULL_REQUEST,
      gh: green,
      ...rest,
      inputs: { comment: "true", ...rest.inputs },
      holds(result) {
        red(code, /./)(result);
        for (const said of [result.asked.body().split("\n").slice(1).join("\n"), result.summary]) {
          assert.match(said, /^## ❓ credgate: no verdict/u);
          assert.match(said, words);
          assert.doesNotMatch(said, /holds|✅/);
        }
        assert.match(result.asked.body(), new RegExp(`^${MARK}\n[\\s\\S]*\n<sub>Commit ${COMMIT}</sub>\n$`));
        assert.match(result.asked.asked(), /PATCH repos\/contoso\/platform\/issues\/comments\/2 /);
        assert.doesNotMatch(result.asked.asked(), /POST/);
        assert.notEqual(result.outputs.verdict, "pass");
      },
    },
  ];
  const version = '[ "$1" != --version ] || { echo "credgate VERSION"; exit; }';
  /** A program that writes every report as if the policy held, and then ends. */
  const liar = (end) => `${version}
for word in "$@"; do
  case $word in
    --report=json=*) printf '{\\n  "exit_code": 0,\\n}\\n' > "\${word#--report=json=}" ;;
    --report=*=*) echo '## ✅ credgate: the policy holds' > "\${word#--report=*=}" ;;
  esac
done
${end}`;
  return Object.fromEntries([
    ended("a policy with a mistake", 2, { files: { "credgate.yaml": "version: 2\n" } }, /exit code 2/),
    ended("an input that is wrong", 2, { inputs: { inventory: " " } }, /`inventory` is empty/),
    ended("an inventory that is not there", 3, { inputs: { inventory: "nowhere.json" } }, /exit code 3/),
    ended("a rule that could not be judged", 3, {
      files: { "credgate.yaml": "version: 1\nrules:\n  owner-missing: { level: error, evidence: required }\n" },
    }, /could not be judged/),
    ended("a tenant that cannot be read", 4, { inputs: { inventory: "graph" }, env: { AZURE_CONFIG_DIR: "/nonexistent" } }, /exit code 4/),
    ended("a program that cannot be built", 4, { built: "/nonexistent" }, /cannot be built/),
    ended("a cache that fails", 4, { uses: { "actions/cache/restore": () => false } }, /see the log/),
    ended("a report that cannot be written", 5, { inputs: { "sarif-file": "no folder/credgate.sarif" } }, /exit code 5/),
    ended("a bug", 70, { program: `${version}\necho "error[70]: a bug" >&2; exit 70` }, /a bug/),
    ended("a crash", 101, { program: liar("exit 101") }, /exit code 101/),
    ended("a program that is killed after its reports", 137, { program: liar("kill -9 $$") }, /exit code 137/),
    ended("reports of another code", 5, { program: liar("exit 0").replace('"exit_code": 0', '"exit_code": 1') }, /exit code 5/),
    ended("reports of another code than 3", 3, { program: liar("exit 3") }, /exit code 3/),
    ended("a step that is killed", 70, { program: `${version}\nkill -9 $PPID` }, /see the log/),
    [
      "the comment of an earlier push does not stay green: a machine that is lost",
      {
        inputs: { comment: "true" },
        github: PULL_REQUEST,
        gh: green,
        lost: "run",
        holds(result) {
          assert.equal(result.colour, "red");
          assert.match(result.asked.body(), /^<!-- credgate [0-9a-f]{40} -->\n## ⏳ credgate: no verdict yet\n/u);
          assert.match(result.asked.body(), new RegExp(`Commit ${COMMIT}`));
        },
      },
    ],
    [
      "a run of an earlier push leaves the comment alone",
      {
        inputs: { comment: "true" },
        github: PULL_REQUEST,
        gh: () => ({ ...green(), head: COMMIT.replaceAll("c", "d") }),
        holds(result) {
          assert.equal(result.colour, "green", result.log);
          assert.doesNotMatch(result.asked.asked(), /--method/);
          assert.match(result.log, /another commit by now/);
        },
      },
    ],
    [
      "a run of the last push writes its comment",
      {
        inputs: { comment: "true", inventory: "bad.ndjson" },
        github: PULL_REQUEST,
        gh: () => ({ ...green(), head: COMMIT }),
        holds(result) {
          red(1, /secrets-only/)(result);
          assert.match(result.asked.body(), /## ❌ credgate/u);
        },
      },
    ],
    [
      "the comments of an app are renewed, all of them",
      {
        inputs: { comment: "true" },
        github: PULL_REQUEST,
        gh: () => ({ app: "gate[bot]", comments: [2, 3].map((id) => ({ id, login: "gate[bot]", body: MARK })) }),
        holds(result) {
          assert.equal(result.colour, "green", result.log);
          for (const id of [2, 3]) assert.match(result.asked.asked(), new RegExp(`PATCH repos/contoso/platform/issues/comments/${id} `));
          assert.doesNotMatch(result.asked.asked(), /POST/);
        },
      },
    ],
    [
      "a report that is too long for a comment says its verdict there",
      {
        inputs: { comment: "true", inventory: "bad.ndjson" },
        github: PULL_REQUEST,
        gh: green,
        program: `${version}
"${program}" "$@" || code=$?
for word in "$@"; do
  case $word in --report=markdown=*) head -c 70000 /dev/zero | tr '\\0' x >> "\${word#--report=markdown=}" ;; esac
done
exit $code`,
        holds(result) {
          red(1, /secrets-only/)(result);
          assert.match(result.asked.body(), /\n## ❌ credgate[^\n]*\n\nThe report is too long/u);
        },
      },
    ],
  ]);
}

/** The mark of `check` with `credgate.yaml`, as Git hashes it. */
const MARK = `<!-- credgate ${execFileSync("git", ["hash-object", "--stdin"], { input: "check\ncredgate.yaml" }).toString().trim()} -->`;
