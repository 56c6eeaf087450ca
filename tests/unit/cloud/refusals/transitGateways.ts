import { security, system, tokens, type Made, type Path } from "../topology";
import { calling, changing, changingNothing, creating, deleting, type Refusal } from "./refusal";

const none = { gateway: "tgw-00000000000000000", attachment: "tgw-attach-0", table: "tgw-rtb-0" };

interface Attached {
  gateway: Made;
  attachment: Made;
  table: Made;
}

/** The security account's transit gateway for the system account. */
async function shareWith(builder: Path["builder"], { outputs }: Made): Promise<void> {
  const { id: resourceShareArn } = await builder.create(security, tokens.resourceShare, {});
  await builder.create(security, tokens.shareOfResource, { resourceShareArn, resourceArn: outputs["arn"] });
  await builder.create(security, tokens.shareWithPrincipal, { resourceShareArn, principal: system.accountId });
}

/** The system account's VPC attached to the security account's transit gateway, accepted unless it is to wait. */
async function attached({ builder, vpc, sourceSubnet }: Path, accepts = "enable"): Promise<Attached> {
  const gateway = await builder.create(security, tokens.transitGateway, { autoAcceptSharedAttachments: accepts });
  await shareWith(builder, gateway);
  const inputs = { transitGatewayId: gateway.id, vpcId: vpc.id, subnetIds: [sourceSubnet.id] };
  return {
    gateway,
    attachment: await builder.create(system, tokens.transitAttachment, inputs),
    table: await builder.create(security, tokens.transitTable, { transitGatewayId: gateway.id }),
  };
}

/** As what must be there before: one of them, with the ids of the others among its outputs. */
const giving =
  (which: keyof Attached, accepts?: string): NonNullable<Refusal["given"]> =>
  async (path) => {
    const all = await attached(path, accepts);
    const ids = Object.fromEntries(Object.entries(all).map(([key, { id }]) => [key, id]));
    return { ...all[which], outputs: { ...all[which].outputs, ...ids } };
  };

const joining = (_: Path, { outputs }: Made) => ({
  transitGatewayAttachmentId: outputs["attachment"],
  transitGatewayRouteTableId: outputs["table"],
});

const twice =
  (type: string, more: object = {}): NonNullable<Refusal["given"]> =>
  async (path) => {
    const made = await giving("table")(path);
    await path.builder.create(security, type, { ...joining(path, made), ...more });
    return made;
  };

