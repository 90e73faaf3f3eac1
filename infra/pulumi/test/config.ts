import type { Config } from "../src/config";

export const CONFIG: Config = {
  cluster: "prod/general",
  pool: "general",
  k3sUrl: "https://k3s.example.org:6443",
  k3sVersion: "v1.36.3+k3s1",
  joinTokenSecret: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:k3s/join-AbCdEf",
  secrets: ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:prometheus-AbCdEf"],
  subnets: ["subnet-a", "subnet-b"],
  securityGroups: ["sg-1"],
  functionInVpc: false,
  instanceType: "m7i.large",
  diskGiB: 40,
  package: "function.zip",
  settings: "test/settings.toml",
  rules: "test",
  rate: "rate(1 minute)",
};
