import type { Hairpin, Health, Topology } from "./model";

/** What was found out about targets beside their states, by instance id. */
export interface TargetEvidence {
  /** As DescribeTargetHealth or the health checks' answers tell. */
  health?: Health;
  /** What the host says of itself now, in place of what its set-up reported. */
  hairpin?: Partial<Hairpin>;
}

/** The topology with what was found out in place of what the states say, or do not. The given one stays as it is. */
export function withEvidence(topology: Topology, evidence: Record<string, TargetEvidence>): Topology {
  const unset: Hairpin = {
    interface: { unknown: true },
    gatewayAddresses: { unknown: true },
    ipForward: { unknown: true },
  };
  return {
    ...topology,
    instances: Object.fromEntries(
      Object.entries(topology.instances).map(([id, instance]) => {
        const hairpin = evidence[id]?.hairpin;
        return [
          id,
          hairpin === undefined ? instance : { ...instance, hairpin: { ...(instance.hairpin ?? unset), ...hairpin } },
        ];
      }),
    ),
    targetGroups: Object.fromEntries(
      Object.entries(topology.targetGroups).map(([id, group]) => [
        id,
        {
          ...group,
          targets: group.targets.map((target) => ({ ...target, health: evidence[target.id]?.health ?? target.health })),
        },
      ]),
    ),
  };
}
