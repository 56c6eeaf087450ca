import { arn } from "./arn";
import { findVpc } from "./findVpc";
import { ec2Error } from "./errors";
import type { Context, ResourceType } from "./model";
import { optionalText, tagsOf, type Properties } from "./properties";
import type { InternetGateway } from "./records";
import { retryWhile } from "./retry";
import { region, string, tags } from "./specs";
import { find } from "./state";

function findGateway(context: Context, operation: string, id: string): InternetGateway {
  const gateway = find(context.state.tables.internetGateways, id, context.caller);
  if (gateway === undefined) {
    const message = `The internetGateway ID '${id}' does not exist`;
    // Source: EC2 API, Error codes: InvalidInternetGatewayID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidInternetGatewayID.NotFound", message);
  }
  return gateway;
}

function attach(context: Context, gateway: InternetGateway, vpcId: string): void {
  findVpc(context, "AttachInternetGateway", vpcId);
  const other = Object.values(context.state.tables.internetGateways).find((candidate) => candidate.vpcId === vpcId);
  if (other !== undefined) {
    const message = `Network ${vpcId} already has an internet gateway attached`;
    // Source: VPC user guide, quotas: one internet gateway per VPC; code and wording UNVERIFIED.
    throw ec2Error("AttachInternetGateway", "InvalidParameterValue", message);
  }
  gateway.vpcId = vpcId;
}

async function detach(context: Context, gateway: InternetGateway): Promise<void> {
  const { vpcId } = gateway;
  if (vpcId === undefined) return;
  // The provider repeats DetachInternetGateway for twenty minutes while public addresses are mapped.
  await retryWhile(context, "DependencyViolation", 1200, () => {
    const mapped = Object.values(context.state.tables.networkInterfaces).some(
      (eni) => eni.vpcId === vpcId && eni.publicIpAddress !== undefined,
    );
    if (mapped) {
      // Source: EC2 API, Error codes: DependencyViolation; the provider repeats DetachInternetGateway on it; wording
      // UNVERIFIED.
      throw ec2Error(
        "DetachInternetGateway",
        "DependencyViolation",
        `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before ` +
          "detaching the gateway.",
      );
    }
  });
  delete gateway.vpcId;
  context.changed();
}

function create(context: Context, inputs: Properties): string {
  const { accountId, region: own } = context.caller;
  const gateway: InternetGateway = { id: context.ids.resource("igw"), accountId, region: own, tags: tagsOf(inputs) };
  const vpcId = optionalText(inputs, "vpcId");
  if (vpcId !== undefined) attach(context, gateway, vpcId);
  context.state.tables.internetGateways[gateway.id] = gateway;
  context.changed();
  return gateway.id;
}

function read(context: Context, id: string): Properties | undefined {
  const gateway = find(context.state.tables.internetGateways, id, context.caller);
  return (
    gateway && {
      arn: arn(context, "ec2", `internet-gateway/${id}`),
      ownerId: gateway.accountId,
      vpcId: gateway.vpcId ?? "",
      tags: gateway.tags,
    }
  );
}

async function update(context: Context, id: string, inputs: Properties): Promise<void> {
  const gateway = findGateway(context, "AttachInternetGateway", id);
  const vpcId = optionalText(inputs, "vpcId") ?? gateway.vpcId;
  if (vpcId !== gateway.vpcId) {
    await detach(context, gateway);
    if (vpcId !== undefined) attach(context, gateway, vpcId);
  }
  gateway.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  await detach(context, findGateway(context, "DeleteInternetGateway", id));
  delete context.state.tables.internetGateways[id];
  context.changed();
}

export const internetGateway: ResourceType = {
  token: "aws:ec2/internetGateway:InternetGateway",
  label: "EC2 Internet Gateway",
  inputs: { vpcId: string({ computed: true }), region, tags },
  create,
  read,
  update,
  delete: remove,
};
