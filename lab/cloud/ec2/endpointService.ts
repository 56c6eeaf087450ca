import { arn } from "../core/arn";
import { baseEndpointDnsName, serviceZoneNames } from "./endpointServices";
import { ec2Error } from "../core/errors";
import { findService } from "./findService";
import type { Context, ResourceType } from "../core/model";
import {
  CreateVpcEndpointServiceConfiguration,
  DeleteVpcEndpointServiceConfigurations,
  ModifyVpcEndpointServiceConfiguration,
  ModifyVpcEndpointServicePermissions,
} from "../operations/endpointServices";
import { specificationsOf } from "../operations/tagging";
import { flag, tagsOf, text, texts, type Properties } from "../core/properties";
import { boolean, oneOf, region, string, stringSet, tags } from "../core/specs";
import { find } from "../core/state";

function create(context: Context, inputs: Properties): string {
  const { ServiceConfiguration: made } = CreateVpcEndpointServiceConfiguration.run(context, {
    AcceptanceRequired: flag(inputs, "acceptanceRequired"),
    GatewayLoadBalancerArns: texts(inputs, "gatewayLoadBalancerArns"),
    ...specificationsOf("vpc-endpoint-service", tagsOf(inputs)),
  });
  const id = made?.ServiceId ?? "";
  context.created(id);
  allow(context, id, [], texts(inputs, "allowedPrincipals"));
  return id;
}

/** The provider allows with a request of its own. */
function allow(context: Context, ServiceId: string, before: string[], after: string[]): void {
  const added = after.filter((principal) => !before.includes(principal));
  const removed = before.filter((principal) => !after.includes(principal));
  if (added.length + removed.length === 0) return;
  ModifyVpcEndpointServicePermissions.run(context, {
    ServiceId,
    AddAllowedPrincipals: added,
    RemoveAllowedPrincipals: removed,
  });
}

function read(context: Context, id: string): Properties | undefined {
  const service = find(context.state.tables.endpointServices, id, context.caller);
  return (
    service && {
      acceptanceRequired: service.acceptanceRequired,
      allowedPrincipals: [...service.allowedPrincipals].sort(),
      arn: arn(context, "ec2", `vpc-endpoint-service/${id}`),
      // Names, as the caller's account has them.
      availabilityZones: serviceZoneNames(context, service),
      baseEndpointDnsNames: [baseEndpointDnsName(service)],
      gatewayLoadBalancerArns: service.gatewayLoadBalancerArns,
      managesVpcEndpoints: false,
      networkLoadBalancerArns: [],
      privateDnsName: "",
      privateDnsNameConfigurations: [],
      serviceName: service.serviceName,
      serviceType: "GatewayLoadBalancer",
      state: "Available",
      supportedIpAddressTypes: ["ipv4"],
      supportedRegions: [],
      tags: service.tags,
    }
  );
}

function update(context: Context, id: string, inputs: Properties): void {
  const service = findService(context, "ModifyVpcEndpointServiceConfiguration", id);
  const [before, after] = [service.gatewayLoadBalancerArns, texts(inputs, "gatewayLoadBalancerArns")];
  ModifyVpcEndpointServiceConfiguration.run(context, {
    ServiceId: id,
    AcceptanceRequired: flag(inputs, "acceptanceRequired"),
    AddGatewayLoadBalancerArns: after.filter((arn) => !before.includes(arn)),
    RemoveGatewayLoadBalancerArns: before.filter((arn) => !after.includes(arn)),
  });
  if (inputs["allowedPrincipals"] !== undefined) {
    allow(context, id, service.allowedPrincipals, texts(inputs, "allowedPrincipals"));
  }
  service.tags = tagsOf(inputs);
  context.changed();
}

function remove(context: Context, id: string): void {
  const { Unsuccessful: [failed] = [] } = DeleteVpcEndpointServiceConfigurations.run(context, { ServiceIds: [id] });
  if (failed?.Error === undefined) return;
  // Source: terraform-provider-aws, internal/service/ec2/errors.go, unsuccessfulItemsError.
  throw ec2Error("DeleteVpcEndpointServiceConfigurations", failed.Error.Code ?? "", failed.Error.Message ?? "");
}

export const vpcEndpointService: ResourceType = {
  token: "aws:ec2/vpcEndpointService:VpcEndpointService",
  label: "EC2 VPC Endpoint Service",
  inputs: {
    acceptanceRequired: boolean({ required: true }),
    allowedPrincipals: stringSet({ computed: true }),
    gatewayLoadBalancerArns: stringSet({ required: true }),
    supportedIpAddressTypes: stringSet({ computed: true, reject: onlyIpv4 }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};

function onlyIpv4(value: unknown): string | undefined {
  return (value as unknown[]).map(oneOf("ipv4")).find((reason) => reason !== undefined);
}

/** The console's and the resource's way of taking a principal away; endpoints that exist stay. */
export function withdrawPrincipal(context: Context, serviceId: string, principal: string): void {
  ModifyVpcEndpointServicePermissions.run(context, { ServiceId: serviceId, RemoveAllowedPrincipals: [principal] });
}

export const vpcEndpointServiceAllowedPrinciple: ResourceType = {
  token: "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
  label: "EC2 VPC Endpoint Service Allowed Principal",
  inputs: {
    vpcEndpointServiceId: string({ required: true, replace: true }),
    principalArn: string({ required: true, replace: true }),
    region,
  },
  create: (context, inputs) => {
    const serviceId = text(inputs, "vpcEndpointServiceId");
    const principal = text(inputs, "principalArn");
    ModifyVpcEndpointServicePermissions.run(context, { ServiceId: serviceId, AddAllowedPrincipals: [principal] });
    const id = context.ids.resource("vpce-svc-perm");
    const { accountId, region: own } = context.caller;
    context.state.permissions[id] = { id, accountId, region: own, serviceId, principal };
    context.changed();
    return id;
  },
  read: (context, id) => {
    const permission = find(context.state.permissions, id, context.caller);
    const service = permission && context.state.tables.endpointServices[permission.serviceId];
    return permission !== undefined && service?.allowedPrincipals.includes(permission.principal)
      ? { vpcEndpointServiceId: permission.serviceId, principalArn: permission.principal }
      : undefined;
  },
  delete: (context, id) => {
    const permission = find(context.state.permissions, id, context.caller);
    if (permission === undefined) return;
    delete context.state.permissions[id];
    const others = Object.values(context.state.permissions);
    const same = others.some(
      (other) => other.serviceId === permission.serviceId && other.principal === permission.principal,
    );
    if (!same) withdrawPrincipal(context, permission.serviceId, permission.principal);
  },
};
