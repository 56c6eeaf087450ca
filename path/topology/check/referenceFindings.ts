import type { FindingCode } from "../../proof/index";
import type { NetworkInterface, PeerById, SecurityGroup, SecurityGroupRule, Topology } from "../model";
import { ruleInWords } from "../trace/securityGroups";
import type { TraceProtocol } from "../traceResult";
import { protocolOf, witnessOf, type Flows } from "./flows";
import { checkFinding, type CheckFinding } from "./result";
import { some } from "./vpcFlows";

type Reference = SecurityGroupRule & { peer: PeerById };

/** Codes of a trace that ends at a rule whose reference is lost on the way. */
const lost = ["SG_REFERENCES_NOT_PRESERVED", "SG_REFERENCING_SUPPORT"] as const;

/**
 * Rules that name a security group whose members they do not know: behind a GWLB endpoint, and in another VPC where the transit gateway does
 * not tell. Each flow is between two instances that are there, and no other rule lets it through.
 */
export function referenceFindings(
  flows: Flows,
  hosts: ReadonlyMap<string, readonly NetworkInterface[]>,
): CheckFinding[] {
  const all = [...hosts.values()].flat();
  return references(flows.topology).flatMap(({ group, rule }) => {
    const [own, named] = [membersOf(all, group.id), membersOf(all, rule.peer.id)];
    const [sources, destinations] = rule.direction === "ingress" ? [named, own] : [own, named];
    const refused = refusals(flows, sources, destinations, protocolOf(rule));
    return [...refused].map(([code, { witness, between, subnetIds }]) => {
      const seen = `${ruleInWords(rule)} matches nothing of ${some(between)}`;
      return checkFinding(code, group.name, seen, { subnetIds: [...subnetIds], witness });
    });
  });
}

interface Refused {
  witness: NonNullable<CheckFinding["witness"]>;
  between: string[];
  subnetIds: Set<string>;
}

function refusals(
  flows: Flows,
  sources: readonly NetworkInterface[],
  destinations: readonly NetworkInterface[],
  protocol: TraceProtocol,
): Map<FindingCode, Refused> {
  const found = new Map<FindingCode, Refused>();
  for (const source of sources) {
    for (const destination of destinations) {
      if (flows.isLocal(source, destination) && flows.isLocal(destination, source)) continue;
      const traced = flows.trace(source.owner.id, destination.owner.id, protocol);
      const code = lost.find((each) => traced.findings.some(({ code }) => code === each));
      if (code === undefined) continue;
      const known = found.get(code) ?? { witness: witnessOf(traced), between: [], subnetIds: new Set() };
      known.between.push(`${traced.source.name} → ${traced.destination.name}`);
      known.subnetIds.add(source.subnetId).add(destination.subnetId);
      found.set(code, known);
    }
  }
  return found;
}

function references({ securityGroups }: Topology): { group: SecurityGroup; rule: Reference }[] {
  return Object.values(securityGroups).flatMap((group) =>
    group.rules.filter(isReference).map((rule) => ({ group, rule })),
  );
}

const isReference = (rule: SecurityGroupRule): rule is Reference => rule.peer.kind === "security-group";

/** One interface in each subnet. */
function membersOf(all: readonly NetworkInterface[], groupId: string): NetworkInterface[] {
  const members = all.filter(({ securityGroupIds }) => securityGroupIds.includes(groupId));
  return [...new Map(members.map((eni) => [eni.subnetId, eni])).values()];
}
