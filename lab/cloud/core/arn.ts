import { arnOf } from "../../../path/net/partition";
import type { Context } from "./model";

/**
 * ARN of something in the caller's account and Region (IAM user guide, "Amazon Resource Names").
 *
 * @param resource - what is behind the account, as `vpc/vpc-0…`
 */
export function arn(context: Context, service: string, resource: string): string {
  return arnOf(context.caller.region, service, context.caller.accountId, resource);
}
