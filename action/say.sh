#!/usr/bin/env bash
# Functions for the steps of the action: sourced, not run.

# Words as they can stand behind a workflow command: one line, nothing that the runner reads.
encode() {
  local words=$1
  words=${words//'%'/'%25'}
  words=${words//$'\r'/'%0D'}
  words=${words//$'\n'/'%0A'}
  words=${words//'##['/'# #['}
  printf '%s' "$words"
}

# Says what is wrong: in the log, and to the step that writes the summary.
wrong() {
  local words=${1//[$'\r\n']/ }
  printf '::error title=credgate::%s\n' "$(encode "$words")"
  printf 'problem=%s\n' "$words" >> "$GITHUB_OUTPUT"
}

# Says what is wrong, and ends the step with a code.
fail() {
  local code=$1
  shift
  wrong "$*"
  exit "$code"
}

notice() {
  printf '::notice title=credgate::%s\n' "$(encode "$*")"
}

# Hands a value on to later steps.
output() {
  case $2 in *$'\n'* | *$'\r'*) fail 2 "\`$1\` has more than one line; name one file" ;; esac
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

# Ends with 0 where a text has something besides blanks.
is_given() {
  case $1 in *[![:space:]]*) return 0 ;; *) return 1 ;; esac
}

# Hashes the standard input. Not in the workspace, where Git would look for a repository and its settings.
digest() { git -C / hash-object --stdin; }
