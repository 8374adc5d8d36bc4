#!/usr/bin/env bash
# Downloads a release and verifies it. Nothing that fails here is made good by another way.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

case $TARGET in
  *windows*) asset=credgate-$VERSION-$TARGET.zip program=credgate-$VERSION-$TARGET/credgate.exe ;;
  *) asset=credgate-$VERSION-$TARGET.tar.gz program=credgate-$VERSION-$TARGET/credgate ;;
esac
folder=$(mktemp -d "$RUNNER_TEMP/credgate-release.XXXXXXXX")
cd "$folder"

gh release download "v$VERSION" --repo "$ACTION_REPOSITORY" --pattern "$asset" --pattern SHA256SUMS --dir . \
  || fail 4 "release v$VERSION cannot be downloaded; run the job again, or use \`version: source\`"

[ "$(awk -v asset="$asset" '$2 == asset || $2 == "*" asset' SHA256SUMS | wc -l)" -eq 1 ] \
  || fail 4 "the checksums of release v$VERSION do not name $asset once; do not use this release"
expected=$(awk -v asset="$asset" '$2 == asset || $2 == "*" asset { print $1 }' SHA256SUMS)
if command -v sha256sum > /dev/null; then found=$(sha256sum < "$asset"); else found=$(shasum -a 256 < "$asset"); fi
[ "$expected" = "${found%% *}" ] || fail 4 "$asset does not have the checksum of its release; do not use it"

gh attestation verify "$asset" --repo "$ACTION_REPOSITORY" \
  --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml" --source-ref "refs/tags/v$VERSION" \
  --deny-self-hosted-runners \
  || fail 4 "nothing proves that $asset was built from tag v$VERSION; do not use it"

case $asset in
  *.zip) unzip -q "$asset" "$program" ;;
  *) tar -xzf "$asset" "$program" ;;
esac
said=$("./$program" --version) || fail 4 "the program of release v$VERSION does not run here"
[ "$said" = "credgate $VERSION" ] || fail 4 "the program of release v$VERSION is another version"
output program "$folder/$program"
