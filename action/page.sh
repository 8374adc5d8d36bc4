#!/usr/bin/env bash
# What people read about this run, in the summary and in the comment: sourced, not run.

# page ROOM: prints the report of this run, or says that there is no verdict and why, in less than so many bytes. What
# this run has not judged is never shown as judged.
page() {
  # Bytes: the tr of macOS ends with an error at what is no letter.
  local room=$1 words
  local -x LC_ALL=C
  if [ -n "$REPORT_FILE" ] && [ -f "$REPORT_FILE" ]; then
    case $EXIT_CODE in
      0 | 1) ;;
      *) head -n 1 "$REPORT_FILE" | grep -q 'no verdict' || printf '## ❓ credgate: no verdict (exit code %s)\n\n' "$EXIT_CODE" ;;
    esac
    if [ "$(wc -c < "$REPORT_FILE")" -lt "$room" ]; then
      cat "$REPORT_FILE"
    else
      head -n 1 "$REPORT_FILE" | cut -c 1-200
      printf '\nThe report is too long to be shown here. It ended with exit code %s.\n' "$EXIT_CODE"
    fi
    return
  fi
  words=$PROBLEM
  if [ -z "$words" ] && [ -s "${ERROR_FILE:-/dev/null}" ]; then words=$(head -c 40000 "$ERROR_FILE" | tr -d '\000'); fi
  if [ -z "$words" ]; then words="The gate did not end: see the log."; fi
  if [ "${#words}" -gt 20000 ]; then
    words=${words:0:20000}
    # At a blank, because a letter may be several bytes.
    words="${words% *}"$'\n… cut: the log has the rest'
  fi
  printf '## ❓ credgate: no verdict'
  [ -z "$EXIT_CODE" ] || printf ' (exit code %s)' "$EXIT_CODE"
  printf '\n\n```text\n'
  # Inside of a fence everything is text but the fence.
  printf '%s\n' "$words" | tr -d '\001-\010\013-\037' | sed "s/\`\`\`/'''/g"
  printf '```\n'
}
