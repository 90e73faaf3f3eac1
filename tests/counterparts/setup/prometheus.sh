#!/usr/bin/env bash
# Prometheus and promtool, from Debian.
source "$(dirname "$0")/common.sh"

build() {
  local folder=$1 unpacked=$1/unpacked
  mkdir "$unpacked"
  debian "$unpacked" prometheus
  mv "$unpacked/usr/bin/prometheus" "$unpacked/usr/bin/promtool" "$folder/"
  rm -rf "$unpacked"
  "$folder/prometheus" --version
  "$folder/promtool" --version
}

provide prometheus "$(key "$(. /etc/os-release && echo "$ID $VERSION_ID")" prometheus)" build
