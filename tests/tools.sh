# Sourced by test.sh: one line for each missing tool and how to get it.
# shellcheck shell=bash

# tools PART: whether the machine has what a part of test.sh needs.
tools() {
  local complete=0
  need "Rust 1.95 with rustfmt and clippy" "https://rustup.rs, then: rustup component add rustfmt clippy" rust
  need "a C compiler, which Rust links with" "apt-get install gcc libc6-dev" command -v cc
  if [ "$1" != core ]; then
    need "Go 1.26" "https://go.dev/dl" go_1_26
    need "Node 20 with npm" "https://nodejs.org/en/download" node_20
    need "Python 3.11 with pip" "apt-get install python3 python3-pip" python_3_11
    need "JDK 17" "apt-get install openjdk-17-jdk-headless" jdk_17
    need "Maven" "apt-get install maven" command -v mvn
    need "Debian's packages (apt-get, dpkg-deb)" "run on Debian 12 or newer, or in its container" debian
    need "flock" "apt-get install util-linux" command -v flock
  fi
  return "$complete"
}

# need WHAT HOW TEST...: print WHAT and HOW unless the test succeeds.
need() {
  "${@:3}" >/dev/null 2>&1 && return
  printf 'missing: %s (%s)\n' "$1" "$2" >&2
  complete=1
}

# at_least WANTED FOUND: compare versions.
at_least() {
  [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

rust() {
  at_least 1.95 "$(rustc --version | awk '{ print $2 }')" && cargo fmt --version && cargo clippy --version
}

go_1_26() {
  at_least 1.26 "$(go env GOVERSION | sed 's/^go//')"
}

node_20() {
  at_least 20 "$(node --version | tr -d v)" && command -v npm
}

python_3_11() {
  python3 -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))'
}

jdk_17() {
  at_least 17 "$(javac -version 2>&1 | awk '{ print $2 }')" && command -v java
}

debian() {
  command -v apt-get && command -v dpkg-deb && { [ "$(id -u)" = 0 ] || command -v sudo || apt-cache show chromium; }
}
