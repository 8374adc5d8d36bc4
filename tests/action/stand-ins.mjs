// Programs that are put in front of the real ones on PATH.
import fs from "node:fs";
import path from "node:path";

/** The version of the action, which is that of the program. */
const manifest = fs.readFileSync(path.resolve(import.meta.dirname, "../../Cargo.toml"), "utf8");
export const VERSION = /^version = "(.*)"$/m.exec(manifest)[1];

/** Writes an executable script; `VERSION` in it is the action's. */
export function script(folder, name, text) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), `#!/usr/bin/env bash\nset -euo pipefail\n${text.replaceAll("VERSION", VERSION)}\n`, { mode: 0o755 });
}

/**
 * A cargo that takes the program which is built already, if it is asked as the action must ask. Like the real one it leaves
 * a program as it is that is newer than the source: the files of an action are as old as their commit.
 */
export function cargo(folder, program) {
  script(
    folder,
    "cargo",
    `[ -f Cargo.toml ] && [ -f action.yml ] || { echo "cargo runs in $PWD" >&2; exit 101; }
case "$*" in
  "clean --locked --profile source --package credgate") rm -f "$CARGO_TARGET_DIR/source/credgate" ;;
  "build --locked --profile source --bin credgate")
    mkdir -p "$CARGO_TARGET_DIR/source"
    [ -f "$CARGO_TARGET_DIR/source/credgate" ] || cp "${program}" "$CARGO_TARGET_DIR/source/credgate" ;;
  *) echo "cargo $*" >&2; exit 101 ;;
esac`,
  );
  script(folder, "rustc", 'echo "rustc 1.95.0"');
}

/** A gh with one release in a folder; what it is asked is written down. */
export function gh(folder, { release, attested = true, comments = [], login, app, head, activity, approvals, refuses = "" }) {
  const log = path.join(folder, "gh.log");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "comments.json"), JSON.stringify(comments));
  for (const [name, answer] of Object.entries({ activity, approvals })) {
    if (answer) fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(answer));
  }
  script(
    folder,
    "gh",
    `printf '%s\\n' "$*" >> "${log}"
case "$*" in
  ${refuses || '"nothing is refused"'}*) echo "HTTP 403" >&2; exit 1 ;;
  "release view "*) [ -d "${release ?? "/nonexistent"}" ] ;;
  "release download "*) cp "${release ?? "/nonexistent"}"/* . ;;
  "attestation verify "*) ${attested} ;;
  "api repos/"*/pulls/*" --jq .head.sha") ${head ? `echo "${head}"` : "exit 1"} ;;
  "api graphql "*viewer*) ${app ? `echo "${app}"` : "exit 1"} ;;
  "api user "*) ${login ? `echo "${login}"` : "exit 1"} ;;
  "api --paginate "*) node -e '
      const [, file] = process.argv;
      const comments = JSON.parse(require("fs").readFileSync(file, "utf8"));
      const found = comments.filter((it) => it.login === process.env.LOGIN && it.body.startsWith(process.env.MARK));
      for (const comment of found) console.log(comment.id);
    ' "${path.join(folder, "comments.json")}" ;;
  # gh has a jq of its own.
  "api --method GET repos/contoso/platform/activity -F per_page=100 -f ref=refs/heads/change --jq "*) jq -r "\${@: -1}" "${path.join(folder, "activity.json")}" ;;
  "api repos/contoso/platform/actions/runs/99/approvals --jq "*) jq -r "\${@: -1}" "${path.join(folder, "approvals.json")}" ;;
  "api --method "*)
    for word in "$@"; do case $word in body=@*) cp "\${word#body=@}" "${path.join(folder, "body.md")}" ;; esac; done ;;
  *) echo "gh $*" >&2; exit 1 ;;
esac`,
  );
  return {
    asked: () => (fs.existsSync(log) ? fs.readFileSync(log, "utf8") : ""),
    body: () => fs.readFileSync(path.join(folder, "body.md"), "utf8"),
  };
}
