import { formatAddress, parseAddress, parseCidr } from "../../../path/net/cidr";
import { ec2Error } from "../core/errors";
import { macAddress } from "../core/ids";
import { assignIpv6 } from "./ipv6";
import type { Context } from "../core/model";
import type { NetworkInterface, Subnet } from "../core/records";

/** AWS keeps a subnet's first four addresses and its last one (VPC user guide, "Subnet sizing"). */
const firstUsable = 4;
/** Small subnets aside, addresses below this one are left to those who ask for one by name. */
const firstAutomatic = 16;

/** Public addresses come from this block (RFC 5737, TEST-NET-2). */
export const publicAddresses = "198.51.100.0/24";

function usedIn(context: Context, subnet: Subnet): Set<string> {
  return new Set(
    Object.values(context.state.tables.networkInterfaces)
      .filter((eni) => eni.subnetId === subnet.id)
      .map((eni) => eni.privateIpAddress),
  );
}

/** AWS picks any free address; the model the lowest, from the sixteenth on where there are enough. */
function freeAddress(context: Context, operation: string, subnet: Subnet): string {
  const { first, last } = parseCidr(subnet.cidrBlock);
  const used = usedIn(context, subnet);
  const start = first + (last - first > 2 * firstAutomatic ? firstAutomatic : firstUsable);
  for (let address = start; address < last; address++) {
    const text = formatAddress(address);
    if (!used.has(text)) return text;
  }
  for (let address = first + firstUsable; address < start; address++) {
    const text = formatAddress(address);
    if (!used.has(text)) return text;
  }
  const message = `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`;
  // Source: EC2 API, Error codes: InsufficientFreeAddressesInSubnet; wording UNVERIFIED.
  throw ec2Error(operation, "InsufficientFreeAddressesInSubnet", message);
}

/**
 * Gives an interface of a GWLB another address of its subnet, as AWS might when it moves one; that it does is UNVERIFIED.
 *
 * @param address - default: any other free one
 */
export function replaceAddress(context: Context, eni: NetworkInterface, address?: string): void {
  const subnet = context.state.tables.subnets[eni.subnetId];
  if (subnet === undefined) throw new Error(`Interface ${eni.id}: its subnet ${eni.subnetId} does not exist`);
  eni.privateIpAddress = address ?? freeAddress(context, "ModifyNetworkInterface", subnet);
  context.changed();
}

function checkAddress(context: Context, operation: string, subnet: Subnet, address: string): void {
  const { first, last } = parseCidr(subnet.cidrBlock);
  const number = parseAddress(address, "private address");
  if (number < first || number > last) {
    const message = `Address ${address} does not fall within the subnet's address range`;
    // Source: EC2 API, Error codes: InvalidParameterValue; that it is this one, and the wording, are UNVERIFIED.
    throw ec2Error(operation, "InvalidParameterValue", message);
  }
  if (number < first + firstUsable || number === last) {
    const message = `Address ${address} is in subnet's reserved address range`;
    // Source: VPC user guide, "Subnet sizing": five reserved addresses; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameterValue", message);
  }
  if (usedIn(context, subnet).has(address)) {
    // Source: EC2 API, Error codes: InvalidIPAddress.InUse; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidIPAddress.InUse", `Address ${address} is in use.`);
  }
}

/** A public address that nobody has. */
export function freePublicAddress({ state: { tables } }: Context, operation: string): string {
  const used = new Set([
    ...Object.values(tables.networkInterfaces).map(({ publicIpAddress }) => publicIpAddress),
    ...Object.values(tables.addresses).map(({ publicIp }) => publicIp),
  ]);
  const { first, last } = parseCidr(publicAddresses);
  for (let address = first + 1; address < last; address++) {
    const text = formatAddress(address);
    if (!used.has(text)) return text;
  }
  // Source: EC2 API, Error codes: InsufficientAddressCapacity; wording UNVERIFIED.
  throw ec2Error(operation, "InsufficientAddressCapacity", "Not enough public addresses are available.");
}

export interface NewInterface {
  /** API operation, for errors. */
  operation: string;
  subnet: Subnet;
  description: string;
  interfaceType: NetworkInterface["interfaceType"];
  securityGroupIds: string[];
  owner: NetworkInterface["owner"];
  /** An address that was asked for. */
  privateIpAddress?: string;
  publicAddress?: boolean;
  sourceDestCheck?: boolean;
}

/** Makes an ENI. Fires no change: its owner does, once it is whole. */
export function createInterface(context: Context, wanted: NewInterface): NetworkInterface {
  const { subnet, operation } = wanted;
  if (wanted.privateIpAddress !== undefined) checkAddress(context, operation, subnet, wanted.privateIpAddress);
  const address = wanted.privateIpAddress ?? freeAddress(context, operation, subnet);
  const eni: NetworkInterface = {
    id: context.ids.resource("eni"),
    accountId: subnet.accountId,
    region: subnet.region,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    privateIpAddress: address,
    ...(wanted.publicAddress && { publicIpAddress: freePublicAddress(context, operation) }),
    macAddress: macAddress(subnet.vpcId, address),
    description: wanted.description,
    interfaceType: wanted.interfaceType,
    securityGroupIds: wanted.securityGroupIds,
    sourceDestCheck: wanted.sourceDestCheck ?? true,
    owner: wanted.owner,
    tags: {},
  };
  if (eni.owner.kind === "instance" && subnet.assignIpv6AddressOnCreation === true) assignIpv6(eni, subnet);
  context.state.tables.networkInterfaces[eni.id] = eni;
  return eni;
}

/** With the mirror sessions of their packets (VPC Traffic Mirroring, "considerations"). Fires no change, as `createInterface`. */
export function deleteInterfaces(context: Context, ids: readonly string[]): void {
  const { networkInterfaces, trafficMirrorSessions } = context.state.tables;
  for (const id of ids) delete networkInterfaces[id];
  for (const session of Object.values(trafficMirrorSessions)) {
    if (ids.includes(session.networkInterfaceId)) delete trafficMirrorSessions[session.id];
  }
}

/** The private DNS name that AWS gives an address, `ip-10-0-0-4.…`. */
export function privateDnsName(region: string, address: string): string {
  const zone = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${zone}`;
}
