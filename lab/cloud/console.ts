import { addRoute, destinationOf, targetOf } from "./ec2/routeRules";
import { replaceAssociation } from "./ec2/routeTableAssociations";
import { findRouteTable } from "./ec2/findRouteTable";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2/ec2SecurityGroupRule";
import { acceptConnection, rejectConnection } from "./ec2/endpointConnections";
import { withdrawPrincipal } from "./ec2/endpointService";
import { findService } from "./ec2/findService";
import { findAcl } from "./ec2/findAcl";
import { findVpc } from "./ec2/findVpc";
import { assignIpv6, giveSubnetIpv6, giveVpcIpv6, subnetIpv6, takeVpcIpv6 } from "./ec2/ipv6";
import { ec2Error } from "./core/errors";
import { rolePolicies } from "./iam/iam";
import { findLoadBalancer } from "./elb/findLoadBalancer";
import type { Caller, Context } from "./core/model";
import type { Properties } from "./core/properties";
import type { Listener, NetworkAclEntry, SecurityGroupRule, VpcEndpoint } from "./core/records";
import { replaceAddress } from "./ec2/networkInterface";
import { find } from "./core/state";
import { findTargetGroup } from "./elb/findTargetGroup";
import { deregisterTarget, registerTarget } from "./elb/targetRegistration";
import { findEndpoint, setRouteTables } from "./ec2/endpointLife";
import { vpcEndpoint } from "./ec2/vpcEndpoint";
import { ModifySecurityGroupRules } from "./operations/securityGroupRules";
import { TransitConsole } from "./transitConsole";

/** Whom a security group's rule names. */
type RulePeer = { CidrIpv4: string } | { ReferencedGroupId: string };

/**
 * What somebody with a console does to an account, behind the program's back. Every call obeys AWS's rules and fires a
 * change before it returns.
 */
export class Console {
  /** Transit gateways, and the shares by which other accounts see them. */
  readonly transit: TransitConsole;

  constructor(private readonly contextOf: (caller: Caller) => Context) {
    this.transit = new TransitConsole(contextOf);
  }

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
   * @param target - one of `gatewayId`, `vpcEndpointId`, `networkInterfaceId`, `transitGatewayId`
   */
  createRoute(caller: Caller, routeTableId: string, destinationCidrBlock: string, target: Properties): void {
    const context = this.contextOf(caller);
    const table = findRouteTable(context, "CreateRoute", routeTableId);
    const resolved = targetOf(context, "CreateRoute", table, target);
    addRoute(context, "CreateRoute", table, { destinationCidrBlock, target: resolved });
    context.changed();
  }

