import { finding, type Finding, type FindingCode } from "../../proof/index";
import { detour } from "./genevePath";
import { isKnown, type Subnet, type TargetGroup } from "../model";
import { decideAcl } from "./networkAcl";
import type { FilteredPacket } from "./packetFilter";
import { routeInWords } from "./routing";
import { decideGroups } from "./securityGroups";
import { azIdOf, type TopologyIndex } from "../topologyIndex";

export interface GatewayEnd {
  gatewayAddress: string;
  gatewaySubnet: Subnet;
  azId: string;
  crossZone: boolean;
}

export interface Selection {
  /** Each of them may get a flow: which one depends on a hash that AWS keeps to itself. Empty: no target in reach. */
  targetIds: string[];
  /** AZ IDs of targets that are out of reach. */
  otherZones: string[];
  noteworthy?: Finding;
  assumptions: string[];
}

interface Candidate {
  id: string;
  name: string;
  /** Why the GWLB takes it for unhealthy; undefined when it does not, as far as is known. */
  unhealthy?: string;
  /** What stands in the way of its health checks. */
  blocked?: FindingCode;
  assumed: boolean;
}

/**
 * Targets that a new flow may get: healthy ones of the AZ, or of every AZ with cross-zone load balancing; when none is healthy, all
 * of them. A health that nobody has asked for is taken for good, unless the health checks cannot reach the target.
 */
export function selectTargets(index: TopologyIndex, group: TargetGroup, gateway: GatewayEnd): Selection {
  const zoneOf = (id: string): string | undefined =>
    azIdOf(index.topology.subnets[index.topology.instances[id]?.subnetId ?? ""]);
  const inReach = group.targets.filter(({ id }) => gateway.crossZone || (zoneOf(id) ?? gateway.azId) === gateway.azId);
  const otherZones = [...new Set(group.targets.flatMap(({ id }) => zoneOf(id) ?? []))].sort();
  const candidates = inReach.map(({ id, health }): Candidate => {
    const name = index.topology.instances[id]?.name ?? id;
    const blockedBy = isKnown(health) ? undefined : healthCheckBlocked(index, group, id, gateway);
    const unhealthy = health === "unhealthy" ? "unhealthy" : blockedBy?.why;
    return {
      id,
      name,
      ...(unhealthy !== undefined && { unhealthy }),
      ...(blockedBy !== undefined && { blocked: blockedBy.code }),
      assumed: !isKnown(health) && blockedBy === undefined,
    };
  });
  const healthy = candidates.filter(({ unhealthy }) => unhealthy === undefined);
  const unhealthy = candidates.filter((candidate) => candidate.unhealthy !== undefined);
  const noteworthy = findingOf(group, healthy.length, unhealthy);
  return {
    targetIds: [...new Set((healthy.length > 0 ? healthy : candidates).map(({ id }) => id))],
    otherZones,
    ...(noteworthy !== undefined && { noteworthy }),
    assumptions: healthy.filter(({ assumed }) => assumed).map(({ name }) => `target ${name} answers its health checks`),
  };
}

function findingOf(group: TargetGroup, healthy: number, unhealthy: Candidate[]): Finding | undefined {
  if (unhealthy.length === 0) return undefined;
  const seen = unhealthy.map(({ name, unhealthy: why }) => `${name}: ${why}`).join("; ");
  const [blocked] = unhealthy.flatMap((candidate) => candidate.blocked ?? []);
  // The cause before its effect.
  if (blocked !== undefined) return finding(blocked, group.name, seen);
  return finding(healthy === 0 ? "ALL_TARGETS_UNHEALTHY" : "TARGET_UNHEALTHY", group.name, seen);
}

/** Why the GWLB's TCP connection cannot come about; undefined when nothing known stands in its way. */
function healthCheckBlocked(
  index: TopologyIndex,
  { healthCheck }: TargetGroup,
  instanceId: string,
  { gatewayAddress, gatewaySubnet }: GatewayEnd,
): { code: FindingCode; why: string } | undefined {
  const { topology } = index;
  const eni = topology.networkInterfaces[topology.instances[instanceId]?.networkInterfaceId ?? ""];
  if (eni === undefined || !isKnown(eni.address) || !isKnown(healthCheck.port)) return undefined;
  const { port } = healthCheck;
  const check: FilteredPacket = {
    source: gatewayAddress,
    destination: eni.address,
    protocol: "tcp",
    ports: [port, port],
    icmpType: 0,
  };
  const groups = decideGroups(index, eni, "ingress", check, { address: gatewayAddress });
  const blocked = (why: string) => ({ code: "HEALTH_CHECK_BLOCKED", why: `health check: ${why}` }) as const;
  if (groups.kind === "refused") return blocked(groups.seen);
  const targetSubnet = topology.subnets[eni.subnetId];
  const away = detour(index, gatewaySubnet, eni.address) ?? detour(index, targetSubnet, gatewayAddress);
  if (away !== undefined) {
    return { code: "MORE_SPECIFIC_ROUTE", why: `health check: ${away.table.name}: ${routeInWords(away.route)}` };
  }
  if (targetSubnet === undefined || targetSubnet.id === gatewaySubnet.id) return undefined;
  const answer: FilteredPacket = {
    ...check,
    source: check.destination,
    destination: check.source,
    ports: [1024, 65535],
  };
  for (const [subnet, direction, packet] of [
    [gatewaySubnet, "egress", check],
    [targetSubnet, "ingress", check],
    [targetSubnet, "egress", answer],
    [gatewaySubnet, "ingress", answer],
  ] as const) {
    const { networkAclId: id = "" } = subnet;
    const acl = topology.networkAcls[isKnown(id) ? id : ""];
    const decision = acl === undefined ? undefined : decideAcl(index, acl, direction, packet);
    if (decision?.kind === "denied") return blocked(`network ACL of ${subnet.name}: ${decision.text}`);
  }
  return undefined;
}
