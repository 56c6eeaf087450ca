import { arn } from "../core/arn";
import { findGateway } from "./findGateway";
import type { Context, ResourceType } from "../core/model";
import { optionalText, tagsOf, type Properties } from "../core/properties";
import {
  AttachInternetGateway,
  CreateInternetGateway,
  DeleteInternetGateway,
  DetachInternetGateway,
} from "../operations/internetGateways";
import { specificationsOf } from "../operations/tagging";
import { retryWhile } from "../core/retry";
import { region, string, tags } from "../core/specs";
import { find } from "../core/state";

function attach(context: Context, InternetGatewayId: string, VpcId: string): void {
  AttachInternetGateway.run(context, { InternetGatewayId, VpcId });
}

async function detach(context: Context, InternetGatewayId: string, VpcId: string | undefined): Promise<void> {
  if (VpcId === undefined) return;
  // The provider repeats DetachInternetGateway for twenty minutes while public addresses are mapped.
  await retryWhile(
    context,
    "DependencyViolation",
    1200,
    () => void DetachInternetGateway.run(context, { InternetGatewayId, VpcId }),
  );
}

function create(context: Context, inputs: Properties): string {
  const tagging = specificationsOf("internet-gateway", tagsOf(inputs));
  const { InternetGateway: made } = CreateInternetGateway.run(context, tagging);
  const id = made?.InternetGatewayId ?? "";
  const vpcId = optionalText(inputs, "vpcId");
  if (vpcId === undefined) return id;
  context.created(id);
  attach(context, id, vpcId);
  return id;
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
    await detach(context, id, gateway.vpcId);
    if (vpcId !== undefined) attach(context, id, vpcId);
  }
  gateway.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  await detach(context, id, findGateway(context, "DeleteInternetGateway", id).vpcId);
  DeleteInternetGateway.run(context, { InternetGatewayId: id });
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
