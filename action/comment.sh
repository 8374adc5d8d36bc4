#!/usr/bin/env bash
# Writes the report as a comment on the pull request, or renews the one that is there: also where there is no verdict, so
# that what was said about an earlier commit does not stay.
#   comment.sh begin   before the gate: whatever ends the job from here on, the comment says that there is no verdict yet
#   comment.sh end     after it
set -euo pipefail
# shellcheck source=./say.sh
. "${BASH_SOURCE[0]%/*}/say.sh"
# shellcheck source=./page.sh
. "${BASH_SOURCE[0]%/*}/page.sh"

when=$1
# stop CODE WORDS: ends the step. Before the gate nothing is a failure, because the end tries everything again.
stop() {
  if [ "$when" = begin ]; then
    notice "${*:2}"
    exit 0
  fi
  fail "$@"
}

if [ -z "$PULL_REQUEST" ]; then
  notice "this run has no pull request to comment on"
  exit 0
fi
if [ "$HEAD_REPOSITORY" != "$REPOSITORY" ]; then
  notice "a pull request from a fork cannot be commented on by its own run; the report is in the summary"
  exit 0
fi

# A run that ends late, or again, says nothing about a commit that is no longer the last one.
last=$(gh api "repos/$REPOSITORY/pulls/$PULL_REQUEST" --jq .head.sha 2> /dev/null) || last=""
if [ -n "$last" ] && [ -n "$HEAD_COMMIT" ] && [ "$last" != "$HEAD_COMMIT" ]; then
  notice "the pull request has another commit by now, and its comment is left to the run for that"
  exit 0
fi

# A mark that no reader sees: one comment for each command and policy.
name=$(printf '%s\n%s' "$IN_COMMAND" "$IN_POLICY" | digest)
mark="<!-- credgate $name -->"
body=$(mktemp "$RUNNER_TEMP/credgate-comment.XXXXXXXX")
commit=$(printf '%s' "$HEAD_COMMIT" | tr -cd '0-9a-f')
{
  printf '%s\n' "$mark"
  if [ "$when" = begin ]; then
    printf '## ⏳ credgate: no verdict yet\n\nWhat was said here about an earlier commit or run no longer holds.\n'
  else
    # A comment may have 65,536 characters.
    page 64000
  fi
  [ -z "$commit" ] || printf '\n<sub>Commit %s</sub>\n' "$commit"
} > "$body"

# Only comments of this very token's are renewed: anybody can write the mark. A token of an app knows its name only here.
login=$(gh api user --jq .login 2> /dev/null) \
  || login=$(gh api graphql --raw-field 'query=query { viewer { login } }' --jq .data.viewer.login 2> /dev/null) \
  || login="github-actions[bot]"
export MARK=$mark LOGIN=$login
known=$(gh api --paginate "repos/$REPOSITORY/issues/$PULL_REQUEST/comments?per_page=100" \
  --jq '.[] | select(.user.login == env.LOGIN and (.body | startswith(env.MARK))) | .id') \
  || stop 5 "the comments of the pull request cannot be read; does the job have \`pull-requests: write\`?"
case $known in *[!0-9$'\n']*) stop 5 "the comments of the pull request cannot be read" ;; esac
refused="the comment cannot be written; does the job have \`pull-requests: write\`?"
if [ -n "$known" ]; then
  # Two runs at once may have written two.
  while IFS= read -r id; do
    gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" --field "body=@$body" --silent < /dev/null || stop 5 "$refused"
  done <<< "$known"
elif [ "$when" = end ]; then
  gh api --method POST "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" --field "body=@$body" --silent || stop 5 "$refused"
fi
