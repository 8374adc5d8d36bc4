#!/usr/bin/env bash
# Decides where the program comes from: a verified release, or the action's own source.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-gnu ;;
  Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail 4 "there is no program for ${RUNNER_OS:-an unknown system} on ${RUNNER_ARCH:-an unknown processor}" ;;
esac

own=$(sed -n 's/^version = "\([0-9][0-9A-Za-z.+-]*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)
[ -n "$own" ] || fail 4 "the action's own Cargo.toml names no version"

has_release() { gh release view "v$own" --repo "$ACTION_REPOSITORY" --json tagName > /dev/null 2>&1; }

version=$own
case $IN_VERSION in
  source) from=source ;;
  auto)
    from=source
    # What is pinned by another name than its tag is built: the name says which source is meant.
    if [ "${ACTION_REF:-}" = "v$own" ] && [ -n "${ACTION_REPOSITORY:-}" ]; then
      # Who hides the release gets the build of the source that the workflow has pinned, and nothing else.
      if has_release; then from=release; else notice "there is no release v$own; it is built from source"; fi
    fi
    ;;
  v[0-9]*)
    from=release
    version=${IN_VERSION#v}
    case $version in *[!0-9A-Za-z.+-]*) fail 2 "\`version\` is no version" ;; esac
    [ -n "${ACTION_REPOSITORY:-}" ] || fail 2 "a local action has no releases; use \`version: source\`"
    ;;
  *) fail 2 "\`version\` is neither \`auto\`, \`source\` nor like \`v1.2.3\`" ;;
esac

if [ "$from" = source ]; then
  command -v cargo > /dev/null || fail 4 "cargo is missing, with which the program is built; install Rust, or use a release"
  lock=$(digest < "$GITHUB_ACTION_PATH/Cargo.lock")
  rust=$(cd "$GITHUB_ACTION_PATH" && rustc -vV | digest)
  output cache-key "credgate-$target-$rust-$lock"
fi
output from "$from"
output version "$version"
output target "$target"
