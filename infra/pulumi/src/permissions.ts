import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CLUSTER_TAG } from "./names";

export interface Scope {
  cluster: string;
  partition: string;
  region: string;
  account: string;
  templateArn: string;
  subnetArns: string[];
  workerRoleArn: string;
  tableArn: string;
  topicArn: string;
  secretArns: string[];
}

/** All that SmartScale may do in AWS. It can touch no instance but those that it has launched for this cluster. */
export function permissions(scope: Scope): aws.iam.PolicyDocument {
  const ec2 = (kind: string) => `arn:${scope.partition}:ec2:${scope.region}:${scope.account}:${kind}`;
  const byTemplate = { ArnEquals: { "ec2:LaunchTemplate": scope.templateArn } };
  const statements: aws.iam.PolicyStatement[] = [
    {
      // These calls know no narrower resource.
      Sid: "Look",
      Effect: "Allow",
      Action: ["ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSubnets"],
      Resource: "*",
    },
    {
      // The instance and its disks must carry the cluster's tag from birth: Terminate below depends on it.
      Sid: "LaunchTagged",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: [ec2("instance/*"), ec2("volume/*")],
      Condition: { ...byTemplate, StringEquals: { [`aws:RequestTag/${CLUSTER_TAG}`]: scope.cluster } },
    },
    {
      Sid: "LaunchInSubnets",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: scope.subnetArns,
      Condition: byTemplate,
    },
    {
      // What else a launch uses, only as the template says it: image and groups cannot be chosen by the request.
      Sid: "LaunchFromTemplate",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: [
        scope.templateArn,
        ec2("security-group/*"),
        `arn:${scope.partition}:ec2:${scope.region}::image/*`,
        `arn:${scope.partition}:ec2:${scope.region}::snapshot/*`,
      ],
      Condition: { ...byTemplate, Bool: { "ec2:IsLaunchTemplateResource": "true" } },
    },
    {
      // A network interface and a spot request are made by the launch and so are in no template.
      Sid: "LaunchMakes",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: [ec2("network-interface/*"), ec2("spot-instances-request/*")],
      Condition: byTemplate,
    },
    {
      Sid: "TagAtLaunch",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: [ec2("instance/*"), ec2("volume/*"), ec2("spot-instances-request/*")],
      Condition: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
    {
      Sid: "EndOwn",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DescribeInstanceAttribute"],
      Resource: ec2("instance/*"),
      Condition: { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: scope.cluster } },
    },
    {
      Sid: "HandRoleToWorkers",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: scope.workerRoleArn,
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      // An account's first spot instance needs it.
      Sid: "FirstSpotInstance",
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: `arn:${scope.partition}:iam::${scope.account}:role/aws-service-role/spot.amazonaws.com/*`,
      Condition: { StringEquals: { "iam:AWSServiceName": "spot.amazonaws.com" } },
    },
    {
      Sid: "Ledger",
      Effect: "Allow",
      // A transaction needs the rights of its parts. The table itself is this program's to make and change.
      Action: ["dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
      Resource: scope.tableArn,
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [scope.cluster] } },
    },
    { Sid: "Announce", Effect: "Allow", Action: "sns:Publish", Resource: scope.topicArn },
  ];
  if (scope.secretArns.length > 0) {
    statements.push({ Sid: "ReadSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: scope.secretArns });
  }
  return { Version: "2012-10-17", Statement: statements };
}

/** The same, from outputs. */
export function permissionsOutput(scope: { [K in keyof Scope]: pulumi.Input<Scope[K]> }): pulumi.Output<string> {
  return pulumi.output(scope).apply((known) => JSON.stringify(permissions(known)));
}
