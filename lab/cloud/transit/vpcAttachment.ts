import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import { deleteInterfaces, createInterface } from "../ec2/networkInterface";
import { findSubnet, noSubnet } from "../ec2/findSubnet";
import { findVpc } from "../ec2/findVpc";
import type { Context, ResourceType } from "../core/model";
import { tagsOf, text, texts, type Properties } from "../core/properties";
import type { Subnet, TransitGatewayAttachment } from "../core/records";
import { boolean, region, string, stringSet, tags } from "../core/specs";
import { find } from "../core/state";
import { begin, settledOf } from "../core/transition";
import { findAttachment, findTransitGateway, incorrectState, visibleAttachment } from "./findTransit";
import { enabled, enableOr, isEnabled } from "./transitGateway";

/** Seconds of AWS's time. UNVERIFIED. */
const pendingSeconds = 60;
const deletingSeconds = 60;

/** Whether it is associated with, and propagates into, the transit gateway's default tables when it becomes available. */
interface Joins {
  association: boolean;
  propagation: boolean;
}

const joinsOf = (inputs: Properties): Joins => ({
  association: inputs["transitGatewayDefaultRouteTableAssociation"] !== false,
  propagation: inputs["transitGatewayDefaultRouteTablePropagation"] !== false,
});

async function becomeAvailable(context: Context, attachment: TransitGatewayAttachment, joins: Joins): Promise<void> {
  await context.clock.wait(pendingSeconds);
  if (attachment.state !== "pending") return;
  attachment.state = "available";
  const { transitGateways, transitGatewayRouteTables: tables } = context.state.tables;
  const gateway = transitGateways[attachment.transitGatewayId];
  if (joins.association) tables[gateway?.associationDefaultRouteTableId ?? ""]?.attachmentIds.push(attachment.id);
  if (joins.propagation) {
    tables[gateway?.propagationDefaultRouteTableId ?? ""]?.propagatingAttachmentIds.push(attachment.id);
  }
  context.changed();
  await context.hooks.settled?.();
}

/** One in each AZ. */
function subnetsOf(context: Context, operation: string, vpcId: string, ids: string[]): Subnet[] {
  const subnets = ids.map((id) => findSubnet(context, operation, id));
  const elsewhere = subnets.find((subnet) => subnet.vpcId !== vpcId);
  // That it is this error is UNVERIFIED.
  if (elsewhere !== undefined) throw noSubnet(operation, elsewhere.id);
  if (new Set(subnets.map(({ availabilityZoneId }) => availabilityZoneId)).size < subnets.length) {
    const message = `Duplicate Subnets for same AZ: ${ids.join(", ")}`;
    // Source: EC2 API, Error codes: DuplicateSubnetsInSameZone; wording UNVERIFIED.
    throw ec2Error(operation, "DuplicateSubnetsInSameZone", message);
  }
  return subnets;
}

/** Interfaces go with the subnets that go, and come with those that come. */
function place(context: Context, operation: string, attachment: TransitGatewayAttachment, subnets: Subnet[]): void {
  const { networkInterfaces } = context.state.tables;
  const subnetOf = (eniId: string): string => networkInterfaces[eniId]?.subnetId ?? "";
  const wanted = subnets.map(({ id }) => id);
  const added = subnets
    .filter(({ id }) => !attachment.subnetIds.includes(id))
    .map((subnet) =>
      createInterface(context, {
        operation,
        subnet,
        description: `Network Interface for Transit Gateway Attachment ${attachment.id}`,
        interfaceType: "transit_gateway",
        securityGroupIds: [],
        owner: { kind: "transitGatewayAttachment", id: attachment.id },
        sourceDestCheck: false,
      }),
    );
  const gone = attachment.networkInterfaceIds.filter((id) => !wanted.includes(subnetOf(id)));
  const kept = attachment.networkInterfaceIds.filter((id) => !gone.includes(id));
  deleteInterfaces(context, gone);
  attachment.networkInterfaceIds = [...kept, ...added.map(({ id }) => id)];
  attachment.subnetIds = wanted;
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const operation = "CreateTransitGatewayVpcAttachment";
  const { transitGatewayAttachments } = context.state.tables;
  const gateway = findTransitGateway(context, operation, text(inputs, "transitGatewayId"));
  const vpc = findVpc(context, operation, text(inputs, "vpcId"));
  const known = Object.values(transitGatewayAttachments);
  if (known.some(({ transitGatewayId, vpcId }) => transitGatewayId === gateway.id && vpcId === vpc.id)) {
    const message = `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`;
    // Source: EC2 API, Error codes: DuplicateTransitGatewayAttachment; wording as users report it.
    throw ec2Error(operation, "DuplicateTransitGatewayAttachment", message);
  }
  const subnets = subnetsOf(context, operation, vpc.id, texts(inputs, "subnetIds"));
  const isOwn = gateway.accountId === vpc.accountId;
  const isAccepted = isOwn || gateway.autoAcceptSharedAttachments;
  const attachment: TransitGatewayAttachment = {
    id: context.ids.resource("tgw-attach"),
    accountId: vpc.accountId,
    region: vpc.region,
    tags: tagsOf(inputs),
    transitGatewayId: gateway.id,
    vpcId: vpc.id,
    state: isAccepted ? "pending" : "pendingAcceptance",
    subnetIds: [],
    networkInterfaceIds: [],
    applianceMode: isEnabled(inputs, "applianceModeSupport"),
    securityGroupReferencing: isEnabled(inputs, "securityGroupReferencingSupport"),
  };
  place(context, operation, attachment, subnets);
  const { id } = attachment;
  transitGatewayAttachments[id] = attachment;
  if (isAccepted) begin(context, id, (unattended) => becomeAvailable(unattended, attachment, joinsOf(inputs)));
  context.changed();
  context.created(id);
  // The provider returns at `pendingAcceptance`, too.
  await settledOf(context, id);
  return id;
}

