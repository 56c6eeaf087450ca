import type { PortProbe } from "../../path/proof/index";
import { checkAzIdInRegion } from "../../path/net/azId";
import {
  checkDisjoint,
  checkInside,
  contains,
  isHostAddress,
  overlaps,
  parseAddress,
  parseCidr,
  type Cidr,
} from "../../path/net/cidr";
import { problemOf } from "./configError";
import { existingProblems, type ExistingConsumerConfig, type ExistingHubConfig } from "./existingSchema";

/** The parts of a stack's configuration that have to fit together. */
interface Destination {
  address: string;
  probe?: PortProbe | undefined;
}

export interface AddressPlan {
  region: string;
  vpcCidr: string;
  /** AZ ID → tier → CIDR. */
  zones: Record<string, Record<string, string>>;
  /** By AZ ID: one for each AZ of `zones`, or none. */
  natSubnets?: Record<string, string> | undefined;
  access: "ssm" | "ssh";
  existing?: ExistingHubConfig | ExistingConsumerConfig | undefined;
  /** With ssh only. */
  bastion?: { azId: string; cidr: string } | undefined;
  internetInspection?: { subnets: Record<string, string>; egressTo: string[]; ingressFrom: string } | undefined;
  verification?: { destinations: Destination[] };
  targetsPerAz?: number;
}

/** What is right by itself but does not fit together, one line each: AZ IDs and Region, CIDRs and each other. */
export function addressProblems(plan: AddressPlan): string[] {
  const { region, vpcCidr, zones, access, existing, internetInspection, targetsPerAz = 1, verification } = plan;
  // With SSM none is made: it may be left over from ssh, and fits what is there then.
  const bastion = access === "ssh" ? plan.bastion : undefined;
  const vpc = parseCidr(vpcCidr);
  const subnets: Record<string, Cidr> = bastion === undefined ? {} : { "bastion.cidr": parseCidr(bastion.cidr) };
  for (const [azId, tiers] of Object.entries(zones)) {
    for (const [tier, cidr] of Object.entries(tiers)) subnets[`zones.${azId}.${tier}`] = parseCidr(cidr);
  }
  for (const [azId, cidr] of Object.entries(internetInspection?.subnets ?? {})) {
    subnets[`internetInspection.subnets.${azId}`] = parseCidr(cidr);
  }
  for (const [azId, cidr] of Object.entries(plan.natSubnets ?? {})) subnets[`natSubnets.${azId}`] = parseCidr(cidr);
  const checks = [
    ...(bastion === undefined ? [] : [() => checkAzIdInRegion(bastion.azId, region, "bastion.azId")]),
    ...Object.keys(zones).map((azId) => () => checkAzIdInRegion(azId, region, "zones: AZ ID")),
    ...Object.entries(subnets).map(
      ([name, subnet]) =>
        () =>
          checkInside(subnet, vpc, name, "vpcCidr"),
    ),
    // A load balancer and its targets that are already there may well share a subnet.
    () => checkDisjoint(existing === undefined ? subnets : withoutTwins(subnets)),
  ];
  const destinations = verification?.destinations ?? [];
  return [
    ...(existing === undefined ? [] : existingProblems(existing, Object.keys(zones), access)),
    ...(targetsPerAz !== 1 && existing !== undefined && "targets" in existing && existing.targets !== undefined
      ? [`targetsPerAz: ${targetsPerAz}: expected none with existing.targets: none is made`]
      : []),
    ...(access === "ssh" && existing !== undefined && bastion !== undefined
      ? ["bastion: none is made in a VPC that is already there: expected existing.bastion"]
      : []),
    ...(access === "ssh" && bastion === undefined && existing === undefined
      ? ["bastion: missing: expected { azId, cidr, adminCidrs }, since access is ssh"]
      : []),
    ...checks.map(problemOf).filter((problem) => problem !== undefined),
    ...natProblems(plan.natSubnets, Object.keys(zones)),
    ...internetProblems(internetInspection, vpc, Object.keys(zones)),
    ...destinationProblems(destinations, vpc, Object.values(zones)),
  ];
}

