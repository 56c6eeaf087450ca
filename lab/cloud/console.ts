import { addRoute, destinationOf, targetOf } from "./ec2Route";
import { findRouteTable } from "./ec2RouteTable";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2SecurityGroupRule";
import { withdrawPrincipal } from "./endpointService";
import { ec2Error } from "./errors";
import { findLoadBalancer } from "./loadBalancer";
import type { Caller, Context } from "./model";
import type { Properties } from "./properties";
import type { SecurityGroupRule } from "./records";
import { find } from "./state";
import { deregisterTarget, registerTarget } from "./targetGroupAttachment";
import { becomeAvailable } from "./vpcEndpoint";

/**
 * What somebody with a console does to an account, behind the program's back. Every call obeys AWS's rules and fires a
 * change before it returns.
 */
export class Console {
  constructor(private readonly contextOf: (caller: Caller) => Context) {}

  /**
   * EC2 DeleteRoute.
   *
   * @param destination - CIDR or prefix list id
   */
  deleteRoute(caller: Caller, routeTableId: string, destination: string): void {
    const context = this.contextOf(caller);
    const table = findRouteTable(context, "DeleteRoute", routeTableId);
    const index = table.routes.findIndex((route) => destinationOf(route) === destination);
    if (index < 0 || table.routes[index]?.target.kind === "local") {
      const message = `no route with destination-cidr-block ${destination} in route table ${routeTableId}`;
      // Source: EC2 API, Error codes: InvalidRoute.NotFound; wording UNVERIFIED.
      throw ec2Error("DeleteRoute", "InvalidRoute.NotFound", message);
    }
    table.routes.splice(index, 1);
    context.changed();
  }

  /**
   * EC2 CreateRoute.
   *
   * @param target - one of `gatewayId`, `vpcEndpointId`, `networkInterfaceId`
   */
  createRoute(caller: Caller, routeTableId: string, destinationCidrBlock: string, target: Properties): void {
    const context = this.contextOf(caller);
    const table = findRouteTable(context, "CreateRoute", routeTableId);
    const resolved = targetOf(context, "CreateRoute", table, target);
    addRoute(context, "CreateRoute", table, { destinationCidrBlock, target: resolved });
    context.changed();
  }

  /** EC2 RevokeSecurityGroupIngress or RevokeSecurityGroupEgress, by the rule's id. */
  revokeRule(caller: Caller, ruleId: string): void {
    const context = this.contextOf(caller);
    const rule = find(context.state.tables.securityGroupRules, ruleId, caller);
    if (rule === undefined) {
      const message = `The security group rule ID '${ruleId}' does not exist`;
      // Source: EC2 API, Error codes: InvalidSecurityGroupRuleId.NotFound; wording UNVERIFIED.
      throw ec2Error("RevokeSecurityGroupIngress", "InvalidSecurityGroupRuleId.NotFound", message);
    }
    delete context.state.tables.securityGroupRules[ruleId];
    context.changed();
  }

  /** EC2 AuthorizeSecurityGroupIngress or …Egress with the inputs of the rule's resource. Returns the rule's id. */
  async authorizeRule(caller: Caller, direction: "ingress" | "egress", rule: Properties): Promise<string> {
    const type = direction === "ingress" ? securityGroupIngressRule : securityGroupEgressRule;
    return type.create(this.contextOf(caller), rule);
  }

  /**
   * Puts a revoked rule back under the id that it had. AWS would give it a new one; this way the program's state is right
   * again when a fault is repaired. A rule that is there, or whose group is gone, is left as it is.
   */
  restoreRule(caller: Caller, rule: SecurityGroupRule): void {
    const context = this.contextOf(caller);
    const { securityGroups, securityGroupRules } = context.state.tables;
    if (securityGroupRules[rule.id] !== undefined || securityGroups[rule.securityGroupId] === undefined) return;
    securityGroupRules[rule.id] = structuredClone(rule);
    context.changed();
  }

  /** ELBv2 ModifyLoadBalancerAttributes, `load_balancing.cross_zone.enabled`. */
  modifyCrossZone(caller: Caller, loadBalancerArn: string, enabled: boolean): void {
    const context = this.contextOf(caller);
    findLoadBalancer(context, "ModifyLoadBalancerAttributes", loadBalancerArn).crossZone = enabled;
    context.changed();
  }

  /** ELBv2 RegisterTargets. */
  registerTarget(caller: Caller, targetGroupArn: string, targetId: string): void {
    registerTarget(this.contextOf(caller), targetGroupArn, targetId);
  }

  /** ELBv2 DeregisterTargets. */
  deregisterTarget(caller: Caller, targetGroupArn: string, targetId: string): void {
    deregisterTarget(this.contextOf(caller), targetGroupArn, targetId);
  }

  /** EC2 ModifyVpcEndpointServicePermissions, RemoveAllowedPrincipals. */
  removePrincipal(caller: Caller, serviceId: string, principalArn: string): void {
    withdrawPrincipal(this.contextOf(caller), serviceId, principalArn);
  }

  /** EC2 AcceptVpcEndpointConnections, by the service's account. Resolves when the endpoint is available. */
  async acceptEndpoint(caller: Caller, serviceId: string, endpointId: string): Promise<void> {
    const context = this.contextOf(caller);
    const service = find(context.state.tables.endpointServices, serviceId, caller);
    const endpoint = context.state.tables.vpcEndpoints[endpointId];
    if (service === undefined || endpoint?.serviceName !== service.serviceName) {
      const message = `The Vpc Endpoint Id '${endpointId}' does not exist`;
      // Source: EC2 API, Error codes: InvalidVpcEndpointId.NotFound; wording UNVERIFIED.
      throw ec2Error("AcceptVpcEndpointConnections", "InvalidVpcEndpointId.NotFound", message);
    }
    if (endpoint.state !== "pendingAcceptance") return;
    endpoint.state = "pending";
    context.changed();
    await becomeAvailable(context, endpoint);
  }
}
