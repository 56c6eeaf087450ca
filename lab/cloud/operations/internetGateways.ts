import type {
  AttachInternetGatewayRequest,
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult,
  DeleteInternetGatewayRequest,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DetachInternetGatewayRequest,
  InternetGateway as InternetGatewayOutput,
} from "@aws-sdk/client-ec2";
import { findGateway, noGateway } from "../ec2/findGateway";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findVpc } from "../ec2/findVpc";
import type { Context } from "../core/model";
import type { InternetGateway } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

export const CreateInternetGateway = operation(
  ["TagSpecifications"],
  (context: Context, input: CreateInternetGatewayRequest): CreateInternetGatewayResult => {
    const { accountId, region } = context.caller;
    const tags = tagsFor("CreateInternetGateway", "internet-gateway", input.TagSpecifications);
    const gateway: InternetGateway = { id: context.ids.resource("igw"), accountId, region, tags };
    context.state.tables.internetGateways[gateway.id] = gateway;
    context.changed();
    return { InternetGateway: gatewayOutput(gateway) };
  },
);

function gatewayOutput({ id, vpcId, accountId, tags }: InternetGateway): InternetGatewayOutput {
  return {
    // `available` is the state of a gateway that is attached.
    Attachments: vpcId === undefined ? [] : [{ State: "available" as "attached", VpcId: vpcId }],
    InternetGatewayId: id,
    OwnerId: accountId,
    Tags: tagList(tags),
  };
}

export const internetGatewayFilters: Filterable<InternetGateway> = {
  "attachment.state": (each) => (each.vpcId === undefined ? undefined : "available"),
  "attachment.vpc-id": (each) => each.vpcId,
  "internet-gateway-id": (each) => each.id,
  "owner-id": (each) => each.accountId,
};

export const DescribeInternetGateways = operation(
  ["Filters", "InternetGatewayIds"],
  (context: Context, input: DescribeInternetGatewaysRequest): DescribeInternetGatewaysResult => {
    const called = "DescribeInternetGateways";
    const own = ownedBy(context.state.tables.internetGateways, context.caller);
    const by = {
      ids: input.InternetGatewayIds,
      idOf: ({ id }: InternetGateway) => id,
      missing: (id: string) => noGateway(called, id),
    };
    return { InternetGateways: selected(called, own, by, input.Filters, internetGatewayFilters).map(gatewayOutput) };
  },
);

export const AttachInternetGateway = operation(
  ["InternetGatewayId", "VpcId"],
  (context: Context, { InternetGatewayId = "", VpcId = "" }: AttachInternetGatewayRequest): object => {
    const called = "AttachInternetGateway";
    const gateway = findGateway(context, called, InternetGatewayId);
    findVpc(context, called, VpcId);
    if (Object.values(context.state.tables.internetGateways).some((other) => other.vpcId === VpcId)) {
      const message = `Network ${VpcId} already has an internet gateway attached`;
      // Source: VPC user guide, quotas: one internet gateway per VPC; code and wording UNVERIFIED.
      throw ec2Error(called, "InvalidParameterValue", message);
    }
    if (gateway.vpcId !== undefined) {
      const message = `resource ${InternetGatewayId} is already attached to network ${gateway.vpcId}`;
      // Source: EC2 API, Error codes: Resource.AlreadyAssociated; wording as users report it.
      throw ec2Error(called, "Resource.AlreadyAssociated", message);
    }
    gateway.vpcId = VpcId;
    context.changed();
    return {};
  },
);

export const DetachInternetGateway = operation(
  ["InternetGatewayId", "VpcId"],
  (context: Context, { InternetGatewayId = "", VpcId = "" }: DetachInternetGatewayRequest): object => {
    const called = "DetachInternetGateway";
    const gateway = findGateway(context, called, InternetGatewayId);
    if (gateway.vpcId !== VpcId) {
      const message = `resource ${InternetGatewayId} is not attached to network ${VpcId}`;
      // Source: EC2 API, Error codes: Gateway.NotAttached; wording as users report it.
      throw ec2Error(called, "Gateway.NotAttached", message);
    }
    const mapped = Object.values(context.state.tables.networkInterfaces).some(
      (eni) => eni.vpcId === VpcId && eni.publicIpAddress !== undefined,
    );
    if (mapped) {
      // Source: EC2 API, Error codes: DependencyViolation; the provider repeats DetachInternetGateway on it; wording
      // UNVERIFIED.
      throw ec2Error(
        called,
        "DependencyViolation",
        `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before ` +
          "detaching the gateway.",
      );
    }
    delete gateway.vpcId;
    context.changed();
    return {};
  },
);

export const DeleteInternetGateway = operation(
  ["InternetGatewayId"],
  (context: Context, { InternetGatewayId: id = "" }: DeleteInternetGatewayRequest): object => {
    const gateway = findGateway(context, "DeleteInternetGateway", id);
    if (gateway.vpcId !== undefined) {
      const message = `The internetGateway '${id}' has dependencies and cannot be deleted.`;
      // Source: EC2 API, DeleteInternetGateway: must be detached first; Error codes: DependencyViolation; wording UNVERIFIED.
      throw ec2Error("DeleteInternetGateway", "DependencyViolation", message);
    }
    delete context.state.tables.internetGateways[id];
    context.changed();
    return {};
  },
);
