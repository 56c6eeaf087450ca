import type { CloudSnapshot, VpcEndpoint } from "../cloud/core/records";
import { some, type Fault, type Undo } from "./fault";

/** The gateway endpoints by which the targets reach their packages. */
function packageEndpoints(snapshot: CloudSnapshot): VpcEndpoint[] {
  const vpcs = Object.values(snapshot.targetGroups).map(({ vpcId }) => vpcId);
  return some(
    Object.values(snapshot.vpcEndpoints).filter(({ type, vpcId }) => type === "Gateway" && vpcs.includes(vpcId)),
    "gateway endpoint in the targets' VPC",
  );
}

/**
 * What stands between a target and the package repository, each taken away alone. A path that is set up goes on without;
 * a target cannot be set up.
 */
export const packageFaults: Record<string, Fault> = {
  "package-route-removed": {
    what: "the routes of the targets' subnets to the S3 prefix list",
    make: ({ cloud, snapshot }) =>
      packageEndpoints(snapshot).map((endpoint): Undo => {
        cloud.edit.modifyEndpoint(endpoint, endpoint.id, []);
        return () => {
          const now = cloud.snapshot().vpcEndpoints[endpoint.id];
          if (now?.routeTableIds.length === 0) cloud.edit.modifyEndpoint(now, now.id, endpoint.routeTableIds);
        };
      }),
  },
  "package-endpoint-removed": {
    what: "the S3 gateway endpoint of the targets' VPC",
    make: async ({ cloud, snapshot }) => {
      const endpoints = packageEndpoints(snapshot);
      for (const endpoint of endpoints) await cloud.edit.deleteEndpoint(endpoint, endpoint.id);
      return endpoints.map((endpoint) => () => cloud.edit.restoreEndpoint(endpoint, endpoint));
    },
  },
  "package-egress-removed": {
    what: "the rule that lets the targets reach the S3 prefix list by TCP 443",
    make: ({ cloud, snapshot }) => {
      const rules = some(
        Object.values(snapshot.securityGroupRules).filter(
          ({ direction, prefixListId }) => direction === "egress" && prefixListId !== undefined,
        ),
        "security group rule that lets anything out to a prefix list",
      );
      for (const rule of rules) cloud.edit.revokeRule(rule, rule.id);
      return rules.map((rule) => () => cloud.edit.restoreRule(rule, rule));
    },
  },
};
