#!/usr/bin/env bash
# Ends the job with the gate's exit code. 0 only where the gate ended with 0 and all that was asked for happened.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

[ "$PREPARE" = success ] || exit 2
[ "$CHOOSE" = success ] || exit 4
case $DOWNLOAD-$BUILD in
  success-skipped | skipped-success) ;;
  *) exit 4 ;;
esac
case $RUN-$EXIT_CODE in
  success-[0-9] | success-[0-9][0-9] | success-[0-9][0-9][0-9]) ;;
  *) fail 70 "the gate did not say how it ended" ;;
esac
[ "$EXIT_CODE" = 0 ] || exit "$EXIT_CODE"
[ "$SUMMARY" = success ] || fail 5 "the policy holds, and the summary could not be written"
[ "$IN_UPLOAD_SARIF" = false ] || [ "$UPLOAD" = success ] || fail 5 "the policy holds, and SARIF could not be uploaded"
[ "$IN_COMMENT" = false ] || [ "$COMMENT" = success ] || fail 5 "the policy holds, and the comment could not be written"
