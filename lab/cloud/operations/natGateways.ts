import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  NatGateway as NatGatewayOutput,
} from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import type { Context } from "../core/model";
import type { NatGateway } from "../core/records";
import { ownedBy } from "../core/state";
import { begin } from "../core/transition";
import { findAddress } from "../ec2/findAddress";
import { findNatGateway, noNatGateway } from "../ec2/findNatGateway";
import { findSubnet } from "../ec2/findSubnet";
import { becomeAvailable, disappear } from "../ec2/natGatewayLife";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

/** In one AZ, with one address. */
export const CreateNatGateway = operation(
  ["AllocationId", "ClientToken", "ConnectivityType", "PrivateIpAddress", "SubnetId", "TagSpecifications"],
  (context: Context, input: CreateNatGatewayRequest): CreateNatGatewayResult => {
    const called = "CreateNatGateway";
    const { accountId, region } = context.caller;
    const subnet = findSubnet(context, called, input.SubnetId ?? "");
    const { AllocationId: allocationId, ConnectivityType: connectivityType = "public" } = input;
    checkAddress(context, connectivityType, allocationId);
    const gateway: NatGateway = {
      id: context.ids.resource("nat"),
      accountId,
      region,
      tags: tagsFor(called, "natgateway", input.TagSpecifications),
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      connectivityType,
      state: "pending",
      ...(allocationId !== undefined && { allocationId }),
      created: Date.now(),
    };
    context.state.tables.natGateways[gateway.id] = gateway;
    begin(context, gateway.id, (unattended) => becomeAvailable(unattended, gateway, input.PrivateIpAddress));
    context.changed();
    return { NatGateway: natGatewayOutput(context, gateway) };
  },
);

function checkAddress(context: Context, connectivityType: string, allocationId: string | undefined): void {
  const called = "CreateNatGateway";
  if (connectivityType === "public" && allocationId === undefined) {
    // Source: EC2 API, CreateNatGateway: AllocationId is required for a public one; Error codes: MissingParameter; wording UNVERIFIED.
    throw ec2Error(called, "MissingParameter", "The request must include the AllocationId parameter");
  }
  if (connectivityType === "private" && allocationId !== undefined) {
    const message = "AllocationId is not supported for a private NAT gateway";
    // Source: EC2 API, CreateNatGateway: a private one has no Elastic IP address; code and wording UNVERIFIED.
    throw ec2Error(called, "InvalidParameter", message);
  }
  if (allocationId !== undefined) findAddress(context, called, allocationId);
}

function natGatewayOutput({ state: { tables } }: Context, gateway: NatGateway): NatGatewayOutput {
  const { id, allocationId, state, failure } = gateway;
  const eni = tables.networkInterfaces[gateway.networkInterfaceId ?? ""];
  const address = tables.addresses[allocationId ?? ""];
  return {
    NatGatewayId: id,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    State: state,
    ConnectivityType: gateway.connectivityType,
    AvailabilityMode: "zonal",
    CreateTime: new Date(gateway.created),
    ...(failure !== undefined && state === "failed" && { FailureCode: failure.code, FailureMessage: failure.message }),
    NatGatewayAddresses: [
      {
        ...(allocationId !== undefined && { AllocationId: allocationId }),
        ...(eni !== undefined && { NetworkInterfaceId: eni.id, PrivateIp: eni.privateIpAddress }),
        ...(eni?.publicIpAddress !== undefined && {
          PublicIp: eni.publicIpAddress,
          AssociationId: address?.associationId,
        }),
        IsPrimary: true,
        Status: state === "failed" ? "failed" : "succeeded",
      },
    ],
    Tags: tagList(gateway.tags),
  };
}

const natGatewayFilters: Filterable<NatGateway> = {
  "nat-gateway-id": ({ id }) => id,
  state: ({ state }) => state,
  "subnet-id": ({ subnetId }) => subnetId,
  "vpc-id": ({ vpcId }) => vpcId,
};

export const DescribeNatGateways = operation(
  ["Filter", "NatGatewayIds"],
  (context: Context, { Filter, NatGatewayIds: ids }: DescribeNatGatewaysRequest): DescribeNatGatewaysResult => {
    const called = "DescribeNatGateways";
    const own = ownedBy(context.state.tables.natGateways, context.caller);
    const by = { ids, idOf: ({ id }: NatGateway) => id, missing: (id: string) => noNatGateway(called, id) };
    const found = selected(called, own, by, Filter, natGatewayFilters);
    return { NatGateways: found.map((gateway) => natGatewayOutput(context, gateway)) };
  },
);

export const DeleteNatGateway = operation(
  ["NatGatewayId"],
  (context: Context, { NatGatewayId = "" }: DeleteNatGatewayRequest): DeleteNatGatewayResult => {
    const gateway = findNatGateway(context, "DeleteNatGateway", NatGatewayId);
    if (gateway.state !== "deleting") {
      gateway.state = "deleting";
      begin(context, gateway.id, (unattended) => disappear(unattended, gateway));
      context.changed();
    }
    return { NatGatewayId };
  },
);
