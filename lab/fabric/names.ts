import { createHash } from "node:crypto";
import { formatAddress, parseCidr } from "../../path/net/cidr";
import type { LoadBalancer } from "../cloud/core/records";

/** The namespace that the lab itself runs in, as `ip` without `-n` sees it. */
export const internetNamespace = "";

/** IFNAMSIZ allows 15 characters: one to three of ours and the end of the AWS id, which is where ids differ. */
function linkName(prefix: string, id: string): string {
  return prefix + id.slice(-12);
}

/** Link of an ENI, in the VPC's router and in namespaces that hold several ENIs. */
export function eniLink(networkInterfaceId: string): string {
  return linkName("e", networkInterfaceId);
}

/** TUN device of a GWLB endpoint. */
export function endpointTun(vpcEndpointId: string): string {
  return linkName("gwe", vpcEndpointId);
}

/** Links in the internet namespace towards a VPC: its internet gateway, and its way to S3. */
export function internetLink(vpcId: string): string {
  return linkName("i", vpcId);
}

export function s3Link(vpcId: string): string {
  return linkName("s", vpcId);
}

/** Namespace of a GWLB's interfaces: the id at the end of `gwy/NAME/ID`. */
export function loadBalancerNamespace(loadBalancer: LoadBalancer): string {
  const id = loadBalancer.arnSuffix.split("/").at(-1);
  if (id === undefined || id === "") {
    throw new Error(`Load balancer ${loadBalancer.arn}: arnSuffix "${loadBalancer.arnSuffix}", expected gwy/NAME/ID`);
  }
  return id;
}

/** Number of the kernel's routing table for an AWS route table or ENI; above those the kernel and this program use. */
export function tableNumber(id: string): number {
  const number = parseInt(id.slice(-7), 16);
  if (Number.isNaN(number)) throw new Error(`Id "${id}": expected an AWS id that ends in hexadecimal digits`);
  return 1000 + number;
}

/** Likewise for a route table whose routes lead elsewhere in each AZ. */
export function zoneTableNumber(id: string, azId: string): number {
  return 1000 + (createHash("sha256").update(`${id} ${azId}`).digest().readUInt32BE(0) >>> 4);
}

/** A locally administered MAC address that is always the same for `name`: neighbours never go stale. */
export function macAddress(name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 5);
  return ["02", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** Address from 100.64.0.0/10 (RFC 6598) that stands for a VPC in S3's view: VPCs may overlap, these do not. */
export function s3SourceAddress(vpcId: string): string {
  const hash = createHash("sha256").update(vpcId).digest().readUInt32BE(0) >>> 10;
  return `100.${64 + (hash >>> 16)}.${(hash >>> 8) & 255}.${hash & 255}`;
}

/** The VPC router's address in a subnet: the first after the network's own. */
export function subnetGateway(cidrBlock: string): string {
  return formatAddress(parseCidr(cidrBlock, "subnet").first + 1);
}
