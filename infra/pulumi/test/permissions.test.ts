import assert from "node:assert/strict";
import { test } from "node:test";
import { permissions, type Scope } from "../src/permissions";

const SCOPE: Scope = {
  cluster: "prod/general",
  partition: "aws",
  region: "eu-central-1",
  account: "111122223333",
  templateArn: "arn:aws:ec2:eu-central-1:111122223333:launch-template/lt-1",
  subnetArns: ["arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-a"],
  workerRoleArn: "arn:aws:iam::111122223333:role/worker",
  tableArn: "arn:aws:dynamodb:eu-central-1:111122223333:table/ledger",
  topicArn: "arn:aws:sns:eu-central-1:111122223333:notices",
  secretArns: ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:prometheus-AbCdEf"],
};

function statements(scope: Scope, action: string): any[] {
  return (permissions(scope).Statement as any[]).filter((statement) => [statement.Action].flat().includes(action));
}

test("every launch is bound to the launch template", () => {
  const found = statements(SCOPE, "ec2:RunInstances");
  assert.ok(found.length >= 3);
  for (const statement of found) assert.deepEqual(statement.Condition.ArnEquals, { "ec2:LaunchTemplate": SCOPE.templateArn });
});

test("an instance cannot be launched without the cluster's tag", () => {
  const instance = "arn:aws:ec2:eu-central-1:111122223333:instance/*";
  const found = statements(SCOPE, "ec2:RunInstances").filter((statement) => [statement.Resource].flat().includes(instance));
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].Condition.StringEquals, { "aws:RequestTag/smartscale.dev/cluster": "prod/general" });
});

test("image and security groups come from the template alone", () => {
  for (const kind of ["image/", "security-group/"]) {
    const found = statements(SCOPE, "ec2:RunInstances").filter((statement) => [statement.Resource].flat().some((arn: string) => arn.includes(kind)));
    assert.deepEqual(found.map((statement) => statement.Condition.Bool), [{ "ec2:IsLaunchTemplateResource": "true" }]);
  }
});

test("only the cluster's own instances can be ended", () => {
  const [statement, ...more] = statements(SCOPE, "ec2:TerminateInstances");
  assert.deepEqual(more, []);
  assert.deepEqual(statement.Condition, { StringEquals: { "aws:ResourceTag/smartscale.dev/cluster": "prod/general" } });
});

test("tags are written at launch only", () => {
  const [statement, ...more] = statements(SCOPE, "ec2:CreateTags");
  assert.deepEqual(more, []);
  assert.deepEqual(statement.Condition, { StringEquals: { "ec2:CreateAction": "RunInstances" } });
});

test("the role that is handed on is the workers', and to EC2", () => {
  const [statement] = statements(SCOPE, "iam:PassRole");
  assert.equal(statement.Resource, SCOPE.workerRoleArn);
  assert.deepEqual(statement.Condition, { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } });
});

test("the ledger's items are the cluster's, and no call reads or changes the table as a whole", () => {
  const [statement] = statements(SCOPE, "dynamodb:PutItem");
  assert.equal(statement.Resource, SCOPE.tableArn);
  assert.deepEqual(statement.Condition, { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["prod/general"] } });
  for (const action of ["dynamodb:Scan", "dynamodb:DeleteTable", "dynamodb:UpdateTable"]) assert.deepEqual(statements(SCOPE, action), []);
});

test("secrets are named, and without any there is no right to read one", () => {
  assert.deepEqual(statements(SCOPE, "secretsmanager:GetSecretValue").map((s) => s.Resource), [SCOPE.secretArns]);
  assert.deepEqual(statements({ ...SCOPE, secretArns: [] }, "secretsmanager:GetSecretValue"), []);
});
