import { arnOf, parseArn, partitionOf } from "../../../path/net/partition";
import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { EndpointService } from "../core/records";
import { find } from "../core/state";
import { zonesOf } from "../core/zones";

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

/** Load balancers that a service may have. @throws AwsError */
export function balancers(context: Context, operation: string, arns: string[]): string[] {
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

export function checkPrincipal(operation: string, region: string, principal: string): string {
  const parts = parseArn(principal);
  const isIam = parts?.service === "iam" && /^(root|(role|user)\/.+)$/.test(parts.resource);
  if (principal === "*" || (isIam && parts.partition === partitionOf(region).id)) return principal;
  // Source: UNVERIFIED, code and wording.
  throw ec2Error(operation, "InvalidPrincipal", `Invalid Principal: '${principal}'`);
}

export function refuseConnected(context: Context, operation: string, { id, serviceName }: EndpointService): void {
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