/** A NAT gateway behind each endpoint, or behind none. */
function natProblems(natSubnets: Record<string, string> = {}, azIds: string[]): string[] {
  const given = Object.keys(natSubnets);
  if (given.length === 0) return [];
  return [
    ...given
      .filter((azId) => !azIds.includes(azId))
      .map((azId) => `natSubnets.${azId}: expected an AZ ID of zones, whose endpoint is used`),
    ...azIds
      .filter((azId) => !given.includes(azId))
      .map((azId) => `natSubnets: ${azId} is missing: expected a subnet in each AZ of zones, or none`),
  ];
}

/** Spokes' CIDRs that no route of the inspection VPC could lead to, or that are there twice. */
export function spokeProblems(vpcCidr: string, spokeCidrs: string[]): string[] {
  const vpc = parseCidr(vpcCidr);
  const blocks = spokeCidrs.map((text) => parseCidr(text));
  return blocks.flatMap((block, index) => {
    const key = `spokeCidrs.${index}: "${block.text}"`;
    if (contains(vpc, block)) return [`${key}: expected none in the stack's own vpcCidr "${vpc.text}"`];
    const other = blocks.slice(0, index).find((each) => overlaps(each, block));
    return other === undefined ? [] : [`${key}: overlaps with "${other.text}"`];
  });
}

/** Who shares a transit gateway that is there already is its owner. */
export function sharingProblems({
  transitGatewayId = "",
  spokeAccountIds = [],
}: {
  transitGatewayId?: string;
  spokeAccountIds?: string[];
}): string[] {
  return transitGatewayId === "" || spokeAccountIds.length === 0
    ? []
    : [`transitGatewayId: "${transitGatewayId}": expected none with spokeAccountIds, or to share it by itself`];
}

function destinationProblems(destinations: Destination[], vpc: Cidr, zones: Record<string, string>[]): string[] {
  const reachable = zones.flatMap(({ destination }) => (destination === undefined ? [] : [parseCidr(destination)]));
  const probes = destinations.map(({ address, probe }) => `${address} ${probe?.protocol} ${probe?.port}`);
  return destinations.flatMap(({ address }, index) => {
    const key = `verification.destinations.${index}.address: "${address}"`;
    if (probes.indexOf(probes[index] ?? "") < index) return [`${key}: given twice`];
    const value = parseAddress(address);
    if (!contains(vpc, value)) return [];
    const subnet = reachable.find((cidr) => contains(cidr, value));
    // Inside the VPC only whole subnets can be routed to an endpoint, and only the destination subnets are.
    if (subnet === undefined) {
      return [`${key}: expected an address of a destination subnet or outside of vpcCidr "${vpc.text}"`];
    }
    return isHostAddress(subnet, value)
      ? []
      : [
          `${key}: expected an address that AWS leaves to hosts, not the first four or the last of subnet "${subnet.text}"`,
        ];
  });
}

function internetProblems(inspection: AddressPlan["internetInspection"], vpc: Cidr, azIds: string[]): string[] {
  if (inspection === undefined) return [];
  const { subnets, egressTo, ingressFrom } = inspection;
  const without = Object.keys(subnets)
    .filter((azId) => !azIds.includes(azId))
    .map((azId) => `internetInspection.subnets.${azId}: expected an AZ ID of zones, whose endpoint is used`);
  const addresses = [
    ...egressTo.map((address, index) => [`egressTo.${index}`, address] as const),
    ...(ingressFrom === "" ? [] : [["ingressFrom", ingressFrom] as const]),
  ];
  const inside = addresses
    .filter(([, address]) => contains(vpc, parseAddress(address)))
    .map(([key, address]) => `internetInspection.${key}: "${address}": expected an address outside of vpcCidr`);
  const twice = egressTo.flatMap((address, index) =>
    egressTo.indexOf(address) < index ? [`internetInspection.egressTo.${index}: "${address}": given twice`] : [],
  );
  return [...without, ...inside, ...twice];
}

/** Of subnets with the same CIDR the first. */
function withoutTwins(subnets: Record<string, Cidr>): Record<string, Cidr> {
  const all = Object.entries(subnets);
  return Object.fromEntries(
    all.filter(([, { text }], index) => all.findIndex(([, other]) => other.text === text) === index),
  );
}
