import type { Properties } from "../../../../lab/cloud/core/properties";
import { healthCheck, security, tokens, type Path } from "../topology";
import { creating, deleting, type Refusal } from "./refusal";

const group = (changes: Properties) =>
  creating(security, tokens.targetGroup, (path) => ({ ...inGroup(path), ...changes }));

function inGroup({ hubVpc }: Path): Properties {
  return { protocol: "GENEVE", port: 6081, vpcId: hubVpc.id, healthCheck };
}

export const targetGroups: Refusal[] = [
  {
    rule: "a GENEVE port other than 6081",
    code: "ValidationError",
    text: "The supported port is 6081",
    attempt: group({ port: 80 }),
  },
  {
    rule: "unequal failover values",
    code: "ValidationError",
    text: /'rebalance'.*'no_rebalance' must be the same/,
    attempt: group({ targetFailovers: [{ onDeregistration: "rebalance", onUnhealthy: "no_rebalance" }] }),
  },
  {
    rule: "a health check that times out after the next one began",
    code: "ValidationError",
    text: "interval must be greater than the timeout",
    attempt: group({ healthCheck: { ...healthCheck, interval: 5, timeout: 5 } }),
  },
  {
    rule: "a second target group of the same name",
    code: "DuplicateTargetGroupName",
    text: "same name",
    attempt: creating(security, tokens.targetGroup, (path) => ({
      ...inGroup(path),
      name: path.targetGroup.outputs["name"],
    })),
  },
  {
    rule: "to delete a target group that a listener forwards to",
    code: "ResourceInUse",
    text: "currently in use by a listener",
    attempt: deleting(({ targetGroup }) => targetGroup),
  },
];

export const targets: Refusal[] = [
  {
    rule: "a target that is no instance of this account",
    code: "InvalidTarget",
    text: "Instance ID 'i-00000000000000000' is not valid",
    attempt: creating(security, tokens.attachment, ({ targetGroup }) => ({
      targetGroupArn: targetGroup.id,
      targetId: "i-00000000000000000",
    })),
  },
  {
    rule: "a target on another port",
    code: "InvalidTarget",
    text: "The port '80' cannot be specified",
    attempt: creating(security, tokens.attachment, ({ targetGroup, target }) => ({
      targetGroupArn: targetGroup.id,
      targetId: target.id,
      port: 80,
    })),
  },
  {
    rule: "a target of another VPC",
    code: "InvalidTarget",
    text: "not in the target group VPC",
    given: async ({ builder }) => {
      const vpc = await builder.create(security, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return builder.create(security, tokens.targetGroup, { protocol: "GENEVE", port: 6081, vpcId: vpc.id });
    },
    attempt: creating(security, tokens.attachment, ({ target }, { id }) => ({
      targetGroupArn: id,
      targetId: target.id,
    })),
  },
  {
    rule: "an address outside of the target group's VPC",
    code: "InvalidTarget",
    text: "not in the target group VPC",
    given: (path) => path.builder.create(security, tokens.targetGroup, { ...inGroup(path), targetType: "ip" }),
    attempt: creating(security, tokens.attachment, (_, { id }) => ({ targetGroupArn: id, targetId: "10.2.1.16" })),
  },
];
