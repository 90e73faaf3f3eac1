#!/usr/bin/env bash
# Builds the function for `provided.al2023` on x86-64 and zips it to infra/lambda/smartscale.zip, which the Pulumi program takes.
#
# Amazon Linux 2023 has glibc 2.34; most machines that build have a newer one, against which a plain `cargo build` links and then does
# not start there. cargo-lambda links through zig against the older one. Both come from PyPI into the user's cache. The release profile
# with the AWS SDK takes about ten minutes on two cores; the package is about 6 MB. Tests do not come this way: they zip a `bootstrap`
# of the dev profile, which runs on the machine that built it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
# shellcheck source=tests/counterparts/setup/common.sh
source "$root/tests/counterparts/setup/common.sh"

build() {
  local folder=$1
  python3 -m pip install --disable-pip-version-check --no-input --target "$folder/python" --requirement "$here/requirements.txt"
  PYTHONPATH=$folder/python python3 -m ziglang version
}

provide packaging "$(key "$here/requirements.txt" "$(python3 -c 'import sys; print(sys.version, sys.prefix)')")" build
tools=$SMARTSCALE_COUNTERPARTS/packaging

# cargo-lambda asks for `zig` by this name.
shims=$(mktemp -d)
trap 'rm -rf "$shims"' EXIT
printf '#!/bin/sh\nPYTHONPATH=%q exec python3 -m ziglang "$@"\n' "$tools/python" >"$shims/zig"
chmod +x "$shims/zig"

cd "$root"
PATH=$shims:$tools/python/bin:$PATH cargo lambda build --release --x86-64 --bin bootstrap --output-format zip --lambda-dir "$shims/lambda" "$@"
mv "$shims/lambda/bootstrap/bootstrap.zip" "$here/smartscale.zip"

# What the loader will ask of Amazon Linux: nothing newer than glibc 2.34.
newest=$(python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("bootstrap"))' "$here/smartscale.zip" | grep -aoE 'GLIBC_2\.[0-9]+' | sort -uV | tail -1)
[ "$(printf '%s\nGLIBC_2.34\n' "$newest" | sort -V | tail -1)" = GLIBC_2.34 ] || { echo "bootstrap wants $newest, and Amazon Linux 2023 has GLIBC_2.34" >&2; exit 1; }
echo "$here/smartscale.zip"
