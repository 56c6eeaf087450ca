import { arn } from "../core/arn";
import type { Context, ResourceType } from "../core/model";
import { optionalText, tagsOf, type Properties } from "../core/properties";
import type { TransitGateway } from "../core/records";
import { oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import { transition } from "../core/transition";
import { findOwnTransitGateway, incorrectState } from "./findTransit";
import { newTransitTable } from "./transitTable";

/** Seconds of AWS's time. UNVERIFIED. */
const pendingSeconds = 60;

export const enableOr = (otherwise: "enable" | "disable") =>
  string({ default: otherwise, reject: oneOf("enable", "disable") });

export const isEnabled = (inputs: Properties, key: string): boolean => inputs[key] === "enable";
export const enabled = (is: boolean): string => (is ? "enable" : "disable");

/** It comes with one route table for both defaults, unless neither is wanted (Transit Gateway guide, "Route tables"). */
async function create(context: Context, inputs: Properties): Promise<string> {
  const { transitGateways } = context.state.tables;
  const id = context.ids.resource("tgw");
  const description = optionalText(inputs, "description");
  const gateway: TransitGateway = {
    id,
    accountId: context.caller.accountId,
    region: context.caller.region,
    tags: tagsOf(inputs),
    ...(description !== undefined && { description }),
    ...optionsOf(inputs),
  };
  transitGateways[id] = gateway;
  const defaults = ["association", "propagation"] as const;
  const wanted = defaults.filter((each) => isEnabled(inputs, `defaultRouteTable${capital(each)}`));
  if (wanted.length > 0) {
    const table = newTransitTable(context, id, {});
    for (const each of wanted) gateway[`${each}DefaultRouteTableId`] = table.id;
  }
  context.changed();
  context.created(id);
  await transition(context, ({ clock }) => clock.wait(pendingSeconds));
  return id;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function optionsOf(inputs: Properties) {
  return {
    autoAcceptSharedAttachments: isEnabled(inputs, "autoAcceptSharedAttachments"),
    securityGroupReferencing: isEnabled(inputs, "securityGroupReferencingSupport"),
  };
}

function read(context: Context, id: string): Properties | undefined {
  const gateway = find(context.state.tables.transitGateways, id, context.caller);
  return (
    gateway && {
      arn: arn(context, "ec2", `transit-gateway/${id}`),
      associationDefaultRouteTableId: gateway.associationDefaultRouteTableId ?? "",
      autoAcceptSharedAttachments: enabled(gateway.autoAcceptSharedAttachments),
      defaultRouteTableAssociation: enabled(gateway.associationDefaultRouteTableId !== undefined),
      defaultRouteTablePropagation: enabled(gateway.propagationDefaultRouteTableId !== undefined),
      description: gateway.description ?? "",
      ownerId: gateway.accountId,
      propagationDefaultRouteTableId: gateway.propagationDefaultRouteTableId ?? "",
      securityGroupReferencingSupport: enabled(gateway.securityGroupReferencing),
      tags: gateway.tags,
    }
  );
}

function update(context: Context, id: string, inputs: Properties): void {
  const gateway = findOwnTransitGateway(context, "ModifyTransitGateway", id);
  Object.assign(gateway, optionsOf(inputs), { description: optionalText(inputs, "description") });
  gateway.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  const { transitGateways, transitGatewayAttachments, transitGatewayRouteTables: tables } = context.state.tables;
  const operation = "DeleteTransitGateway";
  findOwnTransitGateway(context, operation, id);
  if (Object.values(transitGatewayAttachments).some((attachment) => attachment.transitGatewayId === id)) {
    throw incorrectState(operation, `${id} has non-deleted Transit Gateway Attachments`);
  }
  for (const table of Object.values(tables)) if (table.transitGatewayId === id) delete tables[table.id];
  delete transitGateways[id];
  context.changed();
  await context.hooks.settled?.();
}

export const transitGateway: ResourceType = {
  token: "aws:ec2transitgateway/transitGateway:TransitGateway",
  label: "EC2 Transit Gateway",
  inputs: {
    autoAcceptSharedAttachments: enableOr("disable"),
    // In place with the provider; the model makes the default table with the gateway.
    defaultRouteTableAssociation: { ...enableOr("enable"), replace: true },
    defaultRouteTablePropagation: { ...enableOr("enable"), replace: true },
    description: string(),
    securityGroupReferencingSupport: enableOr("disable"),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};
