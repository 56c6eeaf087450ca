import type { ResourceState } from "../../../../path/topology";
import { Deployment } from "./deployment";

/** The spokes' hosts: a's in the first AZ, b's in the second. */
export const spokeA = { name: "a", cidr: "10.3.0.0/16", address: "10.3.4.10", azId: "apne1-az4" };
export const spokeB = { name: "b", cidr: "10.4.0.0/16", address: "10.4.1.10", azId: "apne1-az1" };
const zones = ["apne1-az4", "apne1-az1"];
const hubAccount = "222222222222";
const spokeAccount = "333333333333";

/**
 * The program's deployment with two spokes beside it: its consumer's VPC is the inspection VPC, which a transit gateway sends all of the
 * spokes' packets to. Names: attachments `inspection`, `a` and `b`, the gateway's tables `spokes` and `inspected`.
 */
export function centralised(states: readonly ResourceState[]): Deployment {
  const made = new Deployment(states);
  made.add("transitGateway", "hub", "tgw-1", {
    ownerId: hubAccount,
    autoAcceptSharedAttachments: "disable",
    defaultRouteTableAssociation: "disable",
    defaultRouteTablePropagation: "disable",
    securityGroupReferencingSupport: "disable",
  });
  for (const table of ["spokes", "inspected"]) {
    made.add("transitGatewayTable", table, `tgw-rtb-${table}`, { transitGatewayId: "tgw-1" });
  }
  inspectionVpc(made);
  for (const spoke of [spokeA, spokeB]) spokeVpc(made, spoke);
  made.add("transitGatewayRoute", "spokes-default", "tgw-rtb-spokes_0.0.0.0/0", {
    destinationCidrBlock: "0.0.0.0/0",
    transitGatewayAttachmentId: "tgw-attach-inspection",
    transitGatewayRouteTableId: "tgw-rtb-spokes",
  });
  return made;
}

export function associate(made: Deployment, attachment: string, table: string): Deployment {
  return made.add("transitGatewayAssociation", `${attachment}-association`, `assoc-${attachment}`, {
    transitGatewayAttachmentId: `tgw-attach-${attachment}`,
    transitGatewayRouteTableId: `tgw-rtb-${table}`,
  });
}

function attach(made: Deployment, name: string, vpcId: unknown, more: Record<string, unknown>): void {
  made.add("transitGatewayAttachment", name, `tgw-attach-${name}`, {
    transitGatewayId: "tgw-1",
    vpcId,
    subnetIds: zones.map((azId) => `subnet-${name}-attachment-${azId}`),
    securityGroupReferencingSupport: "enable",
    ...more,
  });
}

function subnet(made: Deployment, name: string, vpcId: unknown, cidrBlock: string, availabilityZoneId: string): void {
  made.add("subnet", name, `subnet-${name}`, { vpcId, cidrBlock, availabilityZoneId });
  made.add("table", name, `rtb-${name}`, { vpcId });
  made.add("association", name, `rtbassoc-${name}`, { subnetId: `subnet-${name}`, routeTableId: `rtb-${name}` });
}

function inspectionVpc(made: Deployment): void {
  const vpcId = made.id("vpc", "system");
  zones.forEach((azId, index) => {
    const name = `inspection-attachment-${azId}`;
    subnet(made, name, vpcId, `10.2.${60 + index}.0/28`, azId);
    made.route(name, "0.0.0.0/0", { vpcEndpointId: made.id("endpoint", `system-${azId}`) });
    for (const { cidr } of [spokeA, spokeB]) made.route(`system-endpoint-${azId}`, cidr, { transitGatewayId: "tgw-1" });
  });
  attach(made, "inspection", vpcId, { vpcOwnerId: hubAccount, applianceModeSupport: "enable" });
  associate(made, "inspection", "inspected");
}

/** A NAT gateway in each AZ of the inspection VPC, with the routes of centralised egress; the VPC has an internet gateway. */
export function withEgress(made: Deployment): Deployment {
  const vpcId = made.id("vpc", "system");
  const gatewayId = made.id("gateway", "system");
  zones.forEach((azId, index) => {
    const name = `inspection-nat-${azId}`;
    subnet(made, name, vpcId, `10.2.${70 + index}.0/28`, azId);
    made.add("natGateway", name, `nat-${index + 1}`, {
      subnetId: `subnet-${name}`,
      connectivityType: "public",
      privateIp: `10.2.${70 + index}.4`,
      publicIp: `198.51.100.${70 + index}`,
    });
    made.route(`system-endpoint-${azId}`, "0.0.0.0/0", { natGatewayId: `nat-${index + 1}` });
    made.route(name, "0.0.0.0/0", { gatewayId });
    made.route(name, "10.0.0.0/8", { vpcEndpointId: made.id("endpoint", `system-${azId}`) });
  });
  return made;
}

/** A further spoke: VPC, host, attachment, association and propagation. */
export function spokeVpc(made: Deployment, { name, cidr, address, azId }: typeof spokeA): void {
  const vpcId = `vpc-${name}`;
  const base = cidr.split(".").slice(0, 2).join(".");
  made.add("vpc", name, vpcId, { cidrBlock: cidr, mainRouteTableId: `rtb-${name}-main` });
  zones.forEach((zone, index) => {
    subnet(made, `${name}-attachment-${zone}`, vpcId, `${base}.${60 + index}.0/28`, zone);
  });
  subnet(made, `${name}-host`, vpcId, `${address.split(".").slice(0, 3).join(".")}.0/24`, azId);
  made.route(`${name}-host`, "0.0.0.0/0", { transitGatewayId: "tgw-1" });
  made.add("group", name, `sg-${name}`, { vpcId });
  for (const direction of ["ingress", "egress"] as const) {
    made.add(direction, `${name}-${direction}`, `sgr-${name}-${direction}`, {
      securityGroupId: `sg-${name}`,
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
    });
  }
  made.add("instance", name, `i-${name}`, {
    subnetId: `subnet-${name}-host`,
    privateIp: address,
    primaryNetworkInterfaceId: `eni-${name}`,
    vpcSecurityGroupIds: [`sg-${name}`],
    instanceState: "running",
  });
  attach(made, name, vpcId, { vpcOwnerId: spokeAccount, applianceModeSupport: "disable" });
  made.add("transitGatewayAccepter", name, `tgw-attach-${name}`, {
    transitGatewayAttachmentId: `tgw-attach-${name}`,
    transitGatewayId: "tgw-1",
    vpcId,
  });
  associate(made, name, "spokes");
  made.add("transitGatewayPropagation", name, `tgw-rtb-inspected_tgw-attach-${name}`, {
    transitGatewayAttachmentId: `tgw-attach-${name}`,
    transitGatewayRouteTableId: "tgw-rtb-inspected",
  });
}
