/** The tag that SmartScale puts on what it launches: CLUSTER_TAG of src/plan/mod.rs. */
export const CLUSTER_TAG = "smartscale.dev/cluster";

/** A cluster's name as part of AWS names, which know no slash. */
export function slug(cluster: string): string {
  return cluster.replace("/", "-");
}
