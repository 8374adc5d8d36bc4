#!/usr/bin/env bash
# Builds the program from the action's own source.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

# Not in the workspace: what is checked out there may hold settings for cargo.
cd "$GITHUB_ACTION_PATH"
export CARGO_TARGET_DIR="$RUNNER_TEMP/credgate-build"
# Cargo goes by the time of a file, and an archive's files bear the time of their commit: what another commit left in the
# cache would be taken for fresh, and would judge.
cargo clean --locked --profile source --package credgate || fail 4 "what an earlier build left cannot be removed"
cargo build --locked --profile source --bin credgate || fail 4 "the program cannot be built"
program=$CARGO_TARGET_DIR/source/credgate
[ "${RUNNER_OS:-}" != Windows ] || program=$program.exe
said=$("$program" --version) || fail 4 "the program that was built does not run here"
[ "$said" = "credgate $VERSION" ] || fail 4 "the program that was built is another version"
output program "$program"
