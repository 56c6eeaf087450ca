import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import type { Context, ResourceType } from "../core/model";
import { block, number, optionalNumber, optionalText, tagsOf, text, texts, type Properties } from "../core/properties";
import type { TrafficMirrorFilter, TrafficMirrorFilterRule } from "../core/records";
import { between, cidr, numeric, object, oneOf, region, string, stringSet, tags } from "../core/specs";
import { find } from "../core/state";

/** EC2 Traffic Mirroring: what of an interface's packets is copied. */

export function findFilter(context: Context, operation: string, id: string): TrafficMirrorFilter {
  const filter = find(context.state.tables.trafficMirrorFilters, id, context.caller);
  if (filter === undefined) {
    const message = `The TrafficMirrorFilter ID '${id}' does not exist`;
    // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidTrafficMirrorFilterId.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidTrafficMirrorFilterId.NotFound", message);
  }
  return filter;
}

function describeFilter(context: Context, id: string): Properties | undefined {
  const filter = find(context.state.tables.trafficMirrorFilters, id, context.caller);
  return (
    filter && {
      arn: arn(context, "ec2", `traffic-mirror-filter/${id}`),
      description: filter.description,
      networkServices: [],
      tags: filter.tags,
    }
  );
}

export const trafficMirrorFilter: ResourceType = {
  token: "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter",
  label: "EC2 Traffic Mirror Filter",
  inputs: { description: string({ replace: true }), networkServices: stringSet(), region, tags },
  validate: (inputs) =>
    texts(inputs, "networkServices").length === 0
      ? []
      : [{ property: "networkServices", reason: "this model mirrors no DNS of Amazon's: expected none" }],
  create: (context, inputs) => {
    const { accountId, region: own } = context.caller;
    const id = context.ids.resource("tmf");
    const description = optionalText(inputs, "description");
    context.state.tables.trafficMirrorFilters[id] = {
      id,
      accountId,
      region: own,
      tags: tagsOf(inputs),
      rules: {},
      ...(description !== undefined && { description }),
    };
    context.changed();
    return id;
  },
  read: describeFilter,
  update: (context, id, inputs) => {
    findFilter(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: (context, id) => {
    findFilter(context, "DeleteTrafficMirrorFilter", id);
    if (Object.values(context.state.tables.trafficMirrorSessions).some(({ filterId }) => filterId === id)) {
      const message = `The TrafficMirrorFilter '${id}' is in use`;
      // Source: EC2 API, Error codes: TrafficMirrorFilterInUse; wording UNVERIFIED.
      throw ec2Error("DeleteTrafficMirrorFilter", "TrafficMirrorFilterInUse", message);
    }
    delete context.state.tables.trafficMirrorFilters[id];
    context.changed();
  },
};

function ports(inputs: Properties, key: string): { from: number; to: number } | undefined {
  const range = block(inputs, key);
  const from = optionalNumber(range, "fromPort");
  return from === undefined ? undefined : { from, to: optionalNumber(range, "toPort") ?? from };
}

function ruleOf(inputs: Properties): TrafficMirrorFilterRule {
  const protocol = optionalNumber(inputs, "protocol");
  const [sourcePorts, destinationPorts] = [ports(inputs, "sourcePortRange"), ports(inputs, "destinationPortRange")];
  const description = optionalText(inputs, "description");
  return {
    number: number(inputs, "ruleNumber"),
    action: text(inputs, "ruleAction") === "accept" ? "accept" : "reject",
    direction: text(inputs, "trafficDirection") === "ingress" ? "ingress" : "egress",
    sourceCidrBlock: text(inputs, "sourceCidrBlock"),
    destinationCidrBlock: text(inputs, "destinationCidrBlock"),
    ...(protocol !== undefined && { protocol }),
    ...(sourcePorts && { sourcePorts }),
    ...(destinationPorts && { destinationPorts }),
    ...(description !== undefined && { description }),
  };
}

/** Of whichever filter: the provider is told the filter, too, and the model only the rule. */
function filterWith(context: Context, ruleId: string): TrafficMirrorFilter | undefined {
  const { accountId, region: own } = context.caller;
  return Object.values(context.state.tables.trafficMirrorFilters).find(
    (filter) => filter.accountId === accountId && filter.region === own && filter.rules[ruleId] !== undefined,
  );
}

const portRange = object({
  fromPort: numeric({ reject: between(0, 65535) }),
  toPort: numeric({ reject: between(0, 65535) }),
});

export const trafficMirrorFilterRule: ResourceType = {
  token: "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule",
  label: "EC2 Traffic Mirror Filter Rule",
  inputs: {
    description: string(),
    destinationCidrBlock: string({ required: true, reject: cidr }),
    destinationPortRange: portRange,
    protocol: numeric(),
    region,
    ruleAction: string({ required: true, reject: oneOf("accept", "reject") }),
    ruleNumber: numeric({ required: true }),
    sourceCidrBlock: string({ required: true, reject: cidr }),
    sourcePortRange: portRange,
    trafficDirection: string({ required: true, reject: oneOf("ingress", "egress") }),
    trafficMirrorFilterId: string({ required: true, replace: true }),
  },
  create: async (context, inputs) => {
    const filter = findFilter(context, "CreateTrafficMirrorFilterRule", text(inputs, "trafficMirrorFilterId"));
    const id = context.ids.resource("tmfr");
    filter.rules[id] = ruleOf(inputs);
    context.changed();
    await context.hooks.settled?.();
    return id;
  },
  read: (context, id) => {
    const filter = filterWith(context, id);
    const rule = filter?.rules[id];
    if (filter === undefined || rule === undefined) return undefined;
    const range = (given: { from: number; to: number } | undefined): Properties | undefined =>
      given && { fromPort: given.from, toPort: given.to };
    return {
      arn: arn(context, "ec2", `traffic-mirror-filter-rule/${id}`),
      description: rule.description,
      destinationCidrBlock: rule.destinationCidrBlock,
      destinationPortRange: range(rule.destinationPorts),
      protocol: rule.protocol,
      ruleAction: rule.action,
      ruleNumber: rule.number,
      sourceCidrBlock: rule.sourceCidrBlock,
      sourcePortRange: range(rule.sourcePorts),
      trafficDirection: rule.direction,
      trafficMirrorFilterId: filter.id,
    };
  },
  update: async (context, id, inputs) => {
    findFilter(context, "ModifyTrafficMirrorFilterRule", text(inputs, "trafficMirrorFilterId")).rules[id] =
      ruleOf(inputs);
    context.changed();
    await context.hooks.settled?.();
  },
  delete: (context, id) => {
    delete filterWith(context, id)?.rules[id];
    context.changed();
  },
};
