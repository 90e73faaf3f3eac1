#!/usr/bin/env bash
# Installs the AWS emulators (moto, ministack), their test tools and kubectl into a Python environment in the user's
# cache, under the hash of what pins it, and prints its path. Done before: a few milliseconds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}

command -v "$python" >/dev/null || { echo "python3 is missing: install Python 3.11 or newer with its venv module" >&2; exit 1; }
"$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { echo "python3 is older than 3.11 or lacks venv: install Python 3.11 or newer (Debian: python3-venv)" >&2; exit 1; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/smartscale
version=$("$python" -c 'import sys; print(sys.version, sys.prefix)')
hash=$({ cat "$here/requirements.txt"; echo "$version"; } | sha256sum | cut -c1-16)
target=$cache/emulators-$hash

# An environment cannot be moved once it is made, so it is made in place, and `complete` says that it is whole.
if [ ! -e "$target/complete" ]; then
    mkdir -p "$cache"
    exec 9>"$target.lock"
    flock 9
    if [ ! -e "$target/complete" ]; then
        rm -rf "$target"
        "$python" -m venv "$target"
        "$target/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$here/requirements.txt" >&2
        touch "$target/complete"
    fi
fi
echo "$target"
