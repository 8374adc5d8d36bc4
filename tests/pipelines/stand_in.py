"""Runs a job of the examples as GitLab's runner and Azure's agent would, as far as the examples go.

What they do not use is an error here: a new keyword, condition, macro or task must be thought about first.
"""

import os
import re
import subprocess
from pathlib import Path

import yaml


class Outcome:
    """What a job did: its exit code, what it printed, its folder, and which steps failed."""

    def __init__(self, code, log, folder, steps=()):
        self.code, self.log, self.folder, self.steps = code, log, folder, list(steps)

    @property
    def is_green(self):
        return self.code == 0 and not any(failed for _, failed in self.steps)


def bash(script, folder, environment, options):
    path = Path(environment["SCRATCH"]) / "script.sh"
    path.write_text(script)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", *options, str(path)],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    return done.returncode, done.stdout


def only(mapping, allowed, where):
    strange = set(mapping) - set(allowed)
    assert not strange, f"{where}: nothing here knows {sorted(strange)}"


# GitLab

GITLAB_KEYS = ["extends", "image", "timeout", "dependencies", "variables", "rules", "id_tokens", "before_script", "script", "artifacts"]


def gitlab_jobs(text):
    """Returns the variables of the file and its jobs, each with what it extends."""
    file = yaml.safe_load(text)
    variables = file.pop("variables")
    jobs = {}
    for name, job in file.items():
        only(job, GITLAB_KEYS, name)
        if not name.startswith("."):
            jobs[name] = {**file.get(job.get("extends"), {}), **job}
    return variables, jobs


def gitlab_rule(rule, variables):
    """Evaluates `$NAME` and `$NAME == "text"`, joined by `&&`."""
    only(rule, ["if"], "rules")
    for part in rule["if"].split(" && "):
        name, text = re.fullmatch(r'\$(\w+)(?: == "(\w+)")?', part).groups()
        value = variables.get(name, "")
        if not (value == text if text else value):
            return False
    return True


def gitlab_runs(text, variables):
    """Returns the names of the jobs that a pipeline with these variables has."""
    defaults, jobs = gitlab_jobs(text)
    known = {**defaults, **variables}
    return sorted(name for name, job in jobs.items() if any(gitlab_rule(rule, known) for rule in job["rules"]))


def gitlab(text, name, folder, environment, variables):
    defaults, jobs = gitlab_jobs(text)
    job = jobs[name]
    tokens = {token: f"token for {word['aud']}" for token, word in job.get("id_tokens", {}).items()}
    own = job.get("variables", {})
    only(own, ["GIT_STRATEGY"], name)
    known = {**environment, **defaults, **own, "CI_PROJECT_DIR": str(folder), **tokens, **variables}
    script = "\n".join([*job["before_script"], *job["script"]])
    code, log = bash(script, folder, known, ["-e", "-o", "pipefail"])
    return Outcome(code, log, folder)


def gitlab_artifacts(text, name, outcome):
    """Returns what GitLab keeps of a job with this outcome: the names of the files that are there."""
    artifacts = gitlab_jobs(text)[1][name]["artifacts"]
    only(artifacts, ["when", "access", "expire_in", "reports", "paths"], name)
    if outcome.code and artifacts.get("when") != "always":
        return []
    names = [*artifacts.get("reports", {}).values(), *artifacts.get("paths", [])]
    return [it for it in names if (Path(outcome.folder) / it).exists()]


# Azure Pipelines

STEP_KEYS = ["bash", "task", "publish", "checkout", "displayName", "condition", "env", "inputs", "artifact",
             "fetchDepth", "persistCredentials"]


def azure_condition(condition, variables):
    compared = re.fullmatch(r"(eq|ne)\(variables\['([\w.]+)'\], '(\w+)'\)", condition)
    kind, name, value = compared.groups()
    return (variables[name] == value) == (kind == "eq")


def azure_runs(text, variables):
    """Returns the names of the jobs that a run with these variables has."""
    return [job["job"] for job in yaml.safe_load(text)["jobs"] if azure_condition(job["condition"], variables)]


def expand(value, variables):
    """Puts variables in the place of their macros, as the agent does; one that is not defined is an error here."""
    while (macro := re.search(r"\$\(([A-Za-z][\w.]*)\)", value)) is not None:
        value = value.replace(macro.group(0), variables[macro.group(1)])
    return value


def azure(text, name, folder, environment, variables):
    file = yaml.safe_load(text)
    job = next(job for job in file["jobs"] if job["job"] == name)
    only(job, ["job", "displayName", "condition", "timeoutInMinutes", "steps"], name)
    known = {**file["variables"], "Agent.TempDirectory": environment["SCRATCH"] + "/agent", **variables}
    Path(known["Agent.TempDirectory"]).mkdir()
    secret = ["System.AccessToken"]
    shared = {re.sub(r"\W", "_", it).upper(): expand(known[it], known) for it in known if it not in secret}
    steps, log, first = [], "", 0
    for step in job["steps"]:
        only(step, STEP_KEYS, name)
        condition = step.get("condition", "succeeded()")
        assert condition in ["succeeded()", "succeededOrFailed()"], condition
        if condition == "succeeded()" and first:
            continue
        own = {key: expand(value, known) for key, value in step.get("env", {}).items()}
        code, said = azure_step(step, folder, {**environment, **shared, **own}, known)
        steps.append((step.get("displayName", "checkout"), code != 0))
        first, log = first or code, log + said
    outcome = Outcome(first, log, folder, steps)
    outcome.agent = Path(known["Agent.TempDirectory"])
    return outcome


def azure_step(step, folder, environment, variables):
    if "checkout" in step:
        return 0, ""
    if "bash" in step:
        return bash(step["bash"], folder, environment, [])
    if "publish" in step:
        path = Path(expand(step["publish"], variables))
        return (0, "") if path.is_dir() and any(path.iterdir()) else (1, f"nothing at {step['publish']}\n")
    if step["task"] == "AzureCLI@2":
        only(step["inputs"], ["azureSubscription", "scriptType", "scriptLocation", "inlineScript"], step["task"])
        signed_in = {"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection"}
        return bash(step["inputs"]["inlineScript"], folder, {**environment, **signed_in}, [])
    assert step["task"] == "PublishTestResults@2", step["task"]
    path = Path(expand(step["inputs"]["testResultsFiles"], variables))
    is_there = path.exists() or not step["inputs"].get("failTaskOnMissingResultsFile")
    return (0, "") if is_there else (1, "no test results\n")