  /**
   * EC2 AssociateVpcCidrBlock, AssociateSubnetCidrBlock for each of these subnets, and AssignIpv6Addresses for the instances in them.
   *
   * @returns how to take it back
   */
  giveIpv6(caller: Caller, vpcId: string, subnetIds: readonly string[]): () => void {
    const context = this.contextOf(caller);
    const { subnets, networkInterfaces } = context.state.tables;
    const vpc = findVpc(context, "AssociateVpcCidrBlock", vpcId);
    giveVpcIpv6(context, vpc);
    for (const [index, id] of subnetIds.entries()) {
      const subnet = subnets[id];
      if (subnet === undefined) continue;
      giveSubnetIpv6(context, "AssociateSubnetCidrBlock", subnet, subnetIpv6(vpc, index + 1));
      for (const eni of Object.values(networkInterfaces)) {
        if (eni.subnetId === id && eni.owner.kind === "instance") assignIpv6(eni, subnet);
      }
    }
    context.changed();
    return () => {
      const left = context.state.tables.vpcs[vpcId];
      if (left !== undefined) takeVpcIpv6(context, left);
    };
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

  /** EC2 ModifySecurityGroupRules: what a rule lets through stays, whom it names changes. */
  modifyPeer(caller: Caller, { id, ...rule }: SecurityGroupRule, peer: RulePeer): void {
    ModifySecurityGroupRules.run(this.contextOf(caller), {
      GroupId: rule.securityGroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: id,
          SecurityGroupRule: { IpProtocol: rule.ipProtocol, FromPort: rule.fromPort, ToPort: rule.toPort, ...peer },
        },
      ],
    });
  }

  /** EC2 CreateNetworkAclEntry. */
  createNetworkAclEntry(caller: Caller, aclId: string, entry: NetworkAclEntry): void {
    const context = this.contextOf(caller);
    const { entries } = findAcl(context, "CreateNetworkAclEntry", aclId);
    if (entries.some((other) => isSameEntry(other, entry))) {
      const message = `The network acl entry identified by ${entry.ruleNumber} already exists.`;
      // Source: EC2 API, Error codes: NetworkAclEntryAlreadyExists; wording UNVERIFIED.
      throw ec2Error("CreateNetworkAclEntry", "NetworkAclEntryAlreadyExists", message);
    }
    entries.push({ ...entry });
    context.changed();
  }

  /** EC2 DeleteNetworkAclEntry. */
  deleteNetworkAclEntry(caller: Caller, aclId: string, entry: Pick<NetworkAclEntry, "ruleNumber" | "direction">): void {
    const context = this.contextOf(caller);
    const { entries } = findAcl(context, "DeleteNetworkAclEntry", aclId);
    const index = entries.findIndex((other) => isSameEntry(other, entry));
    if (index < 0) {
      const message = `The network acl entry identified by ${entry.ruleNumber} does not exist.`;
      // Source: EC2 API, Error codes: InvalidNetworkAclEntry.NotFound; wording UNVERIFIED.
      throw ec2Error("DeleteNetworkAclEntry", "InvalidNetworkAclEntry.NotFound", message);
    }
    entries.splice(index, 1);
    context.changed();
  }

  /** EC2 ReplaceRouteTableAssociation. The association keeps its id here; AWS gives a new one. */
  replaceAssociation(caller: Caller, associationId: string, routeTableId: string): void {
    replaceAssociation(this.contextOf(caller), associationId, routeTableId);
  }

  /** EC2 ModifyVpcEndpoint of a gateway endpoint: the route tables that have its route from now on. */
  modifyEndpoint(caller: Caller, endpointId: string, routeTableIds: string[]): void {
    const context = this.contextOf(caller);
    const operation = "ModifyVpcEndpoint";
    setRouteTables(context, operation, findEndpoint(context, operation, endpointId), routeTableIds);
    context.changed();
  }

  /** EC2 DeleteVpcEndpoints. A gateway endpoint takes its routes with it. Resolves when it is gone. */
  async deleteEndpoint(caller: Caller, endpointId: string): Promise<void> {
    await vpcEndpoint.delete(this.contextOf(caller), endpointId);
  }

  /**
   * Puts a deleted gateway endpoint back, with its routes and under the id that it had, as `restoreRule` does. Where
   * another one has taken its place, or its VPC is gone, nothing is done.
   */
  restoreEndpoint(caller: Caller, endpoint: VpcEndpoint): void {
    const context = this.contextOf(caller);
    const { vpcEndpoints, vpcs, routeTables } = context.state.tables;
    const replaced = Object.values(vpcEndpoints).some(
      ({ vpcId, serviceName }) => vpcId === endpoint.vpcId && serviceName === endpoint.serviceName,
    );
    if (replaced || vpcs[endpoint.vpcId] === undefined) return;
    const restored = structuredClone({ ...endpoint, routeTableIds: [] });
    vpcEndpoints[endpoint.id] = restored;
    const tables = endpoint.routeTableIds.filter((id) => routeTables[id] !== undefined);
    setRouteTables(context, "CreateVpcEndpoint", restored, tables);
    context.changed();
  }

  /** IAM DetachRolePolicy, for every policy of the role of an instance profile. @returns their ARNs */
  detachRolePolicies(caller: Caller, instanceProfile: string): string[] {
    const context = this.contextOf(caller);
    const detached = rolePolicies(context, instanceProfile).splice(0);
    context.changed();
    return detached;
  }

  /** IAM AttachRolePolicy, for each of these. */
  attachRolePolicies(caller: Caller, instanceProfile: string, policyArns: string[]): void {
    const context = this.contextOf(caller);
    const attached = rolePolicies(context, instanceProfile);
    attached.push(...policyArns.filter((arn) => !attached.includes(arn)));
    context.changed();
  }

  /** ELBv2 ModifyLoadBalancerAttributes, `load_balancing.cross_zone.enabled`. */
  modifyCrossZone(caller: Caller, loadBalancerArn: string, enabled: boolean): void {
    const context = this.contextOf(caller);
    findLoadBalancer(context, "ModifyLoadBalancerAttributes", loadBalancerArn).crossZone = enabled;
    context.changed();
  }

  /** ELBv2 ModifyTargetGroup, HealthCheckPort. */
  modifyHealthCheckPort(caller: Caller, targetGroupArn: string, port: string): void {
    const context = this.contextOf(caller);
    findTargetGroup(context, "ModifyTargetGroup", targetGroupArn).healthCheck.port = port;
    context.changed();
  }

  /** ELBv2 DeleteListener. */
  deleteListener(caller: Caller, listenerArn: string): void {
    const context = this.contextOf(caller);
    delete context.state.tables.listeners[listenerArn];
    context.changed();
  }

  /** As {@link restoreRule}, for a listener. */
  restoreListener(caller: Caller, listener: Listener): void {
    const context = this.contextOf(caller);
    const { listeners, loadBalancers } = context.state.tables;
    if (loadBalancers[listener.loadBalancerArn] === undefined) return;
    // An `up` may have made another one meanwhile.
    if (Object.values(listeners).some(({ loadBalancerArn }) => loadBalancerArn === listener.loadBalancerArn)) return;
    listeners[listener.arn] = structuredClone(listener);
    context.changed();
  }

  /**
   * Not a call of anybody's: what AWS might do with a GWLB's interface.
   *
   * @param address - default: any other free one of its subnet
   */
  replaceAddress(caller: Caller, networkInterfaceId: string, address?: string): void {
    const context = this.contextOf(caller);
    const eni = find(context.state.tables.networkInterfaces, networkInterfaceId, caller);
    if (eni !== undefined) replaceAddress(context, eni, address);
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

  /** EC2 ModifyVpcEndpointServiceConfiguration, AcceptanceRequired; connections that there are stay as they are. */
  modifyAcceptance(caller: Caller, serviceId: string, required: boolean): void {
    const context = this.contextOf(caller);
    findService(context, "ModifyVpcEndpointServiceConfiguration", serviceId).acceptanceRequired = required;
    context.changed();
  }

  /** EC2 AcceptVpcEndpointConnections, by the service's account. Resolves when the endpoint is available. */
  async acceptEndpoint(caller: Caller, serviceId: string, endpointId: string): Promise<void> {
    await acceptConnection(this.contextOf(caller), serviceId, endpointId);
  }

  /** EC2 RejectVpcEndpointConnections, by the service's account. */
  rejectEndpoint(caller: Caller, serviceId: string, endpointId: string): void {
    rejectConnection(this.contextOf(caller), serviceId, endpointId);
  }
}

const isSameEntry = (
  one: Pick<NetworkAclEntry, "ruleNumber" | "direction">,
  other: Pick<NetworkAclEntry, "ruleNumber" | "direction">,
): boolean => one.ruleNumber === other.ruleNumber && one.direction === other.direction;
