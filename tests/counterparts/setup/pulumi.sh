#!/usr/bin/env bash
# The npm packages of the Pulumi program.
source "$(dirname "$0")/common.sh"

pins=$root/infra/pulumi

build() {
  local folder=$1
  cp "$pins/package.json" "$pins/package-lock.json" "$pins/.npmrc" "$folder/"
  # TypeScript is one of the tools, so those come too.
  (cd "$folder" && npm ci --include=dev --ignore-scripts --no-audit --no-fund)
}

provide pulumi "$(key "$pins/package.json" "$pins/package-lock.json" "$(node --version)" "$0")" build
