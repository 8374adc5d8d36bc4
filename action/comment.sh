#!/usr/bin/env bash
# Writes the report as a comment on the pull request, or renews the one that is there.
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"

if [ -z "$PULL_REQUEST" ]; then
  notice "this run has no pull request to comment on"
  exit 0
fi
if [ "$HEAD_REPOSITORY" != "$REPOSITORY" ]; then
  notice "a pull request from a fork cannot be commented on by its own run; the report is in the summary"
  exit 0
fi
[ "$(wc -m < "$REPORT_FILE")" -lt 65400 ] || fail 5 "the report is too long for a comment"

# A mark that no reader sees: one comment for each command and policy.
name=$(printf '%s\n%s' "$IN_COMMAND" "$IN_POLICY" | git hash-object --stdin)
mark="<!-- credgate $name -->"
body=$(mktemp "$RUNNER_TEMP/credgate-comment.XXXXXXXX")
{ printf '%s\n' "$mark"; cat "$REPORT_FILE"; } > "$body"

# Only a comment of this very token's is renewed: anybody can write the mark.
login=$(gh api user --jq .login 2> /dev/null) || login="github-actions[bot]"
export MARK=$mark LOGIN=$login
known=$(gh api --paginate "repos/$REPOSITORY/issues/$PULL_REQUEST/comments?per_page=100" \
  --jq '.[] | select(.user.login == env.LOGIN and (.body | startswith(env.MARK))) | .id') \
  || fail 5 "the comments of the pull request cannot be read; does the job have \`pull-requests: write\`?"
known=$(printf '%s\n' "$known" | head -n 1)
case $known in *[!0-9]*) fail 5 "the comments of the pull request cannot be read" ;; esac
if [ -n "$known" ]; then
  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$known" --field "body=@$body" --silent
else
  gh api --method POST "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" --field "body=@$body" --silent
fi || fail 5 "the comment cannot be written; does the job have \`pull-requests: write\`?"
