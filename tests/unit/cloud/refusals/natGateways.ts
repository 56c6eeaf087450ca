import { system, tokens, type Made, type Path } from "../topology";
import { calling, changingNothing, creating, deleting, type Refusal } from "./refusal";

const noAllocation = "eipalloc-0";

/** A NAT gateway in the path's VPC, its Elastic IP address among its inputs. */
const natGateway = async ({ builder, sourceSubnet }: Path): Promise<Made> => {
  const eip = await builder.create(system, tokens.eip, {});
  return builder.create(system, tokens.natGateway, { subnetId: sourceSubnet.id, allocationId: eip.id });
};

const inSubnet = ({ sourceSubnet }: Path, more: object = {}) => ({ subnetId: sourceSubnet.id, ...more });

export const natGateways: Refusal[] = [
  {
    rule: "a public NAT gateway without an Elastic IP address",
    code: "MissingParameter",
    text: "AllocationId",
    attempt: creating(system, tokens.natGateway, (path) => inSubnet(path)),
  },
  {
    rule: "a private one with an Elastic IP address",
    code: "InvalidParameter",
    text: "not supported for a private NAT gateway",
    given: ({ builder }) => builder.create(system, tokens.eip, {}),
    attempt: calling(system, "ec2", "CreateNatGateway", ({ sourceSubnet }, { id }) => ({
      SubnetId: sourceSubnet.id,
      ConnectivityType: "private",
      AllocationId: id,
    })),
  },
  {
    rule: "an Elastic IP address that there is not",
    code: "InvalidAllocationID.NotFound",
    text: noAllocation,
    attempt: creating(system, tokens.natGateway, (path) => inSubnet(path, { allocationId: noAllocation })),
  },
  {
    rule: "to release the address of a NAT gateway",
    code: "InvalidIPAddress.InUse",
    text: "is in use",
    given: natGateway,
    attempt: calling(system, "ec2", "ReleaseAddress", (_, { inputs }) => ({ AllocationId: inputs["allocationId"] })),
  },
  {
    rule: "a change of a NAT gateway that is gone",
    code: "NatGatewayNotFound",
    text: "nat-0",
    attempt: changingNothing(({ gateway }) => ({ ...gateway, type: tokens.natGateway }), "nat-0"),
  },
  {
    rule: "a route to a NAT gateway of another VPC",
    code: "InvalidParameterValue",
    text: "belong to different networks",
    given: async (path) => {
      const { id } = await natGateway(path);
      const vpc = await path.builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return { ...vpc, outputs: { ...vpc.outputs, natGatewayId: id } };
    },
    attempt: creating(system, tokens.route, (_, { outputs }) => ({
      routeTableId: outputs["mainRouteTableId"],
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: outputs["natGatewayId"],
    })),
  },
  {
    rule: "to delete the subnet of a NAT gateway",
    code: "DependencyViolation",
    text: "has dependencies and cannot be deleted",
    given: natGateway,
    attempt: deleting(({ sourceSubnet }) => sourceSubnet),
  },
  {
    rule: "to detach the internet gateway of a NAT gateway",
    code: "DependencyViolation",
    text: "some mapped public address(es)",
    given: natGateway,
    attempt: deleting(({ gateway }) => gateway),
  },
];
