"""The example for GitLab, executed: `gitlab.py BINARY`."""

import stand_in
from suite import FAILS, LOOSER, REVISION, Suite, entries, failures, installed, main

PATH = "examples/gitlab/.gitlab-ci.yml"
QUALITY, TESTS = "gl-code-quality-report.json", "junit.xml"
COMMIT = "f" * 40


class GitLab(Suite):
    def execute(self, job, set_up, variables):
        target = {
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_SHA": COMMIT, "CI_JOB_TOKEN": "the-job-token",
            "CI_MERGE_REQUEST_PROJECT_URL": set_up.target, "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_PROJECT_ID": "1",
        }
        words = {"CREDGATE_REVISION": REVISION, **target, **variables}
        return stand_in.gitlab(self.text, job, set_up.folder, set_up.environment, words)

    def kept(self, job):
        return lambda outcome, _: {"kept": (stand_in.gitlab_artifacts(self.text, job, outcome), [])}


def suite_of(text):
    suite = GitLab(text)

    def reported(job, fails):
        def check(outcome, set_up):
            found = failures(outcome.folder / TESTS)
            return {
                "kept": (stand_in.gitlab_artifacts(text, job, outcome), [QUALITY, TESTS]),
                "failures": (found > 0, fails),
                "entries": (entries(outcome.folder / QUALITY) > 0, True),
                "built": (installed(set_up), True),
            }
        return check

    def signed_in(outcome, set_up):
        way = "workload-identity token for api://AzureADTokenExchange"
        return {**reported("tenant-gate", True)(outcome, set_up), "sign-in": (set_up.told("signed-in"), way)}

    tenant, change, export = "tenant-gate", "policy-gate", "inventory-gate"
    suite.run("a tenant that violates", 1, signed_in, head=FAILS, job=tenant)
    suite.run("a tenant that obeys", 0, reported(tenant, False), job=tenant)
    suite.run("no policy", 2, suite.kept(tenant), head=None, job=tenant)
    suite.run("a tenant that cannot be reached", 4, suite.kept(tenant), job=tenant, tenant="none",
              variables={"AZURE_CLIENT_ID": REVISION, "AZURE_TENANT_ID": "contoso.example"})
    suite.run("an empty name of the policy", 2, suite.kept(tenant), job=tenant, variables={"CREDGATE_POLICY": ""})

    def not_built(_, set_up):
        return {"cargo": (set_up.told("cargo"), "")}
    for revision in ["", "main", "v1.0.0", REVISION[:7], REVISION + "0"]:
        variables = {"CREDGATE_REVISION": revision}
        suite.run(f"a revision that is not a commit: {revision!r}", 2, not_built, job=tenant, variables=variables)
    suite.run("a build that fails", 101, suite.kept(tenant), job=tenant, cargo_fails=True)

    def shown(outcome, _):
        return {"kept": (stand_in.gitlab_artifacts(text, change, outcome), ["review.md"])}
    suite.run("a change of nothing", 0, shown, job=change)
    suite.run("a change that loosens", 1, shown, head=LOOSER, job=change)
    suite.run("a change that loosens, approved", 0, shown, head=LOOSER, job=change,
              variables={"CREDGATE_LOOSENING_APPROVED": COMMIT})
    suite.run("an approval of another commit", 1, shown, head=LOOSER, job=change,
              variables={"CREDGATE_LOOSENING_APPROVED": REVISION})
    approved = {"CREDGATE_LOOSENING_APPROVED": COMMIT}
    merged = {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": COMMIT, "CI_COMMIT_SHA": REVISION}
    suite.run("a pipeline of the merged result, its commit approved", 0, shown, head=LOOSER, job=change,
              variables={**approved, **merged})
    suite.run("a pipeline of the merged result, another commit approved", 1, shown, head=LOOSER, job=change,
              variables={"CREDGATE_LOOSENING_APPROVED": REVISION, **merged})
    for approval in ["", "1", "true", COMMIT[:8], COMMIT + " "]:
        suite.run(f"an approval that names no whole commit: {approval!r}", 1, shown, head=LOOSER, job=change,
                  variables={"CREDGATE_LOOSENING_APPROVED": approval})
    suite.run("a fork that has loosened its own main branch", 1, shown, head=LOOSER, fork=LOOSER, job=change,
              variables={"CI_PROJECT_ID": "2"})
    suite.run("a fork whose owner approves", 1, shown, head=LOOSER, fork=LOOSER, job=change,
              variables={"CI_PROJECT_ID": "2", **approved})
    suite.run("a fork that changes nothing", 0, shown, fork=LOOSER, job=change, variables={"CI_PROJECT_ID": "2"})
    suite.run("a fork, in a pipeline of the target", 0, shown, head=LOOSER, fork=LOOSER, job=change, variables=approved)
    suite.run("a change that does not parse", 2, suite.kept(change), head="version: 2\n", job=change)
    suite.run("a policy that is deleted", 2, suite.kept(change), head=None, job=change)
    suite.run("a target branch without a policy", 2, suite.kept(change), base=None, job=change)
    suite.run("a target branch that is not there", 128, suite.kept(change), job=change,
              variables={"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "nowhere"})

    held = {"CREDGATE_INVENTORY": "applications.json"}
    suite.run("an export that violates", 1, reported(export, True), head=FAILS, job=export, variables=held)
    suite.run("an export that obeys", 0, reported(export, False), job=export, variables=held)
    suite.run("an export that is not there", 3, suite.kept(export), job=export,
              variables={"CREDGATE_INVENTORY": "nowhere.json"})

    for name, job in stand_in.gitlab_jobs(text)[1].items():
        # Neither a repository nor files that an earlier job could write.
        kept = (job.get("variables", {}).get("GIT_STRATEGY"), job.get("dependencies"), job.get("cache"))
        suite.expect(f"what {name} takes over", kept=(kept, ("clone", [], None)))

    merge = {"CI_PIPELINE_SOURCE": "merge_request_event"}
    for name, variables, jobs in [
        ("a push", {"CI_PIPELINE_SOURCE": "push"}, []),
        ("a schedule", {"CI_PIPELINE_SOURCE": "schedule"}, [tenant]),
        ("a merge request", merge, [change]),
        ("a merge request with an export", {**merge, **held}, [export, change]),
    ]:
        suite.expect(name, jobs=(stand_in.gitlab_runs(text, variables), jobs))
    return suite


MUTATIONS = [
    ("--report junit=junit.xml", "--report junit=junit.xml || true"),
    ('--report markdown=review.md "$@"', '--report markdown=review.md "$@" || true'),
    ("when: always", "when: on_success"),
    ("grep -qxE", "grep -qE"),
    ('"${CREDGATE_LOOSENING_APPROVED:-}" = "$commit"', '"${CREDGATE_LOOSENING_APPROVED:-}" != ""'),
    ("${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}", "$CI_COMMIT_SHA"),
    ('[ "$CI_PROJECT_ID" = "$CI_MERGE_REQUEST_PROJECT_ID" ] && ', ""),
    ('"$CI_MERGE_REQUEST_PROJECT_URL.git"', "origin"),
    ('"$(mktemp -d)"', '"$CI_PROJECT_DIR/.credgate"'),
    ('credgate() { "$CREDGATE_FOLDER/bin/credgate" "$@"; }', 'export PATH="$CI_PROJECT_DIR/.credgate/bin:$CREDGATE_FOLDER/bin:$PATH"'),
    ('credgate() { "$CREDGATE_FOLDER/bin/credgate" "$@"; }', 'export PATH="$CREDGATE_FOLDER/bin:$CI_PROJECT_DIR/bin:$PATH"'),
    ("(cd / && cargo", "(cargo"),
    ("GIT_STRATEGY: clone", "GIT_STRATEGY: fetch"),
    ("  dependencies: []", "  #"),
    ("--locked ", ""),
    ("--git https://github.com/", "--git https://example.com/"),
    ('"schedule"', '"push"'),
    ("aud: api://AzureADTokenExchange", "aud: elsewhere"),
    ("--auth workload-identity", "--auth azure-cli"),
    ('--base "refs/credgate/base:$CREDGATE_POLICY"', '--base "$CREDGATE_POLICY"'),
    (" && $CREDGATE_INVENTORY", ""),
    ("--report gitlab=gl-code-quality-report.json ", ""),
]

if __name__ == "__main__":
    main(suite_of, PATH, MUTATIONS)
