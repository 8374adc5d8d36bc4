#!/usr/bin/env bash
# Writes the summary of the job: the report, or why there is none.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

# Bytes: the tr of macOS ends with an error at what is no letter.
export LC_ALL=C

if [ -n "$REPORT_FILE" ] && [ -f "$REPORT_FILE" ]; then
  # The runner refuses more than 1 MiB, and then shows nothing.
  if [ "$(wc -c < "$REPORT_FILE")" -lt 1000000 ]; then
    cat "$REPORT_FILE" >> "$GITHUB_STEP_SUMMARY"
  else
    printf '## credgate\n\nThe report is too long for a summary. It ended with exit code %s.\n' "$EXIT_CODE" >> "$GITHUB_STEP_SUMMARY"
  fi
  exit 0
fi
words=$PROBLEM
if [ -z "$words" ] && [ -s "${ERROR_FILE:-/dev/null}" ]; then words=$(tr -d '\000' < "$ERROR_FILE"); fi
if [ -z "$words" ]; then words="The gate did not run: see the log."; fi
if [ "${#words}" -gt 20000 ]; then
  words=${words:0:20000}
  # At a blank, because a letter may be several bytes.
  words="${words% *}"$'\n… cut: the log has the rest'
fi
{
  printf '## ❓ credgate: no verdict'
  [ -z "$EXIT_CODE" ] || printf ' (exit code %s)' "$EXIT_CODE"
  printf '\n\n```text\n'
  # Inside of a fence everything is text but the fence.
  printf '%s\n' "$words" | tr -d '\001-\010\013-\037' | sed "s/\`\`\`/'''/g"
  printf '```\n'
} >> "$GITHUB_STEP_SUMMARY"
