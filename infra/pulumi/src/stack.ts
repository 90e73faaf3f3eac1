import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import { tickFunction } from "./function";
import { ledger } from "./ledger";
import { permissionsOutput } from "./permissions";
import { workers } from "./workers";

/** Everything that SmartScale needs in AWS for one cluster. */
export function stack(config: Config) {
  const account = aws.getCallerIdentityOutput().accountId;
  const region = aws.getRegionOutput().region;
  const partition = aws.getPartitionOutput().partition;
  const table = ledger();
  const topic = new aws.sns.Topic("notices");
  const { role, template } = workers(config);
  const policy = permissionsOutput({
    cluster: config.cluster,
    partition,
    region,
    account,
    templateArn: template.arn,
    subnetArns: pulumi.all([partition, region, account]).apply(([p, r, a]) => config.subnets.map((id) => `arn:${p}:ec2:${r}:${a}:subnet/${id}`)),
    workerRoleArn: role.arn,
    tableArn: table.arn,
    topicArn: topic.arn,
    secretArns: config.secrets,
  });
  const tick = tickFunction(config, { policy, table, topic, template });
  return { table: table.name, topic: topic.arn, launchTemplate: template.id, function: tick.name };
}
