// Runs the action in every set-up; then spoils the action in ways that would let something pass, which must be noticed.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setUps } from "./set-ups.mjs";
import { spoilt } from "./spoilt.mjs";
import { run } from "./world.mjs";

const [root, program] = process.argv.slice(2);

/** The action's own files, in a folder of their own. */
function copy() {
  const action = fs.mkdtempSync(path.join(os.tmpdir(), "the action "));
  for (const name of ["action.yml", "Cargo.toml", "Cargo.lock"]) fs.copyFileSync(path.join(root, name), path.join(action, name));
  for (const name of ["action", "examples"]) fs.cpSync(path.join(root, name), path.join(action, name), { recursive: true });
  return action;
}

function reason(setUp, action) {
  try {
    run(setUp, { action, program, project: action });
    return null;
  } catch (error) {
    return error;
  }
}

const all = setUps(program);
const action = copy();
let failures = 0;
let reds = 0;
for (const [name, setUp] of Object.entries(all)) {
  const observed = { ...setUp, holds: (result) => { if (result.colour === "red") reds += 1; setUp.holds(result); } };
  const error = reason(observed, action);
  console.log(`${error ? "FAILED" : "ok    "} ${name}`);
  if (error) {
    failures += 1;
    console.log(String(error.stack).slice(0, 3000));
  }
}
fs.rmSync(action, { recursive: true });

let unnoticed = 0;
for (const { what, file, from, to, noticed } of spoilt) {
  const action = copy();
  const text = fs.readFileSync(path.join(action, file), "utf8");
  if (!text.includes(from)) throw new Error(`${what}: ${file} has no ${from}`);
  fs.writeFileSync(path.join(action, file), text.replace(from, to));
  if (!(noticed in all)) throw new Error(`there is no set-up ${noticed}`);
  const isNoticed = reason(all[noticed], action) !== null;
  console.log(`${isNoticed ? "ok    " : "FAILED"} noticed: ${what}`);
  if (!isNoticed) unnoticed += 1;
  fs.rmSync(action, { recursive: true });
}
console.log(
  `${Object.keys(all).length} set-ups, ${reds} of them red: ${failures} failed; ${spoilt.length} ways to spoil the action: ${unnoticed} unnoticed`,
);
process.exit(failures + unnoticed > 0 ? 1 : 0);
