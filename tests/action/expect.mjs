// What may come of a set-up.
import assert from "node:assert/strict";

export function green(result) {
  assert.equal(result.colour, "green", result.log);
  assert.equal(result.outputs.verdict, "pass");
  assert.equal(result.outputs["exit-code"], "0");
}

/** Red with this code, and these words where somebody looks for them. */
export const red = (code, words) => (result) => {
  assert.equal(result.colour, "red", result.log);
  assert.equal(result.exitCode, code, result.log);
  assert.match(result.log + result.summary, words);
  assert.notEqual(result.outputs["exit-code"], "0");
};

/** Red although the gate itself passed. */
export const spoilt = (code, words) => (result) => {
  assert.equal(result.colour, "red", result.log);
  assert.equal(result.exitCode, code, result.log);
  assert.match(result.log, words);
};
