#!/usr/bin/env bash
# Runs everything that CI runs, and closes with one line: `N passed, N failed`.
#   ./test.sh         install the counterparts into the user's cache, lint, build and run all tests
#   ./test.sh core    format, lints and tests of the core alone
#   ./test.sh setup   only install the counterparts
set -uo pipefail
cd "$(dirname "$0")" || exit 1

part=${1:-all}
case $part in
  all | core | setup) ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

cache=${XDG_CACHE_HOME:-$HOME/.cache}/smartscale
# A set of this checkout's own: two checkouts with different pins run side by side.
SMARTSCALE_COUNTERPARTS=$cache/sets/$(pwd -P | sha256sum | cut -c1-16)
export SMARTSCALE_COUNTERPARTS
# A snapshot that differs is a failure, and nothing to be written.
export INSTA_UPDATE=no

# shellcheck source=tests/tools.sh
source tests/tools.sh
tools "$part" || exit 1

passed=0 failed=0 summary=()
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# step NAME COMMAND...: run it, show and keep what it prints, and set $status and $took.
step() {
  local began=$SECONDS
  printf '\n== %s\n' "$1"
  "${@:2}" 2>&1 | tee "$logs/step"
  status=${PIPESTATUS[0]} took=$((SECONDS - began))
}

# check NAME COMMAND...: it must succeed; it counts only when it fails.
check() {
  step "$@"
  if ((status == 0)); then
    summary+=("$1: ok, ${took} s")
  else
    failed=$((failed + 1))
    summary+=("$1: FAILED, ${took} s")
  fi
}

# runner NAME COMMAND...: add the totals that a test runner prints.
runner() {
  local ok bad note=
  step "$@"
  read -r ok bad < <(totals "$logs/step")
  # Broken before it could say so, or silent: neither is success.
  if ((status != 0 && bad == 0)); then bad=1 note=" (it broke: exit status $status)"; fi
  if ((status == 0 && ok + bad == 0)); then bad=1 note=" (no test ran)"; fi
  passed=$((passed + ok)) failed=$((failed + bad))
  summary+=("$1: $ok passed, $bad failed, ${took} s$note")
}

# totals LOG: the sums that cargo test, pytest and node --test have printed.
totals() {
  awk '
    /^test result: / { ok += $4; bad += $6; next }
    / in [0-9.]+s/ { for (i = 2; i <= NF; i++) if ($i ~ /^passed/) ok += $(i - 1); else if ($i ~ /^(failed|errors?)/) bad += $(i - 1) }
    /^(#|ℹ) pass / { ok += $3 }
    /^(#|ℹ) fail / { bad += $3 }
    END { print ok + 0, bad + 0 }
  ' "$1"
}

ec2_tests() {
  PYTHONPATH=$SMARTSCALE_COUNTERPARTS/emulators/python:tests/ec2 PYTHONDONTWRITEBYTECODE=1 python3 -m pytest -q -p no:cacheprovider tests/ec2
}

# Counts as one test: the first history that breaks an invariant is told as a story, with its seed.
histories() {
  if cargo run --quiet --locked --profile simulation --no-default-features -- simulate --seeds 20000; then
    echo "test result: ok. 1 passed; 0 failed"
  else
    echo "test result: FAILED. 0 passed; 1 failed"
    return 1
  fi
}

# In a function, so that an edit of this file does not reach a run that is under way.
everything() {
  if [ "$part" != core ]; then
    for setup in tests/counterparts/setup/*.sh; do
      [ "$(basename "$setup")" = common.sh ] || check "install $(basename "$setup" .sh)" "$setup"
    done
  fi
  if [ "$part" != setup ]; then
    # One after the other: two builds at once would want twice the memory, and are no faster.
    check "format" cargo fmt --check
    check "lints, core" cargo clippy --quiet --locked --no-default-features --all-targets -- -D warnings
    runner "tests, core" cargo test --locked --no-default-features --no-fail-fast
  fi
  if [ "$part" = all ]; then
    runner "20,000 simulated histories" histories
    check "lints, all features" cargo clippy --quiet --locked --all-targets -- -D warnings
    check "dependencies" "$SMARTSCALE_COUNTERPARTS/cargo-deny/cargo-deny" --locked check bans sources licenses
    runner "tests, all features" cargo test --locked --no-fail-fast
    runner "tests of the EC2 emulator" ec2_tests
    runner "tests of the Pulumi program" infra/pulumi/test.sh
  fi

  printf '\n'
  printf '%s\n' "${summary[@]}"
  if [ "$part" != setup ] && ((passed == 0)); then failed=$((failed + (failed == 0))); fi
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

everything
exit
