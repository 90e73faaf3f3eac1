#!/usr/bin/env bash
# Runs the program's tests in a folder of their own, with the packages that tests/counterparts/setup/pulumi.sh has put into
# the user's cache: nothing is left in the source tree. By hand, `npm ci && npm test` does the same here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=${SMARTSCALE_COUNTERPARTS:-${XDG_CACHE_HOME:-$HOME/.cache}/smartscale/counterparts}/pulumi/node_modules
[ -d "$packages" ] || { echo "the npm packages are missing: run tests/counterparts/setup/pulumi.sh" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/package.json" "$here/tsconfig.json" "$here/index.ts" "$here/src" "$here/test" "$work/"
ln -s "$packages" "$work/node_modules"
cd "$work"
node node_modules/typescript/bin/tsc --outDir build
node --test build/test
