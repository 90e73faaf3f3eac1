#!/usr/bin/env bash
# etcd, the API server, the controller manager, the scheduler and KWOK with its stages, built from tests/kubernetes/go.mod.
source "$(dirname "$0")/common.sh"

pins=$root/tests/kubernetes
version=k8s.io/component-base/version
# Without a version, clients that read /version fail.
flags="-s -w -X $version.gitVersion=v1.36.3 -X $version.gitMajor=1 -X $version.gitMinor=36 -X $version.gitTreeState=clean"
stages="node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-ready pod/fast/pod-complete pod/general/pod-delete"

build() {
  local folder=$1 kwok stage
  cd "$pins"
  # Two packages at a time: more would only take more memory.
  CGO_ENABLED=0 GOBIN=$folder go install -p 2 -trimpath -ldflags="$flags" tool
  mv "$folder/server" "$folder/etcd"
  kwok=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
  mkdir "$folder/stages"
  for stage in $stages; do
    install -m 644 "$kwok/kustomize/stage/$stage.yaml" "$folder/stages/"
  done
  signing_key >"$folder/sa.key"
}

# A new P-256 key for the control plane's service-account tokens, in SEC1 form: Go derives the public part from it.
signing_key() {
  echo '-----BEGIN EC PRIVATE KEY-----'
  { printf '\060\061\002\001\001\004\040'; head -c 32 /dev/urandom; printf '\240\012\006\010\052\206\110\316\075\003\001\007'; } | base64 -w 64
  echo '-----END EC PRIVATE KEY-----'
}

provide kubernetes "$(key "$pins/go.mod" "$pins/go.sum" "$flags" "$stages")" build
