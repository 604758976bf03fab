#!/bin/sh
# `serve` brings the index up to date with /policies, then serves it. Any other words are a
# policy-search command, such as `keys create wiki --scope search --scope read`.
set -eu

POLICIES=/policies

say() { echo "entrypoint: $*" >&2; }

# Runs a command, passes SIGTERM on to it, and sets `status`. The shell stays process 1: the kernel
# keeps from process 1 the signals that it has no handler for, so that `docker stop` would wait in
# vain for a Python that is starting or indexing.
stopping='' child=''
trap 'stopping=yes; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true' TERM INT
run() {
  "$@" <&0 &
  child=$!
  if [ -n "$stopping" ]; then kill -TERM "$child" 2>/dev/null || true; fi
  while :; do
    status=0
    wait "$child" || status=$?
    # A signal ends the waiting, not yet the command.
    kill -0 "$child" 2>/dev/null || break
  done
  child=''
}

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

if [ "${1:-}" = policy-search ]; then shift; fi
case "${1:-serve} $* " in
  "serve "*" --help "*) set -- serve --help; serves='' ;;
  "serve "*) serves=yes ;;
  *) serves='' ;;
esac
if [ -z "$serves" ]; then
  run policy-search "$@"
  exit "$status"
fi
if [ $# -gt 0 ]; then shift; fi

if [ ! -e "$POLICY_SEARCH_KEYS" ]; then
  say "no key was made yet, so that only a service with POLICY_SEARCH_INSECURE=true will start." \
    "Make one: docker compose run --rm policy-search keys create NAME --scope search --scope read"
fi
if may_be_indexed; then
  run policy-search index "$POLICIES"
  if [ -n "$stopping" ]; then exit 143; fi
  # 1: some files could not be read; they are named, and keep what is indexed of them.
  if [ "$status" -gt 1 ]; then
    say "indexing failed (see above): serving what was indexed before, if any."
  fi
fi
run policy-search serve "$@"
# The service ends itself by the signal that it was sent, once it has closed down.
if [ -n "$stopping" ] && [ "$status" = 143 ]; then status=0; fi
exit "$status"
