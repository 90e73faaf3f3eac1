#!/usr/bin/env bash
# The AWS emulators (moto, ministack) and the tools of their tests, from PyPI, as a folder for PYTHONPATH:
# unlike a virtual environment it can be moved. Runs with the python3 that installed it.
source "$(dirname "$0")/common.sh"

pins=$root/tests/counterparts/requirements.txt

build() {
  local folder=$1
  python3 -m pip install --disable-pip-version-check --no-input --target "$folder/python" --requirement "$pins"
  PYTHONPATH=$folder/python python3 -c 'import boto3, ministack, moto, pytest'
}

provide emulators "$(key "$pins" "$(python3 -c 'import sys; print(sys.version, sys.prefix)')" "$0")" build
