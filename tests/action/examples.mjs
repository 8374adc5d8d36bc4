// The workflows in `examples/`, in set-ups of their own.
import assert from "node:assert/strict";
import { green, red } from "./expect.mjs";
import { POLICY, UPLOAD } from "./world.mjs";

/** What happened on a pull request that somebody whose id is 1 has opened, and that bears the label of an approval. */
const onPullRequest = (action, label, sender) => ({
  base_ref: "main",
  event: {
    action,
    ...(label && { label: { name: label } }),
    sender: { id: sender },
    pull_request: {
      number: 7,
      head: { repo: { full_name: "contoso/platform" } },
      user: { id: 1 },
      labels: ["bug", "credgate-approved"].filter((it) => action !== "unlabeled" || it !== label).map((name) => ({ name })),
    },
  },
});

export const LOOSENED = {
  files: { "credgate.yaml": "version: 1\nextends: secrets-only\nrules:\n  secrets-only: { level: warning }\n" },
  commits: { "credgate.yaml": POLICY },
};

export const examples = {
  "the example for pull requests fails on what is pushed after an approval": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    github: onPullRequest("synchronize", null, 1),
    holds(result) {
      red(1, /loosens/)(result);
      assert.match(result.asked.body(), /credgate review/);
    },
  },
  "the example for pull requests passes with the label of a reviewer": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    github: onPullRequest("labeled", "credgate-approved", 2),
    holds: green,
  },
  "the example for pull requests does not let the author approve": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    github: onPullRequest("labeled", "credgate-approved", 1),
    holds: red(1, /loosens/),
  },
  "the example for pull requests takes no other label for an approval": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    github: onPullRequest("labeled", "bug", 2),
    holds: red(1, /loosens/),
  },
  "the example for pull requests fails when the label is taken away": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    github: onPullRequest("unlabeled", "credgate-approved", 2),
    holds: red(1, /loosens/),
  },
  "the example for pull requests judges by the branch that is the target now, not by the one that was merged": {
    workflow: "examples/github/pull-request-gate.yml",
    files: LOOSENED.files,
    commits: LOOSENED.files,
    target: { "credgate.yaml": POLICY },
    github: onPullRequest("edited", null, 1),
    holds: red(1, /loosens/),
  },
  "the example for pull requests fails on a policy that is broken": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    files: { "credgate.yaml": "version: 1\nextends: secret-only\n" },
    github: onPullRequest("labeled", "credgate-approved", 2),
    holds: red(2, /secret-only/),
  },
  "the example for the tenant is red where nobody signs in": {
    workflow: "examples/github/tenant-gate.yml",
    vars: { AZURE_TENANT_ID: "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11", AZURE_CLIENT_ID: "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21" },
    env: { AZURE_CONFIG_DIR: "/nonexistent" },
    holds(result) {
      red(4, /error\[4\]/)(result);
      assert.ok(!result.used.some((it) => it.name === UPLOAD));
    },
  },
};
