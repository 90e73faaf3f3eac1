import type { Config } from "./config";

/**
 * What a worker runs at its first boot: it joins K3s as an agent.
 *
 * SmartScale matches nodes with instances by the provider id or by the instance-id label, never by name. The kubelet sets
 * both when it registers, so that the node is known from its first second. The join token is no part of the user data, which
 * anybody who may describe the instance can read: the worker fetches it with its own role.
 */
export function userData(config: Pick<Config, "pool" | "k3sUrl" | "k3sVersion" | "joinTokenSecret">): string {
  const pool = config.pool === "" ? [] : [`  --node-label "smartscale.dev/pool=${config.pool}" \\`];
  const region = config.joinTokenSecret.split(":")[3];
  return [
    "#!/bin/bash",
    "set -euo pipefail",
    "umask 077",
    "",
    "session=$(curl -fsS --retry 5 --retry-connrefused -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)",
    'metadata() { curl -fsS --retry 5 -H "X-aws-ec2-metadata-token: $session" "http://169.254.169.254/latest/meta-data/$1"; }',
    "instance=$(metadata instance-id)",
    "zone=$(metadata placement/availability-zone)",
    "type=$(metadata instance-type)",
    "",
    "mkdir -p /etc/rancher/k3s",
    `aws secretsmanager get-secret-value --region ${region} --secret-id '${config.joinTokenSecret}' --query SecretString --output text >/etc/rancher/k3s/join-token`,
    "",
    "curl -fsSL --retry 5 https://get.k3s.io -o /tmp/install-k3s.sh",
    `INSTALL_K3S_VERSION='${config.k3sVersion}' K3S_URL='${config.k3sUrl}' K3S_TOKEN_FILE=/etc/rancher/k3s/join-token sh /tmp/install-k3s.sh agent \\`,
    '  --node-label "smartscale.dev/instance-id=$instance" \\',
    ...pool,
    '  --node-label "topology.kubernetes.io/zone=$zone" \\',
    '  --node-label "node.kubernetes.io/instance-type=$type" \\',
    '  --kubelet-arg "provider-id=aws:///$zone/$instance"',
    "",
  ].join("\n");
}
