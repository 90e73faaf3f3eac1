#!/usr/bin/env bash
# Chromium from Debian, and playwright-core from npm, which drives it.
source "$(dirname "$0")/common.sh"

pins=$root/tests/browser

build() {
  local folder=$1
  mkdir "$folder/debian"
  debian "$folder/debian" chromium fonts-dejavu-core
  cp "$pins/package.json" "$pins/package-lock.json" "$folder/"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund)
  # Only the libraries and fonts that this machine lacks are in the folder; the rest is the system's.
  cat >"$folder/chromium" <<'END'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
libraries=$here/debian/usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH="$libraries:$libraries/pulseaudio" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/debian/usr/lib/chromium/chromium" "$@"
END
  cat >"$folder/fonts.conf" <<'END'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">debian/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
END
  chmod 755 "$folder/chromium"
  works "$folder"
}

# A library that the system had may have gone since.
works() {
  "$1/chromium" --version
}

provide browser "$(key "$(. /etc/os-release && echo "$ID $VERSION_ID")" chromium "$pins/package.json" "$pins/package-lock.json" "$0")" build works
