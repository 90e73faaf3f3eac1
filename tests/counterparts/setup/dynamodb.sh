#!/usr/bin/env bash
# AWS's DynamoDB Local and its jars, from Maven Central; started through tests/dynamodb/Launcher.java.
source "$(dirname "$0")/common.sh"

pins=$root/tests/dynamodb

build() {
  local folder=$1
  mvn --batch-mode --no-transfer-progress --file "$pins/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$folder/lib" -DincludeScope=runtime
  # Compiled once: a start from source would compile it each time.
  javac -cp "$folder/lib/*" -d "$folder" "$pins/Launcher.java"
}

provide dynamodb "$(key "$pins/pom.xml" "$pins/Launcher.java")" build
