import { arnOf, endpointServiceName, parseArn, partitionOf } from "../../path/net/partition";
import { arn } from "./arn";
import { ec2Error } from "./errors";
import type { Context, ResourceType } from "./model";
import { flag, tagsOf, text, texts, type Properties } from "./properties";
import type { EndpointService } from "./records";
import { boolean, oneOf, region, string, stringSet, tags } from "./specs";
import { find } from "./state";
import { zonesOf } from "./zones";

export function findService(context: Context, operation: string, id: string): EndpointService {
  const service = find(context.state.tables.endpointServices, id, context.caller);
  if (service === undefined) {
    const message = `The VpcEndpointService Id '${id}' does not exist`;
    // Source: EC2 API, Error codes: InvalidVpcEndpointServiceId.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidVpcEndpointServiceId.NotFound", message);
  }
  return service;
}

/**
 * Whether an account may see a service: it is named by its root principal, or everybody is. That the owner needs a permission
 * as well is UNVERIFIED; principals of single roles and users are not modelled and allow nobody.
 */
export function isAllowed(service: EndpointService, accountId: string): boolean {
  return service.allowedPrincipals.some(
    (principal) => principal === "*" || principal === arnOf(service.region, "iam", accountId, "root"),
  );
}

/** AZ IDs in which a service can be reached: those of its load balancers' subnets. */
export function serviceZoneIds(context: Context, service: EndpointService): string[] {
  const { loadBalancers, subnets } = context.state.tables;
  const ids = service.gatewayLoadBalancerArns.flatMap((balancer) =>
    (loadBalancers[balancer]?.subnetIds ?? []).map((subnet) => subnets[subnet]?.availabilityZoneId ?? ""),
  );
  return [...new Set(ids)];
}

/** The same AZs by the names that the caller's account has for them. */
export function serviceZoneNames(context: Context, service: EndpointService): string[] {
  const ids = serviceZoneIds(context, service);
  return zonesOf(context.caller.accountId, context.caller.region)
    .filter((zone) => ids.includes(zone.id))
    .map((zone) => zone.name);
}

export function baseEndpointDnsName(service: EndpointService): string {
  return `${service.id}.${service.region}.vpce.${partitionOf(service.region).dnsSuffix}`;
}

function balancers(context: Context, operation: string, inputs: Properties): string[] {
  const arns = texts(inputs, "gatewayLoadBalancerArns");
  const missing = arns.find((balancer) => !find(context.state.tables.loadBalancers, balancer, context.caller));
  if (missing !== undefined || arns.length === 0) {
    const message =
      missing === undefined
        ? "At least one Gateway Load Balancer ARN must be specified"
        : `Gateway Load Balancer '${missing}' does not exist`;
    // Source: UNVERIFIED, code and wording.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  const provisioning = arns.find((balancer) => context.state.tables.loadBalancers[balancer]?.state !== "active");
  if (provisioning !== undefined) {
    // Source: UNVERIFIED, code and wording. The provider waits for `active`: only what is made behind its back comes here.
    throw ec2Error(operation, "InvalidParameter", `Load balancer '${provisioning}' is not active`);
  }
  return arns;
}

function checkPrincipal(operation: string, region: string, principal: string): string {
  const parts = parseArn(principal);
  const isIam = parts?.service === "iam" && /^(root|(role|user)\/.+)$/.test(parts.resource);
  if (principal === "*" || (isIam && parts.partition === partitionOf(region).id)) return principal;
  // Source: UNVERIFIED, code and wording.
  throw ec2Error(operation, "InvalidPrincipal", `Invalid Principal: '${principal}'`);
}

function create(context: Context, inputs: Properties): string {
  const operation = "CreateVpcEndpointServiceConfiguration";
  const gatewayLoadBalancerArns = balancers(context, operation, inputs);
  const { accountId, region: own } = context.caller;
  const id = context.ids.resource("vpce-svc");
  context.state.tables.endpointServices[id] = {
    id,
    accountId,
    region: own,
    serviceName: endpointServiceName(own, id),
    gatewayLoadBalancerArns,
    acceptanceRequired: flag(inputs, "acceptanceRequired"),
    allowedPrincipals: texts(inputs, "allowedPrincipals").map((principal) => checkPrincipal(operation, own, principal)),
    tags: tagsOf(inputs),
  };
  context.changed();
  return id;
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
  const operation = "ModifyVpcEndpointServiceConfiguration";
  const service = findService(context, operation, id);
  const gatewayLoadBalancerArns = balancers(context, operation, inputs);
  if ([...gatewayLoadBalancerArns].sort().join() !== [...service.gatewayLoadBalancerArns].sort().join()) {
    refuseConnected(context, operation, service);
  }
  service.gatewayLoadBalancerArns = gatewayLoadBalancerArns;
  service.acceptanceRequired = flag(inputs, "acceptanceRequired");
  if (inputs["allowedPrincipals"] !== undefined) {
    service.allowedPrincipals = texts(inputs, "allowedPrincipals").map((principal) =>
      checkPrincipal(operation, service.region, principal),
    );
  }
  service.tags = tagsOf(inputs);
  context.changed();
}

function refuseConnected(context: Context, operation: string, { id, serviceName }: EndpointService): void {
  const { tables, lingeringConnections } = context.state;
  const connected =
    Object.values(tables.vpcEndpoints).some((endpoint) => endpoint.serviceName === serviceName) ||
    Object.values(lingeringConnections).some(({ serviceId }) => serviceId === id);
  if (connected) {
    const message = `Service ${id} has existing active VPC Endpoint connections!`;
    // Source: EC2 API, Error codes: ExistingVpcEndpointConnections, for a deletion and for a change of the load balancers.
    throw ec2Error(operation, "ExistingVpcEndpointConnections", message);
  }
}

function remove(context: Context, id: string): void {
  const operation = "DeleteVpcEndpointServiceConfigurations";
  refuseConnected(context, operation, findService(context, operation, id));
  for (const permission of Object.values(context.state.permissions)) {
    if (permission.serviceId === id) delete context.state.permissions[permission.id];
  }
  delete context.state.tables.endpointServices[id];
  context.changed();
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
  const service = findService(context, "ModifyVpcEndpointServicePermissions", serviceId);
  service.allowedPrincipals = service.allowedPrincipals.filter((other) => other !== principal);
  context.changed();
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
    const operation = "ModifyVpcEndpointServicePermissions";
    const service = findService(context, operation, text(inputs, "vpcEndpointServiceId"));
    const principal = checkPrincipal(operation, service.region, text(inputs, "principalArn"));
    if (!service.allowedPrincipals.includes(principal)) service.allowedPrincipals.push(principal);
    const id = context.ids.resource("vpce-svc-perm");
    const { accountId, region: own } = context.caller;
    context.state.permissions[id] = { id, accountId, region: own, serviceId: service.id, principal };
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
