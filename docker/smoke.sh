#!/usr/bin/env bash
# Builds the image and runs it as compose.yaml says, where there is no Docker engine: a Debian base
# made by debootstrap, the Dockerfile built by buildah, its containers run by runc on a network of
# their own that leads nowhere. Takes some minutes and 3 GB in SMOKE_SCRATCH (a temporary folder),
# which is removed at the end. Behind a package mirror or a proxy, pip's PIP_INDEX_URL,
# PIP_FIND_LINKS and PIP_CERT, and DEBIAN_MIRROR, are heeded. ENCODERS=any tries the large image.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "docker-smoke: $*" >&2; exit 1; }

missing=()
for tool in buildah debootstrap runc nsenter curl python3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
[ ${#missing[@]} -eq 0 ] ||
  die "missing ${missing[*]}: apt-get install buildah debootstrap runc util-linux curl python3"
[ "$(id -u)" = 0 ] ||
  die "debootstrap, buildah and runc need root here: run it as root, or use a Docker engine"

if [ -n "${SMOKE_SCRATCH:-}" ]; then
  [ ! -e "$SMOKE_SCRATCH" ] || die "SMOKE_SCRATCH=$SMOKE_SCRATCH exists: name a folder to be made"
  mkdir -p "$SMOKE_SCRATCH"; scratch=$(realpath "$SMOKE_SCRATCH")
else
  scratch=$(mktemp -d)
fi
chmod 755 "$scratch"
export TMPDIR=$scratch/tmp BUILDAH_ISOLATION=chroot
mkdir "$TMPDIR" "$scratch/run"
image=localhost/policy-search-smoke
buildah=(buildah --root "$scratch/storage" --runroot "$scratch/run/storage")
runc=(runc --root "$scratch/run/runc")
started=() # containers

clean_up() {
  for name in "${started[@]}"; do "${runc[@]}" delete --force "$name" 2>/dev/null || true; done
  # Where a container would not go, a file system is still mounted: rather leave than remove it.
  "${buildah[@]}" rm --all >/dev/null 2>&1 || true
  umount "$scratch/storage/overlay" 2>/dev/null || true
  if grep -q " $scratch/" /proc/self/mounts; then
    echo "docker-smoke: still mounted, not removed: $scratch" >&2
  else
    rm -rf "$scratch"
  fi
}
trap clean_up EXIT

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f", $1 - $2 }'; }
ok() { echo "  ok: $*"; }
check() { # WHAT COMMAND...
  local what=$1; shift
  "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said" >&2; die "NOT: $what"; }
  ok "$what"
}
refused() { ! "$@"; }
says() { # FILE WORDS: waits a moment for them
  for _ in $(seq 20); do grep -qF -- "$2" "$1" && return; sleep 0.1; done
  cat "$1"; return 1
}

# ---- the base and the image ----

build() {
  echo "Making a Debian base …"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
    bookworm "$scratch/base" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$scratch/debootstrap.log" ||
    { tail -5 "$scratch/debootstrap.log" >&2; die "debootstrap failed"; }
  local base
  base=$("${buildah[@]}" from scratch)
  "${buildah[@]}" copy -q "$base" "$scratch/base" / >/dev/null
  "${buildah[@]}" commit -q --rm "$base" localhost/smoke-base >/dev/null
  rm -rf "$scratch/base"

  echo "Building the image …"
  local secrets=(--secret "id=pip.conf,src=$scratch/pip.conf") mounts=() begun
  {
    echo "[global]"
    [ -z "${PIP_INDEX_URL:-}" ] || echo "index-url = $PIP_INDEX_URL"
    [ -z "${PIP_FIND_LINKS:-}" ] || echo "find-links = $PIP_FIND_LINKS"
    [ -z "${PIP_CERT:-}" ] || echo "cert = /run/secrets/ca.pem"
  } >"$scratch/pip.conf"
  [ -z "${PIP_CERT:-}" ] || secrets+=(--secret "id=ca.pem,src=$PIP_CERT")
  [ ! -d "${PIP_FIND_LINKS:-}" ] || mounts+=(--volume "$PIP_FIND_LINKS:$PIP_FIND_LINKS:ro")
  begun=$(now)
  # "docker" is the format that keeps the health check.
  "${buildah[@]}" bud --format docker --build-arg BASE=localhost/smoke-base "${secrets[@]}" \
    "${mounts[@]}" --build-arg ENCODERS="${ENCODERS:-embedded}" \
    -f docker/Dockerfile -t "$image" . >"$scratch/build.log" 2>&1 ||
    { tail -30 "$scratch/build.log" >&2; die "the build failed"; }
  ok "built in $(since "$begun") s"
  "${buildah[@]}" images --format '  {{.Name}} {{.Size}}' | grep "$image"
}

open_image() {
  local container
  container=$("${buildah[@]}" from --pull-never "$image")
  root=$("${buildah[@]}" mount "$container")
  "${buildah[@]}" inspect --type image "$image" >"$scratch/image.json"
  mkdir "$scratch/spec" && runc spec --bundle "$scratch/spec"
  # The image has the YAML reader that this machine may lack.
  chroot "$root" /opt/policy-search/bin/python3 -c \
    'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
    <docker/compose.yaml >"$scratch/compose.json"
}

# ---- containers ----

# bundle NAME [WORD...]: a container of the image on the volume $data with the policies $policies
bundle() {
  local name=$1; shift
  mkdir -p "$scratch/$name"
  printf '{"image": %s, "compose": %s, "spec": %s}' "$(cat "$scratch/image.json")" \
    "$(cat "$scratch/compose.json")" "$(cat "$scratch/spec/config.json")" |
    python3 docker/smoke_bundle.py "$root" "/data=$data" "/policies=$policies" -- "$@" \
      >"$scratch/$name/config.json"
  started+=("$name")
}
run() { # NAME [WORD...]: to its end
  bundle "$@"
  "${runc[@]}" run --bundle "$scratch/$1" "$1"
}
start() { # NAME: in the background; its output in $log
  bundle "$@"
  name=$1 log=$scratch/$1.log begun=$(now)
  "${runc[@]}" run --bundle "$scratch/$name" --pid-file "$scratch/$name.pid" "$name" \
    >"$log" 2>&1 </dev/null &
  process=$!
}
inside() { "${runc[@]}" exec "$name" "$@"; }
http() { # curl, in the container's network
  nsenter --net="/proc/$(cat "$scratch/$name.pid")/ns/net" -- curl -sS --max-time 30 "$@"
}
await_ready() {
  until [ -s "$scratch/$name.pid" ] && http -f http://127.0.0.1:8080/readyz >/dev/null 2>&1; do
    kill -0 "$process" 2>/dev/null || { cat "$log" >&2; die "NOT: $name becomes ready"; }
    sleep 0.1
  done
  ok "$1: ready after $(since "$begun") s"
}
stop() { # with SIGTERM, as `docker stop` does
  local begun status=0
  begun=$(now)
  "${runc[@]}" kill "$name" TERM
  wait "$process" || status=$?
  awk "BEGIN { exit !($(since "$begun") < 10) }" || die "NOT: SIGTERM ends it within 10 s"
  [ "$status" = 0 ] || [ "$status" = 143 ] || { cat "$log" >&2; die "ended with $status"; }
  ok "$1: SIGTERM ended it in $(since "$begun") s, exit code $status"
}
volume() { # NAME: empty, with the owner that an engine copies from the image
  data=$scratch/$1 && cp -a "$root/data" "$data"
}
search() { http -H "Authorization: Bearer $key" -G http://127.0.0.1:8080/v1/search "$@"; }
finds() { # LANGUAGE QUESTION [WORDS]: a hit in that language that holds the words
  search --data-urlencode "q=$2" | python3 -c '
import json, sys
hits = json.load(sys.stdin)["hits"]
sys.exit(not any(h["lang"] == sys.argv[1] and sys.argv[2] in h["text"] for h in hits))' "$1" "${3:-}"
}
status_of() { # STATUS CURL-ARGUMENT...
  local wanted=$1; shift
  [ "$(http -o /dev/null -w '%{http_code}' "$@")" = "$wanted" ]
}

build
open_image
policies=$PWD/indexer/samples

echo "Without a key"
volume other
start refused
if wait "$process"; then die "NOT: a service without keys ends at once"; fi
check "refuses to serve, and says how to make one" \
  says "$log" "docker compose run --rm policy-search keys create"
check "health check fails where nothing listens" \
  refused run unhealthy --entrypoint python3 -IS /opt/policy-search/bin/healthcheck.py

echo "The first start"
volume data
key=$(run keys keys create smoke --scope search --scope read --quiet)
check "a key is made; its file is the service user's alone" \
  test "$key $(stat -c '%u:%g %a' "$data/keys.sqlite")" = "${key:?} 10001:10001 600"
start first
await_ready "six policies indexed and served"
check "every passage was embedded" says "$log" "Published generation 1 in /data/index."
check "the health check succeeds" inside python3 -IS /opt/policy-search/bin/healthcheck.py
check "process 1 is user 10001 without privileges" inside sh -c '
  grep -Eq "^Uid:\s10001\s10001" /proc/1/status && grep -Eq "^CapEff:\s0+$" /proc/1/status &&
  grep -Eq "^CapBnd:\s0+$" /proc/1/status && grep -Eq "^NoNewPrivs:\s1$" /proc/1/status'
check "no compiler, make or git" inside sh -c '
  for tool in gcc cc make git; do ! command -v $tool || exit 1; done'
if [ "${ENCODERS:-embedded}" = any ]; then
  check "sentence-transformers runs the embedded model" inside python3 -c "
from models.embedded import embedded_folder
from models.onnx_module import open_sentence_transformer
assert open_sentence_transformer(embedded_folder()).encode(['leave']).shape == (1, 384)"
else
  check "no torch" refused inside python3 -c "import torch"
fi
# /var/tmp is everybody's to write in, if anything were.
check "the root file system and the policies are read-only" inside sh -c '
  ! touch /var/tmp/x 2>/dev/null && grep -Eq "^[^ ]+ /policies [^ ]+ ro," /proc/mounts &&
  touch /tmp/x /data/x && rm /tmp/x /data/x'
check "there is no network but loopback" inside sh -c '! grep -v lo: /proc/net/dev | grep :'
check "a search without a key is refused" status_of 401 "http://127.0.0.1:8080/v1/search?q=x"
check "a question in English finds Chinese clauses" finds zh "How do I cancel my account?"
check "a question in Chinese finds English clauses" finds en "每年有几天年假？"
check "versions can be compared (scipy is whole)" inside python3 -c "
import numpy, scipy.optimize, scipy.sparse.csgraph
assert scipy.optimize.linear_sum_assignment(numpy.eye(2), maximize=True)[1].tolist() == [0, 1]"
stop "the service"
check "it closed down in order" says "$log" "Application shutdown complete."

echo "Restart on the same volume"
start second
await_ready "the same policies"
check "nothing was embedded again" says "$log" "Embedded 0 of"
check "the key still works" finds zh "How do I cancel my account?"
stop "the service"

echo "A changed policy"
cp -r indexer/samples "$scratch/changed" && policies=$scratch/changed
printf '\n## 99. Smoke\n\nEvery smoke test is paid twice.\n' >>"$policies/leave-policy-en.md"
start third
await_ready "one policy changed"
check "only that one was read again" says "$log" "1 updated, 5 unchanged"
check "what it says now is found" finds en "How is a smoke test paid?" "paid twice"
sed -i 's/paid twice/paid in marbles/' "$policies/leave-policy-en.md"
check "and changed while the service runs, too" inside policy-search index /policies
sleep 2
check "the service follows" finds en "How is a smoke test paid?" "paid in marbles"
stop "the service"

echo "Policies that are not there"
mkdir "$scratch/empty" && policies=$scratch/empty
start fourth
await_ready "an empty mount"
check "it says that the index stays" says "$log" "the index stays as it is"
check "and it stays" finds zh "How do I cancel my account?"
stop "the service"
policies=$scratch/changed && mkdir -m 700 "$policies/private"
mv "$policies/privacy-policy-zh.txt" "$policies/private"
start fifth
await_ready "a folder that the user may not list"
check "it says which, and removes nothing" says "$log" "/policies/private"
check "and the policy stays" finds zh "How do I cancel my account?"
stop "the service"

echo "Stopped as it starts"
policies=$PWD/indexer/samples
for seconds in 0.1 0.4 1.2 1.8 2.4; do
  start "early-$seconds"
  until [ -s "$scratch/$name.pid" ]; do sleep 0.02; done
  sleep "$seconds"
  stop "after $seconds s"
done

echo "Stopped while it indexes"
mkdir "$scratch/many" && policies=$scratch/many
for file in $(seq 40); do
  for clause in $(seq 60); do
    echo "$clause. Rule $file-$clause of the warehouse says that $((file * clause)) pallets may stand."
    echo
  done >"$policies/rules-$file.txt"
done
volume sixth-data
key=$(run keys-again keys create smoke --scope search --quiet)
start sixth
sleep 6
check "it is still at it" refused grep -qF "Published" "$log"
stop "indexing"
rm "$policies"/rules-[2-9]*.txt "$policies"/rules-1?.txt "$policies"/rules-3*.txt 2>/dev/null || true
start seventh
await_ready "started again on what was left"
stop "the service"
echo "All of it works."
