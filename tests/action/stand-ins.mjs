// Programs that are put in front of the real ones on PATH.
import fs from "node:fs";
import path from "node:path";

/** Writes an executable script. */
export function script(folder, name, text) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), `#!/usr/bin/env bash\nset -euo pipefail\n${text}\n`, { mode: 0o755 });
}

/** A cargo that takes the program which is built already, if it is asked as the action must ask. As the real one, it leaves
 * alone what seems fresh: files that come out of an archive bear the time of their commit. */
export function cargo(folder, program) {
  script(
    folder,
    "cargo",
    `[ -f Cargo.toml ] && [ -f action.yml ] || { echo "cargo runs in $PWD" >&2; exit 101; }
built=$CARGO_TARGET_DIR/source/credgate
case "$*" in
  "clean --locked --profile source --package credgate") rm -f "$built" ;;
  "build --locked --profile source --bin credgate")
    mkdir -p "$CARGO_TARGET_DIR/source"
    [ -f "$built" ] || cp "${program}" "$built" ;;
  *) echo "cargo $*" >&2; exit 101 ;;
esac`,
  );
  script(folder, "rustc", 'echo "rustc 1.95.0"');
}

/** A gh with one release in a folder; what it is asked is written down. */
export function gh(folder, { release, attested = true, comments = [], login, refuses = "" }) {
  const log = path.join(folder, "gh.log");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "comments.json"), JSON.stringify(comments));
  script(
    folder,
    "gh",
    `printf '%s\\n' "$*" >> "${log}"
case "$*" in
  ${refuses || '"nothing is refused"'}*) echo "HTTP 403" >&2; exit 1 ;;
  "release view "*) [ -d "${release ?? "/nonexistent"}" ] ;;
  "release download "*) cp "${release ?? "/nonexistent"}"/* . ;;
  "attestation verify "*) ${attested} ;;
  "api user "*) ${login ? `echo "${login}"` : "exit 1"} ;;
  "api --paginate "*) node -e '
      const [, file] = process.argv;
      const comments = JSON.parse(require("fs").readFileSync(file, "utf8"));
      const found = comments.filter((it) => it.login === process.env.LOGIN && it.body.startsWith(process.env.MARK));
      for (const comment of found) console.log(comment.id);
    ' "${path.join(folder, "comments.json")}" ;;
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
