/** By what the program's own is told from everything else in an account: by resources' tags, and by the path of its IAM roles. */

/**
 * Tag of everything that a stack makes, with the stack's name as value. By it the IAM policies tell the program's own from what else is in
 * the account (docs/aws.md).
 */
export const stackTag = "gwlb-inspection:stack";

/** Tag that an operator gives to what is there already and a stack may use: with it the policies let it be used, and not be deleted. */
export const usedByTag = "gwlb-inspection:used-by";

/** Path of IAM roles and instance profiles: whoever may change what is under it can change no other role of the account. */
export const rolePath = "/gwlb-inspection/";

/** What the program's own tags begin with. */
export const tagPrefix = "gwlb-inspection:";

/**
 * Roles of stacks by design, in the order in which they are deployed. `distributed`: endpoints in each consumer's VPC. `centralised`:
 * endpoints in an inspection VPC behind a transit gateway that the spokes' VPCs are attached to.
 */
export const designs = {
  /** Each `system` stack has endpoints of its own, and measures its paths. */
  distributed: ["security", "system"],
  /** The `transit` stack has the endpoints for all `spoke` stacks, whose paths `proof` measures. */
  centralised: ["security", "transit", "spoke", "proof"],
} as const;
/** A design of the whole by its name: which roles its stacks have. */
export type Design = keyof typeof designs;

/** Roles of stacks, each after those that it reads. */
export const roles = ["security", "transit", "system", "spoke", "proof"] as const;
export type Role = (typeof roles)[number];

/** Whether a stack of this name measures a path: the others are what a path leads through. */
export function isMeasured(stack: string): boolean {
  return !["security", "transit", "spoke"].includes(roleOf(stack));
}

/** The role that a stack's name tells, its first segment: `system-tokyo` has the role `system`. Not checked. */
export function roleOf(stack: string): string {
  return stack.split("-", 1)[0] ?? stack;
}
