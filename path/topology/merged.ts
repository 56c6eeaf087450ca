import { isKnown, type Topology } from "./model";

/** What a topology holds, by id. */
export type Tables = Omit<Topology, "origin" | "savedAt" | "unread">;

/**
 * Of a resource that several accounts see the answer counts that leaves the least unknown: its owner's. Who takes part in a shared VPC sees
 * its subnets, and none of the owner's route tables and network ACLs (Amazon VPC User Guide, "Share your VPC subnets with other accounts").
 * Of equal ones the first counts.
 */
export function merged(parts: readonly Tables[]): Tables {
  const whole: Record<string, Record<string, unknown>> = {};
  for (const [key, table] of parts.flatMap((part) => Object.entries(part) as [string, Record<string, unknown>][])) {
    const known = (whole[key] ??= {});
    for (const [id, each] of Object.entries(table)) {
      if (!(id in known) || unknownsIn(each) < unknownsIn(known[id])) known[id] = each;
    }
  }
  return whole as unknown as Tables;
}

function unknownsIn(value: unknown): number {
  if (!isKnown(value)) return 1;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, each) => sum + unknownsIn(each), 0);
}

/** What AWS tells, and what states tell of accounts that were not asked. Of a resource in both AWS's word counts, where it tells as much. */
export function withStates(live: Topology, states: Topology): Topology {
  return {
    ...live,
    savedAt: { ...live.savedAt, ...ages(states) },
    ...merged([tablesOf(live), tablesOf(states)]),
  };
}

function ages({ savedAt = {} }: Topology): Record<string, string> {
  return Object.fromEntries(Object.entries(savedAt).map(([name, time]) => [`state ${name}`, time]));
}

function tablesOf(topology: Topology): Tables {
  const about: readonly string[] = ["origin", "savedAt", "unread"] satisfies (keyof Topology)[];
  return Object.fromEntries(Object.entries(topology).filter(([key]) => !about.includes(key))) as unknown as Tables;
}
