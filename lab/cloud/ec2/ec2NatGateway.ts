import type { ConnectivityType } from "@aws-sdk/client-ec2";
import { AwsError } from "../core/errors";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { optionalText, tagsOf, text, type Properties } from "../core/properties";
import { oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import { settledOf } from "../core/transition";
import { CreateNatGateway, DeleteNatGateway } from "../operations/natGateways";
import { specificationsOf } from "../operations/tagging";
import { findNatGateway } from "./findNatGateway";

async function create(context: Context, inputs: Properties): Promise<string> {
  const { NatGateway: made } = CreateNatGateway.run(context, {
    SubnetId: text(inputs, "subnetId"),
    ConnectivityType: text(inputs, "connectivityType") as ConnectivityType,
    AllocationId: optionalText(inputs, "allocationId"),
    PrivateIpAddress: optionalText(inputs, "privateIp"),
    ...specificationsOf("natgateway", tagsOf(inputs)),
  });
  const id = made?.NatGatewayId ?? "";
  context.created(id);
  await settledOf(context, id);
  const failure = context.state.tables.natGateways[id]?.failure;
  if (failure === undefined) return id;
  // Source: terraform-provider-aws, internal/service/ec2/vpc_nat_gateway.go and wait.go, waitNATGatewayCreated.
  throw new AwsError(
    failure.code,
    `waiting for EC2 NAT Gateway (${id}) create: unexpected state 'failed', wanted target 'available'. ` +
      `last error: ${failure.code}: ${failure.message}`,
  );
}

function read(context: Context, id: string): Properties | undefined {
  const gateway = find(context.state.tables.natGateways, id, context.caller);
  if (gateway === undefined) return undefined;
  const { networkInterfaces, addresses } = context.state.tables;
  const eni = networkInterfaces[gateway.networkInterfaceId ?? ""];
  return {
    allocationId: gateway.allocationId ?? "",
    associationId: addresses[gateway.allocationId ?? ""]?.associationId ?? "",
    autoProvisionZones: "",
    autoScalingIps: "",
    availabilityMode: "zonal",
    connectivityType: gateway.connectivityType,
    networkInterfaceId: eni?.id ?? "",
    privateIp: eni?.privateIpAddress ?? "",
    publicIp: eni?.publicIpAddress ?? "",
    regionalNatGatewayAddresses: [],
    regionalNatGatewayAutoMode: "",
    routeTableId: "",
    secondaryAllocationIds: [],
    secondaryPrivateIpAddressCount: 0,
    secondaryPrivateIpAddresses: [],
    subnetId: gateway.subnetId,
    vpcId: gateway.vpcId,
    tags: gateway.tags,
  };
}

/** Source: terraform-provider-aws, vpc_nat_gateway.go, resourceNATGatewayCustomizeDiff. */
function validate(inputs: Properties): Failure[] {
  return inputs["connectivityType"] === "private" && inputs["allocationId"] !== undefined
    ? [{ property: "allocationId", reason: `allocation_id is not supported with connectivity_type = "private"` }]
    : [];
}

export const natGateway: ResourceType = {
  token: "aws:ec2/natGateway:NatGateway",
  label: "EC2 NAT Gateway",
  inputs: {
    allocationId: string({ replace: true }),
    connectivityType: string({ default: "public", replace: true, reject: oneOf("private", "public") }),
    privateIp: string({ computed: true, replace: true }),
    subnetId: string({ required: true, replace: true }),
    region,
    tags,
  },
  validate,
  create,
  read,
  update: (context, id, inputs) => {
    findNatGateway(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: async (context, id) => {
    DeleteNatGateway.run(context, { NatGatewayId: id });
    await settledOf(context, id);
  },
};