export const transitGateways: Refusal[] = [
  {
    rule: "an attachment to no transit gateway",
    code: "InvalidTransitGatewayID.NotFound",
    text: none.gateway,
    attempt: creating(system, tokens.transitAttachment, ({ vpc, sourceSubnet }) => ({
      transitGatewayId: none.gateway,
      vpcId: vpc.id,
      subnetIds: [sourceSubnet.id],
    })),
  },
  {
    rule: "an attachment to another account's transit gateway that is not shared",
    code: "InvalidTransitGatewayID.NotFound",
    text: "does not exist",
    given: ({ builder }) => builder.create(security, tokens.transitGateway, {}),
    attempt: creating(system, tokens.transitAttachment, ({ vpc, sourceSubnet }, { id }) => ({
      transitGatewayId: id,
      vpcId: vpc.id,
      subnetIds: [sourceSubnet.id],
    })),
  },
  {
    rule: "to put something into a share that is not there",
    code: "UnknownResourceException",
    text: "could not be found",
    attempt: creating(security, tokens.shareWithPrincipal, () => ({
      resourceShareArn: "arn:aws:ram:ap-northeast-1:111111111111:resource-share/0",
      principal: system.accountId,
    })),
  },
  {
    rule: "a route to a transit gateway that the VPC is not attached to",
    code: "InvalidTransitGatewayID.NotFound",
    text: "does not exist",
    given: ({ builder }) => builder.create(system, tokens.transitGateway, {}),
    attempt: creating(system, tokens.route, ({ table }, { id }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.9.0.0/16",
      transitGatewayId: id,
    })),
  },
  {
    rule: "a route to a transit gateway by AWS's API, likewise",
    code: "InvalidTransitGatewayID.NotFound",
    text: "does not exist",
    attempt: calling(system, "ec2", "CreateRoute", ({ table }) => ({
      RouteTableId: table.id,
      DestinationCidrBlock: "10.9.0.0/16",
      TransitGatewayId: none.gateway,
    })),
  },
  {
    rule: "another account's transit gateway a route table",
    code: "InvalidTransitGatewayID.NotFound",
    text: "does not exist",
    given: giving("gateway"),
    attempt: creating(system, tokens.transitTable, (_, { id }) => ({ transitGatewayId: id })),
  },
  {
    rule: "to delete a transit gateway that has attachments",
    code: "IncorrectState",
    text: "has non-deleted Transit Gateway Attachments",
    given: giving("gateway"),
    attempt: deleting((_, gateway) => gateway),
  },
  {
    rule: "a second attachment of a VPC",
    code: "DuplicateTransitGatewayAttachment",
    text: "with same VPC ID",
    given: giving("attachment"),
    attempt: creating(system, tokens.transitAttachment, (_, { inputs }) => inputs),
  },
  {
    rule: "an attachment with two subnets in one AZ",
    code: "DuplicateSubnetsInSameZone",
    text: "same AZ",
    given: giving("attachment"),
    attempt: changing(
      (_, attachment) => attachment,
      ({ sourceSubnet, endpointSubnet }) => ({ subnetIds: [sourceSubnet.id, endpointSubnet.id] }),
    ),
  },
  {
    rule: "an attachment with another VPC's subnet",
    code: "InvalidSubnetID.NotFound",
    text: "does not exist",
    given: async ({ builder }) => {
      const vpc = await builder.create(system, tokens.vpc, { cidrBlock: "10.3.0.0/16" });
      const inputs = { vpcId: vpc.id, cidrBlock: "10.3.0.0/24", availabilityZoneId: "apne1-az4" };
      await builder.create(system, tokens.transitGateway, {});
      return builder.create(system, tokens.subnet, inputs);
    },
    attempt: creating(system, tokens.transitAttachment, ({ builder, vpc }, { id }) => ({
      transitGatewayId: builder.made.find(({ type }) => type === tokens.transitGateway)?.id,
      vpcId: vpc.id,
      subnetIds: [id],
    })),
  },
  {
    rule: "to accept an attachment that is available",
    code: "IncorrectState",
    text: "invalid state available",
    given: giving("attachment"),
    attempt: creating(security, tokens.transitAccepter, (_, { id }) => ({ transitGatewayAttachmentId: id })),
  },
  {
    rule: "the VPC's owner to accept",
    code: "IncorrectState",
    text: "invalid state pendingAcceptance",
    given: giving("attachment", "disable"),
    attempt: creating(system, tokens.transitAccepter, (_, { id }) => ({ transitGatewayAttachmentId: id })),
  },
  {
    rule: "to associate no attachment",
    code: "InvalidTransitGatewayAttachmentID.NotFound",
    text: none.attachment,
    given: giving("table"),
    attempt: creating(security, tokens.transitAssociation, (_, { id }) => ({
      transitGatewayAttachmentId: none.attachment,
      transitGatewayRouteTableId: id,
    })),
  },
  {
    rule: "to change a route table that has gone",
    code: "InvalidRouteTableID.NotFound",
    text: none.table,
    attempt: changingNothing(
      ({ vpc }) => ({ ...vpc, type: tokens.transitTable, inputs: { transitGatewayId: none.gateway } }),
      none.table,
    ),
  },
  {
    rule: "a second association of an attachment, here beside the default one",
    code: "Resource.AlreadyAssociated",
    text: "already associated",
    given: giving("table"),
    attempt: creating(security, tokens.transitAssociation, joining),
  },
  {
    rule: "a propagation twice",
    code: "TransitGatewayRouteTablePropagation.Duplicate",
    text: "already exists",
    given: twice(tokens.transitPropagation),
    attempt: creating(security, tokens.transitPropagation, joining),
  },
  {
    rule: "a static route twice",
    code: "RouteAlreadyExists",
    text: "10.9.0.0/16",
    given: twice(tokens.transitRoute, { destinationCidrBlock: "10.9.0.0/16" }),
    attempt: creating(security, tokens.transitRoute, (_, { outputs }) => ({
      destinationCidrBlock: "10.9.0.0/16",
      blackhole: true,
      transitGatewayRouteTableId: outputs["table"],
    })),
  },
  {
    rule: "to delete a route table that has associations",
    code: "IncorrectState",
    text: "has associations",
    given: async (path) => {
      const made = await giving("table")(path);
      const inputs = { ...joining(path, made), replaceExistingAssociation: true };
      await path.builder.create(security, tokens.transitAssociation, inputs);
      return made;
    },
    attempt: deleting((_, table) => table),
  },
];
