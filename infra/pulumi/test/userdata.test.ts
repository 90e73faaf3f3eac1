import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { userData } from "../src/userdata";
import { CONFIG } from "./config";

/**
 * Runs the script for real, with stand-ins for what a worker has and this machine lacks: the metadata service and the installer
 * behind `curl`, the `aws` command, and K3s' installer, which writes down how it was called.
 */
function boot(script: string) {
  const folder = mkdtempSync(join(tmpdir(), "userdata-"));
  const stand = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const installer = `printf '%s\\n' "$@" >${folder}/arguments\nprintenv | grep -E '^(INSTALL_)?K3S_' | sort >${folder}/environment\ncp "$K3S_TOKEN_FILE" ${folder}/token`;
  writeFileSync(join(folder, "installer"), installer);
  stand(
    "curl",
    `case "$*" in
      *-X\\ PUT*latest/api/token*) echo session-1 ;;
      *"X-aws-ec2-metadata-token: session-1"*/meta-data/instance-id) echo i-0abc ;;
      *"X-aws-ec2-metadata-token: session-1"*/meta-data/placement/availability-zone) echo eu-central-1b ;;
      *"X-aws-ec2-metadata-token: session-1"*/meta-data/instance-type) echo m7i.large ;;
      *https://get.k3s.io\\ -o*) cp ${folder}/installer "\${@: -1}" ;;
      *) echo "unexpected: curl $*" >&2; exit 22 ;;
    esac`,
  );
  stand("aws", `[ "$*" = "secretsmanager get-secret-value --region eu-central-1 --secret-id ${CONFIG.joinTokenSecret} --query SecretString --output text" ] && echo join-token-1`);
  // The worker's own places, moved into the folder.
  const moved = script.replaceAll("/etc/rancher/k3s", `${folder}/etc`).replaceAll("/tmp/install-k3s.sh", `${folder}/install-k3s.sh`);
  try {
    const run = spawnSync("bash", ["-c", moved], { env: { PATH: `${folder}:/usr/bin:/bin` }, encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    const read = (name: string) => readFileSync(join(folder, name), "utf8").trim();
    return { arguments: read("arguments").split("\n"), environment: read("environment"), token: read("token") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a worker joins as an agent that its instance can be matched with", () => {
  const agent = boot(userData(CONFIG));
  assert.equal(agent.arguments[0], "agent");
  const options = agent.arguments.slice(1).reduce<[string, string][]>((pairs, word, at, all) => (at % 2 ? [...pairs, [all[at - 1], word]] : pairs), []);
  assert.deepEqual(options, [
    ["--node-label", "smartscale.dev/instance-id=i-0abc"],
    ["--node-label", "smartscale.dev/pool=general"],
    ["--node-label", "topology.kubernetes.io/zone=eu-central-1b"],
    ["--node-label", "node.kubernetes.io/instance-type=m7i.large"],
    ["--kubelet-arg", "provider-id=aws:///eu-central-1b/i-0abc"],
  ]);
  assert.match(agent.environment, /^K3S_URL=https:\/\/k3s\.example\.org:6443$/m);
  assert.match(agent.environment, /^INSTALL_K3S_VERSION=v1\.36\.3\+k3s1$/m);
});

test("the join token is fetched by the worker and is nowhere in the user data", () => {
  const script = userData(CONFIG);
  assert.equal(boot(script).token, "join-token-1");
  assert.doesNotMatch(script, /join-token-1/);
  // EC2 admits 16 KiB.
  assert.ok(script.length < 16 * 1024);
});

test("a cluster of one pool has no pool label", () => {
  assert.ok(!boot(userData({ ...CONFIG, pool: "" })).arguments.some((word) => word.startsWith("smartscale.dev/pool")));
});
