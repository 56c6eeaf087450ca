import { addRoute, destinationOf, targetOf } from "./ec2Route";
import { findRouteTable } from "./ec2RouteTable";
import { ec2Error } from "./errors";
import type { Caller, Context } from "./model";
import type { Properties } from "./properties";
import { find } from "./state";

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
      throw ec2Error("RevokeSecurityGroupIngress", "InvalidSecurityGroupRuleId.NotFound", message);
    }
    delete context.state.tables.securityGroupRules[ruleId];
    context.changed();
  }
}
