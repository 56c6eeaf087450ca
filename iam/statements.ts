import { withoutResource } from "./resources";

/** A statement that allows something, as IAM's policies have it. */
export interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A statement for those of its actions that a role needs. */
export type Draft = Omit<Statement, "Effect">;

/** Roles of stacks, which are what the stacks' names begin with. */
export type StackRole = "security" | "system" | "transit" | "spoke";

/** Names of the stacks of a role: the role is their first segment. */
export function namesOf(stacks: StackRole): string[] {
  return [stacks, `${stacks}-*`];
}

/** What AWS knows no resource of. */
export function reading(actions: string[], region: string): Draft {
  return {
    Sid: "Read",
    Action: actions.filter(withoutResource),
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": region } },
  };
}
