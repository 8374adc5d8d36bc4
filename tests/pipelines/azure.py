"""The example for Azure Pipelines, executed: `azure.py BINARY`."""

import stand_in
from suite import FAILS, LOOSER, REVISION, Suite, failures, installed, main

PATH = "examples/azure-pipelines/azure-pipelines.yml"
COMMIT = "f" * 40
SHOWN = ["Show the summary", "Show the tests", "Show the scan"]


class Azure(Suite):
    def execute(self, job, set_up, variables):
        request = {"System.PullRequest.TargetBranch": "refs/heads/main", "System.PullRequest.SourceCommitId": COMMIT}
        words = {"revision": REVISION, "System.AccessToken": "the-token", **request, **variables}
        return stand_in.azure(self.text, job, set_up.folder, set_up.environment, words)


def failed(outcome):
    return [name for name, is_failed in outcome.steps if is_failed]


def suite_of(text):
    suite = Azure(text)
    tenant, change = "tenant_gate", "policy_gate"

    def reported(fails):
        def check(outcome, set_up):
            return {
                "failed": (failed(outcome), ["Judge the tenant"] if fails else []),
                "shown": ([name for name, _ in outcome.steps][-3:], SHOWN),
                "failures": (failures(outcome.agent / "junit.xml") > 0, fails),
                "scan": ([it.name for it in (outcome.agent / "CodeAnalysisLogs").iterdir()], ["credgate.sarif"]),
                "annotations": ("##vso[task.logissue type=error;" in outcome.log, fails),
                "summary": (f"##vso[task.uploadsummary]{outcome.agent}/credgate.md" in outcome.log, True),
                "sign-in": (set_up.told("signed-in"), "azure-pipelines the-token"),
                "built": (installed(set_up, f"{outcome.agent}/credgate"), True),
            }
        return check

    def nothing(outcome, _):
        return {"failed": (failed(outcome)[-3:], SHOWN), "summary": ("uploadsummary" in outcome.log, False)}

    suite.run("a tenant that violates", 1, reported(True), head=FAILS, job=tenant)
    suite.run("a tenant that obeys", 0, reported(False), job=tenant)
    suite.run("no policy", 2, nothing, head=None, job=tenant)
    # That it is no verdict (above 1) and why: the agent's service connection is not there.
    suite.run("a tenant that cannot be reached", 4, nothing, job=tenant, tenant="none")
    suite.run("an empty name of the policy", 2, nothing, job=tenant, variables={"policy": ""})
    for revision in ["", "main", REVISION[:7], REVISION + "0"]:
        suite.run(f"a revision that is not a commit: {revision!r}", 2, nothing, job=tenant,
                  variables={"revision": revision})
    suite.run("a build that fails", 101, nothing, job=tenant, cargo_fails=True)

    def reviewed(outcome, _):
        return {"shown": (f"##vso[task.uploadsummary]{outcome.agent}/review.md" in outcome.log, True)}

    def unread(outcome, _):
        return {"shown": ("uploadsummary" in outcome.log, False)}
    approved = {"CREDGATE_LOOSENING_APPROVED": COMMIT}
    suite.run("a change of nothing", 0, reviewed, job=change)
    suite.run("a change that loosens", 1, reviewed, head=LOOSER, job=change)
    suite.run("a change that loosens, approved", 0, reviewed, head=LOOSER, job=change, variables=approved)
    suite.run("an approval of another commit", 1, reviewed, head=LOOSER, job=change,
              variables={"CREDGATE_LOOSENING_APPROVED": REVISION})
    for approval in ["", "1", "true", COMMIT[:8], COMMIT + " "]:
        suite.run(f"an approval that names no whole commit: {approval!r}", 1, reviewed, head=LOOSER, job=change,
                  variables={"CREDGATE_LOOSENING_APPROVED": approval})
    suite.run("a change that does not parse", 2, unread, head="version: 2\n", job=change)
    suite.run("a policy that is deleted", 2, unread, head=None, job=change)
    suite.run("a target branch without a policy", 2, unread, base=None, job=change)
    suite.run("a target branch that is not there", 2, unread, job=change,
              variables={"System.PullRequest.TargetBranch": "refs/heads/nowhere"})
    for reason, jobs in [("Schedule", [tenant]), ("Manual", [tenant]), ("PullRequest", [change])]:
        suite.expect(reason, jobs=(stand_in.azure_runs(text, {"Build.Reason": reason}), jobs))
    return suite


MUTATIONS = [
    ('"markdown=$RESULTS/credgate.md"', '"markdown=$RESULTS/credgate.md" || true'),
    ('"markdown=$RESULTS/review.md"', '"markdown=$RESULTS/review.md" || true'),
    ("condition: succeededOrFailed()", "condition: succeeded()"),
    ("set -euo pipefail", "true"),
    ("grep -qxE", "grep -qE"),
    ("cd / #", "true #"),
    ("bin: $(Agent.TempDirectory)/credgate", "bin: .credgate"),
    ("--locked ", ""),
    ("--git https://github.com/", "--git https://example.com/"),
    ('= "$SYSTEM_PULLREQUEST_SOURCECOMMITID"', '!= ""'),
    ("--auth azure-pipelines", "--auth azure-cli"),
    ("SYSTEM_ACCESSTOKEN: $(System.AccessToken)", "SYSTEM_ACCESSTOKEN: none"),
    ('"sarif=$LOGS/credgate.sarif"', '"sarif=$RESULTS/credgate.sarif"'),
    ("ne(variables['Build.Reason'], 'PullRequest')", "eq(variables['Build.Reason'], 'Schedule')"),
    ("failTaskOnMissingResultsFile: true", "failTaskOnMissingResultsFile: false"),
]

if __name__ == "__main__":
    main(suite_of, PATH, MUTATIONS)
