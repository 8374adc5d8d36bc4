// A stand-in for GitHub's runner: enough of it to run a composite action. Expressions are evaluated by GitHub's own
// package, `run` steps by the bash of this machine, `uses` steps by what the set-up puts in their place.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { parse } from "yaml";

const STATUS = ["always", "success", "failure", "cancelled"];

/** Evaluates one expression, without its `${{ }}`. */
export function evaluate(source, context, hasFailed) {
  const truth = { always: true, success: !hasFailed, failure: hasFailed, cancelled: false };
  const functions = new Map(
    STATUS.map((name) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(truth[name]) }]),
  );
  const tokens = new Lexer(source).lex().tokens;
  const tree = new Parser(tokens, Object.keys(context), [...functions.values()]).parse();
  return new Evaluator(tree, JSON.parse(JSON.stringify(context), data.reviver), functions).evaluate();
}

/** Fills the expressions of a text in. */
export function fill(text, context, hasFailed) {
  return String(text).replace(/\$\{\{(.*?)\}\}/gs, (_, source) => evaluate(source.trim(), context, hasFailed).coerceString());
}

/** The inputs that a workflow gives to the action, if the event starts it. */
export function inputsOf(workflow, context) {
  const definition = parse(fs.readFileSync(workflow, "utf8"));
  const { types } = definition.on.pull_request ?? {};
  if (types && !types.includes(context.github.event.action)) throw new Error(`${context.github.event.action} starts nothing`);
  const steps = Object.values(definition.jobs).flatMap((job) => job.steps);
  // The action of this repository, whatever that is called: the one that takes a policy.
  const step = steps.find((it) => it.uses && it.with?.policy);
  return Object.fromEntries(Object.entries(step.with).map(([name, value]) => [name, fill(value, context, false)]));
}

/** Tells whether a step runs: without a function about the status, only after success. */
function runs(condition, context, hasFailed) {
  const source = String(condition ?? "success()").replace(/^\$\{\{(.*)\}\}$/s, "$1").trim();
  const asks = STATUS.some((name) => source.includes(`${name}(`));
  return evaluate(asks ? source : `success() && (${source})`, context, hasFailed).coerceString() === "true";
}

/** Reads a file of `name=value` lines, as the runner reads GITHUB_OUTPUT. */
function values(file) {
  const values = {};
  for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const at = line.indexOf("=");
    if (at < 1) throw new Error(`the runner refuses the line ${line}`);
    values[line.slice(0, at)] = line.slice(at + 1);
  }
  return values;
}

/** Reads a log as the runner does: which commands it takes from it. */
export function commands(log) {
  const found = [];
  let stopped = null;
  for (const line of log.split(/\r?\n/)) {
    const modern = /^\s*::([^\s:]+)( [^:]*)?::(.*)$/.exec(line);
    const old = /##\[([^\]\s]+)[^\]]*\](.*)$/.exec(line);
    const command = modern?.[1] ?? old?.[1];
    if (!command) continue;
    if (stopped !== null) {
      if (command === stopped) stopped = null;
      continue;
    }
    if (command === "stop-commands") stopped = (modern?.[3] ?? old?.[2]).trim();
    found.push({ command, words: modern?.[3] ?? old?.[2] });
  }
  return found;
}

/** Runs a composite action, and tells how the job looks afterwards; the machine is lost before the step `lost`. */
export function act({ action, workspace, temp, inputs = {}, github = {}, runner = {}, env = {}, uses = {}, lost }) {
  const definition = parse(fs.readFileSync(path.join(action, "action.yml"), "utf8"));
  for (const name of Object.keys(inputs)) {
    if (!(name in definition.inputs)) throw new Error(`there is no input ${name}`);
  }
  const context = {
    github: { token: "t0ken", repository: "contoso/platform", action_ref: "", action_repository: "", event: {}, ...github },
    runner: { os: "Linux", arch: "X64", temp, ...runner },
    inputs: {},
    steps: {},
    env: {},
  };
  for (const [name, input] of Object.entries(definition.inputs)) {
    context.inputs[name] = String(inputs[name] ?? fill(input.default ?? "", context, false));
  }
  const summary = path.join(temp, "summary.md");
  fs.writeFileSync(summary, "");
  let hasFailed = false;
  let log = "";
  let exitCode = 0;
  let isLost = false;
  const used = [];
  definition.runs.steps.forEach((step, index) => {
    // A machine that is lost runs nothing more, whatever a step's condition is.
    isLost ||= lost !== undefined && step.id === lost;
    if (isLost) hasFailed = true;
    if (isLost) return;
    const known = { outputs: {}, outcome: "skipped", conclusion: "skipped" };
    if (step.id) context.steps[step.id] = known;
    if (!runs(step.if, context, hasFailed)) return;
    let succeeded;
    if (step.uses) {
      const settings = Object.fromEntries(
        Object.entries(step.with ?? {}).map(([name, value]) => [name, fill(value, context, hasFailed)]),
      );
      const name = step.uses.split("@")[0];
      used.push({ name, with: settings });
      succeeded = (uses[name] ?? (() => true))(settings);
    } else {
      if (step.shell !== "bash") throw new Error(`step ${index} has no shell`);
      if (step.run.includes("${{")) throw new Error(`step ${index} has an expression in its script`);
      const own = Object.fromEntries(
        Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value, context, hasFailed)]),
      );
      const files = Object.fromEntries(
        ["OUTPUT", "ENV", "PATH", "STATE"].map((name) => [`GITHUB_${name}`, path.join(temp, `${name}-${index}`)]),
      );
      for (const file of Object.values(files)) fs.writeFileSync(file, "");
      const script = path.join(temp, `script-${index}.sh`);
      fs.writeFileSync(script, step.run);
      const ended = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
        cwd: workspace,
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          HOME: temp,
          GITHUB_ACTIONS: "true",
          GITHUB_ACTION_PATH: action,
          GITHUB_WORKSPACE: workspace,
          GITHUB_STEP_SUMMARY: summary,
          RUNNER_TEMP: temp,
          RUNNER_OS: context.runner.os,
          RUNNER_ARCH: context.runner.arch,
          ...files,
          ...env,
          ...own,
        },
      });
      log += ended.stdout + ended.stderr;
      succeeded = ended.status === 0;
      if (!succeeded) exitCode = ended.status;
      known.outputs = values(files.GITHUB_OUTPUT);
    }
    known.outcome = succeeded ? "success" : "failure";
    known.conclusion = succeeded || step["continue-on-error"] ? "success" : "failure";
    if (known.conclusion === "failure") hasFailed = true;
  });
  const outputs = Object.fromEntries(
    Object.entries(definition.outputs).map(([name, output]) => [name, fill(output.value, context, hasFailed)]),
  );
  const colour = hasFailed ? "red" : "green";
  return { colour, exitCode, outputs, log, used, summary: fs.readFileSync(summary, "utf8"), steps: context.steps };
}
