import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import { findInterface } from "./findInterface";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { number, optionalNumber, optionalText, tagsOf, text, type Properties } from "../core/properties";
import type { TrafficMirrorSession, TrafficMirrorTarget } from "../core/records";
import { between, numeric, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import { findFilter } from "./trafficMirrorFilter";

/** EC2 Traffic Mirroring: from which interface to which collector. */

function findTarget(context: Context, operation: string, id: string): TrafficMirrorTarget {
  const target = find(context.state.tables.trafficMirrorTargets, id, context.caller);
  if (target === undefined) {
    const message = `The TrafficMirrorTarget ID '${id}' does not exist`;
    // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidTrafficMirrorTargetId.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidTrafficMirrorTargetId.NotFound", message);
  }
  return target;
}

const others = ["gatewayLoadBalancerEndpointId", "networkLoadBalancerArn"];

/** The provider's schema: exactly one of three. Load balancers behind a target are not modelled. */
function onlyInterfaces(inputs: Properties): Failure[] {
  const given = others.filter((key) => inputs[key] !== undefined);
  if (given.length > 0) return given.map((property) => ({ property, reason: "this model mirrors to interfaces only" }));
  if (inputs["networkInterfaceId"] !== undefined) return [];
  return [
    { property: "networkInterfaceId", reason: `one of ${["networkInterfaceId", ...others].join(", ")} is needed` },
  ];
}

export const trafficMirrorTarget: ResourceType = {
  token: "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget",
  label: "EC2 Traffic Mirror Target",
  inputs: {
    description: string({ replace: true }),
    gatewayLoadBalancerEndpointId: string({ replace: true }),
    networkInterfaceId: string({ replace: true }),
    networkLoadBalancerArn: string({ replace: true }),
    region,
    tags,
  },
  validate: onlyInterfaces,
  create: (context, inputs) => {
    const { accountId, region: own } = context.caller;
    const eni = findInterface(context, "CreateTrafficMirrorTarget", text(inputs, "networkInterfaceId"));
    const id = context.ids.resource("tmt");
    const description = optionalText(inputs, "description");
    context.state.tables.trafficMirrorTargets[id] = {
      id,
      accountId,
      region: own,
      tags: tagsOf(inputs),
      networkInterfaceId: eni.id,
      ...(description !== undefined && { description }),
    };
    context.changed();
    return id;
  },
  read: (context, id) => {
    const target = find(context.state.tables.trafficMirrorTargets, id, context.caller);
    return (
      target && {
        arn: arn(context, "ec2", `traffic-mirror-target/${id}`),
        description: target.description,
        networkInterfaceId: target.networkInterfaceId,
        ownerId: target.accountId,
        tags: target.tags,
      }
    );
  },
  update: (context, id, inputs) => {
    findTarget(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: (context, id) => {
    findTarget(context, "DeleteTrafficMirrorTarget", id);
    if (Object.values(context.state.tables.trafficMirrorSessions).some(({ targetId }) => targetId === id)) {
      const message = `The TrafficMirrorTarget '${id}' is in use`;
      // Source: EC2 API, Error codes: TrafficMirrorTargetInUse; wording UNVERIFIED.
      throw ec2Error("DeleteTrafficMirrorTarget", "TrafficMirrorTargetInUse", message);
    }
    delete context.state.tables.trafficMirrorTargets[id];
    context.changed();
  },
};

/** VPC Traffic Mirroring, "Traffic Mirroring quotas": sessions per source network interface. */
const mostSessions = 3;
/** Of the VNIs that AWS chooses at random, those that this model gives. */
const [firstVni, vnis] = [0x100000, 0xeffff0];

function settingsOf(
  context: Context,
  operation: string,
  inputs: Properties,
): Pick<TrafficMirrorSession, "filterId" | "targetId" | "number" | "packetLength" | "description"> {
  const packetLength = optionalNumber(inputs, "packetLength");
  const description = optionalText(inputs, "description");
  return {
    filterId: findFilter(context, operation, text(inputs, "trafficMirrorFilterId")).id,
    targetId: findTarget(context, operation, text(inputs, "trafficMirrorTargetId")).id,
    number: number(inputs, "sessionNumber"),
    ...(packetLength !== undefined && { packetLength }),
    ...(description !== undefined && { description }),
  };
}

export const trafficMirrorSession: ResourceType = {
  token: "aws:ec2/trafficMirrorSession:TrafficMirrorSession",
  label: "EC2 Traffic Mirror Session",
  inputs: {
    description: string(),
    networkInterfaceId: string({ required: true, replace: true }),
    packetLength: numeric({ reject: between(1, 8500) }),
    region,
    sessionNumber: numeric({ required: true, reject: between(1, 32766) }),
    tags,
    trafficMirrorFilterId: string({ required: true }),
    trafficMirrorTargetId: string({ required: true }),
    virtualNetworkId: numeric({ computed: true, reject: between(1, 16777216) }),
  },
  create: async (context, inputs) => {
    const { accountId, region: own } = context.caller;
    const operation = "CreateTrafficMirrorSession";
    const eni = findInterface(context, operation, text(inputs, "networkInterfaceId"));
    const sessions = Object.values(context.state.tables.trafficMirrorSessions);
    if (sessions.filter(({ networkInterfaceId }) => networkInterfaceId === eni.id).length >= mostSessions) {
      const message = `The interface '${eni.id}' has ${mostSessions} sessions`;
      // Source: VPC Traffic Mirroring, "Traffic Mirroring quotas"; code and wording UNVERIFIED.
      throw ec2Error(operation, "TrafficMirrorSessionsPerInterfaceLimitExceeded", message);
    }
    const id = context.ids.resource("tms");
    const chosen = firstVni + (Number.parseInt(id.slice(-8), 16) % vnis);
    context.state.tables.trafficMirrorSessions[id] = {
      id,
      accountId,
      region: own,
      tags: tagsOf(inputs),
      networkInterfaceId: eni.id,
      ...settingsOf(context, operation, inputs),
      virtualNetworkId: optionalNumber(inputs, "virtualNetworkId") ?? chosen,
    };
    context.changed();
    await context.hooks.settled?.();
    return id;
  },
  read: (context, id) => {
    const session = find(context.state.tables.trafficMirrorSessions, id, context.caller);
    return (
      session && {
        arn: arn(context, "ec2", `traffic-mirror-session/${id}`),
        description: session.description,
        networkInterfaceId: session.networkInterfaceId,
        ownerId: session.accountId,
        packetLength: session.packetLength,
        sessionNumber: session.number,
        tags: session.tags,
        trafficMirrorFilterId: session.filterId,
        trafficMirrorTargetId: session.targetId,
        virtualNetworkId: session.virtualNetworkId,
      }
    );
  },
  update: async (context, id, inputs) => {
    const session = find(context.state.tables.trafficMirrorSessions, id, context.caller);
    if (session === undefined) {
      const message = `The TrafficMirrorSession ID '${id}' does not exist`;
      // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidTrafficMirrorSessionId.NotFound; wording UNVERIFIED.
      throw ec2Error("ModifyTrafficMirrorSession", "InvalidTrafficMirrorSessionId.NotFound", message);
    }
    const virtualNetworkId = optionalNumber(inputs, "virtualNetworkId") ?? session.virtualNetworkId;
    const { accountId, region: own, networkInterfaceId } = session;
    context.state.tables.trafficMirrorSessions[id] = {
      id,
      accountId,
      region: own,
      tags: tagsOf(inputs),
      networkInterfaceId,
      virtualNetworkId,
      ...settingsOf(context, "ModifyTrafficMirrorSession", inputs),
    };
    context.changed();
    await context.hooks.settled?.();
  },
  delete: async (context, id) => {
    delete context.state.tables.trafficMirrorSessions[id];
    context.changed();
    await context.hooks.settled?.();
  },
};
