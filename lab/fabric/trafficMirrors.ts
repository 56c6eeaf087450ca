import { createHash } from "node:crypto";
import { vxlanPort } from "../../path/net/vxlan";
import type {
  CloudSnapshot,
  NetworkInterface,
  TrafficMirrorFilterRule,
  TrafficMirrorSession,
} from "../cloud/core/records";
import { hostSide, vpcSide } from "./securityGroups";
import type { NamespacePlan } from "./state";

/**
 * EC2 Traffic Mirroring of one ENI, in its own namespace: between host and security groups for what comes in, behind them for what goes
 * out, so that what they drop is not copied ("Traffic Mirroring considerations"). The kernel copies frames into a VXLAN device, whose
 * packets have the ENI's address, pass its security groups, and are routed by the VPC as all others. Not modelled: PacketLength, and
 * copies that are dropped because the instance's bandwidth is used up.
 */

/** Bytes: what is left of a VPC's 9001 for an IP packet inside VXLAN. */
const mtu = 8951;

interface Mirror {
  session: TrafficMirrorSession;
  rules: TrafficMirrorFilterRule[];
  collector: NetworkInterface;
  /** Of its VXLAN device: another one with another VNI or collector. */
  link: string;
}

/** By session number: a packet is copied once, by the first whose filter takes it. */
function mirrorsOf(snapshot: CloudSnapshot, eni: NetworkInterface): Mirror[] {
  return Object.values(snapshot.trafficMirrorSessions)
    .filter(({ networkInterfaceId }) => networkInterfaceId === eni.id)
    .sort((one, other) => one.number - other.number)
    .flatMap((session) => {
      const collector =
        snapshot.networkInterfaces[snapshot.trafficMirrorTargets[session.targetId]?.networkInterfaceId ?? ""];
      const filter = snapshot.trafficMirrorFilters[session.filterId];
      if (collector === undefined || filter === undefined) return [];
      const place = `${session.id} ${session.virtualNetworkId} ${collector.privateIpAddress}`;
      const link = `m${createHash("sha256").update(place).digest("hex").slice(0, 12)}`;
      const rules = Object.values(filter.rules).sort((one, other) => one.number - other.number);
      return [{ session, rules, collector, link }];
    });
}

/** The copies leave as the ENI's own, whatever its security groups let out. @returns rules for the chain `output` */
export function mirroredOutput(snapshot: CloudSnapshot, eni: NetworkInterface): string[] {
  return mirrorsOf(snapshot, eni).map(
    ({ collector }) =>
      `oifname "${vpcSide}" ip daddr ${collector.privateIpAddress} udp dport ${vxlanPort} ip saddr set ${eni.privateIpAddress} accept`,
  );
}

/** @param vpcSideMac of the namespace's link towards the router, which stands in outgoing frames in the place of the ENI's */
export function planMirrors(
  plan: NamespacePlan,
  snapshot: CloudSnapshot,
  eni: NetworkInterface,
  vpcSideMac: string,
): void {
  const mirrors = mirrorsOf(snapshot, eni);
  if (mirrors.length === 0) return;
  for (const { link, session, collector } of mirrors) {
    const remote = `remote ${collector.privateIpAddress} dstport ${vxlanPort} nolearning`;
    plan.device(link, `mtu ${mtu} up type vxlan id ${session.virtualNetworkId} ${remote}`);
  }
  const chain = (
    direction: TrafficMirrorFilterRule["direction"],
    device: string,
    copy: (to: string) => string,
  ): string =>
    [
      ...mirrors.map(({ rules, link }) => {
        const lines = rules
          .filter((rule) => rule.direction === direction)
          .map((rule) => `${matchOf(rule)} ${rule.action === "accept" ? `${copy(link)} accept` : "return"}`);
        return `chain ${direction}-${link} {\n    ${lines.join("\n    ")}\n  }`;
      }),
      `chain ${direction} {`,
      `  type filter hook egress device "${device}" priority 0; policy accept;`,
      ...mirrors.map(({ collector }) => `  ip daddr ${collector.privateIpAddress} udp dport ${vxlanPort} accept`),
      ...mirrors.map(({ link }) => `  jump ${direction}-${link}`),
      "}",
    ].join("\n  ");
  plan.mirrors = `
  ${chain("ingress", hostSide, (link) => `dup to "${link}"`)}
  ${chain("egress", vpcSide, (link) => `ether saddr set ${eni.macAddress} dup to "${link}" ether saddr set ${vpcSideMac}`)}
`;
}

function matchOf(rule: TrafficMirrorFilterRule): string {
  const { protocol, sourceCidrBlock, destinationCidrBlock, sourcePorts, destinationPorts } = rule;
  return [
    `ip saddr ${sourceCidrBlock} ip daddr ${destinationCidrBlock}`,
    ...(protocol === undefined ? [] : [`ip protocol ${protocol}`]),
    ...(sourcePorts === undefined ? [] : [`th sport ${sourcePorts.from}-${sourcePorts.to}`]),
    ...(destinationPorts === undefined ? [] : [`th dport ${destinationPorts.from}-${destinationPorts.to}`]),
  ].join(" ");
}
