import type { RouteTable, TransitGatewayAttachment, TransitGatewayRouteTable } from "../cloud/core/records";
import { hasRoute } from "./routeFaults";
import { some, type Fault, type Lab, type Undo } from "./fault";

/** A VPC with GWLB endpoints is the inspection VPC; every other one that is attached is a spoke. */
function inspectionVpcs({ snapshot }: Lab): Set<string> {
  const endpoints = Object.values(snapshot.vpcEndpoints).filter(({ type }) => type === "GatewayLoadBalancer");
  return new Set(endpoints.map(({ vpcId }) => vpcId));
}

function attachmentsOf(lab: Lab, which: "inspection" | "spoke"): TransitGatewayAttachment[] {
  const vpcs = inspectionVpcs(lab);
  const all = Object.values(lab.snapshot.transitGatewayAttachments);
  return some(
    all.filter(({ vpcId }) => vpcs.has(vpcId) === (which === "inspection")),
    `${which} VPC attached to a transit gateway`,
  );
}

/** What decides over packets that come out of the inspection VPC, and over those that come from spokes. */
function transitTable(lab: Lab, of: "inspection" | "spoke"): TransitGatewayRouteTable {
  const attached = attachmentsOf(lab, of).map(({ id }) => id);
  const [table] = Object.values(lab.snapshot.transitGatewayRouteTables).filter(({ attachmentIds }) =>
    attachmentIds.some((id) => attached.includes(id)),
  );
  if (table === undefined) throw new Error(`The ${of} VPC's attachment has no route table`);
  return table;
}

function applianceModeOff(lab: Lab): Undo[] {
  return attachmentsOf(lab, "inspection").map((attachment): Undo => {
    lab.cloud.edit.transit.modifyApplianceMode(attachment, attachment.id, false);
    return () => lab.cloud.edit.transit.modifyApplianceMode(attachment, attachment.id, true);
  });
}

/** By its CIDR. */
function lastSpoke(lab: Lab): TransitGatewayAttachment {
  const cidrOf = ({ vpcId }: TransitGatewayAttachment): string => lab.snapshot.vpcs[vpcId]?.cidrBlock ?? "";
  const spokes = attachmentsOf(lab, "spoke").sort((one, other) => cidrOf(one).localeCompare(cidrOf(other)));
  return spokes.at(-1) as TransitGatewayAttachment;
}

/** What is inspected does not come to the last spoke. */
function propagationWithdrawn(lab: Lab): Undo[] {
  const table = transitTable(lab, "inspection");
  const { id } = lastSpoke(lab);
  lab.cloud.edit.transit.setPropagation(table, table.id, id, false);
  return [() => lab.cloud.edit.transit.setPropagation(table, table.id, id, true)];
}

/** They get the inspection VPC's table, in which they find each other. */
function wrongAssociation(lab: Lab): Undo[] {
  const [from, to] = [transitTable(lab, "spoke"), transitTable(lab, "inspection")];
  return attachmentsOf(lab, "spoke").map(({ id }): Undo => {
    lab.cloud.edit.transit.associate(to, to.id, id);
    return () => lab.cloud.edit.transit.associate(from, from.id, id);
  });
}

function noWayToInspection(lab: Lab): Undo[] {
  const table = transitTable(lab, "spoke");
  return some(table.routes, "route from the spokes to the inspection VPC").map(
    ({ destinationCidrBlock, attachmentId }): Undo => {
      lab.cloud.edit.transit.deleteTransitRoute(table, table.id, destinationCidrBlock);
      return () => lab.cloud.edit.transit.createTransitRoute(table, table.id, destinationCidrBlock, attachmentId ?? "");
    },
  );
}

