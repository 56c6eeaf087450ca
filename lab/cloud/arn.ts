import type { Context } from "./model";

/**
 * ARN of something in the caller's account and Region (IAM user guide, "Amazon Resource Names").
 *
 * @param resource - what is behind the account, as `vpc/vpc-0…`
 */
export function arn(context: Context, service: string, resource: string): string {
  return `arn:aws:${service}:${context.caller.region}:${context.caller.accountId}:${resource}`;
}
