# Sourced by the set-up scripts. Each installs one counterpart into the user's cache, under the hash of what pins it, once.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/smartscale
mkdir -p "$cache"

# The set of counterparts that a run uses: a folder of links, NAME -> the place in the cache. The Rust starters look here.
SMARTSCALE_COUNTERPARTS=${SMARTSCALE_COUNTERPARTS:-$cache/counterparts}

# key TEXT-OR-FILE...: a short hash over the contents of the files and over the words that are no files.
key() {
  local part
  for part in "$@"; do
    if [ -f "$part" ]; then cat "$part"; else printf '%s\n' "$part"; fi
  done | sha256sum | cut -c1-16
}

# provide NAME KEY BUILD [WORKS]: have $cache/NAME-KEY, made by `BUILD FOLDER` in a folder that is moved into place when it is whole.
# What is there is made again if `WORKS FOLDER` fails. Two runs at once are safe: the second waits for the first, then finds its work.
provide() {
  local name=$1 place=$cache/$1-$2 build=$3 works=${4:-true} folder set link lock status
  stands() { [ -d "$place" ] && "$works" "$place" >/dev/null 2>&1; }
  if ! stands; then
    exec {lock}>"$cache/$name.lock"
    flock "$lock"
    if ! stands; then
      # With the lock held, these are of runs that were interrupted.
      rm -rf "$place" "$cache/.$name-"??????
      printf 'installing %s\n' "$name" >&2
      folder=$(mktemp -d "$cache/.$name-XXXXXX")
      # In a subshell outside any condition, where `set -e` holds: a failed build leaves nothing but its log.
      set +e
      (set -e; "$build" "$folder") >"$cache/$name.log" 2>&1
      status=$?
      set -e
      if [ "$status" != 0 ]; then
        tail -n 40 "$cache/$name.log" >&2
        printf 'could not install %s; the whole log is in %s\n' "$name" "$cache/$name.log" >&2
        rm -rf "$folder"
        exit 1
      fi
      chmod 755 "$folder"
      mv -T "$folder" "$place"
    fi
    exec {lock}>&-
  fi
  # The default set too: it is what `cargo test` finds without test.sh.
  for set in "$SMARTSCALE_COUNTERPARTS" "$cache/counterparts"; do
    mkdir -p "$set"
    link=$(mktemp -u "$set/.$name-XXXXXX")
    ln -s "$place" "$link"
    mv -T "$link" "$set/$name"
  done
}

# as_root COMMAND...: run it as root, through sudo where needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# debian FOLDER PACKAGE...: unpack packages, and what they need and this machine lacks, into FOLDER. Nothing is installed,
# so no service starts and no root is needed but for the very first `apt-get update`.
debian() {
  local folder=$1 wanted archives
  shift
  apt-cache show "$@" >/dev/null 2>&1 || as_root apt-get update
  archives=$(mktemp -d "$folder/.archives-XXXXXX")
  fetch() {
    wanted=$(apt-get install --simulate --no-install-recommends "$@" | awk '$1 == "Inst" { print $2 } END { print "" }')
    # shellcheck disable=SC2086 # a list of names
    (cd "$archives" && apt-get download $wanted "$@")
  }
  # Lists that are out of date name packages that are gone.
  fetch "$@" || { as_root apt-get update; fetch "$@"; }
  for archive in "$archives"/*.deb; do dpkg-deb -x "$archive" "$folder"; done
  rm -rf "$archives"
}