/** Routes of a VPC's tables, with what leads where they lead. */
function changeRoutes(
  lab: Lab,
  tables: RouteTable[],
  kinds: readonly ("vpcEndpoint" | "transitGateway" | "natGateway")[],
  replaceBy?: { transitGatewayId: string },
): Undo[] {
  const routes = tables.flatMap((table) =>
    table.routes.flatMap(({ destinationCidrBlock: destination, target }) => {
      const kind = kinds.find((each) => each === target.kind);
      if (destination === undefined || kind === undefined || target.kind === "local") return [];
      return [{ table, destination, kind, id: target.id }];
    }),
  );
  const { edit } = lab.cloud;
  return some(routes, `route to a ${kinds.join(" or ")}`).map(({ table, destination, kind, id }): Undo => {
    edit.deleteRoute(table, table.id, destination);
    if (replaceBy !== undefined) edit.createRoute(table, table.id, destination, replaceBy);
    return () => {
      // An `up` may have mended it meanwhile.
      if (lab.cloud.snapshot().routeTables[table.id] === undefined) return;
      const isBroken =
        replaceBy === undefined
          ? !hasRoute(lab, table, destination)
          : hasRoute(lab, table, destination, { kind: "transitGateway", id: replaceBy.transitGatewayId });
      if (!isBroken) return;
      if (replaceBy !== undefined) edit.deleteRoute(table, table.id, destination);
      edit.createRoute(table, table.id, destination, { [`${kind}Id`]: id });
    };
  });
}

const tablesIn = ({ snapshot }: Lab, vpcs: Set<string>, tier: string): RouteTable[] =>
  Object.values(snapshot.routeTables).filter(
    ({ vpcId, tags }) => vpcs.has(vpcId) && tags["Name"]?.includes(tier) === true,
  );

/** What the transit gateway brings goes straight back into it, to the other spoke. */
function pastEndpoints(lab: Lab): Undo[] {
  const [attachment] = attachmentsOf(lab, "inspection");
  const { transitGatewayId = "" } = attachment ?? {};
  return changeRoutes(lab, tablesIn(lab, inspectionVpcs(lab), "attachment"), ["vpcEndpoint"], { transitGatewayId });
}

/** By the route to a NAT gateway, which answers to spokes come back from, packets for spokes would go round and round. */
function noWayOnFromEndpoints(lab: Lab): Undo[] {
  return changeRoutes(lab, tablesIn(lab, inspectionVpcs(lab), "endpoint"), ["transitGateway", "natGateway"]);
}

/** Of what NAT gateways have translated back, nothing gets on. */
function noWayBackFromNat(lab: Lab): Undo[] {
  return changeRoutes(lab, tablesIn(lab, inspectionVpcs(lab), "-nat-"), ["vpcEndpoint"]);
}

function inspectionDetached(lab: Lab): Undo[] {
  return attachmentsOf(lab, "inspection").map((attachment): Undo => {
    const deleted = lab.cloud.edit.transit.deleteAttachment(attachment, attachment.id);
    return () => lab.cloud.edit.transit.restoreAttachment(attachment, deleted);
  });
}

/** What spokes' hosts let in from a CIDR they let in from a group of another spoke, which what comes through an endpoint has lost. */
function pingsByGroup(lab: Lab): Undo[] {
  const { snapshot } = lab;
  const spokes = new Set(attachmentsOf(lab, "spoke").map(({ vpcId }) => vpcId));
  const groups = Object.values(snapshot.securityGroups).filter(
    ({ vpcId, tags }) => spokes.has(vpcId) && tags["Name"]?.includes("host") === true,
  );
  const rules = groups.flatMap((group) =>
    Object.values(snapshot.securityGroupRules).flatMap((rule) => {
      const other = groups.find(({ vpcId }) => vpcId !== group.vpcId);
      const isPing = rule.securityGroupId === group.id && rule.direction === "ingress" && rule.ipProtocol === "icmp";
      return isPing && rule.cidrIpv4 !== undefined && other !== undefined ? [{ rule, cidr: rule.cidrIpv4, other }] : [];
    }),
  );
  return some(rules, "ingress rule for icmp in a spoke's security group").map(({ rule, cidr, other }): Undo => {
    lab.cloud.edit.modifyPeer(rule, rule, { ReferencedGroupId: other.id });
    return () => {
      // An `up` may have mended it meanwhile.
      const now = lab.cloud.snapshot().securityGroupRules[rule.id];
      if (now?.referencedSecurityGroupId === other.id) lab.cloud.edit.modifyPeer(rule, rule, { CidrIpv4: cidr });
    };
  });
}

/** What spokes have made with the transit gateway stays; no further one is taken in. */
function shareNotAccepted(lab: Lab): Undo[] {
  const gateways = Object.values(lab.snapshot.transitGateways);
  const owners = [...new Map(gateways.map((gateway) => [gateway.accountId, gateway])).values()];
  return some(
    owners.flatMap((owner) => lab.cloud.edit.transit.invite(owner)),
    "transit gateway that is shared by RAM",
  );
}

