import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import { slug } from "./names";
import { userData } from "./userdata";

export interface Workers {
  role: aws.iam.Role;
  template: aws.ec2.LaunchTemplate;
}

/** What workers are launched from, and what a worker itself may do: read its join token, nothing else. */
export function workers(config: Config): Workers {
  const name = slug(config.cluster);
  const role = new aws.iam.Role("worker", {
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    },
  });
  new aws.iam.RolePolicy("worker-join", {
    role: role.id,
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: config.joinTokenSecret }],
    },
  });
  const profile = new aws.iam.InstanceProfile("worker", { role: role.name });
  const image = aws.ssm.getParameterOutput({ name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" });

  // Market, subnet, type and tags of a launch come with the request; a change here makes a new numbered version, which
  // SmartScale uses for its next launch.
  const template = new aws.ec2.LaunchTemplate("workers", {
    name: `smartscale-${name}`,
    updateDefaultVersion: true,
    // Public parameters are not secret, but the provider marks every value so.
    imageId: pulumi.unsecret(image.value),
    instanceType: config.instanceType,
    iamInstanceProfile: { arn: profile.arn },
    vpcSecurityGroupIds: config.securityGroups,
    // Pods one hop away must not become the node.
    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volumeSize: config.diskGiB, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" } },
    ],
    instanceInitiatedShutdownBehavior: "terminate",
    userData: Buffer.from(userData(config)).toString("base64"),
    tagSpecifications: [{ resourceType: "instance", tags: { Name: `${name}-worker` } }],
  });
  return { role, template };
}
