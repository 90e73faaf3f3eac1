import * as aws from "@pulumi/aws";

/** The ledger. The cluster's name is the partition, so that a table could hold several. */
export function ledger(): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    "ledger",
    {
      billingMode: "PAY_PER_REQUEST",
      hashKey: "cluster",
      rangeKey: "item",
      attributes: [
        { name: "cluster", type: "S" },
        { name: "item", type: "S" },
      ],
      // Samples and events leave by themselves; the state has no such attribute and stays.
      ttl: { attributeName: "expires", enabled: true },
      serverSideEncryption: { enabled: true },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    },
    { protect: true },
  );
}
