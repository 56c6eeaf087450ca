import { containsIpv6, ipv6Block } from "../../../path/net/ipv6";
import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { NetworkInterface, RouteRecord, Subnet, Vpc } from "../core/records";

/** IPv6 as records have it: blocks, addresses and routes. The lab has no packets of it. */

/** Amazon gives a VPC a /56 of its own, a subnet has a /64 of it (Amazon VPC User Guide, "IP addressing"). */
const [vpcLength, subnetLength] = [56, 64];

export function giveVpcIpv6({ state: { tables }, changed }: Context, vpc: Vpc): void {
  const used = new Set(Object.values(tables.vpcs).map(({ ipv6CidrBlock }) => ipv6CidrBlock));
  let place = 1;
  const blockAt = (number: number): string => `2600:1f14:${number.toString(16)}::/${vpcLength}`;
  while (used.has(blockAt(place))) place++;
  vpc.ipv6CidrBlock = blockAt(place);
  for (const table of Object.values(tables.routeTables)) {
    if (table.vpcId === vpc.id) table.routes.push(...localIpv6(vpc));
  }
  changed();
}

/** With all that is of it. */
export function takeVpcIpv6({ state: { tables }, changed }: Context, vpc: Vpc): void {
  delete vpc.ipv6CidrBlock;
  const isOwn = ({ vpcId }: { vpcId: string }): boolean => vpcId === vpc.id;
  for (const subnet of Object.values(tables.subnets).filter(isOwn)) {
    delete subnet.ipv6CidrBlock;
    delete subnet.assignIpv6AddressOnCreation;
  }
  for (const eni of Object.values(tables.networkInterfaces).filter(isOwn)) delete eni.ipv6Address;
  for (const table of Object.values(tables.routeTables).filter(isOwn)) {
    table.routes = table.routes.filter(({ destinationIpv6CidrBlock }) => destinationIpv6CidrBlock === undefined);
  }
  changed();
}

/** The local route of a new table. */
export function localIpv6({ ipv6CidrBlock }: Vpc): RouteRecord[] {
  return ipv6CidrBlock === undefined ? [] : [{ destinationIpv6CidrBlock: ipv6CidrBlock, target: { kind: "local" } }];
}

export function giveSubnetIpv6(context: Context, operation: string, subnet: Subnet, text: string): void {
  const { vpcs } = context.state.tables;
  const block = ipv6Block(text);
  const whole = ipv6Block(vpcs[subnet.vpcId]?.ipv6CidrBlock ?? "");
  if (block?.prefixLength !== subnetLength || whole === undefined || !containsIpv6(whole, block)) {
    // Source: EC2 API, Error codes: InvalidSubnet.Range; that it is of IPv6, too, and the wording, are UNVERIFIED.
    throw ec2Error(operation, "InvalidSubnet.Range", `The CIDR '${text}' is invalid.`);
  }
  subnet.ipv6CidrBlock = text;
  context.changed();
}

/** A subnet's block by its number in the VPC's. */
export function subnetIpv6({ ipv6CidrBlock = "" }: Vpc, number: number): string {
  return ipv6CidrBlock.replace(`::/${vpcLength}`, `:${number.toString(16)}::/${subnetLength}`);
}

/** An address of the subnet, after the interface's IPv4 one. */
export function assignIpv6(eni: NetworkInterface, { ipv6CidrBlock }: Subnet): void {
  const last = eni.privateIpAddress.split(".").at(-1) ?? "";
  if (ipv6CidrBlock !== undefined) eni.ipv6Address = ipv6CidrBlock.replace(/\/\d+$/, Number(last).toString(16));
}

interface Association {
  AssociationId: string;
  Ipv6CidrBlock: string;
  Ipv6CidrBlockState: { State: "associated" };
}

/** As DescribeVpcs and DescribeSubnets have it. */
export function ipv6Associations({ id, ipv6CidrBlock }: Vpc | Subnet): Association[] {
  if (ipv6CidrBlock === undefined) return [];
  const [kind, rest] = [id.slice(0, id.indexOf("-")), id.slice(id.indexOf("-") + 1)];
  const state = { State: "associated" as const };
  return [{ AssociationId: `${kind}-cidr-assoc-${rest}`, Ipv6CidrBlock: ipv6CidrBlock, Ipv6CidrBlockState: state }];
}

/** As interfaces and instances have it. */
export function ipv6AddressesOf({ ipv6Address }: NetworkInterface): string[] {
  return ipv6Address === undefined ? [] : [ipv6Address];
}
