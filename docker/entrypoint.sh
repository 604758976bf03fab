#!/bin/sh
# `serve` brings the index up to date with /policies, then serves it. Any other words are a
# policy-search command, such as `keys create wiki --scope search --scope read`.
set -eu

POLICIES=/policies

say() { echo "entrypoint: $*" >&2; }

# A folder that cannot be listed looks like one whose policies were all removed, and so does a
# mount that failed: neither may empty the index.
may_be_indexed() {
  if ! found=$(find "$POLICIES" \( -path "*/.*" -o -name lost+found \) -prune -o \
      \( -type f -o -type l \) -printf x); then
    say "user $(id -u) cannot list all of $POLICIES (see above): nothing is indexed, the index" \
      "stays as it is. Let others read it, such as by \`chmod -R o+rX\` on the host."
    return 1
  fi
  if [ -z "$found" ]; then
    say "$POLICIES is empty or not mounted: nothing is indexed, the index stays as it is."
    return 1
  fi
}

# In the background, because a shell that is process 1 heeds no signal while it waits for a command.
index_policies() {
  policy-search index "$POLICIES" &
  child=$!
  trap 'kill -TERM "$child" 2>/dev/null || true; wait "$child" || true; exit 143' TERM INT
  status=0
  wait "$child" || status=$?
  trap - TERM INT
  # 1: some files could not be read; they are named, and keep what is indexed of them.
  [ "$status" -le 1 ] || say "indexing failed (see above): serving what was indexed before, if any."
}

if [ "${1:-}" = policy-search ]; then shift; fi
if [ "${1:-serve}" != serve ]; then exec policy-search "$@"; fi
if [ $# -gt 0 ]; then shift; fi
case " $* " in *" --help "*) exec policy-search serve --help ;; esac

if [ ! -e "$POLICY_SEARCH_KEYS" ]; then
  say "no key was made yet, so that only a service with POLICY_SEARCH_INSECURE=true will start." \
    "Make one: docker compose run --rm policy-search keys create NAME --scope search --scope read"
fi
if may_be_indexed; then index_policies; fi
exec policy-search serve "$@"
