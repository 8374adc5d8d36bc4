// The workspace of a set-up: a policy, inventories, and the programs on PATH.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { jobsAfter } from "./jobs.mjs";
import { act, inputsOf } from "./runner.mjs";
import { cargo, gh, script } from "./stand-ins.mjs";

const DAY = 86_400_000;
const at = (days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 19) + "Z";
const guid = (number) => `00000000-5c1e-4a00-8b00-${String(number).padStart(12, "0")}`;

/** An application with a certificate, or with a secret. */
export function application(number, { secret = false, name = `App ${number}` } = {}) {
  const credential = { keyId: guid(number + 1000), startDateTime: at(-10), endDateTime: at(80), customKeyIdentifier: null };
  return {
    appId: guid(number),
    id: guid(number + 500),
    displayName: name,
    passwordCredentials: secret ? [credential] : [],
    keyCredentials: secret ? [] : [{ ...credential, type: "AsymmetricX509Cert", usage: "Verify" }],
  };
}

const lines = (applications) => applications.map((it) => JSON.stringify(it)).join("\n") + "\n";

export const UPLOAD = "github/codeql-action/upload-sarif";
export const POLICY = "version: 1\nextends: secrets-only\n";
export const FILES = {
  "credgate.yaml": POLICY,
  "good.ndjson": lines([application(1)]),
  "bad.ndjson": lines([application(1), application(2, { secret: true })]),
  "empty.json": '{"value": []}\n',
};
export const inventory = lines;

/**
 * Leaves what a checkout leaves for a pull request: its merge into the branch that was the target, and the branches of the
 * origin, among them the target of now, which may be another one.
 */
function merge(workspace, now) {
  const git = (...words) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@contoso.example", ...words], { cwd: workspace, stdio: "ignore" });
  git("checkout", "-qb", "change");
  git("commit", "-qam", "change", "--allow-empty");
  git("update-ref", "refs/remotes/origin/main", "target");
  git("checkout", "-q", "target");
  git("merge", "-q", "--no-ff", "-m", "merge", "change");
  if (!now) return;
  git("checkout", "-qb", "now");
  for (const [name, text] of Object.entries(now)) fs.writeFileSync(path.join(workspace, name), text);
  git("commit", "-qam", "now");
  git("update-ref", "refs/remotes/origin/main", "now");
  git("checkout", "-q", "target");
}

/** Makes a world, runs the action in it, and takes the world away. */
export function run(setUp, { action, program, project }) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "credgate action "));
  try {
    const [workspace, temp, bin] = ["workspace", "temp", "bin"].map((name) => path.join(root, name));
    for (const folder of [workspace, temp, bin]) fs.mkdirSync(folder);
    for (const [name, text] of Object.entries({ ...FILES, ...setUp.files })) {
      fs.mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
      fs.writeFileSync(path.join(workspace, name), text);
    }
    for (const [name, text] of Object.entries(setUp.commits ?? {})) {
      const git = (...words) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@contoso.example", ...words], { cwd: workspace, stdio: "ignore" });
      git("init", "-q");
      const present = fs.existsSync(path.join(workspace, name)) ? fs.readFileSync(path.join(workspace, name)) : "";
      fs.writeFileSync(path.join(workspace, name), text);
      git("add", name);
      git("commit", "-qm", "base");
      git("branch", "target");
      fs.writeFileSync(path.join(workspace, name), present);
    }
    if (setUp.cargo !== false) cargo(bin, setUp.built ?? program);
    if (setUp.program) {
      script(root, "stand-in", setUp.program);
      cargo(bin, path.join(root, "stand-in"));
    }
    if (setUp.commits && setUp.workflow) merge(workspace, setUp.target);
    const github = setUp.github ?? {};
    const context = { github, runner: { temp }, vars: setUp.vars ?? {} };
    const given = setUp.workflow ? inputsOf(path.join(project, setUp.workflow), context) : {};
    const asked = gh(bin, setUp.gh?.(root) ?? {});
    const result = act({
      action,
      workspace,
      temp,
      inputs: setUp.workflow ? given : { inventory: "good.ndjson", ...setUp.inputs },
      github,
      runner: setUp.runner,
      uses: setUp.uses,
      lost: setUp.lost,
      env: { PATH: `${bin}:${setUp.path ?? process.env.PATH}`, ...setUp.env },
    });
    const reviewed = setUp.cancelled ? { outputs: {}, result: "cancelled" } : result;
    const jobs =
      setUp.workflow && setUp.commits
        ? jobsAfter(path.join(project, setUp.workflow), { github, reviewed, reviewers: setUp.reviewers, bin, temp })
        : null;
    return setUp.holds({ ...result, jobs, asked, workspace, temp });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}
