import { unknown, type OrUnknown, type Topology } from "../model";
import type { Answers } from "./answers";
import { readGatewayAnswers } from "./gatewayAnswers";
import { readInstanceAnswers } from "./instanceAnswers";
import { readNetworkAnswers } from "./networkAnswers";
import { readSecurityGroupAnswers } from "./securityGroupAnswers";
import { readTransitGatewayAnswers } from "./transitGatewayAnswers";

/**
 * The topology of any number of accounts and Regions, from AWS's own answers. A resource that two accounts see, as a shared subnet,
 * counts once. What AWS did not tell is unknown, and named in `unread`.
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

function merged(parts: readonly Tables[]): Tables {
  const whole: Record<string, object> = {};
  for (const [key, table] of parts.flatMap((part) => Object.entries(part) as [string, object][])) {
    whole[key] = { ...whole[key], ...table };
  }
  return whole as unknown as Tables;
}

function readPrefixLists({ prefixLists = [], prefixListEntries = {} }: Answers): Record<string, OrUnknown<string[]>> {
  const ofServices = prefixLists.map(({ PrefixListId: id = "", Cidrs }) => [id, Cidrs ?? unknown] as const);
  return { ...Object.fromEntries(ofServices), ...prefixListEntries };
}