/** A further VPC, of the transit gateway's account, that is attached before the last spoke and has its CIDR: no route leads to the spoke. */
async function cidrTaken(lab: Lab): Promise<Undo[]> {
  const { cloud, snapshot } = lab;
  const table = transitTable(lab, "inspection");
  const spoke = lastSpoke(lab);
  const cidrBlock = snapshot.vpcs[spoke.vpcId]?.cidrBlock;
  const near = snapshot.subnets[spoke.subnetIds[0] ?? ""];
  const { accountId, region } = table;
  const owner = { accountId, region };
  const made: { type: string; id: string }[] = [];
  const make = async (type: string, inputs: Record<string, unknown>): Promise<string> => {
    const { id } = await cloud.create(owner, type, inputs);
    made.push({ type, id });
    return id;
  };
  const vpcId = await make("aws:ec2/vpc:Vpc", { cidrBlock, tags: { Name: "somebody's" } });
  const subnetId = await make("aws:ec2/subnet:Subnet", {
    vpcId,
    cidrBlock: near?.cidrBlock,
    availabilityZoneId: near?.availabilityZoneId,
  });
  const other = await make("aws:ec2transitgateway/vpcAttachment:VpcAttachment", {
    vpcId,
    transitGatewayId: spoke.transitGatewayId,
    subnetIds: [subnetId],
    transitGatewayDefaultRouteTableAssociation: false,
    transitGatewayDefaultRouteTablePropagation: false,
  });
  cloud.edit.transit.setPropagation(table, table.id, other, true);
  // The spoke is then the one that was attached later.
  const deleted = cloud.edit.transit.deleteAttachment(spoke, spoke.id);
  cloud.edit.transit.restoreAttachment(spoke, deleted);
  return [
    async () => {
      for (const { type, id } of made.reverse()) await cloud.delete(owner, type, id);
    },
  ];
}

function noWayOutOfSpokes(lab: Lab): Undo[] {
  const spokes = new Set(attachmentsOf(lab, "spoke").map(({ vpcId }) => vpcId));
  return changeRoutes(lab, tablesIn(lab, spokes, "host"), ["transitGateway"]);
}

/** Of the centralised design. */
export const transitFaults: Record<string, Fault> = {
  "appliance-mode-off": {
    what: "the inspection VPC's attachment to the transit gateway: appliance mode is off",
    make: applianceModeOff,
  },
  "transit-propagation-withdrawn": {
    what: "a spoke's propagation into the inspection VPC's route table of the transit gateway",
    make: propagationWithdrawn,
  },
  "transit-association-wrong": {
    what: "the spokes' route table of the transit gateway, now the inspection VPC's",
    make: wrongAssociation,
  },
  "transit-route-removed": {
    what: "the transit gateway's route from the spokes to the inspection VPC",
    make: noWayToInspection,
  },
  "attachment-route-past-endpoint": {
    what: "the routes of the inspection VPC's attachment subnets: they lead back to the transit gateway",
    make: pastEndpoints,
  },
  "endpoint-route-to-transit-removed": {
    what: "the routes of the inspection VPC's endpoint subnets to transit gateway and NAT gateways",
    make: noWayOnFromEndpoints,
  },
  "nat-way-back-removed": {
    what: "the routes of the NAT gateways' subnets to the GWLB endpoints",
    make: noWayBackFromNat,
  },
  "spoke-route-removed": {
    what: "the spokes' routes to the transit gateway",
    make: noWayOutOfSpokes,
  },
  "transit-attachment-deleted": {
    what: "the inspection VPC's attachment to the transit gateway: the spokes' route to it is a blackhole",
    make: inspectionDetached,
  },
  "spoke-group-referenced": {
    what: "the rules that let pings into the spokes' hosts: they name a security group of the other spoke, no CIDR",
    make: pingsByGroup,
  },
  "spoke-cidr-taken": {
    what: "a further VPC at the transit gateway: attached before the last spoke, with its CIDR",
    make: cidrTaken,
  },
  "share-not-accepted": {
    what: "the spokes' accounts: they have not accepted the share of the transit gateway",
    make: shareNotAccepted,
  },
};
