import { unknown, type OrUnknown, type Topology } from "../model";
import type { Answers } from "./answers";
import { readGatewayAnswers } from "./gatewayAnswers";
import { readInstanceAnswers } from "./instanceAnswers";
import { readNetworkAnswers } from "./networkAnswers";
import { readSecurityGroupAnswers } from "./securityGroupAnswers";

/**
 * The topology of any number of accounts and Regions, from AWS's own answers. A resource that two accounts see, as a shared subnet,
 * counts once. What AWS did not tell is unknown, and named in `unread`.
 */
export function topologyFromAnswers(all: readonly Answers[]): Topology {
  const parts = all.map((answers): Topology => {
    const network = readNetworkAnswers(answers);
    return {
      origin: "live",
      savedAt: { [answers.source]: answers.readAt },
      unread: answers.unread,
      ...network,
      ...readGatewayAnswers(answers, network.subnets),
      ...readInstanceAnswers(answers),
      securityGroups: readSecurityGroupAnswers(answers),
      prefixLists: readPrefixLists(answers),
    };
  });
  const merged = parts.reduce<Record<string, unknown>>((whole, part) => {
    for (const [key, value] of Object.entries(part) as [string, unknown][]) {
      whole[key] = typeof value === "object" && !Array.isArray(value) ? { ...(whole[key] ?? {}), ...value } : value;
    }
    return whole;
  }, {});
  return { ...(merged as unknown as Topology), unread: all.flatMap(({ unread }) => unread) };
}

function readPrefixLists({ prefixLists = [], prefixListEntries = {} }: Answers): Record<string, OrUnknown<string[]>> {
  const ofServices = prefixLists.map(({ PrefixListId: id = "", Cidrs }) => [id, Cidrs ?? unknown] as const);
  return { ...Object.fromEntries(ofServices), ...prefixListEntries };
}
