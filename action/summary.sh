#!/usr/bin/env bash
# Writes the summary of the job: the report, or why there is none.
set -euo pipefail
# shellcheck source=./page.sh
. "${BASH_SOURCE[0]%/*}/page.sh"

# The runner refuses more than 1 MiB, and then shows nothing.
page 1000000 >> "$GITHUB_STEP_SUMMARY"
