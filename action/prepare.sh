#!/usr/bin/env bash
# Checks the inputs, says where this run writes, and removes what an earlier run left there.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

for name in ALLOW_EMPTY ALLOW_LOOSENING UPLOAD_SARIF COMMENT; do
  value=IN_$name
  kebab=$(printf '%s' "$name" | tr 'A-Z_' 'a-z-')
  case ${!value} in
    true | false) ;;
    *) fail 2 "\`$kebab\` is neither \`true\` nor \`false\`" ;;
  esac
done

is_given "$IN_POLICY" || fail 2 "\`policy\` is empty; is a variable unset?"
is_given "$IN_MAX_INVENTORY_AGE" || fail 2 "\`max-inventory-age\` is empty; is a variable unset? \`none\` sets no limit"
case $IN_COMMAND in
  check)
    is_given "$IN_INVENTORY" || fail 2 "\`inventory\` is empty; name \`graph\` or a file, and see that no variable is unset"
    ! is_given "$IN_REVIEW_BASE" || fail 2 "\`review-base\` is for \`command: review\`"
    [ "$IN_ALLOW_LOOSENING" = false ] || fail 2 "\`allow-loosening\` is for \`command: review\`"
    ;;
  review)
    is_given "$IN_REVIEW_BASE" || fail 2 "\`review-base\` is empty; name \`COMMIT:path\`, or \`none\` for the first policy"
    ;;
  *) fail 2 "\`command\` is neither \`check\` nor \`review\`" ;;
esac

if [ -n "$IN_SNAPSHOT_FILE" ]; then
  sources=$(printf '%s' "$IN_INVENTORY" | tr -d '[:space:]')
  [ "$IN_COMMAND-$sources" = check-graph ] || fail 2 "\`snapshot-file\` is for \`inventory: graph\` alone"
  rm -f -- "$IN_SNAPSHOT_FILE" || fail 5 "\`snapshot-file\` cannot be removed, and might be taken for the tenant of today"
fi

folder=$(mktemp -d "$RUNNER_TEMP/credgate.XXXXXXXX")
# The runner hands Windows paths to later steps, which are not all bash.
if command -v cygpath > /dev/null; then folder=$(cygpath --mixed "$folder"); fi

# is_input FILE: ends with 0 where a file is the policy or a source, or lies in a folder that is one. To remove it would
# take from the inventory what would have failed.
is_input() {
  local source at
  while IFS= read -r source || [ -n "$source" ]; do
    source=${source#"${source%%[![:space:]]*}"}
    source=${source%"${source##*[![:space:]]}"}
    [ -n "$source" ] || continue
    at=./$1
    case $1 in /* | [A-Za-z]:*) at=$1 ;; esac
    while :; do
      [ ! "$at" -ef "$source" ] || return 0
      case $at in . | / | [A-Za-z]: | [A-Za-z]:/) break ;; esac
      at=$(dirname "$at")
    done
  done <<< "$IN_POLICY"$'\n'"$IN_INVENTORY"
  return 1
}

# place OUTPUT GIVEN DEFAULT: without a name of its own a report lies in a folder that is new.
place() {
  local file=${2:-$folder/$3}
  ! is_input "$file" || fail 2 "\`$1\` is, or lies in, what is judged; name another place"
  rm -f -- "$file" || fail 5 "\`$1\` cannot be removed, and might be taken for the report of this run"
  output "$1" "$file"
}
place sarif-file "$IN_SARIF_FILE" credgate.sarif
place report-file "$IN_REPORT_FILE" credgate.md
place json-file "$IN_JSON_FILE" credgate.json
place text-file "" credgate.txt
place error-file "" credgate.err
