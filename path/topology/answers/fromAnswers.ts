import { isKnown, unknown, type OrUnknown, type Topology } from "../model";
import type { Answers } from "./answers";
import { readGatewayAnswers } from "./gatewayAnswers";
import { readInstanceAnswers } from "./instanceAnswers";
import { readNetworkAnswers } from "./networkAnswers";
import { readSecurityGroupAnswers } from "./securityGroupAnswers";
import { readTransitGatewayAnswers } from "./transitGatewayAnswers";

/**
 * The topology of any number of accounts and Regions, from AWS's own answers. A resource that two accounts see, as a shared subnet,
 * counts once, as its owner sees it. What AWS did not tell is unknown, and named in `unread`.
 */
export function topologyFromAnswers(all: readonly Answers[]): Topology {
  return {
    origin: "live",
    savedAt: Object.fromEntries(all.map(({ source, readAt }) => [source, readAt])),
    unread: all.flatMap(({ unread }) => unread),
    ...merged(all.map(tablesOf)),
  };
}

type Tables = Omit<Topology, "origin" | "savedAt" | "unread">;

function tablesOf(answers: Answers): Tables {
  const network = readNetworkAnswers(answers);
  return {
    ...network,
    ...readGatewayAnswers(answers, network.subnets),
    ...readInstanceAnswers(answers),
    ...readTransitGatewayAnswers(answers),
    securityGroups: readSecurityGroupAnswers(answers),
    prefixLists: readPrefixLists(answers),
  };
}

/**
 * Of a resource that several accounts see the answer counts that leaves the least unknown: its owner's. Who takes part in a shared VPC sees
 * its subnets, and none of the owner's route tables and network ACLs (Amazon VPC User Guide, "Share your VPC subnets with other accounts").
 */
function merged(parts: readonly Tables[]): Tables {
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

function readPrefixLists({ prefixLists = [], prefixListEntries = {} }: Answers): Record<string, OrUnknown<string[]>> {
  const ofServices = prefixLists.map(({ PrefixListId: id = "", Cidrs }) => [id, Cidrs ?? unknown] as const);
  return { ...Object.fromEntries(ofServices), ...prefixListEntries };
}
