import assert from "node:assert/strict";
import { before, test } from "node:test";
import { CONFIG } from "./config";
import { made, one, setMocks, value } from "./mocks";

setMocks();

before(async () => {
  const { stack } = await import("../src/stack.js");
  const outputs = stack(CONFIG);
  for (const output of Object.values(outputs)) await value(output);
  // Resources register as their inputs resolve.
  const { runtime } = await import("@pulumi/pulumi");
  await (runtime as any).waitForRPCs();
});

test("the ledger has the keys of the design, leaves old items to their TTL and cannot be deleted by accident", () => {
  const table = one("aws:dynamodb/table:Table");
  assert.deepEqual([table.hashKey, table.rangeKey], ["cluster", "item"]);
  assert.deepEqual(table.ttl, { attributeName: "expires", enabled: true });
  assert.equal(table.deletionProtectionEnabled, true);
  assert.equal(table.billingMode, "PAY_PER_REQUEST");
});

test("workers are launched from a template that joins K3s, with IMDSv2 and an encrypted disk", () => {
  const template = one("aws:ec2/launchTemplate:LaunchTemplate");
  assert.equal(template.imageId, "ami-0123456789abcdef0");
  assert.equal(template.metadataOptions.httpTokens, "required");
  assert.equal(template.blockDeviceMappings[0].ebs.encrypted, "true");
  assert.match(Buffer.from(template.userData, "base64").toString(), /^#!\/bin\/bash\n/);
  // The request says these.
  assert.equal(template.instanceMarketOptions, undefined);
  assert.equal(template.networkInterfaces, undefined);
});

test("the function runs the bootstrap and ends before the next tick", () => {
  const tick = one("aws:lambda/function:Function");
  assert.deepEqual([tick.runtime, tick.handler, tick.architectures], ["provided.al2023", "bootstrap", ["x86_64"]]);
  assert.ok(tick.timeout < 60);
  assert.equal(tick.vpcConfig, undefined);
});

test("rules and settings come as a layer, with the names of what the program makes", async () => {
  const tick = one("aws:lambda/function:Function");
  const layer = one("aws:lambda/layerVersion:LayerVersion");
  assert.equal(tick.environment.variables.SMARTSCALE_CONFIG, "/opt/smartscale.toml");
  assert.equal(tick.layers.length, 1);
  const files = await layer.code.assets;
  assert.deepEqual(Object.keys(files).sort(), ["rules", "smartscale.toml"]);
  const text = await files["smartscale.toml"].text;
  assert.match(text, /^url = "https:\/\/prometheus\.example\.org"$/m);
  assert.match(text, /^launch-template = "workers-id"$/m);
  assert.match(text, /^table = "ledger"$/m);
});

test("the schedule and what AWS tells of instances start the function", () => {
  const schedule = one("aws:scheduler/schedule:Schedule");
  assert.equal(schedule.scheduleExpression, "rate(1 minute)");
  assert.equal(schedule.flexibleTimeWindow.mode, "OFF");
  assert.equal(schedule.target.retryPolicy.maximumRetryAttempts, 0);
  const of = (type: string) => made.filter((resource) => resource.type === type).map((resource) => resource.inputs);
  const rules = of("aws:cloudwatch/eventRule:EventRule").map((rule) => JSON.parse(rule.eventPattern));
  assert.deepEqual(rules.flatMap((rule) => rule["detail-type"]).sort(), [
    "AWS Health Event",
    "EC2 Instance Rebalance Recommendation",
    "EC2 Instance State-change Notification",
    "EC2 Spot Instance Interruption Warning",
  ]);
  assert.deepEqual(rules.map((rule) => rule.source[0]).sort(), ["aws.ec2", "aws.ec2", "aws.health"]);
  const permissions = of("aws:lambda/permission:Permission");
  const targets = of("aws:cloudwatch/eventTarget:EventTarget");
  assert.equal(permissions.length, rules.length);
  assert.equal(targets.length, rules.length);
  for (const permission of permissions) assert.equal(permission.principal, "events.amazonaws.com");
  for (const target of targets) assert.equal(schedule.target.arn, target.arn);
});

test("no policy allows everything", () => {
  const policies = made.filter((resource) => resource.type === "aws:iam/rolePolicy:RolePolicy");
  assert.deepEqual(policies.map((policy) => policy.name).sort(), ["schedule", "tick", "tick-logs", "worker-join"]);
  for (const policy of policies) {
    const document = typeof policy.inputs.policy === "string" ? JSON.parse(policy.inputs.policy) : policy.inputs.policy;
    for (const statement of document.Statement) {
      for (const action of [statement.Action].flat()) assert.doesNotMatch(action, /\*/, policy.name);
      if (statement.Resource === "*") assert.equal(statement.Sid, "Look");
    }
  }
});
