// A stand-in for GitHub's runner around a workflow: its jobs in their order, with what they hand on to each other.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { evaluate, fill } from "./runner.mjs";

/**
 * Runs the jobs of a workflow after one that has run the action; `reviewed` is how that ended. What waits for an environment
 * ends as `reviewers` say, or is let through by GitHub where the environment has no protection.
 */
export function jobsAfter(file, { github, reviewed, reviewers = "success", bin, temp }) {
  const definition = parse(fs.readFileSync(file, "utf8"));
  const context = { github: { token: "t0ken", repository: "contoso/platform", ...github }, needs: {} };
  const results = {};
  let log = "";
  for (const [name, job] of Object.entries(definition.jobs)) {
    const before = [job.needs ?? []].flat();
    const needs = Object.fromEntries(before.map((it) => [it, results[it]]));
    const hasFailed = before.some((it) => results[it].result !== "success");
    // As GitHub does: without a function about the status, only after success.
    const asks = String(job.if ?? "").includes("always()");
    const runs = (asks || !hasFailed) && (!job.if || evaluate(job.if, { ...context, needs }, hasFailed).coerceString() === "true");
    results[name] = { result: "skipped", outputs: {} };
    if (!runs) continue;
    const isGate = job.steps.some((step) => step.with?.policy);
    if (isGate) {
      const steps = { gate: { outputs: reviewed.outputs } };
      const outputs = Object.entries(job.outputs ?? {}).map(([key, value]) => [key, fill(value, { ...context, steps }, false)]);
      results[name] = { result: reviewed.result ?? (reviewed.colour === "green" ? "success" : "failure"), outputs: Object.fromEntries(outputs) };
      continue;
    }
    if (job.environment && reviewers !== "success") {
      results[name].result = reviewers;
      continue;
    }
    results[name].result = "success";
    for (const [index, step] of job.steps.entries()) {
      if (step.run.includes("${{")) throw new Error(`${name} has an expression in its script`);
      const own = Object.entries(step.env ?? {}).map(([key, value]) => [key, fill(value, { ...context, needs }, hasFailed)]);
      const script = path.join(temp, `${name}-${index}.sh`);
      fs.writeFileSync(script, step.run);
      const ended = spawnSync("bash", ["-e", script], {
        cwd: temp,
        encoding: "utf8",
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: temp, ...Object.fromEntries(own) },
      });
      log += ended.stdout + ended.stderr;
      if (ended.status !== 0) results[name].result = "failure";
      if (ended.status !== 0) break;
    }
  }
  const required = Object.entries(definition.jobs).find(([, job]) => job.name === "Policy")[0];
  return { results, log, check: results[required].result };
}
