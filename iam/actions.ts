/** IAM actions, as `ec2:CreateVpc`. */
export type Actions = readonly string[];

/** The actions of what the engine asks the provider for. After `create` and `update` the provider also reads. */
export interface Operations {
  create: Actions;
  /** Each refresh, too. */
  read: Actions;
  /** Also what takes back a change that somebody else made to a setting of the program's or to a default of the provider's. */
  update: Actions;
  /** With what is looked at until the resource is gone. */
  delete: Actions;
}

export const none: Actions = [];

export function ec2(...operations: string[]): Actions {
  return operations.map((operation) => `ec2:${operation}`);
}

/** Tags that are changed; those of a creation are sent with it, and need the first of the two. */
export const ec2Tags = ec2("CreateTags", "DeleteTags");
