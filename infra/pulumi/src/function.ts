import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import type { Config } from "./config";
import { slug } from "./names";
import { settings } from "./settings";

export interface Parts {
  policy: pulumi.Input<string>;
  table: aws.dynamodb.Table;
  topic: aws.sns.Topic;
  template: aws.ec2.LaunchTemplate;
}

/** The function that runs one tick, with what it may do and what starts it. */
export function tickFunction(config: Config, parts: Parts): aws.lambda.Function {
  const name = `smartscale-${slug(config.cluster)}`;
  const role = new aws.iam.Role("tick", { assumeRolePolicy: trust("lambda.amazonaws.com") });
  new aws.iam.RolePolicy("tick", { role: role.id, policy: parts.policy });
  const logs = new aws.cloudwatch.LogGroup("tick", { name: `/aws/lambda/${name}`, retentionInDays: 30 });
  new aws.iam.RolePolicy("tick-logs", {
    role: role.id,
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logs.arn}:*` }],
    },
  });
  if (config.functionInVpc) {
    new aws.iam.RolePolicyAttachment("tick-vpc", {
      role: role.name,
      policyArn: aws.iam.ManagedPolicy.AWSLambdaVPCAccessExecutionRole,
    });
  }
  const tick = new aws.lambda.Function(
    "tick",
    {
      name,
      runtime: "provided.al2023",
      handler: "bootstrap",
      architectures: ["x86_64"],
      // A zip file is taken as it is. What Pulumi zips itself loses the right to be executed.
      code: new pulumi.asset.FileArchive(config.package),
      role: role.arn,
      memorySize: 256,
      // The tick ends by itself two seconds before; a schedule of a minute leaves no room for more.
      timeout: 55,
      vpcConfig: config.functionInVpc ? { subnetIds: config.subnets, securityGroupIds: config.securityGroups } : undefined,
      layers: [configuration(config, parts).arn],
      // A layer is unpacked to /opt.
      environment: { variables: { SMARTSCALE_CONFIG: "/opt/smartscale.toml" } },
    },
    { dependsOn: [logs] },
  );
  // A tick that is lost is made up for by the next one: repeating it late would only collide with that.
  new aws.lambda.FunctionEventInvokeConfig("tick", { functionName: tick.name, maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 });
  schedule(config, tick);
  notices(tick);
  return tick;
}

/** Rules and smartscale.toml, apart from the program: a new rule uploads nothing else. */
function configuration(config: Config, parts: Parts): aws.lambda.LayerVersion {
  const own = readFileSync(config.settings, "utf8");
  const text = pulumi
    .all([parts.template.id, parts.table.name, parts.topic.arn])
    .apply(([launchTemplate, table, topic]) => settings(own, { launchTemplate, subnets: config.subnets, table, topic }));
  return new aws.lambda.LayerVersion("configuration", {
    layerName: `smartscale-${slug(config.cluster)}-configuration`,
    compatibleRuntimes: ["provided.al2023"],
    code: text.apply(
      (known) => new pulumi.asset.AssetArchive({ "smartscale.toml": new pulumi.asset.StringAsset(known), rules: new pulumi.asset.FileArchive(config.rules) }),
    ),
  });
}

function schedule(config: Config, tick: aws.lambda.Function) {
  const role = new aws.iam.Role("schedule", { assumeRolePolicy: trust("scheduler.amazonaws.com") });
  new aws.iam.RolePolicy("schedule", {
    role: role.id,
    policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: tick.arn }] },
  });
  new aws.scheduler.Schedule("tick", {
    scheduleExpression: config.rate,
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: tick.arn,
      roleArn: role.arn,
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
  });
}

/** What AWS tells of instances, ours and others': the tick tells them apart. A spot instance has two minutes. */
export const patterns = {
  "spot-notice": { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning", "EC2 Instance Rebalance Recommendation"] },
  // An instance that ends by anybody's hand: a tick deletes its Node and launches one in its place.
  "instance-end": { source: ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"], detail: { state: ["shutting-down", "terminated", "stopped"] } },
  maintenance: { source: ["aws.health"], "detail-type": ["AWS Health Event"], detail: { service: ["EC2"], eventTypeCategory: ["scheduledChange"] } },
};

/** Each of them starts a tick at once. */
function notices(tick: aws.lambda.Function) {
  for (const [name, pattern] of Object.entries(patterns)) {
    const rule = new aws.cloudwatch.EventRule(name, { eventPattern: JSON.stringify(pattern) });
    new aws.lambda.Permission(name, {
      action: "lambda:InvokeFunction",
      function: tick.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    });
    new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: tick.arn });
  }
}

function trust(service: string): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }] };
}