function describe(context: Context, attachment: TransitGatewayAttachment): Properties {
  const { transitGateways, transitGatewayRouteTables } = context.state.tables;
  const { id, transitGatewayId } = attachment;
  const gateway = transitGateways[transitGatewayId];
  const table = (of: string | undefined) => transitGatewayRouteTables[of ?? ""];
  // Of another account's tables the provider knows nothing, and says what it says by default (ec2/transitgateway_vpc_attachment.go).
  const unknown = gateway?.accountId !== context.caller.accountId;
  return {
    applianceModeSupport: enabled(attachment.applianceMode),
    securityGroupReferencingSupport: enabled(attachment.securityGroupReferencing),
    subnetIds: [...attachment.subnetIds].sort(),
    transitGatewayDefaultRouteTableAssociation:
      unknown || table(gateway.associationDefaultRouteTableId)?.attachmentIds.includes(id) === true,
    transitGatewayDefaultRouteTablePropagation:
      unknown || table(gateway.propagationDefaultRouteTableId)?.propagatingAttachmentIds.includes(id) === true,
    transitGatewayId,
    vpcId: attachment.vpcId,
    vpcOwnerId: attachment.accountId,
    tags: attachment.tags,
  };
}

async function update(context: Context, id: string, inputs: Properties): Promise<void> {
  const operation = "ModifyTransitGatewayVpcAttachment";
  const attachment = findAttachment(context, operation, id);
  place(context, operation, attachment, subnetsOf(context, operation, attachment.vpcId, texts(inputs, "subnetIds")));
  attachment.applianceMode = isEnabled(inputs, "applianceModeSupport");
  attachment.securityGroupReferencing = isEnabled(inputs, "securityGroupReferencingSupport");
  attachment.tags = tagsOf(inputs);
  context.changed();
  await context.hooks.settled?.();
}

/** Either owner may (Transit Gateway guide, "Transit gateways"). Static routes to it stay, as blackholes. */
async function remove(context: Context, id: string): Promise<void> {
  const { tables } = context.state;
  const attachment = findAttachment(context, "DeleteTransitGatewayVpcAttachment", id);
  if (attachment.state !== "deleting") {
    attachment.state = "deleting";
    begin(context, id, async ({ clock, hooks }) => {
      await clock.wait(deletingSeconds);
      deleteInterfaces(context, attachment.networkInterfaceIds);
      for (const table of Object.values(tables.transitGatewayRouteTables)) {
        table.attachmentIds = table.attachmentIds.filter((each) => each !== id);
        table.propagatingAttachmentIds = table.propagatingAttachmentIds.filter((each) => each !== id);
      }
      delete tables.transitGatewayAttachments[id];
      context.changed();
      await hooks.settled?.();
    });
    context.changed();
  }
  await settledOf(context, id);
}

const defaults = {
  transitGatewayDefaultRouteTableAssociation: boolean({ computed: true }),
  transitGatewayDefaultRouteTablePropagation: boolean({ computed: true }),
};

export const transitGatewayVpcAttachment: ResourceType = {
  token: "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  label: "EC2 Transit Gateway VPC Attachment",
  inputs: {
    applianceModeSupport: enableOr("disable"),
    securityGroupReferencingSupport: enableOr("enable"),
    subnetIds: stringSet({ required: true }),
    transitGatewayId: string({ required: true, replace: true }),
    vpcId: string({ required: true, replace: true }),
    ...defaults,
    region,
    tags,
  },
  create,
  read: (context, id) => {
    const attachment = find(context.state.tables.transitGatewayAttachments, id, context.caller);
    return (
      attachment && {
        arn: arn(context, "ec2", `transit-gateway-attachment/${id}`),
        ...describe(context, attachment),
      }
    );
  },
  update,
  delete: remove,
};

async function accept(context: Context, inputs: Properties): Promise<string> {
  const operation = "AcceptTransitGatewayVpcAttachment";
  const attachment = findAttachment(context, operation, text(inputs, "transitGatewayAttachmentId"));
  const { id, state, accountId, transitGatewayId } = attachment;
  const owner = context.state.tables.transitGateways[transitGatewayId]?.accountId;
  if (state !== "pendingAcceptance" || context.caller.accountId !== owner) {
    throw incorrectState(operation, `${id} of account ${accountId} is in invalid state ${state}`);
  }
  attachment.state = "pending";
  begin(context, id, (unattended) => becomeAvailable(unattended, attachment, joinsOf(inputs)));
  context.changed();
  context.created(id);
  await settledOf(context, id);
  return id;
}

export const transitGatewayVpcAttachmentAccepter: ResourceType = {
  token: "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
  label: "EC2 Transit Gateway VPC Attachment Accepter",
  inputs: {
    transitGatewayAttachmentId: string({ required: true, replace: true }),
    ...defaults,
    region,
    tags,
  },
  create: accept,
  read: (context, id) => {
    const attachment = visibleAttachment(context, id);
    if (attachment === undefined || attachment.state === "pendingAcceptance") return undefined;
    return { transitGatewayAttachmentId: id, ...describe(context, attachment) };
  },
  update: (context, id, inputs) => {
    findAttachment(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: remove,
};
