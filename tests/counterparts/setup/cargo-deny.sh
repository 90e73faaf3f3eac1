#!/usr/bin/env bash
# cargo-deny, from crates.io: it checks bans, sources and licenses of the dependencies.
source "$(dirname "$0")/common.sh"

version=0.20.2

build() {
  local folder=$1
  # Its own dependencies must not end up in the project's target folder.
  CARGO_TARGET_DIR=$folder/target cargo install cargo-deny --locked --version "$version" --root "$folder" --no-track
  mv "$folder/bin/cargo-deny" "$folder/cargo-deny"
  rm -rf "$folder/target" "$folder/bin"
}

provide cargo-deny "$(key "$version")" build
