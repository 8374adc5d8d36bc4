#!/usr/bin/env bash
# Runs the gate, keeps its exit code, and hands on only what this run has written.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

# Git's bash on Windows would take `COMMIT:.github/credgate.yaml` for a list of paths, and hand on another argument.
export MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'

[ -n "$PROGRAM" ] && [ -x "$PROGRAM" ] || fail 70 "there is no program to run"

# Bash 3 of macOS takes an empty list for an unset one.
signing=()
for name in cloud auth tenant-id client-id; do
  value=IN_$(printf '%s' "$name" | tr 'a-z-' 'A-Z_')
  [ -z "${!value}" ] || signing+=("--$name=${!value}")
done

empty=()
[ "$IN_ALLOW_EMPTY" = false ] || empty=(--allow-empty)

code=0
if [ -n "$IN_SNAPSHOT_FILE" ]; then
  "$PROGRAM" inventory export "--output=$IN_SNAPSHOT_FILE" ${empty[@]+"${empty[@]}"} \
    ${signing[@]+"${signing[@]}"} 2> "$ERROR_FILE" || code=$?
  cat "$ERROR_FILE" >&2
  IN_INVENTORY=$IN_SNAPSHOT_FILE
  signing=()
fi

arguments=("$IN_COMMAND")
if [ "$IN_COMMAND" = check ]; then
  arguments+=("--policy=$IN_POLICY" "--fail-on=$IN_FAIL_ON")
else
  arguments+=("--base=$IN_REVIEW_BASE" "--head=$IN_POLICY")
  [ "$IN_ALLOW_LOOSENING" = false ] || arguments+=(--allow-loosening)
fi
while IFS= read -r source || [ -n "$source" ]; do
  source=${source#"${source%%[![:space:]]*}"}
  source=${source%"${source##*[![:space:]]}"}
  [ -z "$source" ] || arguments+=("--inventory=$source")
done <<< "$IN_INVENTORY"
[ "$IN_MAX_INVENTORY_AGE" = none ] || arguments+=("--max-inventory-age=$IN_MAX_INVENTORY_AGE")
arguments+=(${empty[@]+"${empty[@]}"} ${signing[@]+"${signing[@]}"})
arguments+=("--report=github" "--report=text=$TEXT_FILE" "--report=sarif=$SARIF_FILE" "--report=json=$JSON_FILE" "--report=markdown=$REPORT_FILE")

if [ "$code" = 0 ]; then
  "$PROGRAM" "${arguments[@]}" 2> "$ERROR_FILE" || code=$?
  cat "$ERROR_FILE" >&2
elif [ "$code" = 1 ]; then
  # An export has no verdict, and so no code that stands for one.
  code=70
fi
[ ! -f "$TEXT_FILE" ] || cat "$TEXT_FILE"

# verdict CODE: the word for a code, where there is a report that bears it out.
verdict() {
  case $1 in
    0 | 1)
      [ -f "$SARIF_FILE" ] && [ -f "$JSON_FILE" ] && [ -f "$REPORT_FILE" ] || return 1
      grep -qx "  \"exit_code\": $1," "$JSON_FILE" || return 1
      if [ "$1" = 0 ]; then echo pass; else echo fail; fi
      ;;
    3) if [ -f "$JSON_FILE" ] && grep -qx '  "exit_code": 3,' "$JSON_FILE"; then echo incomplete; else echo none; fi ;;
    *) echo none ;;
  esac
}
if ! verdict=$(verdict "$code"); then
  wrong "the gate ended with $code, and its reports are not there or say something else"
  verdict=none
  [ "$code" != 0 ] || code=5
fi

# Numbers of the report, which is made line by line: no foreign text begins a line of it.
findings=""
if [ "$verdict" != none ]; then
  findings=$(awk '
    /^  "summary": \{$/ { inside = 1 }
    inside && /^    "findings": \{$/ { counting = 1 }
    counting && /^      "(error|warning|note)": [0-9]+,?$/ { gsub(/[^0-9]/, ""); total += $0; seen = 1 }
    inside && /^    "loosens": [0-9]+,?$/ { gsub(/[^0-9]/, ""); total += $0; seen = 1 }
    counting && /^    \}/ { counting = 0 }
    inside && /^  \}/ { exit }
    END { if (seen) print total + 0 }
  ' "$JSON_FILE")
fi
output findings "$findings"
output verdict "$verdict"
output exit-code "$code"
for name in sarif-file report-file json-file; do
  file=$(printf '%s' "$name" | tr 'a-z-' 'A-Z_')
  if [ "$verdict" != none ] && [ -f "${!file}" ]; then output "$name" "${!file}"; else output "$name" ""; fi
done
# SARIF says whether everything was judged that must be; its lines, too, begin with no foreign text.
whole=false
if [ "$verdict" = pass ] || [ "$verdict" = fail ]; then
  if grep -q '^ *"executionSuccessful": true,\{0,1\}$' "$SARIF_FILE"; then whole=true; fi
fi
output whole "$whole"
if [ "$verdict" = none ] && [ "$code" -gt 1 ]; then
  printf '::error title=credgate::%s\n' "no verdict (exit code $code): $(encode "$(head -n 1 "$ERROR_FILE")")"
fi
