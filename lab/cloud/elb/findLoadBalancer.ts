import { elbError } from "../core/errors";
import type { Context } from "../core/model";
import type { LoadBalancer } from "../core/records";
import { find } from "../core/state";

/** The error for load balancers that are none of the caller's. */
export function noLoadBalancer(operation: string, which: string): Error {
  // Source: ELBv2 API, ModifyLoadBalancerAttributes: LoadBalancerNotFound; wording UNVERIFIED.
  return elbError(operation, "LoadBalancerNotFound", `Load balancers '[${which}]' not found`);
}

export function findLoadBalancer(context: Context, operation: string, arn: string): LoadBalancer {
  const found = find(context.state.tables.loadBalancers, arn, context.caller);
  if (found === undefined) throw noLoadBalancer(operation, arn);
  return found;
}
