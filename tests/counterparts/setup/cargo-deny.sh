#!/usr/bin/env bash
# cargo-deny, built from its published source: it checks bans, sources and licenses of the dependencies.
source "$(dirname "$0")/common.sh"

version=0.20.2

build() {
  local folder=$1
  # Unoptimized: it builds in half the time and checks in a second. Its objects must not end up in the target folder of the project.
  CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_DEV_DEBUG=0 cargo install cargo-deny --debug --locked --version "$version" --root "$folder" --no-track
  mv "$folder/bin/cargo-deny" "$folder/cargo-deny"
  rm -rf "${folder:?}/target" "${folder:?}/bin"
}

provide cargo-deny "$(key "$version")" build
