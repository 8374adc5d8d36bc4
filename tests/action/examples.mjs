// The workflows in `examples/`, in set-ups of their own.
import assert from "node:assert/strict";
import { green, red } from "./expect.mjs";
import { POLICY, UPLOAD } from "./world.mjs";

const COMMIT = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

/** What happened on a pull request that the user 1 has opened, for which the user 3 has pushed. */
const onPullRequest = (action, sender = 3) => ({
  base_ref: "main",
  run_id: 99,
  event: {
    action,
    sender: { id: sender },
    pull_request: {
      number: 7,
      head: { sha: COMMIT, ref: "change", repo: { full_name: "contoso/platform" } },
      user: { id: 1 },
    },
  },
});

const PUSHED = [
  { after: COMMIT, actor: { id: 3 } },
  { after: COMMIT.replaceAll("c", "d"), actor: { id: 2 } },
];

/** An answer of GitHub about who has approved a run. */
const approval = (id, { state = "approved", name = "credgate-loosening" } = {}) => ({ state, user: { id }, environments: [{ name }] });

export const LOOSENED = {
  files: { "credgate.yaml": "version: 1\nextends: secrets-only\nrules:\n  secrets-only: { level: warning }\n" },
  commits: { "credgate.yaml": POLICY },
};

/** The required check passes, although the review is red. */
function passes(result) {
  red(1, /loosens/)(result);
  assert.equal(result.jobs.check, "success", result.jobs.log);
  assert.match(result.jobs.log, new RegExp(`The user with the id 2 has approved commit ${COMMIT}`));
}

/** The required check fails, and says why. */
const fails = (words) => (result) => {
  assert.equal(result.jobs.check, "failure", result.jobs.log);
  assert.match(result.jobs.log, words);
};

const loosened = (rest, gh = {}) => ({
  workflow: "examples/github/pull-request-gate.yml",
  ...LOOSENED,
  github: onPullRequest("synchronize"),
  gh: () => ({ activity: PUSHED, approvals: [approval(2)], ...gh }),
  ...rest,
});

export const examples = {
  "the example for pull requests passes what loosens nothing, and asks nobody": loosened({
    files: { "credgate.yaml": `# a comment\n${POLICY}` },
    holds(result) {
      green(result);
      assert.deepEqual([result.jobs.results.approval.result, result.jobs.check], ["skipped", "success"]);
    },
  }),
  "the example for pull requests passes a commit that somebody else has approved": loosened({ holds: passes }),
  "the example for pull requests fails without an approval": loosened({ reviewers: "failure", holds: fails(/nobody has approved commit c0ffee/) }),
  "the example for pull requests fails while nobody has looked": loosened({ reviewers: "cancelled", holds: fails(/nobody has approved commit c0ffee/) }),
  "the example for pull requests fails where the environment asks nobody": loosened({ holds: fails(/does the environment credgate-loosening have required reviewers/) }, { approvals: [] }),
  "the example for pull requests does not let the author approve": loosened({ holds: fails(/nobody but the people/) }, { approvals: [approval(1)] }),
  "the example for pull requests does not let those approve who pushed": loosened({ holds: fails(/nobody but the people/) }, { approvals: [approval(3)] }),
  "the example for pull requests knows who pushed whoever started the run": loosened(
    { github: onPullRequest("edited", 4), holds: fails(/nobody but the people/) },
    { approvals: [approval(3)] },
  ),
  "the example for pull requests does not let those approve who started the run": loosened(
    { github: onPullRequest("reopened", 2), holds: fails(/nobody but the people/) },
  ),
  "the example for pull requests takes one approval of several": loosened({ holds: passes }, { approvals: [approval(1), approval(3), approval(2)] }),
  "the example for pull requests takes a refusal for none": loosened(
    { holds: fails(/nobody but the people/) },
    { approvals: [approval(2, { state: "rejected" })] },
  ),
  "the example for pull requests takes the approval of another environment for none": loosened(
    { holds: fails(/nobody but the people/) },
    { approvals: [approval(2, { name: "production" })] },
  ),
  "the example for pull requests fails where nobody can tell who pushed": loosened({ holds: fails(/not known who has pushed/) }, { activity: [] }),
  "the example for pull requests fails where GitHub does not tell who pushed": loosened({ holds: fails(/cannot be read who has pushed/) }, { activity: undefined }),
  "the example for pull requests fails where GitHub does not tell who approved": loosened({ holds: fails(/cannot be read who has approved/) }, { approvals: undefined }),
  "the example for pull requests fails where the review was cancelled": loosened({ cancelled: true, holds: fails(/there is no verdict/) }),
  "the example for pull requests fails on what is pushed after an approval": loosened(
    {
      holds(result) {
        red(1, /loosens/)(result);
        fails(/not known who has pushed|nobody/)(result);
        assert.match(result.asked.body(), /credgate review/);
      },
    },
    // The approval was of the run of an earlier commit; this run has none.
    { approvals: [] },
  ),
  "the example for pull requests judges by the branch that is the target now, not by the one that was merged": {
    workflow: "examples/github/pull-request-gate.yml",
    files: LOOSENED.files,
    commits: LOOSENED.files,
    target: { "credgate.yaml": POLICY },
    github: onPullRequest("edited"),
    holds: red(1, /loosens/),
  },
  "the example for pull requests fails on a policy that is broken": {
    workflow: "examples/github/pull-request-gate.yml",
    ...LOOSENED,
    files: { "credgate.yaml": "version: 1\nextends: secret-only\n" },
    github: onPullRequest("synchronize"),
    gh: () => ({ activity: PUSHED, approvals: [approval(2)] }),
    holds(result) {
      red(2, /secret-only/)(result);
      fails(/there is no verdict/)(result);
    },
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
