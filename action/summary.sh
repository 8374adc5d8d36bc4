#!/usr/bin/env bash
# Writes the summary of the job: the report, or why there is none.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

if [ -n "$REPORT_FILE" ] && [ -f "$REPORT_FILE" ]; then
  # The runner refuses more than 1 MiB, and then shows nothing.
  if [ "$(wc -c < "$REPORT_FILE")" -lt 1000000 ]; then
    cat "$REPORT_FILE" >> "$GITHUB_STEP_SUMMARY"
  else
    printf '## credgate\n\nThe report is too long for a summary. It ended with exit code %s.\n' "$EXIT_CODE" >> "$GITHUB_STEP_SUMMARY"
  fi
  exit 0
fi
{
  printf '## ❓ credgate: no verdict'
  [ -z "$EXIT_CODE" ] || printf ' (exit code %s)' "$EXIT_CODE"
  printf '\n'
  if [ -n "$ERROR_FILE" ] && [ -s "$ERROR_FILE" ]; then
    printf '\n```text\n'
    # Inside of a fence everything is text but the fence.
    head -c 20000 "$ERROR_FILE" | tr -d '\000-\010\013-\037' | tr '`' "'"
    printf '\n```\n'
  else
    printf '\nThe gate did not run: see the log.\n'
  fi
} >> "$GITHUB_STEP_SUMMARY"
