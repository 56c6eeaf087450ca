import { merged, type Tables } from "../merged";
import { unknown, type OrUnknown, type Topology } from "../model";
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

function readPrefixLists({ prefixLists = [], prefixListEntries = {} }: Answers): Record<string, OrUnknown<string[]>> {
  const ofServices = prefixLists.map(({ PrefixListId: id = "", Cidrs }) => [id, Cidrs ?? unknown] as const);
  return { ...Object.fromEntries(ofServices), ...prefixListEntries };
}
