import * as pulumi from "@pulumi/pulumi";

/** What the stack is told. Pulumi.yaml says what each means. */
export interface Config {
  cluster: string;
  pool: string;
  k3sUrl: string;
  k3sVersion: string;
  joinTokenSecret: string;
  secrets: string[];
  subnets: string[];
  securityGroups: string[];
  functionInVpc: boolean;
  instanceType: string;
  diskGiB: number;
  package: string;
  settings: string;
  rules: string;
  rate: string;
}

export function readConfig(): Config {
  const config = new pulumi.Config("smartscale");
  const read: Config = {
    cluster: config.require("cluster"),
    pool: config.get("pool") ?? "",
    k3sUrl: config.require("k3sUrl"),
    k3sVersion: config.require("k3sVersion"),
    joinTokenSecret: config.require("joinTokenSecret"),
    secrets: config.getObject<string[]>("secrets") ?? [],
    subnets: config.requireObject<string[]>("subnets"),
    securityGroups: config.requireObject<string[]>("securityGroups"),
    functionInVpc: config.getBoolean("functionInVpc") ?? false,
    instanceType: config.get("instanceType") ?? "m7i.large",
    diskGiB: config.getNumber("diskGiB") ?? 40,
    package: config.get("package") ?? "../lambda/smartscale.zip",
    settings: config.require("settings"),
    rules: config.get("rules") ?? "../../rules",
    rate: config.get("rate") ?? "rate(1 minute)",
  };
  check(read);
  return read;
}

/** These words go into a script that runs as root on each worker, and into names of AWS resources. */
export function check(config: Config) {
  const shapes: [keyof Config, string, RegExp, string][] = [
    ["cluster", config.cluster, /^[a-z0-9][a-z0-9-]{0,31}(\/[a-z0-9][a-z0-9-]{0,30})?$/, "lower-case letters, digits and hyphens, with at most one slash"],
    ["pool", config.pool, /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/, "a Kubernetes label value"],
    ["k3sUrl", config.k3sUrl, /^https:\/\/[A-Za-z0-9.-]+(:\d+)?$/, "https://HOST:6443"],
    ["k3sVersion", config.k3sVersion, /^v\d+\.\d+\.\d+\+k3s\d+$/, "a release such as v1.36.3+k3s1"],
    ["joinTokenSecret", config.joinTokenSecret, /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/, "the ARN of a secret"],
  ];
  for (const [key, value, shape, expected] of shapes) {
    if (!shape.test(value)) throw new Error(`smartscale:${key} is \`${value}\`, expected ${expected}`);
  }
  if (config.subnets.length === 0) throw new Error("smartscale:subnets is empty, expected one subnet in each zone");
}
